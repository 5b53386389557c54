// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

//
func TestABlockReachesOneAccountOnOneDeviceAlone(t *testing.T) {
	w := newWorld(t)
	hit := w.record("userx", "DEV1")
	sameDevice := w.record("usery", "DEV1")
	sameUser := w.record("userx", "DEV2")
	res, err := w.admin.BlockAssociation(t.Context(), root(), hit, admin.Act{Reason: "lost phone"})
	if err != nil {
		t.Fatal(err)
	}
	d := w.find(hit)
	if d.SyncStatus != access.Blocked || d.Why.Rule != "manual-block" || d.Why.Detail != "lost phone" || d.Why.By != "alice" {
		t.Errorf("the record says %+v", d.Why)
	}
	if res.Number == 0 || d.Change != res.Number || res.Version != d.Version {
		t.Errorf("result %+v, record at change %d, version %d", res, d.Change, d.Version)
	}
	for _, id := range []access.AssociationID{sameDevice, sameUser} {
		if o := w.find(id); o.SyncStatus != access.Allowed {
			t.Errorf("%s is %s", o.Pair, o.SyncStatus)
		}
	}
	if len(d.SameDevice) != 1 || d.SameDevice[0].ID != sameDevice || len(d.SameAccount) != 1 || d.SameAccount[0].ID != sameUser {
		t.Errorf("the details do not name the neighbours: %v, %v", d.SameDevice, d.SameAccount)
	}
}

// The other records of an account are found by the account, not by a search, which knows what looks alike.
func TestTheOtherDevicesOfAnAccountAreNamedAndNobodyElses(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "D1")
	want := map[access.AssociationID]bool{}
	for i := range 5 {
		want[w.record("bob", fmt.Sprintf("OTHER%d", i))] = true
	}
	for i := range 300 { // newer, and a search for bob finds them all
		w.record(fmt.Sprintf("bob%d", i), fmt.Sprintf("X%d", i))
	}
	w.record("bob", "D1", func(a *access.Association) { a.Pair.Realm = "branch" })
	w.record("bob", "D9", func(a *access.Association) { a.Pair.Realm = "branch" })
	got := w.find(id).SameAccount
	for _, r := range got {
		if !want[r.ID] {
			t.Errorf("%s in %s is none of them", r.Pair, r.Pair.Realm)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d of %d are named", len(got), len(want))
	}
}

func TestAnExportIsAudited(t *testing.T) {
	w := newWorld(t)
	w.record("bob", "D1")
	n := 0
	if err := w.admin.ExportAssociations(t.Context(), auditor(), admin.Query{}, func(admin.Row) error { n++; return nil }); err != nil || n != 1 {
		t.Fatalf("%d rows, %v", n, err)
	}
	log, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: "export"})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Actor != "carol" {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
}

//
func TestAnAllowLiftsAutoBlockForThatPairAlone(t *testing.T) {
	w := newWorld(t)
	w.preferences(func(p *access.Preferences) { p.AutoBlock = true })
	mine, other := w.record("newcomer", "DEV1"), w.record("stranger", "DEV9")
	if d := w.find(mine); d.SyncStatus != access.Blocked || d.Why.Rule != "unregistered" || d.StatusLabel() != "Unregistered (Unlinked)" {
		t.Fatalf("before: %s, %+v", d.SyncStatus, d.Why)
	}
	p, err := w.admin.ListAssociations(t.Context(), root(), admin.Query{Show: admin.ShowBlocked, Search: "newcomer"})
	if err != nil || len(p.Rows) != 1 || p.Rows[0].ID != mine {
		t.Fatalf("the search finds %v, %v", p.Rows, err)
	}
	if _, err := w.admin.AllowAssociation(t.Context(), root(), mine, admin.Act{Version: p.Rows[0].Version}); err != nil {
		t.Fatal(err)
	}
	if d := w.find(mine); d.SyncStatus != access.Allowed || d.Why.Rule != "manual-allow" {
		t.Errorf("after: %s, %+v", d.SyncStatus, d.Why)
	}
	if d := w.find(other); d.SyncStatus != access.Blocked {
		t.Errorf("another unlinked record is %s", d.SyncStatus)
	}
}

// Y-01
func TestAnAllowThatDoesNotHelpSaysWhy(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "bob", Disabled: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.admin.AllowAssociation(t.Context(), root(), id, admin.Act{})
	if err != nil || !strings.Contains(res.Text, "stays blocked") || !strings.Contains(res.Text, "disabled") {
		t.Errorf("result %+v, %v", res, err)
	}
}

// Y-18
func TestABlockInShadowModeSaysThatItIsNotEnforced(t *testing.T) {
	w := newWorld(t)
	w.preferences(func(p *access.Preferences) { p.Shadow = true })
	id := w.record("bob", "DEV1")
	res, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{})
	if err != nil || !res.Shadow || !strings.Contains(res.Text, "shadow mode") {
		t.Errorf("result %+v, %v", res, err)
	}
	d := w.find(id)
	if d.SyncStatus != access.Blocked || d.Why.Enforced || d.Decision.Enforced() != access.VerdictPass {
		t.Errorf("decided %s, enforced %v", d.SyncStatus, d.Why.Enforced)
	}
}

func TestAnOverrideEndsByTime(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	_, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{Until: w.clock.Now().Add(-time.Second)})
	wantKind(t, err, access.KindInvalid)
	if _, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{Until: w.clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if d := w.find(id); d.SyncStatus != access.Blocked || !d.Why.Until.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("now: %s until %v", d.SyncStatus, d.Why.Until)
	}
	w.clock.forward(time.Hour)
	if d := w.find(id); d.SyncStatus != access.Allowed {
		t.Errorf("an hour later: %s", d.SyncStatus)
	}
	w.run()
	w.eventually("the stored status follows", func() bool {
		p, err := w.admin.ListAssociations(t.Context(), root(), admin.Query{Show: admin.ShowAllowed})
		return err == nil && len(p.Rows) == 1
	})
}

// D-08
func TestACommentIsKeptAndConcernsNoGateway(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	res, err := w.admin.CommentAssociation(t.Context(), root(), id, "ask <b>him</b> on Monday", admin.Act{})
	if err != nil || res.Number != 0 {
		t.Fatalf("result %+v, %v", res, err)
	}
	if d := w.find(id); d.Comment != "ask <b>him</b> on Monday" || d.Timeline[0].Event != "comment" || d.Timeline[0].Actor != "alice" {
		t.Errorf("comment %q, timeline %+v", d.Comment, d.Timeline)
	}
	_, err = w.admin.CommentAssociation(t.Context(), root(), id, strings.Repeat("x", 5000), admin.Act{})
	wantKind(t, err, access.KindInvalid)
}

func TestARemovedRecordTakesItsBlockAlong(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	if _, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	res, err := w.admin.RemoveAssociation(t.Context(), root(), id, admin.Act{Key: "k1", Reason: "left the company"})
	if err != nil || res.Number == 0 || !strings.Contains(res.Text, "judged anew") || !strings.Contains(res.Text, "block is gone") {
		t.Fatalf("result %+v, %v", res, err)
	}
	_, err = w.admin.FindAssociation(t.Context(), root(), id)
	wantKind(t, err, access.KindNotFound)
	if w.view.load().Record(pairOf("bob", "DEV1")) != nil {
		t.Error("gateways still have it")
	}
	if _, err := w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if d := w.find(id); d.SyncStatus != access.Blocked {
		t.Errorf("brought back as %s", d.SyncStatus)
	}
}

func TestTwoAdministratorsAtOnce(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	seen := w.find(id).Version
	if _, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{Version: seen, Reason: "lost phone"}); err != nil {
		t.Fatal(err)
	}
	_, err := w.admin.AllowAssociation(t.Context(), second(), id, admin.Act{Version: seen})
	wantKind(t, err, access.KindConflict)
	for _, want := range []string{"alice", "2026-11-21 09:30 UTC", "block", "lost phone"} {
		if !strings.Contains(access.TextOf(err), want) {
			t.Errorf("the conflict does not name %q: %s", want, access.TextOf(err))
		}
	}
	if d := w.find(id); d.Override.Kind != access.OverrideBlock {
		t.Errorf("the second has won: %+v", d.Override)
	}
}

func TestTheSameFormSentTwiceActsOnce(t *testing.T) {
	w := newWorld(t)
	id, other := w.record("bob", "DEV1"), w.record("eve", "DEV2")
	first, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{Key: "form-1", Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{Key: "form-1", Version: 1})
	if err != nil || !again.Replayed || again.Number != first.Number || again.Version != first.Version {
		t.Errorf("again %+v, %v; first %+v", again, err, first)
	}
	if d := w.find(id); d.Version != first.Version || len(d.Timeline) != 1 {
		t.Errorf("version %d, %d lines in the audit log", d.Version, len(d.Timeline))
	}
	_, err = w.admin.BlockAssociation(t.Context(), root(), other, admin.Act{Key: "form-1"})
	wantKind(t, err, access.KindInvalid)
	if _, err := w.admin.BlockAssociation(t.Context(), second(), other, admin.Act{Key: "form-1"}); err != nil {
		t.Errorf("another person's key of the same letters: %v", err)
	}
}

func TestUndoBringsBackWhatWasBefore(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	ctx := t.Context()
	if _, err := w.admin.AllowAssociation(ctx, root(), id, admin.Act{Reason: "first"}); err != nil {
		t.Fatal(err)
	}
	block, err := w.admin.BlockAssociation(ctx, root(), id, admin.Act{Reason: "second"})
	if err != nil || block.Undo == "" {
		t.Fatalf("result %+v, %v", block, err)
	}
	_, err = w.admin.Undo(ctx, second(), block.Undo, admin.Act{})
	wantKind(t, err, access.KindNotFound)
	undone, err := w.admin.Undo(ctx, root(), block.Undo, admin.Act{})
	if err != nil || undone.Number <= block.Number {
		t.Fatalf("undo %+v, %v", undone, err)
	}
	if d := w.find(id); d.Override.Kind != access.OverrideAllow || d.Override.Reason != "first" || d.Timeline[0].Event != "undo" {
		t.Errorf("after: %+v", d.Override)
	}
	_, err = w.admin.Undo(ctx, root(), block.Undo, admin.Act{})
	wantKind(t, err, access.KindConflict)
}

func TestUndoYieldsToALaterChange(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	ctx := t.Context()
	block, err := w.admin.BlockAssociation(ctx, root(), id, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.AllowAssociation(ctx, second(), id, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	_, err = w.admin.Undo(ctx, root(), block.Undo, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if !strings.Contains(access.TextOf(err), "bob") {
		t.Errorf("the conflict does not say who: %s", access.TextOf(err))
	}
}

func TestRowsInViewAreRefreshedInTheirOrder(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.record("a", "D1"), w.record("b", "D2"), w.record("c", "D3")
	if _, err := w.admin.RemoveAssociation(t.Context(), root(), b, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	rows, err := w.admin.RowsByID(t.Context(), root(), []access.AssociationID{c, b, a, "nonsense"})
	if err != nil || len(rows) != 2 || rows[0].ID != c || rows[1].ID != a {
		t.Errorf("rows %v, %v", rows, err)
	}
}

//
func TestARecordNamesItsTwinOfTheOtherKindOfSentry(t *testing.T) {
	w := newWorld(t)
	mine := w.record("bob", "DEV1")
	twin := w.record("bob", "DEV1", func(a *access.Association) { a.Domain = access.Integrated })
	if _, err := w.admin.BlockAssociation(t.Context(), root(), mine, admin.Act{Only: true}); err != nil {
		t.Fatal(err)
	}
	d := w.find(mine)
	if len(d.Twins) != 1 || d.Twins[0] != (admin.Twin{ID: twin, Domain: access.Integrated}) || len(d.SameDevice) != 0 {
		t.Errorf("twins %+v, same device %v", d.Twins, d.SameDevice)
	}
	if o := w.find(twin); o.SyncStatus != access.Allowed || o.Override.Kind != access.NoOverride {
		t.Errorf("the twin is %s", o.SyncStatus)
	}
}
