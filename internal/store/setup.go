// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"
)

// CreateSetupLink keeps the hash of a one-time link: for the administrator with this id, or with an empty
// id the one that makes the first. Earlier links for the same no longer work.
func (t *Tx) CreateSetupLink(hash, administrator string, expires time.Time) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM setup_link WHERE administrator = $1`, administrator); err != nil {
		return said("store: set-up link", err)
	}
	_, err := t.q.exec(t.ctx, `INSERT INTO setup_link (hash, administrator, created, expires, used) VALUES ($1, $2, $3, $4, 0)`,
		hash, administrator, millis(t.now), millis(expires))
	return said("store: set-up link", err)
}

// FindSetupLink gives the id of the administrator whom a link lets in, empty for the first one; NotFound
// when there is no such link that can still be used.
func (s *Store) FindSetupLink(ctx context.Context, hash string) (administrator string, err error) {
	err = s.reader().row(ctx, `SELECT administrator FROM setup_link WHERE hash = $1 AND used = 0 AND expires > $2`,
		hash, millis(s.now())).Scan(&administrator)
	return administrator, said("store: set-up link", err)
}

// UseSetupLink uses a link up. Of two who try at once one gets NotFound.
func (t *Tx) UseSetupLink(hash string) error {
	n, err := t.q.exec(t.ctx, `UPDATE setup_link SET used = $1 WHERE hash = $2 AND used = 0 AND expires > $1`, millis(t.now), hash)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: set-up link", err)
}

// DeleteSetupLinks makes the links of an administrator worthless.
func (t *Tx) DeleteSetupLinks(administrator string) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM setup_link WHERE administrator = $1`, administrator)
	return said("store: set-up link", err)
}
