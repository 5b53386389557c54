// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// One entry is written as its kind (one byte), its key, and then the fields that are not zero, each as
// a number (tag*2, or tag*2+1 when the value is bytes behind their length) and its value. Fields come
// in rising order of tags, lists that are sets come sorted, times are UTC: equal entries have equal
// bytes on every machine and in every version, which is what sums rest on. A tag is never given a
// second meaning; a reader passes over tags it does not know.

const (
	kindRecord byte = iota + 1
	kindEASDevice
	kindDevice
	kindAccount
	kindPreferences
	kindPreApproval
	kindPolicy
	kindSite
	kindBlocking
)

var errEncoding = errors.New("damaged entry")

type writer struct{ b []byte }

func (w *writer) str(tag uint64, s string) {
	if s != "" {
		w.b = binary.AppendUvarint(w.b, tag<<1|1)
		w.raw(s)
	}
}

func (w *writer) raw(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) num(tag uint64, n int64) {
	if n != 0 {
		w.b = binary.AppendUvarint(w.b, tag<<1)
		w.b = binary.AppendVarint(w.b, n)
	}
}

func (w *writer) yes(tag uint64, v bool) {
	if v {
		w.num(tag, 1)
	}
}

// at takes two tags, one for the second and one for what is below it.
func (w *writer) at(tag uint64, t time.Time) {
	if !t.IsZero() {
		w.b = binary.AppendUvarint(w.b, tag<<1)
		w.b = binary.AppendVarint(w.b, t.Unix())
		w.num(tag+1, int64(t.Nanosecond()))
	}
}

// appendEntry appends the bytes of an entry that is whole and not a deletion.
func appendEntry(b []byte, e *access.Entry) []byte {
	w := writer{b}
	switch e.Kind {
	case access.EntryRecord:
		w.b = append(w.b, kindRecord)
		w.raw(e.Key)
		r := e.Record
		w.str(1, string(r.Domain))
		w.str(2, r.Pair.Realm)
		w.str(3, r.Pair.Account)
		w.str(4, r.Pair.Device)
		w.str(5, string(r.Device))
		w.str(6, string(r.Override.Kind))
		w.str(7, r.Override.Reason)
		w.str(8, r.Override.By)
		w.at(9, r.Override.At)
		w.at(11, r.Override.Until)
		w.num(13, r.RedirectClears)
		w.yes(20, r.UserUnknown && r.Linked())
		w.str(30, string(r.Wipe.ID))
		w.str(31, string(r.Wipe.Kind))
		w.str(32, string(r.Wipe.State))
		w.at(33, r.Wipe.NotBefore)
		w.str(35, r.Wipe.By)
		w.at(36, r.Wipe.At)
		w.str(38, r.ServerKey)
		w.yes(39, r.Wipe.Server)
		if g := r.Ruling; g != nil {
			for _, id := range g.Rules {
				w.str(40, string(id))
			}
			for _, id := range g.Released {
				w.str(41, string(id))
			}
			w.yes(42, g.OverLimit)
		}
	case access.EntryEASDevice:
		w.b = append(w.b, kindEASDevice)
		w.raw(e.Key)
		devices := e.EASDevice.Devices
		if !slices.IsSorted(devices) {
			devices = slices.Clone(devices)
			slices.Sort(devices)
		}
		for _, d := range devices {
			w.str(1, string(d))
		}
		w.str(2, string(e.EASDevice.Policy))
		w.num(3, e.EASDevice.PolicyTurns)
		w.str(4, e.EASDevice.ServerType)
	case access.EntryDevice:
		w.b = append(w.b, kindDevice)
		w.raw(e.Key)
		w.str(1, string(e.Device.Owner))
		w.str(2, string(e.Device.State))
		w.str(3, e.Device.Noncompliant)
	case access.EntryAccount:
		w.b = append(w.b, kindAccount)
		w.raw(e.Key)
		w.str(1, e.Account.Realm)
		w.str(2, e.Account.Account)
		w.yes(3, e.Account.Disabled)
		w.str(4, e.Account.AliasOf)
	case access.EntryPreApproval:
		w.b = append(w.b, kindPreApproval)
		w.raw(e.Key)
		p := e.PreApproval
		w.str(1, p.Pair.Realm)
		w.str(2, p.Pair.Account)
		w.str(3, p.Pair.Device)
		w.str(4, p.Reason)
		w.str(5, p.By)
		w.at(6, p.At)
		w.at(8, p.Until)
	case access.EntryPreferences:
		w.b = append(w.b, kindPreferences)
		w.raw(e.Key)
		p := e.Preferences
		w.yes(1, p.AutoBlock)
		w.str(2, string(p.UnknownWhenAway))
		w.num(3, int64(p.MaxVerdictAge))
		w.num(4, int64(p.ReconcileEvery))
		w.yes(5, p.Shadow)
		w.yes(6, p.RefuseOtherUser)
		w.yes(7, p.AllowOverridesCompliance)
		w.str(8, string(p.DefaultPolicy))
		w.yes(20, p.UnknownUsersUnregistered)
		w.yes(21, p.OneServerType)
		w.num(22, int64(p.DeviceLimit))
	case access.EntryPolicy:
		w.b = append(w.b, kindPolicy)
		w.raw(e.Key)
		p := e.Policy
		w.str(1, p.Name)
		w.num(2, p.Revision)
		for _, s := range p.Settings {
			w.str(3, s.Element+"="+s.Value)
		}
		w.yes(4, p.AllowNonProvisionable)
		w.num(5, int64(p.RefreshEvery))
	case access.EntrySite:
		w.b = append(w.b, kindSite)
		w.raw(e.Key)
		w.str(1, string(e.Site.Secret))
	case access.EntryBlocking:
		w.b = append(w.b, kindBlocking)
		w.raw(e.Key)
		w.blocking(e.Blocking)
	}
	return w.b
}

// field is one decoded field: a number, or bytes.
type field struct {
	tag  uint64
	num  int64
	text []byte
}

type reader struct{ b []byte }

func (r *reader) bytes() ([]byte, error) {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > uint64(len(r.b)-size) {
		return nil, errEncoding
	}
	s := r.b[size : size+int(n)]
	r.b = r.b[size+int(n):]
	return s, nil
}

func (r *reader) next() (field, error) {
	head, size := binary.Uvarint(r.b)
	if size <= 0 {
		return field{}, errEncoding
	}
	r.b = r.b[size:]
	f := field{tag: head >> 1}
	if head&1 == 1 {
		var err error
		f.text, err = r.bytes()
		return f, err
	}
	if f.num, size = binary.Varint(r.b); size <= 0 {
		return field{}, errEncoding
	}
	r.b = r.b[size:]
	return f, nil
}

// decodeEntry reads one entry. Words that repeat (domains, realms, overrides) are kept once.
func decodeEntry(b []byte, words map[string]string) (access.Entry, error) {
	if len(b) == 0 {
		return access.Entry{}, errEncoding
	}
	r := reader{b[1:]}
	key, err := r.bytes()
	if err != nil {
		return access.Entry{}, err
	}
	e := access.Entry{Key: string(key)}
	var set func(field)
	switch b[0] {
	case kindRecord:
		e.Kind, e.Record = access.EntryRecord, &access.Record{ID: access.AssociationID(e.Key)}
		set = recordField(e.Record, words)
	case kindEASDevice:
		d := &access.EASDevice{ID: e.Key}
		e.Kind, e.EASDevice = access.EntryEASDevice, d
		set = func(f field) {
			switch f.tag {
			case 1:
				d.Devices = append(d.Devices, access.DeviceID(f.text))
			case 2:
				d.Policy = access.PolicyID(once(words, f.text))
			case 3:
				d.PolicyTurns = f.num
			case 4:
				d.ServerType = once(words, f.text)
			}
		}
	case kindDevice:
		e.Kind, e.Device = access.EntryDevice, &access.Device{ID: access.DeviceID(e.Key)}
		set = deviceField(e.Device, words)
	case kindAccount:
		e.Kind, e.Account = access.EntryAccount, &access.AccountState{}
		set = accountField(e.Account, words)
	case kindPreApproval:
		e.Kind, e.PreApproval = access.EntryPreApproval, &access.PreApproval{ID: e.Key}
		set = approvalField(e.PreApproval, words)
	case kindPolicy:
		e.Kind, e.Policy = access.EntryPolicy, &access.Policy{ID: access.PolicyID(e.Key)}
		set = policyField(e.Policy)
	case kindSite:
		s := new(access.Site)
		e.Kind, e.Site = access.EntrySite, s
		set = func(f field) {
			if f.tag == 1 {
				s.Secret = bytes.Clone(f.text)
			}
		}
	case kindBlocking:
		e.Kind, e.Blocking = access.EntryBlocking, &access.Blocking{ID: access.BlockingID(e.Key)}
		set = blockingField(e.Blocking)
	case kindPreferences:
		e.Kind, e.Preferences = access.EntryPreferences, &access.Preferences{}
		set = preferencesField(e.Preferences)
	default:
		return access.Entry{}, errEncoding
	}
	for len(r.b) > 0 {
		f, err := r.next()
		if err != nil {
			return access.Entry{}, err
		}
		set(f)
	}
	return e, nil
}

func once(words map[string]string, b []byte) string {
	if s, ok := words[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(words) < 4096 {
		words[s] = s
	}
	return s
}

func second(n int64) time.Time             { return time.Unix(n, 0).UTC() }
func below(t time.Time, n int64) time.Time { return t.Add(time.Duration(n)) }

func recordField(r *access.Record, words map[string]string) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			r.Domain = access.Domain(once(words, f.text))
		case 2:
			r.Pair.Realm = once(words, f.text)
		case 3:
			r.Pair.Account = string(f.text)
		case 4:
			r.Pair.Device = string(f.text)
		case 5:
			r.Device = access.DeviceID(f.text)
		case 6:
			r.Override.Kind = access.OverrideKind(once(words, f.text))
		case 7:
			r.Override.Reason = once(words, f.text)
		case 8:
			r.Override.By = once(words, f.text)
		case 9:
			r.Override.At = second(f.num)
		case 10:
			r.Override.At = below(r.Override.At, f.num)
		case 11:
			r.Override.Until = second(f.num)
		case 12:
			r.Override.Until = below(r.Override.Until, f.num)
		case 13:
			r.RedirectClears = f.num
		case 30:
			r.Wipe.ID = access.WipeID(f.text)
		case 31:
			r.Wipe.Kind = access.WipeKind(once(words, f.text))
		case 32:
			r.Wipe.State = access.WipeState(once(words, f.text))
		case 33:
			r.Wipe.NotBefore = second(f.num)
		case 34:
			r.Wipe.NotBefore = below(r.Wipe.NotBefore, f.num)
		case 35:
			r.Wipe.By = once(words, f.text)
		case 36:
			r.Wipe.At = second(f.num)
		case 37:
			r.Wipe.At = below(r.Wipe.At, f.num)
		case 38:
			r.ServerKey = string(f.text)
		case 39:
			r.Wipe.Server = f.num != 0
		case 20:
			r.UserUnknown = f.num != 0
		case 40, 41, 42:
			if r.Ruling == nil {
				r.Ruling = new(access.Ruling)
			}
			switch f.tag {
			case 40:
				r.Ruling.Rules = append(r.Ruling.Rules, access.BlockingID(once(words, f.text)))
			case 41:
				r.Ruling.Released = append(r.Ruling.Released, access.BlockingID(once(words, f.text)))
			case 42:
				r.Ruling.OverLimit = f.num != 0
			}
		}
	}
}

func deviceField(d *access.Device, words map[string]string) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			d.Owner = access.UserID(f.text)
		case 2:
			d.State = access.DeviceState(once(words, f.text))
		case 3:
			d.Noncompliant = once(words, f.text)
		}
	}
}

func accountField(a *access.AccountState, words map[string]string) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			a.Realm = once(words, f.text)
		case 2:
			a.Account = string(f.text)
		case 3:
			a.Disabled = f.num != 0
		case 4:
			a.AliasOf = string(f.text)
		}
	}
}

func approvalField(p *access.PreApproval, words map[string]string) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			p.Pair.Realm = once(words, f.text)
		case 2:
			p.Pair.Account = string(f.text)
		case 3:
			p.Pair.Device = string(f.text)
		case 4:
			p.Reason = once(words, f.text)
		case 5:
			p.By = once(words, f.text)
		case 6:
			p.At = second(f.num)
		case 7:
			p.At = below(p.At, f.num)
		case 8:
			p.Until = second(f.num)
		case 9:
			p.Until = below(p.Until, f.num)
		}
	}
}

func policyField(p *access.Policy) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			p.Name = string(f.text)
		case 2:
			p.Revision = f.num
		case 3:
			element, value, _ := strings.Cut(string(f.text), "=")
			p.Settings = append(p.Settings, access.PolicySetting{Element: element, Value: value})
		case 4:
			p.AllowNonProvisionable = f.num != 0
		case 5:
			p.RefreshEvery = time.Duration(f.num)
		}
	}
}

func preferencesField(p *access.Preferences) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			p.AutoBlock = f.num != 0
		case 2:
			p.UnknownWhenAway = access.Answer(f.text)
		case 3:
			p.MaxVerdictAge = time.Duration(f.num)
		case 4:
			p.ReconcileEvery = time.Duration(f.num)
		case 5:
			p.Shadow = f.num != 0
		case 6:
			p.RefuseOtherUser = f.num != 0
		case 7:
			p.AllowOverridesCompliance = f.num != 0
		case 8:
			p.DefaultPolicy = access.PolicyID(f.text)
		case 20:
			p.UnknownUsersUnregistered = f.num != 0
		case 21:
			p.OneServerType = f.num != 0
		case 22:
			p.DeviceLimit = int(f.num)
		}
	}
}
