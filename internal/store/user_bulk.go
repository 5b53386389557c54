// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// CreateUsers keeps many new users at once, for imports and benchmarks, as CreateUser keeps one: a name
// that is taken, or an account that is somebody else's, is a Conflict and nothing is written.
func (t *Tx) CreateUsers(list []*access.User) error {
	for part := range slices.Chunk(list, bulkRows) {
		if err := t.createUserPart(part); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) createUserPart(part []*access.User) error {
	const op = "store: create users"
	var people, groups []any
	var cols []column
	named := map[access.UserID]bool{} // ids that the caller has chosen: there may be devices of theirs
	for _, u := range part {
		row := &personRow{User: *u}
		n := &row.User
		n.Accounts = slices.Clone(u.Accounts)
		if err := row.trim(); err != nil {
			return err
		}
		if n.ID == "" {
			n.ID = access.UserID(NewID(t.now))
		} else {
			named[n.ID] = true
		}
		if n.Created.IsZero() {
			n.Created = t.now
		}
		n.Updated, n.Version, n.Devices = t.now, max(n.Version, 1), 0
		row.derive()
		cols = personColumns(row)
		people = append(people, args(cols)...)
		t.tally(countRow{table: "person_count", class: row.class}, 1)
		for _, g := range n.Groups {
			groups = append(groups, g, string(n.ID), row.keys.name)
			t.tally(countRow{table: "group_count", name: g}, 1)
		}
		*u = *n
	}
	if err := t.insertRows("person", names(cols), people, len(cols)); err != nil {
		return said(op, err)
	}
	if err := t.insertRows("person_group", "name, person, key_name", groups, 3); err != nil {
		return said(op, err)
	}
	known, err := t.knownAccounts(part)
	if err != nil {
		return said(op, err)
	}
	var accounts []any
	for _, u := range part {
		if u.Disabled || slices.ContainsFunc(u.Accounts, func(a access.Account) bool { return known[a] }) {
			if err := t.saveAccounts(u, nil); err != nil {
				return err
			}
			continue
		}
		for _, a := range u.Accounts {
			if err := validAccount(a.Realm, a.Account); err != nil {
				return err
			}
			known[a] = true // a second one who names it is told
			accounts = append(accounts, a.Realm, a.Account, int64(0), millis(t.now), string(u.ID))
		}
	}
	if err := t.insertRows("account", "realm, account, disabled, updated, person", accounts, 5); err != nil {
		return said(op, err)
	}
	for id := range named {
		if err := t.recount(id); err != nil {
			return err
		}
	}
	return nil
}

// knownAccounts says which accounts of users something is kept about, or have records: what follows from
// a new owner of those is for changeAccount to say.
func (t *Tx) knownAccounts(part []*access.User) (map[access.Account]bool, error) {
	byRealm := map[string][]any{}
	for _, u := range part {
		for _, a := range u.Accounts {
			byRealm[a.Realm] = append(byRealm[a.Realm], a.Account)
		}
	}
	known := map[access.Account]bool{}
	for realm, all := range byRealm {
		for some := range slices.Chunk(all, 500) {
			for _, table := range []string{"account", "association"} {
				if err := t.q.each(t.ctx, func(r *sql.Rows) error {
					a := access.Account{Realm: realm}
					err := r.Scan(&a.Account)
					known[a] = true
					return err
				}, `SELECT account FROM `+table+` WHERE realm = $1 AND account IN (`+places(2, len(some))+`)`,
					append([]any{realm}, some...)...); err != nil {
					return nil, err
				}
			}
		}
	}
	return known, nil
}

// insertRows writes rows of a number of columns whose values stand one after the other.
func (t *Tx) insertRows(table, cols string, values []any, width int) error {
	for part := range slices.Chunk(values, 200*width) {
		q := ""
		for i := range len(part) / width {
			if i > 0 {
				q += ", "
			}
			q += "(" + places(i*width+1, width) + ")"
		}
		if _, err := t.q.exec(t.ctx, `INSERT INTO `+table+` (`+cols+`) VALUES `+q, part...); err != nil {
			return err
		}
	}
	return nil
}
