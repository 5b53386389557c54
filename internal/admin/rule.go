// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"net/netip"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// RuledState is how a rule stands to a record.
type RuledState = store.RuledState

// The states.
const (
	RuledHeld     = store.RuledHeld     // the rule does with it what it does
	RuledWaiting  = store.RuledWaiting  // nothing is done yet: a person has to confirm that so many are meant
	RuledReleased = store.RuledReleased // somebody has let it out of the rule's quarantine
)

// DefaultMost is how many records a rule may hold without a person confirming, where nobody says otherwise.
const DefaultMost = store.DefaultMost

// RuleForm is what a person says of a blocking rule. Which of the fields from OS to Commands count is the
// kind's choice; the others have to be empty.
type RuleForm struct {
	Name   string
	Note   string
	Kind   access.BlockingKind
	Action access.BlockingAction

	OS       string         // os-below
	Version  string         // os-below, protocol-below: the first that is good enough
	Names    []string       // client, model
	Days     int            // unseen
	Networks []netip.Prefix // network
	Outside  bool           // network: whoever comes from elsewhere
	Commands []string       // command: names of commands, or access.FeatureLibrary

	// Groups and Users say for whom the rule is; when both are empty it is for everybody.
	Groups  []string
	Users   []access.UserID
	Enabled bool
	// Most is how many records it may hold before somebody confirms that more are meant; 0: any number.
	Most int
	// Place is where it stands among the others, the lowest speaks first; 0: a new one last, others where they
	// are.
	Place int
	// Confirm lets it hold as many records at once as its preview has said it speaks of (RulePreview.Number),
	// though they are more than Most. When it speaks of another number by now, that is a Conflict. 0: what is
	// more than Most waits.
	Confirm int64
}

// RuleRow is a blocking rule in the list of them.
type RuleRow struct {
	store.Blocking
	// Sentence says what it does: "Quarantines iOS below 17.4, for Sales".
	Sentence string
	// UserNames calls the users it is for by their names, as far as one may see them.
	UserNames map[access.UserID]string
	Held      int64 // records it does to what it does; Waiting counts those that a person has to confirm
	Released  int64 // records that somebody has let out of its quarantine
	// Walk is how far the look at all records is that a change has asked for; zero: they are as the rule says.
	Walk Walk
}

// Walk is a look at all records, after rules, groups of users or limits have changed.
type Walk struct {
	On      bool
	Percent int // 0 to 99
}

// RuleDetails is one rule with what has happened to it.
type RuleDetails struct {
	RuleRow
	Timeline []access.AuditEntry // the latest first; empty for who may not read the audit log
}

// RulePreview says what a change of a rule would do, by the last facts of every record (Y-07). Changes and
// their counts are about verdicts: a record that is refused anyhow, or that a rule would only warn of, is among
// those held and not among those.
type RulePreview struct {
	Preview
	Sentence  string
	Speaks    int64 // records that it would speak of, those released among them
	WouldHold int64
	WouldWait int64 // those more than it may hold: somebody has to confirm them
	// Number is what RuleForm.Confirm and ConfirmRule take: WouldHold and WouldWait, or with ByRequest how many
	// records' last requests the rule would have met.
	Number int64
	// ByRequest says that gateways ask the rule of each request of everybody, so that it holds no record.
	ByRequest bool
}

// RuledQuery chooses records of blocking rules.
type RuledQuery struct {
	Rule   access.BlockingID // empty: of all rules that quarantine
	State  RuledState        // RuledHeld when empty
	Cursor string            // RuledPage.Next of the page before
	Limit  int               // 0: 50
}

// RuledPage is a page of them, the latest first.
type RuledPage struct {
	Rows []RuledRow
	Next string // cursor of the next page; empty: there is none
	// Partial says that the page is short because looking further would have cost too much; Next goes on.
	Partial bool
}

// RuledRow is a record that a rule speaks of.
type RuledRow struct {
	Row
	Rule RecordRule
}

// RecordRule is a rule that speaks of a record.
type RecordRule struct {
	ID         access.BlockingID
	Name       string
	Action     access.BlockingAction
	Sentence   string
	State      RuledState
	Since      time.Time
	ReleasedBy string
	ReleasedAt time.Time
	Can        []access.Verb // of VerbReleaseRecord and VerbHoldAgain, what whoever asks may do now
}
