// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
)

// Personal reads everything that is kept of one person: from outside, to show it, and inside a transaction,
// where what is found is what is deleted.
type Personal struct {
	ctx context.Context
	q   runner
	tx  bool
}

// Personal reads from outside.
func (s *Store) Personal(ctx context.Context) Personal { return Personal{ctx, s.reader(), false} }

// Personal reads in the transaction.
func (t *Tx) Personal() Personal { return Personal{t.ctx, t.q, true} }

// User gives the person, in a transaction locked as FindUser does.
func (p Personal) User(id access.UserID) (*access.User, error) {
	return user(p.q.person(p.ctx, p.tx, `id = $1`, string(id)))
}

// Aliases gives the other names of an account.
func (p Personal) Aliases(realm, account string) ([]access.Alias, error) {
	return p.q.aliasesOf(p.ctx, realm, account)
}

// Records gives the records of an account, at most limit of them.
func (p Personal) Records(realm, account string, limit int) (list []access.Association, err error) {
	err = p.q.eachAssociation(p.ctx, func(r *associationRow) { list = append(list, r.Association) },
		`WHERE account = $1 AND realm = $2 LIMIT $3`, account, realm, int64(limit))
	return list, said("store: records of a person", err)
}

// OnPhones gives the records of phones that are of none of some accounts: shared mailboxes on somebody's phone.
func (p Personal) OnPhones(phones []string, but []access.Account, limit int) (list []access.Association, err error) {
	for part := range slices.Chunk(phones, 200) {
		var args []any
		for _, id := range part {
			args = append(args, id)
		}
		if err := p.q.eachAssociation(p.ctx, func(r *associationRow) {
			if !slices.Contains(but, access.Account{Realm: r.Pair.Realm, Account: r.Pair.Account}) {
				list = append(list, r.Association)
			}
		}, `WHERE eas_device IN (`+places(1, len(args))+`) LIMIT $`+strconv.Itoa(len(args)+1), append(args, int64(limit))...); err != nil {
			return nil, said("store: other records of a person's phones", err)
		}
	}
	return list, nil
}

// Devices gives what belongs to the person, at most limit of it: registered devices, and waiting ones.
func (p Personal) Devices(owner access.UserID, limit int) (list []access.RegisteredDevice, err error) {
	err = p.q.eachDevice(p.ctx, func(r *deviceRow) { list = append(list, r.RegisteredDevice) },
		`WHERE owner = $1 AND owner <> '' ORDER BY seq LIMIT $2`, string(owner), int64(limit))
	if err == nil {
		err = p.q.countRecords(p.ctx, list)
	}
	return list, said("store: devices of a person", err)
}

// Approvals gives the pre-approvals of accounts, those whose time is over as well.
func (p Personal) Approvals(accounts []access.Account) (list []access.PreApproval, err error) {
	err = p.q.eachPreApproval(p.ctx, func(a *access.PreApproval) {
		if slices.Contains(accounts, access.Account{Realm: a.Pair.Realm, Account: a.Pair.Account}) {
			list = append(list, *a)
		}
	}, `ORDER BY id`)
	return list, said("store: pre-approvals of a person", err)
}

// Expected gives what lists say of an account, and of phones with one of some device ids whose account they
// leave open.
func (p Personal) Expected(realm, account string, devices []string) (list []access.Expected, err error) {
	err = p.q.each(p.ctx, func(rows *sql.Rows) error {
		row := &expectedRow{}
		err := rows.Scan(targets(expectedColumns(row))...)
		if row.Pair.Account != "" || slices.Contains(devices, row.Pair.Device) {
			list = append(list, row.Expected)
		}
		return err
	}, `SELECT `+names(expectedColumns(&expectedRow{}))+` FROM expected WHERE realm = $1 AND account IN ($2, '') ORDER BY seq`, realm, account)
	return list, said("store: expected phones of a person", err)
}

// EachImportLine goes through the lines of all imports.
func (p Personal) EachImportLine(fn func(id string, l *ImportLine)) error {
	err := p.q.each(p.ctx, func(r *sql.Rows) error {
		var id string
		var l ImportLine
		err := r.Scan(append([]any{&id}, targets(importLineColumns(&l))...)...)
		fn(id, &l)
		return err
	}, `SELECT import_id, `+names(importLineColumns(&ImportLine{}))+` FROM import_line ORDER BY import_id, n`)
	return said("store: import lines", err)
}

// Lines gives what the audit log says about some things, in the order in which it was written.
func (p Personal) Lines(objects []string) (list []access.AuditEntry, err error) {
	var e access.AuditEntry
	cols := auditColumns(&e)
	to := targets(cols)
	for part := range slices.Chunk(objects, 200) {
		var args []any
		for _, o := range part {
			args = append(args, o)
		}
		if err := p.q.each(p.ctx, func(rows *sql.Rows) error {
			err := rows.Scan(to...)
			list = append(list, e)
			return err
		}, `SELECT `+names(cols)+` FROM audit WHERE object IN (`+places(1, len(args))+`) AND object <> ''`, args...); err != nil {
			return nil, said("store: lines about a person", err)
		}
	}
	slices.SortFunc(list, func(a, b access.AuditEntry) int { return int(a.ID - b.ID) })
	return list, nil
}

// Blockings gives the blocking rules.
func (p Personal) Blockings() ([]Blocking, error) { return p.q.blockings(p.ctx) }

// RulesOf gives the rules that speak of a record.
func (p Personal) RulesOf(id access.AssociationID) ([]Ruled, error) {
	list, err := p.q.ruledOf(p.ctx, id)
	return list, said("store: rules of a record", err)
}
