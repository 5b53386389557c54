// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"
)

// Passkey is one key with which an administrator signs in. Data is login's own form of the public key and
// its counter.
type Passkey struct {
	ID            string // of the credential, base64url without padding
	Administrator string
	Name          string
	Data          string
	Created       time.Time
	LastUsed      time.Time
}

func passkeyColumns(k *Passkey) []column {
	return []column{{"id", &k.ID}, {"administrator", &k.Administrator}, {"name", &k.Name}, {"data", &k.Data},
		{"created", &k.Created}, {"last_used", &k.LastUsed}}
}

func (r runner) passkeys(ctx context.Context, administrator, locking string) ([]Passkey, error) {
	var list []Passkey
	err := r.each(ctx, func(rows *sql.Rows) error {
		var k Passkey
		err := rows.Scan(targets(passkeyColumns(&k))...)
		list = append(list, k)
		return err
	}, `SELECT `+names(passkeyColumns(&Passkey{}))+` FROM passkey WHERE administrator = $1 ORDER BY created, id`+locking, administrator)
	return list, said("store: list passkeys", err)
}

// ListPasskeys gives the passkeys of an administrator, the oldest first.
func (s *Store) ListPasskeys(ctx context.Context, administrator string) ([]Passkey, error) {
	return s.reader().passkeys(ctx, administrator, "")
}

// CountPasskeys gives how many passkeys each administrator has, by id.
func (s *Store) CountPasskeys(ctx context.Context) (map[string]int, error) {
	all := map[string]int{}
	err := s.reader().each(ctx, func(rows *sql.Rows) error {
		var id string
		var n int64
		err := rows.Scan(&id, &n)
		all[id] = int(n)
		return err
	}, `SELECT administrator, COUNT(*) FROM passkey GROUP BY administrator`)
	return all, said("store: count passkeys", err)
}

// ListPasskeys gives the passkeys of an administrator, locked until the transaction ends.
func (t *Tx) ListPasskeys(administrator string) ([]Passkey, error) {
	return t.q.passkeys(t.ctx, administrator, t.q.e.locking())
}

// CreatePasskey keeps a new passkey. A credential that somebody has already is a Conflict.
func (t *Tx) CreatePasskey(k *Passkey) error {
	k.Name, k.Created = clean(k.Name, capShort), t.now
	cols := passkeyColumns(k)
	_, err := t.q.exec(t.ctx, `INSERT INTO passkey (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return said("store: create passkey", err)
}

// SavePasskey writes name, data and last use.
func (t *Tx) SavePasskey(k *Passkey) error {
	k.Name = clean(k.Name, capShort)
	n, err := t.q.exec(t.ctx, `UPDATE passkey SET name = $2, data = $3, last_used = $4 WHERE id = $1`, k.ID, k.Name, k.Data, millis(k.LastUsed))
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: save passkey", err)
}

// DeletePasskey removes a passkey of an administrator.
func (t *Tx) DeletePasskey(administrator, id string) error {
	n, err := t.q.exec(t.ctx, `DELETE FROM passkey WHERE id = $1 AND administrator = $2`, id, administrator)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: delete passkey", err)
}

// DeletePasskeys removes every passkey of an administrator.
func (t *Tx) DeletePasskeys(administrator string) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM passkey WHERE administrator = $1`, administrator)
	return said("store: delete passkeys", err)
}
