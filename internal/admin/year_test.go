// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// listed gives the accounts that a choice of Show leaves, in the order of the alphabet.
func (w *world) listed(q admin.Query) []string {
	w.t.Helper()
	p, err := w.admin.ListAssociations(w.t.Context(), root(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	var list []string
	for _, r := range p.Rows {
		list = append(list, r.Pair.Account)
	}
	slices.Sort(list)
	var filed []string
	err = w.admin.ExportAssociations(w.t.Context(), root(), q, func(r admin.Row) error { filed = append(filed, r.Pair.Account); return nil })
	slices.Sort(filed)
	if err != nil || !slices.Equal(list, filed) {
		w.t.Errorf("the page shows %v, the export %v, %v", list, filed, err)
	}
	return list
}

// F-05 R-5: midnight of New Year in the zone that is set, wherever the console stands.
func TestActionsAreOfTheCalendarYearOfTheTimeZoneThatIsSet(t *testing.T) {
	for _, c := range []struct{ zone, turns string }{
		{"UTC", "2027-01-01T00:00:00Z"},
		{"Europe/Zurich", "2026-12-31T23:00:00Z"},
		{"Pacific/Kiritimati", "2026-12-31T10:00:00Z"},
		{"America/Los_Angeles", "2027-01-01T08:00:00Z"},
		{"Asia/Kathmandu", "2026-12-31T18:15:00Z"},
	} {
		t.Run(c.zone, func(t *testing.T) {
			w := newWorld(t)
			if _, err := newSettings(t, w).ChangeTimeZone(t.Context(), root(), admin.TimeZone{Zone: c.zone}, admin.Act{}); err != nil {
				t.Fatal(err)
			}
			turns, err := time.Parse(time.RFC3339, c.turns)
			if err != nil {
				t.Fatal(err)
			}
			old, fresh := w.record("old", "D1"), w.record("new", "D2")
			w.record("none", "D3")
			id := w.policy("Strict")
			assign := func(record access.AssociationID) {
				t.Helper()
				if _, err := w.admin.AssignPolicy(t.Context(), root(), []access.AssociationID{record}, id, admin.Act{}); err != nil {
					t.Fatal(err)
				}
			}
			w.clock.forward(turns.Add(-time.Millisecond).Sub(w.clock.Now()))
			assign(old)
			now := admin.Query{Show: admin.ShowActed}
			if got := w.listed(now); !slices.Equal(got, []string{"old"}) {
				t.Errorf("on the last day: %v", got)
			}
			w.clock.forward(time.Millisecond)
			if got := w.listed(now); got != nil { // at the turn of the year the list is empty
				t.Errorf("on the first day: %v", got)
			}
			assign(fresh)
			if got := w.listed(now); !slices.Equal(got, []string{"new"}) {
				t.Errorf("on the first day: %v", got)
			}
			last := admin.Query{Show: admin.ShowActed, Year: 2026}
			if got := w.listed(last); !slices.Equal(got, []string{"old"}) {
				t.Errorf("of 2026: %v", got)
			}
			if years, err := w.admin.ActionYears(t.Context(), auditor()); err != nil || !slices.Equal(years, []int{2027, 2026}) {
				t.Errorf("years %v, %v", years, err)
			}
			if got := w.listed(admin.Query{Show: admin.ShowPolicyAssigned}); !slices.Equal(got, []string{"new", "old"}) {
				t.Errorf("assigned, whenever: %v", got)
			}
			if line := w.lastLine(""); !strings.Contains(line.Detail, "policy-assigned") {
				t.Errorf("audit %+v", line)
			}
		})
	}
}

// F-04 F-05
func TestARevertedPolicyLeavesTheOneListAndStaysOnTheOther(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "D1")
	policy := w.policy("Strict")
	if _, err := w.admin.MakeDefaultPolicy(t.Context(), root(), policy, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	assigned, acted := admin.Query{Show: admin.ShowPolicyAssigned}, admin.Query{Show: admin.ShowActed}
	if got := append(w.listed(assigned), w.listed(acted)...); got != nil {
		t.Errorf("the default policy counts as assigned: %v", got)
	}
	ids := []access.AssociationID{id}
	if _, err := w.admin.AssignPolicy(t.Context(), root(), ids, policy, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if len(w.listed(assigned)) != 1 || len(w.listed(acted)) != 1 {
		t.Errorf("assigned: %v and %v", w.listed(assigned), w.listed(acted))
	}
	if _, err := w.admin.RevertPolicy(t.Context(), root(), ids, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if len(w.listed(assigned)) != 0 || len(w.listed(acted)) != 1 {
		t.Errorf("reverted: %v and %v", w.listed(assigned), w.listed(acted))
	}
	if _, err := w.admin.RemoveAssociation(t.Context(), root(), id, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	w.record("ben", "D1")
	if got := w.listed(acted); !slices.Equal(got, []string{"ben"}) { // kept by device id
		t.Errorf("after Remove, the phone comes back with another account: %v", got)
	}
}

// F-05: a bulk that was begun before the turn of the year is about the year in which it was begun.
func TestABulkIsAboutTheYearInWhichItWasBegun(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "D1")
	if _, err := w.admin.AssignPolicy(t.Context(), root(), []access.AssociationID{id}, w.policy("Strict"), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	w.clock.forward(time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC).Sub(w.clock.Now()))
	job, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbRevertPolicy, Query: &admin.Query{Show: admin.ShowActed}}, admin.Act{})
	w.clock.forward(time.Hour)
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	if j := w.job(job); j.Total != 1 || j.Failed != 0 {
		t.Errorf("%+v", j)
	}
	if got := w.listed(admin.Query{Show: admin.ShowPolicyAssigned}); len(got) != 0 {
		t.Errorf("still assigned: %v", got)
	}
	_, err = w.admin.ListAssociations(t.Context(), root(), admin.Query{Show: admin.ShowActed, Year: 12})
	wantKind(t, err, access.KindInvalid)
}
