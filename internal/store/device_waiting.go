// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"
	"slices"

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

// living are the states of a registered device that is in use: its phone waits for nothing.
const living = `state IN ('pending', 'active', 'lost')`

func isLiving(s access.DeviceState) bool {
	return s == access.DevicePending || s == access.DeviceActive || s == access.DeviceLost
}

// easTaken says whether an ActiveSync device id has no business among the waiting ones: a registered device is
// linked to it, or one in use is registered under it, whoever has unlinked its records.
func (t *Tx) easTaken(id string) (bool, error) {
	linked, err := t.easLinked(id)
	if err != nil || linked {
		return linked, err
	}
	taken, err := t.easRegistered([]any{id})
	return taken[id], err
}

// easRegistered gives those of some ActiveSync device ids under which devices in use are registered.
func (t *Tx) easRegistered(ids []any) (map[string]bool, error) {
	taken := map[string]bool{}
	err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		taken[id] = true
		return err
	}, `SELECT eas_id FROM device WHERE eas_id IN (`+places(1, len(ids))+`) AND eas_id <> '' AND `+living, ids...)
	return taken, err
}

// await puts the phone of a new record among the devices that wait to be registered, unless a registered
// device is linked to it or one in use has its id.
func (t *Tx) await(a *access.Association) error {
	taken, err := t.easTaken(a.Pair.Device)
	if err != nil || taken {
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
// records, none of them is linked and no device in use is registered under it, and of none otherwise.
func (t *Tx) awaitID(id string) error {
	taken, err := t.easTaken(id)
	if err != nil {
		return said("store: waiting device", err)
	}
	if !taken {
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

// awaitChanged is awaitID for the ids of registered devices that change or go.
func (t *Tx) awaitChanged(ids ...string) error {
	ids, err := t.holdEAS(ids)
	for _, id := range ids {
		if err == nil {
			err = t.awaitID(id)
		}
	}
	if err != nil {
		return err
	}
	return t.releaseEAS(ids)
}

// registerAll takes the ids under which devices in use have just been registered out of the waiting ones.
func (t *Tx) registerAll(ids []string) error {
	ids, err := t.holdEAS(ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	n, err := t.q.exec(t.ctx, `DELETE FROM device WHERE eas_id IN (`+places(1, len(ids))+`) AND eas_id <> '' AND state = 'waiting'`, anyOf(ids)...)
	if err != nil {
		return said("store: waiting device", err)
	}
	t.tally(countRow{table: "device_count", class: deviceClass(access.DeviceWaiting, false)}, -n)
	return t.releaseEAS(ids)
}

// holdEAS keeps others from recording or linking some ActiveSync device ids until the transaction ends, those
// that have no record yet as well: it makes their rows, which releaseEAS drops again. It gives the ids in
// order, each once.
func (t *Tx) holdEAS(ids []string) ([]string, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
	if t.s.engine != enginePostgres || len(ids) == 0 { // on SQLite one transaction writes at a time
		return ids, nil
	}
	for _, id := range ids {
		if err := t.addEASDevice(id); err != nil {
			return nil, said("store: waiting device", err)
		}
	}
	_, err := t.q.exec(t.ctx, `SELECT 1 FROM eas_device WHERE id IN (`+places(1, len(ids))+`) ORDER BY id FOR UPDATE`, anyOf(ids)...)
	return ids, said("store: waiting device", err)
}

func (t *Tx) releaseEAS(ids []string) error {
	if t.s.engine != enginePostgres || len(ids) == 0 {
		return nil
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM eas_device WHERE id IN (`+places(1, len(ids))+`)
		AND NOT EXISTS (SELECT 1 FROM association WHERE association.eas_device = eas_device.id)`, anyOf(ids)...)
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
