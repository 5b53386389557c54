// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Preferences are the settings as they are kept.
type Preferences struct {
	access.Preferences
	Version int64
	Changed time.Time // zero: never
	By      string
}

// Preview says what a change of preferences would do now, by asking access.Decide about every record
// under the old and the new ones (Y-07).
type Preview struct {
	At        time.Time
	Position  access.Position // the change it was computed from
	Records   int             // how many were asked about
	ToBlocked int             // pass now, would be refused
	ToAllowed int             // refused now, would pass
	Reworded  int             // same verdict for another reason, or shown but no longer enforced, or the reverse
	Changes   []PreviewChange // the first of them, those that would be blocked before the others
	Truncated bool            // there are more than Changes holds
	Notes     []string        // what cannot be counted by records, in words
	Refusing
}

// PreviewChange is one record whose verdict would change.
type PreviewChange struct {
	ID     access.AssociationID
	Pair   access.Pair
	Linked bool
	Before access.Why
	After  access.Why
}
