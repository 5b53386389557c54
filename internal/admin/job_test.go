// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

func (w *world) job(id admin.JobID) admin.Job {
	w.t.Helper()
	j, err := w.admin.FindJob(w.t.Context(), root(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return j
}

//
func TestABulkBlockReachesTheNamedRecordsAndNoOther(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.record("a", "D1"), w.record("b", "D2"), w.record("c", "D1")
	gone := w.record("d", "D4")
	if _, err := w.admin.RemoveAssociation(t.Context(), root(), gone, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	bulk := admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{a, b, gone, a}}
	id, err := w.admin.StartBulk(t.Context(), root(), bulk, admin.Act{Key: "form-1", Reason: "sold"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.admin.StartBulk(t.Context(), root(), bulk, admin.Act{Key: "form-1", Reason: "sold"})
	if err != nil || again != id {
		t.Errorf("the same form again began job %s, %v", again, err)
	}
	w.run()
	w.eventually("the job ends", func() bool { j := w.job(id); return j.Over() })
	j := w.job(id)
	if j.State != admin.JobDone || j.Total != 3 || j.Done != 3 || j.Failed != 1 || j.By != "alice" || j.Number != w.find(b).Change {
		t.Errorf("job %+v", j)
	}
	for as, want := range map[access.AssociationID]access.SyncStatus{a: access.Blocked, b: access.Blocked, c: access.Allowed} {
		if d := w.find(as); d.SyncStatus != want {
			t.Errorf("%s is %s, want %s", d.Pair, d.SyncStatus, want)
		}
	}
	if d := w.find(a); d.Override.Reason != "sold" || d.Override.By != "alice" || d.Timeline[0].Event != "block" {
		t.Errorf("record %+v", d.Override)
	}
	failed, err := w.admin.ListJobRows(t.Context(), root(), id, admin.JobRowFilter{State: "failed"})
	if err != nil || len(failed) != 1 || failed[0].ID != gone || failed[0].Result == "" {
		t.Errorf("failed rows %+v, %v", failed, err)
	}
}

func TestABulkOnAllThatMatchIsNotMovedByItsOwnChanges(t *testing.T) {
	w := newWorld(t)
	w.records(620, "user") // more than one page of the selection
	q := admin.Query{Show: admin.ShowAllowed, Search: "user", Sort: admin.SortUser}
	id, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbBlock, Query: &q}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.forward(time.Second)
	late := w.record("user9999", "LATE")
	w.run()
	w.eventually("the job ends", func() bool { j := w.job(id); return j.Over() })
	if j := w.job(id); j.State != admin.JobDone || j.Done != 620 || j.Failed != 0 {
		t.Errorf("job %+v", j)
	}
	p, err := w.admin.ListAssociations(t.Context(), root(), admin.Query{Show: admin.ShowAllowed})
	if err != nil || p.Total != 1 || p.Rows[0].ID != late {
		t.Errorf("still allowed: %d, %v", p.Total, err)
	}
}

func TestAJobGoesOnAfterItsConsoleHasDied(t *testing.T) {
	w := newWorld(t)
	ids := w.records(150, "user")
	id, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbComment, IDs: ids, Comment: "check"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	// Another console takes the job, does its first rows and is never heard of again.
	j, err := w.store.LeaseJob(t.Context(), "dead console", 30*time.Second)
	if err != nil || j.ID != string(id) {
		t.Fatal(err)
	}
	rows, err := w.store.NextJobRows(t.Context(), j.ID, 5)
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		for _, r := range rows {
			if err := tx.FinishJobRow(j.ID, r.N, store.JobDone, "done by the other"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := w.run()
	if strings.HasPrefix(t.Name(), onPostgres+"/") { // where several consoles may be, it may yet live
		w.eventually("Run has looked", func() bool { j := w.job(id); return j.Done >= 5 })
		if j := w.job(id); j.Done != 5 {
			t.Errorf("the lease was not respected: %+v", j)
		}
		stop()
		w.clock.forward(31 * time.Second)
		w.run()
	} // on SQLite there is one console: whoever held the job is gone, and the clock stands still
	w.eventually("the job ends", func() bool { j := w.job(id); return j.Over() })
	if j := w.job(id); j.State != admin.JobDone || j.Done != 150 {
		t.Errorf("job %+v", j)
	}
	for _, as := range ids[:5] {
		if d := w.find(as); d.Comment != "" {
			t.Errorf("%s was done a second time", d.Pair)
		}
	}
	if d := w.find(ids[149]); d.Comment != "check" {
		t.Error("the last one was not done")
	}
}

func TestACancelledJobStops(t *testing.T) {
	w := newWorld(t)
	as := w.record("a", "D1")
	id, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbRemove, IDs: []access.AssociationID{as}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.admin.CancelJob(t.Context(), auditor(), id), access.KindForbidden)
	if err := w.admin.CancelJob(t.Context(), second(), id); err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.admin.CancelJob(t.Context(), second(), id), access.KindConflict)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_ = w.admin.Run(ctx) // ends with the context
	if j := w.job(id); j.State != admin.JobCancelled || j.Done != 0 {
		t.Errorf("job %+v", j)
	}
	w.find(as)
}

func TestAJobThatMakesNoSenseIsRefused(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name string
		bulk admin.Bulk
		act  admin.Act
	}{
		{"no records", admin.Bulk{Verb: access.VerbBlock}, admin.Act{}},
		{"a verb that is not for records", admin.Bulk{Verb: access.VerbManageAccess, Query: &admin.Query{}}, admin.Act{}},
		{"records by name and by filter", admin.Bulk{Verb: access.VerbBlock, Query: &admin.Query{}, IDs: []access.AssociationID{"a"}}, admin.Act{}},
		{"an end in the past", admin.Bulk{Verb: access.VerbBlock, Query: &admin.Query{}}, admin.Act{Until: w.clock.Now()}},
		{"more names than a form holds", admin.Bulk{Verb: access.VerbBlock, IDs: make([]access.AssociationID, 1001)}, admin.Act{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.admin.StartBulk(t.Context(), root(), tt.bulk, tt.act)
			wantKind(t, err, access.KindInvalid)
		})
	}
}
