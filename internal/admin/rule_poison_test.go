// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/vedette-mail/vedette/internal/access"
)

func TestARecordThatCannotBeReadKeepsTheWalkFromNoOther(t *testing.T) { // Y-16
	w := newWorld(t)
	ids := w.phones(9, "a")
	rule := w.rule(iPhones("No iPhones", access.ActionBlock))
	db, err := sql.Open("sqlite", strings.TrimPrefix(w.dsn, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE association SET ruling = '{broken' WHERE id = ?`, string(ids[4])); err != nil {
		t.Fatal(err)
	}
	w.walked()
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
