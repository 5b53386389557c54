// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vedette-mail/vedette/internal/access"
)

// engine is the seam between the two databases: how a placeholder is spelled, whether a row that is
// read can be locked, and what an error means. Everything else is one corpus of SQL.
type engine int

const (
	engineSQLite engine = iota
	enginePostgres
)

func (e engine) String() string {
	if e == enginePostgres {
		return "postgres"
	}
	return "sqlite"
}

// spell turns $1 into ?1 for SQLite. No statement of ours has a dollar sign and a digit in a literal.
//
// Where the numbers simply count up they are left out: the driver looks every numbered place up by its
// name, in time that grows with the square of their number, and an INSERT of many rows has thousands.
func (e engine) spell(q string) string {
	if e == enginePostgres {
		return q
	}
	q = castLimits(q)
	var b strings.Builder
	b.Grow(len(q))
	next := 1
	for i := 0; i < len(q); i++ {
		if q[i] != '$' {
			b.WriteByte(q[i])
			continue
		}
		end := i + 1
		for end < len(q) && q[end] >= '0' && q[end] <= '9' {
			end++
		}
		if q[i+1:end] != strconv.Itoa(next) {
			return strings.ReplaceAll(q, "$", "?")
		}
		next++
		b.WriteByte('?')
		i = end - 1
	}
	return b.String()
}

// castLimits keeps SQLite from looking at the value of a LIMIT while it plans: a plan that rests on a bound
// value is thrown away when the value is bound, so that every such query was compiled twice.
func castLimits(q string) string {
	const mark = "LIMIT $"
	at := strings.Index(q, mark)
	if at < 0 {
		return q
	}
	end := at + len(mark)
	for end < len(q) && q[end] >= '0' && q[end] <= '9' {
		end++
	}
	return q[:at] + "LIMIT CAST(" + q[at+len(mark)-1:end] + " AS INTEGER)" + castLimits(q[end:])
}

// locking ends a SELECT whose rows are about to be written. SQLite's one writer has locked everything.
func (e engine) locking() string {
	if e == enginePostgres {
		return " FOR UPDATE"
	}
	return ""
}

// executor is what *sql.DB, *sql.Tx and *sql.Conn have in common.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// runner runs the house's one spelling of SQL on either engine.
type runner struct {
	x    executor
	e    engine
	site []byte
}

func (r runner) exec(ctx context.Context, q string, args ...any) (int64, error) {
	res, err := r.x.ExecContext(ctx, r.e.spell(q), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r runner) row(ctx context.Context, q string, args ...any) *sql.Row {
	return r.x.QueryRowContext(ctx, r.e.spell(q), args...)
}

// each runs a query and hands every row to scan. The rows are closed whatever happens: a leaked one
// would keep SQLite's log from being folded back.
func (r runner) each(ctx context.Context, scan func(*sql.Rows) error, q string, args ...any) (err error) {
	rows, err := r.x.QueryContext(ctx, r.e.spell(q), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// said turns what a database said into an error of the house.
func said(op string, err error) error {
	var known *access.Error
	var network net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return &access.Error{Kind: access.KindNotFound, Op: op, Text: "It is not there, or no longer.", Err: err}
	case duplicate(err):
		return &access.Error{Kind: access.KindConflict, Op: op, Text: "It exists already.", Err: err}
	case noRoom(err):
		return access.Unavailable(op, "The database cannot write: its disk is full or broken. Nothing was changed. Try again when that is mended.", err)
	case transient(err), hungUp(err), errors.As(err, &network), errors.Is(err, sql.ErrConnDone):
		return access.Unavailable(op, "The database does not answer at the moment. Try again.", err)
	}
	return &access.Error{Kind: access.KindInternal, Op: op, Text: "The database refused.", Err: err}
}

func duplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// transient says that the same transaction may work when it is run once more.
func transient(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

// noRoom says that the disk takes no more, or does not work.
func noRoom(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100" || pg.Code == "58030" // disk_full, io_error
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_FULL || lite.Code()&0xff == sqlite3.SQLITE_IOERR)
}

// hungUp says that PostgreSQL has ended the connection or takes none: it stops, starts, or has too many.
func hungUp(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "57P0") || strings.HasPrefix(pg.Code, "08") || pg.Code == "53300")
}
