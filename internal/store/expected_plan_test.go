// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestNoPageOfExpectedPhonesScansOrSortsOnSQLite(t *testing.T) { // Y-18
	s := openSQLite(t, time.Now)
	fillExpected(t, s)
	expectedPlans(t, s, sqlitePlan)
}

func TestNoPageOfExpectedPhonesScansOrSortsOnPostgres(t *testing.T) {
	s := openPostgres(t, time.Now)
	fillExpected(t, s)
	write, _ := s.Handles()
	if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	expectedPlans(t, s, postgresPlan)
}

func fillExpected(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		for i := range 4000 {
			x := &access.Expected{Pair: access.Pair{Realm: "lab", Account: fmt.Sprintf("u%04d", i), Device: fmt.Sprintf("E%04d", i)}, Who: fmt.Sprintf("Who %d", i%700),
				Model: fmt.Sprintf("Model %d", i%9), LastSync: time.UnixMilli(int64(i) * 1000)}
			if i%40 == 0 { // the list names those who are here, and many who are not
				if err := tx.CreateAssociation(&access.Association{Record: access.Record{Pair: x.Pair}}); err != nil {
					return err
				}
			}
			if err := tx.SaveExpected(x); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func expectedPlans(t *testing.T, s *store.Store, look func(context.Context, store.Asker, string, []any) ([]string, int)) {
	ctx := t.Context()
	what, n, queries := "", 0, 0
	s.SpyOn(func(ctx context.Context, on store.Asker, query string, args []any) {
		if !strings.HasPrefix(query, "SELECT") || !strings.Contains(query, " FROM expected ") && !strings.Contains(query, " FROM expected_text ") {
			return
		}
		queries++
		complaints, more := look(ctx, on, query, args)
		n += more
		for _, c := range complaints {
			t.Errorf("%s: %s\n%s", what, c, query)
		}
	})
	const limit = 50
	// Nothing, what few hold, what a tenth holds, what all hold, what nobody holds, beginnings, and what no trigram holds.
	for i, term := range []string{"", "e0040", "model 3", "who", "zzzzzz", "e0", "w", "--.", "u0"} {
		for j, show := range store.ExpectedShows() {
			for k, sort := range store.ExpectedColumns() {
				if term != "" && (i+j+k)%2 != 0 {
					continue
				}
				q := store.ExpectedQuery{Show: show, Search: term, Sort: sort, Desc: k%2 == 0, Limit: limit}
				for page := range 3 {
					what, n = fmt.Sprintf("page %d of %s with %q by %s", page, show, term, sort), 0
					p, err := s.ListExpected(ctx, q)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					if n > examined*limit {
						t.Errorf("%s: looked at %d rows", what, n)
					}
					if q.Cursor = p.Next; page == 1 {
						q.Cursor = p.Prev
					}
					if q.Cursor == "" {
						break
					}
				}
			}
		}
	}
	what, n = "a new record", 0
	if err := s.WithTx(ctx, func(tx *store.Tx) error {
		return tx.CreateAssociation(&access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "u0001", Device: "E0001"}}})
	}); err != nil {
		t.Fatal(err)
	}
	if n > examined {
		t.Errorf("%s: looked at %d rows", what, n)
	}
	if queries < 200 {
		t.Errorf("only %d queries were looked at", queries)
	}
}
