// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// prepare brings the schema up to date. Migrations only ever add; what they drop has been unused for
// a release.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.patiently(ctx, func() error { return s.write.PingContext(ctx) }); err != nil {
		return said("store: open", err)
	}
	dialect := goose.DialectSQLite3
	if s.engine == enginePostgres {
		dialect = goose.DialectPostgres
	}
	files, err := fs.Sub(migrations, "migrations/"+s.engine.String())
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	// Two consoles may start on one database at the same moment: the second waits for the first.
	unlock, err := s.lockSchema(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.migrate(ctx, dialect, files); err != nil {
		return fmt.Errorf("store: bring the schema up to date: %w", err)
	}
	if err := s.prepareTrigrams(ctx); err != nil {
		return err
	}
	return said("store: first history", s.firstHistory(ctx))
}

// migrate makes the steps that have not been made. On SQLite another process that starts at the same moment may
// make one first: then the rest is left to do.
func (s *Store) migrate(ctx context.Context, dialect goose.Dialect, files fs.FS) error {
	for {
		provider, err := goose.NewProvider(dialect, s.write, files, goose.WithDisableGlobalRegistry(true))
		if err != nil {
			return err
		}
		err = s.patiently(ctx, func() error { _, err := provider.Up(ctx); return err })
		failed, ok := errors.AsType[*goose.PartialError](err)
		if !ok || s.engine != engineSQLite {
			return err
		}
		if at, e := provider.GetDBVersion(ctx); e != nil || at < failed.Failed.Source.Version {
			return err
		}
	}
}

// firstHistory begins one where there is none. Who opens a database that has one does not wait for those who
// write.
func (s *Store) firstHistory(ctx context.Context) error {
	var n int
	if err := s.writer().row(ctx, `SELECT count(*) FROM change_counter`).Scan(&n); err != nil || n > 0 {
		return err
	}
	_, err := s.writer().exec(ctx, `INSERT INTO change_counter (id, history, number, token)
		VALUES (1, $1, 0, '') ON CONFLICT (id) DO NOTHING`, NewID(s.now()))
	return err
}

// lockSchema keeps a second process out on PostgreSQL. On SQLite each step takes the write lock, and migrate sees
// to who comes second.
func (s *Store) lockSchema(ctx context.Context) (func(), error) {
	if s.engine != enginePostgres {
		return func() {}, nil
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return nil, said("store: migrations", err)
	}
	const key = 0x7665646574746501 // ours alone in this database
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(key)); err != nil {
		conn.Close()
		return nil, said("store: migrations", err)
	}
	return func() {
		// Closing the connection would free the lock too, but it goes back to the pool.
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(key))
		conn.Close()
	}, nil
}

// prepareTrigrams gives PostgreSQL its substring index when the extension can be had. Without it the
// search still answers, from the newest records on, a bounded stretch at a time.
func (s *Store) prepareTrigrams(ctx context.Context) error {
	s.trigram = true
	if s.engine != enginePostgres {
		return nil
	}
	for _, q := range []string{
		`CREATE EXTENSION IF NOT EXISTS pg_trgm`,
		`CREATE INDEX IF NOT EXISTS association_text_by_place ON association USING gin ((` + placesOf + `), search gin_trgm_ops)`,
		`CREATE INDEX IF NOT EXISTS device_text_by_place ON device USING gin ((` + placesOf + `), search gin_trgm_ops)`,
		`CREATE INDEX IF NOT EXISTS person_text_by_place ON person USING gin ((` + placesOf + `), search gin_trgm_ops)`,
		`CREATE INDEX IF NOT EXISTS expected_text_by_place ON expected USING gin ((` + placesOf + `), search gin_trgm_ops)`,
		`DROP INDEX IF EXISTS association_text`, // what earlier versions had
	} {
		if _, err := s.write.ExecContext(ctx, q); err != nil {
			s.trigram = false
			s.log.WarnContext(ctx, "no trigram index on this database, substring search is slower", "error", err)
			return nil
		}
	}
	return nil
}
