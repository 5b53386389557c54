// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"
)

// Act is what a person gives along with a verb.
type Act struct {
	// Key makes a verb that is sent twice happen once: the same key of the same actor gives the first
	// result again, and with another request it is refused. Every form carries its own. Empty: no such
	// protection.
	Key string
	// Version is the version of the thing the person was looking at; when it has changed since, the
	// verb gives a Conflict that says who changed what and when. Zero: act on whatever is there.
	Version int64
	// Reason is kept with the override and in the audit log. Allow and Block show it as "why".
	Reason string
	// Until ends an override by itself. Zero: never.
	Until time.Time
	// Only keeps Allow, Block and the end of either to the one record. Otherwise they go for the record of
	// the same account and device at the other kind of Sentry too, if there is one.
	Only bool
}

// Result is what came of a verb.
type Result struct {
	Number  int64  `json:"number"`       // gateways that have applied this change number obey; 0: gateways are not concerned
	Version int64  `json:"version"`      // of the thing, after the change
	ID      string `json:"id,omitempty"` // of what was made
	Text    string `json:"text"`         // what happened, in words for the person
	// Shadow: the change is kept and shown, but gateways refuse nobody while shadow mode is on.
	Shadow bool `json:"shadow,omitempty"`
	// Undo can be given to Undo while nobody has changed the thing since; empty: cannot be undone.
	Undo string `json:"undo,omitempty"`
	// Replayed: this is the result of the first time; nothing happened now.
	Replayed bool `json:"-"`
}

// The longest reason and comment, in characters. The store cuts at bytes; people are told instead.
const (
	maxReason  = 500
	maxComment = 2000
)
