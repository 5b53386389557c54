// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Import is a file that somebody has brought in. What its words mean is admin's.
type Import struct {
	ID       string
	Kind     string
	File     string // its name, as the browser says
	Options  string // JSON
	Actor    access.Actor
	Reason   string
	Lines    int64
	State    string
	Job      string // that works on it, or did last
	Summary  string // JSON
	Problem  string
	Created  time.Time
	Finished time.Time
	Version  int64
}

func importColumns(i *Import) []column {
	return []column{{"id", &i.ID}, {"kind", &i.Kind}, {"file", &i.File}, {"options", &i.Options}, {"actor", asJSON{&i.Actor}}, {"reason", &i.Reason},
		{"lines", &i.Lines}, {"state", &i.State}, {"job", &i.Job}, {"summary", &i.Summary}, {"problem", &i.Problem}, {"created", &i.Created},
		{"finished", &i.Finished}, {"version", &i.Version}}
}

// ImportLine is one line of an import.
type ImportLine struct {
	N      int64 // counted from 1
	Line   int64 // in the file
	Label  string
	Fields string // JSON
	State  string
	Result string // in words
	Object string // id of what it made or changed
	Before string // JSON: what taking it back needs
}

func importLineColumns(l *ImportLine) []column {
	return []column{{"n", &l.N}, {"line", &l.Line}, {"label", &l.Label}, {"fields", &l.Fields}, {"state", &l.State}, {"result", &l.Result},
		{"object", &l.Object}, {"before", &l.Before}}
}

// CreateImport keeps a new import; it fills in ID, Created and Version.
func (t *Tx) CreateImport(i *Import) error {
	i.ID, i.Created, i.Version = NewID(t.now), t.now, 1
	i.File, i.Reason, i.Problem = clean(i.File, capKey), clean(i.Reason, capReason), clean(i.Problem, capReason)
	cols := importColumns(i)
	_, err := t.q.exec(t.ctx, `INSERT INTO import_file (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return said("store: create import", err)
}

// SaveImport writes all of an import. Its version must be the one that was read.
func (t *Tx) SaveImport(i *Import) error {
	i.Version++
	i.Reason, i.Problem = clean(i.Reason, capReason), clean(i.Problem, capReason)
	cols := importColumns(i)
	n, err := t.q.exec(t.ctx, `UPDATE import_file SET `+sets(3, cols[1:])+` WHERE id = $1 AND version = $2`,
		append([]any{i.ID, i.Version - 1}, args(cols)[1:]...)...)
	if err == nil && n == 0 {
		return access.Conflict("store: save import", "Somebody else has gone on with this import in the meantime. Look at it again.")
	}
	return said("store: save import", err)
}

func (r runner) importFile(ctx context.Context, where string, a ...any) (*Import, error) {
	i := &Import{}
	err := r.row(ctx, `SELECT `+names(importColumns(i))+` FROM import_file WHERE `+where, a...).Scan(targets(importColumns(i))...)
	return i, said("store: find import", err)
}

// FindImport gives an import, locked until the transaction ends.
func (t *Tx) FindImport(id string) (*Import, error) {
	return t.q.importFile(t.ctx, `id = $1`+t.s.engine.locking(), id)
}

// FindImport gives an import.
func (s *Store) FindImport(ctx context.Context, id string) (*Import, error) {
	return s.reader().importFile(ctx, `id = $1`, id)
}

// ListImports gives the newest imports.
func (s *Store) ListImports(ctx context.Context, limit int) (list []Import, err error) {
	err = s.reader().each(ctx, func(r *sql.Rows) error {
		var i Import
		err := r.Scan(targets(importColumns(&i))...)
		list = append(list, i)
		return err
	}, `SELECT `+names(importColumns(&Import{}))+` FROM import_file ORDER BY id DESC LIMIT $1`, int64(min(max(limit, 1), 500)))
	return list, said("store: list imports", err)
}

// AddImportLines adds lines to an import.
func (t *Tx) AddImportLines(id string, list []ImportLine) error {
	const width = 8
	for i := 0; i < len(list); i += 100 {
		q, values := "", []any{id}
		for _, l := range list[i:min(i+100, len(list))] {
			l.Label, l.Result = clean(l.Label, capText), clean(l.Result, capReason)
			if q != "" {
				q += ", "
			}
			q += "($1, " + places(len(values)+1, width) + ")"
			values = append(values, args(importLineColumns(&l))...)
		}
		if _, err := t.q.exec(t.ctx, `INSERT INTO import_line (import_id, `+names(importLineColumns(&ImportLine{}))+`) VALUES `+q, values...); err != nil {
			return said("store: add import lines", err)
		}
	}
	return nil
}

// SaveImportLine writes what came of a line.
func (t *Tx) SaveImportLine(id string, l *ImportLine) error {
	_, err := t.q.exec(t.ctx, `UPDATE import_line SET state = $3, result = $4, object = $5, before = $6 WHERE import_id = $1 AND n = $2`,
		id, l.N, l.State, clean(l.Result, capReason), l.Object, l.Before)
	return said("store: save import line", err)
}

// ImportLines gives the lines from the n-th to before another, in order.
func (s *Store) ImportLines(ctx context.Context, id string, from, before int64) ([]ImportLine, error) {
	return s.importLines(ctx, `import_id = $1 AND n >= $2 AND n < $3 ORDER BY n`, id, from, before)
}

// ListImportLines gives lines after the n-th, in order: of one state, or of all when state is empty.
func (s *Store) ListImportLines(ctx context.Context, id, state string, after int64, limit int) ([]ImportLine, error) {
	n := int64(min(max(limit, 1), 500))
	if state == "" {
		return s.importLines(ctx, `import_id = $1 AND n > $2 ORDER BY n LIMIT $3`, id, after, n)
	}
	return s.importLines(ctx, `import_id = $1 AND state = $2 AND n > $3 ORDER BY n LIMIT $4`, id, state, after, n)
}

func (s *Store) importLines(ctx context.Context, where string, a ...any) (list []ImportLine, err error) {
	err = s.reader().each(ctx, func(r *sql.Rows) error {
		var l ImportLine
		err := r.Scan(targets(importLineColumns(&l))...)
		list = append(list, l)
		return err
	}, `SELECT `+names(importLineColumns(&ImportLine{}))+` FROM import_line WHERE `+where, a...)
	return list, said("store: import lines", err)
}

// DeleteImportLine forgets one line of an import.
func (t *Tx) DeleteImportLine(id string, n int64) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM import_line WHERE import_id = $1 AND n = $2`, id, n)
	return said("store: delete import line", err)
}

// DeleteImports forgets imports that were begun before a moment, with their lines.
func (t *Tx) DeleteImports(before time.Time) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM import_line WHERE import_id IN (SELECT id FROM import_file WHERE created < $1)`, millis(before)); err != nil {
		return said("store: delete imports", err)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM import_file WHERE created < $1`, millis(before))
	return said("store: delete imports", err)
}
