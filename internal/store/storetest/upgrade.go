// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// contents are what lay in databases of earlier versions: NNNN.sql is added when migration NNNN has run,
// and speaks the SQL that both engines understand.
//
//go:embed testdata/upgrade
var contents embed.FS

// Old makes, in an empty database, what an earlier version has left behind: the schema as migrations up to
// one of them made it, with rows in every table.
func Old(ctx context.Context, dsn string, migrations fs.FS, version int64) (err error) {
	db, dialect, err := raw(dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(dialect, db, migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	for _, m := range p.ListSources() {
		if m.Version > version {
			break
		}
		if _, err := p.UpTo(ctx, m.Version); err != nil {
			return err
		}
		text, err := contents.ReadFile(fmt.Sprintf("testdata/upgrade/%04d.sql", m.Version))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = pour(ctx, db, dialect, string(text))
		}
		if err != nil {
			return fmt.Errorf("contents of version %d: %w", m.Version, err)
		}
	}
	return nil
}

// raw opens a database without bringing it up to date.
func raw(dsn string) (*sql.DB, goose.Dialect, error) {
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		db, err := sql.Open("sqlite", file)
		return db, goose.DialectSQLite3, err
	}
	db, err := sql.Open("pgx", dsn)
	return db, goose.DialectPostgres, err
}

// pour runs statements. Tables they fill are emptied first of what the migration itself has put there, and
// columns that PostgreSQL counts up go on behind what they were given.
func pour(ctx context.Context, db *sql.DB, dialect goose.Dialect, text string) error {
	emptied := map[string]bool{}
	for i, statement := range strings.Split(strings.ReplaceAll(text, "\nUPDATE ", "\nINSERT INTO UPDATE "), "\nINSERT INTO ") {
		if i == 0 {
			continue // the file's head
		}
		if strings.HasPrefix(statement, "UPDATE ") { // of a row that an earlier version has left
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%.80s…: %w", statement, err)
			}
			continue
		}
		table, _, _ := strings.Cut(statement, " ")
		if !emptied[table] {
			if _, err := db.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
			emptied[table] = true
		}
		if _, err := db.ExecContext(ctx, "INSERT INTO "+statement); err != nil {
			return fmt.Errorf("%.80s…: %w", statement, err)
		}
	}
	if dialect != goose.DialectPostgres {
		return nil
	}
	counted, err := texts(ctx, db, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND is_identity = 'YES'`)
	for _, c := range counted {
		table, column, _ := strings.Cut(c, ".")
		if err == nil {
			_, err = db.ExecContext(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), COALESCE(MAX(%[2]s), 0) + 1, false) FROM %[1]s`, table, column))
		}
	}
	return err
}

func texts(ctx context.Context, db *sql.DB, query string, args ...any) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// content is a database as it lies there: table, column, and the values of all rows.
type content map[string]map[string][]string

// read looks at all tables but those that only serve to search, or to keep the migrations apart.
func read(t *testing.T, dsn string) content {
	t.Helper()
	db, dialect, err := raw(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%\_text%' ESCAPE '\'`
	if dialect == goose.DialectPostgres {
		list = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	tables, err := texts(t.Context(), db, list)
	if err != nil {
		t.Fatal(err)
	}
	c := content{}
	for _, table := range tables {
		if strings.HasPrefix(table, "goose") {
			continue
		}
		if c[table], err = readTable(t.Context(), db, table); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	return c
}

func readTable(ctx context.Context, db *sql.DB, table string) (map[string][]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, n := range names {
		out[n] = nil
	}
	for rows.Next() {
		values, to := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		for i, v := range values {
			out[names[i]] = append(out[names[i]], fmt.Sprint(v))
		}
	}
	return out, rows.Err()
}

// rows gives the rows of a table as text, as far as some of its columns go.
func (c content) rows(table string, columns []string) []string {
	var list []string
	for _, column := range columns {
		for i, v := range c[table][column] {
			if len(list) <= i {
				list = append(list, "")
			}
			list[i] += fmt.Sprintf("%s=%q ", column, v)
		}
	}
	slices.Sort(list)
	return list
}

// reworked are columns that a migration may change in rows that were there, and why.
func reworked() map[string]string {
	return map[string]string{
		"association.class":       "what it is sorted by has got more classes",
		"association.account":     "is folded anew (R-13)",
		"association.search":      "holds the account",
		"association.seq":         "a record that is folded anew is written anew",
		"association.change":      "a record that is folded anew is told to gateways",
		"association.version":     "and whoever has it on the screen is told",
		"association.link":        "nothing is spelt in another way when it is written anew",
		"association.suggestion":  "nothing is spelt in another way when it is written anew",
		"association.merged_from": "nothing is spelt in another way when it is written anew",
		"association.number_tail": "is worked out by the program, for records of before",
		"expected.search":         "is worked out by the program, for expected phones of before",
		"class_count.n":           "counts those classes",
		"device_count.n":          "counts no waiting row of a phone that is registered",
		"class_count.class":       "counts those classes",
		"change_counter.number":   "what gateways have to learn anew takes numbers",
		"change_counter.token":    "goes with the number",
	}
}

func upgrades(t *testing.T, e Engine) {
	sources, err := fs.Glob(e.Migrations, "*.sql")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	slices.Sort(sources)
	for _, s := range sources[:len(sources)-1] {
		var version int64
		if _, err := fmt.Sscanf(path.Base(s), "%d_", &version); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		t.Run("a database that "+path.Base(s)+" has left comes up to date with all that is in it", func(t *testing.T) { upgrade(t, e, version, version) })
		if version > 1 {
			t.Run("an upgrade from the first version that died after "+path.Base(s)+" is gone on with", func(t *testing.T) { upgrade(t, e, 1, version) })
		}
	}
}

// goOn brings a database up to a version and no further, as a process does that dies then.
func goOn(ctx context.Context, dsn string, migrations fs.FS, version int64) (err error) {
	db, dialect, err := raw(dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(dialect, db, migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, version)
	return err
}

// upgrade opens what version has left, once the migrations up to died have run on it.
func upgrade(t *testing.T, e Engine, version, died int64) {
	ctx, dsn := t.Context(), e.DSN(t)
	if err := Old(ctx, dsn, e.Migrations, version); err != nil {
		t.Fatal(err)
	}
	before := read(t, dsn)
	for table, columns := range before {
		for column, values := range columns {
			if len(values) == 0 {
				t.Fatalf("nothing lies in %s.%s at version %d: give testdata/upgrade the rows that such a version writes", table, column, version)
			}
		}
	}
	if err := goOn(ctx, dsn, e.Migrations, died); err != nil {
		t.Fatal(err)
	}
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(ctx, store.Config{DSN: dsn, Now: fixed})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	after := read(t, dsn)
	kept(t, before, after)
	s = open()
	defer s.Close()
	if again := read(t, dsn); !again.equal(after) {
		t.Error("a second start changed something once more")
	}
	understood(t, s, before)
}

// kept compares what was there with what is there, row by row.
func kept(t *testing.T, before, after content) {
	t.Helper()
	for table, columns := range before {
		var same []string
		for column := range columns {
			if _, ok := after[table][column]; ok && reworked()[table+"."+column] == "" {
				same = append(same, column)
			}
		}
		slices.Sort(same)
		if len(same) == 0 && reworked()[table+".n"] == "" {
			t.Errorf("nothing is left of table %s", table)
		}
		there := after.rows(table, same)
		for _, row := range before.rows(table, same) {
			if table == "device" && strings.Contains(row, `state="waiting" `) {
				continue // the store's own: which of them there should be is asked below
			}
			i, ok := slices.BinarySearch(there, row)
			if !ok {
				t.Errorf("%s has lost or changed a row; nowhere found: %q\nof: %s", table, strange(row, after, table), row)
				continue
			}
			there = slices.Delete(there, i, i+1)
		}
	}
}

// strange are those values of a row that no row has any more.
func strange(row string, after content, table string) (list []string) {
	for column, values := range after[table] {
		if _, rest, ok := strings.Cut(" "+row, " "+column+"="); ok {
			was, err := strconv.QuotedPrefix(rest)
			if err == nil {
				was, err = strconv.Unquote(was)
			}
			if err == nil && !slices.Contains(values, was) {
				list = append(list, column+"="+was)
			}
		}
	}
	return list
}

func (c content) equal(d content) bool {
	if len(c) != len(d) {
		return false
	}
	for table, columns := range c {
		var names []string
		for n := range columns {
			names = append(names, n)
		}
		slices.Sort(names)
		if !slices.Equal(c.rows(table, names), d.rows(table, names)) {
			return false
		}
	}
	return true
}

// registeredAs reports whether a device in use is registered under an ActiveSync device id.
func registeredAs(c content, id string) bool {
	for i, eas := range c["device"]["eas_id"] {
		if eas == id && slices.Contains([]string{"pending", "active", "lost"}, c["device"]["state"][i]) {
			return true
		}
	}
	return false
}

// understood asks the store for what lay in the old database.
func understood(t *testing.T, s *store.Store, before content) {
	t.Helper()
	ctx := t.Context()
	records := len(before["association"]["id"])
	want := func(what string, got, n int, err error) {
		t.Helper()
		if err != nil || got != n {
			t.Errorf("%s: %d, want %d, %v", what, got, n, err)
		}
	}
	counts, err := s.CountAssociations(ctx)
	want("records counted", int(counts.Total), records, err)
	for _, c := range store.Columns() {
		page, err := s.ListAssociations(ctx, store.Query{Sort: c, Limit: 500})
		want("records sorted by "+string(c), len(page.Rows), records, err)
	}
	blocked, err := s.ListAssociations(ctx, store.Query{Show: store.ShowBlocked, Limit: 500})
	want("records shown as blocked", len(blocked.Rows), int(counts.Blocked), err)
	for _, id := range before["association"]["id"] {
		a := find(t, s, access.AssociationID(id))
		found, err := s.ListAssociations(ctx, store.Query{Search: a.Pair.Device, Limit: 500})
		if err != nil || !slices.ContainsFunc(found.Rows, func(r access.Association) bool { return r.ID == a.ID }) {
			t.Errorf("a search for %s does not find it: %d rows, %v", a.Pair.Device, len(found.Rows), err)
		}
	}
	for _, device := range before["expected"]["eas_device"] { // Y-18
		found, err := s.ListExpected(ctx, store.ExpectedQuery{Search: device})
		want("expected phones that a search for "+device+" finds", len(found.Rows), 1, err)
	}
	for i, name := range before["account"]["account"] {
		if before["account"]["alias_of"] != nil && before["account"]["alias_of"][i] == "ana" {
			found, err := s.ListAssociations(ctx, store.Query{Search: name})
			want("records that a search for the other name "+name+" finds", len(found.Rows), 1, err)
		}
	}
	var m mirror
	m.catchUp(t, s, 100)
	want("records at a gateway", len(m.records()), records, nil)
	who, err := s.FindAdministratorByName(ctx, "ROOT")
	if err != nil || who.TOTPSealed != "v1.sealed" || who.Role != access.RoleAdministrator {
		t.Errorf("the administrator: %+v, %v", who, err)
	}
	if k, err := s.FindToken(ctx, "0abc"); err != nil || k.Name != "ci" {
		t.Errorf("the token: %+v, %v", k, err)
	}
	if data, ok, err := s.Sessions().Find("secret-token"); err != nil || !ok || !slices.Equal(data, []byte{0, 1, 2, 255}) {
		t.Errorf("the session: %v, %v, %v", data, ok, err)
	}
	if p, err := s.FindPreferences(ctx); err != nil || !p.AutoBlock || !p.Shadow {
		t.Errorf("the preferences: %+v, %v", p, err)
	}
	if a, err := s.FindAccount(ctx, "lab", "bob"); err != nil || !a.Disabled {
		t.Errorf("the disabled account: %+v, %v", a, err)
	}
	if d, err := s.FindDevice(ctx, "dev-lost"); err != nil || d.State != access.DeviceLost || d.Owner != "bob" {
		t.Errorf("the lost device: %+v, %v", d, err)
	}
	for _, id := range before["association"]["id"] {
		a := find(t, s, access.AssociationID(id))
		twins, err := s.FindTwins(ctx, a, 100)
		linked := a.Linked() || slices.ContainsFunc(twins, func(b access.Association) bool { return b.Linked() })
		inUse := registeredAs(before, a.Pair.Device)
		if w := waitingOf(t, s, a.Pair.Device); err != nil || (linked || inUse) == (w != nil) {
			t.Errorf("%s, linked %v, registered %v, waits as %+v, %v", a.Pair.Device, linked, inUse, w, err)
		}
	}
	over, err := s.ListOverrides(ctx, store.OverrideQuery{Limit: 500})
	n := 0
	for _, kind := range before["association"]["override_kind"] {
		n += flag(kind != "")
	}
	want("overrides in force", len(over.Rows), n, err)
	gateways, err := s.ListGateways(ctx)
	want("gateways", len(gateways), 1, err)
	jobs, err := s.ListJobs(ctx, 10)
	want("jobs", len(jobs), 1, err)
	log, _, err := s.ListAudit(ctx, store.AuditFilter{})
	want("lines of the audit log", len(log), len(before["audit"]["id"]), err)
	create(t, s, seen("newcomer", "d99"))
	tx(t, s, func(tx *store.Tx) error { tx.Audit(access.AuditEntry{Event: "x"}); return nil })
}
