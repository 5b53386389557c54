// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import "github.com/vedette-mail/vedette/internal/access"

// Candidates is what Link To shows of a record.
type Candidates struct {
	Record Row
	List   []LinkCandidate // best first; with a search, what it finds
	// Hand says that a person has linked or unlinked the record, so that the matcher leaves it alone.
	Hand bool
}

// LinkCandidate is one registered device a record may be linked to.
type LinkCandidate struct {
	DeviceRow
	Score     int // 0 to 100
	Reasons   []string
	Against   []string
	Barred    bool // only a person may link it
	Present   bool // the record is linked to it now
	Suggested bool // the matcher would have it
	Facts     []FactPair
}

// RecordCandidate is a record that a registered device may be linked to, seen from the device.
type RecordCandidate struct {
	Row
	LinkCandidate
}

// FactPair is one fact as the phone tells it by mail and as the device's registration has it.
type FactPair struct {
	Name   string // "model", "os", "os-version", "number", "imei", "owner", "name", "eas-id"
	Record string
	Device string
	Agrees bool // both say the same, as the matcher compares them
	Known  bool // both say something
}

// LinkPreview says which records a bulk of access.VerbLink would link now, and to what.
type LinkPreview struct {
	Links     []LinkStep // the first 200
	Clear     int        // how many would be linked
	Unclear   int        // chosen, and left alone
	Truncated bool       // there are more than were looked at
	Refusing
}

// LinkStep is one link that a bulk would make.
type LinkStep struct {
	Record Row
	Device DeviceRow
	Score  int
	Reason []string
	After  access.Why // what a gateway would say then
}
