// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/vedette-mail/vedette/internal/access"
)

// Config says where the database is.
type Config struct {
	// DSN is "sqlite:/path/file.db", or a "postgres://…" URL.
	DSN    string
	Now    func() time.Time
	Logger *slog.Logger
	// KeepChanges is how many numbered changes stay readable; a follower that is further behind gets
	// a full copy. Zero means a million.
	KeepChanges int64
}

// Store is the console's memory. It is safe for use by several goroutines.
type Store struct {
	engine  engine
	file    string // SQLite's file
	write   *sql.DB
	turns   turns // at writing
	read    *sql.DB
	now     func() time.Time
	log     *slog.Logger
	keep    int64
	site    []byte                  // what gateways share; never in the database
	trigram bool                    // substring search has an index
	spy     func(executor) executor // set by tests that look at plans

	mu   sync.Mutex
	news chan struct{} // closed and replaced by every commit that took a number
}

// Open opens the database, brings its schema up to date and makes the first history when it is new.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s := &Store{now: cfg.Now, log: cfg.Logger, keep: cfg.KeepChanges, news: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.keep <= 0 {
		s.keep = 1_000_000
	}
	if err := s.connect(cfg.DSN); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.upgradePeople(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.upgradeExpected(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.refold(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) connect(dsn string) (err error) {
	switch {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		s.engine = enginePostgres
		if s.write, err = sql.Open("pgx", dsn); err != nil {
			// The driver's own words may repeat the password in the URL.
			return access.Invalid("store: open", "The PostgreSQL URL cannot be read.")
		}
		s.write.SetMaxOpenConns(16)
		s.write.SetMaxIdleConns(8)
		s.read = s.write
		return nil
	case strings.HasPrefix(dsn, "sqlite:"):
		s.engine = engineSQLite
		return s.openFile(strings.TrimPrefix(dsn, "sqlite:"))
	}
	return access.Invalid("store: open", `The database must be "sqlite:" and a path, or a "postgres://" URL.`)
}

// openFile opens one handle that writes and a pool that reads. The file is made for its owner alone
// before SQLite sees it, since SQLite would take the umask's word.
func (s *Store) openFile(path string) (err error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return access.Invalid("store: open", "The SQLite database needs a file.")
	}
	s.file = path
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	if s.write, err = sql.Open("sqlite", fileDSN(path, lockWait, "_txlock=immediate")); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	s.write.SetMaxOpenConns(1)
	// What is read is read in place: the index of a search does not fit a cache of SQLite's own.
	if s.read, err = sql.Open("sqlite", fileDSN(path, readerWait, "_pragma=query_only(1)&_pragma=mmap_size("+mapped+")")); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	s.read.SetMaxOpenConns(8)
	s.read.SetMaxIdleConns(8)
	return nil
}

// mapped is how much of the file readers may map, in bytes. It costs addresses, not memory.
const mapped = "8589934592"

// readerWait is how many milliseconds SQLite waits for a reader, which is only where a log is brought in order.
const readerWait = "10000"

// fileDSN spells the path so that no character of it can end it early. A receipt to a gateway lets it
// forget its spool, so a commit has to survive a power cut: synchronous is FULL.
func fileDSN(path, wait, more string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}
	return u.String() + "?_pragma=busy_timeout(" + wait + ")&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-32000)&_pragma=temp_store(2)&" + more
}

// Engine is the name of the engine in use: "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine.String() }

// Close closes the database.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			if e := db.Close(); e != nil && err == nil {
				err = e
			}
		}
	}
	return err
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return said("store: ping", s.read.PingContext(ctx))
}

// reading runs fn on one unchanging view of the database.
func (s *Store) reading(ctx context.Context, op string, fn func(runner) error) error {
	opts := &sql.TxOptions{}
	if s.engine == enginePostgres {
		opts = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	tx, err := s.read.BeginTx(ctx, opts)
	if err != nil {
		return said(op, err)
	}
	defer tx.Rollback() // nothing was written
	var x executor = tx
	if s.spy != nil {
		x = s.spy(tx)
	}
	return said(op, fn(runner{x, s.engine, s.site}))
}

func (s *Store) reader() runner {
	if s.spy != nil {
		return runner{s.spy(s.read), s.engine, s.site}
	}
	return runner{s.read, s.engine, s.site}
}
