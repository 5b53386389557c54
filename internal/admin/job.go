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
	Comment string // for comment
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
	Number   int64 // change number of the last record done: what gateways have to reach
}

// Over reports whether nothing more will happen.
func (j *Job) Over() bool {
	return j.State == JobDone || j.State == JobCancelled || j.State == JobFailed
}

// JobRow is one record of a job.
type JobRow struct {
	N      int
	ID     access.AssociationID
	Label  string // account and device, as they were
	State  string // waiting, done or failed
	Result string // in words
}

// JobRowFilter chooses rows of a job. State is empty, "waiting" or "failed".
type JobRowFilter struct {
	State string
	After int // rows behind this N
	Limit int // at most 500; 0: 100
}
