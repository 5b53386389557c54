// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Administrator is a person who may sign in to the console. The password is only here as a hash, the
// second factor only sealed.
type Administrator struct {
	ID           string
	Name         string
	Role         access.Role
	Scope        *access.Scope // nil: no limit
	Source       string        // empty: signs in here; otherwise where the identity comes from
	Subject      string        // how Source names the person
	PasswordHash string        // empty: cannot sign in with a password
	TOTPSealed   string        // empty: no second factor
	TOTPPending  string        // sealed; offered but not yet proven
	TOTPStep     int64         // last time step that was accepted, so that a code works once
	Recovery     string        // hashes of recovery codes, login's own form
	Disabled     bool
	Failures     int64 // wrong passwords in a row
	FailedAt     time.Time
	LockedUntil  time.Time
	Created      time.Time
	Changed      time.Time // when password, role or second factor last changed
	LastSignIn   time.Time
	Version      int64
}

func administratorColumns(a *Administrator) []column {
	return []column{{"id", &a.ID}, {"name", &a.Name}, {"role", text(&a.Role)}, {"scope", asJSON{&a.Scope}},
		{"source", &a.Source}, {"subject", &a.Subject}, {"password_hash", &a.PasswordHash},
		{"totp_sealed", &a.TOTPSealed}, {"totp_pending", &a.TOTPPending}, {"totp_step", &a.TOTPStep},
		{"recovery", &a.Recovery}, {"disabled", &a.Disabled}, {"failures", &a.Failures}, {"failed_at", &a.FailedAt},
		{"locked_until", &a.LockedUntil}, {"created", &a.Created}, {"changed", &a.Changed},
		{"last_sign_in", &a.LastSignIn}, {"version", &a.Version}}
}

func (r runner) administrator(ctx context.Context, lock bool, where string, v any) (*Administrator, error) {
	a := &Administrator{}
	cols := administratorColumns(a)
	q := `SELECT ` + names(cols) + ` FROM administrator WHERE ` + where
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, v).Scan(targets(cols)...); err != nil {
		return nil, said("store: find administrator", err)
	}
	return a, nil
}

// FindAdministrator gives one by id.
func (s *Store) FindAdministrator(ctx context.Context, id string) (*Administrator, error) {
	return s.reader().administrator(ctx, false, `id = $1`, id)
}

// FindAdministratorByName gives one by the name he signs in with, in any case.
func (s *Store) FindAdministratorByName(ctx context.Context, name string) (*Administrator, error) {
	return s.reader().administrator(ctx, false, `key_name = $1`, sortKey(name))
}

// FindAdministratorBySubject gives the one whose identity comes from elsewhere.
func (t *Tx) FindAdministratorBySubject(source, subject string) (*Administrator, error) {
	a := &Administrator{}
	cols := administratorColumns(a)
	err := t.q.row(t.ctx, `SELECT `+names(cols)+` FROM administrator WHERE source = $1 AND subject = $2 AND subject <> ''`+t.q.e.locking(),
		source, subject).Scan(targets(cols)...)
	if err != nil {
		return nil, said("store: find administrator", err)
	}
	return a, nil
}

// FindAdministrator gives one by id, locked until the transaction ends.
func (t *Tx) FindAdministrator(id string) (*Administrator, error) {
	return t.q.administrator(t.ctx, true, `id = $1`, id)
}

// FindAdministratorByName gives one by name, locked until the transaction ends.
func (t *Tx) FindAdministratorByName(name string) (*Administrator, error) {
	return t.q.administrator(t.ctx, true, `key_name = $1`, sortKey(name))
}

// ListAdministrators gives all of them, by name.
func (s *Store) ListAdministrators(ctx context.Context) ([]Administrator, error) {
	return s.reader().administrators(ctx, "")
}

// ListAdministrators gives all of them, by name, locked until the transaction ends: so that of two who
// take each other's rights away the second sees what the first has done.
func (t *Tx) ListAdministrators() ([]Administrator, error) {
	return t.q.administrators(t.ctx, t.q.e.locking())
}

func (r runner) administrators(ctx context.Context, locking string) ([]Administrator, error) {
	var list []Administrator
	err := r.each(ctx, func(rows *sql.Rows) error {
		var a Administrator
		err := rows.Scan(targets(administratorColumns(&a))...)
		list = append(list, a)
		return err
	}, `SELECT `+names(administratorColumns(&Administrator{}))+` FROM administrator ORDER BY key_name`+locking)
	return list, said("store: list administrators", err)
}

// SaveAdministrator creates one when a.ID is empty, and otherwise writes all of it when a.Version is
// the version that was read. A name that is taken is a Conflict.
func (t *Tx) SaveAdministrator(a *Administrator) error {
	a.Name = clean(a.Name, capSortKey)
	if sortKey(a.Name) == "" {
		return access.Invalid("store: save administrator", "An administrator needs a name.")
	}
	key := sortKey(a.Name)
	if a.ID == "" {
		n := *a
		n.ID, n.Created, n.Version = NewID(t.now), t.now, 1
		cols := append(administratorColumns(&n), column{"key_name", &key})
		_, err := t.q.exec(t.ctx, `INSERT INTO administrator (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
		if err == nil {
			*a = n
		}
		return said("store: save administrator", err)
	}
	n := *a
	n.Version++
	cols := append(administratorColumns(&n)[1:], column{"key_name", &key})
	done, err := t.q.exec(t.ctx, `UPDATE administrator SET `+sets(3, cols)+` WHERE id = $1 AND version = $2`,
		append([]any{a.ID, a.Version}, args(cols)...)...)
	if err == nil && done == 0 {
		return access.Conflict("store: save administrator", "Somebody else has changed this administrator in the meantime.")
	}
	if err == nil {
		*a = n
	}
	return said("store: save administrator", err)
}

// DeleteAdministrator removes one with his tokens, passkeys and set-up links. Sessions are ended by who calls.
func (t *Tx) DeleteAdministrator(id string) error {
	for _, q := range []string{`DELETE FROM api_token WHERE owner = $1`, `DELETE FROM passkey WHERE administrator = $1`,
		`DELETE FROM setup_link WHERE administrator = $1`} {
		if _, err := t.q.exec(t.ctx, q, id); err != nil {
			return said("store: delete administrator", err)
		}
	}
	n, err := t.q.exec(t.ctx, `DELETE FROM administrator WHERE id = $1`, id)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return said("store: delete administrator", err)
}
