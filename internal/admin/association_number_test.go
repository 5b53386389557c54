// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// C-03: a record without a number of its own shows that of its device, covered from whom it has to be.
func TestARecordWithoutNumberHasThatOfItsDevice(t *testing.T) {
	w := newWorld(t)
	r, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "phone", Number: "+49 151 2345678"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	bare, own := w.record("bob", "D1"), w.record("eve", "D2", func(as *access.Association) { as.Number = "+49 30 111111" })
	for _, id := range []access.AssociationID{bare, own} {
		if _, err := w.admin.LinkAssociation(t.Context(), root(), id, access.DeviceID(r.ID), admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func(rows []admin.Row) string {
		var list []string
		for i := range rows {
			list = append(list, rows[i].Number+"/"+rows[i].DeviceNumber)
		}
		return strings.Join(list, " ")
	}
	p, err := w.admin.ListAssociations(t.Context(), root(), admin.Query{Sort: admin.SortUser})
	if got := numbers(p.Rows); err != nil || got != "/+49 151 2345678 +49 30 111111/" {
		t.Errorf("the list has %s, %v", got, err)
	}
	var exported []admin.Row
	err = w.admin.ExportAssociations(t.Context(), root(), admin.Query{Sort: admin.SortUser}, func(r admin.Row) error { exported = append(exported, r); return nil })
	if got := numbers(exported); err != nil || got != numbers(p.Rows) {
		t.Errorf("the export has %s, %v", got, err)
	}
	desk := access.Actor{Name: "dora", Role: access.RoleOperator, Only: []access.Verb{access.VerbView}}
	rows, err := w.admin.RowsByID(t.Context(), desk, []access.AssociationID{bare})
	if err != nil || len(rows) != 1 || strings.Contains(rows[0].DeviceNumber, "2345") || rows[0].DeviceNumber == "" {
		t.Errorf("the help desk sees %s, %v", numbers(rows), err)
	}
}
