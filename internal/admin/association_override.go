// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// AllowAssociation lets one account on one device through although it is not linked to a registered
// device, until somebody says otherwise or act.Until comes. It touches that account on that device alone (A-17,
// ), and does not speak against what stands above it in the order of checks: a lost device stays
// blocked, and the result says so.
func (a *Admin) AllowAssociation(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	return a.override(ctx, who, access.VerbAllow, access.OverrideAllow, id, act)
}

// BlockAssociation refuses one account on one device from its next request on, whatever its device's
// state, until somebody allows it again or act.Until comes. Blocking twice is not an error: the second
// reason takes the place of the first, which stays in the audit log.
func (a *Admin) BlockAssociation(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	return a.override(ctx, who, access.VerbBlock, access.OverrideBlock, id, act)
}

func (a *Admin) override(ctx context.Context, who access.Actor, verb access.Verb, kind access.OverrideKind,
	id access.AssociationID, act Act) (Result, error) {
	if !act.Until.IsZero() && !act.Until.After(a.now()) {
		return Result{}, access.Invalid("admin: "+string(verb), "The end must lie in the future.")
	}
	out, err := a.act(ctx, who, verb, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if err := overridable(as); err != nil {
			return outcome{}, err
		}
		o := access.Override{Kind: kind, Reason: act.Reason, By: who.Name, At: tx.Now(), Until: act.Until}
		out, err := a.setOverride(tx, who, verb, as, o)
		if err != nil {
			return out, err
		}
		return a.both(tx, who, as, act, out, func(twin *access.Association) (outcome, error) { return a.setOverride(tx, who, verb, twin, o) })
	})
	return out.Result, err
}

// overridable refuses a record that is wiped: no override speaks against that, and what is left is Release and
// Remove.
func overridable(as *access.Association) error {
	if !as.Wipe.State.Wiped() {
		return nil
	}
	return access.Conflict("admin: override", "This record is wiped. What is left is to release it, when the phone has come back, or to remove it.")
}

// setOverride writes an override on a record read in this transaction, with its audit line.
func (a *Admin) setOverride(tx *store.Tx, who access.Actor, verb access.Verb, as *access.Association, o access.Override) (outcome, error) {
	before := as.Override
	as.Override = o
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(verb), as.Pair.String(), string(as.ID),
		beforeAfter(overrideWords(before), overrideWords(as.Override), "")))
	text, shadow := a.effect(verb, as)
	return outcome{
		ID: as.ID, Override: &before,
		Result: Result{Version: as.Version, Text: text, Shadow: shadow},
	}, nil
}

// effect says what a verb on a record comes to, with all else that speaks about it.
func (a *Admin) effect(verb access.Verb, as *access.Association) (text string, shadow bool) {
	v := a.snapshot()
	now := a.now()
	r := row(v, as, now)
	who := as.Pair.Account + " on " + as.Pair.Device
	shadow = v.Preferences().Shadow
	switch {
	case verb == access.VerbAllow && r.SyncStatus == access.Blocked:
		return who + " is allowed by you, but stays blocked. " + r.Why.Text, shadow
	case verb == access.VerbAllow:
		text = who + " is allowed. Its next request passes."
		return text, shadow
	case shadow:
		return who + " is blocked, but shadow mode is on: nothing is refused until you turn enforcement on.", shadow
	}
	return who + " is blocked. Gateways refuse its next request and end the one that waits.", shadow
}

// find reads a record that is about to be changed, and refuses when it is not the version the person saw.
func (a *Admin) find(tx *store.Tx, who access.Actor, id access.AssociationID, version int64) (*access.Association, error) {
	as, err := tx.FindAssociation(id)
	if err == nil {
		err = within(tx, who, as.Person)
	}
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			return nil, recordGone()
		}
		return nil, err
	}
	if version != 0 && as.Version != version {
		return nil, stale(string(id), "This record")
	}
	return as, nil
}

// recordGone is what a record looks like that is not there, or not the actor's to see.
func recordGone() error {
	return access.NotFound("admin: record", "This record is gone. Somebody has removed it, or it was never there.")
}

// staleError marks that a thing is not the version the person saw. Who changed it is looked up after the
// transaction is over: inside it there is no second connection to ask.
type staleError struct{ object string }

func (e *staleError) Error() string { return "version of " + e.object }

func stale(object, thing string) error {
	return &access.Error{Kind: access.KindConflict, Op: "admin: version",
		Text: thing + " has changed since you looked at it.", Err: &staleError{object}}
}

// changedSince completes a staleError with who changed the thing last, and how, as far as the actor may see it.
// Other errors stay.
func (a *Admin) changedSince(ctx context.Context, who access.Actor, err error) error {
	var old *staleError
	if !errors.As(err, &old) {
		return err
	}
	text := access.TextOf(err)
	lines, _, lookup := a.store.ListAudit(ctx, store.AuditFilter{Object: old.object, Limit: 10})
	if lookup == nil {
		lookup = a.hideLines(ctx, who, lines)
	}
	if lookup != nil {
		return err // still a conflict, only less well explained
	}
	for _, e := range lines {
		if e.Failed {
			continue
		}
		text += " " + e.Actor + ", " + atTime(e.At) + ": " + e.Event
		if e.Detail != "" {
			text += ", " + e.Detail
		}
		text += "."
		break
	}
	return access.Conflict("admin: version", text+" Look at it again.")
}
