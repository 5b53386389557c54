// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// year gives the bounds of a calendar year of UTC.
func year(y int) (from, to time.Time) {
	return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC)
}

func acted(y int) store.Query {
	q := store.Query{Show: store.ShowActed}
	q.From, q.To = year(y)
	return q
}

// names gives the accounts of all pages of a query, there and on the way back.
func names(t *testing.T, s *store.Store, q store.Query) (there, back []string, last store.Page) {
	t.Helper()
	for step := 0; ; step++ {
		var err error
		if last, err = s.ListAssociations(t.Context(), q); err != nil || step > 2000 {
			t.Fatalf("%+v: step %d: %v", q, step, err)
		}
		for _, a := range last.Rows {
			there = append(there, a.Pair.Account)
		}
		if q.Cursor = last.Next; last.Next == "" {
			break
		}
	}
	for _, a := range slices.Backward(last.Rows) {
		back = append(back, a.Pair.Account)
	}
	for at := last; at.Prev != ""; {
		var err error
		q.Cursor = at.Prev
		if at, err = s.ListAssociations(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		for _, a := range slices.Backward(at.Rows) {
			back = append(back, a.Pair.Account)
		}
	}
	slices.Reverse(back)
	return there, back, last
}

// marked proves the lists that hang on what is said about a device id.
func marked(t *testing.T, e Engine) {
	newPolicy := func(t *testing.T, s *store.Store) access.PolicyID {
		t.Helper()
		p := &store.Policy{Policy: access.Policy{Name: "Strict"}, By: "root"}
		tx(t, s, func(tx *store.Tx) error { return tx.CreatePolicy(p, "") })
		return p.ID
	}
	assign := func(t *testing.T, s *store.Store, device string, p access.PolicyID) {
		t.Helper()
		tx(t, s, func(tx *store.Tx) error { _, err := tx.AssignPolicy(device, p, "root"); return err })
	}
	wants := func(t *testing.T, s *store.Store, q store.Query, want ...string) {
		t.Helper()
		got, _, p := names(t, s, q)
		slices.Sort(got)
		if !slices.Equal(got, want) || p.TotalIsMore || int(p.Total) != len(want) {
			t.Errorf("%s %d: %q of %d, want %q", q.Show, q.From.Year(), got, p.Total, want)
		}
	}
	// F-04
	t.Run("records of a device id with an assigned policy are shown until it is taken back", func(t *testing.T) {
		_, s := fresh(t, e)
		for _, a := range []*access.Association{seen("ana", "X1"), seen("sales", "X1"), seen("bob", "X2")} {
			create(t, s, a)
		}
		q := store.Query{Show: store.ShowPolicyAssigned}
		wants(t, s, q)
		p := newPolicy(t, s)
		assign(t, s, "X1", p)
		wants(t, s, q, "ana", "sales")
		scoped := q
		scoped.Scope = &access.Scope{Groups: []string{"help"}}
		tx(t, s, func(tx *store.Tx) error {
			return tx.CreateUser(&access.User{Name: "ana", Groups: []string{"help"}, Accounts: []access.Account{{Realm: "lab", Account: "ana"}}})
		})
		wants(t, s, scoped, "ana")
		q.Search = "sal"
		wants(t, s, q, "sales")
		q.Search = ""
		assign(t, s, "X1", "")
		wants(t, s, q)
		wants(t, s, scoped)
	})
	// F-05 R-5
	t.Run("records of a device id with an action within a year are shown, also when the record was removed between", func(t *testing.T) {
		now := time.Date(2026, 12, 31, 23, 59, 59, int(999*time.Millisecond), time.UTC)
		s := e.Open(t, func() time.Time { return now })
		ana := create(t, s, seen("ana", "X1"))
		bob, cia := create(t, s, seen("bob", "X2")), create(t, s, seen("cia", "X3"))
		p := newPolicy(t, s)
		assign(t, s, "X1", p)
		now = now.Add(time.Millisecond) // the first instant of 2027
		tx(t, s, func(tx *store.Tx) error {
			return tx.CreateWipe(&store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending}, Association: bob.ID})
		})
		wants(t, s, acted(2026), "ana")
		wants(t, s, acted(2027), "bob")
		wants(t, s, acted(2028))
		assign(t, s, "X1", "") // also taken back is acted
		wants(t, s, acted(2026), "ana")
		wants(t, s, acted(2027), "ana", "bob")
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(ana.ID) })
		wants(t, s, acted(2026))
		create(t, s, seen("ana", "X1"))
		wants(t, s, acted(2026), "ana")
		if first, err := s.FirstAction(t.Context()); err != nil || first.Year() != 2026 {
			t.Errorf("the first action is of %v, %v", first, err)
		}
		_ = cia
		_, err := s.ListAssociations(t.Context(), store.Query{Show: store.ShowActed})
		wantKind(t, err, access.KindInvalid)
		cursor := acted(2026)
		cursor.Cursor = "e30"
		_, err = s.ListAssociations(t.Context(), cursor)
		wantKind(t, err, access.KindInvalid)
	})
	// F-05
	t.Run("an order to wipe that was cancelled before the phone was told is no action", func(t *testing.T) {
		now := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
		s := e.Open(t, func() time.Time { return now })
		ana, bob := create(t, s, seen("ana", "X1")), create(t, s, seen("bob", "X1")) // two accounts of one phone
		cia := create(t, s, seen("cia", "X2"))
		order := func(a *access.Association) *store.Wipe {
			w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending}, Association: a.ID}
			tx(t, s, func(tx *store.Tx) error { return tx.CreateWipe(w) })
			return w
		}
		cancel := func(w *store.Wipe) {
			now = now.Add(time.Minute)
			w.State = access.WipeCancelled
			tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(w) })
		}
		one, two := order(ana), order(bob)
		cancel(one)
		wants(t, s, acted(2026), "ana", "bob") // by the other order, of the same moment
		cancel(two)
		wants(t, s, acted(2026))
		one, moment := order(ana), now
		now = now.Add(2 * time.Hour)
		two = order(bob)
		cancel(two)
		wants(t, s, acted(2026), "ana", "bob") // of another moment than the one that was taken back
		wants(t, s, acted(2027))
		cancel(one)
		wants(t, s, acted(2026))
		one.DeliveredAt = moment.Add(time.Second) // a gateway that had not heard of it yet has told the phone
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(one) })
		wants(t, s, acted(2026), "ana", "bob")
		one.State = access.WipeAcknowledged
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(one) })
		wants(t, s, acted(2026), "ana", "bob")
		p := newPolicy(t, s)
		now = moment
		assign(t, s, "X2", p)
		three := order(cia)
		cancel(three)
		wants(t, s, acted(2026), "ana", "bob", "cia") // by the policy, of the same moment
	})
	for _, many := range []int{12, 700} {
		t.Run(fmt.Sprintf("%d of them come both ways, each once", many), func(t *testing.T) { markedMany(t, e, many) })
	}
}

func markedMany(t *testing.T, e Engine, many int) {
	now := Start()
	s := e.Open(t, func() time.Time { return now })
	p := &store.Policy{Policy: access.Policy{Name: "Strict"}}
	tx(t, s, func(tx *store.Tx) error {
		for i := range many + 5 {
			if err := tx.CreateAssociation(seen(fmt.Sprintf("u%04d", i), fmt.Sprintf("d%04d", i))); err != nil {
				return err
			}
		}
		for i := range 30 { // one id with more than a page of accounts
			if err := tx.CreateAssociation(seen(fmt.Sprintf("v%04d", i), "d0003")); err != nil {
				return err
			}
		}
		return tx.CreatePolicy(p, "")
	})
	for round := range 3 { // the last one assigns again
		now = now.Add(time.Minute)
		tx(t, s, func(tx *store.Tx) error {
			id := p.ID
			if round == 1 {
				id = ""
			}
			for i := range many {
				if _, err := tx.AssignPolicy(fmt.Sprintf("d%04d", i), id, "root"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, q := range []store.Query{{Show: store.ShowPolicyAssigned}, acted(2026)} {
		for _, sort := range []store.Column{"", store.SortUser, store.SortAdded} {
			q.Sort, q.Limit, q.Search = sort, 10, ""
			there, back, last := names(t, s, q)
			if len(there) != many+30 || len(distinct(there)) != many+30 {
				t.Errorf("%s by %q: %d rows, %d of them different, of %d", q.Show, sort, len(there), len(distinct(there)), many+30)
			}
			if !slices.Equal(there, back) {
				t.Errorf("%s by %q: the way back differs: %d and %d rows", q.Show, sort, len(there), len(back))
			}
			if fixed := many > 350; fixed != (last.SearchOrder == store.OrderPolicy || last.SearchOrder == store.OrderActed) {
				t.Errorf("%d rows come in the order %q", many, last.SearchOrder)
			} else if sort == store.SortUser && !fixed && !slices.IsSorted(there) {
				t.Errorf("not sorted: %v", there)
			}
			tens := 10
			if many == 12 {
				tens = 2
			}
			for term, want := range map[string]int{"u0011": 1, "u001": tens, "v": 30, "zzzz": 0} {
				q.Search = term
				if there, _, _ := names(t, s, q); len(there) != want {
					t.Errorf("%s: %q finds %d, want %d", q.Show, term, len(there), want)
				}
			}
		}
	}
}

// mark assigns a policy to one device id in ten of a world, and takes half of them back.
func mark(ctx context.Context, s *store.Store) error {
	p := &store.Policy{Policy: access.Policy{Name: "World"}}
	var devices []string
	i := 0
	err := s.EachAssociation(ctx, store.Query{Sort: store.SortAdded}, func(a *access.Association) error {
		if i++; i%10 == 0 {
			devices = append(devices, a.Pair.Device)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreatePolicy(p, "") }); err != nil {
		return err
	}
	for part := range slices.Chunk(devices, 500) {
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			for i, d := range part {
				if _, err := tx.AssignPolicy(d, p.ID, "fill"); err != nil {
					return err
				}
				if i%2 == 0 {
					continue
				}
				if _, err := tx.AssignPolicy(d, "", "fill"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// markedPages are the lists that hang on what is said about device ids.
func markedPages() (list []NamedPage) {
	scope := &access.Scope{Groups: []string{"help"}}
	now := acted(time.Now().Year())
	now.From = now.From.AddDate(-20, 0, 0)
	for _, q := range []store.Query{{Show: store.ShowPolicyAssigned}, now} {
		for _, term := range []string{"", "rarephone", "lena", "zzzzzz", "a"} {
			q.Search, q.Scope, q.Limit = term, nil, PageRows
			list = append(list, RecordPage("records/"+string(q.Show)+"-search-"+term, q))
			q.Scope = scope
			list = append(list, RecordPage("records/"+string(q.Show)+"-scope-search-"+term, q))
		}
	}
	return list
}
