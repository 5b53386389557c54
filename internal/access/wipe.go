// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// WipeID names one order to wipe.
type WipeID string

// WipeKind says how much a wipe takes.
type WipeKind string

// The kinds. A full wipe is what the client makes of it, up to a factory reset; an account-only one
// takes the account away and needs protocol 16.1. [MS-ASPROV] 2.2.2.45, 2.2.2.3
const (
	WipeFull    WipeKind = "full"
	WipeAccount WipeKind = "account"
)

// WipeState is how far an order has come.
type WipeState string

// The states. The zero value: there is no order.
const (
	NoWipe           WipeState = ""
	WipeWaiting      WipeState = "waiting"      // for a second approver
	WipePending      WipeState = "pending"      // given, not told to the phone yet
	WipeDelivered    WipeState = "delivered"    // told to the phone
	WipeAcknowledged WipeState = "acknowledged" // the phone, with accepted credentials, says that it has received it
	WipeUnverified   WipeState = "unverified"   // somebody without accepted credentials says so
	WipeFailed       WipeState = "failed"       // the phone says that it cannot; told again until somebody closes it
	WipeCancelled    WipeState = "cancelled"
	WipeReleased     WipeState = "released" // acknowledged, and the record let go again
	WipeClosed       WipeState = "closed"   // unverified or failed, and given up by an administrator
)

// Open reports whether the order may still reach the phone.
func (s WipeState) Open() bool {
	switch s {
	case WipePending, WipeDelivered, WipeUnverified, WipeFailed:
		return true
	}
	return false
}

// Cancellable reports whether an order can be taken back: until it has been told to the phone.
func (s WipeState) Cancellable() bool { return s == WipeWaiting || s == WipePending }

// Wiped reports whether the record counts as wiped: it stays so until it is released or removed.
func (s WipeState) Wiped() bool { return s == WipeAcknowledged || s == WipeClosed }

// Wipe is the part of an order that gateways hold: at most one per record, the latest. An order that
// is held (Y-10: not approved, delayed, frozen) is known to them only from NotBefore on, or not at all.
type Wipe struct {
	ID        WipeID    `json:"id,omitempty"`
	Kind      WipeKind  `json:"kind,omitempty"`
	State     WipeState `json:"state,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"` // not to be told to the phone before this; the record is blocked meanwhile
	By        string    `json:"by,omitempty"`
	// Server: the mail server has given the order, and wants to hear that it was carried out.
	Server bool      `json:"server,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Speaks reports whether the order has something to say against requests of its record.
func (w *Wipe) Speaks() bool { return w.State.Open() || w.State.Wiped() }

// Due reports whether the order is to be told to the phone at now.
func (w *Wipe) Due(now time.Time) bool { return w.State.Open() && !now.Before(w.NotBefore) }

// WipeReport is what a gateway tells about an order: how far it has come with the phone.
type WipeReport struct {
	ID WipeID `json:"id"`
	// State is delivered, acknowledged, unverified or failed; pending, without an ID, where the mail server
	// itself has ordered a wipe.
	State WipeState `json:"state"`
	At    time.Time `json:"at"`
	// Protocol, Addr: of the request that made it so.
	Protocol string `json:"protocol,omitempty"`
	Addr     string `json:"addr,omitempty"`
}

// Follows reports whether an order in state s may come to state next by a gateway's report. Reports
// come late, twice and out of order: what has been acknowledged stays so. A gateway may not have heard of
// it yet that an order was cancelled: a phone that has then acknowledged it is wiped.
func (s WipeState) Follows(next WipeState) bool {
	switch next {
	case WipeDelivered:
		return s == WipePending
	case WipeFailed, WipeUnverified:
		return s == WipePending || s == WipeDelivered || s == WipeFailed && next == WipeUnverified
	case WipeAcknowledged:
		return s == WipePending || s == WipeDelivered || s == WipeFailed || s == WipeUnverified || s == WipeCancelled
	}
	return false
}
