// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/store"
)

// columns gives "table.column" → its type in words common to both engines.
func columns(t *testing.T, db *sql.DB, query string) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var table, column, kind string
		var null bool
		if err := rows.Scan(&table, &column, &kind, &null); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(table, "goose") || textTable(table) {
			continue
		}
		kind = strings.NewReplacer("INTEGER", "number", "bigint", "number").Replace(kind)
		out[table+"."+column] = strings.ToLower(kind)
		if null {
			out[table+"."+column] += " or nothing"
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func indexes(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func TestBothEnginesHaveTheSameSchema(t *testing.T) {
	lite, _ := openSQLite(t, time.Now).Handles()
	large, _ := openPostgres(t, time.Now).Handles()
	a := columns(t, lite, `SELECT m.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0 FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`)
	b := columns(t, large, `SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
		WHERE table_schema = 'public'`)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
	if len(a) < 150 {
		t.Errorf("only %d columns were compared", len(a))
	}
	x := indexes(t, lite, `SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'`)
	y := indexes(t, large, `SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%key'
		AND indexname NOT LIKE 'goose%' AND indexname NOT LIKE '%pkey' AND indexname NOT LIKE '%text%'`)
	if diff := cmp.Diff(x, y); diff != "" {
		t.Errorf("indexes of SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
	tables := map[string]bool{}
	for c := range a {
		table, _, _ := strings.Cut(c, ".")
		tables[table] = true
	}
	delete(tables, "session")
	delete(tables, "setup_link")
	backed := store.DataTables()
	slices.Sort(backed)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tables)), backed); diff != "" {
		t.Errorf("tables (-) and what a backup holds (+) differ:\n%s", diff)
	}
}

// textTable reports whether a table belongs to SQLite's substring search, which is no table of ours.
func textTable(name string) bool {
	for _, t := range []string{"association_text", "device_text", "person_text", "expected_text"} {
		if strings.HasPrefix(name, t) {
			return true
		}
	}
	return false
}
