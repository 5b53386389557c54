// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"slices"
	"time"
)

// OverrideKind is what an administrator has said about one record.
type OverrideKind string

// The overrides. The zero value is none.
const (
	NoOverride    OverrideKind = ""
	OverrideAllow OverrideKind = "allow"
	OverrideBlock OverrideKind = "block"
)

// Override is an administrator's word on one record. It speaks from At on and, when Until is set,
// no longer from Until on.
type Override struct {
	Kind   OverrideKind `json:"kind,omitempty"`
	Reason string       `json:"reason,omitempty"`
	By     string       `json:"by,omitempty"`
	At     time.Time    `json:"at,omitzero"`
	Until  time.Time    `json:"until,omitzero"`
}

// Speaks reports whether the override still has something to say at now.
func (o Override) Speaks(now time.Time) bool {
	return o.Kind != NoOverride && (o.Until.IsZero() || now.Before(o.Until))
}

// Record is the part of an association that a verdict depends on: what gateways hold in memory.
type Record struct {
	ID       AssociationID `json:"id"`
	Domain   Domain        `json:"domain"`
	Pair     Pair          `json:"pair"`
	Device   DeviceID      `json:"device,omitempty"` // the registered device it is linked to; empty: Unregistered(Unlinked)
	Override Override      `json:"override,omitzero"`
	// RedirectClears counts how often an administrator has cleared the pair's redirect. A gateway that
	// learnt one at another count forgets it.
	RedirectClears int64 `json:"redirect_clears,omitempty"`
	// Wipe is the latest order to wipe the phone for this record.
	Wipe Wipe `json:"wipe,omitzero"`
	// ServerKey is the mail server's own policy key for the pair, sealed by a gateway for its fellows:
	// nobody else can read it.
	ServerKey string `json:"server_key,omitempty"`
	// UserUnknown: no user is known to have the account (M-14). Gateways learn it of linked records
	// alone, which is where a verdict may hang on it.
	UserUnknown bool `json:"user_unknown,omitempty"`
	// Ruling is what blocking rules and limits have to do with the record; nil: nothing. It is never changed
	// in place.
	Ruling *Ruling `json:"ruling,omitempty"`
}

// Ruling is what blocking rules and limits have to do with one record, as the console has worked it out.
type Ruling struct {
	// Rules are the blocking rules that speak of the record, sorted: those that look at the phone match
	// it, those that look at requests have it in their scope.
	Rules []BlockingID `json:"rules,omitempty"`
	// Released are the rules out of whose quarantine somebody has let it, sorted.
	Released []BlockingID `json:"released,omitempty"`
	// OverLimit: the mailbox has its number of devices already, all of which came earlier (Preferences.DeviceLimit).
	OverLimit bool `json:"over_limit,omitempty"`
}

// Names reports whether the rule speaks of the record; false of no record's.
func (g *Ruling) Names(id BlockingID) bool { return g != nil && slices.Contains(g.Rules, id) }

// ReleasedFrom reports whether somebody has let the record out of a rule's quarantine.
func (g *Ruling) ReleasedFrom(id BlockingID) bool { return g != nil && slices.Contains(g.Released, id) }

// Equal reports whether two say the same.
func (g *Ruling) Equal(o *Ruling) bool {
	if g == nil || o == nil {
		return g == o
	}
	return slices.Equal(g.Rules, o.Rules) && slices.Equal(g.Released, o.Released) && g.OverLimit == o.OverLimit
}

// Equal reports whether two records are the same for a verdict.
func (r Record) Equal(o Record) bool {
	same := r.Ruling.Equal(o.Ruling)
	r.Ruling, o.Ruling = nil, nil
	return same && r == o
}

// Linked reports whether the record belongs to a registered device.
func (r *Record) Linked() bool { return r.Device != "" }

// DeviceState is where a registered device stands in its life.
type DeviceState string

// The states of a registered device.
const (
	DevicePending DeviceState = "pending"
	DeviceActive  DeviceState = "active"
	DeviceLost    DeviceState = "lost"
	DeviceRetired DeviceState = "retired"
	DeviceWiped   DeviceState = "wiped" // shown, and speaks against nothing
)

// Device is the part of a registered device that a verdict depends on. Noncompliant holds the reason
// in words when the device breaks its security policy, and is empty when it does not.
type Device struct {
	ID           DeviceID    `json:"id"`
	Owner        UserID      `json:"owner,omitempty"`
	State        DeviceState `json:"state"`
	Noncompliant string      `json:"noncompliant,omitempty"`
}

// EASDevice is what is known about one canonical ActiveSync device id, whichever account uses it.
// Devices are the registered devices that any record with this id is linked to: their compliance and
// state reach every record of the id.
type EASDevice struct {
	ID      string     `json:"id"`
	Devices []DeviceID `json:"devices,omitempty"`
	// Policy is the ActiveSync policy that an administrator has assigned; empty: the default one.
	Policy PolicyID `json:"policy,omitempty"`
	// PolicyTurns counts how often the phone was told to ask anew for a policy that has not changed.
	PolicyTurns int64 `json:"policy_turns,omitempty"`
	// ServerType is the kind of mail server on which the phone's earliest record is; empty: not known.
	ServerType string `json:"server_type,omitempty"`
}

// AccountState is what is known about one account beside its records.
type AccountState struct {
	Realm    string `json:"realm"`
	Account  string `json:"account"`
	Disabled bool   `json:"disabled,omitempty"`
	// AliasOf is the account in the same realm that this name is another name of; empty: it is
	// an account of its own.
	AliasOf string `json:"alias_of,omitempty"`
}
