// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// Masking says what is covered for those whose role does not see it plain (verb see-plain): on pages, in
// files, in the API alike.
type Masking struct {
	Numbers   bool `json:"numbers"`   // phone numbers
	Devices   bool `json:"devices"`   // IMEI, serial number, UDID, ActiveSync device id
	Addresses bool `json:"addresses"` // where phones come from
	Kept      `json:"-"`
}

func defaultMasking() Masking { return Masking{Numbers: true, Devices: true, Addresses: true} }

// Masking gives the setting.
func (s *Settings) Masking(ctx context.Context, who access.Actor) (Masking, error) {
	m := defaultMasking()
	if err := mayRead(who); err != nil {
		return m, err
	}
	var err error
	m.Kept, _, err = s.read(ctx, settingMasking, &m)
	return m, err
}

// ChangeMasking sets it.
func (s *Settings) ChangeMasking(ctx context.Context, who access.Actor, m Masking, act Act) (Result, error) {
	old := defaultMasking()
	return s.change(ctx, who, settingMasking, "Masking", m, &old, nil, act, func() []string {
		var d diffs
		d.add("Phone numbers are masked", old.Numbers, m.Numbers)
		d.add("Device ids are masked", old.Devices, m.Devices)
		d.add("Addresses are masked", old.Addresses, m.Addresses)
		return d
	})
}

// veil covers what an actor may not see plain. The zero value covers nothing.
type veil Masking

// veilFor gives the veil for an actor. What cannot be read is covered.
func (a *Admin) veilFor(ctx context.Context, who access.Actor) (veil, error) {
	if who.May(access.VerbSeePlain) == nil {
		return veil{}, nil
	}
	m := defaultMasking()
	if _, err := a.store.Setting(ctx, settingMasking, &m); err != nil {
		return veil(defaultMasking()), err
	}
	return veil(m), nil
}

func (v veil) lifted() bool { return !v.Numbers && !v.Devices && !v.Addresses }

// cover leaves the last few characters of a long word, so that two can be told apart on the telephone, and
// nothing of a short one.
func cover(on bool, s string) string {
	if !on || s == "" {
		return s
	}
	r := []rune(s)
	switch {
	case len(r) >= 12:
		return "••••" + string(r[len(r)-4:])
	case len(r) >= 6:
		return "••••" + string(r[len(r)-2:])
	}
	return "••••"
}

// coverAddr leaves the network of an address.
func coverAddr(on bool, s string) string {
	if !on || s == "" {
		return s
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return "••••"
	}
	addr = addr.Unmap()
	bits := 16
	if addr.Is6() {
		bits = 32
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return "••••"
	}
	return p.String()
}

// association covers a record. What was made of the covered words for a person to read is covered too.
func (v veil) association(a *access.Association) {
	if v.lifted() {
		return
	}
	words := v.wordsOf(a)
	a.Number, a.IMEI, a.RemoteAddr = cover(v.Numbers, a.Number), cover(v.Devices, a.IMEI), coverAddr(v.Addresses, a.RemoteAddr)
	a.Told.Number, a.Told.IMEI = cover(v.Numbers, a.Told.Number), cover(v.Devices, a.Told.IMEI)
	a.RawDevice, a.Pair.Device = cover(v.Devices, a.RawDevice), cover(v.Devices, a.Pair.Device)
	for _, text := range []*string{&a.Comment, &a.Override.Reason, &a.FriendlyName, &a.Told.FriendlyName, &a.UserAgent, &a.Told.UserAgent, &a.Reported.Detail, &a.Redirect} {
		*text = words.in(*text)
	}
	a.Link.Reasons, a.Suggestion.Reasons = words.inAll(a.Link.Reasons), words.inAll(a.Suggestion.Reasons)
}

// row covers a record as a list shows it.
func (v veil) row(r *Row) {
	if v.lifted() {
		return
	}
	words := v.wordsOf(&r.Association)
	v.association(&r.Association)
	r.Why.Text, r.Why.Detail, r.Decision.Detail = words.in(r.Why.Text), words.in(r.Why.Detail), words.in(r.Decision.Detail)
}

// device covers a registered device.
func (v veil) device(d *access.RegisteredDevice) {
	if v.lifted() {
		return
	}
	words := covered{}
	words.add(v.Numbers, d.Number)
	words.add(v.Devices, d.IMEI, d.Serial, d.UDID, d.EASID)
	d.Number, d.IMEI, d.Serial = cover(v.Numbers, d.Number), cover(v.Devices, d.IMEI), cover(v.Devices, d.Serial)
	d.UDID, d.EASID = cover(v.Devices, d.UDID), cover(v.Devices, d.EASID)
	d.Name, d.Comment, d.Noncompliant = words.in(d.Name), words.in(d.Comment), words.in(d.Noncompliant)
}

// user covers a user.
func (v veil) user(u *access.User) {
	if v.lifted() {
		return
	}
	words := covered{}
	words.add(v.Numbers, u.Number)
	u.Number, u.Comment = cover(v.Numbers, u.Number), words.in(u.Comment)
}

// covered are words with what stands in their place, the longest first: a device id holds an IMEI at times.
type covered []struct{ plain, masked string }

func (c *covered) add(on bool, list ...string) {
	for _, s := range list {
		if on && len(s) >= 4 {
			*c = append(*c, struct{ plain, masked string }{s, cover(true, s)})
		}
	}
	slices.SortStableFunc(*c, func(a, b struct{ plain, masked string }) int { return len(b.plain) - len(a.plain) })
}

func (v veil) wordsOf(a *access.Association) covered {
	var c covered
	c.add(v.Numbers, a.Number, a.Told.Number)
	c.add(v.Devices, a.IMEI, a.Told.IMEI, a.RawDevice, a.Pair.Device)
	if v.Addresses && a.RemoteAddr != "" {
		c = append(c, struct{ plain, masked string }{a.RemoteAddr, coverAddr(true, a.RemoteAddr)})
	}
	return c
}

func (c covered) in(text string) string {
	for _, w := range c {
		if strings.Contains(text, w.plain) {
			text = strings.ReplaceAll(text, w.plain, w.masked)
		}
	}
	return text
}

func (c covered) inAll(list []string) []string {
	if len(c) == 0 || len(list) == 0 {
		return list
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = c.in(s)
	}
	return out
}
