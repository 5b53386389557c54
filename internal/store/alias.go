// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// SaveAlias says that From is another name of the account To. An alias never points to another
// one: where To is an alias its target is taken, and aliases of From move on to the target. Records of
// From stay where they are; MoveAssociation moves them.
func (t *Tx) SaveAlias(a access.Alias) error {
	const op = "store: save alias"
	if err := validAccount(a.Realm, a.To); err != nil {
		return err
	}
	to, err := t.ResolveAccount(a.Realm, a.To)
	if err != nil {
		return err
	}
	if to == a.From {
		return access.Conflict(op, "The two names would be names of each other.")
	}
	if a.At.IsZero() {
		a.At = t.now
	}
	var followers []string
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		followers = append(followers, s)
		return err
	}, `SELECT account FROM account WHERE realm = $1 AND alias_of = $2 AND alias_of <> '' ORDER BY account`, a.Realm, a.From); err != nil {
		return said(op, err)
	}
	for _, f := range followers {
		if err := t.changeAccount(a.Realm, f, func(row *accountRow) error { row.AliasOf = to; return nil }); err != nil {
			return err
		}
	}
	return t.changeAccount(a.Realm, a.From, func(row *accountRow) error {
		row.AliasOf, row.by, row.at = to, clean(a.By, capKey), moment(millis(a.At))
		return nil
	})
}

// DeleteAlias makes a name an account of its own again. NotFound: it is one.
func (t *Tx) DeleteAlias(realm, from string) error {
	return t.changeAccount(realm, from, func(row *accountRow) error {
		if row.AliasOf == "" {
			return access.NotFound("store: delete alias", "This name is an account of its own.")
		}
		row.AliasOf, row.by, row.at = "", "", moment(0)
		return nil
	})
}

// ResolveAccount gives the account a name stands for: itself, unless it is an alias.
func (t *Tx) ResolveAccount(realm, account string) (string, error) {
	return t.q.resolve(t.ctx, realm, account)
}

func (r runner) resolve(ctx context.Context, realm, account string) (string, error) {
	row, err := r.accountRow(ctx, false, realm, account)
	if errors.Is(err, sql.ErrNoRows) {
		return account, nil
	}
	if err != nil {
		return "", said("store: resolve account", err)
	}
	return firstOf(row.AliasOf, account), nil
}

// ListAliases gives aliases in the order of their names, at most limit of them, beginning after one.
func (s *Store) ListAliases(ctx context.Context, after access.Account, limit int) ([]access.Alias, error) {
	var list []access.Alias
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var a access.Alias
		err := r.Scan(&a.Realm, &a.From, &a.To, &a.By, target(&a.At))
		if a.To != "" {
			list = append(list, a)
		}
		return err
	}, `SELECT realm, account, alias_of, alias_by, alias_at FROM account WHERE alias_of <> '' AND (realm, account) > ($1, $2)
		ORDER BY realm, account LIMIT $3`, after.Realm, after.Account, int64(min(max(limit, 1), 500)))
	return list, said("store: list aliases", err)
}

// AliasesOf gives the other names of an account.
func (s *Store) AliasesOf(ctx context.Context, realm, account string) ([]access.Alias, error) {
	return s.reader().aliasesOf(ctx, realm, account)
}

func (r runner) aliasesOf(ctx context.Context, realm, account string) ([]access.Alias, error) {
	var list []access.Alias
	err := r.each(ctx, func(r *sql.Rows) error {
		var a access.Alias
		err := r.Scan(&a.Realm, &a.From, &a.To, &a.By, target(&a.At))
		list = append(list, a)
		return err
	}, `SELECT realm, account, alias_of, alias_by, alias_at FROM account WHERE realm = $1 AND alias_of = $2 AND alias_of <> ''
		ORDER BY account`, realm, account)
	return list, said("store: list aliases", err)
}
