// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// moved notes that rules and limits have to look at an account again: a record of it has come, gone or been
// spoken of, or it is somebody else's, or its user is in other groups.
func (t *Tx) moved(realm, account string) {
	if t.notes.moved == nil {
		t.notes.moved = map[access.Account]struct{}{}
	}
	t.notes.moved[access.Account{Realm: realm, Account: account}] = struct{}{}
}

// Moved gives the accounts that this transaction has changed in a way that rules and limits go by, in one order
// for all transactions, and begins anew. ruling.Settle looks at them.
func (t *Tx) Moved() []access.Account {
	list := make([]access.Account, 0, len(t.notes.moved))
	for a := range t.notes.moved {
		list = append(list, a)
	}
	t.notes.moved = nil
	slices.SortFunc(list, func(a, b access.Account) int {
		if c := strings.Compare(a.Account, b.Account); c != 0 {
			return c
		}
		return strings.Compare(a.Realm, b.Realm)
	})
	return list
}

// GroupsOf gives the groups of a user; of nobody none.
func (t *Tx) GroupsOf(id access.UserID) (groups []string, err error) {
	if id == "" {
		return nil, nil
	}
	err = t.q.each(t.ctx, func(rows *sql.Rows) error {
		var g string
		err := rows.Scan(&g)
		groups = append(groups, g)
		return err
	}, `SELECT name FROM person_group WHERE person = $1`, string(id))
	return groups, said("store: groups", err)
}
