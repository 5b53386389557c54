// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// searches are empty, rare, common, of middling frequency, finding nothing, and short ones.
func searches() []string {
	return []string{"", "Rarephone", "lab.example", "ana1", "zzzzzz", "b", "+4", "@.-", "q", "team-"}
}

// pages asks for first, second and previous page of every filter, order and search.
func (w *planWatch) pages() {
	w.t.Helper()
	for i, search := range searches() {
		for j, show := range []store.Show{store.ShowAll, store.ShowLinked, store.ShowUnlinked, store.ShowAllowed, store.ShowBlocked} {
			for k, sort := range store.Columns() {
				if search != "" && (i+j+k)%6 != 0 {
					continue // every two of the three come up together
				}
				q := store.Query{Show: show, Search: search, Sort: sort, Desc: (i+j+k)/6%2 == 0, Limit: 50}
				w.page(storetest.RecordPage(fmt.Sprintf("%+v", q), q), q.Limit)
			}
		}
	}
}

func TestNoPageScansOrSortsOnSQLite(t *testing.T) { noPageScansOrSorts(t, sqlite(), 6_000) }

func noPageScansOrSorts(t *testing.T, e storetest.Engine, records int) {
	t.Helper()
	s := e.Open(t, time.Now)
	if err := storetest.Fill(t.Context(), s, records, 1); err != nil {
		t.Fatal(err)
	}
	analyze(t, s)
	newPlanWatch(t, s).pages()
}

// analyze lets PostgreSQL count its tables now.
func analyze(t *testing.T, s *store.Store) {
	t.Helper()
	if s.Engine() != "postgres" {
		return
	}
	write, _ := s.Handles()
	if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

func TestNoPageScansOrSortsOnPostgres(t *testing.T) { noPageScansOrSorts(t, postgres(), 6_000) }

func TestASearchThatIsNeitherRareNorCommonIsBoundedOnPostgres(t *testing.T) {
	s := openPostgres(t, time.Now)
	for _, step := range []struct {
		n    int
		seed uint64
	}{{3000, 1}, {0, 0}, {3000, 2}} {
		if step.n > 0 {
			if err := storetest.Fill(t.Context(), s, step.n, step.seed); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var list []*access.Association
		for i := range 700 {
			pair := access.Pair{Realm: "lab", Account: fmt.Sprintf("clump%d", i), Device: fmt.Sprintf("c%d", i)}
			list = append(list, &access.Association{Record: access.Record{Pair: pair}})
		}
		if err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociations(list) }); err != nil {
			t.Fatal(err)
		}
	}
	analyze(t, s)
	w := newPlanWatch(t, s)
	for _, show := range []store.Show{store.ShowAll, store.ShowBlocked, store.ShowUnlinked} {
		q := store.Query{Show: show, Search: "clump", Limit: 50}
		w.page(storetest.RecordPage(fmt.Sprintf("%+v", q), q), q.Limit)
	}
}

func TestNoPageOfAWorldScansOrSortsOnSQLite(t *testing.T) { noPageOfAWorldScansOrSorts(t, sqlite()) }
func TestNoPageOfAWorldScansOrSortsOnPostgres(t *testing.T) {
	noPageOfAWorldScansOrSorts(t, postgres())
}

// noPageOfAWorldScansOrSorts looks at every list there is, with all that tools/bench measures.
func noPageOfAWorldScansOrSorts(t *testing.T, e storetest.Engine) {
	t.Helper()
	s := e.Open(t, time.Now)
	if err := storetest.FillWorld(t.Context(), s, storetest.WorldOf(6_000), 1); err != nil {
		t.Fatal(err)
	}
	analyze(t, s)
	pages, err := storetest.Pages(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	w := newPlanWatch(t, s)
	for _, p := range pages {
		w.page(p, storetest.PageRows)
	}
}
