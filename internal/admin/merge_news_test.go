// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// what phones have told since a merge is not lost by taking it back: a phone that is silent from then on
// would be shown as it was long ago. Words of people are as they were.
func TestASplitKeepsWhatPhonesHaveToldSince(t *testing.T) {
	for _, undo := range []bool{false, true} {
		w := newTown(t)
		old := w.world.record("a.maiden", "Dalma", func(as *access.Association) { as.FirstSync = w.clock.Now().Add(-48 * time.Hour) })
		lone := w.world.record("a.maiden", "DLONE")
		w.do(w.admin.CommentAssociation(t.Context(), root(), w.record["alma"], "hers", admin.Act{}))
		res := w.do(w.admin.MergeAccounts(t.Context(), root(), admin.Merge{Realm: "lab", From: "a.maiden", To: "alma"}, admin.Act{}))
		w.clock.forward(time.Hour)
		now := w.clock.Now()
		if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
			for _, id := range []access.AssociationID{old, lone} {
				as, err := tx.FindAssociation(id)
				if err != nil {
					return err
				}
				as.OSVersion, as.FactsAt, as.LastSync, as.LastSuccess, as.LastHTTP = "19.0", now, now, now, 207
				if err := tx.SaveFacts(as); err != nil {
					return err
				}
				if err := tx.SaveTimes(as); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if undo {
			w.do(w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}))
		} else {
			w.do(w.admin.SplitAccounts(t.Context(), root(), "lab", "a.maiden", admin.Act{}))
		}
		for _, id := range []access.AssociationID{w.record["alma"], lone} {
			if d := w.find(id); !d.LastSync.Equal(now) || !d.LastSuccess.Equal(now) || d.LastHTTP != 207 || d.OSVersion != "19.0" {
				t.Errorf("%s forgets: %s, %d, %s (undo %t)", d.Pair, d.LastSync, d.LastHTTP, d.OSVersion, undo)
			}
		}
		if d := w.find(w.record["alma"]); d.Pair.Account != "alma" || d.Comment != "hers" || d.Device != w.device["alma"] || d.User != "alma" || len(d.MergedFrom) != 0 {
			t.Errorf("not as it was: %+v", d.Association)
		}
		if d := w.find(old); d.Pair.Account != "a.maiden" || d.OSVersion != "18.1" || d.LastSync.Equal(now) {
			t.Errorf("the other name is credited with it: %+v", d.Association)
		}
	}
}

// a split goes through although somebody else has the name by now, and says so; an undo does not.
func TestASplitLeavesANameToWhoHasItByNow(t *testing.T) {
	for _, undo := range []bool{false, true} {
		w := newTown(t)
		carl := access.UserID(w.do(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "carl", Accounts: []access.Account{{Realm: "lab", Account: "carl"}}}, admin.Act{})).ID)
		w.world.record("carl", "DCARL")
		res := w.do(w.admin.MergeAccounts(t.Context(), root(), admin.Merge{Realm: "lab", From: "carl", To: "alma"}, admin.Act{}))
		// A directory, which knows nothing of other names, gives the account to somebody else.
		if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
			return tx.CreateUser(&access.User{Name: "dora", Accounts: []access.Account{{Realm: "lab", Account: "carl"}}})
		}); err != nil {
			t.Fatal(err)
		}
		if undo {
			_, err := w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{})
			wantKind(t, err, access.KindConflict)
			continue
		}
		if r := w.do(w.admin.SplitAccounts(t.Context(), root(), "lab", "carl", admin.Act{})); !strings.Contains(r.Text, "dora") {
			t.Errorf("nobody is told: %q", r.Text)
		}
		if u, err := w.admin.FindUser(t.Context(), root(), carl); err != nil || len(u.Accounts) != 0 {
			t.Errorf("%+v, %v", u.Accounts, err)
		}
	}
}

// Y-05: a record that was taken for what became of another one is not shown as that any more once the other one
// has been heard of again, and the matcher takes it back when it looks.
func TestAPhoneThatIsHeardOfAgainHasNoSuccessor(t *testing.T) {
	w := newWorld(t)
	start := w.clock.Now()
	before := w.record("ana", "DOLD", func(as *access.Association) {
		as.Model = "iPhone15,2"
		as.Number, as.FirstSync, as.LastSync = "+49 170 5550123", start.Add(-48*time.Hour), start.Add(-24*time.Hour)
	})
	since := w.record("ana", "DNEW", func(as *access.Association) {
		as.Model = "iPhone15,2"
		as.Number, as.FirstSync, as.LastSync = "+49 170 5550123", start, start
	})
	look := func() {
		t.Helper()
		if _, err := w.admin.MatchAgain(t.Context(), root(), since, admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	look()
	if d := w.find(since); d.Replaces != before {
		t.Fatalf("it replaces %q: this proves nothing", d.Replaces)
	}
	w.clock.forward(time.Hour)
	if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		as, err := tx.FindAssociation(before)
		if err == nil {
			as.LastSync = w.clock.Now()
			err = tx.SaveTimes(as)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if d := w.find(since); d.Replaces != "" {
		t.Error("it is still shown as what became of the other one")
	}
	if d := w.find(before); len(d.SameAccount) != 1 || d.SameAccount[0].Replaces != "" {
		t.Error("the other one still has a successor")
	}
	look()
	as, err := w.store.FindAssociation(t.Context(), since)
	if err != nil || as.Replaces != "" {
		t.Errorf("the matcher leaves it: %+v, %v", as.Replaces, err)
	}
}
