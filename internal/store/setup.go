// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"
)

// CreateSetupLink keeps the hash of the one-time link that makes the first administrator. Links from
// before it no longer work.
func (t *Tx) CreateSetupLink(hash string, expires time.Time) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM setup_link`); err != nil {
		return said("store: set-up link", err)
	}
	_, err := t.q.exec(t.ctx, `INSERT INTO setup_link (hash, created, expires, used) VALUES ($1, $2, $3, 0)`,
		hash, millis(t.now), millis(expires))
	return said("store: set-up link", err)
}

// FindSetupLink says whether a link with this hash can still be used; NotFound when not.
func (s *Store) FindSetupLink(ctx context.Context, hash string) error {
	var n int64
	err := s.reader().row(ctx, `SELECT created FROM setup_link WHERE hash = $1 AND used = 0 AND expires > $2`,
		hash, millis(s.now())).Scan(&n)
	return said("store: set-up link", err)
}

// UseSetupLink uses a link up. Of two who try at once one gets NotFound.
func (t *Tx) UseSetupLink(hash string) error {
	n, err := t.q.exec(t.ctx, `UPDATE setup_link SET used = $1 WHERE hash = $2 AND used = 0 AND expires > $1`, millis(t.now), hash)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: set-up link", err)
}
