// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"maps"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// allLines is the table of who may do what to people, phones and what is told to phones.
func allLines() map[string]line {
	all := peopleTable()
	maps.Copy(all, wireTable())
	maps.Copy(all, ruleTable())
	return all
}

// wiped orders a wipe of somebody's record and puts it into a state.
func (w *town) wiped(who access.Actor, name string, state access.WipeState) access.WipeID {
	var id access.WipeID
	err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		o := &store.Wipe{Association: w.record[name], Wipe: access.Wipe{Kind: access.WipeFull, State: state, By: who.Name}}
		err := tx.CreateWipe(o)
		id = o.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// wireTable is peopleTable for policies and wipes.
func wireTable() map[string]line {
	type ctx = context.Context
	type act = access.Actor
	none := admin.Act{}
	of := func(w *town, n string) []access.AssociationID { return []access.AssociationID{w.record[n]} }
	verb := func(v access.Verb, state access.WipeState, do func(*admin.Admin, ctx, act, access.WipeID, admin.Act) (admin.Result, error)) line {
		return line{v, func(c ctx, w *town, a act, n string) error {
			return result(do(w.admin, c, a, w.wiped(root(), n, state), none))
		}, false}
	}
	policy := func(v access.Verb, do func(*town, ctx, act, access.PolicyID) error) line {
		return line{v, func(c ctx, w *town, a act, _ string) error { return do(w, c, a, w.policy("Strict")) }, true}
	}
	return map[string]line{
		"ListPolicies": {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListPolicies(c, a)) }, true},
		"FindPolicy":   policy(access.VerbView, func(w *town, c ctx, a act, id access.PolicyID) error { return got(w.admin.FindPolicy(c, a, id)) }),
		"CreatePolicy": {access.VerbChangePolicy, func(c ctx, w *town, a act, _ string) error {
			return result(w.admin.CreatePolicy(c, a, strict(), none))
		}, true},
		"ChangePolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return result(w.admin.ChangePolicy(c, a, id, admin.PolicyForm{Name: "Other"}, none))
		}),
		"CopyPolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return result(w.admin.CopyPolicy(c, a, id, "Other", none))
		}),
		"DeletePolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return result(w.admin.DeletePolicy(c, a, id, none))
		}),
		"MakeDefaultPolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return result(w.admin.MakeDefaultPolicy(c, a, id, none))
		}),
		"PreviewPolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return got(w.admin.PreviewPolicy(c, a, id, admin.PolicyForm{Name: "Other"}))
		}),
		"PreviewDefaultPolicy": policy(access.VerbChangePolicy, func(w *town, c ctx, a act, id access.PolicyID) error {
			return got(w.admin.PreviewDefaultPolicy(c, a, id))
		}),
		"AssignPolicy": {access.VerbAssignPolicy, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.AssignPolicy(c, a, of(w, n), w.policy("Strict"), none))
		}, false},
		"RevertPolicy": {access.VerbRevertPolicy, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.RevertPolicy(c, a, of(w, n), none))
		}, false},
		"PreviewAssign": {access.VerbAssignPolicy, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewAssign(c, a, of(w, n), w.policy("Strict")))
		}, false},
		"AskPolicyAnew": {access.VerbAskPolicyAnew, func(c ctx, w *town, a act, n string) error {
			w.do(w.admin.AssignPolicy(c, root(), of(w, n), w.policy("Strict"), none))
			return result(w.admin.AskPolicyAnew(c, a, w.record[n], none))
		}, false},
		"OrderWipe": {access.VerbWipe, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.OrderWipe(c, a, w.record[n], access.WipeFull, none))
		}, false},
		"PreviewWipe": {access.VerbWipe, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewWipe(c, a, w.record[n], access.WipeFull))
		}, false},
		"ActionYears": {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ActionYears(c, a)) }, true},
		"ListWipes":   {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListWipes(c, a, admin.WipeQuery{})) }, true},
		"FindWipe": {access.VerbView, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.FindWipe(c, a, w.wiped(root(), n, access.WipePending)))
		}, false},
		"CancelWipe":  verb(access.VerbCancelWipe, access.WipePending, (*admin.Admin).CancelWipe),
		"ApproveWipe": verb(access.VerbApproveWipe, access.WipeWaiting, (*admin.Admin).ApproveWipe),
		"CloseWipe":   verb(access.VerbCloseWipe, access.WipeUnverified, (*admin.Admin).CloseWipe),
		"ReleaseWipe": verb(access.VerbReleaseWipe, access.WipeAcknowledged, (*admin.Admin).ReleaseWipe),
	}
}
