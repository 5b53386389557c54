// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// iPhones is a rule that speaks of the records that a world begins with.
func iPhones(name string, action access.BlockingAction) admin.RuleForm {
	return admin.RuleForm{Name: name, Kind: access.BlockingModel, Action: action, Names: []string{"iPhone*", "Pixel"}, Enabled: true, Most: store.DefaultMost}
}

// rule makes a rule.
func (w *world) rule(f admin.RuleForm) access.BlockingID {
	w.t.Helper()
	return access.BlockingID(w.done(w.admin.CreateRule(w.t.Context(), root(), f, admin.Act{})).ID)
}

// walk looks at all records, as Run does.
func (w *world) walk() {
	w.t.Helper()
	for after, pass := int64(0), 0; pass < 3; {
		p, err := ruling.Step(w.t.Context(), w.store, after, 100)
		if err != nil {
			w.t.Fatal(err)
		}
		if after = p.Next; after == 0 {
			pass++
		}
	}
}

// ruleTable is peopleTable for blocking rules and the quarantine.
func ruleTable() map[string]line {
	type ctx = context.Context
	type act = access.Actor
	none := admin.Act{}
	rule := func(v access.Verb, do func(*town, ctx, act, access.BlockingID) error) line {
		return line{v, func(c ctx, w *town, a act, _ string) error {
			return do(w, c, a, w.rule(iPhones("No iPhones", access.ActionQuarantine)))
		}, true}
	}
	held := func(v access.Verb, do func(*town, ctx, act, access.AssociationID) error) line {
		return line{v, func(c ctx, w *town, a act, n string) error {
			w.rule(iPhones("No iPhones", access.ActionQuarantine))
			w.walk()
			return do(w, c, a, w.record[n])
		}, false}
	}
	return map[string]line{
		"ListRules":    rule(access.VerbView, func(w *town, c ctx, a act, _ access.BlockingID) error { return got(w.admin.ListRules(c, a)) }),
		"RulesWaiting": rule(access.VerbView, func(w *town, c ctx, a act, _ access.BlockingID) error { return got(w.admin.RulesWaiting(c, a)) }),
		"FindRule":     rule(access.VerbView, func(w *town, c ctx, a act, id access.BlockingID) error { return got(w.admin.FindRule(c, a, id)) }),
		"ListRuled": rule(access.VerbView, func(w *town, c ctx, a act, id access.BlockingID) error {
			return got(w.admin.ListRuled(c, a, admin.RuledQuery{Rule: id}))
		}),
		"CountQuarantine": rule(access.VerbView, func(w *town, c ctx, a act, _ access.BlockingID) error { return got(w.admin.CountQuarantine(c, a)) }),
		"CreateRule": {access.VerbChangeRule, func(c ctx, w *town, a act, _ string) error {
			return result(w.admin.CreateRule(c, a, iPhones("No iPhones", access.ActionBlock), none))
		}, true},
		"ChangeRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return result(w.admin.ChangeRule(c, a, id, iPhones("None", access.ActionBlock), none))
		}),
		"EnableRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return result(w.admin.EnableRule(c, a, id, none))
		}),
		"DisableRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return result(w.admin.DisableRule(c, a, id, none))
		}),
		"DeleteRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return result(w.admin.DeleteRule(c, a, id, none))
		}),
		"ConfirmRule": rule(access.VerbConfirmRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			f := iPhones("Few", access.ActionBlock)
			f.Most = 1
			w.rule(f)
			w.walk()
			list, err := w.admin.RulesWaiting(c, root())
			if err != nil || len(list) != 1 {
				w.t.Fatalf("%d rules wait, %v", len(list), err)
			}
			return result(w.admin.ConfirmRule(c, a, list[0].ID, list[0].Held+list[0].Waiting, none))
		}),
		"PreviewRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return got(w.admin.PreviewRule(c, a, id, iPhones("None", access.ActionBlock)))
		}),
		"PreviewConfirmRule": rule(access.VerbConfirmRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return got(w.admin.PreviewConfirmRule(c, a, id))
		}),
		"PreviewDeleteRule": rule(access.VerbChangeRule, func(w *town, c ctx, a act, id access.BlockingID) error {
			return got(w.admin.PreviewDeleteRule(c, a, id))
		}),
		"ReleaseRecord": held(access.VerbReleaseRecord, func(w *town, c ctx, a act, id access.AssociationID) error {
			return result(w.admin.ReleaseRecord(c, a, id, "", none))
		}),
		"HoldAgain": held(access.VerbHoldAgain, func(w *town, c ctx, a act, id access.AssociationID) error {
			w.done(w.admin.ReleaseRecord(c, root(), id, "", none))
			return result(w.admin.HoldAgain(c, a, id, "", none))
		}),
	}
}
