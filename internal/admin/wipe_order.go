// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// capWithin is the stretch of time that the cap of wipes counts in.
const capWithin = time.Hour

// eventWipeCap is the audit line of an order that the cap has stopped, which is an alert.
const eventWipeCap = "wipe-cap"

// errCapHit is the cause of a refusal by the cap, which is written down, and told.
var errCapHit = errors.New("cap of wipes")

func errCap(per int) error {
	text := fmt.Sprintf("%s been ordered within the hour by all administrators and tokens together, which is the most that is allowed. "+
		"Wait, or have an administrator look at Settings, Wipe Safety.", count(per, "wipe has", "wipes have"))
	return &access.Error{Kind: access.KindConflict, Op: "admin: wipe", Text: text, Err: errCapHit}
}

// OrderWipe orders a record wiped: the phone is told with its next request, unless the order waits for
// its delay or for a second approver. Result.ID is the order. act.Reason is kept with it.
func (a *Admin) OrderWipe(ctx context.Context, who access.Actor, id access.AssociationID, kind access.WipeKind, act Act) (Result, error) {
	if err := validWipe(kind); err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbWipe, string(id), act, kind, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.orderWipe(tx, who, as, kind, act.Reason)
	})
	a.capHit(ctx, who, string(id), err)
	return out.Result, err
}

func validWipe(kind access.WipeKind) error {
	if kind != access.WipeFull && kind != access.WipeAccount {
		return access.Invalid("admin: wipe", "A wipe is full or takes the account alone.")
	}
	return nil
}

// orderWipe orders one record wiped, if nothing speaks against it.
func (a *Admin) orderWipe(tx *store.Tx, who access.Actor, as *access.Association, kind access.WipeKind, reason string) (outcome, error) {
	safety := defaultWipeSafety()
	if _, err := tx.Setting(settingWipes, &safety); err != nil {
		return outcome{}, err
	}
	given, err := tx.WipesSince(tx.Now().Add(-capWithin)) // first: it keeps others from giving orders
	if err != nil {
		return outcome{}, err
	}
	prefs, err := tx.FindPreferences()
	if err != nil {
		return outcome{}, err
	}
	others, err := a.phoneOf(tx, who, as, kind)
	if err != nil {
		return outcome{}, err
	}
	if err := frozen(tx); err != nil {
		return outcome{}, err
	}
	if text := refusedWipe(as, kind, prefs.Shadow); text != "" {
		return outcome{}, access.Conflict("admin: wipe", text)
	}
	if given >= int64(safety.PerHour) {
		return outcome{}, errCap(safety.PerHour)
	}
	approval, err := a.needsApproval(tx, &safety, append(others, *as))
	if err != nil {
		return outcome{}, err
	}
	order := &store.Wipe{Association: as.ID, Phone: firstOf(as.FriendlyName, as.Model, as.DeviceType), Reason: reason,
		Wipe: access.Wipe{Kind: kind, State: access.WipePending, By: who.Name}}
	text := "The phone is told with its next request."
	switch {
	case approval:
		order.State = access.WipeWaiting
		text = "Another administrator has to approve it before the phone is told."
	case safety.Delay > 0:
		order.NotBefore = tx.Now().Add(safety.Delay)
		text = "The phone is told from " + atTime(order.NotBefore) + " on; until then it is blocked, and the order can be cancelled."
	}
	if err := tx.CreateWipe(order); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbWipe), as.Pair.String(), string(as.ID), because(wipeWords(order), reason)))
	return outcome{ID: as.ID, Result: Result{ID: string(order.ID), Version: as.Version, Text: as.Pair.Account + " on " + as.Pair.Device + " is to be wiped. " + text}}, nil
}

// phoneOf gives the other records that a wipe may take with it: none, when it takes the account alone.
func (a *Admin) phoneOf(tx *store.Tx, who access.Actor, as *access.Association, kind access.WipeKind) ([]access.Association, error) {
	if kind == access.WipeAccount {
		return nil, nil
	}
	if full := supportOf(as).Full.Effect; full == provision.EffectAccount {
		return nil, nil
	}
	return a.phoneWithin(tx, who, as)
}

func supportOf(as *access.Association) provision.Support {
	return provision.SupportOf(as.UserAgent, as.Client, as.OS, as.OSVersion)
}

// refusedWipe says why a record cannot be wiped; "": it can.
func refusedWipe(as *access.Association, kind access.WipeKind, shadow bool) string {
	s := supportOf(as)
	effect := s.Full
	if kind == access.WipeAccount {
		effect = s.Account
	}
	switch {
	case shadow:
		return "Shadow mode is on: nothing is enforced, and no phone is wiped. Turn enforcement on first."
	case as.Wipe.State == access.WipeWaiting || as.Wipe.State.Open():
		return "A wipe of this record has been ordered already."
	case as.Wipe.State.Wiped():
		return "This record is wiped already. Release it first, if the phone has come back."
	case effect.Effect == provision.EffectNone:
		return "The client does not support it: " + firstOf(effect.Text, s.Client+" does nothing when it is told.") + " Block the record instead."
	case kind == access.WipeAccount && !knowsAccountOnly(as.Protocol):
		return "Taking the account alone needs protocol 16.1, and this phone speaks " + firstOf(as.Protocol, "an unknown one") + "."
	}
	return ""
}

func knowsAccountOnly(protocol string) bool { return protocol == "16.1" }

// needsApproval says whether a second administrator has to approve a wipe of records: always, or because one
// of their users is in a group that is exempt from orders of one person alone.
func (a *Admin) needsApproval(tx *store.Tx, safety *WipeSafety, list []access.Association) (bool, error) {
	if safety.SecondApprover || len(safety.ExemptGroups) == 0 {
		return safety.SecondApprover, nil
	}
	exempt := &access.Scope{Groups: safety.ExemptGroups}
	for i := range list {
		if yes, err := tx.InScope(list[i].Person, exempt); err != nil || yes {
			return yes, err
		}
	}
	return false, nil
}

func wipeWords(w *store.Wipe) string {
	kind := "full wipe"
	if w.Kind == access.WipeAccount {
		kind = "wipe of the account"
	}
	s := kind + ": " + string(w.State)
	if w.State == access.WipePending && w.NotBefore.After(w.At) {
		s += ", not before " + atTime(w.NotBefore)
	}
	return s
}

// capLine is the audit line of an order that the cap has stopped.
func capLine(who access.Actor, object, text string) access.AuditEntry {
	return access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: eventWipeCap, Object: object, Detail: text, Failed: true}
}

// capHit writes down that the cap has stopped an order.
func (a *Admin) capHit(ctx context.Context, who access.Actor, object string, err error) {
	if isCap(err) {
		a.refused(ctx, who, eventWipeCap, object, err)
	}
}

// wipeVerb does something to an order.
func (a *Admin) wipeVerb(ctx context.Context, who access.Actor, verb access.Verb, id access.WipeID, act Act,
	fn func(*store.Tx, *store.Wipe) (text string, err error)) (Result, error) {
	out, err := a.act(ctx, who, verb, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		w, err := tx.FindWipe(id)
		if err == nil {
			err = a.wipeWithin(tx, who, w)
		}
		if access.KindOf(err) == access.KindNotFound && err != nil {
			return outcome{}, access.NotFound("admin: wipe", "There is no such order.")
		}
		if err != nil {
			return outcome{}, err
		}
		if act.Version != 0 && w.Version != act.Version {
			return outcome{}, access.Conflict("admin: wipe", "This order has changed since you looked at it: it is "+string(w.State)+" now. Look at it again.")
		}
		if !slices.Contains(wipeVerbs(w), verb) {
			return outcome{}, access.Conflict("admin: wipe", "This order is "+string(w.State)+", so that this cannot be done.")
		}
		was := w.State
		text, err := fn(tx, w)
		if err != nil {
			return outcome{}, err
		}
		if err := tx.SaveWipe(w); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(verb), w.Pair.String(), string(w.Association), beforeAfter(string(was), wipeWords(w), act.Reason)))
		return outcome{ID: w.Association, Result: Result{ID: string(id), Version: w.Version, Text: text}}, nil
	})
	return out.Result, err
}

// wipeVerbs is what can be done with an order in its state.
func wipeVerbs(w *store.Wipe) (list []access.Verb) {
	switch {
	case w.State == access.WipeWaiting:
		list = append(list, access.VerbApproveWipe, access.VerbCancelWipe)
	case w.State.Cancellable() && !w.Server:
		list = append(list, access.VerbCancelWipe)
	case w.State == access.WipeUnverified, w.State == access.WipeFailed, w.State == access.WipeDelivered:
		list = append(list, access.VerbCloseWipe)
	case w.State.Wiped():
		list = append(list, access.VerbReleaseWipe)
	}
	return list
}

// wipeWithin says whether an order belongs to somebody in the actor's groups. One whose record is gone
// belongs to whoever has the account.
func (a *Admin) wipeWithin(tx *store.Tx, who access.Actor, w *store.Wipe) error {
	if who.Scope == nil {
		return nil
	}
	as, err := tx.FindAssociation(w.Association)
	if err == nil {
		return within(tx, who, as.Person)
	}
	if known(err) != nil {
		return err
	}
	return ownerWithin(tx, who, access.Account{Realm: w.Pair.Realm, Account: w.Pair.Account})
}

// CancelWipe takes an order back that no phone has been told of.
func (a *Admin) CancelWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return a.wipeVerb(ctx, who, access.VerbCancelWipe, id, act, func(tx *store.Tx, w *store.Wipe) (string, error) {
		w.State, w.EndedBy, w.EndedAt = access.WipeCancelled, who.Name, tx.Now()
		return "The order is cancelled. If the phone was being told in this very moment and says that it does it, the record is wiped all the same.", nil
	})
}

// ApproveWipe lets an order of another administrator go.
func (a *Admin) ApproveWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return a.wipeVerb(ctx, who, access.VerbApproveWipe, id, act, func(tx *store.Tx, w *store.Wipe) (string, error) {
		if w.By == who.Name {
			return "", access.Forbidden("admin: approve wipe", "Somebody else than who has ordered it has to approve it.")
		}
		if err := frozen(tx); err != nil {
			return "", err
		}
		safety := defaultWipeSafety()
		if _, err := tx.Setting(settingWipes, &safety); err != nil {
			return "", err
		}
		w.State, w.ApprovedBy, w.ApprovedAt = access.WipePending, who.Name, tx.Now()
		if safety.Delay > 0 {
			w.NotBefore = tx.Now().Add(safety.Delay)
			return "Approved. The phone is told from " + atTime(w.NotBefore) + " on.", nil
		}
		return "Approved. The phone is told with its next request.", nil
	})
}

// CloseWipe gives an order up that the phone has been told of and that nobody has acknowledged with accepted
// credentials. The record counts as wiped from then on: it stays blocked until it is released or removed.
func (a *Admin) CloseWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return a.wipeVerb(ctx, who, access.VerbCloseWipe, id, act, func(tx *store.Tx, w *store.Wipe) (string, error) {
		w.State, w.EndedBy, w.EndedAt = access.WipeClosed, who.Name, tx.Now()
		return "The order is closed: the phone is not told any more. The record stays blocked until it is released or removed.", nil
	})
}

// ReleaseWipe lets a wiped record go again: a phone that keeps its id through a wipe may come back.
func (a *Admin) ReleaseWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return a.wipeVerb(ctx, who, access.VerbReleaseWipe, id, act, func(tx *store.Tx, w *store.Wipe) (string, error) {
		w.State, w.EndedBy, w.EndedAt = access.WipeReleased, who.Name, tx.Now()
		return "The record is released: it is judged like all others." + stillWiped(tx, w.Association), nil
	})
}

// stillWiped says that the registered device of a record is shown as wiped on, which refuses nobody.
func stillWiped(tx *store.Tx, id access.AssociationID) string {
	as, err := tx.FindAssociation(id)
	if err != nil || as.Device == "" {
		return ""
	}
	if d, err := tx.FindRegistered(as.Device); err != nil || d.State != access.DeviceWiped {
		return ""
	}
	return " Its registered device is shown as wiped until somebody activates it."
}
