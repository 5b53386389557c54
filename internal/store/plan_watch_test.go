// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// examined is how many rows a page may look at for each row it can show.
const examined = 20

// gathered is how many entries of an index a query may gather on PostgreSQL before it looks at the first
// row.
const gathered = 100 * 50

// A planWatch looks at the plan of every query of a page.
type planWatch struct {
	t    testing.TB
	s    *store.Store
	look planLook
	rows int // of this page
	most int // of any page
	what string
	// allow says which complaints are none here; nil: all are.
	allow func(complaint string) bool
	// indexes makes PostgreSQL use an index wherever there is one, as it will when a table is large.
	indexes bool
}

type planLook func(ctx context.Context, on store.Asker, query string, args []any) (complaints []string, rows int)

// lookOn says how plans are looked at on the engine of a store.
func lookOn(s *store.Store) planLook {
	if s.Engine() == "postgres" {
		return postgresPlan
	}
	return sqlitePlan
}

// newPlanWatch looks at every query of s from now on.
func newPlanWatch(t testing.TB, s *store.Store) *planWatch {
	w := &planWatch{t: t, s: s, look: lookOn(s)}
	s.SpyOn(func(ctx context.Context, on store.Asker, query string, args []any) {
		if !shows(query) {
			return
		}
		if w.indexes && s.Engine() == "postgres" {
			var was string
			if err := on.QueryRowContext(ctx, `SELECT set_config('enable_seqscan', 'off', true)`).Scan(&was); err != nil {
				w.t.Error(err)
			}
		}
		complaints, rows := w.look(ctx, on, query, args)
		w.rows += rows
		if _, whole := on.(*sql.DB); whole && s.Engine() == "postgres" && rows <= examined*storetest.PageRows/2 {
			return // outside of list PostgreSQL may read a small table whole, and rightly does
		}
		for _, c := range complaints {
			if w.allow == nil || !w.allow(c) {
				w.t.Errorf("%s: %s\n%s", w.what, c, query)
			}
		}
	})
	return w
}

// shows says that a query reads what somebody wants to see. Counts are read whole: they have a row for each
// kind, or a limit; and so are blocking rules, of which there are a hundred at most.
func shows(query string) bool {
	counts := strings.Contains(query, "_count") || strings.Contains(query, " FROM expected_day ") ||
		strings.HasPrefix(query, "SELECT COUNT(*) FROM (SELECT 1 FROM ") && strings.Contains(query, " LIMIT ") ||
		strings.Contains(query, " FROM blocking ")
	return strings.HasPrefix(query, "SELECT") && strings.Contains(query, " FROM ") && !counts
}

// page asks for the first page, the second, and the first again from there.
func (w *planWatch) page(p storetest.NamedPage, limit int) {
	w.t.Helper()
	cursor := ""
	for _, step := range []string{"first", "next", "prev"} {
		w.what, w.rows = step+" page of "+p.Name, 0
		_, marks, err := p.Ask(w.t.Context(), w.s, cursor)
		if err != nil {
			w.t.Fatalf("%s: %v", w.what, err)
		}
		w.most = max(w.most, w.rows)
		if w.rows > examined*limit {
			w.t.Errorf("%s: looked at %d rows", w.what, w.rows)
		}
		if cursor = marks.Next; step == "next" {
			cursor = marks.Prev
		}
		if cursor == "" {
			return
		}
	}
}

func sqlitePlan(ctx context.Context, on store.Asker, query string, args []any) (complaints []string, n int) {
	rows, err := on.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
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
		scan := strings.HasPrefix(detail, "SCAN") && !strings.Contains(detail, "VIRTUAL TABLE INDEX") && !fromTheEnd(query)
		if scan || strings.Contains(detail, "TEMP B-TREE") {
			complaints = append(complaints, detail)
		}
	}
	// SQLite counts nothing for us, but without filters behind the index what it gives is what it saw.
	inner, err := on.QueryContext(ctx, "SELECT COUNT(*) FROM ("+query+")", args...)
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

// fromTheEnd says that a query reads the first rows of an order, whatever they are: that is a scan that
// stops.
func fromTheEnd(query string) bool {
	_, rest, where := strings.Cut(query, " WHERE ")
	return strings.Contains(query, " ORDER BY ") && strings.Contains(query, " LIMIT ") && (!where || strings.HasPrefix(rest, "1 = 1 ORDER BY "))
}

type plan struct {
	Node    string  `json:"Node Type"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Recheck float64 `json:"Rows Removed by Index Recheck"`
	Plans   []plan  `json:"Plans"`
}

func postgresPlan(ctx context.Context, on store.Asker, query string, args []any) ([]string, int) {
	var text string
	if err := on.QueryRowContext(ctx, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+query, args...).Scan(&text); err != nil {
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
