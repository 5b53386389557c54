// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// sameRule compares rules; networks are compared as they are, not by their insides.
func sameRule() cmp.Option { return cmpopts.EquateComparable(netip.Prefix{}) }

func addRule(t *testing.T, s *store.Store, name string, action access.BlockingAction, more ...func(*store.Blocking)) *store.Blocking {
	t.Helper()
	b := &store.Blocking{Blocking: access.Blocking{Name: name, Kind: access.BlockingModel, Action: action, Names: []string{"Relic*"}}, Enabled: true, By: "root"}
	for _, fn := range more {
		fn(b)
	}
	tx(t, s, func(tx *store.Tx) error { return tx.CreateBlocking(b) })
	return b
}

// rule gives a rule as it is now.
func rule(t *testing.T, s *store.Store, id access.BlockingID) *store.Blocking {
	t.Helper()
	b, err := s.FindBlocking(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// setRuling says which rules speak of a record, and gives the number gateways hear of it by.
func setRuling(t *testing.T, s *store.Store, id access.AssociationID, rules ...access.BlockingID) int64 {
	t.Helper()
	return tx(t, s, func(tx *store.Tx) error {
		a, err := tx.FindAssociation(id)
		if err == nil {
			_, err = tx.SetRuling(a, rules)
		}
		return err
	})
}

func wantCounts(t *testing.T, b *store.Blocking, records, waiting int64) {
	t.Helper()
	if b.Records != records || b.Waiting != waiting {
		t.Errorf("rule %s holds %d and %d wait, want %d and %d", b.Name, b.Records, b.Waiting, records, waiting)
	}
}

// blockings proves what is kept of blocking rules and of the records they speak of.
func blockings(t *testing.T, e Engine) {
	t.Run("a rule comes back as it was written, and gateways hear of it while it is in force", func(t *testing.T) { // Y-16
		_, s := fresh(t, e)
		b := &store.Blocking{Blocking: access.Blocking{Name: "Office", Kind: access.BlockingNetwork, Action: access.ActionWarn, Outside: true,
			Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, Groups: []string{"sales", "labs", "sales"}, Enabled: true,
			Most: 7, Note: "why", By: "root"}
		pos := position(t, s)
		tx(t, s, func(tx *store.Tx) error { return tx.CreateBlocking(b) })
		if diff := cmp.Diff(b, rule(t, s, b.ID), sameRule()); diff != "" {
			t.Fatalf("written and read differ:\n%s", diff)
		}
		if !slices.Equal(b.Groups, []string{"labs", "sales"}) || !b.Scoped || b.Order != 1 {
			t.Errorf("kept as %+v", b)
		}
		for _, got := range []*access.Entry{after(t, s, pos, access.EntryBlocking, string(b.ID)), newest(t, s, access.EntryBlocking, string(b.ID))} {
			if got == nil || got.Blocking == nil {
				t.Fatalf("gateways were told %+v", got)
			}
			if diff := cmp.Diff(b.Blocking, *got.Blocking, sameRule()); diff != "" {
				t.Error(diff)
			}
		}
		pos, b.Enabled = position(t, s), false
		tx(t, s, func(tx *store.Tx) error { return tx.SaveBlocking(b) })
		if got := after(t, s, pos, access.EntryBlocking, string(b.ID)); got == nil || !got.Deleted || newest(t, s, access.EntryBlocking, string(b.ID)) != nil {
			t.Errorf("of a rule out of force gateways were told %+v", got)
		}
	})
	t.Run("a name twice, an old version, nonsense and more rules than there may be are refused", func(t *testing.T) {
		_, s := fresh(t, e)
		b := addRule(t, s, "Old phones", access.ActionBlock)
		try := func(fn func(tx *store.Tx) error) error { return s.WithTx(t.Context(), fn) }
		wantKind(t, try(func(tx *store.Tx) error { c := *b; c.ID, c.Name = "", "OLD phones"; return tx.CreateBlocking(&c) }), access.KindConflict)
		wantKind(t, try(func(tx *store.Tx) error { c := *b; c.Version++; return tx.SaveBlocking(&c) }), access.KindConflict)
		wantKind(t, try(func(tx *store.Tx) error { c := *b; c.Days = 3; return tx.SaveBlocking(&c) }), access.KindInvalid)
		wantKind(t, try(func(tx *store.Tx) error { return tx.DeleteBlocking("none") }), access.KindNotFound)
		for i := range access.MaxBlockings - 1 {
			addRule(t, s, fmt.Sprint("rule ", i), access.ActionWarn)
		}
		wantKind(t, try(func(tx *store.Tx) error { c := *b; c.ID, c.Name = "", "one more"; return tx.CreateBlocking(&c) }), access.KindInvalid)
	})
	t.Run("a record that a rule holds is blocked, its gateways know, and when it is held no more it passes", func(t *testing.T) {
		ctx, s := fresh(t, e)
		b, a := addRule(t, s, "Relics", access.ActionBlock), create(t, s, seen("ana", "d1"))
		pos := position(t, s)
		if setRuling(t, s, a.ID, b.ID, "gone") == 0 || setRuling(t, s, a.ID, b.ID) != 0 {
			t.Error("gateways hear of what has changed, and of nothing else")
		}
		got := after(t, s, pos, access.EntryRecord, string(a.ID))
		if want := (&access.Ruling{Rules: []access.BlockingID{b.ID}}); got == nil || !got.Record.Ruling.Equal(want) {
			t.Fatalf("gateways were told %+v", got)
		}
		if a = find(t, s, a.ID); a.SyncStatus != access.Blocked || !a.Ruling.Names(b.ID) {
			t.Errorf("the record is %s, %+v", a.SyncStatus, a.Ruling)
		}
		wantCounts(t, rule(t, s, b.ID), 1, 0)
		if list, err := s.RulesOf(ctx, a.ID); err != nil || len(list) != 1 || list[0].State != store.RuledHeld {
			t.Errorf("rules of the record: %+v, %v", list, err)
		}
		setRuling(t, s, a.ID)
		if a = find(t, s, a.ID); a.SyncStatus != access.Allowed || a.Ruling != nil {
			t.Errorf("the record is %s, %+v", a.SyncStatus, a.Ruling)
		}
		wantCounts(t, rule(t, s, b.ID), 0, 0)
	})
	t.Run("beyond its number records wait until a person confirms, or others go", func(t *testing.T) { // Y-16
		_, s := fresh(t, e)
		b := addRule(t, s, "Relics", access.ActionBlock, func(b *store.Blocking) { b.Most = 2 })
		var list []*access.Association
		for i := range 5 {
			list = append(list, create(t, s, seen("ana", fmt.Sprint("d", i))))
			setRuling(t, s, list[i].ID, b.ID)
		}
		wantCounts(t, rule(t, s, b.ID), 2, 3)
		if a := find(t, s, list[2].ID); a.SyncStatus != access.Allowed || a.Ruling != nil {
			t.Errorf("a record that waits is %s, %+v", a.SyncStatus, a.Ruling)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(list[0].ID) })
		wantCounts(t, rule(t, s, b.ID), 1, 3)
		setRuling(t, s, list[2].ID, b.ID)
		wantCounts(t, rule(t, s, b.ID), 2, 2)
		b = rule(t, s, b.ID)
		if b.Confirmed = 3; !b.Room() {
			t.Error("there is no room though more were confirmed")
		}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveBlocking(b) })
		for _, a := range list[3:] {
			setRuling(t, s, a.ID, b.ID)
		}
		if b = rule(t, s, b.ID); b.Room() {
			t.Error("there is room for more than were confirmed")
		}
		wantCounts(t, b, 3, 1)
		if (find(t, s, list[3].ID).SyncStatus == access.Blocked) == (find(t, s, list[4].ID).SyncStatus == access.Blocked) {
			t.Error("one of the two that waited is held, the other waits on")
		}
	})
	t.Run("a phone is let out of quarantine, and taken back into it", func(t *testing.T) { // Y-16
		ctx, s := fresh(t, e)
		b, wall, a := addRule(t, s, "New kinds", access.ActionQuarantine), addRule(t, s, "Walled", access.ActionBlock), create(t, s, seen("ana", "d1"))
		try := func(fn func(tx *store.Tx) error) error { return s.WithTx(ctx, fn) }
		wantKind(t, try(func(tx *store.Tx) error { return tx.Release(b.ID, a.ID, "root") }), access.KindConflict)
		setRuling(t, s, a.ID, b.ID, wall.ID)
		wantKind(t, try(func(tx *store.Tx) error { return tx.Release(wall.ID, a.ID, "root") }), access.KindConflict)
		setRuling(t, s, a.ID, b.ID)
		if find(t, s, a.ID).SyncStatus != access.Blocked {
			t.Fatal("not in quarantine")
		}
		if tx(t, s, func(tx *store.Tx) error { return tx.Release(b.ID, a.ID, "root") }) == 0 {
			t.Error("gateways were not told")
		}
		wantKind(t, try(func(tx *store.Tx) error { return tx.Release(b.ID, a.ID, "root") }), access.KindConflict)
		setRuling(t, s, a.ID, b.ID) // it goes on to match, and stays released
		a = find(t, s, a.ID)
		if a.SyncStatus != access.Allowed || !a.Ruling.ReleasedFrom(b.ID) {
			t.Errorf("released, it is %s, %+v", a.SyncStatus, a.Ruling)
		}
		list, err := s.RulesOf(ctx, a.ID)
		if err != nil || len(list) != 1 || list[0].State != store.RuledReleased || list[0].ReleasedBy != "root" || list[0].ReleasedAt.IsZero() {
			t.Errorf("rules of the record: %+v, %v", list, err)
		}
		wantCounts(t, rule(t, s, b.ID), 0, 0)
		wantReleased(t, s, b.ID, 1)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
		wantReleased(t, s, b.ID, 0)
		tx(t, s, func(tx *store.Tx) error { return tx.RestoreAssociation(a) })
		wantReleased(t, s, b.ID, 1)
		if a = find(t, s, a.ID); !a.Ruling.ReleasedFrom(b.ID) {
			t.Errorf("removed and brought back it is %+v", a.Ruling)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.HoldAgain(b.ID, a.ID) })
		if a = find(t, s, a.ID); a.SyncStatus != access.Blocked || a.Ruling.ReleasedFrom(b.ID) {
			t.Errorf("taken back it is %s, %+v", a.SyncStatus, a.Ruling)
		}
		wantCounts(t, rule(t, s, b.ID), 1, 0)
		wantReleased(t, s, b.ID, 0)
	})
	t.Run("a full rule holds who is new to it, and lets one go without taking another", func(t *testing.T) { fullRule(t, e) })
	t.Run("releases outlive a rule that is deleted and brought back", func(t *testing.T) { releasesBack(t, e) })
	t.Run("what other writers do leaves the ruling of a record alone", func(t *testing.T) {
		_, s := fresh(t, e)
		b, a := addRule(t, s, "Relics", access.ActionBlock), create(t, s, seen("ana", "d1"))
		setRuling(t, s, a.ID, b.ID)
		was := find(t, s, a.ID)
		stale := *was
		stale.Ruling, stale.Comment = nil, "words"
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(&stale) })
		stale.Ruling = &access.Ruling{OverLimit: true}
		tx(t, s, func(tx *store.Tx) error { return tx.ReplaceAssociation(&stale) })
		tx(t, s, func(tx *store.Tx) error { return tx.MoveAssociation(a.ID, "ben") })
		if a = find(t, s, a.ID); !a.Ruling.Equal(was.Ruling) || a.SyncStatus != access.Blocked || a.Pair.Account != "ben" {
			t.Errorf("it is %+v, %s", a.Ruling, a.SyncStatus)
		}
	})
	t.Run("whoever is over the number of devices of a mailbox is blocked while the number counts", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		p := access.DefaultPreferences()
		p.DeviceLimit = 1
		tx(t, s, func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "root") })
		over := func(over bool) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				a, err := tx.FindAssociation(a.ID)
				if err == nil {
					_, err = tx.SetOverLimit(a, over)
				}
				return err
			}
		}
		if tx(t, s, over(true)) == 0 || tx(t, s, over(true)) != 0 || find(t, s, a.ID).SyncStatus != access.Blocked {
			t.Error("not over the limit")
		}
		if tx(t, s, over(false)) == 0 || find(t, s, a.ID).Ruling != nil || find(t, s, a.ID).SyncStatus != access.Allowed {
			t.Error("still over the limit")
		}
	})
	t.Run("a rule that is deleted is taken off its records, and counts them when it is brought back before", func(t *testing.T) {
		ctx, s := fresh(t, e)
		b, left := addRule(t, s, "Relics", access.ActionBlock), addRule(t, s, "Left", access.ActionWarn)
		for i := range 3 {
			setRuling(t, s, create(t, s, seen("ana", fmt.Sprint("d", i))).ID, b.ID, left.ID)
		}
		was := rule(t, s, b.ID)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteBlocking(b.ID) })
		tx(t, s, func(tx *store.Tx) error { return tx.RestoreBlocking(was) })
		back := rule(t, s, b.ID)
		if wantCounts(t, back, 3, 0); back.Version != 2 || !back.Created.Equal(b.Created) {
			t.Errorf("brought back it is %+v", back)
		}
		if held, err := s.RuledBy(ctx, b.ID, "", 2); err != nil || len(held) != 2 {
			t.Errorf("%d held, %v", len(held), err)
		} else if rest, err := s.RuledBy(ctx, b.ID, held[1].Association, 2); err != nil || len(rest) != 1 {
			t.Errorf("%d more held, %v", len(rest), err)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteBlocking(b.ID) })
		tx(t, s, func(tx *store.Tx) error {
			list, _, err := tx.Stretch(0, 10)
			if err != nil {
				return err
			}
			known, err := tx.RulesOfAll([]access.AssociationID{list[0].ID, list[1].ID, list[2].ID})
			for i := range list {
				if len(known[list[i].ID]) != 2 {
					t.Errorf("known of %s: %+v", list[i].ID, known[list[i].ID])
				}
				if _, err := tx.SetRulingOf(&list[i], []access.BlockingID{left.ID}, known[list[i].ID]); err != nil {
					return err
				}
			}
			return err
		})
		for _, a := range recordsOf(t, s, "ana") {
			if !a.Ruling.Equal(&access.Ruling{Rules: []access.BlockingID{left.ID}}) || a.SyncStatus != access.Allowed {
				t.Errorf("%s is %+v, %s", a.Pair.Device, a.Ruling, a.SyncStatus)
			}
		}
		wantCounts(t, rule(t, s, left.ID), 3, 0)
	})
	t.Run("accounts that rules have to look at again are those whose records, words, owners or groups have moved", func(t *testing.T) {
		_, s := fresh(t, e)
		a, ana := create(t, s, seen("ana", "d1")), addUser(t, s, "ana", []string{"labs"}, "ana")
		create(t, s, seen("ben", "d1"))
		moved := func(what string, want string, fn func(tx *store.Tx) error) {
			t.Helper()
			tx(t, s, func(tx *store.Tx) error {
				if len(tx.Moved()) != 0 {
					t.Errorf("%s: something has moved before", what)
				}
				err := fn(tx)
				names := ""
				for _, m := range tx.Moved() {
					names += m.Account + " "
				}
				if names != want {
					t.Errorf("%s moves %q, want %q", what, names, want)
				}
				if len(tx.Moved()) != 0 {
					t.Errorf("%s moves twice", what)
				}
				return err
			})
		}
		record := func(fn func(tx *store.Tx, a *access.Association) error) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				a, err := tx.FindAssociation(a.ID)
				if err != nil {
					return err
				}
				return fn(tx, a)
			}
		}
		moved("a comment", "", record(func(tx *store.Tx, a *access.Association) error { a.Comment = "x"; return tx.SaveAssociation(a) }))
		moved("a block", "ana ", record(func(tx *store.Tx, a *access.Association) error {
			a.Override = access.Override{Kind: access.OverrideBlock}
			return tx.SaveAssociation(a)
		}))
		moved("a part that fails", "", func(tx *store.Tx) error {
			if err := tx.Part(func() error { return errors.Join(tx.DeleteAssociation(a.ID), errPart) }); !errors.Is(err, errPart) {
				return err
			}
			return nil
		})
		moved("a part that goes well", "carl ", func(tx *store.Tx) error {
			return tx.Part(func() error { return tx.CreateAssociation(seen("carl", "d9")) })
		})
		moved("other groups", "ana ", func(tx *store.Tx) error {
			u, err := tx.FindUser(ana.ID)
			if err != nil {
				return err
			}
			if groups, err := tx.GroupsOf(u.ID); err != nil || !slices.Equal(groups, []string{"labs"}) {
				t.Errorf("groups %v, %v", groups, err)
			}
			u.Groups = nil
			return tx.SaveUser(u)
		})
		moved("another owner", "ana ben ", func(tx *store.Tx) error {
			u, err := tx.FindUser(ana.ID)
			if err != nil {
				return err
			}
			u.Accounts = []access.Account{{Realm: u.Accounts[0].Realm, Account: "ben"}}
			return tx.SaveUser(u)
		})
		moved("an end", "ana ", func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
	})
	t.Run("a rule for one user who is deleted is for nobody, and not for everybody", func(t *testing.T) {
		_, s := fresh(t, e)
		ana, ben := addUser(t, s, "ana", nil), addUser(t, s, "ben", nil)
		one := addRule(t, s, "One", access.ActionBlock, func(b *store.Blocking) { b.Users = []access.UserID{ana.ID} })
		two := addRule(t, s, "Two", access.ActionBlock, func(b *store.Blocking) { b.Users = []access.UserID{ana.ID, ben.ID} })
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteUser(ana.ID) })
		if b := rule(t, s, one.ID); b.Enabled || !b.Scoped {
			t.Errorf("the rule for her alone is %+v", b)
		}
		if b := rule(t, s, two.ID); !b.Enabled || !slices.Equal(b.Users, []access.UserID{ben.ID}) {
			t.Errorf("the rule for both is %+v", b)
		}
	})
	t.Run("a kind of mail server is told of a device id while it is known", func(t *testing.T) {
		_, s := fresh(t, e)
		create(t, s, seen("ana", "d1"))
		set := func(kind string) int64 {
			return tx(t, s, func(tx *store.Tx) error { _, err := tx.SetServerType("d1", kind); return err })
		}
		if set("horde") == 0 || set("horde") != 0 || newest(t, s, access.EntryEASDevice, "d1").EASDevice.ServerType != "horde" {
			t.Error("gateways do not know it")
		}
		if set("") == 0 || newest(t, s, access.EntryEASDevice, "d1") != nil {
			t.Error("gateways know more than they need")
		}
	})
	t.Run("a rule changed in a part that fails speaks as before", func(t *testing.T) { blockingParts(t, e) })
	t.Run("who is ruled comes page by page, of several rules, within a scope, and those nobody was told of", func(t *testing.T) { ruledList(t, e) })
}

func ruledList(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	one, two := addRule(t, s, "One", access.ActionQuarantine), addRule(t, s, "Two", access.ActionQuarantine)
	ana := addUser(t, s, "ana", []string{"labs"}, "ana")
	for i := range 7 {
		id := create(t, s, seen([]string{"ana", "ben"}[i%2], fmt.Sprint("d", i))).ID
		setRuling(t, s, id, [][]access.BlockingID{{one.ID}, {two.ID}, {one.ID, two.ID}}[i%3]...)
	}
	all := func(q store.RuledQuery) (list []store.RuledRow) {
		t.Helper()
		for {
			p, err := s.Ruled(ctx, q)
			if err != nil || len(p.Rows) > q.Limit {
				t.Fatalf("%d rows, %v", len(p.Rows), err)
			}
			if list = append(list, p.Rows...); p.Next == "" {
				return list
			}
			q.Cursor = p.Next
		}
	}
	both := []access.BlockingID{one.ID, two.ID}
	whole := all(store.RuledQuery{Rules: both, Limit: 100})
	if len(whole) != 9 {
		t.Fatalf("%d rows", len(whole))
	}
	for i := 1; i < len(whole); i++ {
		if whole[i].At.After(whole[i-1].At) {
			t.Error("not the newest first")
		}
	}
	for limit := 1; limit <= 10; limit++ {
		if diff := cmp.Diff(whole, all(store.RuledQuery{Rules: both, Limit: limit})); diff != "" {
			t.Errorf("%d at a time:\n%s", limit, diff)
		}
		hers := all(store.RuledQuery{Rules: both, Limit: limit, Scope: &access.Scope{Groups: []string{"labs"}}})
		want := slices.DeleteFunc(slices.Clone(whole), func(r store.RuledRow) bool { return r.Record.Person != ana.ID })
		if diff := cmp.Diff(want, hers); diff != "" || len(want) == 0 {
			t.Errorf("%d at a time, in a scope:\n%s", limit, diff)
		}
	}
	if got := all(store.RuledQuery{Rules: both, State: store.RuledReleased, Limit: 5}); len(got) != 0 {
		t.Errorf("released: %+v", got)
	}
	_, err := s.Ruled(ctx, store.RuledQuery{Rules: both, Cursor: "nonsense"})
	wantKind(t, err, access.KindInvalid)
	untold, err := s.RuledUntold(ctx, one.ID, 3)
	if err != nil || len(untold) != 3 {
		t.Fatalf("untold: %+v, %v", untold, err)
	}
	tx(t, s, func(tx *store.Tx) error {
		return tx.RuledTold(one.ID, []access.AssociationID{untold[0].Association, untold[1].Association})
	})
	if untold, err = s.RuledUntold(ctx, one.ID, 100); err != nil || len(untold) != 3 {
		t.Errorf("of five of which two were told, untold: %+v, %v", untold, err)
	}
}
