// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxBulkIDs is how many records one job may name; more are chosen by a query.
const maxBulkIDs = 1000

// eventCancel is the audit event of CancelJob.
const eventCancel = "cancel-job"

// jobParams is what a job has to remember beside its verb.
type jobParams struct {
	Query   *Query    `json:"query,omitempty"`
	Comment string    `json:"comment,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Import  string    `json:"import,omitempty"` // of VerbImport: which file, and what is done with it
	Phase   string    `json:"phase,omitempty"`

	Policy access.PolicyID `json:"policy,omitempty"` // of VerbAssignPolicy
	Wipe   access.WipeKind `json:"wipe,omitempty"`   // of VerbWipe

	Rule access.BlockingID `json:"rule,omitempty"` // of VerbReleaseRecord and VerbHoldAgain

	End        bool           `json:"end,omitempty"` // of VerbAllow: overrides are taken off
	Overrides  *OverrideQuery `json:"overrides,omitempty"`
	People     *Query         `json:"people,omitempty"` // devices or users, as the verb says
	Compliance ComplianceForm `json:"compliance,omitzero"`
	Undoes     string         `json:"undoes,omitempty"` // the job that is taken back
}

// selects reports whether the job has to find out what it is for.
func (p *jobParams) selects() bool {
	return p.Query != nil || p.Overrides != nil || p.People != nil || p.Undoes != ""
}

// event is what the audit log calls the beginning of a job.
func (p *jobParams) event(verb access.Verb) string {
	switch {
	case p.Undoes != "":
		return eventUndo
	case p.End:
		return eventEndOverride
	}
	return string(verb)
}

// jobCursor is how far a job has come, beside its rows.
type jobCursor struct {
	Next   string `json:"next,omitempty"`   // page of the selection to read next
	Number int64  `json:"number,omitempty"` // change number of the last records done
	Undone JobID  `json:"undone,omitempty"` // the job that takes it back
}

// StartBulk begins an action on many records and gives the job's id at once; Run carries it out. With a
// Query it reaches the records that match when the job selects them, but none that were first seen after
// the button was pressed. Each record has its own result and its own line in the audit log.
func (a *Admin) StartBulk(ctx context.Context, who access.Actor, b Bulk, act Act) (JobID, error) {
	if err := b.validate(act, a.now()); err != nil {
		return "", err
	}
	if b.Policy != "" && who.May(b.Verb) == nil { // who may not is told that first
		if _, err := a.store.FindPolicy(ctx, b.Policy); err != nil {
			return "", policyGone(err)
		}
	}
	if err := a.thisYear(ctx, b.Query); err != nil {
		return "", err
	}
	rows, err := a.jobRows(ctx, who, b.IDs)
	if err != nil {
		return "", err
	}
	what := count(len(rows), "record", "records")
	switch {
	case b.Overrides != nil:
		what = "all overrides that match"
	case b.Query != nil:
		what = "all that match: " + b.Query.words()
	}
	return a.startJob(ctx, who, b.Verb, act, b, jobParams{Query: b.Query, Comment: b.Comment, Until: act.Until, End: b.End, Overrides: b.Overrides,
		Policy: b.Policy, Wipe: b.Wipe, Rule: b.Rule},
		rows, what)
}

// BulkVerbs lists what can be done to many records at once.
func BulkVerbs() []access.Verb {
	return []access.Verb{access.VerbAllow, access.VerbBlock, access.VerbComment, access.VerbRemove, access.VerbLink, access.VerbUnlink,
		access.VerbMatchAgain, access.VerbAssignPolicy, access.VerbRevertPolicy, access.VerbWipe,
		access.VerbReleaseRecord, access.VerbHoldAgain}
}

func (b *Bulk) validate(act Act, now time.Time) error {
	const op = "admin: bulk"
	switch {
	case !slices.Contains(BulkVerbs(), b.Verb):
		return access.Invalid(op, "This cannot be done to many records at once.")
	case b.End && (b.Verb != access.VerbAllow || b.Query != nil), b.Overrides != nil && !b.End:
		return access.Invalid(op, "Overrides are taken off by id, or by which of them.")
	case b.Query == nil && b.Overrides == nil && len(b.IDs) == 0:
		return access.Invalid(op, "Choose records first.")
	case (b.Query != nil || b.Overrides != nil) && len(b.IDs) > 0:
		return access.Invalid(op, "Choose records by name or by filter, not both.")
	case len(b.IDs) > maxBulkIDs:
		return access.Invalid(op, fmt.Sprintf("Choose at most %d records, or all that match a filter.", maxBulkIDs))
	case b.Verb == access.VerbAssignPolicy && b.Policy == "":
		return access.Invalid(op, "Choose a policy.")
	case b.Policy != "" && b.Verb != access.VerbAssignPolicy, b.Wipe != "" && b.Verb != access.VerbWipe,
		b.Rule != "" && b.Verb != access.VerbReleaseRecord && b.Verb != access.VerbHoldAgain:
		return access.Invalid(op, "This does not go with what is to be done.")
	case b.Verb == access.VerbWipe && b.Query != nil: // a filter may match more than anybody has looked at
		return access.Invalid(op, "Choose the records to wipe one by one: what matches a filter is not wiped.")
	case !act.Until.IsZero() && !act.Until.After(now):
		return access.Invalid(op, "The end must lie in the future.")
	}
	if b.Query != nil {
		b.Query.Cursor, b.Query.Limit = "", 0
	}
	if b.Verb == access.VerbWipe {
		return validWipe(b.Wipe)
	}
	return validComment(b.Comment)
}

// jobRows gives the rows of a job that names its records. One that is not there any more is a row too:
// its result will say so.
func (a *Admin) jobRows(ctx context.Context, who access.Actor, ids []access.AssociationID) ([]store.JobRow, error) {
	list, err := a.store.FindAssociations(ctx, ids)
	if err == nil {
		list, err = a.visible(ctx, who, list)
	}
	if err != nil {
		return nil, err
	}
	labels := make(map[access.AssociationID]string, len(list))
	for i := range list {
		labels[list[i].ID] = label(&list[i])
	}
	rows := make([]store.JobRow, len(ids))
	for i, id := range ids {
		rows[i] = store.JobRow{Target: string(id), Label: labels[id]}
	}
	return rows, nil
}

func label(as *access.Association) string { return as.Pair.Account + " on " + as.Pair.Device }

// FindJob says how far a job is.
func (a *Admin) FindJob(ctx context.Context, who access.Actor, id JobID) (Job, error) {
	if err := who.May(access.VerbView); err != nil {
		return Job{}, err
	}
	j, err := a.store.FindJob(ctx, string(id))
	if access.KindOf(err) == access.KindNotFound {
		return Job{}, access.NotFound("admin: job", "There is no such job, or it ended long ago.")
	}
	if err != nil {
		return Job{}, err
	}
	if !seesJob(who, j) {
		return Job{}, access.NotFound("admin: job", "There is no such job, or it ended long ago.")
	}
	return jobOf(who, j, a.now()), nil
}

// ListJobs gives the newest jobs.
func (a *Admin) ListJobs(ctx context.Context, who access.Actor, limit int) ([]Job, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	list, err := a.store.ListJobs(ctx, limit)
	out := make([]Job, 0, len(list))
	for i := range list {
		if seesJob(who, &list[i]) {
			out = append(out, jobOf(who, &list[i], a.now()))
		}
	}
	return out, err
}

// seesJob says whether a job is shown: who is limited to some groups sees the own ones, since others name
// records of other people.
func seesJob(who access.Actor, j *store.Job) bool {
	return who.Scope == nil || j.Actor.Is(who)
}

// jobOf says of a job what who may see of it.
func jobOf(who access.Actor, j *store.Job, now time.Time) Job {
	var p jobParams
	_ = json.Unmarshal([]byte(j.Params), &p) // one that cannot be read fails when it is run, and says so
	out := Job{ID: JobID(j.ID), Verb: j.Verb, By: j.Actor.Name, Reason: j.Reason, Total: int(j.Total),
		Done: int(j.Done + j.Failed), Failed: int(j.Failed), Problem: j.Problem, Created: j.Created,
		Finished: j.Finished, Number: cursorOf(j).Number, Of: AnswerRecord, Ends: p.End, Says: p.Compliance.Compliance, Undoes: JobID(p.Undoes), Undone: cursorOf(j).Undone}
	if onUsers(j.Verb) {
		out.Of = AnswerUser
	} else if onPeople(j.Verb) {
		out.Of = AnswerDevice
	}
	switch {
	case j.State == store.JobDone:
		out.State = JobDone
	case j.State == store.JobFailed:
		out.State = JobFailed
	case j.State == store.JobCancelled:
		out.State = JobCancelled
	case j.Selected:
		out.State = JobRunning
	default:
		out.State = JobSelecting
	}
	out.Undoable = out.Over() && j.Done > 0 && p.Undoes == "" && out.Undone == "" && undoableVerb(j.Verb) && j.Actor.Is(who) &&
		who.May(j.Verb) == nil && now.Sub(j.Finished) < outcomesKept
	return out
}

// undoableVerb says that what a verb does to many can be taken back. A file is taken back on its own page.
func undoableVerb(v access.Verb) bool {
	return v != access.VerbDeleteDevice && v != access.VerbDeleteUser && v != access.VerbImport && v != access.VerbWipe
}

// words name a job that is taken back in the audit log.
func (j Job) words() string {
	verb := string(j.Verb)
	if j.Ends {
		verb = eventEndOverride
	}
	return "undo of " + verb + ": " + count(j.Done-j.Failed, "row", "rows")
}

func cursorOf(j *store.Job) (c jobCursor) {
	if json.Unmarshal([]byte(j.Cursor), &c) != nil {
		return jobCursor{} // a new job has none
	}
	return c
}

func (c jobCursor) text() string {
	b, err := json.Marshal(c)
	if err != nil { // a string and a number always marshal
		return ""
	}
	return string(b)
}

// ListJobRows gives rows of a job, in order.
func (a *Admin) ListJobRows(ctx context.Context, who access.Actor, id JobID, f JobRowFilter) ([]JobRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if who.Scope != nil {
		if _, err := a.FindJob(ctx, who, id); err != nil {
			return nil, err
		}
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	list, err := a.store.ListJobRows(ctx, string(id), store.JobState(f.State), int64(f.After), f.Limit)
	out := make([]JobRow, len(list))
	for i, r := range list {
		out[i] = JobRow{N: int(r.N), ID: access.AssociationID(r.Target), Label: r.Label, State: string(r.State), Result: r.Result}
	}
	objects := make([]string, len(out))
	for i := range out {
		objects[i] = string(out[i].ID)
	}
	return veiledTexts(ctx, a, who, objects, out, err)
}

// CancelJob stops a job before its next records. What it has done stays done.
func (a *Admin) CancelJob(ctx context.Context, who access.Actor, id JobID) error {
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		j, err := tx.FindJob(string(id))
		if err != nil {
			return err
		}
		if err := who.May(j.Verb); err != nil {
			return err
		}
		if !seesJob(who, j) {
			return errOutside()
		}
		if !j.Finished.IsZero() {
			return access.Conflict("admin: cancel job", "The job is over already.")
		}
		j.State, j.Finished = store.JobCancelled, tx.Now()
		tx.Audit(entry(who, eventCancel, string(j.Verb), j.ID, fmt.Sprintf("%d of %d were done", j.Done+j.Failed, j.Total)))
		return tx.SaveJob(j)
	})
}
