// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// OverrideQuery chooses overrides in force. Sort is "until" (soonest end first, those without one last)
// or "at" (when they were said).
type OverrideQuery struct {
	Kind   access.OverrideKind // empty: both
	Search string              // as Query.Search; what is found then comes in the order of a search
	Sort   Sort
	Desc   bool
	Cursor string
	Limit  int
}

// OverridePage is one page of overrides in force.
type OverridePage struct {
	Rows []OverrideRow
	PageMarks
}

// OverrideRow is a record with an override in force, and what the override masks: what a gateway would
// say if it were not there (Y-06). Idle: it would say the same, so the override changes nothing now.
type OverrideRow struct {
	Row
	Masks access.Why
	Idle  bool
}

// ApprovalForm approves a pair before its first contact (Y-08).
type ApprovalForm struct {
	Realm   string
	Account string // in any spelling
	Device  string // ActiveSync device id in any spelling
}

// ApprovalRow is a pre-approval that speaks, and what it masks. Record is the pair's record, once it has
// come; nil before.
type ApprovalRow struct {
	access.PreApproval
	Record *Row
	Masks  access.Why
	Idle   bool
}

// ApprovalPage is one page of pre-approvals, the newest first.
type ApprovalPage struct {
	Rows []ApprovalRow
	Next string // After of the next page
}

// Preview of a verb on one thing or on many is Preview: what is listed is what then happens (Y-07).

// Moment is one line of a timeline (Y-19): the audit log's lines about a thing, and what the thing itself
// remembers. Kind is the audit event, or "first-seen", "last-seen", "override-ends", "facts", "enrolled".
type Moment struct {
	At     time.Time
	Kind   string
	Who    string // empty: nobody in particular; "vedette": a machine
	Text   string // in words
	ID     int64  // of the audit line; 0: not from there
	Object string // the record, device or user it is about
	About  string // its name, where the timeline is that of something wider: a phone of a user, a record of a device
}

// TimelineQuery asks for the timeline of one record, device or user: exactly one of them is set.
type TimelineQuery struct {
	Record access.AssociationID
	Device access.DeviceID
	User   access.UserID
	Before int64 // Timeline.Older of the page before
	Limit  int   // 0: 50
}

// Timeline is one page, the newest first.
type Timeline struct {
	Moments []Moment
	Older   int64 // 0: there is no more
}

// Answers is what the one search box says to a text.
type Answers struct {
	Text string
	List []Answer
	More bool // there is more of each than the list holds: search on the pages themselves
}

// Kinds of answers.
const (
	AnswerUser   = "user"
	AnswerDevice = "device"
	AnswerRecord = "record"
)

// Answer is one thing that was found: what is the matter with it in one sentence, and the one verb that
// solves it. Verb is empty when nothing is wrong, and when no verb solves it: then Advice says what to do.
// On and OnKind name the thing the verb is for, which need not be the one that was found: a record that
// is blocked because its device is lost is solved by recovering the device.
type Answer struct {
	Kind     string // AnswerUser, AnswerDevice or AnswerRecord
	ID       string
	Title    string // whose, what
	Sentence string
	Wrong    bool // somebody cannot read their mail
	Rule     string
	Verb     access.Verb
	OnKind   string
	On       string
	Advice   string
	// Also are verbs on the thing that was found which the actor may use as well: they do not solve what is
	// wrong, but are what a caller may want, such as blocking a phone that syncs.
	Also []access.Verb
	// At is the moment that Sentence names with AtWords, a part of it in the time zone that is set; zero when
	// it names none.
	At      time.Time
	AtWords string
}
