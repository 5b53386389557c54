// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
)

// Asker is where a query runs: a transaction, or a pool of readers.
type Asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// SpyOn hands every query, with what it can be explained on, to fn before it runs; nil: no longer.
func (s *Store) SpyOn(fn func(ctx context.Context, on Asker, query string, args []any)) {
	if s.spy = nil; fn != nil {
		s.spy = func(x executor) executor { return spying{x, fn} }
	}
}

type spying struct {
	executor
	fn func(context.Context, Asker, string, []any)
}

func (s spying) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	s.fn(ctx, s.executor, q, args)
	return s.executor.QueryContext(ctx, q, args...)
}

func (s spying) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	s.fn(ctx, s.executor, q, args)
	return s.executor.QueryRowContext(ctx, q, args...)
}

// Handles gives the database handles, for looking at the schema.
func (s *Store) Handles() (write, read *sql.DB) { return s.write, s.read }

// DataTables are the tables a backup brings back.
func DataTables() []string { return dataTables() }
