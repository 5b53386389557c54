// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

func TestNoPageOfPeopleScansOrSortsOnSQLite(t *testing.T) {
	s := openSQLite(t, time.Now)
	fillForPlans(t, s)
	peoplePlans(t, s, sqlitePlan)
}

func TestNoPageOfPeopleScansOrSortsOnPostgres(t *testing.T) {
	s := openPostgres(t, time.Now)
	fillForPlans(t, s)
	write, _ := s.Handles()
	if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	peoplePlans(t, s, postgresPlan)
}

func fillForPlans(t *testing.T, s *store.Store) {
	t.Helper()
	if err := storetest.FillPeople(t.Context(), s, 5_000, 1); err != nil {
		t.Fatal(err)
	}
	if err := storetest.Fill(t.Context(), s, 5_000, 1); err != nil {
		t.Fatal(err)
	}
	// The records of two users in three belong to them, so that scopes hold records too.
	var names []string
	if err := s.EachAssociation(t.Context(), store.Query{Sort: store.SortAdded}, func(a *access.Association) error {
		names = append(names, a.Pair.Account)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		seen := map[string]bool{}
		for i, n := range names {
			if i%3 == 0 || seen[n] {
				continue
			}
			seen[n] = true
			u := &access.User{Name: "of " + n, Email: n + "@lab.example", Groups: []string{"all"}, Accounts: []access.Account{{Realm: "lab", Account: n}}}
			if i%20 == 1 {
				u.Groups = []string{"help"}
			}
			if err := tx.CreateUser(u); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// peoplePlans looks at the plan of every query behind the lists of devices, users and overrides, of lists
// that are limited to a scope, and behind the candidates of the matcher.
func peoplePlans(t *testing.T, s *store.Store, look func(context.Context, store.Asker, string, []any) ([]string, int)) {
	ctx := t.Context()
	what, n := "", 0
	s.SpyOn(func(ctx context.Context, on store.Asker, query string, args []any) {
		if !shows(query) {
			return
		}
		complaints, more := look(ctx, on, query, args)
		n += more
		for _, c := range complaints {
			t.Errorf("%s: %s\n%s", what, c, query)
		}
	})
	walk := func(name string, limit int, page func(cursor string) (store.PageMarks, error)) {
		t.Helper()
		cursor := ""
		for _, step := range []string{"first", "next", "prev"} {
			what, n = step+" page of "+name, 0
			p, err := page(cursor)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if n > examined*limit {
				t.Errorf("%s: looked at %d rows", what, n)
			}
			if cursor = p.Next; step == "next" {
				cursor = p.Prev
			}
			if cursor == "" {
				return
			}
		}
	}
	terms := []string{"", "Rarephone", "lab.example", "ana1", "zzzzzz", "b", "+4", "@.-", "sn0"}
	scopes := []*access.Scope{nil, {Groups: []string{"all", "board"}}, {Groups: []string{"help"}}}
	for i, term := range terms {
		for j, scope := range scopes {
			for k, show := range store.DeviceShows() {
				if (i+j+k)%3 != 0 && term != "" {
					continue
				}
				q := store.DeviceQuery{Show: show, Search: term, Scope: scope, Limit: 50, Desc: (i+k)%2 == 0,
					Sort: store.DeviceColumns()[(i+j+k)%len(store.DeviceColumns())]}
				walk(fmt.Sprintf("devices %+v %v", q, scope), q.Limit, func(cursor string) (store.PageMarks, error) {
					q.Cursor = cursor
					p, err := s.ListDevices(ctx, q)
					return p.PageMarks, err
				})
			}
			for k, show := range store.UserShows() {
				q := store.UserQuery{Show: show, Search: term, Scope: scope, Limit: 50, Desc: (i+k)%2 == 0,
					Sort: store.UserColumns()[(i+j+k)%len(store.UserColumns())]}
				walk(fmt.Sprintf("users %+v %v", q, scope), q.Limit, func(cursor string) (store.PageMarks, error) {
					q.Cursor = cursor
					p, err := s.ListUsers(ctx, q)
					return p.PageMarks, err
				})
			}
			if scope == nil {
				continue
			}
			q := store.Query{Search: term, Scope: scope, Limit: 50, Sort: store.Columns()[(i+j)%len(store.Columns())]}
			walk(fmt.Sprintf("associations %+v %v", q, scope), q.Limit, func(cursor string) (store.PageMarks, error) {
				q.Cursor = cursor
				p, err := s.ListAssociations(ctx, q)
				return p.PageMarks, err
			})
		}
	}
	for i, scope := range scopes {
		q := store.OverrideQuery{Limit: 50, Scope: scope, Desc: i == 1, Sort: []store.Column{store.SortUntil, store.SortAt, ""}[i]}
		walk(fmt.Sprintf("overrides %+v", q), q.Limit, func(cursor string) (store.PageMarks, error) {
			q.Cursor = cursor
			p, err := s.ListOverrides(ctx, q)
			return p.PageMarks, err
		})
	}
	candidatePlans(t, s, func(name string) { what, n = name, 0 }, func() int { return n })
}

// candidatePlans matches some records and some devices: it must cost what the candidates cost.
func candidatePlans(t *testing.T, s *store.Store, begin func(string), rows func() int) {
	t.Helper()
	var records store.Page
	for q := (store.Query{Sort: store.SortDevice, Limit: 10, Scope: &access.Scope{Groups: []string{"help"}}}); len(records.Rows) == 0; q.Cursor = records.Next {
		var err error
		if records, err = s.ListAssociations(t.Context(), q); err != nil || records.Next == "" {
			t.Fatalf("%d records, %v", len(records.Rows), err)
		}
	}
	devices, err := s.ListDevices(t.Context(), store.DeviceQuery{Show: store.ShowRegistered, Sort: store.SortNumber, Limit: 10})
	if err != nil || len(devices.Rows) == 0 || len(records.Rows) == 0 {
		t.Fatalf("%d records, %d devices, %v", len(records.Rows), len(devices.Rows), err)
	}
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		for i := range records.Rows {
			begin("candidates of a record")
			list, err := tx.DeviceCandidates(&records.Rows[i])
			if err != nil {
				return err
			}
			if most := 10 + 8*len(list); rows() > most {
				t.Errorf("%d candidates of a record cost %d rows", len(list), rows())
			}
		}
		for i := range devices.Rows {
			begin("candidates of a device")
			list, err := tx.RecordCandidates(&devices.Rows[i])
			if err != nil {
				return err
			}
			if most := 10 + 8*len(list); rows() > most {
				t.Errorf("%d candidates of a device cost %d rows", len(list), rows())
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
