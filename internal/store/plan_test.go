// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// examined is how many rows of association a page may look at for each row it can show.
const examined = 20

// gathered is how many entries of an index a query may gather on PostgreSQL before it looks at the first
// row.
const gathered = 100 * 50

// searches are empty, rare, common, of middling frequency, finding nothing, and short ones.
func searches() []string {
	return []string{"", "Rarephone", "lab.example", "ana1", "zzzzzz", "b", "+4", "@.-", "q", "team-"}
}

// A planWatch looks at the plan of every query of a page.
type planWatch struct {
	t    *testing.T
	look func(ctx context.Context, tx *sql.Tx, query string, args []any) (complaints []string, rows int)
	rows int
	what string
}

func (w *planWatch) watch(s *store.Store) {
	s.SpyOn(func(ctx context.Context, tx *sql.Tx, query string, args []any) {
		if !strings.Contains(query, "association") {
			return
		}
		complaints, rows := w.look(ctx, tx, query, args)
		w.rows += rows
		for _, c := range complaints {
			w.t.Errorf("%s: %s\n%s", w.what, c, query)
		}
	})
}

// pages asks for first, second and previous page of every filter, order and search.
func (w *planWatch) pages(s *store.Store) {
	w.t.Helper()
	for i, search := range searches() {
		for j, show := range []store.Show{store.ShowAll, store.ShowLinked, store.ShowUnlinked, store.ShowAllowed, store.ShowBlocked} {
			for k, sort := range store.Columns() {
				if search != "" && (i+j+k)%6 != 0 {
					continue // every two of the three come up together
				}
				q := store.Query{Show: show, Search: search, Sort: sort, Desc: (i+j+k)/6%2 == 0, Limit: 50}
				w.page(s, q)
			}
		}
	}
}

func (w *planWatch) page(s *store.Store, q store.Query) {
	w.t.Helper()
	for _, step := range []string{"first", "next", "prev"} {
		w.what, w.rows = fmt.Sprintf("%s page of %+v", step, q), 0
		p, err := s.ListAssociations(w.t.Context(), q)
		if err != nil {
			w.t.Fatalf("%s: %v", w.what, err)
		}
		if w.rows > examined*q.Limit {
			w.t.Errorf("%s: looked at %d rows", w.what, w.rows)
		}
		q.Cursor = p.Next
		if step == "next" {
			q.Cursor = p.Prev
		}
		if q.Cursor == "" {
			return
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
	w := &planWatch{t: t, look: sqlitePlan}
	if s.Engine() == "postgres" {
		w.look = postgresPlan
		write, _ := s.Handles()
		if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
	w.watch(s)
	w.pages(s)
}

func sqlitePlan(ctx context.Context, tx *sql.Tx, query string, args []any) (complaints []string, n int) {
	rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return []string{err.Error()}, 0
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return []string{err.Error()}, 0
		}
		scan := strings.HasPrefix(detail, "SCAN") && !strings.Contains(detail, "VIRTUAL TABLE INDEX")
		if scan || strings.Contains(detail, "TEMP B-TREE") {
			complaints = append(complaints, detail)
		}
	}
	// SQLite counts nothing for us, but without filters behind the index what it gives is what it saw.
	inner, err := tx.QueryContext(ctx, "SELECT COUNT(*) FROM ("+query+")", args...)
	if err != nil {
		return append(complaints, err.Error()), 0
	}
	defer inner.Close()
	for inner.Next() {
		if err := inner.Scan(&n); err != nil {
			return append(complaints, err.Error()), 0
		}
	}
	return complaints, n
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
	write, _ := s.Handles()
	if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	w := &planWatch{t: t, look: postgresPlan}
	w.watch(s)
	for _, show := range []store.Show{store.ShowAll, store.ShowBlocked, store.ShowUnlinked} {
		w.page(s, store.Query{Show: show, Search: "clump", Limit: 50})
	}
}

type plan struct {
	Node    string  `json:"Node Type"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Recheck float64 `json:"Rows Removed by Index Recheck"`
	Plans   []plan  `json:"Plans"`
}

func postgresPlan(ctx context.Context, tx *sql.Tx, query string, args []any) ([]string, int) {
	var text string
	if err := tx.QueryRowContext(ctx, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+query, args...).Scan(&text); err != nil {
		return []string{err.Error()}, 0
	}
	var top []struct{ Plan plan }
	if err := json.Unmarshal([]byte(text), &top); err != nil {
		return []string{err.Error()}, 0
	}
	var complaints []string
	var rows, entries float64
	var visit func(plan)
	visit = func(p plan) {
		if slices.Contains([]string{"Seq Scan", "Sort", "Incremental Sort", "Hash", "Aggregate"}, p.Node) {
			complaints = append(complaints, p.Node+"\n"+text)
		}
		if p.Node == "Bitmap Index Scan" {
			entries += p.Rows * p.Loops
		} else if len(p.Plans) == 0 || p.Node == "Bitmap Heap Scan" {
			rows += (p.Rows + p.Removed + p.Recheck) * p.Loops
		}
		for _, c := range p.Plans {
			visit(c)
		}
	}
	visit(top[0].Plan)
	if entries > gathered {
		complaints = append(complaints, fmt.Sprintf("gathers %.0f entries\n%s", entries, text))
	}
	return complaints, int(rows)
}
