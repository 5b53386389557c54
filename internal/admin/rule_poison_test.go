// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

func TestARecordThatCannotBeReadKeepsTheWalkFromNoOther(t *testing.T) { // Y-16
	w := newWorld(t)
	ids := w.phones(9, "a")
	rule := w.rule(iPhones("No iPhones", access.ActionBlock))
	storetest.Spoil(t, w.dsn, string(ids[4]))
	if err := admin.WalkOnly(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.wantRule(rule, 8, 0, 0)
	for i, id := range ids {
		if i != 4 {
			w.wantStatus(id, access.Blocked, access.RuleBlockingRule)
		}
	}
	if r := w.ruleNow(rule); r.Walk.On {
		t.Error("the walk is not over")
	}
}
