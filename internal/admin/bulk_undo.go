// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// jobSubject is how the lines of the audit log with which jobs begin say what they are for.
var jobSubject = regexp.MustCompile(`^(undo of [a-z-]+: )?([0-9]+ (records?|devices?|users?|rows?)$|all that match: |all overrides that match$)`)

// AboutJob reports whether a line of the audit log is about a job, which is its object: that it began, or
// was stopped. The lines of what it did have those things as objects.
func AboutJob(e *access.AuditEntry) bool {
	return e.Event == eventCancel || jobSubject.MatchString(e.Subject)
}

// rowKey is under which key of its actor a job keeps what undoing one of its rows takes.
func rowKey(job, target string) string { return "job-" + job + "-" + target }

// keepRow keeps what came of a row, where that can be taken back.
func keepRow(tx *store.Tx, j *store.Job, target string, out outcome) error {
	if !out.undoable() {
		return nil
	}
	out.Result = Result{Version: out.Result.Version}
	text, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("admin: outcome: %w", err)
	}
	return tx.KeepOutcome(store.Outcome{Actor: j.Actor.Key(), Key: rowKey(j.ID, target), Verb: j.Verb, Object: target, Result: string(text)})
}

// UndoJob takes back what a job of the same actor has done, as a job of its own: record by record, as Undo
// would. What somebody has changed since stays as it is, and the job's rows say so.
func (a *Admin) UndoJob(ctx context.Context, who access.Actor, id JobID, act Act) (JobID, error) {
	j, err := a.store.FindJob(ctx, string(id))
	if err == nil && !seesJob(who, j) || access.KindOf(err) == access.KindNotFound && err != nil {
		return "", access.NotFound("admin: job", "There is no such job, or it ended long ago.")
	}
	if err != nil {
		return "", err
	}
	if err := who.May(j.Verb); err != nil {
		a.refused(ctx, who, eventUndo, j.ID, err)
		return "", err
	}
	return a.startJob(ctx, who, j.Verb, act, struct{ Undoes JobID }{id}, jobParams{Undoes: j.ID}, nil,
		jobOf(who, j, a.now()).words())
}

// markUndone refuses to take a job back that cannot be, and remembers which job does it.
func markUndone(tx *store.Tx, who access.Actor, id, by string) error {
	j, err := tx.FindJob(id)
	if err != nil {
		return err
	}
	switch was := jobOf(who, j, tx.Now()); {
	case was.Undone != "":
		return access.Conflict("admin: undo job", "This has been taken back already.")
	case !was.Undoable:
		return access.Invalid("admin: undo job", "This cannot be undone: it is not over, too long ago, not yours, or of a kind that stays.")
	}
	c := cursorOf(j)
	c.Undone = JobID(by)
	j.Cursor = c.text()
	return tx.SaveJob(j)
}

// selectUndo gives the rows of a job that were done.
func (a *Admin) selectUndo(ctx context.Context, job, after string) (rows []store.JobRow, next string, err error) {
	n, _ := strconv.ParseInt(after, 10, 64) // empty: from the first
	list, err := a.store.ListJobRows(ctx, job, "", n, jobSelectBatch)
	for _, r := range list {
		n = r.N
		if r.State == store.JobDone {
			rows = append(rows, store.JobRow{Target: r.Target, Label: r.Label})
		}
	}
	if len(list) == jobSelectBatch {
		next = strconv.FormatInt(n, 10)
	}
	return rows, next, err
}

// undoRow takes back one row of another job.
func (a *Admin) undoRow(tx *store.Tx, j *store.Job, p jobParams, target string) (outcome, error) {
	was, err := tx.FindJob(p.Undoes) // which a token of the one who asks may have begun
	if err != nil {
		return outcome{}, err
	}
	done, _, err := findOutcome(tx, was.Actor, rowKey(p.Undoes, target))
	if access.KindOf(err) == access.KindNotFound && err != nil {
		return outcome{Result: Result{Text: "Nothing had changed, so that nothing is taken back."}}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	out, err := a.takeBack(tx, j.Actor, done, Act{Reason: j.Reason})
	return outcome{ID: out.ID, Result: out.Result}, err // what is undone is not undone again
}
