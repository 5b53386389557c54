// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// ownAll notes on new records whose they are.
func (t *Tx) ownAll(part []*access.Association) error {
	names := map[string][]any{}
	for _, a := range part {
		own(a, "")
		names[a.Pair.Realm] = append(names[a.Pair.Realm], a.Pair.Account)
	}
	owners := map[access.Account]access.UserID{}
	for realm, list := range names {
		if err := t.q.each(t.ctx, func(r *sql.Rows) error {
			var account string
			var person access.UserID
			err := r.Scan(&account, text(&person))
			owners[access.Account{Realm: realm, Account: account}] = person
			return err
		}, `SELECT account, person FROM account WHERE realm = $1 AND account IN (`+places(2, len(list))+`)`,
			append([]any{realm}, list...)...); err != nil {
			return said("store: create associations", err)
		}
	}
	if len(owners) > 0 {
		for _, a := range part {
			own(a, owners[access.Account{Realm: a.Pair.Realm, Account: a.Pair.Account}])
		}
	}
	return t.nameAll(part)
}

// awaitAll puts the phones of new records among the devices that wait, where no registered device is
// linked to them and none in use has their id.
func (t *Tx) awaitAll(part []*access.Association) error {
	const op = "store: waiting devices"
	first, ids := map[string]*access.Association{}, []any{}
	for _, a := range part {
		if known := first[a.Pair.Device]; known == nil {
			ids = append(ids, a.Pair.Device)
			first[a.Pair.Device] = a
		} else if compareOwners(a, known) < 0 {
			first[a.Pair.Device] = a
		}
	}
	slices.SortFunc(ids, func(a, b any) int { return compareStrings(a.(string), b.(string)) })
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var id string
		var linked bool
		err := r.Scan(&id, target(&linked))
		if linked {
			delete(first, id)
		}
		return err
	}, `SELECT id, linked FROM eas_device WHERE id IN (`+places(1, len(ids))+`) ORDER BY id`+t.s.engine.locking(), ids...); err != nil {
		return said(op, err)
	}
	taken, err := t.easRegistered(ids)
	if err != nil {
		return said(op, err)
	}
	for id := range taken {
		delete(first, id)
	}
	var cols []column
	var values []any
	var owned []string
	q := ""
	for _, id := range ids {
		a := first[id.(string)]
		if a == nil {
			continue
		}
		row, err := t.waitingRow(a)
		if err != nil {
			return err
		}
		if a.Person != "" {
			owned = append(owned, a.Pair.Device)
		}
		cols = registeredColumns(row)
		if q != "" {
			q += ", "
		}
		q += "(" + places(len(values)+1, len(cols)) + ")"
		values = append(values, args(cols)...)
	}
	if q == "" {
		return nil
	}
	n, err := t.q.exec(t.ctx, `INSERT INTO device (`+names(cols)+`) VALUES `+q+
		` ON CONFLICT (eas_id) WHERE state = 'waiting' DO NOTHING`, values...)
	if err != nil {
		return said(op, err)
	}
	t.tally(countRow{table: "device_count", class: deviceClass(access.DeviceWaiting, false)}, n)
	if int(n)*len(cols) == len(values) {
		return nil // all of them are new
	}
	for _, id := range owned {
		if err := t.ownWaiting(id); err != nil {
			return err
		}
	}
	return nil
}

// compareOwners: of several records of a phone the first that has a user says whose it is.
func compareOwners(a, b *access.Association) int {
	if (a.Person == "") != (b.Person == "") {
		return int(flag(a.Person == "") - flag(b.Person == ""))
	}
	return compareStrings(a.Pair.Account, b.Pair.Account)
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// CreateDevices registers many devices at once, for imports and benchmarks: each must be new, and its
// owner, where it has one, known.
func (t *Tx) CreateDevices(list []*access.RegisteredDevice) error {
	for part := range slices.Chunk(list, bulkRows) {
		var cols []column
		var values []any
		q := ""
		var ids []string
		owners := map[access.UserID]bool{}
		for i, d := range part {
			if err := t.registrable(d); err != nil {
				return err
			}
			row := t.newDeviceRow(d)
			*d = row.RegisteredDevice
			cols = registeredColumns(row)
			if i > 0 {
				q += ", "
			}
			q += "(" + places(len(values)+1, len(cols)) + ")"
			values = append(values, args(cols)...)
			t.tally(countRow{table: "device_count", class: row.class}, 1)
			t.touch(access.EntryDevice, string(d.ID))
			owners[d.Owner] = true
			if isLiving(d.State) {
				ids = append(ids, d.EASID)
			}
		}
		if _, err := t.q.exec(t.ctx, `INSERT INTO device (`+names(cols)+`) VALUES `+q, values...); err != nil {
			return said("store: create devices", err)
		}
		if err := t.registerAll(ids); err != nil {
			return err
		}
		for owner := range owners {
			if err := t.recount(owner); err != nil {
				return err
			}
		}
	}
	t.view.forget()
	return nil
}
