// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"slices"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func isCap(err error) bool { return errors.Is(err, errCapHit) }

// maxWipePages is how many pages are looked through for orders in the actor's groups.
const maxWipePages = 20

// ListWipes gives orders, the latest first.
func (a *Admin) ListWipes(ctx context.Context, who access.Actor, q WipeQuery) (WipePage, error) {
	if err := who.May(access.VerbView); err != nil {
		return WipePage{}, err
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	out, err := a.wipePage(ctx, who, q)
	return veiled(ctx, a, who, out, err)
}

func (a *Admin) wipePage(ctx context.Context, who access.Actor, q WipeQuery) (out WipePage, err error) {
	before := q.Before
	for range maxWipePages {
		list, err := a.store.ListWipes(ctx, q.Open, before, q.Limit+1)
		if err != nil {
			return WipePage{}, err
		}
		for i := range list {
			if len(out.Rows) == q.Limit {
				out.Next = before
				return out, nil
			}
			r, ok, err := a.wipeRow(ctx, who, &list[i])
			if err != nil {
				return WipePage{}, err
			}
			if before = list[i].ID; ok {
				out.Rows = append(out.Rows, r)
			}
		}
		if len(list) <= q.Limit {
			return out, nil
		}
	}
	out.Next = before
	return out, nil
}

// FindWipe gives one order.
func (a *Admin) FindWipe(ctx context.Context, who access.Actor, id access.WipeID) (WipeRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return WipeRow{}, err
	}
	gone := access.NotFound("admin: wipe", "There is no such order.")
	w, err := a.store.FindWipe(ctx, id)
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			err = gone
		}
		return WipeRow{}, err
	}
	r, ok, err := a.wipeRow(ctx, who, w)
	if err == nil && !ok {
		err = gone
	}
	return veiled(ctx, a, who, r, err)
}

// wipeRow says how an order stands; ok is false when it is none of the actor's business.
func (a *Admin) wipeRow(ctx context.Context, who access.Actor, w *store.Wipe) (r WipeRow, ok bool, err error) {
	r.Wipe = *w
	as, err := a.store.FindAssociation(ctx, w.Association)
	switch {
	case known(err) != nil:
		return r, false, err
	case err == nil:
		r.Record = true
		if err := a.mayTouch(ctx, who, as.Person); err != nil {
			return r, false, known(err)
		}
	default:
		if inside, err := a.inScope(ctx, who, w.Pair); err != nil || !inside {
			return r, false, err
		}
	}
	switch now := a.now(); {
	case w.State == access.WipeWaiting:
		r.Held = WipeHeldApproval
	case w.State == access.WipePending && !w.NotBefore.Before(holdForever()):
		r.Held = WipeHeldFrozen
	case w.State == access.WipePending && now.Before(w.NotBefore):
		r.Held = WipeHeldDelay
	}
	r.Can = slices.DeleteFunc(wipeVerbs(w), func(v access.Verb) bool {
		return who.May(v) != nil || v == access.VerbApproveWipe && w.By == who.Name
	})
	return r, true, nil
}

// wipesOf gives the orders of a record.
func (a *Admin) wipesOf(ctx context.Context, who access.Actor, id access.AssociationID) (rows []WipeRow, err error) {
	list, err := a.store.WipesOf(ctx, id)
	for i := range list {
		r, ok, err := a.wipeRow(ctx, who, &list[i])
		if err != nil {
			return nil, err
		}
		if ok {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// PreviewWipe says what an order would do with this client, and what would go with it. It changes nothing.
func (a *Admin) PreviewWipe(ctx context.Context, who access.Actor, id access.AssociationID, kind access.WipeKind) (WipePreview, error) {
	if err := who.May(access.VerbWipe); err != nil {
		return WipePreview{}, err
	}
	if err := validWipe(kind); err != nil {
		return WipePreview{}, err
	}
	var out WipePreview
	var goes []access.Association
	err := a.rehearsed(ctx, func(tx *store.Tx) (err error) {
		as, err := a.find(tx, who, id, 0)
		if err != nil {
			return err
		}
		out, goes, err = a.previewWipe(tx, who, as, kind)
		return err
	})
	if err == nil {
		out.Others, err = a.rowsFor(ctx, who, goes)
	}
	return veiled(ctx, a, who, out, err)
}

func (a *Admin) previewWipe(tx *store.Tx, who access.Actor, as *access.Association, kind access.WipeKind) (out WipePreview, goes []access.Association, err error) {
	prefs, err := tx.FindPreferences()
	if err != nil {
		return out, nil, err
	}
	safety := defaultWipeSafety()
	if _, err := tx.Setting(settingWipes, &safety); err != nil {
		return out, nil, err
	}
	given, err := tx.WipesSince(tx.Now().Add(-capWithin))
	if err != nil {
		return out, nil, err
	}
	out = wipeEffect(as, kind)
	out.CapLeft, out.Delay = max(0, safety.PerHour-int(given)), safety.Delay
	out.Refused = refusedWipe(as, kind, prefs.Shadow)
	switch err := frozen(tx); {
	case err != nil && access.KindOf(err) != access.KindConflict:
		return out, nil, err
	case err != nil:
		out.Refused = access.TextOf(err)
	case out.Refused == "" && out.CapLeft == 0:
		out.Refused = access.TextOf(errCap(safety.PerHour))
	}
	if text := advisory(as.OS); text != "" {
		out.Warnings = append(out.Warnings, text)
	}
	if kind == access.WipeAccount {
		out.Approval, err = a.needsApproval(tx, &safety, []access.Association{*as})
		return out, nil, err
	}
	others, err := tx.Siblings(as, maxReach)
	if err != nil {
		return out, nil, err
	}
	if supportOf(as).Full.Effect == provision.EffectAccount {
		others = nil
	}
	if out.Approval, err = a.needsApproval(tx, &safety, append(slices.Clone(others), *as)); err != nil {
		return out, nil, err
	}
	h := horizonIn(tx, who)
	outside := 0
	for i := range others {
		ok, err := h.covers(others[i].Person)
		switch {
		case err != nil:
			return out, nil, err
		case ok:
			goes = append(goes, others[i])
		default:
			outside++
		}
	}
	if outside > 0 {
		out.Refused = firstOf(out.Refused, "This phone has "+count(outside, "account", "accounts")+" of people outside your groups too, which may go with it. Somebody who looks after them has to order it.")
	}
	return out, goes, nil
}

// wipeEffect says what a client makes of an order.
func wipeEffect(as *access.Association, kind access.WipeKind) WipePreview {
	s := supportOf(as)
	w := s.Full
	if kind == access.WipeAccount {
		w = s.Account
	}
	out := WipePreview{Kind: kind, Known: w.Effect != provision.EffectUnknown, Supported: w.Effect != provision.EffectNone && w.Effect != provision.EffectUnknown,
		Source: w.Source, Date: w.Date, Effect: w.Text}
	client := firstOf(s.Client, as.Client, "this client")
	switch {
	case w.Effect == provision.EffectUnknown:
		out.Effect = "Nobody has written down what " + client + " does when it is told to wipe: anything between nothing and a reset of the whole phone."
	case w.Effect == provision.EffectNone:
		out.Effect = firstOf(w.Text, client+" does not support it.")
	case out.Effect == "" && w.Effect == provision.EffectDevice:
		out.Effect = "The whole phone is reset."
	case out.Effect == "" && w.Effect == provision.EffectApp:
		out.Effect = "What the mail app holds goes; the phone stays as it is."
	case out.Effect == "":
		out.Effect = "The account goes; the phone stays as it is."
	}
	return out
}
