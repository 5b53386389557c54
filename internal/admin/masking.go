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

// coverSign stands for what is covered.
const coverSign = "••••"

// cover leaves the last few characters of a long word, so that two can be told apart on the telephone, and
// nothing of a short one.
func cover(on bool, s string) string {
	if !on || s == "" || strings.HasPrefix(s, coverSign) {
		return s
	}
	r := []rune(s)
	switch {
	case len(r) >= 12:
		return coverSign + string(r[len(r)-4:])
	case len(r) >= 6:
		return coverSign + string(r[len(r)-2:])
	}
	return coverSign
}

// coverAddr leaves the network of an address.
func coverAddr(on bool, s string) string {
	if !on || s == "" {
		return s
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return coverSign
	}
	addr = addr.Unmap()
	bits := 16
	if addr.Is6() {
		bits = 32
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return coverSign
	}
	return p.String()
}

// association covers the fields of a record.
func (v veil) association(a *access.Association) {
	a.Number, a.IMEI, a.RemoteAddr = cover(v.Numbers, a.Number), cover(v.Devices, a.IMEI), coverAddr(v.Addresses, a.RemoteAddr)
	a.Told.Number, a.Told.IMEI = cover(v.Numbers, a.Told.Number), cover(v.Devices, a.Told.IMEI)
	a.RawDevice, a.Pair.Device = cover(v.Devices, a.RawDevice), cover(v.Devices, a.Pair.Device)
}

// device covers the fields of a registered device.
func (v veil) device(d *access.RegisteredDevice) {
	d.Number, d.IMEI, d.Serial = cover(v.Numbers, d.Number), cover(v.Devices, d.IMEI), cover(v.Devices, d.Serial)
	d.UDID, d.EASID = cover(v.Devices, d.UDID), cover(v.Devices, d.EASID)
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

// learn gathers the words of a thing.
func (v veil) learn(c *covered, thing any) {
	switch t := thing.(type) {
	case *Row:
		c.add(v.Numbers, t.DeviceNumber)
	case *access.Association:
		c.add(v.Numbers, t.Number, t.Told.Number)
		c.add(v.Devices, t.IMEI, t.Told.IMEI, t.RawDevice, t.Pair.Device)
		if v.Addresses && t.RemoteAddr != "" {
			*c = append(*c, struct{ plain, masked string }{t.RemoteAddr, coverAddr(true, t.RemoteAddr)})
		}
	case *access.RegisteredDevice:
		c.add(v.Numbers, t.Number)
		c.add(v.Devices, t.IMEI, t.Serial, t.UDID, t.EASID)
	case *access.User:
		c.add(v.Numbers, t.Number)
	case *access.Expected:
		c.add(v.Numbers, t.Number)
		c.add(v.Devices, t.IMEI, t.Pair.Device)
	case *access.Pair:
		c.add(v.Devices, t.Device)
	}
}

func (c covered) in(text string) string {
	for _, w := range c {
		if strings.Contains(text, w.plain) {
			text = strings.ReplaceAll(text, w.plain, w.masked)
		}
	}
	return text
}
