// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// JobID names a bulk job.
type JobID string

// Bulk is an action on many records: on those named by ID, or, when IDs is empty, on all that Query
// matches when it starts.
type Bulk struct {
	Verb    access.Verb // one of BulkVerbs; VerbLink links those whose suggestion is clear
	IDs     []access.AssociationID
	Query   *Query
	Comment string          // for comment
	Policy  access.PolicyID // for assign-policy
	Wipe    access.WipeKind // for wipe, which goes by id alone
	// Rule, for release and hold-again, is the rule whose quarantine it is about; empty: of every rule.
	Rule access.BlockingID
	// End, with VerbAllow, takes overrides off instead (EndOverride). Overrides then chooses among those in
	// force, in place of Query.
	End       bool
	Overrides *OverrideQuery
}

// JobState is where a job stands.
type JobState string

// The states of a job.
const (
	JobSelecting JobState = "selecting" // finding the records
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobCancelled JobState = "cancelled"
	JobFailed    JobState = "failed"
)

// Job is a bulk action and how far it is.
type Job struct {
	ID       JobID
	Verb     access.Verb
	By       string
	Reason   string
	State    JobState
	Total    int // so far, while selecting
	Done     int // of them, including failed ones
	Failed   int
	Problem  string
	Created  time.Time
	Finished time.Time
	Number   int64             // change number of the last record done: what gateways have to reach
	Of       string            // what its rows are: AnswerRecord, AnswerDevice or AnswerUser
	Ends     bool              // it takes overrides off
	Says     access.Compliance // of VerbSetCompliance: what it says of its devices
	Undoes   JobID             // it takes this job back
	Undone   JobID             // this job has taken it back
	Undoable bool              // whoever asks can take it back with UndoJob
}

// Over reports whether nothing more will happen.
func (j *Job) Over() bool {
	return j.State == JobDone || j.State == JobCancelled || j.State == JobFailed
}

// JobRow is one record of a job.
type JobRow struct {
	N      int
	ID     access.AssociationID // of the record; of Job.Of device or user the id of that
	Label  string               // account and device, as they were; of devices and users their names
	State  string               // waiting, done or failed
	Result string               // in words
}

// JobRowFilter chooses rows of a job. State is empty, "waiting" or "failed".
type JobRowFilter struct {
	State string
	After int // rows behind this N
	Limit int // at most 500; 0: 100
}
