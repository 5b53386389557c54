// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vedette-mail/vedette/internal/access"
)

// Backup writes everything to one new file, readable by its owner alone. The file is an SQLite database
// of the same shape whichever engine is in use, so that a backup of either can be brought back into
// either. Nobody has to stop working meanwhile: it shows one moment.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	defer func() {
		if err != nil { // half a backup is none
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := f.Close(); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	if s.engine == engineSQLite {
		return s.vacuumInto(ctx, path)
	}
	to, err := Open(ctx, Config{DSN: "sqlite:" + path, Now: s.now, Logger: s.log})
	if err != nil {
		return err
	}
	err = s.reading(ctx, "store: backup", func(from runner) error {
		return to.WithTx(ctx, func(t *Tx) error { return replaceAll(ctx, from, t, append(dataTables(), "session", "setup_link")) })
	})
	if err == nil { // one file, no log beside it
		_, err = to.write.ExecContext(ctx, `PRAGMA journal_mode = DELETE`)
	}
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	return syncFile(path)
}

// vacuumInto has a handle of its own: the readers' would refuse to write, and the writer's would keep
// everybody waiting.
func (s *Store) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", fileDSN(s.file, readerWait, ""))
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?1`, path)
	if err := errors.Join(said("store: backup", err), db.Close()); err != nil {
		return err
	}
	return syncFile(path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// Restore brings a backup back into the database that cfg names, which loses what it holds, all in one
// transaction. A new history begins, so that every gateway takes a full copy. Sessions and set-up links
// do not come back: who was signed in then has to sign in again. No console may be running on it.
func Restore(ctx context.Context, cfg Config, path string) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".restore-")
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// The schema of an older backup is brought up to date first, on a copy.
	work := filepath.Join(dir, "backup.db")
	if err := copyBackup(path, work); err != nil {
		return err
	}
	from, err := Open(ctx, Config{DSN: "sqlite:" + work, Now: cfg.Now, Logger: cfg.Logger})
	if err != nil {
		return fmt.Errorf("store: restore: read the backup: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return from.reading(ctx, "store: restore", func(r runner) error {
		return to.WithTx(ctx, func(t *Tx) error {
			if err := replaceAll(ctx, r, t, dataTables()); err != nil {
				return err
			}
			for _, q := range []string{`DELETE FROM session`, `DELETE FROM setup_link`} {
				if _, err := t.q.exec(ctx, q); err != nil {
					return err
				}
			}
			_, err := t.q.exec(ctx, `UPDATE change_counter SET history = $1, token = $2 WHERE id = 1`, NewID(t.now), rand.Text())
			return err
		})
	})
}

func copyBackup(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	defer in.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return access.Invalid("store: restore", "This file is not a backup.")
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("store: restore: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := out.Write(head); err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return err
}
