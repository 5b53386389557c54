// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// accountRow is what is kept about an account: what gateways are told, whose it is, who has made it an
// alias. Accounts about which there is nothing to say have no row.
type accountRow struct {
	access.AccountState
	person access.UserID
	by     string
	at     time.Time
}

func accountColumns(a *accountRow) []column {
	return []column{{"disabled", &a.Disabled}, {"alias_of", &a.AliasOf}, {"person", text(&a.person)}, {"alias_by", &a.by}, {"alias_at", &a.at}}
}

// speaks says that gateways have to know of the account.
func (a *accountRow) speaks() bool { return a.Disabled || a.AliasOf != "" }

func (r runner) accountRow(ctx context.Context, lock bool, realm, account string) (*accountRow, error) {
	a := &accountRow{AccountState: access.AccountState{Realm: realm, Account: account}}
	cols := accountColumns(a)
	q := `SELECT ` + names(cols) + ` FROM account WHERE realm = $1 AND account = $2`
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, realm, account).Scan(targets(cols)...); err != nil {
		return nil, err
	}
	return a, nil
}

// account gives what gateways are told about an account, which of most is nothing.
func (r runner) account(ctx context.Context, realm, account string) (*access.AccountState, error) {
	a, err := r.accountRow(ctx, false, realm, account)
	if err != nil {
		return nil, err
	}
	if !a.speaks() {
		return nil, sql.ErrNoRows
	}
	return &a.AccountState, nil
}

// FindAccount gives what verdicts depend on about an account beside its records; NotFound when that is
// nothing.
func (s *Store) FindAccount(ctx context.Context, realm, account string) (*access.AccountState, error) {
	a, err := s.reader().account(ctx, realm, account)
	return a, said("store: find account", err)
}

// SaveAccount says whether an account is disabled. Accounts of users follow their user instead.
func (t *Tx) SaveAccount(a access.AccountState) error {
	return t.changeAccount(a.Realm, a.Account, func(row *accountRow) error {
		row.Disabled = a.Disabled
		return nil
	})
}

// validAccount says whether a name can be kept as a key.
func validAccount(realm, account string) error {
	if clean(account, capKey) != account || clean(realm, capKey) != realm || account == "" || strings.Contains(realm, "/") {
		return access.Invalid("store: save account", "The account's name cannot be kept.")
	}
	return nil
}

// changeAccount reads what is kept about an account, lets fn change it, and writes it with what follows
// from it.
func (t *Tx) changeAccount(realm, account string, fn func(*accountRow) error) error {
	const op = "store: save account"
	if err := validAccount(realm, account); err != nil {
		return err
	}
	row, err := t.q.accountRow(t.ctx, true, realm, account)
	if errors.Is(err, sql.ErrNoRows) {
		row, err = &accountRow{AccountState: access.AccountState{Realm: realm, Account: account}}, nil
	}
	if err != nil {
		return said(op, err)
	}
	old := *row
	if err := fn(row); err != nil {
		return err
	}
	if old == *row {
		return nil
	}
	if row.person == "" && !row.speaks() {
		_, err = t.q.exec(t.ctx, `DELETE FROM account WHERE realm = $1 AND account = $2`, realm, account)
	} else {
		speaks, now := row.speaks(), t.now
		cols := append([]column{{"realm", &realm}, {"account", &account}}, accountColumns(row)...)
		cols = append(cols, column{"speaks", &speaks}, column{"updated", &now})
		_, err = t.q.exec(t.ctx, `INSERT INTO account (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
			ON CONFLICT (realm, account) DO UPDATE SET `+sets(3, cols[2:]), args(cols)...)
	}
	if err != nil {
		return said(op, err)
	}
	if old.AccountState != row.AccountState {
		t.touch(access.EntryAccount, realm+"/"+account)
		t.view.forget()
		if err := t.rejudge(`WHERE account = $1 AND realm = $2`, account, realm); err != nil {
			return err
		}
	}
	if old.AliasOf != row.AliasOf {
		for _, target := range []string{old.AliasOf, row.AliasOf} {
			if err := t.nameRecords(realm, target); err != nil {
				return err
			}
		}
	}
	if old.person != row.person {
		return t.ownRecords(realm, account, row.person, (old.person == "") != (row.person == ""))
	}
	return nil
}

// ownRecords notes on the records of an account whose they are. Gateways have to hear of it where a linked
// record's user has become known, or is no longer.
func (t *Tx) ownRecords(realm, account string, person access.UserID, tell bool) error {
	const op = "store: save account"
	t.moved(realm, account)
	if _, err := t.q.exec(t.ctx, `UPDATE association SET person = $1 WHERE account = $2 AND realm = $3`,
		string(person), account, realm); err != nil {
		return said(op, err)
	}
	if tell {
		if err := t.tellLinked(realm, account); err != nil {
			return err
		}
	}
	var ids []string
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT eas_device FROM association WHERE account = $1 AND realm = $2 AND device = ''`, account, realm); err != nil {
		return said(op, err)
	}
	for _, id := range ids {
		if err := t.ownWaiting(id); err != nil {
			return err
		}
	}
	return nil
}

// tellLinked has gateways take the linked records of an account anew.
func (t *Tx) tellLinked(realm, account string) error {
	n := 0
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		t.touch(access.EntryRecord, id)
		n++
		return err
	}, `SELECT id FROM association WHERE account = $1 AND realm = $2 AND device <> ''`, account, realm); err != nil {
		return said("store: save account", err)
	}
	if n == 0 {
		return nil
	}
	return t.rejudge(`WHERE account = $1 AND realm = $2`, account, realm)
}

// ownRecord notes on a new record whose it is, and what else its account is called.
func (t *Tx) ownRecord(a *access.Association) error {
	const op = "store: create association"
	var err error
	if a.OtherNames, err = t.otherNames(a.Pair.Realm, a.Pair.Account); err != nil {
		return said(op, err)
	}
	row, err := t.q.accountRow(t.ctx, false, a.Pair.Realm, a.Pair.Account)
	if errors.Is(err, sql.ErrNoRows) {
		own(a, "")
		return nil
	}
	if err == nil {
		own(a, row.person)
	}
	return said(op, err)
}

// accountKey takes the key of a change apart. A realm holds no slash: it is a name from a file.
func accountKey(key string) (realm, account string) {
	realm, account, _ = strings.Cut(key, "/")
	return realm, account
}
