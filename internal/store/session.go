// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"
)

// Sessions keeps sign-in sessions under the hash of their token: who reads the database cannot sign in
// with what he finds. It has the methods scs asks of a store, with and without context; the keys that
// All gives are hashes.
type Sessions struct{ s *Store }

// Sessions gives the session store.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// SessionHash is the name a session's token has in the database, for ending it from a list.
func SessionHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx gives the data of a session that has not expired.
func (n *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data string
	err := n.s.reader().row(ctx, `SELECT data FROM session WHERE hash = $1 AND expires > $2`,
		SessionHash(token), millis(n.s.now())).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, said("store: find session", err)
	}
	b, err := base64.StdEncoding.DecodeString(data)
	return b, err == nil, nil
}

// CommitCtx creates or replaces a session.
func (n *Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	_, err := n.s.writer().exec(ctx, `INSERT INTO session (hash, data, expires) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET data = $2, expires = $3`,
		SessionHash(token), base64.StdEncoding.EncodeToString(b), millis(expiry))
	return said("store: commit session", err)
}

// DeleteCtx ends a session. One that is not there is no error.
func (n *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return n.DeleteHash(ctx, SessionHash(token))
}

// DeleteHash ends the session whose token has this hash.
func (n *Sessions) DeleteHash(ctx context.Context, hash string) error {
	_, err := n.s.writer().exec(ctx, `DELETE FROM session WHERE hash = $1`, hash)
	return said("store: delete session", err)
}

// AllCtx gives the data of all sessions that have not expired, by the hash of their token.
func (n *Sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := n.s.reader().each(ctx, func(r *sql.Rows) error {
		var hash, data string
		if err := r.Scan(&hash, &data); err != nil {
			return err
		}
		if b, err := base64.StdEncoding.DecodeString(data); err == nil {
			all[hash] = b
		}
		return nil
	}, `SELECT hash, data FROM session WHERE expires > $1`, millis(n.s.now()))
	return all, said("store: list sessions", err)
}

// DeleteExpired removes sessions that are over. Call it now and then.
func (n *Sessions) DeleteExpired(ctx context.Context) error {
	_, err := n.s.writer().exec(ctx, `DELETE FROM session WHERE expires <= $1`, millis(n.s.now()))
	return said("store: delete expired sessions", err)
}

// Find is FindCtx without a context.
func (n *Sessions) Find(token string) ([]byte, bool, error) {
	return n.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (n *Sessions) Commit(token string, b []byte, expiry time.Time) error {
	return n.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx without a context.
func (n *Sessions) Delete(token string) error { return n.DeleteCtx(context.Background(), token) }

// All is AllCtx without a context.
func (n *Sessions) All() (map[string][]byte, error) { return n.AllCtx(context.Background()) }
