// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// MoveAssociation gives a record to another account of its realm, when two names turn out to be one
// account. Gateways hear of it, and of the pair that is no more. Conflict: that account has a record of
// this device.
func (t *Tx) MoveAssociation(id access.AssociationID, account string) error {
	const op = "store: move association"
	old, err := t.q.association(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return said(op, err)
	}
	n := old.Association
	n.Pair.Account = account
	if n.Pair == old.Pair {
		return nil
	}
	return t.rewrite(op, old, &n)
}

// ReplaceAssociation writes every field of a record, whatever is there now, and brings it back when it is
// gone: to join two records into one, and to undo that. Its version grows beyond the one that is there.
// SyncStatus, Person and Change follow from the rest. Conflict: another record has its pair.
func (t *Tx) ReplaceAssociation(a *access.Association) error {
	const op = "store: replace association"
	old, err := t.q.association(t.ctx, true, `id = $1`, string(a.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return t.RestoreAssociation(a)
	}
	if err != nil {
		return said(op, err)
	}
	return t.rewrite(op, old, a)
}

// rewrite puts a in the place of what was read as old.
func (t *Tx) rewrite(op string, old *associationRow, a *access.Association) error {
	if err := validPair(a.Pair); err != nil {
		return err
	}
	if a.Pair != old.Pair || a.Domain != old.Domain {
		var other string
		err := t.q.row(t.ctx, `SELECT id FROM association WHERE eas_device = $1 AND account = $2 AND realm = $3 AND domain = $4`,
			a.Pair.Device, a.Pair.Account, a.Pair.Realm, string(a.Domain)).Scan(&other)
		if err == nil && other != string(a.ID) {
			return access.Conflict(op, "There is a record of this account on this device already.")
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return said(op, err)
		}
		if err := t.addEASDevice(a.Pair.Device); err != nil {
			return said(op, err)
		}
	}
	row := &associationRow{Association: *a, seq: old.seq}
	n := &row.Association
	n.Version, n.Change = max(n.Version, old.Version)+1, old.Change
	n.Ruling = old.Ruling // SetRuling alone writes it
	trim(n)
	if err := t.ownRecord(n); err != nil {
		return err
	}
	relinked := n.Device != old.Device || n.Pair.Device != old.Pair.Device
	if relinked { // the device has to be known as a link before the verdict is asked
		if _, err := t.q.exec(t.ctx, `UPDATE association SET device = $1, eas_device = $2 WHERE id = $3`,
			string(n.Device), n.Pair.Device, string(n.ID)); err != nil {
			return said(op, err)
		}
	}
	n.SyncStatus = t.SyncStatus(n)
	row.derive()
	cols := allColumns(row)
	if _, err := t.q.exec(t.ctx, `UPDATE association SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(n.ID)}, args(cols)...)...); err != nil {
		return said(op, err)
	}
	t.counted(old, -1)
	t.counted(row, 1)
	if !n.Record.Equal(old.Record) {
		t.touch(access.EntryRecord, string(n.ID))
	}
	t.moved(old.Pair.Realm, old.Pair.Account)
	t.moved(n.Pair.Realm, n.Pair.Account)
	*a = *n
	if !relinked {
		return errors.Join(t.followFacts(a), t.ownWaiting(a.Pair.Device))
	}
	if a.Pair.Device != old.Pair.Device {
		if err := t.relink(old.Pair.Device); err != nil {
			return err
		}
	}
	return t.relink(a.Pair.Device)
}
