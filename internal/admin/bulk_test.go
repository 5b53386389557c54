// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func (w *village) states() map[access.DeviceID]access.DeviceState {
	w.t.Helper()
	p, err := w.admin.ListDevices(w.t.Context(), root(), admin.DeviceQuery{Show: "registered", Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[access.DeviceID]access.DeviceState{}
	for i := range p.Rows {
		out[p.Rows[i].ID] = p.Rows[i].State
	}
	return out
}

// undo takes a job back and gives the rows of the job that did.
func (w *village) undo(job admin.JobID) []admin.JobRow {
	w.t.Helper()
	back, err := w.admin.UndoJob(w.t.Context(), root(), job, admin.Act{})
	if err := w.carriedOut(back, err); err != nil {
		w.t.Fatal(err)
	}
	rows, err := w.admin.ListJobRows(w.t.Context(), root(), back, admin.JobRowFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// Y-07
func TestManyDevicesAreMarkedLostAndFoundAgainByUndo(t *testing.T) {
	w := newVillage(t)
	if _, err := w.admin.LinkAssociation(t.Context(), root(), w.records[0], w.devices[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.RetireDevice(t.Context(), root(), w.devices[1], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	w.clock.forward(time.Second)
	b := admin.PeopleBulk{Verb: access.VerbLose, Query: &admin.Query{Show: "registered"}}
	told, err := w.admin.PreviewPeopleBulk(t.Context(), root(), b)
	if err != nil || told.ToBlocked == 0 || told.Rows != len(w.devices) || told.Refusals != 1 || len(told.Refused) != 1 ||
		told.Refused[0].ID != access.AssociationID(w.devices[1]) || told.Refused[0].Label != "phone 0-1 of user0" || !strings.Contains(told.Refused[0].Text, "retired") {
		t.Errorf("preview %+v, %v", told, err)
	}
	job, err := w.admin.StartPeopleBulk(t.Context(), root(), b, admin.Act{Reason: "the van was stolen"})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	j := w.job(job)
	if j.State != admin.JobDone || j.Of != admin.AnswerDevice || j.Total != len(w.devices) || j.Failed != 1 || !j.Undoable || j.Number == 0 {
		t.Errorf("job %+v", j)
	}
	lost := 0
	for id, state := range w.states() {
		if state == access.DeviceLost {
			lost++
		} else if id != w.devices[1] {
			t.Errorf("%s is %s", id, state)
		}
	}
	if lost != len(w.devices)-1 {
		t.Errorf("%d are lost", lost)
	}

	// One of them is changed by somebody else: it stays as it is.
	if _, err := w.admin.FoundDevice(t.Context(), second(), w.devices[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.RetireDevice(t.Context(), second(), w.devices[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	rows := w.undo(job)
	for _, r := range rows {
		if (r.State == "failed") != (access.DeviceID(r.ID) == w.devices[0]) {
			t.Errorf("row %+v", r)
		}
	}
	if len(rows) != len(w.devices)-1 {
		t.Errorf("%d rows were taken back", len(rows))
	}
	for id, state := range w.states() {
		want := access.DeviceActive
		if id == w.devices[0] || id == w.devices[1] {
			want = access.DeviceRetired
		}
		if state != want {
			t.Errorf("%s is %s after the undo, want %s", id, state, want)
		}
	}
	if j := w.job(job); j.Undoable || j.Undone == "" {
		t.Errorf("a job that was taken back %+v", j)
	}
	_, err = w.admin.UndoJob(t.Context(), root(), job, admin.Act{})
	wantKind(t, err, access.KindConflict)
}

// M-15, A-17
func TestManyUsersAreDisabledAndEnabledByUndo(t *testing.T) {
	w := newVillage(t)
	ids := []string{string(w.users[0]), string(w.users[2]), "gone"}
	job, err := w.admin.StartPeopleBulk(t.Context(), root(), admin.PeopleBulk{Verb: access.VerbDisableUser, IDs: ids}, admin.Act{Reason: "left"})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	disabled := func() (names []string) {
		p, err := w.admin.ListUsers(t.Context(), root(), admin.UserQuery{Show: "disabled"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Rows {
			names = append(names, p.Rows[i].Name)
		}
		return names
	}
	if got := strings.Join(disabled(), " "); got != "user0 user2" {
		t.Errorf("disabled: %s", got)
	}
	if j := w.job(job); j.Of != admin.AnswerUser || j.Failed != 1 {
		t.Errorf("job %+v", j)
	}
	w.undo(job)
	if got := disabled(); len(got) != 0 {
		t.Errorf("still disabled: %v", got)
	}
}

// What a bulk on records did is taken back record by record, overrides that were taken off included.
func TestABulkOnRecordsIsUndone(t *testing.T) {
	w := newVillage(t)
	before := w.verdicts()
	same := func(what string) {
		t.Helper()
		for id, v := range w.verdicts() {
			if before[id] != v {
				t.Errorf("%s: %s is %+v, was %+v", what, id, v, before[id])
			}
		}
	}
	for _, b := range []admin.Bulk{
		{Verb: access.VerbBlock, IDs: w.records[:3]},
		{Verb: access.VerbRemove, IDs: w.records[:2]},
		{Verb: access.VerbComment, IDs: w.records[:2], Comment: "x"},
		{Verb: access.VerbUnlink, IDs: w.records[:3]},
	} {
		job, err := w.admin.StartBulk(t.Context(), root(), b, admin.Act{})
		if err := w.carriedOut(job, err); err != nil {
			t.Fatal(err)
		}
		for _, r := range w.undo(job) {
			if r.State != "done" {
				t.Errorf("%s: row %+v", b.Verb, r)
			}
		}
		same(string(b.Verb))
	}
	if _, err := w.admin.BlockAssociation(t.Context(), root(), w.records[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	before = w.verdicts()
	w.clock.forward(time.Second)
	job, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbAllow, End: true, Overrides: &admin.OverrideQuery{Kind: access.OverrideBlock}}, admin.Act{})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	if d := w.find(w.records[0]); d.Override.Kind != access.NoOverride {
		t.Errorf("the override is still there: %+v", d.Override)
	}
	if j := w.job(job); !j.Ends || j.Total != 1 {
		t.Errorf("job %+v", j)
	}
	w.undo(job)
	same("end of overrides")
}

func TestWhatWasDeletedInBulkIsNotUndone(t *testing.T) {
	w := newVillage(t)
	job, err := w.admin.StartPeopleBulk(t.Context(), root(), admin.PeopleBulk{Verb: access.VerbDeleteDevice, IDs: []string{string(w.devices[0])}}, admin.Act{})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	if j := w.job(job); j.Undoable {
		t.Errorf("job %+v", j)
	}
	_, err = w.admin.UndoJob(t.Context(), root(), job, admin.Act{})
	wantKind(t, err, access.KindInvalid)
}

func TestABulkOnPeopleThatSaysNothingIsRefused(t *testing.T) {
	w := newVillage(t)
	for what, b := range map[string]admin.PeopleBulk{
		"a verb of records":         {Verb: access.VerbBlock, IDs: []string{"x"}},
		"nobody":                    {Verb: access.VerbRetire},
		"by name and by filter":     {Verb: access.VerbRetire, IDs: []string{"x"}, Query: &admin.Query{}},
		"not compliant, unsaid why": {Verb: access.VerbSetCompliance, IDs: []string{"x"}, Compliance: admin.ComplianceForm{Compliance: access.NotCompliant}},
	} {
		if _, err := w.admin.StartPeopleBulk(t.Context(), root(), b, admin.Act{}); access.KindOf(err) != access.KindInvalid || err == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// M-13, A-24: adding a device, a user, or registering a phone that waits is taken back while nobody has done
// anything with it.
func TestWhatWasAddedGoesAgainByUndo(t *testing.T) {
	w := newVillage(t)
	record := w.record("user0", "NEWPHONE")
	waiting := func() []admin.DeviceRow {
		p, err := w.admin.ListDevices(t.Context(), root(), admin.DeviceQuery{Show: "waiting", Search: "NEWPHONE"})
		if err != nil {
			t.Fatal(err)
		}
		return p.Rows
	}
	if len(waiting()) != 1 {
		t.Fatalf("waiting: %+v", waiting())
	}
	r, err := w.admin.RegisterDevice(t.Context(), root(), waiting()[0].ID, admin.DeviceForm{Name: "new", Owner: w.users[0]}, admin.Act{})
	if err != nil || r.Undo == "" || len(waiting()) != 0 || w.find(record).Device == "" {
		t.Fatalf("registered: %+v, %v", r, err)
	}
	if _, err := w.admin.Undo(t.Context(), root(), r.Undo, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if len(waiting()) != 1 || w.find(record).Device != "" {
		t.Errorf("after the undo: waiting %+v, record %+v", waiting(), w.find(record).Link)
	}

	added, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "spare", Owner: w.users[1]}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.Undo(t.Context(), root(), added.Undo, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	_, err = w.admin.FindDevice(t.Context(), root(), access.DeviceID(added.ID))
	wantKind(t, err, access.KindNotFound)

	user, err := w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "zoe"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	owned, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "zoe's", Owner: access.UserID(user.ID)}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.admin.Undo(t.Context(), root(), user.Undo, admin.Act{})
	wantKind(t, err, access.KindConflict)
	for _, undo := range []string{owned.Undo, user.Undo} {
		if _, err := w.admin.Undo(t.Context(), root(), undo, admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = w.admin.FindUser(t.Context(), root(), access.UserID(user.ID))
	wantKind(t, err, access.KindNotFound)
}

// An IMEI is kept as its digits, however it was written down; one that cannot be right is kept, and said so.
func TestAnIMEIIsKeptAsItsDigits(t *testing.T) {
	w := newWorld(t)
	for given, want := range map[string]struct {
		kept  string
		doubt bool
	}{
		"35-209900-176148-1":  {"352099001761481", false},
		"35 209900 176148 1":  {"352099001761481", false},
		"352099001761482":     {"352099001761482", true},
		"A1000049D8A1B2":      {"A1000049D8A1B2", false},   // a MEID
		"35-209900-176148-23": {"3520990017614823", false}, // with a software version in place of the check digit
	} {
		r, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: given, IMEI: given}, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.admin.FindDevice(t.Context(), root(), access.DeviceID(r.ID))
		if err != nil || d.IMEI != want.kept || strings.Contains(r.Text, "mistyped") != want.doubt {
			t.Errorf("%s is kept as %q (%v), and this is said: %s", given, d.IMEI, err, r.Text)
		}
		if _, err := w.admin.RetireDevice(t.Context(), root(), d.ID, admin.Act{}); err != nil { // the next one is the same phone
			t.Fatal(err)
		}
	}
}
