// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// unknownUsers proves what is kept and told about records whose account belongs to no user.
func unknownUsers(t *testing.T, e Engine) {
	t.Run("the list of unknown users holds what belongs to nobody, few or many, both ways", func(t *testing.T) { // M-14
		for _, many := range []int{12, 900} {
			t.Run(fmt.Sprint(many), func(t *testing.T) { unknownList(t, e, many) })
		}
	})
	t.Run("gateways learn of linked records whether their user is known, and of others nothing", func(t *testing.T) {
		ctx, s := fresh(t, e)
		linked, loose := create(t, s, seen("ana", "d1")), create(t, s, seen("ana", "d2"))
		d := addDevice(t, s, access.RegisteredDevice{})
		linkTo(t, s, linked.ID, d.ID)
		var m mirror
		m.catchUp(t, s, 500)
		told := func() bool {
			t.Helper()
			m.catchUp(t, s, 500)
			return m.entries["record "+string(linked.ID)].Record.UserUnknown
		}
		if !told() || !find(t, s, linked.ID).UserUnknown || !find(t, s, loose.ID).UserUnknown {
			t.Fatal("a record of nobody does not say so")
		}
		tx(t, s, func(tx *store.Tx) error {
			return tx.SavePreferences(access.Preferences{AutoBlock: true, UnknownUsersUnregistered: true, UnknownWhenAway: access.AnswerRefuse,
				ReconcileEvery: access.DefaultPreferences().ReconcileEvery}, 0, "root")
		})
		if _, n, err := s.SweepSyncStatus(ctx, 0, 500); err != nil || n != 2 || find(t, s, linked.ID).SyncStatus != access.Blocked {
			t.Errorf("swept %d, %v", n, err)
		}
		u := &access.User{Name: "ana", Accounts: []access.Account{{Realm: "lab", Account: "ana"}}}
		tx(t, s, func(tx *store.Tx) error { return tx.CreateUser(u) })
		if told() || find(t, s, linked.ID).SyncStatus != access.Allowed || find(t, s, loose.ID).SyncStatus != access.Blocked {
			t.Errorf("made a user of: %+v", find(t, s, linked.ID).SyncStatus)
		}
		tx(t, s, func(tx *store.Tx) error { u.Accounts = nil; return tx.SaveUser(u) })
		if !told() || find(t, s, linked.ID).SyncStatus != access.Blocked {
			t.Error("an account that was taken from its user still counts as known")
		}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveFacts(find(t, s, linked.ID)) })
		if !told() {
			t.Error("forgotten")
		}
		before, _ := s.Position(ctx)
		tx(t, s, func(tx *store.Tx) error {
			return tx.CreateUser(&access.User{Name: "bob", Accounts: []access.Account{{Realm: "lab", Account: "bob"}}})
		})
		if after, _ := s.Position(ctx); after != before {
			t.Error("gateways are told of a user without linked records")
		}
	})
}

func unknownList(t *testing.T, e Engine, many int) {
	ctx, s := fresh(t, e)
	tx(t, s, func(tx *store.Tx) error {
		for i := range 10 {
			name := fmt.Sprintf("known%d", i)
			if err := tx.CreateUser(&access.User{Name: name, Accounts: []access.Account{{Realm: "lab", Account: name}}}); err != nil {
				return err
			}
			if err := tx.CreateAssociation(seen(name, "k")); err != nil {
				return err
			}
		}
		for i := range many {
			if err := tx.CreateAssociation(seen(fmt.Sprintf("stray%03d", i), "s")); err != nil {
				return err
			}
		}
		return nil
	})
	walk := func(q store.Query) (there, back []string, p store.Page) {
		t.Helper()
		for step := 0; ; step++ {
			var err error
			if p, err = s.ListAssociations(ctx, q); err != nil || step > 200 {
				t.Fatalf("%+v: %v", q, err)
			}
			for _, a := range p.Rows {
				there = append(there, a.Pair.Account)
			}
			if q.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		for _, a := range slices.Backward(p.Rows) {
			back = append(back, a.Pair.Account)
		}
		for at := p; at.Prev != ""; {
			var err error
			q.Cursor = at.Prev
			if at, err = s.ListAssociations(ctx, q); err != nil {
				t.Fatal(err)
			}
			for _, a := range slices.Backward(at.Rows) {
				back = append(back, a.Pair.Account)
			}
		}
		slices.Reverse(back)
		return there, back, p
	}
	for _, sort := range []store.Column{"", store.SortUser, store.SortStatus, store.SortAdded} {
		for _, desc := range []bool{false, true} {
			there, back, p := walk(store.Query{Show: store.ShowUnknownUser, Sort: sort, Desc: desc, Limit: 10})
			if len(there) != many || len(distinct(there)) != many || slices.ContainsFunc(there, func(a string) bool { return a[0] == 'k' }) {
				t.Errorf("%s %v: %d rows, %d of them different, of %d", sort, desc, len(there), len(distinct(there)), many)
			}
			if !slices.Equal(there, back) {
				t.Errorf("%s %v: the way back differs: %d and %d rows", sort, desc, len(there), len(back))
			}
			if fixed := many > 350; fixed != (p.SearchOrder == store.OrderAdded) {
				t.Errorf("%d rows come in the order %q", many, p.SearchOrder)
			} else if sort == store.SortUser && !fixed && slices.IsSorted(there) == desc {
				t.Errorf("desc %v: %v", desc, there)
			}
		}
	}
	for term, want := range map[string]int{"stray011": 1, "stray00": 10, "known": 0, "s": many} {
		if there, _, _ := walk(store.Query{Show: store.ShowUnknownUser, Search: term, Limit: 10}); len(there) != want {
			t.Errorf("%q finds %d, want %d", term, len(there), want)
		}
	}
	p, err := s.ListAssociations(ctx, store.Query{Show: store.ShowUnknownUser, Scope: &access.Scope{Groups: []string{"all"}}})
	if err != nil || len(p.Rows) != 0 {
		t.Errorf("a scope holds %d records of nobody, %v", len(p.Rows), err)
	}
}

func distinct(list []string) []string {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return slices.Sorted(maps.Keys(set))
}
