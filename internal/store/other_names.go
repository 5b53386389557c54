// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// mostNames is how many other names of an account its records are found by.
const mostNames = 50

// otherNames gives the other names of an account, as they stand on its records.
func (t *Tx) otherNames(realm, account string) (list []string, err error) {
	err = t.q.each(t.ctx, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		list = append(list, name)
		return err
	}, `SELECT account FROM account WHERE realm = $1 AND alias_of = $2 AND alias_of <> '' ORDER BY account LIMIT $3`,
		realm, account, int64(mostNames))
	return list, err
}

// nameRecords brings what the records of an account are found by to the other names that it has now. Gateways
// need not hear of it.
func (t *Tx) nameRecords(realm, account string) error {
	const op = "store: save alias"
	if account == "" {
		return nil
	}
	list, err := t.otherNames(realm, account)
	if err != nil {
		return said(op, err)
	}
	var rows []*associationRow
	if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { rows = append(rows, r) },
		`WHERE account = $1 AND realm = $2 ORDER BY seq`+t.s.engine.locking(), account, realm); err != nil {
		return said(op, err)
	}
	for _, r := range rows {
		if slices.Equal(r.OtherNames, list) {
			continue
		}
		r.OtherNames = list
		r.derive()
		if _, err := t.q.exec(t.ctx, `UPDATE association SET other_names = $2, search = $3 WHERE id = $1`,
			string(r.ID), value(asJSON{&r.OtherNames}), r.keys.search); err != nil {
			return said(op, err)
		}
	}
	return nil
}

// nameAll notes on new records what else their accounts are called.
func (t *Tx) nameAll(part []*access.Association) error {
	accounts := map[string][]any{}
	for _, a := range part {
		a.OtherNames = nil
		accounts[a.Pair.Realm] = append(accounts[a.Pair.Realm], a.Pair.Account)
	}
	for realm, list := range accounts {
		found := map[string][]string{}
		if err := t.q.each(t.ctx, func(r *sql.Rows) error {
			var name, of string
			err := r.Scan(&name, &of)
			if len(found[of]) < mostNames {
				found[of] = append(found[of], name)
			}
			return err
		}, `SELECT account, alias_of FROM account WHERE realm = $1 AND alias_of IN (`+places(2, len(list))+`) AND alias_of <> '' ORDER BY account`,
			append([]any{realm}, list...)...); err != nil {
			return said("store: create associations", err)
		}
		for _, a := range part {
			if a.Pair.Realm == realm && len(found[a.Pair.Account]) > 0 {
				a.OtherNames = slices.Clone(found[a.Pair.Account])
			}
		}
	}
	return nil
}

// AliasesNamed gives the accounts that a name is another name of, one for each realm that knows it as such.
func (s *Store) AliasesNamed(ctx context.Context, realms []string, name string) ([]access.Alias, error) {
	var list []access.Alias
	if len(realms) == 0 {
		return nil, nil
	}
	args := []any{name}
	for _, r := range realms {
		args = append(args, r)
	}
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var a access.Alias
		err := r.Scan(&a.Realm, &a.From, &a.To, &a.By, target(&a.At))
		list = append(list, a)
		return err
	}, `SELECT realm, account, alias_of, alias_by, alias_at FROM account WHERE realm IN (`+places(2, len(realms))+`) AND account = $1
		AND alias_of <> '' ORDER BY realm`, args...)
	return list, said("store: find aliases", err)
}
