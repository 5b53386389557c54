// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func TestAnExportRunsNothingInASpreadsheet(t *testing.T) {
	w := newWorld(t)
	hostile := []string{"=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "plain, with \"quotes\"\nand lines"}
	for i, h := range hostile {
		w.record("user"+string(rune('a'+i)), "D1", func(a *access.Association) {
			a.Model, a.UserAgent, a.User, a.Comment, a.Number = h, h, h, h, h
		})
	}
	var buf bytes.Buffer
	if err := w.admin.ExportAssociationsCSV(t.Context(), auditor(), admin.Query{Sort: admin.SortAdded}, &buf); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&buf).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(hostile) || strings.Join(rows[0][:11], "|") !=
		"DeviceID|User|Number|Phone|OS|Status|Sync Status|First Sync Time|Last Sync Time|Mailbox ID|Domain" {
		t.Fatalf("%d rows, heading %q", len(rows), rows[0])
	}
	for _, r := range rows[1:] {
		for _, f := range r {
			if f != "" && strings.ContainsAny(f[:1], "=+-@\t\r\n") {
				t.Errorf("a cell begins a formula: %q", f)
			}
		}
	}
	if rows[1][1] != "'"+hostile[0] || rows[7][1] != hostile[6] || rows[1][5] != "Unregistered (Unlinked)" {
		t.Errorf("cells %q, %q, %q", rows[1][1], rows[7][1], rows[1][5])
	}
	log, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: "export"})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Actor != "carol" {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
}

func TestTheAuditLogIsExportedWhole(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "D1")
	for range 3 {
		if _, err := w.admin.CommentAssociation(t.Context(), root(), id, "=HYPERLINK(\"x\")", admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := w.admin.ExportAuditCSV(t.Context(), auditor(), admin.AuditQuery{Limit: 1}, &buf); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&buf).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
