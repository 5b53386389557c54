// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// Sizes of a step. A step is one transaction, so it is short enough for others to get in between.
const (
	jobSelectBatch = 500
	jobBatch       = 100
	jobHold        = 30 * time.Second
	jobAttempts    = 50
)

// runJobs carries out jobs until none is left that nobody works on.
func (a *Admin) runJobs(ctx context.Context) error {
	for {
		j, err := a.store.LeaseJob(ctx, a.owner, jobHold)
		if access.KindOf(err) == access.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		err = a.runJob(ctx, j)
		switch {
		case errors.Is(err, store.ErrJobGone):
			// Cancelled, or in the hands of another console: either way it is not ours any more.
		case err != nil && ctx.Err() == nil && j.Attempts >= jobAttempts:
			a.log.LogAttrs(ctx, slog.LevelError, "job given up", slog.String(logkeys.Job, j.ID), slog.Any(logkeys.Error, err))
			return a.endJob(ctx, j, store.JobFailed, "It could not be carried out; the log of the console says why.")
		case err != nil:
			return err
		}
	}
}

func (a *Admin) runJob(ctx context.Context, j *store.Job) error {
	var p jobParams
	if err := json.Unmarshal([]byte(j.Params), &p); err != nil {
		return a.endJob(ctx, j, store.JobFailed, "The job cannot be read.")
	}
	for !j.Selected {
		if over, err := a.jobMayGoOn(ctx, j); over || err != nil {
			return err
		}
		if err := a.selectRows(ctx, j, p); err != nil {
			return err
		}
	}
	for {
		rows, err := a.store.NextJobRows(ctx, j.ID, jobBatch)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			a.catchUp(ctx, cursorOf(j).Number)
			return a.endJob(ctx, j, store.JobDone, "")
		}
		if over, err := a.jobMayGoOn(ctx, j); over || err != nil {
			return err
		}
		if err := a.jobStep(ctx, j, p, rows); err != nil {
			return err
		}
	}
}

// jobMayGoOn asks before each step who the one who began a job is by now, and what he may: a job outlives
// sessions, tokens, roles and groups. Where he may not do this any more, the job is over.
func (a *Admin) jobMayGoOn(ctx context.Context, j *store.Job) (over bool, err error) {
	who, err := a.present(ctx, j.Actor)
	if err == nil {
		if err = who.May(j.Verb); err == nil {
			j.Actor = who
			return false, nil
		}
	}
	switch access.KindOf(err) {
	case access.KindForbidden, access.KindUnauthenticated, access.KindNotFound:
		return true, a.endJob(ctx, j, store.JobFailed, "Whoever began this may not do it any more.")
	}
	return false, err
}

// selectRows adds one page of the query to the job. Selecting ends before the first record is changed, so
// a job that blocks what is allowed does not move the list under its own feet.
func (a *Admin) selectRows(ctx context.Context, j *store.Job, p jobParams) error {
	if !p.selects() {
		return a.endJob(ctx, j, store.JobFailed, "The job does not say what it is for.")
	}
	cursor := cursorOf(j)
	rows, next, err := a.selectPage(ctx, j, p, cursor.Next)
	if err != nil {
		return err
	}
	cursor.Next = next
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
			return err
		}
		if err := tx.AddJobRows(j.ID, rows); err != nil {
			return err
		}
		j.Cursor, j.Selected = cursor.text(), cursor.Next == ""
		return tx.SaveJob(j)
	})
}

// jobStep does some rows in one transaction: all of them with their results, or none. A row that the
// database refuses in a way that would come again is found by doing them one by one.
func (a *Admin) jobStep(ctx context.Context, j *store.Job, p jobParams, rows []store.JobRow) error {
	if j.Verb == access.VerbImport { // a row is many lines
		return a.importStep(ctx, j, p, rows[0])
	}
	err := a.jobRowsTx(ctx, j, p, rows)
	if err == nil || ctx.Err() != nil || access.KindOf(err) != access.KindInternal {
		return err
	}
	for i := range rows {
		err := a.jobRowsTx(ctx, j, p, rows[i:i+1])
		if err == nil {
			continue
		}
		if ctx.Err() != nil || access.KindOf(err) != access.KindInternal {
			return err
		}
		a.log.LogAttrs(ctx, slog.LevelError, "job row failed", slog.String(logkeys.Job, j.ID),
			slog.String(logkeys.Record, rows[i].Target), slog.Any(logkeys.Error, err))
		err = a.store.WithTx(ctx, func(tx *store.Tx) error {
			if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
				return err
			}
			return tx.FinishJobRow(j.ID, rows[i].N, store.JobFailed, "It could not be done; the log of the console says why.")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Admin) jobRowsTx(ctx context.Context, j *store.Job, p jobParams, rows []store.JobRow) error {
	number, err := a.store.Change(ctx, func(tx *store.Tx) error {
		if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
			return err
		}
		capped := false
		for _, r := range rows {
			out, refused, err := a.tryRow(tx, j, p, r.Target)
			if err != nil {
				return err
			}
			state, text := store.JobDone, out.Result.Text
			if refused != nil {
				state, text = store.JobFailed, refused.Text
			}
			if refused != nil && isCap(refused) && !capped { // one line is enough
				tx.Audit(capLine(j.Actor, r.Target, refused.Text))
				capped = true
			}
			if err := tx.FinishJobRow(j.ID, r.N, state, text); err != nil {
				return err
			}
		}
		if err := ruling.Settle(tx); err != nil {
			return err
		}
		return tx.SaveJob(j) // with the number of the step before
	})
	if err == nil && number > 0 {
		c := cursorOf(j)
		c.Number = number
		j.Cursor = c.text()
	}
	return err
}

// tryRow does what jobRow does as a part that can fail alone, since a verb may have written before it finds out
// that it must not go on. refused is why nothing was done: that is the row's result.
func (a *Admin) tryRow(tx *store.Tx, j *store.Job, p jobParams, target string) (out outcome, refused *access.Error, err error) {
	err = tx.Part(func() (err error) {
		if out, err = a.jobRow(tx, j, p, target); err == nil && p.Undoes == "" {
			err = keepRow(tx, j, target, out)
		}
		return err
	})
	if refused = refusal(err); refused != nil {
		return outcome{}, refused, nil
	}
	return out, nil, err
}

// refusal gives the error with which a verb was refused because of what it was done to: it is gone, has changed
// since, is out of use, or beyond what whoever began the job may do. nil: it was done, or something else went wrong.
func refusal(err error) *access.Error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return nil
	}
	switch e.Kind {
	case access.KindNotFound, access.KindConflict, access.KindInvalid, access.KindForbidden:
		return e
	}
	return nil
}

// jobRow does to one record, device or user what its verb alone would do.
func (a *Admin) jobRow(tx *store.Tx, j *store.Job, p jobParams, target string) (outcome, error) {
	switch {
	case p.Undoes != "":
		return a.undoRow(tx, j, p, target)
	case onPeople(j.Verb):
		return a.personRow(tx, j.Actor, j.Verb, target, p.Compliance, j.Reason)
	}
	as, err := a.find(tx, j.Actor, access.AssociationID(target), 0)
	if err != nil {
		return outcome{}, err
	}
	if p.End {
		return a.endOverride(tx, j.Actor, as, j.Reason)
	}
	switch j.Verb {
	case access.VerbAllow, access.VerbBlock:
		if err := overridable(as); err != nil {
			return outcome{}, err
		}
		kind := access.OverrideAllow
		if j.Verb == access.VerbBlock {
			kind = access.OverrideBlock
		}
		return a.setOverride(tx, j.Actor, j.Verb, as, access.Override{
			Kind: kind, Reason: j.Reason, By: j.Actor.Name, At: tx.Now(), Until: p.Until,
		})
	case access.VerbComment:
		return setComment(tx, j.Actor, as, p.Comment)
	case access.VerbRemove:
		return a.remove(tx, j.Actor, as, j.Reason)
	case access.VerbLink:
		return a.linkClear(tx, j.Actor, as, j.Reason)
	case access.VerbUnlink:
		return a.unlink(tx, j.Actor, as, j.Reason)
	case access.VerbMatchAgain:
		return a.matchAgain(tx, j.Actor, as, j.Reason)
	case access.VerbAssignPolicy, access.VerbRevertPolicy:
		out, _, err := a.assignTo(tx, j.Actor, j.Verb, as, p.Policy, j.Reason)
		return out, err
	case access.VerbReleaseRecord, access.VerbHoldAgain:
		return a.turnRecord(tx, j.Actor, j.Verb, as, p.Rule, j.Reason)
	case access.VerbWipe:
		return a.orderWipe(tx, j.Actor, as, p.Wipe, j.Reason)
	}
	return outcome{}, fmt.Errorf("admin: job: verb %q", j.Verb)
}

func (a *Admin) endJob(ctx context.Context, j *store.Job, state store.JobState, problem string) error {
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
			return err
		}
		j.State, j.Problem, j.Selected, j.Finished = state, problem, true, tx.Now()
		return tx.SaveJob(j)
	})
}
