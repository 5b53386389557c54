// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// WipeQuery chooses orders.
type WipeQuery struct {
	Open   bool          // only those that somebody still has to see to
	Before access.WipeID // WipePage.Next of the page before
	Limit  int           // 0: 50
}

// WipePage is a page of orders, the latest first.
type WipePage struct {
	Rows []WipeRow
	Next access.WipeID // Before of the next page; empty: there is none
}

// WipeRow is an order as pages show it.
type WipeRow struct {
	store.Wipe
	Record bool // its record is still there
	// Held says why the phone is not told yet: WipeHeldFrozen, WipeHeldApproval or WipeHeldDelay; empty: it
	// is not held.
	Held string
	Can  []access.Verb // what may be done with it now by who asks: of the verbs of wipes
}

// Why an order is held.
const (
	WipeHeldFrozen   = "frozen"
	WipeHeldApproval = "approval"
	WipeHeldDelay    = "delay"
)

// WipePreview says what an order would do.
type WipePreview struct {
	Kind   access.WipeKind
	Effect string // in a sentence
	// Known is false where nobody has written down what this client does: then Effect says so.
	Known     bool
	Supported bool // false with Known: the client does not do it
	Source    string
	Date      string
	// Others are the other accounts of the phone that would go with it. Those of people outside the
	// actor's groups are counted in Warnings and not listed.
	Others   []Row
	Warnings []string
	// Refused says why it cannot be ordered now; empty: it can.
	Refused  string
	CapLeft  int           // how many more can be ordered within this hour
	Delay    time.Duration // before the phone is told
	Approval bool          // another administrator has to approve it
}

// WipeSafety is what limits orders to wipe (Y-10).
type WipeSafety struct {
	PerHour        int           `json:"per_hour"` // over all administrators and tokens; 0: none can be ordered
	Delay          time.Duration `json:"delay"`    // before a phone is told
	SecondApprover bool          `json:"second_approver"`
	// ExemptGroups are groups of users whose phones are never wiped on the word of one person alone: orders
	// for them wait for a second approver whatever SecondApprover says.
	ExemptGroups []string `json:"exempt_groups"`
	Kept         `json:"-"`
}

// Freeze says whether destructive orders are held.
type Freeze struct {
	Frozen bool      `json:"frozen"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Kept   `json:"-"`
}
