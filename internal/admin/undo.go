// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// Undo takes back a verb of the same actor, or of a token that acts for the one who asks, where nobody has
// changed the thing since: an override, comment, link, device or user becomes what it was,
// a removed record comes back, joined records part, and what was added goes. undo is the Result.Undo of the
// action. UndoJob takes back a job.
func (a *Admin) Undo(ctx context.Context, who access.Actor, undo string, act Act) (Result, error) {
	verb, err := a.verbOf(ctx, who, undo)
	if err != nil {
		return Result{}, err
	}
	// Taking back needs the right to do: an auditor who once was more cannot undo.
	out, err := a.act(ctx, who, verb, "undo "+undo, act, nil, func(tx *store.Tx) (outcome, error) {
		done, _, err := findOutcome(tx, who, undo)
		if err != nil {
			return outcome{}, err
		}
		return a.takeBack(tx, who, done, act)
	})
	return out.Result, err
}

func (a *Admin) takeBack(tx *store.Tx, who access.Actor, done outcome, act Act) (outcome, error) {
	switch {
	case done.Removed != nil:
		return a.undoRemove(tx, who, done)
	case done.Added != nil:
		return a.undoAdd(tx, who, done)
	case done.Device != nil:
		return a.undoDevice(tx, who, done)
	case done.User != nil:
		return a.undoUser(tx, who, done)
	case done.Merged != nil:
		return a.undoMerge(tx, who, done)
	case len(done.Policy) > 0:
		return a.undoPolicies(tx, who, done)
	case done.Rule != nil:
		return a.undoRule(tx, who, done)
	case done.Released != nil:
		return a.undoRelease(tx, who, done)
	case done.Approval != nil:
		return a.undoApproval(tx, who, done)
	}
	return a.undoChange(tx, who, done, act)
}

func (a *Admin) undoChange(tx *store.Tx, who access.Actor, done outcome, act Act) (outcome, error) {
	as, err := a.find(tx, who, done.ID, done.Result.Version)
	if err != nil {
		return outcome{}, err
	}
	var detail string
	switch {
	case done.Override != nil:
		detail = beforeAfter(overrideWords(as.Override), overrideWords(*done.Override), act.Reason)
		as.Override = *done.Override
	case done.Link != nil:
		b := *done.Link
		if err := mayLeave(tx, who, as.Device, b.Device); err != nil {
			return outcome{}, err
		}
		detail = beforeAfter(a.linkWords(tx, as.Device), a.linkWords(tx, b.Device), act.Reason)
		as.Device, as.Link = b.Device, b.Link
	case done.Comment != nil:
		detail = beforeAfter(quoted(as.Comment), quoted(*done.Comment), act.Reason)
		as.Comment = *done.Comment
	default:
		return outcome{}, access.Invalid("admin: undo", "This cannot be undone.")
	}
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, as.Pair.String(), string(as.ID), detail))
	if err := a.undoTwin(tx, who, done, act.Reason); err != nil {
		return outcome{}, err
	}
	if done.Link != nil {
		if err := linking.Around(tx, as); err != nil {
			return outcome{}, err
		}
	}
	return outcome{ID: as.ID, Result: Result{Version: as.Version, Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}

func (a *Admin) undoRemove(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	as := *done.Removed
	if err := within(tx, who, as.Person); err != nil {
		return outcome{}, err
	}
	if err := tx.RestoreAssociation(&as); err != nil {
		if access.KindOf(err) == access.KindConflict {
			return outcome{}, access.Conflict("admin: undo", "The phone has been in touch since and has a new record.")
		}
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, as.Pair.String(), string(as.ID), beforeAfter("removed", "recorded, "+overrideWords(as.Override), "")))
	return outcome{ID: as.ID, Result: Result{Version: as.Version, Text: "Undone: the record is back.",
		Shadow: as.Override.Kind == access.OverrideBlock && a.snapshot().Preferences().Shadow}}, nil
}

// verbOf finds which verb an undo takes back.
func (a *Admin) verbOf(ctx context.Context, who access.Actor, undo string) (verb access.Verb, err error) {
	err = a.store.WithTx(ctx, func(tx *store.Tx) error {
		_, verb, err = findOutcome(tx, who, undo)
		return err
	})
	return verb, err
}

func findOutcome(tx *store.Tx, who access.Actor, key string) (out outcome, verb access.Verb, err error) {
	o, err := tx.FindOutcome(who.Key(), key)
	if access.KindOf(err) == access.KindNotFound && who.Person != "" && who.Token == "" {
		o, err = tx.FindOutcomeOfTokens(who.Person, key) // what acts for him, he takes back
	}
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			return out, "", access.NotFound("admin: undo", "There is nothing of yours to undo here any more.")
		}
		return out, "", err
	}
	if err := json.Unmarshal([]byte(o.Result), &out); err != nil {
		return out, "", fmt.Errorf("admin: undo: %w", err)
	}
	return out, o.Verb, nil
}
