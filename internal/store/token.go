// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Token is a key to the API. Only its hash is kept.
type Token struct {
	ID       string
	Name     string
	Hash     string
	Role     access.Role
	Scope    *access.Scope // nil: no limit but its owner's
	Verbs    []access.Verb // empty: all of the role's
	Owner    string        // id of the administrator who made it
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time
}

func tokenColumns(k *Token) []column {
	return []column{{"id", &k.ID}, {"name", &k.Name}, {"hash", &k.Hash}, {"role", text(&k.Role)},
		{"scope", asJSON{&k.Scope}}, {"verbs", asJSON{&k.Verbs}}, {"owner", &k.Owner},
		{"created", &k.Created}, {"expires", &k.Expires}, {"last_used", &k.LastUsed}}
}

// FindToken gives the token with this hash, unless it has expired.
func (s *Store) FindToken(ctx context.Context, hash string) (*Token, error) {
	return s.token(ctx, "hash", hash)
}

// FindTokenByID gives the token with this id, unless it has expired.
func (s *Store) FindTokenByID(ctx context.Context, id string) (*Token, error) {
	return s.token(ctx, "id", id)
}

func (s *Store) token(ctx context.Context, by, value string) (*Token, error) {
	k := &Token{}
	cols := tokenColumns(k)
	err := s.reader().row(ctx, `SELECT `+names(cols)+` FROM api_token WHERE `+by+` = $1 AND (expires = 0 OR expires > $2)`,
		value, millis(s.now())).Scan(targets(cols)...)
	if err != nil {
		return nil, said("store: find token", err)
	}
	return k, nil
}

// ListTokens gives all tokens, newest first.
func (s *Store) ListTokens(ctx context.Context) ([]Token, error) {
	var list []Token
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var k Token
		err := r.Scan(targets(tokenColumns(&k))...)
		list = append(list, k)
		return err
	}, `SELECT `+names(tokenColumns(&Token{}))+` FROM api_token ORDER BY id DESC`)
	return list, said("store: list tokens", err)
}

// CreateToken keeps a new token; it fills in ID and Created.
func (t *Tx) CreateToken(k *Token) error {
	k.ID, k.Created, k.Name = NewID(t.now), t.now, clean(k.Name, capShort)
	cols := tokenColumns(k)
	_, err := t.q.exec(t.ctx, `INSERT INTO api_token (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return said("store: create token", err)
}

// FindToken gives a token by its id, expired or not.
func (t *Tx) FindToken(id string) (*Token, error) {
	k := &Token{}
	cols := tokenColumns(k)
	if err := t.q.row(t.ctx, `SELECT `+names(cols)+` FROM api_token WHERE id = $1`, id).Scan(targets(cols)...); err != nil {
		return nil, said("store: find token", err)
	}
	return k, nil
}

// DeleteToken ends a token.
func (t *Tx) DeleteToken(id string) error {
	n, err := t.q.exec(t.ctx, `DELETE FROM api_token WHERE id = $1`, id)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: delete token", err)
}

// TokenUsed notes when a token was last used, to the minute.
func (s *Store) TokenUsed(ctx context.Context, id string) error {
	now := s.now()
	_, err := s.writer().exec(ctx, `UPDATE api_token SET last_used = $1 WHERE id = $2 AND last_used < $3`,
		millis(now), id, millis(now.Add(-time.Minute)))
	return said("store: token used", err)
}
