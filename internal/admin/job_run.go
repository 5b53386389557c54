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
	if err == nil || ctx.Err() != nil || !rowAlone(err) {
		return err
	}
	for i := range rows {
		err := a.jobRowsTx(ctx, j, p, rows[i:i+1])
		if err == nil {
			continue
		}
		if ctx.Err() != nil || !rowAlone(err) {
			return err
		}
		text := "It could not be done; the log of the console says why."
		refused, ok := errors.AsType[*rowRefused](err)
		if ok {
			text = refused.text
		} else {
			a.log.LogAttrs(ctx, slog.LevelError, "job row failed", slog.String(logkeys.Job, j.ID),
				slog.String(logkeys.Record, rows[i].Target), slog.Any(logkeys.Error, err))
		}
		err = a.store.WithTx(ctx, func(tx *store.Tx) error {
			if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
				return err
			}
			if ok && refused.capped {
				tx.Audit(capLine(j.Actor, rows[i].Target, text))
			}
			return tx.FinishJobRow(j.ID, rows[i].N, store.JobFailed, text)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rowRefused ends the transaction of a row that was refused: a verb may have written before it found out.
type rowRefused struct {
	text   string
	capped bool // by the cap of wipes, which is an alert
}

func (e *rowRefused) Error() string { return e.text }

// rowAlone says that an error is one row's, which has to be found, and to fail, alone.
func rowAlone(err error) bool {
	_, refused := errors.AsType[*rowRefused](err)
	return refused || access.KindOf(err) == access.KindInternal
}

func (a *Admin) jobRowsTx(ctx context.Context, j *store.Job, p jobParams, rows []store.JobRow) error {
	number, err := a.store.Change(ctx, func(tx *store.Tx) error {
		if err := tx.HoldJob(j.ID, a.owner, jobHold); err != nil {
			return err
		}
		for _, r := range rows {
			out, err := a.jobRow(tx, j, p, r.Target)
			if err == nil && p.Undoes == "" {
				err = keepRow(tx, j, r.Target, out)
			}
			if known, ok := errors.AsType[*access.Error](err); ok && refusable(known.Kind) {
				return &rowRefused{known.Text, isCap(err)}
			}
			if err != nil {
				return err
			}
			if err := tx.FinishJobRow(j.ID, r.N, store.JobDone, out.Result.Text); err != nil {
				return err
			}
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

// refusable says that a verb was refused because of what it was done to: it is gone, has changed since, is
// out of use, or beyond what whoever began the job may do. That is the row's result, whatever the verb.
func refusable(k access.Kind) bool {
	switch k {
	case access.KindNotFound, access.KindConflict, access.KindInvalid, access.KindForbidden:
		return true
	}
	return false
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
