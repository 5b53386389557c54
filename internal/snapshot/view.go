// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// View is the state verdicts are given from, at one position of the changes. It never changes; all
// its methods may be called from anywhere at any time, and look-ups take no lock and allocate nothing.
// What they return must not be changed.
type View struct {
	position access.Position
	prefs    *access.Preferences // nil until the console has said something
	pairs    trie[access.Pair, access.Record]
	records  trie[access.AssociationID, access.Record]
	// hidden are records whose pair another record answers for. There are none but for the moment
	// between two changes that hand a pair from one record to another.
	hidden   trie[access.AssociationID, access.Record]
	eas      trie[string, access.EASDevice]
	devices  trie[access.DeviceID, access.Device]
	accounts trie[accountKey, access.AccountState]
	// A pair has one pre-approval; by id they are found for changes, by pair for verdicts.
	approvals trie[string, access.PreApproval]
	approved  trie[access.Pair, access.PreApproval]
	policies  trie[access.PolicyID, access.Policy]
	site      *access.Site       // nil until the console has said it
	blockings []*access.Blocking // in the order in which they speak; never changed in place
	sums      *Sums
}

type accountKey struct{ realm, account string }

// defaults speak while the console has not said anything yet.
var defaults = access.DefaultPreferences()

// Empty is the View of a gateway that has never heard its console: no records, default preferences.
func Empty() *View {
	id := func(r *access.Record) access.AssociationID { return r.ID }
	return &View{
		pairs:     trie[access.Pair, access.Record]{key: func(r *access.Record) access.Pair { return r.Pair }},
		records:   trie[access.AssociationID, access.Record]{key: id},
		hidden:    trie[access.AssociationID, access.Record]{key: id},
		eas:       trie[string, access.EASDevice]{key: func(d *access.EASDevice) string { return d.ID }},
		devices:   trie[access.DeviceID, access.Device]{key: func(d *access.Device) access.DeviceID { return d.ID }},
		accounts:  trie[accountKey, access.AccountState]{key: keyOfAccount},
		approvals: trie[string, access.PreApproval]{key: func(p *access.PreApproval) string { return p.ID }},
		approved:  trie[access.Pair, access.PreApproval]{key: func(p *access.PreApproval) access.Pair { return p.Pair }},
		policies:  trie[access.PolicyID, access.Policy]{key: func(p *access.Policy) access.PolicyID { return p.ID }},
		sums:      new(Sums),
	}
}

func keyOfAccount(a *access.AccountState) accountKey { return accountKey{a.Realm, a.Account} }

// Position is how far this View has followed the changes.
func (v *View) Position() access.Position { return v.position }

// Record gives the record of a pair, or nil.
func (v *View) Record(p access.Pair) *access.Record { return v.pairs.get(p) }

// RecordByID gives the record of an id, or nil.
func (v *View) RecordByID(id access.AssociationID) *access.Record { return v.records.get(id) }

// EASDevice gives what is known about a canonical ActiveSync device id, or nil.
func (v *View) EASDevice(id string) *access.EASDevice { return v.eas.get(id) }

// Device gives a registered device, or nil.
func (v *View) Device(id access.DeviceID) *access.Device { return v.devices.get(id) }

// Account gives the state of an account, or nil when nothing is known beside its records.
func (v *View) Account(realm, account string) *access.AccountState {
	return v.accounts.get(accountKey{realm, account})
}

// PreApproval gives what lets a pair through before its first contact, or nil.
func (v *View) PreApproval(p access.Pair) *access.PreApproval { return v.approved.get(p) }

// Policy gives an ActiveSync policy, or nil.
func (v *View) Policy(id access.PolicyID) *access.Policy { return v.policies.get(id) }

// Blockings gives the blocking rules in the order in which they speak.
func (v *View) Blockings() []*access.Blocking { return v.blockings }

func (v *View) blocking(id access.BlockingID) *access.Blocking {
	for _, b := range v.blockings {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// Policies is the number of ActiveSync policies.
func (v *View) Policies() int { return v.policies.count }

// Site gives what all gateways share, or nil while the console has not said it.
func (v *View) Site() *access.Site { return v.site }

// Preferences gives the settings verdicts depend on; the defaults until the console has sent them.
func (v *View) Preferences() *access.Preferences {
	if v.prefs == nil {
		return &defaults
	}
	return v.prefs
}

// Records is the number of records.
func (v *View) Records() int { return v.records.count }

// Len is the number of entries of all kinds.
func (v *View) Len() int {
	n := v.records.count + v.eas.count + v.devices.count + v.accounts.count + v.approvals.count + v.policies.count + len(v.blockings)
	if v.prefs != nil {
		n++
	}
	if v.site != nil {
		n++
	}
	return n
}

// EachRecord calls f for every record until f returns false, in no particular order.
func (v *View) EachRecord(f func(*access.Record) bool) { v.records.each(f) }

// EachEntry calls f for everything in the View until f returns false. Applied in this order to an
// empty View they give an equal one.
func (v *View) EachEntry(f func(access.Entry) bool) {
	if v.prefs != nil && !f(access.Entry{Kind: access.EntryPreferences, Preferences: v.prefs}) {
		return
	}
	if v.site != nil && !f(access.Entry{Kind: access.EntrySite, Site: v.site}) {
		return
	}
	for _, b := range v.blockings {
		if !f(blockingEntry(b)) {
			return
		}
	}
	_ = v.policies.each(func(p *access.Policy) bool { return f(policyEntry(p)) }) &&
		v.devices.each(func(d *access.Device) bool { return f(deviceEntry(d)) }) &&
		v.eas.each(func(d *access.EASDevice) bool { return f(easEntry(d)) }) &&
		v.accounts.each(func(a *access.AccountState) bool { return f(accountEntry(a)) }) &&
		v.approvals.each(func(p *access.PreApproval) bool { return f(approvalEntry(p)) }) &&
		v.hidden.each(func(r *access.Record) bool { return f(recordEntry(r)) }) &&
		v.records.each(func(r *access.Record) bool {
			return v.hidden.count > 0 && v.hidden.get(r.ID) != nil || f(recordEntry(r))
		})
}

// Entry gives the present state of one thing; ok is false when it is not there.
func (v *View) Entry(kind access.EntryKind, key string) (e access.Entry, ok bool) {
	switch kind {
	case access.EntryRecord:
		if r := v.records.get(access.AssociationID(key)); r != nil {
			return recordEntry(r), true
		}
	case access.EntryEASDevice:
		if d := v.eas.get(key); d != nil {
			return easEntry(d), true
		}
	case access.EntryDevice:
		if d := v.devices.get(access.DeviceID(key)); d != nil {
			return deviceEntry(d), true
		}
	case access.EntryAccount:
		if a := v.findAccount(key); a != nil {
			return accountEntry(a), true
		}
	case access.EntryPreApproval:
		if p := v.approvals.get(key); p != nil {
			return approvalEntry(p), true
		}
	case access.EntryPolicy:
		if p := v.policies.get(access.PolicyID(key)); p != nil {
			return policyEntry(p), true
		}
	case access.EntryBlocking:
		if b := v.blocking(access.BlockingID(key)); b != nil {
			return blockingEntry(b), true
		}
	case access.EntrySite:
		if v.site != nil {
			return access.Entry{Kind: kind, Site: v.site}, true
		}
	case access.EntryPreferences:
		if v.prefs != nil {
			return access.Entry{Kind: kind, Preferences: v.prefs}, true
		}
	}
	return access.Entry{}, false
}

// findAccount looks an account up by its key in one piece. Nothing forbids a slash in either half, so
// every place to cut is tried.
func (v *View) findAccount(key string) *access.AccountState {
	for i := range len(key) {
		if key[i] == '/' {
			if a := v.accounts.get(accountKey{key[:i], key[i+1:]}); a != nil {
				return a
			}
		}
	}
	return nil
}

func recordEntry(r *access.Record) access.Entry {
	return access.Entry{Kind: access.EntryRecord, Key: string(r.ID), Record: r}
}

func easEntry(d *access.EASDevice) access.Entry {
	return access.Entry{Kind: access.EntryEASDevice, Key: d.ID, EASDevice: d}
}

func deviceEntry(d *access.Device) access.Entry {
	return access.Entry{Kind: access.EntryDevice, Key: string(d.ID), Device: d}
}

func policyEntry(p *access.Policy) access.Entry {
	return access.Entry{Kind: access.EntryPolicy, Key: string(p.ID), Policy: p}
}

func blockingEntry(b *access.Blocking) access.Entry {
	return access.Entry{Kind: access.EntryBlocking, Key: string(b.ID), Blocking: b}
}

func approvalEntry(p *access.PreApproval) access.Entry {
	return access.Entry{Kind: access.EntryPreApproval, Key: p.ID, PreApproval: p}
}

func accountEntry(a *access.AccountState) access.Entry {
	return access.Entry{Kind: access.EntryAccount, Key: strings.Join([]string{a.Realm, a.Account}, "/"), Account: a}
}
