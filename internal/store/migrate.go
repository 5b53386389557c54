// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// prepare brings the schema up to date. Migrations only ever add; what they drop has been unused for
// a release.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.write.PingContext(ctx); err != nil {
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
	provider, err := goose.NewProvider(dialect, s.write, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: bring the schema up to date: %w", err)
	}
	if err := s.prepareTrigrams(ctx); err != nil {
		return err
	}
	_, err = runner{s.write, s.engine, s.site}.exec(ctx, `INSERT INTO change_counter (id, history, number, token)
		VALUES (1, $1, 0, '') ON CONFLICT (id) DO NOTHING`, NewID(s.now()))
	return said("store: first history", err)
}

// lockSchema keeps a second process out on PostgreSQL. SQLite's own lock does it there, with the busy
// time-out.
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
