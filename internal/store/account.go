// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

func (r runner) account(ctx context.Context, realm, account string) (*access.AccountState, error) {
	a := &access.AccountState{Realm: realm, Account: account}
	err := r.row(ctx, `SELECT disabled FROM account WHERE realm = $1 AND account = $2`, realm, account).
		Scan(target(&a.Disabled))
	if err != nil {
		return nil, err
	}
	return a, nil
}

// FindAccount gives what is known about an account beside its records.
func (s *Store) FindAccount(ctx context.Context, realm, account string) (*access.AccountState, error) {
	a, err := s.reader().account(ctx, realm, account)
	return a, said("store: find account", err)
}

// SaveAccount says whether an account is disabled.
func (t *Tx) SaveAccount(a access.AccountState) error {
	if clean(a.Account, capKey) != a.Account || clean(a.Realm, capKey) != a.Realm || a.Account == "" {
		return access.Invalid("store: save account", "The account's name cannot be kept.")
	}
	if _, err := t.q.exec(t.ctx, `INSERT INTO account (realm, account, disabled, updated) VALUES ($1, $2, $3, $4)
		ON CONFLICT (realm, account) DO UPDATE SET disabled = $3, updated = $4`,
		a.Realm, a.Account, flag(a.Disabled), millis(t.now)); err != nil {
		return said("store: save account", err)
	}
	t.touch(access.EntryAccount, a.Realm+"/"+a.Account)
	t.view.forget()
	return t.rejudge(`WHERE account = $1 AND realm = $2`, a.Account, a.Realm)
}

// accountKey takes the key of a change apart. A realm holds no slash: it is a name from a file.
func accountKey(key string) (realm, account string) {
	realm, account, _ = strings.Cut(key, "/")
	return realm, account
}
