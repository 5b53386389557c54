// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// eventEndOverride is the audit event of EndOverride, which needs the right to allow.
const eventEndOverride = "end-override"

// ListOverrides gives one page of the records that somebody has allowed or blocked, and what each of
// these words masks (Y-06).
func (a *Admin) ListOverrides(ctx context.Context, who access.Actor, q OverrideQuery) (OverridePage, error) {
	if err := who.May(access.VerbView); err != nil {
		return OverridePage{}, err
	}
	p, err := a.overridePage(ctx, who, q)
	if err != nil {
		return OverridePage{}, err
	}
	out := OverridePage{PageMarks: marks(p.PageMarks)}
	v, now := a.snapshot(), a.now().UTC()
	h := a.horizonOf(ctx, who)
	rows, err := a.rows(ctx, p.Rows)
	if err != nil {
		return OverridePage{}, err
	}
	for _, r := range rows {
		if !r.Override.Speaks(now) {
			continue
		}
		o, bare := overrideRow(v, r, now)
		if err := errors.Join(h.hide(v, &o.Row), h.hideWhy(&bare, &o.Masks)); err != nil {
			return OverridePage{}, err
		}
		out.Rows = append(out.Rows, o)
	}
	return veiled(ctx, a, who, out, nil)
}

// overrideRow puts beside a record what its override masks: the decision without it.
func overrideRow(v access.View, r Row, now time.Time) (OverrideRow, access.Decision) {
	bare := r.Record
	bare.Override = access.Override{}
	d := judge(&withRecord{View: v, record: &bare}, &bare, now)
	return OverrideRow{Row: r, Masks: d.Why(), Idle: d.Blocked() == r.Decision.Blocked()}, d
}

// EndOverride takes the word of an administrator off a record: it is neither allowed nor blocked by
// anybody, and the rest decides. It can be undone.
func (a *Admin) EndOverride(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAllow, "end "+string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		out, err := a.endOverride(tx, who, as, act.Reason)
		if err != nil {
			return out, err
		}
		return a.both(tx, who, as, act, out, func(twin *access.Association) (outcome, error) {
			if twin.Override.Kind == access.NoOverride {
				return outcome{Override: &access.Override{}, Result: Result{Version: twin.Version}}, nil
			}
			return a.endOverride(tx, who, twin, act.Reason)
		})
	})
	return out.Result, err
}

// hasOverride refuses to take an override off a record that has none.
func hasOverride(as *access.Association) error {
	if as.Override.Kind == access.NoOverride {
		return access.Conflict("admin: end override", "Nobody has allowed or blocked this record, or that has just ended.")
	}
	return nil
}

func (a *Admin) endOverride(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	if err := hasOverride(as); err != nil {
		return outcome{}, err
	}
	before := as.Override
	as.Override = access.Override{}
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventEndOverride, as.Pair.String(), string(as.ID), beforeAfter(overrideWords(before), "no override", reason)))
	r := row(a.snapshot(), as, a.now())
	return outcome{ID: as.ID, Override: &before, Result: Result{Version: as.Version, Shadow: a.snapshot().Preferences().Shadow,
		Text: as.Pair.Account + " on " + as.Pair.Device + " is judged like all others. " + r.Why.Text}}, nil
}
