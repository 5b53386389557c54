// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

func strict() admin.PolicyForm {
	return admin.PolicyForm{Name: "Strict", Settings: map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "6"}}
}

// policy makes a policy and gives its id.
func (w *world) policy(name string) access.PolicyID {
	w.t.Helper()
	f := strict()
	f.Name = name
	r, err := w.admin.CreatePolicy(w.t.Context(), root(), f, admin.Act{})
	if err != nil {
		w.t.Fatal(err)
	}
	return access.PolicyID(r.ID)
}

func (w *world) lastLine(object string) access.AuditEntry {
	w.t.Helper()
	p, err := w.admin.ListAudit(w.t.Context(), root(), admin.AuditQuery{Object: object, Limit: 1})
	if err != nil || len(p.Entries) == 0 {
		w.t.Fatalf("no audit line about %s, %v", object, err)
	}
	return p.Entries[0]
}

func TestAPolicyKeepsWhatItHasSaidBeforeWithItsAuthors(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	made, err := w.admin.CreatePolicy(ctx, root(), strict(), admin.Act{Key: "form"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.admin.CreatePolicy(ctx, root(), strict(), admin.Act{Key: "form"}); err != nil || again.ID != made.ID || !again.Replayed {
		t.Errorf("the same form again: %+v, %v", again, err)
	}
	id := access.PolicyID(made.ID)
	if line := w.lastLine(made.ID); line.Event != "change-policy" || line.Subject != "Strict" || !strings.Contains(line.Detail, "MinDevicePasswordLength: left open → 6") {
		t.Errorf("audit %+v", line)
	}
	f := strict()
	f.Settings["MinDevicePasswordLength"], f.Note = "8", "audit finding 7"
	res, err := w.admin.ChangePolicy(ctx, second(), id, f, admin.Act{Version: made.Version})
	if err != nil || !strings.Contains(res.Text, "revision 2") {
		t.Fatalf("%+v, %v", res, err)
	}
	f.Description = "for everybody"
	if res, err = w.admin.ChangePolicy(ctx, second(), id, f, admin.Act{Version: res.Version}); err != nil {
		t.Fatal(err)
	}
	if res, err := w.admin.ChangePolicy(ctx, root(), id, f, admin.Act{Version: res.Version}); err != nil || res.Number != 0 || res.Text != "Nothing has changed." {
		t.Errorf("the same again: %+v, %v", res, err)
	}
	_, err = w.admin.ChangePolicy(ctx, root(), id, strict(), admin.Act{Version: made.Version})
	wantKind(t, err, access.KindConflict)
	if !strings.Contains(access.TextOf(err), "bob") {
		t.Errorf("the conflict does not say who: %s", access.TextOf(err))
	}
	d, err := w.admin.FindPolicy(ctx, auditor(), id)
	if err != nil || len(d.Revisions) != 2 || d.Revision != 2 || d.Description != "for everybody" {
		t.Fatalf("%+v, %v", d, err)
	}
	want := []admin.PolicyDiff{{Element: "MinDevicePasswordLength", Before: "6", After: "8"}}
	if diff := cmp.Diff(want, d.Revisions[0].Diff); diff != "" || d.Revisions[0].By != "bob" || d.Revisions[0].Note != "audit finding 7" || d.Revisions[1].By != "alice" {
		t.Errorf("revision %+v %s", d.Revisions[0], diff)
	}
}

func TestAPolicyThatNoPhoneCouldTakeIsRefused(t *testing.T) {
	w := newWorld(t)
	for name, f := range map[string]admin.PolicyForm{
		"no name":                    {},
		"a setting that is none":     {Name: "x", Settings: map[string]string{"AllowFlying": "1"}},
		"a value beyond its range":   {Name: "x", Settings: map[string]string{"MinDevicePasswordLength": "17"}},
		"phones that ask all day":    {Name: "x", RefreshEvery: time.Minute},
		"phones that ask in the end": {Name: "x", RefreshEvery: 400 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.admin.CreatePolicy(t.Context(), root(), f, admin.Act{})
			wantKind(t, err, access.KindInvalid)
		})
	}
	w.policy("Strict")
	_, err := w.admin.CreatePolicy(t.Context(), root(), strict(), admin.Act{})
	wantKind(t, err, access.KindConflict)
}

func TestAPolicyInUseIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	as, id := w.record("ana", "D1"), w.policy("Strict")
	r, err := w.admin.CopyPolicy(ctx, root(), id, "Second", admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	other := access.PolicyID(r.ID)
	w.done(w.admin.AssignPolicy(ctx, root(), []access.AssociationID{as}, id, admin.Act{}))
	w.done(w.admin.MakeDefaultPolicy(ctx, root(), other, admin.Act{}))
	for _, p := range []access.PolicyID{id, other} {
		_, err := w.admin.DeletePolicy(ctx, root(), p, admin.Act{})
		wantKind(t, err, access.KindConflict)
	}
	w.done(w.admin.RevertPolicy(ctx, root(), []access.AssociationID{as}, admin.Act{}))
	w.done(w.admin.MakeDefaultPolicy(ctx, root(), "", admin.Act{}))
	for _, p := range []access.PolicyID{id, other} {
		w.done(w.admin.DeletePolicy(ctx, root(), p, admin.Act{}))
		_, err := w.admin.FindPolicy(ctx, root(), p)
		wantKind(t, err, access.KindNotFound)
	}
}

// D-06, R-4
func TestAssigningThroughOneRecordReachesEveryRecordOfThePhone(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	linked := func(a *access.Association) { a.Device = "reg-1" }
	one, two, other := w.record("ana", "D1", linked), w.record("ben", "D1"), w.record("ana", "D2")
	id := w.policy("Strict")
	if d := w.find(one); d.Policy != (admin.PolicyState{From: admin.PolicyServer}) {
		t.Errorf("before: %+v", d.Policy)
	}
	pre, err := w.admin.PreviewAssign(ctx, root(), []access.AssociationID{one}, id)
	if err != nil || len(pre.Devices) != 1 || len(pre.Devices[0].Records) != 2 || pre.Devices[0].After.Name != "Strict" || pre.Devices[0].Records[1].Chosen {
		t.Fatalf("preview %+v, %v", pre, err)
	}
	if d := w.find(one); d.Policy.From != admin.PolicyServer {
		t.Error("the preview has assigned it")
	}
	res, err := w.admin.AssignPolicy(ctx, root(), []access.AssociationID{one}, id, admin.Act{Key: "k", Reason: "lent out"})
	if err != nil || res.Undo == "" {
		t.Fatalf("%+v, %v", res, err)
	}
	want := admin.PolicyState{ID: id, Name: "Strict", Revision: 1, From: admin.PolicyAssigned}
	for _, as := range []access.AssociationID{one, two} {
		if d := w.find(as); d.Policy != want || d.Timeline[0].Event != "assign-policy" || !strings.Contains(d.Timeline[0].Detail, "no policy assigned → “Strict” assigned") {
			t.Errorf("%s: %+v, %+v", d.Pair, d.Policy, d.Timeline[0])
		}
	}
	if d := w.find(other); d.Policy.From != admin.PolicyServer {
		t.Errorf("another phone of the account: %+v", d.Policy)
	}
	if again, err := w.admin.AssignPolicy(ctx, root(), []access.AssociationID{two}, id, admin.Act{}); err != nil || again.Undo != "" || again.Number != 0 {
		t.Errorf("assigned again: %+v, %v", again, err)
	}
	w.done(w.admin.MakeDefaultPolicy(ctx, root(), w.policy("Mild"), admin.Act{}))
	if d := w.find(other); d.Policy.Name != "Mild" || d.Policy.From != admin.PolicyDefault {
		t.Errorf("with a default one: %+v", d.Policy)
	}
	w.done(w.admin.Undo(ctx, root(), res.Undo, admin.Act{}))
	for _, as := range []access.AssociationID{one, two} {
		if d := w.find(as); d.Policy.Name != "Mild" || d.Policy.From != admin.PolicyDefault {
			t.Errorf("undone: %+v", d.Policy)
		}
	}
}

func TestAnUndoneAssignmentLeavesALaterOneAlone(t *testing.T) {
	w := newWorld(t)
	as := []access.AssociationID{w.record("ana", "D1")}
	res, err := w.admin.AssignPolicy(t.Context(), root(), as, w.policy("Strict"), admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	w.done(w.admin.AssignPolicy(t.Context(), second(), as, w.policy("Mild"), admin.Act{}))
	_, err = w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if d := w.find(as[0]); d.Policy.Name != "Mild" {
		t.Errorf("%+v", d.Policy)
	}
}

//
func TestTheManagementOfDevicesIsRecommendedForPhonesThatHaveOne(t *testing.T) {
	w := newWorld(t)
	id := w.policy("Strict")
	for os, want := range map[string]bool{"iOS": true, "iPadOS": true, "Android": true, "ANDROID": true, "Windows Phone": true, "Windows": false, "BlackBerry": false, "": false} {
		as := w.record("ana", "D"+strings.ReplaceAll(os, " ", ""), func(a *access.Association) { a.OS = os })
		pre, err := w.admin.PreviewAssign(t.Context(), root(), []access.AssociationID{as}, id)
		if err != nil || (pre.Devices[0].Advisory != "") != want {
			t.Errorf("%q: %+v, %v", os, pre, err)
		}
		if _, err := w.admin.AssignPolicy(t.Context(), root(), []access.AssociationID{as}, id, admin.Act{}); err != nil {
			t.Errorf("%q: a recommendation forbids nothing: %v", os, err)
		}
		if pre, err := w.admin.PreviewAssign(t.Context(), root(), []access.AssociationID{as}, ""); err != nil || (pre.Devices[0].Advisory != "") != want {
			t.Errorf("%q, taken back: %+v, %v", os, pre, err)
		}
		if pre, err := w.admin.PreviewWipe(t.Context(), root(), as, access.WipeFull); err != nil || slices.ContainsFunc(pre.Warnings, func(w string) bool { return strings.Contains(w, "management of devices") }) != want {
			t.Errorf("%q, wiped: %+v, %v", os, pre, err)
		}
	}
}

// M-09, M-10, M-11
func TestTwoMailAppsOfOneDeviceWithTwoPoliciesAreWarnedOf(t *testing.T) {
	w := newWorld(t)
	linked := func(a *access.Association) { a.Device, a.Client = "reg-1", "Nine" }
	one, two := w.record("ana", "D1", linked), w.record("ana", "D2", linked)
	id := w.policy("Strict")
	pre, err := w.admin.PreviewAssign(t.Context(), root(), []access.AssociationID{one}, id)
	if err != nil || !strings.Contains(pre.Devices[0].Differs, "Nine") || !strings.Contains(pre.Devices[0].Differs, "the mail server's own policy") {
		t.Errorf("%+v, %v", pre, err)
	}
	if pre, err = w.admin.PreviewAssign(t.Context(), root(), []access.AssociationID{one, two}, id); err != nil || pre.Devices[0].Differs+pre.Devices[1].Differs != "" {
		t.Errorf("both the same: %+v, %v", pre, err)
	}
}

// M-10, M-11
func TestARecordNamesTheOtherMailAppsOfItsDeviceThatHaveAnotherPolicy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for _, u := range []string{"ana", "ben"} {
		w.done(w.admin.AddUser(ctx, root(), admin.UserForm{Name: u, Groups: []string{map[string]string{"ana": "sales", "ben": "board"}[u]},
			Accounts: []access.Account{{Realm: "lab", Account: u}}}, admin.Act{}))
	}
	linked := func(a *access.Association) { a.Device = "reg-1" }
	one, same, two, foreign := w.record("ana", "D1", linked), w.record("ana2", "D1", linked), w.record("ana", "D2", linked), w.record("ben", "D3", linked)
	w.record("ana", "D4") // on another device
	others := func(who access.Actor, id access.AssociationID) (list []access.AssociationID) {
		t.Helper()
		d, err := w.admin.FindAssociation(ctx, who, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.OtherPolicy {
			list = append(list, r.ID)
		}
		slices.Sort(list)
		return list
	}
	if got := others(root(), one); len(got) != 0 {
		t.Errorf("none has a policy: %v", got)
	}
	id := w.policy("Strict")
	w.done(w.admin.AssignPolicy(ctx, root(), []access.AssociationID{one}, id, admin.Act{}))
	want := []access.AssociationID{two, foreign}
	slices.Sort(want)
	if got := others(root(), one); !slices.Equal(got, want) {
		t.Errorf("%v instead of %v", got, want)
	}
	if got := others(root(), two); len(got) != 2 || !slices.Contains(got, one) || !slices.Contains(got, same) {
		t.Errorf("the other way round: %v", got)
	}
	olga := access.Actor{Name: "olga", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"sales"}}}
	if got := others(olga, one); !slices.Equal(got, []access.AssociationID{two}) {
		t.Errorf("within her groups: %v", got)
	}
	w.done(w.admin.AssignPolicy(ctx, root(), []access.AssociationID{two, foreign}, id, admin.Act{}))
	if got := others(root(), one); len(got) != 0 {
		t.Errorf("all have the same: %v", got)
	}
}

func TestWhoLooksAfterSomeGroupsAssignsNothingToAPhoneOfOthers(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for _, u := range []string{"ana", "ben"} {
		w.done(w.admin.AddUser(ctx, root(), admin.UserForm{Name: u, Groups: []string{map[string]string{"ana": "sales", "ben": "board"}[u]},
			Accounts: []access.Account{{Realm: "lab", Account: u}}}, admin.Act{}))
	}
	shared, own, foreign := w.record("ana", "D1"), w.record("ana", "D2"), w.record("ben", "D1")
	id := w.policy("Strict")
	who := access.Actor{Name: "olga", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"sales"}}}
	w.done(w.admin.AssignPolicy(ctx, who, []access.AssociationID{own}, id, admin.Act{}))
	_, err := w.admin.AssignPolicy(ctx, who, []access.AssociationID{shared}, id, admin.Act{})
	wantKind(t, err, access.KindConflict)
	_, err = w.admin.AssignPolicy(ctx, who, []access.AssociationID{foreign}, id, admin.Act{})
	wantKind(t, err, access.KindNotFound)
	pre, err := w.admin.PreviewAssign(ctx, who, []access.AssociationID{shared}, id)
	if err != nil || len(pre.Devices[0].Records) != 1 || len(pre.Notes) != 1 {
		t.Errorf("%+v, %v", pre, err)
	}
	if d := w.find(shared); d.Policy.From != admin.PolicyServer {
		t.Errorf("%+v", d.Policy)
	}
}

func TestAPreviewOfAPolicyCountsWhoIsAskedAnew(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	a, _, _ := w.record("ana", "D1"), w.record("ben", "D1"), w.record("ana", "D2")
	id := w.policy("Strict")
	w.done(w.admin.AssignPolicy(ctx, root(), []access.AssociationID{a}, id, admin.Act{}))
	f := strict()
	f.Settings["MinDevicePasswordLength"] = "9"
	if pre, err := w.admin.PreviewPolicy(ctx, root(), id, f); err != nil || pre.Asked != 1 || len(pre.Diff) != 1 {
		t.Errorf("assigned to one: %+v, %v", pre, err)
	}
	if pre, err := w.admin.PreviewDefaultPolicy(ctx, root(), id); err != nil || pre.Asked != 1 {
		t.Errorf("made the default: %+v, %v", pre, err)
	}
	w.done(w.admin.MakeDefaultPolicy(ctx, root(), id, admin.Act{}))
	if pre, err := w.admin.PreviewPolicy(ctx, root(), id, f); err != nil || pre.Asked != 2 {
		t.Errorf("the default: %+v, %v", pre, err)
	}
	f.Settings["MinDevicePasswordLength"] = "6"
	f.AllowNonProvisionable = true
	if pre, err := w.admin.PreviewPolicy(ctx, root(), id, f); err != nil || pre.Asked != 0 || len(pre.Diff) != 0 {
		t.Errorf("no other settings: %+v, %v", pre, err)
	}
}

func TestOtherPreferencesLeaveTheDefaultPolicyAlone(t *testing.T) {
	w := newWorld(t)
	id := w.policy("Strict")
	w.done(w.admin.MakeDefaultPolicy(t.Context(), root(), id, admin.Act{}))
	w.preferences(func(p *access.Preferences) { p.AutoBlock, p.DefaultPolicy = true, "" })
	if p, err := w.admin.Preferences(t.Context(), root()); err != nil || p.DefaultPolicy != id || !p.AutoBlock {
		t.Errorf("%+v, %v", p, err)
	}
	if list, err := w.admin.ListPolicies(t.Context(), root()); err != nil || len(list) != 1 || !list[0].Default {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatAPhoneHasAnsweredIsShownWithItsRecordAndCounted(t *testing.T) {
	w := newWorld(t)
	as, id := w.record("ana", "D1"), w.policy("Strict")
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SaveAck(as, access.PolicyAck{Policy: id, Revision: 1, Answer: access.PolicyPartial, Protocol: "14.1", At: w.clock.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := w.find(as); d.Ack == nil || d.Ack.Answer != access.PolicyPartial || d.Ack.Revision != 1 {
		t.Errorf("%+v", d.Ack)
	}
	list, err := w.admin.ListPolicies(t.Context(), root())
	want := []store.PolicyCount{{Revision: 1, Answer: access.PolicyPartial, Records: 1}}
	if err != nil || cmp.Diff(want, list[0].Usage) != "" {
		t.Errorf("%+v, %v", list, err)
	}
}
