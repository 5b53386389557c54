// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// sourceActiveSync is the source of a device that only its own mail traffic tells of.
const sourceActiveSync = "activesync"

// easLinked says whether a registered device is linked to an ActiveSync device id, and keeps others from
// changing that until the transaction ends.
func (t *Tx) easLinked(id string) (linked bool, err error) {
	err = t.q.row(t.ctx, `SELECT linked FROM eas_device WHERE id = $1`+t.s.engine.locking(), id).Scan(target(&linked))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return linked, err
}

// await puts the phone of a new record among the devices that wait to be registered, unless a registered
// device is linked to it.
func (t *Tx) await(a *access.Association) error {
	linked, err := t.easLinked(a.Pair.Device)
	if err != nil || linked {
		return said("store: waiting device", err)
	}
	if t.s.engine == enginePostgres { // the id's last record may have gone while this waited for the row
		if err := t.addEASDevice(a.Pair.Device); err != nil {
			return said("store: waiting device", err)
		}
	}
	return t.insertWaiting(a)
}

// awaitID makes sure of the one row an ActiveSync device id has among the waiting devices while it has
// records and none of them is linked, and of none otherwise.
func (t *Tx) awaitID(id string) error {
	linked, err := t.easLinked(id)
	if err != nil {
		return said("store: waiting device", err)
	}
	if !linked {
		first, err := t.q.association(t.ctx, false, `eas_device = $1 ORDER BY account, realm, domain LIMIT 1`, id)
		if err == nil {
			if err := t.insertWaiting(&first.Association); err != nil {
				return err
			}
			return t.ownWaiting(id)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return said("store: waiting device", err)
		}
	}
	n, err := t.q.exec(t.ctx, `DELETE FROM device WHERE eas_id = $1 AND eas_id <> '' AND state = 'waiting'`, id)
	t.tally(countRow{table: "device_count", class: deviceClass(access.DeviceWaiting, false)}, -n)
	return said("store: waiting device", err)
}

func (t *Tx) insertWaiting(a *access.Association) error {
	row, err := t.waitingRow(a)
	if err != nil {
		return err
	}
	cols := registeredColumns(row)
	n, err := t.q.exec(t.ctx, `INSERT INTO device (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (eas_id) WHERE state = 'waiting' DO NOTHING`, args(cols)...)
	if err != nil {
		return said("store: waiting device", err)
	}
	t.tally(countRow{table: "device_count", class: row.class}, n)
	if n == 0 && a.Person != "" {
		return t.ownWaiting(a.Pair.Device)
	}
	return nil
}

// waitingRow is what a record tells of its phone.
func (t *Tx) waitingRow(a *access.Association) (*deviceRow, error) {
	d := &access.RegisteredDevice{Device: access.Device{Owner: a.Person, State: access.DeviceWaiting},
		EASID: a.Pair.Device, Source: sourceActiveSync}
	tellOf(d, a)
	name, err := t.nameOf(a.Person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, said("store: waiting device", err)
	}
	d.OwnerName = name
	return t.newDeviceRow(d), nil
}

func tellOf(d *access.RegisteredDevice, a *access.Association) {
	d.Name, d.OS, d.OSVersion, d.Model, d.Number, d.IMEI = a.FriendlyName, a.OS, a.OSVersion, a.Model, a.Number, a.IMEI
}

// followFacts lets a waiting device show what its phone has said last.
func (t *Tx) followFacts(a *access.Association) error {
	if a.Linked() {
		return nil
	}
	row, err := t.q.registered(t.ctx, true, `eas_id = $1 AND eas_id <> '' AND state = 'waiting'`, a.Pair.Device)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return said("store: waiting device", err)
	}
	before := row.RegisteredDevice
	tellOf(&row.RegisteredDevice, a)
	row.trim(t.now)
	if row.RegisteredDevice == before {
		return nil
	}
	return t.rewriteWaiting(row)
}

// ownWaiting gives a waiting device to the first user, in the order of accounts, that has a record of it.
func (t *Tx) ownWaiting(id string) error {
	row, err := t.q.registered(t.ctx, true, `eas_id = $1 AND eas_id <> '' AND state = 'waiting'`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return said("store: waiting device", err)
	}
	var owner access.UserID
	err = t.q.row(t.ctx, `SELECT person FROM association WHERE eas_device = $1 AND person <> '' ORDER BY account, realm, domain LIMIT 1`,
		id).Scan(text(&owner))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return said("store: waiting device", err)
	}
	name, err := t.nameOf(owner)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return said("store: waiting device", err)
	}
	if row.Owner == owner && row.OwnerName == name {
		return nil
	}
	row.Owner, row.OwnerName = owner, name
	return t.rewriteWaiting(row)
}

// rewriteWaiting leaves the version alone: a person who registers the device meanwhile is not in the way.
func (t *Tx) rewriteWaiting(row *deviceRow) error {
	row.Updated = t.now
	row.derive()
	cols := registeredColumns(row)[1:]
	_, err := t.q.exec(t.ctx, `UPDATE device SET `+sets(2, cols)+` WHERE id = $1`, append([]any{string(row.ID)}, args(cols)...)...)
	return said("store: waiting device", err)
}
