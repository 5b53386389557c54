// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"net/netip"
	"time"
)

// Shield is what the stale-password shield and the brute-force limits say about the credentials of a
// request (Y-11).
type Shield uint8

// What the shield can say.
const (
	ShieldSilent    Shield = iota
	ShieldStale            // the mail server refused these credentials a short while ago
	ShieldLimited          // too many wrong passwords for this account from this network
	ShieldNoAccount        // no credentials at all: the phone has to be asked for them
)

// Facts are what is known about one request when it is judged. The gateway fills them in from the
// request line, the connection and its own memory; nothing in them has to be true, only asked.
type Facts struct {
	Pair Pair
	// Malformed says in words why the request cannot be judged or must not run: a broken query, a
	// command that disagrees with the body's root element. Empty: it can.
	Malformed string
	Shield    Shield
	// ClientCertificate: the phone authenticated by certificate, which no backend can take yet.
	ClientCertificate bool
	// OtherUser: the User parameter names another account than the credentials.
	OtherUser bool
	Command   string
	Version   string
	// Feature is FeatureLibrary where the body asks for documents of a file share, and somebody wants to know.
	Feature string
	// Addr is where the request comes from; the zero value: not known.
	Addr netip.Addr
	// ServerType is the kind of mail server that has the account; empty: not known.
	ServerType string
	// Stranger is what the request tells of a phone that has no record, where there are blocking rules.
	Stranger *Traits
	// Key is what the gateway has found about the request's policy key, under Policy, which is
	// PolicyFor its device.
	Key    KeyState
	Policy *Policy
	// Crowded: too many phones come at once, and this one's turn has not come (Y-22).
	Crowded bool
	// ConsoleHeard is when the gateway last heard its console; zero: never since it started.
	// ConsoleAway says that this is too long ago to count as connected.
	ConsoleHeard time.Time
	ConsoleAway  bool
}

// View is the state a verdict is given from: a snapshot that does not change while it is looked at.
// The look-ups return nil for what is not there, take no lock and allocate nothing.
type View interface {
	Record(Pair) *Record
	EASDevice(id string) *EASDevice
	Device(DeviceID) *Device
	Account(realm, account string) *AccountState
	// PreApproval gives what lets a pair through before its first contact.
	PreApproval(Pair) *PreApproval
	// Policy gives an ActiveSync policy.
	Policy(PolicyID) *Policy
	// Blockings gives the blocking rules in the order in which they speak.
	Blockings() []*Blocking
	Preferences() *Preferences
}
