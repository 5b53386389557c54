// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
)

// SpyOn hands every query of reading transactions, with what it can be explained on, to fn before it
// runs.
func (s *Store) SpyOn(fn func(ctx context.Context, tx *sql.Tx, query string, args []any)) {
	s.spy = func(x executor) executor {
		tx, ok := x.(*sql.Tx)
		if !ok {
			return x
		}
		return spying{tx, fn}
	}
}

type spying struct {
	*sql.Tx
	fn func(context.Context, *sql.Tx, string, []any)
}

func (s spying) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	s.fn(ctx, s.Tx, q, args)
	return s.Tx.QueryContext(ctx, q, args...)
}

func (s spying) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	s.fn(ctx, s.Tx, q, args)
	return s.Tx.QueryRowContext(ctx, q, args...)
}

// Handles gives the database handles, for looking at the schema.
func (s *Store) Handles() (write, read *sql.DB) { return s.write, s.read }

// DataTables are the tables a backup brings back.
func DataTables() []string { return dataTables() }
