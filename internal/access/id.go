// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// AssociationID names one record: one account on one device, through one kind of Sentry.
type AssociationID string

// DeviceID names a registered device. It is ours; the id a phone claims is Pair.Device.
type DeviceID string

// UserID names a person the console knows.
type UserID string

// GatewayID names a gateway, as its certificate and the console's configuration do.
type GatewayID string

// Domain says which kind of Sentry an association came through (C-11).
type Domain string

// The two kinds of Sentry.
const (
	Standalone Domain = "standalone"
	Integrated Domain = "integrated"
)

// Label gives the words of the Domain column.
func (d Domain) Label() string {
	if d == Integrated {
		return "Integrated"
	}
	return "Standalone"
}

// Pair is what a request names, in canonical form: one spelling for one account and one device.
// Realm is the account realm of the backend that serves the account, Account the canonical account
// name inside it, Device the canonical ActiveSync device id. A zero Pair names nothing.
type Pair struct {
	Realm   string
	Account string
	Device  string
}

// IsZero reports whether the pair names nothing.
func (p Pair) IsZero() bool { return p == Pair{} }

// String gives account, realm and device for people and logs.
func (p Pair) String() string { return p.Account + " (" + p.Realm + ") on " + p.Device }
