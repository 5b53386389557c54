// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// CreateUser keeps a new user with its accounts and groups. It fills in ID, Created, Updated, Version and
// Devices. Conflict: the name is taken, or an account is somebody else's.
func (t *Tx) CreateUser(u *access.User) error {
	row := &personRow{User: *u}
	n := &row.User
	n.Accounts = slices.Clone(u.Accounts)
	if err := row.trim(); err != nil {
		return err
	}
	if n.ID == "" {
		n.ID = access.UserID(NewID(t.now))
	}
	if n.Created.IsZero() {
		n.Created = t.now
	}
	n.Updated, n.Version, n.Devices = t.now, max(n.Version, 1), 0
	if err := t.nameIsFree(n.Name, n.ID); err != nil {
		return err
	}
	row.derive()
	cols := personColumns(row)
	if _, err := t.q.exec(t.ctx, `INSERT INTO person (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
		return said("store: create user", err)
	}
	t.tally(countRow{table: "person_count", class: row.class}, 1)
	if err := errors.Join(t.saveGroups(n, nil), t.saveAccounts(n, nil), t.recount(n.ID)); err != nil {
		return err
	}
	*u = *n
	return nil
}

func (t *Tx) nameIsFree(name string, id access.UserID) error {
	var other string
	err := t.q.row(t.ctx, `SELECT name FROM person WHERE name_key = $1 AND id <> $2`, wholeName(name), string(id)).Scan(&other)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return said("store: save user", err)
	}
	return access.Conflict("store: save user", "There is a user of this name already: "+other+".")
}

// SaveUser writes everything of a user but Created and Devices. u.Version must be the version that was
// read, else it is a Conflict; it grows by one. The accounts it no longer has belong to nobody.
func (t *Tx) SaveUser(u *access.User) error {
	old, err := t.q.person(t.ctx, true, `id = $1`, string(u.ID))
	if err != nil {
		return said("store: save user", err)
	}
	if old.Version != u.Version {
		return access.Conflict("store: save user", "Somebody else has changed this user in the meantime. Look at it again.")
	}
	row := &personRow{User: *u}
	n := &row.User
	n.Accounts = slices.Clone(u.Accounts)
	if err := row.trim(); err != nil {
		return err
	}
	if err := t.nameIsFree(n.Name, n.ID); err != nil {
		return err
	}
	n.Created, n.Devices, n.Updated, n.Version = old.Created, old.Devices, t.now, old.Version+1
	row.derive()
	cols := personColumns(row)[1:]
	if _, err := t.q.exec(t.ctx, `UPDATE person SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(n.ID)}, args(cols)...)...); err != nil {
		return said("store: save user", err)
	}
	t.tally(countRow{table: "person_count", class: old.class}, -1)
	t.tally(countRow{table: "person_count", class: row.class}, 1)
	if err := errors.Join(t.saveGroups(n, &old.User), t.saveAccounts(n, &old.User)); err != nil {
		return err
	}
	if n.Name != old.Name {
		if err := t.renameOwner(n.ID, n.Name); err != nil {
			return err
		}
	}
	*u = *n
	return nil
}

// saveGroups writes what has changed since old, which may be nil.
func (t *Tx) saveGroups(u, old *access.User) error {
	const op = "store: save user"
	key := sortKey(u.Name)
	var before []string
	if old != nil {
		before = old.Groups
		if sortKey(old.Name) != key { // its place in every group
			if _, err := t.q.exec(t.ctx, `UPDATE person_group SET key_name = $2 WHERE person = $1`, string(u.ID), key); err != nil {
				return said(op, err)
			}
		}
	}
	if !slices.Equal(before, u.Groups) {
		for _, a := range u.Accounts {
			t.moved(a.Realm, a.Account)
		}
	}
	for _, g := range before {
		if slices.Contains(u.Groups, g) {
			continue
		}
		n, err := t.q.exec(t.ctx, `DELETE FROM person_group WHERE person = $1 AND name = $2`, string(u.ID), g)
		if err != nil {
			return said(op, err)
		}
		t.tally(countRow{table: "group_count", name: g}, -n)
	}
	for _, g := range u.Groups {
		if slices.Contains(before, g) {
			continue
		}
		n, err := t.q.exec(t.ctx, `INSERT INTO person_group (name, person, key_name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			g, string(u.ID), key)
		if err != nil {
			return said(op, err)
		}
		t.tally(countRow{table: "group_count", name: g}, n)
	}
	return nil
}

// saveAccounts gives a user its accounts, which are disabled while the user is.
func (t *Tx) saveAccounts(u, old *access.User) error {
	var before []access.Account
	if old != nil {
		before = old.Accounts
	}
	for _, a := range before {
		if slices.Contains(u.Accounts, a) {
			continue
		}
		if err := t.changeAccount(a.Realm, a.Account, func(row *accountRow) error {
			row.person, row.Disabled = "", false
			return nil
		}); err != nil {
			return err
		}
	}
	for _, a := range u.Accounts {
		if err := t.changeAccount(a.Realm, a.Account, func(row *accountRow) error {
			if row.person != "" && row.person != u.ID {
				name, err := t.nameOf(row.person)
				if err != nil && !errors.Is(err, sql.ErrNoRows) {
					return said("store: save user", err)
				}
				return access.Conflict("store: save user", "The account "+a.Account+" belongs to "+firstOf(name, "somebody else")+".")
			}
			row.person, row.Disabled = u.ID, u.Disabled
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// renameOwner writes the name of a user on its devices.
func (t *Tx) renameOwner(id access.UserID, name string) error {
	var rows []*deviceRow
	if err := t.q.eachDevice(t.ctx, func(r *deviceRow) { rows = append(rows, r) },
		`WHERE owner = $1 AND owner <> '' ORDER BY seq`+t.s.engine.locking(), string(id)); err != nil {
		return said("store: save user", err)
	}
	for _, r := range rows {
		r.OwnerName = name
		if err := t.rewriteWaiting(r); err != nil {
			return err
		}
	}
	return nil
}

// DeleteUser forgets a user. Its accounts and devices stay and belong to nobody; accounts that were
// disabled with it no longer are.
func (t *Tx) DeleteUser(id access.UserID) error {
	old, err := t.q.person(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return said("store: delete user", err)
	}
	nobody := &access.User{ID: id, Name: old.Name}
	if err := errors.Join(t.saveGroups(nobody, &old.User), t.saveAccounts(nobody, &old.User)); err != nil {
		return err
	}
	var rows []*deviceRow
	if err := t.q.eachDevice(t.ctx, func(r *deviceRow) { rows = append(rows, r) },
		`WHERE owner = $1 AND owner <> '' ORDER BY seq`+t.s.engine.locking(), string(id)); err != nil {
		return said("store: delete user", err)
	}
	if _, err := t.q.exec(t.ctx, `DELETE FROM person WHERE id = $1`, string(id)); err != nil {
		return said("store: delete user", err)
	}
	t.tally(countRow{table: "person_count", class: old.class}, -1)
	if err := t.forgetScope(id); err != nil {
		return err
	}
	for _, r := range rows {
		n := r.RegisteredDevice
		n.Owner, n.OwnerName = "", ""
		if err := t.updateDevice(r, &n); err != nil {
			return err
		}
	}
	return nil
}
