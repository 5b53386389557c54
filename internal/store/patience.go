// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

// SQLite gives its write lock to whoever asks in the right moment, and keeps no line. It asks less and less often
// itself, every tenth of a second in the end, so a process that writes one transaction after the other would keep
// another out for as long as it likes. Hence we ask every few milliseconds, and who writes without a pause
// leaves the lock alone now and then for longer than that.
const (
	lockWait     = "5" // milliseconds that SQLite itself asks for
	lockPause    = 4 * time.Millisecond
	lockPatience = 10 * time.Second
	writesFor    = 250 * time.Millisecond // without a pause
	restsFor     = 3 * lockPause
)

// patiently runs fn, which is refused while another process has the write lock, until it is not.
func (s *Store) patiently(ctx context.Context, fn func() error) error {
	err := fn()
	if s.engine != engineSQLite {
		return err
	}
	for until := time.Now().Add(lockPatience); transient(err) && time.Now().Before(until); err = fn() {
		select {
		case <-time.After(lockPause/2 + rand.N(lockPause)):
		case <-ctx.Done():
			return err
		}
	}
	return err
}

// turns is how long this process has been writing without a pause. It belongs to who has the only connection.
type turns struct{ since, ended time.Time }

// rest leaves the lock to others when that is long.
func (t *turns) rest(ctx context.Context) {
	switch now := time.Now(); {
	case now.Sub(t.ended) >= restsFor:
		t.since = now
	case now.Sub(t.since) >= writesFor:
		select {
		case <-time.After(restsFor):
		case <-ctx.Done():
		}
		t.since = time.Now()
	}
}

// begin begins a transaction that writes; end is called when it is over.
func (s *Store) begin(ctx context.Context) (tx *sql.Tx, end func(), err error) {
	if s.engine != engineSQLite {
		tx, err = s.write.BeginTx(ctx, nil)
		return tx, func() {}, err
	}
	var conn *sql.Conn
	if err := s.patiently(ctx, func() (err error) { conn, err = s.write.Conn(ctx); return err }); err != nil {
		return nil, nil, err
	}
	s.turns.rest(ctx)
	if err = s.patiently(ctx, func() (err error) { tx, err = conn.BeginTx(ctx, nil); return err }); err != nil {
		conn.Close()
		return nil, nil, err
	}
	return tx, func() {
		s.turns.ended = time.Now()
		conn.Close()
	}, nil
}

// writer runs single statements, each a transaction of its own.
func (s *Store) writer() runner { return runner{patient{s.write, s}, s.engine, s.site} }

// patient is the handle that writes.
type patient struct {
	*sql.DB
	s *Store
}

func (p patient) ExecContext(ctx context.Context, q string, args ...any) (res sql.Result, err error) {
	err = p.s.patiently(ctx, func() (err error) {
		res, err = p.DB.ExecContext(ctx, q, args...)
		return err
	})
	return res, err
}
