// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Snapshot is the console's own copy of what gateways decide from: an access.View that can be walked.
type Snapshot interface {
	access.View
	// EachRecord calls f with every record until it returns false.
	EachRecord(f func(*access.Record) bool)
	Position() access.Position
}

// withRecord is a view in which one record is as the store has it, and the rest as the snapshot has it.
type withRecord struct {
	access.View
	record *access.Record
}

func (v *withRecord) Record(p access.Pair) *access.Record {
	if p == v.record.Pair {
		return v.record
	}
	return v.View.Record(p)
}

// withPreferences is a view under other preferences.
type withPreferences struct {
	access.View
	preferences *access.Preferences
}

func (v *withPreferences) Preferences() *access.Preferences { return v.preferences }

// judge asks what a gateway that hears its console would say to a well-formed request of r.
func judge(v access.View, r *access.Record, now time.Time) access.Decision {
	return access.Decide(v, &access.Facts{Pair: r.Pair, ConsoleHeard: now}, now)
}

// judgeOn is judge for a record on a mail server of some kind, and for a request from an address. Empty, zero: not known.
func judgeOn(v access.View, r *access.Record, server string, from netip.Addr, now time.Time) access.Decision {
	return access.Decide(v, &access.Facts{Pair: r.Pair, ConsoleHeard: now, ServerType: server, Addr: from}, now)
}

// judgeStranger is judge for what may have no record in a view: rules then look at what the phone says of itself.
func judgeStranger(v access.View, as *access.Association, now time.Time) access.Decision {
	if v.Record(as.Pair) != nil {
		return judge(v, &as.Record, now)
	}
	t := as.Traits()
	t.LastSync = time.Time{}
	return access.Decide(v, &access.Facts{Pair: as.Pair, ConsoleHeard: now, Stranger: &t}, now)
}

// row puts the present verdict beside an association.
func row(v access.View, as *access.Association, now time.Time) Row { return rowOn(v, as, "", now) }

// rowOn is row for a record on a mail server of some kind; empty: not known.
func rowOn(v access.View, as *access.Association, server string, now time.Time) Row {
	d := judgeOn(&withRecord{View: v, record: &as.Record}, &as.Record, server, as.LastAddr(), now)
	r := Row{Association: *as, Decision: d, Why: d.Why(), Policy: policyState(v, as.Pair.Device)}
	r.SyncStatus = access.Allowed
	switch {
	case d.Rule == access.RuleWiped:
		r.SyncStatus = access.Wiped
	case d.Blocked():
		r.SyncStatus = access.Blocked
	}
	return r
}

// overlay is a view in which some things are as they would be, and the rest as the snapshot has them.
type overlay struct {
	access.View
	records  map[access.Pair]*access.Record // nil: gone
	devices  map[access.DeviceID]*access.Device
	eas      map[string]*access.EASDevice
	accounts map[access.Account]*access.AccountState
	approval map[access.Pair]*access.PreApproval
	policies map[access.PolicyID]*access.Policy
}

func (v *overlay) Record(p access.Pair) *access.Record {
	if r, ok := v.records[p]; ok {
		return r
	}
	return v.View.Record(p)
}

func (v *overlay) Device(id access.DeviceID) *access.Device {
	if d, ok := v.devices[id]; ok {
		return d
	}
	return v.View.Device(id)
}

func (v *overlay) EASDevice(id string) *access.EASDevice {
	if e, ok := v.eas[id]; ok {
		return e
	}
	return v.View.EASDevice(id)
}

func (v *overlay) Account(realm, account string) *access.AccountState {
	if s, ok := v.accounts[access.Account{Realm: realm, Account: account}]; ok {
		return s
	}
	return v.View.Account(realm, account)
}

func (v *overlay) PreApproval(p access.Pair) *access.PreApproval {
	if a, ok := v.approval[p]; ok {
		return a
	}
	return v.View.PreApproval(p)
}

func (v *overlay) Policy(id access.PolicyID) *access.Policy {
	if p, ok := v.policies[id]; ok {
		return p
	}
	return v.View.Policy(id)
}

// joins says that some record of an ActiveSync id is linked to a device.
func (v *overlay) joins(eas string, device access.DeviceID) {
	e := access.EASDevice{ID: eas}
	if now := v.EASDevice(eas); now != nil {
		e = *now
		e.Devices = slices.Clone(now.Devices)
	}
	if device != "" && !slices.Contains(e.Devices, device) {
		e.Devices = append(e.Devices, device)
	}
	if v.eas == nil {
		v.eas = map[string]*access.EASDevice{}
	}
	v.eas[eas] = &e
}
