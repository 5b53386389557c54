// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// eventUndo is the audit event of Undo, which is no verb of its own: it needs the right to do what it
// takes back.
const eventUndo = "undo"

// outcome is what the store keeps under the key of an action: the result for whoever sends it twice,
// and what Undo has to bring back.
type outcome struct {
	Asked    asked                    `json:"asked,omitzero"`
	Result   Result                   `json:"result"`
	ID       access.AssociationID     `json:"id,omitempty"`
	Override *access.Override         `json:"override,omitempty"` // as it was before
	Twin     *twinBefore              `json:"twin,omitempty"`     // of the other kind of Sentry, as it was before
	Comment  *string                  `json:"comment,omitempty"`  // as it was before
	Removed  *access.Association      `json:"removed,omitempty"`
	Job      JobID                    `json:"job,omitempty"`
	Device   *access.RegisteredDevice `json:"device,omitempty"` // as it was before
	User     *access.User             `json:"user,omitempty"`   // as it was before
	Link     *linkBefore              `json:"link,omitempty"`
	Merged   *merged                  `json:"merged,omitempty"`
	Approval *approvalBefore          `json:"approval,omitempty"`
	Added    *added                   `json:"added,omitempty"`
	Change   *access.Preferences      `json:"change,omitempty"`
	Policy   []policyBefore           `json:"policy,omitempty"`
	Rule     *ruleBefore              `json:"rule,omitempty"`
	Released *releaseBefore           `json:"released,omitempty"`
	Walk     bool                     `json:"walk,omitempty"` // rules have to look at all records
}

// act runs one verb: permission, the outcome of an earlier press of the same button, the verb itself,
// its outcome, all but the first in one transaction. with is what the verb takes beside the Act: the same
// key with something else is refused.
func (a *Admin) act(ctx context.Context, who access.Actor, verb access.Verb, object string, act Act, with any,
	fn func(*store.Tx) (outcome, error)) (outcome, error) {
	if err := who.May(verb); err != nil {
		a.refused(ctx, who, string(verb), object, err)
		return outcome{}, err
	}
	if err := act.validate(); err != nil {
		return outcome{}, err
	}
	want, err := askedFor(act, with, a.now())
	if err != nil {
		return outcome{}, err
	}
	key := act.Key
	if key == "" {
		key = "house-" + store.NewID(a.now())
	}
	for try := 0; ; try++ {
		out, err := a.once(ctx, who, verb, object, key, want, fn)
		// The same key in another transaction at the same moment makes this one fail; the second look
		// finds what the other has done.
		if err == nil || try > 0 || act.Key == "" || access.KindOf(err) != access.KindConflict {
			if err == nil {
				if out.Walk {
					wake(a.walks)
					a.wakeSweep() // rules that are asked of every request are in no record
				}
				a.catchUp(ctx, out.Result.Number)
				out.Result, err = a.veilResult(ctx, who, object, out.Result)
				return out, err
			}
			return out, a.veilError(ctx, who, object, a.changedSince(ctx, who, err))
		}
	}
}

func (a *Admin) once(ctx context.Context, who access.Actor, verb access.Verb, object, key string,
	want asked, fn func(*store.Tx) (outcome, error)) (out outcome, err error) {
	replayed := false
	number, err := a.store.Change(ctx, func(tx *store.Tx) error {
		out, replayed = outcome{}, false
		before, err := tx.FindOutcome(who.Key(), key)
		switch {
		case err == nil:
			replayed = true
			out, err = replay(before, verb, object, want)
			return err
		case access.KindOf(err) != access.KindNotFound:
			return err
		}
		if out, err = fn(tx); err != nil {
			return err
		}
		if err := ruling.Settle(tx); err != nil {
			return err
		}
		if out.undoable() {
			out.Result.Undo = key
		}
		out.Asked = want
		text, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("admin: outcome: %w", err)
		}
		return tx.KeepOutcome(store.Outcome{Actor: who.Key(), Key: key, Verb: verb, Object: madeOr(object, &out), Result: string(text)})
	})
	if err != nil {
		return outcome{}, err
	}
	if !replayed {
		out.Result.Number = number
	}
	return out, nil
}

// catchUp waits until this console judges by a change number, so that whoever has just acted is shown what it did:
// a page drawn a moment later would have the new status beside verdicts of before. Not for long: the act is
// done, and after a restored backup the number may never come.
func (a *Admin) catchUp(ctx context.Context, number int64) {
	const patience, again = 2 * time.Second, 5 * time.Millisecond
	if a.snapshot().Position().Number >= number {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(again)
	defer look.Stop()
	for a.snapshot().Position().Number < number {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// objectNew is what a verb is about that makes something.
const objectNew = "new"

// madeOr is what an outcome is kept under: the thing itself, also where the verb has made it, so that what is
// kept of somebody is found by what is forgotten.
func madeOr(object string, out *outcome) string {
	if object == objectNew && out.Result.ID != "" {
		return out.Result.ID
	}
	return object
}

// undoable reports whether it is kept what Undo needs.
func (o *outcome) undoable() bool {
	return o.Override != nil || o.Comment != nil || o.Removed != nil || o.Device != nil || o.User != nil || o.Link != nil ||
		o.Merged != nil || o.Approval != nil || o.Added != nil || len(o.Policy) > 0 || o.Rule != nil || o.Released != nil
}

func replay(before *store.Outcome, verb access.Verb, object string, want asked) (out outcome, err error) {
	if before.Verb != verb || before.Object != object && object != objectNew {
		return out, errKeyUsed()
	}
	if err := json.Unmarshal([]byte(before.Result), &out); err != nil {
		return out, fmt.Errorf("admin: outcome: %w", err)
	}
	if !out.Asked.same(want) {
		return outcome{}, errKeyUsed()
	}
	out.Result.Number, out.Result.Replayed = before.Number, true
	return out, nil
}

func (act *Act) validate() error {
	switch {
	case utf8.RuneCountInString(act.Reason) > maxReason:
		return access.Invalid("admin", fmt.Sprintf("The note must not be longer than %d characters.", maxReason))
	case len(act.Key) > 100:
		return access.Invalid("admin", "The form's key cannot be used. Open the form again.")
	}
	return nil
}

// refused writes down that somebody tried what they may not do.
func (a *Admin) refused(ctx context.Context, who access.Actor, event, object string, cause error) {
	err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Object: object,
			Detail: access.TextOf(cause), Failed: true})
		return nil
	})
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelError, "audit line lost", slog.String(logkeys.Actor, who.Name),
			slog.String(logkeys.Event, event), slog.Any(logkeys.Error, err))
	}
}

// entry begins an audit line.
func entry(who access.Actor, event, subject, object, detail string) access.AuditEntry {
	return access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Subject: subject, Object: object, Detail: detail}
}
