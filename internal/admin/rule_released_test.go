// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func TestWhoIsReleasedTakesNobodyElseAlsoInAPreview(t *testing.T) { // Y-07, Y-16
	w := newWorld(t)
	ids := w.phones(5, "a")
	f := iPhones("New phones", access.ActionQuarantine)
	f.Most = 3
	rule := w.rule(f)
	w.walked()
	w.wantRule(rule, 3, 2, 0)
	w.done(w.admin.ReleaseRecord(t.Context(), root(), ids[0], rule, admin.Act{}))
	w.walked()
	w.wantRule(rule, 2, 2, 1)
	w.wantStatus(ids[3], access.Allowed, access.RulePass)
	if list, err := w.admin.RulesWaiting(t.Context(), root()); err != nil || len(list) != 1 {
		t.Errorf("%d rules wait for a person, %v", len(list), err)
	}
	f.Note = "words"
	p, err := w.admin.PreviewRule(t.Context(), root(), rule, f)
	if err != nil || p.WouldHold != 2 || p.WouldWait != 2 || p.Speaks != 5 || p.ToBlocked != 0 {
		t.Errorf("preview %+v, %v", p, err)
	}
	c, err := w.admin.PreviewConfirmRule(t.Context(), root(), rule)
	if err != nil || c.Number != 4 || c.WouldHold != 4 || c.ToBlocked != 2 {
		t.Errorf("preview %+v, %v", c, err)
	}
	w.done(w.admin.ConfirmRule(t.Context(), root(), rule, c.Number, admin.Act{}))
	w.walked()
	w.wantRule(rule, 4, 0, 1)
	w.done(w.admin.ReleaseRecord(t.Context(), root(), ids[1], rule, admin.Act{}))
	w.phones(1, "b")
	w.walk()
	w.wantRule(rule, 3, 1, 2)
}

func TestUndoBringsBackWhoWasReleased(t *testing.T) { // Y-16
	w := newWorld(t)
	ids := w.phones(3, "a")
	rule := w.rule(iPhones("New phones", access.ActionQuarantine))
	w.walked()
	w.done(w.admin.ReleaseRecord(t.Context(), root(), ids[0], rule, admin.Act{}))
	narrow := iPhones("New phones", access.ActionQuarantine)
	narrow.Names = []string{"Galaxy"}
	for what, do := range map[string]func() (admin.Result, error){
		"deleted":            func() (admin.Result, error) { return w.admin.DeleteRule(t.Context(), root(), rule, admin.Act{}) },
		"taken out of force": func() (admin.Result, error) { return w.admin.DisableRule(t.Context(), root(), rule, admin.Act{}) },
		"changed": func() (admin.Result, error) {
			return w.admin.ChangeRule(t.Context(), root(), rule, narrow, admin.Act{})
		},
	} {
		for _, walked := range []bool{true, false} {
			done := w.done(do())
			if walked {
				w.walked()
				w.wantStatus(ids[1], access.Allowed, access.RulePass)
			}
			w.done(w.admin.Undo(t.Context(), root(), done.Undo, admin.Act{}))
			w.walked()
			w.wantRule(rule, 2, 0, 1)
			w.wantStatus(ids[0], access.Allowed, access.RulePass)
			w.wantStatus(ids[1], access.Blocked, access.RuleQuarantine)
			if d := w.find(ids[0]); len(d.Ruled) != 1 || d.Ruled[0].State != admin.RuledReleased || d.Ruled[0].ReleasedBy != "alice" {
				t.Errorf("%s and undone, it is %+v", what, d.Ruled)
			}
		}
	}
}
