// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

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
