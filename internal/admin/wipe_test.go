// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// apple is an iPhone that speaks everything there is.
func apple(a *access.Association) {
	a.UserAgent, a.Client, a.OS, a.OSVersion, a.Protocol = "Apple-iPhone15C2/2001.5", "Mail", "iOS", "18.1", "16.1"
}

// ordered gives the id of an order that must be possible.
func (w *world) ordered(id access.AssociationID, kind access.WipeKind) access.WipeID {
	w.t.Helper()
	r, err := w.admin.OrderWipe(w.t.Context(), root(), id, kind, admin.Act{Reason: "lost"})
	if err != nil {
		w.t.Fatal(err)
	}
	return access.WipeID(r.ID)
}

// reported puts an order into a state that only a gateway can report.
func (w *world) reported(id access.WipeID, state access.WipeState) {
	w.t.Helper()
	err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		o, err := tx.FindWipe(id)
		if err != nil {
			return err
		}
		o.State, o.AnsweredAt = state, tx.Now()
		return tx.SaveWipe(o)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) order(id access.WipeID) admin.WipeRow {
	w.t.Helper()
	r, err := w.admin.FindWipe(w.t.Context(), root(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) safety(change func(*admin.WipeSafety)) *admin.Settings {
	w.t.Helper()
	s := newSettings(w.t, w)
	x, err := s.WipeSafety(w.t.Context(), root())
	if err != nil {
		w.t.Fatal(err)
	}
	version := x.Version
	change(&x)
	w.done(s.ChangeWipeSafety(w.t.Context(), root(), x, admin.Act{Version: version}))
	return s
}

// C-07, R-2
func TestAWipeIsOrderedForOneRecordAndTheOthersOfThePhoneAreNamed(t *testing.T) {
	w := newWorld(t)
	id, other := w.record("ana", "D1", apple), w.record("ben", "D1", apple)
	pre, err := w.admin.PreviewWipe(t.Context(), root(), id, access.WipeFull)
	if err != nil || !pre.Known || !pre.Supported || pre.Refused != "" || pre.CapLeft != 10 || len(pre.Others) != 1 || pre.Others[0].ID != other ||
		!strings.Contains(pre.Effect, "factory") || pre.Source == "" || pre.Date == "" {
		t.Errorf("preview %+v, %v", pre, err)
	}
	r, err := w.admin.OrderWipe(t.Context(), root(), id, access.WipeFull, admin.Act{Key: "form", Reason: "left in a train"})
	if err != nil || r.Number == 0 || r.Undo != "" {
		t.Fatalf("%+v, %v", r, err)
	}
	again, err := w.admin.OrderWipe(t.Context(), root(), id, access.WipeFull, admin.Act{Key: "form", Reason: "left in a train"})
	if err != nil || !again.Replayed || again.ID != r.ID {
		t.Errorf("the same form again: %+v, %v", again, err)
	}
	_, err = w.admin.OrderWipe(t.Context(), second(), id, access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindConflict)
	d := w.find(id)
	if d.SyncStatus != access.Blocked || d.Wipe.State != access.WipePending || d.Decision.Rule != access.RuleWipe || len(d.Wipes) != 1 ||
		d.Wipes[0].Reason != "left in a train" || d.Timeline[0].Event != "wipe" || !strings.Contains(d.Timeline[0].Detail, "left in a train") {
		t.Errorf("record %+v %+v", d.Wipes, d.Timeline[0])
	}
	if d := w.find(other); d.SyncStatus != access.Allowed || d.Wipe.State != access.NoWipe {
		t.Errorf("the other account: %+v", d.Wipe)
	}
	w.reported(access.WipeID(r.ID), access.WipeAcknowledged)
	if d := w.find(id); d.SyncStatus != access.Wiped || d.Decision.Rule != access.RuleWiped {
		t.Errorf("acknowledged: %s", d.SyncStatus)
	}
	page, err := w.admin.ListWipes(t.Context(), auditor(), admin.WipeQuery{})
	if err != nil || len(page.Rows) != 1 || page.Next != "" || len(page.Rows[0].Can) != 0 || !page.Rows[0].Record {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err := w.admin.ListWipes(t.Context(), root(), admin.WipeQuery{Open: true}); err != nil || len(page.Rows) != 0 {
		t.Errorf("open: %+v, %v", page, err)
	}
}

//
func TestWhatAClientDoesNotSupportIsNotOrdered(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name    string
		kind    access.WipeKind
		change  func(*access.Association)
		known   bool
		refused string
	}{
		{"Email+ on Android", access.WipeFull, func(a *access.Association) { a.Client, a.OS = "Email+", "Android" }, true, "does not support"},
		{"Outlook and the account alone", access.WipeAccount, func(a *access.Association) {
			apple(a)
			a.UserAgent, a.Client = "Outlook-iOS-Android/1.0", "Outlook"
		}, true, "does not support"},
		{"an old protocol and the account alone", access.WipeAccount, func(a *access.Association) { apple(a); a.Protocol = "16.0" }, true, "16.1"},
		{"the account alone", access.WipeAccount, apple, true, ""},
		{"a client nobody has written about", access.WipeFull, func(a *access.Association) { a.Client, a.OS = "Pigeon", "Android" }, false, ""},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := w.record("ana", fmt.Sprintf("D%d", i), tt.change)
			pre, err := w.admin.PreviewWipe(t.Context(), root(), id, tt.kind)
			if err != nil || pre.Known != tt.known || pre.Effect == "" || (pre.Refused == "") != (tt.refused == "") || !strings.Contains(pre.Refused, tt.refused) {
				t.Errorf("%+v, %v", pre, err)
			}
			if !pre.Known && (pre.Supported || pre.Source != "") {
				t.Errorf("what is unknown is claimed: %+v", pre)
			}
			_, err = w.admin.OrderWipe(t.Context(), root(), id, tt.kind, admin.Act{})
			if tt.refused != "" {
				wantKind(t, err, access.KindConflict)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNothingIsWipedInShadowMode(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "D1", apple)
	w.preferences(func(p *access.Preferences) { p.Shadow = true })
	pre, err := w.admin.PreviewWipe(t.Context(), root(), id, access.WipeFull)
	if err != nil || !strings.Contains(pre.Refused, "Shadow mode") {
		t.Errorf("%+v, %v", pre, err)
	}
	_, err = w.admin.OrderWipe(t.Context(), root(), id, access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindConflict)
}

// Y-10
func TestAWipeIsCancelledUntilThePhoneHasBeenTold(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "D1", apple)
	o := w.ordered(id, access.WipeFull)
	if can := w.order(o).Can; !slices.Equal(can, []access.Verb{access.VerbCancelWipe}) {
		t.Errorf("can %v", can)
	}
	w.done(w.admin.CancelWipe(t.Context(), second(), o, admin.Act{Reason: "found"}))
	if d := w.find(id); d.SyncStatus != access.Allowed || d.Wipes[0].EndedBy != "bob" {
		t.Errorf("%s %+v", d.SyncStatus, d.Wipes[0])
	}
	o = w.ordered(id, access.WipeFull)
	w.reported(o, access.WipeDelivered)
	_, err := w.admin.CancelWipe(t.Context(), root(), o, admin.Act{})
	wantKind(t, err, access.KindConflict)
	_, err = w.admin.RemoveAssociation(t.Context(), root(), id, admin.Act{})
	wantKind(t, err, access.KindConflict)
}

//
func TestAnUnverifiedOrderIsClosedAndAWipedRecordReleased(t *testing.T) {
	w := newWorld(t)
	for _, state := range []access.WipeState{access.WipeUnverified, access.WipeFailed, access.WipeDelivered} {
		id := w.record("ana", "D"+string(state), apple)
		o := w.ordered(id, access.WipeFull)
		_, err := w.admin.ReleaseWipe(t.Context(), root(), o, admin.Act{})
		wantKind(t, err, access.KindConflict)
		w.reported(o, state)
		w.done(w.admin.CloseWipe(t.Context(), root(), o, admin.Act{}))
		if d := w.find(id); d.SyncStatus != access.Wiped {
			t.Errorf("%s, closed: %s", state, d.SyncStatus)
		}
		w.done(w.admin.ReleaseWipe(t.Context(), root(), o, admin.Act{}))
		if d := w.find(id); d.SyncStatus != access.Allowed || d.Wipes[0].State != access.WipeReleased {
			t.Errorf("%s, released: %s", state, d.SyncStatus)
		}
	}
	id := w.record("ben", "D1", apple)
	o := w.ordered(id, access.WipeFull)
	w.reported(o, access.WipeAcknowledged)
	w.done(w.admin.RemoveAssociation(t.Context(), root(), id, admin.Act{}))
	if r := w.order(o); r.Record || r.Pair.Account != "ben" || r.State != access.WipeAcknowledged {
		t.Errorf("the order of a record that is gone: %+v", r)
	}
}

// Y-10
func TestTheCapCountsTheOrdersOfAllAdministrators(t *testing.T) {
	w := newWorld(t)
	w.safety(func(s *admin.WipeSafety) { s.PerHour = 2 })
	ids := []access.AssociationID{w.record("a", "D1", apple), w.record("b", "D2", apple), w.record("c", "D3", apple)}
	w.ordered(ids[0], access.WipeFull)
	if _, err := w.admin.OrderWipe(t.Context(), second(), ids[1], access.WipeFull, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	_, err := w.admin.OrderWipe(t.Context(), second(), ids[2], access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if line := w.lastLine(string(ids[2])); line.Event != "wipe-cap" || !line.Failed || line.Actor != "bob" {
		t.Errorf("audit %+v", line)
	}
	if pre, err := w.admin.PreviewWipe(t.Context(), root(), ids[2], access.WipeFull); err != nil || pre.CapLeft != 0 || pre.Refused == "" {
		t.Errorf("%+v, %v", pre, err)
	}
	w.clock.forward(time.Hour + time.Second)
	w.ordered(ids[2], access.WipeFull)
}

// Y-10
func TestTheCapHoldsForManyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.safety(func(s *admin.WipeSafety) { s.PerHour = 3 })
	var ids []access.AssociationID
	for i := range 5 {
		ids = append(ids, w.record("ana", fmt.Sprintf("D%d", i), apple))
	}
	pre, err := w.admin.PreviewBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbWipe, IDs: ids, Wipe: access.WipeFull}, admin.Act{})
	if err != nil || pre.ToBlocked != 3 || len(pre.Notes) != 2 || pre.Refusals != 2 ||
		!strings.HasPrefix(pre.Notes[0], "3 phones with ") || !strings.HasPrefix(pre.Notes[1], "0 more wipes") {
		t.Errorf("preview %+v, %v", pre, err)
	}
	job, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbWipe, IDs: ids, Wipe: access.WipeFull}, admin.Act{Reason: "stolen"})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	if j := w.job(job); j.Failed != 2 || j.Undoable {
		t.Errorf("%+v", j)
	}
	if hit, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: "wipe-cap", Limit: 10}); err != nil || len(hit.Entries) != 1 || !hit.Entries[0].Failed {
		t.Errorf("the cap was hit, and the audit log says %+v, %v", hit.Entries, err)
	}
	page, err := w.admin.ListWipes(t.Context(), root(), admin.WipeQuery{Limit: 2})
	if err != nil || len(page.Rows) != 2 || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	if rest, err := w.admin.ListWipes(t.Context(), root(), admin.WipeQuery{Limit: 2, Before: page.Next}); err != nil || len(rest.Rows) != 1 || rest.Next != "" {
		t.Errorf("%+v, %v", rest, err)
	}
	_, err = w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbWipe, Query: &admin.Query{}, Wipe: access.WipeFull}, admin.Act{})
	wantKind(t, err, access.KindInvalid)
}

// Y-10: administrators at several consoles who order at the same moment get no more orders together than the cap allows.
func TestTheCapHoldsForManyConsolesAtOnce(t *testing.T) {
	w := newWorld(t)
	const phones, most = 24, 10 // as it is before anybody has saved these settings: there is no row to be locked
	consoles := []*world{w}
	for range 5 {
		if strings.HasPrefix(t.Name(), onPostgres+"/") { // a file is one console's
			consoles = append(consoles, newWorldOn(t, w.dsn))
		}
	}
	answers, begin := make(chan error, phones), make(chan struct{})
	for i := range phones {
		id, at := w.record("ana", fmt.Sprintf("D%d", i), apple), consoles[i%len(consoles)]
		who := []access.Actor{root(), second()}[i%2]
		go func() {
			<-begin
			_, err := at.admin.OrderWipe(t.Context(), who, id, access.WipeFull, admin.Act{Reason: "stolen"})
			answers <- err
		}()
	}
	close(begin)
	given := 0
	for range phones {
		switch err := <-answers; {
		case err == nil:
			given++
		case access.KindOf(err) != access.KindConflict:
			t.Error(err)
		}
	}
	page, err := w.admin.ListWipes(t.Context(), root(), admin.WipeQuery{Limit: 100})
	if err != nil || given != most || len(page.Rows) != most {
		t.Errorf("%d orders were given and %d are there, %v", given, len(page.Rows), err)
	}
	hit, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: "wipe-cap", Limit: 100})
	if err != nil || len(hit.Entries) != phones-most {
		t.Errorf("the cap was hit %d times, and %d lines say so, %v", phones-most, len(hit.Entries), err)
	}
}

// Y-10
func TestADelayedOrderBlocksAndWaits(t *testing.T) {
	w := newWorld(t)
	w.safety(func(s *admin.WipeSafety) { s.Delay = time.Hour })
	id := w.record("ana", "D1", apple)
	o := w.order(w.ordered(id, access.WipeFull))
	if o.Held != admin.WipeHeldDelay || !o.NotBefore.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("%+v", o)
	}
	if d := w.find(id); d.SyncStatus != access.Blocked || d.Decision.Verdict != access.VerdictRefuse {
		t.Errorf("%+v", d.Decision)
	}
	w.clock.forward(time.Hour)
	if d := w.find(id); d.Decision.Verdict != access.VerdictProvision {
		t.Errorf("after the delay: %+v", d.Decision)
	}
}

// Y-10
func TestASecondAdministratorApproves(t *testing.T) {
	w := newWorld(t)
	w.safety(func(s *admin.WipeSafety) { s.SecondApprover = true })
	id := w.record("ana", "D1", apple)
	o := w.ordered(id, access.WipeFull)
	if r := w.order(o); r.State != access.WipeWaiting || r.Held != admin.WipeHeldApproval || slices.Contains(r.Can, access.VerbApproveWipe) {
		t.Errorf("%+v", r)
	}
	if d := w.find(id); d.SyncStatus != access.Allowed {
		t.Errorf("not approved: %s", d.SyncStatus)
	}
	_, err := w.admin.ApproveWipe(t.Context(), root(), o, admin.Act{})
	wantKind(t, err, access.KindForbidden)
	operator := access.Actor{Name: "olga", Role: access.RoleOperator}
	_, err = w.admin.ApproveWipe(t.Context(), operator, o, admin.Act{})
	wantKind(t, err, access.KindForbidden)
	w.done(w.admin.ApproveWipe(t.Context(), second(), o, admin.Act{}))
	if r := w.order(o); r.State != access.WipePending || r.ApprovedBy != "bob" || r.Held != "" {
		t.Errorf("%+v", r)
	}
	if d := w.find(id); d.Decision.Rule != access.RuleWipe {
		t.Errorf("%+v", d.Decision)
	}
}

// Y-10
func TestSomeUsersAreNeverWipedOnTheWordOfOne(t *testing.T) {
	w := newWorld(t)
	for _, u := range []string{"ana", "ben"} {
		w.done(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: u, Groups: []string{map[string]string{"ana": "board", "ben": "sales"}[u]},
			Accounts: []access.Account{{Realm: "lab", Account: u}}}, admin.Act{}))
	}
	w.safety(func(s *admin.WipeSafety) { s.ExemptGroups = []string{" board ", "board"} })
	own, shared, free := w.record("ana", "D1", apple), w.record("ben", "D1", apple), w.record("ben", "D2", apple)
	for id, want := range map[access.AssociationID]access.WipeState{own: access.WipeWaiting, shared: access.WipeWaiting, free: access.WipePending} {
		if pre, err := w.admin.PreviewWipe(t.Context(), root(), id, access.WipeFull); err != nil || pre.Approval != (want == access.WipeWaiting) {
			t.Errorf("%+v, %v", pre, err)
		}
		if r := w.order(w.ordered(id, access.WipeFull)); r.State != want {
			t.Errorf("%s is %s", r.Pair, r.State)
		}
	}
}

// Y-10
func TestAFreezeHoldsEverythingDestructive(t *testing.T) {
	w := newWorld(t)
	s := w.safety(func(*admin.WipeSafety) {})
	dev, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "Ana's", Serial: "S1"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	id, other := w.record("ana", "D1", apple), w.record("ben", "D2", apple)
	o := w.ordered(id, access.WipeFull)
	operator := access.Actor{Name: "olga", Role: access.RoleOperator}
	_, err = s.SetFreeze(t.Context(), operator, true, admin.Act{})
	wantKind(t, err, access.KindForbidden)
	w.done(s.SetFreeze(t.Context(), second(), true, admin.Act{Reason: "an account was stolen"}))
	if f, err := s.Freeze(t.Context(), operator); err != nil || !f.Frozen || f.By != "bob" || f.Reason != "an account was stolen" {
		t.Errorf("%+v, %v", f, err)
	}
	if r := w.order(o); r.Held != admin.WipeHeldFrozen {
		t.Errorf("%+v", r)
	}
	if d := w.find(id); d.Decision.Verdict != access.VerdictRefuse {
		t.Errorf("a held order is told: %+v", d.Decision)
	}
	_, err = w.admin.OrderWipe(t.Context(), root(), other, access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindConflict)
	_, err = w.admin.RetireDevice(t.Context(), root(), access.DeviceID(dev.ID), admin.Act{})
	wantKind(t, err, access.KindConflict)
	if pre, err := w.admin.PreviewWipe(t.Context(), root(), other, access.WipeFull); err != nil || !strings.Contains(pre.Refused, "an account was stolen") {
		t.Errorf("%+v, %v", pre, err)
	}
	w.done(s.SetFreeze(t.Context(), root(), false, admin.Act{}))
	if d := w.find(id); d.Decision.Verdict != access.VerdictProvision {
		t.Errorf("let go again: %+v", d.Decision)
	}
	w.done(w.admin.RetireDevice(t.Context(), root(), access.DeviceID(dev.ID), admin.Act{}))
}

func TestWhoLooksAfterSomeGroupsWipesNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	for _, u := range []string{"ana", "ben"} {
		w.done(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: u, Groups: []string{map[string]string{"ana": "sales", "ben": "board"}[u]},
			Accounts: []access.Account{{Realm: "lab", Account: u}}}, admin.Act{}))
	}
	shared, own, foreign := w.record("ana", "D1", apple), w.record("ana", "D2", apple), w.record("ben", "D1", apple)
	who := access.Actor{Name: "olga", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"sales"}}}
	if _, err := w.admin.OrderWipe(t.Context(), who, own, access.WipeFull, admin.Act{}); err != nil {
		t.Error(err)
	}
	_, err := w.admin.OrderWipe(t.Context(), who, shared, access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if pre, err := w.admin.PreviewWipe(t.Context(), who, shared, access.WipeFull); err != nil || pre.Refused == "" || len(pre.Others) != 0 {
		t.Errorf("%+v, %v", pre, err)
	}
	if _, err := w.admin.OrderWipe(t.Context(), who, shared, access.WipeAccount, admin.Act{}); err != nil {
		t.Errorf("the account alone: %v", err)
	}
	_, err = w.admin.OrderWipe(t.Context(), who, foreign, access.WipeFull, admin.Act{})
	wantKind(t, err, access.KindNotFound)
	o := w.ordered(foreign, access.WipeFull)
	_, err = w.admin.CancelWipe(t.Context(), who, o, admin.Act{})
	wantKind(t, err, access.KindNotFound)
	_, err = w.admin.FindWipe(t.Context(), who, o)
	wantKind(t, err, access.KindNotFound)
	if page, err := w.admin.ListWipes(t.Context(), who, admin.WipeQuery{}); err != nil || len(page.Rows) != 2 {
		t.Errorf("%+v, %v", page, err)
	}
}

// Y-10: a cap that has stopped an order is an alert until an administrator has seen to it, or for a day.
func TestACapThatStopsAnOrderIsToldToAdministrators(t *testing.T) {
	w := newWorld(t)
	set := w.safety(func(s *admin.WipeSafety) { s.PerHour = 1 })
	told := func(who access.Actor) *admin.CapHit {
		t.Helper()
		hit, err := set.LastCapHit(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		return hit
	}
	w.ordered(w.record("a", "D1", apple), access.WipeFull)
	stop := func(who access.Actor) {
		t.Helper()
		w.clock.forward(time.Minute)
		_, err := w.admin.OrderWipe(t.Context(), who, w.record("b"+who.Name, "D2"+w.clock.Now().Format("150405"), apple), access.WipeFull, admin.Act{})
		wantKind(t, err, access.KindConflict)
	}
	if told(root()) != nil {
		t.Fatal("nothing was stopped")
	}
	stop(root())
	stop(second())
	if hit := told(root()); hit == nil || hit.Times != 2 || !slices.Equal(hit.By, []string{root().Name, second().Name}) || hit.Last.Sub(hit.First) != time.Minute {
		t.Fatalf("told %+v", hit)
	}
	if told(auditor()) != nil {
		t.Error("told to somebody who can do nothing about it")
	}
	w.clock.forward(time.Minute)
	w.safety(func(s *admin.WipeSafety) { s.PerHour = 2 })
	if told(root()) != nil {
		t.Error("told although an administrator has seen to it")
	}
	w.safety(func(s *admin.WipeSafety) { s.PerHour = 1 })
	stop(second())
	if hit := told(root()); hit == nil || hit.Times != 3 {
		t.Errorf("told again: %+v", hit)
	}
	w.clock.forward(25 * time.Hour)
	if told(root()) != nil {
		t.Error("still told after a day")
	}
}

// a wiped device refuses nobody. Its record is let go by Release alone, and may then be taken off
// it by who may not retire a device, and what is said against its compliance is heard, and can be taken back.
func TestAWipedDeviceRefusesNobodyButByItsCompliance(t *testing.T) {
	w := newTown(t)
	device := w.device["alma"]
	mine, other := w.record["alma"], w.world.record("carl", "Dalma")
	w.do(w.admin.LinkAssociation(t.Context(), root(), other, device, admin.Act{}))
	o := w.ordered(mine, access.WipeFull)
	w.reported(o, access.WipeAcknowledged)
	w.inState(device, access.DeviceWiped)
	if is, beside := w.status(mine), w.status(other); is != access.Wiped || beside != access.Allowed {
		t.Errorf("wiped: %s, and the other account %s", is, beside)
	}
	broken := admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}
	w.do(w.admin.SetCompliance(t.Context(), root(), device, broken, admin.Act{}))
	if got := w.status(other); got != access.Blocked {
		t.Errorf("not compliant: %s", got)
	}
	w.do(w.admin.SetCompliance(t.Context(), root(), device, admin.ComplianceForm{Compliance: access.Compliant}, admin.Act{}))
	if r := w.do(w.admin.ReleaseWipe(t.Context(), root(), o, admin.Act{})); !strings.HasSuffix(r.Text, "shown as wiped until somebody activates it.") {
		t.Errorf("released: %s", r.Text)
	}
	if is, beside := w.status(mine), w.status(other); is != access.Allowed || beside != access.Allowed {
		t.Errorf("released: %s, and the other account %s", is, beside)
	}
	answers, err := w.admin.Answer(t.Context(), root(), "Dalma")
	if err != nil {
		t.Fatal(err)
	}
	for _, an := range answers.List {
		if an.Wrong {
			t.Errorf("%s: %s", an.Kind, an.Sentence)
		}
	}
	desk := access.Actor{Name: "hugo", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"north", "south"}}}
	if desk.May(access.VerbRetire) == nil {
		t.Fatal("the help desk may retire devices: this proves nothing")
	}
	w.do(w.admin.UnlinkAssociation(t.Context(), desk, mine, admin.Act{}))
}
