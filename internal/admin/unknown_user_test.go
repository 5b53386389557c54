// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// M-14, M-15, R-20: an account of nobody is flagged, found, and known again after either remedy.
func TestAnAccountOfNobodyIsFlaggedAndEitherRemedyHelps(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	linked := func(a *access.Association) { a.Device = "reg-1" }
	shop, desk := w.record("shop", "D1", linked), w.record("desk", "D1", linked)
	ana, err := w.admin.AddUser(ctx, root(), admin.UserForm{Name: "ana", Accounts: []access.Account{{Realm: "lab", Account: "ana"}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	w.record("ana", "D1", linked)
	unknown := func() (names string) {
		t.Helper()
		p, err := w.admin.ListAssociations(ctx, root(), admin.Query{Show: admin.ShowUnknownUser, Sort: admin.SortUser})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			names += r.Pair.Account + " "
		}
		return names
	}
	if got := unknown(); got != "desk shop " {
		t.Errorf("Show Unknown user lists %q", got)
	}
	says := func(account, want string) {
		t.Helper()
		found, err := w.admin.Answer(ctx, root(), account)
		if err != nil || len(found.List) == 0 || !strings.Contains(found.List[0].Sentence, want) {
			t.Errorf("the answer about %s: %+v, %v", account, found.List, err)
		} else if want != "" && found.List[0].Verb != access.VerbAddUser && found.List[0].Also[0] != access.VerbAddUser {
			t.Errorf("the answer offers %q and %q", found.List[0].Verb, found.List[0].Also)
		}
	}
	says("shop", "no user is known to have this account")
	w.preferences(func(p *access.Preferences) { p.AutoBlock, p.UnknownUsersUnregistered = true, true })
	if d := w.find(shop); d.SyncStatus != access.Blocked || d.Why.Rule != "unknown-user" {
		t.Errorf("treated as unregistered: %s, %+v", d.SyncStatus, d.Why)
	}
	says("shop", "Blocked because no user is known to have this account")

	made, err := w.admin.MakeUser(ctx, root(), shop, admin.Act{Key: "k1"})
	if err != nil || made.ID == "" {
		t.Fatal(made, err)
	}
	if d := w.find(shop); d.SyncStatus != access.Allowed || d.Person != access.UserID(made.ID) {
		t.Errorf("made a user of: %s, %q", d.SyncStatus, d.Person)
	}
	_, err = w.admin.MakeUser(ctx, root(), shop, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if _, err := w.admin.GiveAccount(ctx, root(), desk, "nobody", admin.Act{}); access.KindOf(err) != access.KindInvalid {
		t.Errorf("given to nobody: %v", err)
	}
	given, err := w.admin.GiveAccount(ctx, root(), desk, "ANA", admin.Act{Key: "k2"})
	if d := w.find(desk); err != nil || d.SyncStatus != access.Allowed || string(d.Person) != ana.ID || unknown() != "" {
		t.Errorf("given to ana: %s, %q, %v, %v", d.SyncStatus, d.Person, given, err)
	}
	for _, key := range []string{"k2", "k1"} {
		if _, err := w.admin.Undo(ctx, root(), key, admin.Act{}); err != nil {
			t.Errorf("undo %s: %v", key, err)
		}
	}
	if got := unknown(); got != "desk shop " {
		t.Errorf("after both undos unknown are %q", got)
	}
	_, err = w.admin.MakeUser(ctx, auditor(), shop, admin.Act{})
	wantKind(t, err, access.KindForbidden)
	scoped := access.Actor{Name: "dora", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"Board"}}}
	if _, err := w.admin.MakeUser(ctx, scoped, shop, admin.Act{}); err == nil {
		t.Error("somebody with a scope makes a user of an account outside of it")
	}
}

// a user of this name may be there without the account.
func TestAUserOfTheSameNameIsNotMadeTwice(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "D1")
	if _, err := w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "Ana"}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	_, err := w.admin.MakeUser(t.Context(), root(), id, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if !strings.Contains(access.TextOf(err), "Ana") {
		t.Errorf("the conflict says %q", access.TextOf(err))
	}
}

// what the preference does without Auto Block is said in words.
func TestThePreviewSaysThatUnknownUsersNeedAutoBlock(t *testing.T) {
	w := newWorld(t)
	w.record("shop", "D1", func(a *access.Association) { a.Device = "reg-1" })
	p := access.DefaultPreferences()
	p.UnknownUsersUnregistered = true
	pre, err := w.admin.PreviewPreferences(t.Context(), root(), p)
	if err != nil || pre.ToBlocked != 0 || !strings.Contains(strings.Join(pre.Notes, " "), "Auto Block") {
		t.Errorf("%+v, %v", pre, err)
	}
	p.AutoBlock = true
	pre, err = w.admin.PreviewPreferences(t.Context(), root(), p)
	if err != nil || pre.ToBlocked != 1 || pre.Changes[0].After.Rule != "unknown-user" {
		t.Errorf("%+v, %v", pre, err)
	}
}
