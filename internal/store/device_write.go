// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// CreateDevice registers a device. It fills in ID, OwnerName, Created, Updated and Version. Rows of
// devices that wait are the store's own: one cannot be made by hand.
func (t *Tx) CreateDevice(d *access.RegisteredDevice) error {
	if err := t.registrable(d); err != nil {
		return err
	}
	return t.insertDevice(d)
}

// registrable says what is wrong with a device that a person or a program hands in.
func (t *Tx) registrable(d *access.RegisteredDevice) error {
	const op = "store: save device"
	if clean(d.EASID, capKey) != d.EASID || clean(string(d.ID), capShort) != string(d.ID) {
		return access.Invalid(op, "The device id is too long or holds characters that cannot be kept.")
	}
	switch d.State {
	case access.DevicePending, access.DeviceActive, access.DeviceLost, access.DeviceRetired, access.DeviceWiped:
	default:
		return access.Invalid(op, "A registered device is pending, active, lost, retired or wiped.")
	}
	name, err := t.nameOf(d.Owner)
	if errors.Is(err, sql.ErrNoRows) {
		return access.Invalid(op, "There is no such user to own the device.")
	}
	d.OwnerName = name
	return said(op, err)
}

// nameOf gives the name of a user, "" for no user.
func (t *Tx) nameOf(id access.UserID) (name string, err error) {
	if id != "" {
		err = t.q.row(t.ctx, `SELECT name FROM person WHERE id = $1`, string(id)).Scan(&name)
	}
	return name, err
}

func (t *Tx) insertDevice(d *access.RegisteredDevice) error {
	row := t.newDeviceRow(d)
	cols := registeredColumns(row)
	if _, err := t.q.exec(t.ctx, `INSERT INTO device (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
		return said("store: create device", err)
	}
	*d = row.RegisteredDevice
	t.tally(countRow{table: "device_count", class: row.class}, 1)
	t.touch(access.EntryDevice, string(d.ID))
	t.view.forget()
	if isLiving(d.State) {
		if err := t.registerAll([]string{d.EASID}); err != nil {
			return err
		}
	}
	return t.recount(d.Owner)
}

func (t *Tx) newDeviceRow(d *access.RegisteredDevice) *deviceRow {
	row := &deviceRow{RegisteredDevice: *d}
	n := &row.RegisteredDevice
	if n.ID == "" {
		n.ID = access.DeviceID(NewID(t.now))
	}
	if n.Created.IsZero() {
		n.Created = t.now
	}
	n.Updated, n.Version = t.now, max(n.Version, 1)
	row.trim(t.now)
	row.derive()
	return row
}

// SaveRegistered writes everything a person or a management system may say of a device. d.Version must be
// the version that was read, else it is a Conflict; it grows by one. Its state and compliance reach
// every record that shares an ActiveSync device id with a record linked to it. A waiting device
// becomes a registered one by its new state; linking its records is up to the caller.
func (t *Tx) SaveRegistered(d *access.RegisteredDevice) error {
	old, err := t.q.registered(t.ctx, true, `id = $1`, string(d.ID))
	if err != nil {
		return said("store: save device", err)
	}
	if old.Version != d.Version {
		return access.Conflict("store: save device", "Somebody else has changed this device in the meantime. Look at it again.")
	}
	n := *d
	n.Created = old.Created
	if old.State == access.DeviceWaiting {
		n.EASID = old.EASID
	}
	if n.State != access.DeviceWaiting || old.State != access.DeviceWaiting {
		if err := t.registrable(&n); err != nil {
			return err
		}
	}
	if err := t.updateDevice(old, &n); err != nil {
		return err
	}
	*d = n
	return nil
}

// updateDevice writes n over what was read as old, and what follows from it.
func (t *Tx) updateDevice(old *deviceRow, n *access.RegisteredDevice) error {
	n.Version, n.Updated = old.Version+1, t.now
	row := &deviceRow{RegisteredDevice: *n}
	row.trim(t.now)
	if row.Compliance != old.Compliance && row.ComplianceSince.Equal(old.ComplianceSince) {
		row.ComplianceSince = t.now
	}
	row.derive()
	cols := registeredColumns(row)[1:]
	if _, err := t.q.exec(t.ctx, `UPDATE device SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(n.ID)}, args(cols)...)...); err != nil {
		return said("store: save device", err)
	}
	*n = row.RegisteredDevice
	t.tally(countRow{table: "device_count", class: old.class}, -1)
	t.tally(countRow{table: "device_count", class: row.class}, 1)
	if old.Owner != n.Owner || old.class != row.class {
		if err := errors.Join(t.recount(old.Owner), t.recount(n.Owner)); err != nil {
			return err
		}
	}
	if old.State == access.DeviceWaiting && n.State != access.DeviceWaiting {
		t.touch(access.EntryDevice, string(n.ID))
		return t.awaitID(n.EASID)
	}
	if old.EASID != n.EASID || isLiving(old.State) != isLiving(n.State) {
		if err := t.awaitChanged(old.EASID, n.EASID); err != nil {
			return err
		}
	}
	if old.Device == n.Device || n.State == access.DeviceWaiting {
		return nil
	}
	t.touch(access.EntryDevice, string(n.ID))
	return t.rejudgeDevice(n.ID)
}

// SaveDevice creates or changes the part of a registered device that verdicts depend on.
func (t *Tx) SaveDevice(d *access.Device) error {
	old, err := t.q.registered(t.ctx, true, `id = $1`, string(d.ID))
	if d.ID == "" || errors.Is(err, sql.ErrNoRows) {
		n := access.RegisteredDevice{Device: *d}
		if name, err := t.nameOf(d.Owner); err == nil {
			n.OwnerName = name
		}
		err = t.insertDevice(&n)
		*d = n.Device
		return err
	}
	if err != nil {
		return said("store: save device", err)
	}
	n := old.RegisteredDevice
	n.Device = *d
	if n.OwnerName, err = t.nameOf(d.Owner); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return said("store: save device", err)
	}
	if d.Noncompliant == "" && n.Compliance == access.NotCompliant {
		n.Compliance = access.Compliant
	}
	err = t.updateDevice(old, &n)
	*d = n.Device
	return err
}

// DeleteDevice forgets a registered device, unlinks its records and takes it out of suggestions. What
// links remain possible is up to the matcher.
func (t *Tx) DeleteDevice(id access.DeviceID) error {
	old, err := t.q.registered(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return said("store: delete device", err)
	}
	if old.State == access.DeviceWaiting {
		return access.Invalid("store: delete device", "A phone that waits for its registration goes when its records go.")
	}
	linked, err := t.associationIDs(`WHERE device = $1 AND device <> ''`, string(id))
	if err != nil {
		return said("store: delete device", err)
	}
	for _, a := range linked {
		as, err := t.FindAssociation(a)
		if err != nil {
			return err
		}
		as.Device, as.Link = "", access.Link{}
		if err := t.SaveAssociation(as); err != nil {
			return err
		}
	}
	suggested, err := t.associationIDs(`WHERE suggested = $1 AND suggested <> ''`, string(id))
	if err != nil {
		return said("store: delete device", err)
	}
	for _, a := range suggested {
		as, err := t.FindAssociation(a)
		if err != nil {
			return err
		}
		if err := t.SaveLink(a, as.Device, as.Link, access.Suggestion{}, as.Replaces); err != nil {
			return err
		}
	}
	if _, err := t.q.exec(t.ctx, `DELETE FROM device WHERE id = $1`, string(id)); err != nil {
		return said("store: delete device", err)
	}
	t.tally(countRow{table: "device_count", class: old.class}, -1)
	t.touch(access.EntryDevice, string(id))
	t.view.forget()
	if err := t.awaitChanged(old.EASID); err != nil {
		return err
	}
	return t.recount(old.Owner)
}

func (t *Tx) associationIDs(rest string, a ...any) (list []access.AssociationID, err error) {
	err = t.q.each(t.ctx, func(r *sql.Rows) error {
		var id access.AssociationID
		err := r.Scan(text(&id))
		list = append(list, id)
		return err
	}, `SELECT id FROM association `+rest, a...)
	return list, err
}

func (t *Tx) rejudgeDevice(id access.DeviceID) error {
	t.view.forget()
	var ids []string
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		ids = append(ids, s)
		return err
	}, `SELECT DISTINCT eas_device FROM association WHERE device = $1 AND device <> '' ORDER BY eas_device`, string(id)); err != nil {
		return said("store: save device", err)
	}
	for _, e := range ids {
		if err := t.rejudge(`WHERE eas_device = $1`, e); err != nil {
			return err
		}
	}
	return nil
}
