// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// ImportID names an import.
type ImportID string

// ImportKind says what the lines of a file are.
type ImportKind string

// The kinds of imports.
const (
	ImportDevices    ImportKind = "devices"    // registered devices, made or changed
	ImportCompliance ImportKind = "compliance" // of registered devices that are there already
	ImportUsers      ImportKind = "users"
	ImportExpected   ImportKind = "expected" // phones of the mail server's list or of another console (Y-18)
)

// ImportKinds lists every kind.
func ImportKinds() []ImportKind {
	return []ImportKind{ImportDevices, ImportCompliance, ImportUsers, ImportExpected}
}

// The most that a file may hold.
const (
	MaxImportBytes = 32 << 20
	MaxImportLines = 100_000
)

// ImportForm says what a file is, and how to read it.
type ImportForm struct {
	Kind ImportKind
	File string // its name
	// Realm is the mail server of accounts that do not name theirs; needed for ImportExpected.
	Realm string
	// DayFirst reads 03/04/2026 as the 3rd of April where the file itself leaves that open.
	DayFirst bool
	// Presets takes over what the mail server has decided by hand: what it blocks is blocked when it comes
	// or at once if it has come, what it allows by name is let through before its first contact.
	Presets bool
}

// ImportState says where an import stands.
type ImportState string

// The states of an import.
const (
	ImportChecking  ImportState = "checking"
	ImportChecked   ImportState = "checked" // it waits to be carried out, or to be forgotten
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportUndoing   ImportState = "undoing"
	ImportUndone    ImportState = "undone"
	ImportCancelled ImportState = "cancelled"
)

// LineState says what would come of a line, what came of it, or whether it was taken back.
type LineState string

// The states of a line.
const (
	LineWaiting LineState = "waiting"
	LineCreate  LineState = "create" // these three after the check
	LineChange  LineState = "change"
	LineSame    LineState = "same" // nothing to do, before and afterwards
	LineRefused LineState = "refused"
	LineCreated LineState = "created"
	LineChanged LineState = "changed"
	LineUndone  LineState = "undone"
	LineKept    LineState = "kept" // it could not be taken back
)

// Import is a file and what has come of it so far.
type Import struct {
	ID       ImportID
	Form     ImportForm
	By       string
	Reason   string
	State    ImportState
	Lines    int
	Counts   map[LineState]int
	Columns  []string // what was understood of the first line
	Unknown  []string // columns that nothing is taken from
	Notes    []string // in words
	Preview  Preview  // what the check says about records; Changes has the first of them
	Job      JobID    // that works on it, or did last
	Created  time.Time
	Finished time.Time
	Version  int64
}

// ImportLine is one line.
type ImportLine struct {
	N      int
	Line   int // of the file, the first is 1
	Label  string
	State  LineState
	Result string
	Object string // id of the device, user or expected phone
}

// ImportLineFilter chooses lines: those in a state, or all.
type ImportLineFilter struct {
	State LineState
	After int // lines behind this N
	Limit int // at most 500; 0: 100
}

// importSummary is what an import remembers beside its lines.
type importSummary struct {
	Counts  map[LineState]int `json:"counts,omitempty"`
	Columns []string          `json:"columns,omitempty"`
	Unknown []string          `json:"unknown,omitempty"`
	Notes   []string          `json:"notes,omitempty"`
	Preview Preview           `json:"preview,omitzero"`
}

// importBefore is what taking back a line needs.
type importBefore struct {
	Version  int64                    `json:"version,omitempty"` // of the thing, after the import
	Device   *access.RegisteredDevice `json:"device,omitempty"`
	User     *access.User             `json:"user,omitempty"`
	Expected *access.Expected         `json:"expected,omitempty"`
	Record   access.AssociationID     `json:"record,omitempty"` // whose override was set
	Override *access.Override         `json:"override,omitempty"`
	At       int64                    `json:"at,omitempty"` // version of that record afterwards
	Approval string                   `json:"approval,omitempty"`
}
