// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// releaseBefore is what Undo needs of a release, or of its end: the rules that it was about.
type releaseBefore struct {
	Rules []access.BlockingID `json:"rules"`
	Verb  access.Verb         `json:"verb"`
}

// ReleaseRecord lets a record out of the quarantine of one rule, or (rule empty) of every one that holds it, for as
// long as the rule speaks of it. It speaks against nothing else.
func (a *Admin) ReleaseRecord(ctx context.Context, who access.Actor, id access.AssociationID, rule access.BlockingID, act Act) (Result, error) {
	return a.turn(ctx, who, access.VerbReleaseRecord, id, rule, act)
}

// HoldAgain takes a release back.
func (a *Admin) HoldAgain(ctx context.Context, who access.Actor, id access.AssociationID, rule access.BlockingID, act Act) (Result, error) {
	return a.turn(ctx, who, access.VerbHoldAgain, id, rule, act)
}

func (a *Admin) turn(ctx context.Context, who access.Actor, verb access.Verb, id access.AssociationID, rule access.BlockingID, act Act) (Result, error) {
	out, err := a.act(ctx, who, verb, string(id), act, rule, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.turnRecord(tx, who, verb, as, rule, act.Reason)
	})
	return out.Result, err
}

// turnRecord releases a record, or takes that back, with its audit line.
func (a *Admin) turnRecord(tx *store.Tx, who access.Actor, verb access.Verb, as *access.Association, rule access.BlockingID, reason string) (outcome, error) {
	list, err := tx.RulesOf(as.ID)
	if err != nil {
		return outcome{}, err
	}
	var done []access.BlockingID
	var names []string
	for i := range list {
		if rule != "" && list[i].Rule != rule {
			continue
		}
		b, err := tx.FindBlocking(list[i].Rule)
		if known(err) != nil {
			return outcome{}, err
		}
		if err != nil || turnOf(b, &list[i]) != verb {
			continue
		}
		if verb == access.VerbReleaseRecord {
			err = tx.Release(b.ID, as.ID, who.Name)
		} else {
			err = tx.HoldAgain(b.ID, as.ID)
		}
		if err != nil {
			return outcome{}, err
		}
		done, names = append(done, b.ID), append(names, quoted(b.Name))
	}
	if len(done) == 0 {
		text := "This record is not in quarantine, or no longer."
		if verb == access.VerbHoldAgain {
			text = "This record has not been released from quarantine, or is not held there any more."
		}
		return outcome{}, access.Conflict("admin: quarantine", text)
	}
	tx.Audit(entry(who, string(verb), as.Pair.String(), string(as.ID), because(strings.Join(names, ", "), reason)))
	now, err := tx.FindAssociation(as.ID)
	if err != nil {
		return outcome{}, err
	}
	text, shadow := a.turnText(verb, now)
	return outcome{ID: as.ID, Released: &releaseBefore{Rules: done, Verb: verb}, Result: Result{Version: now.Version, Text: text, Shadow: shadow}}, nil
}

// turnText says what a release, or its end, comes to with all else that speaks about the record.
func (a *Admin) turnText(verb access.Verb, as *access.Association) (string, bool) {
	v := a.snapshot()
	r := row(v, as, a.now())
	who, shadow := label(as), v.Preferences().Shadow
	switch {
	case verb == access.VerbHoldAgain && r.SyncStatus != access.Blocked:
		return who + " is held again, but passes. " + r.Why.Text, shadow
	case verb == access.VerbHoldAgain:
		return who + " is in quarantine again.", shadow
	case r.SyncStatus == access.Blocked:
		return who + " is released, but stays blocked. " + r.Why.Text, shadow
	}
	return who + " is released. Its next request passes.", shadow
}

func (a *Admin) undoRelease(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	as, err := a.find(tx, who, done.ID, 0)
	if err != nil {
		return outcome{}, err
	}
	verb := access.VerbHoldAgain
	if done.Released.Verb == access.VerbHoldAgain {
		verb = access.VerbReleaseRecord
	}
	turned := 0
	for _, rule := range done.Released.Rules {
		switch _, err := a.turnRecord(tx, who, verb, as, rule, "undo"); {
		case err == nil:
			turned++
		case access.KindOf(err) != access.KindConflict:
			return outcome{}, err
		}
	}
	if turned == 0 {
		return outcome{}, access.Conflict("admin: undo", "Somebody has released it or held it again since, or the rule speaks of it no more.")
	}
	return outcome{ID: as.ID, Result: Result{Version: as.Version, Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}
