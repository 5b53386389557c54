// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
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

// row puts the present verdict beside an association.
func row(v access.View, as *access.Association, now time.Time) Row {
	d := judge(&withRecord{View: v, record: &as.Record}, &as.Record, now)
	r := Row{Association: *as, Decision: d, Why: d.Why()}
	r.SyncStatus = access.Allowed
	if d.Blocked() {
		r.SyncStatus = access.Blocked
	}
	return r
}
