// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"

	"github.com/vedette-mail/vedette/internal/access"
)

func deviceColumns(d *access.Device) []column {
	return []column{{"id", text(&d.ID)}, {"owner", text(&d.Owner)}, {"state", text(&d.State)},
		{"noncompliant", &d.Noncompliant}}
}

// FindDevice gives one registered device.
func (s *Store) FindDevice(ctx context.Context, id access.DeviceID) (*access.Device, error) {
	d, err := s.reader().device(ctx, id)
	return d, said("store: find device", err)
}

func (r runner) device(ctx context.Context, id access.DeviceID) (*access.Device, error) {
	d := &access.Device{}
	cols := deviceColumns(d)
	err := r.row(ctx, `SELECT `+names(cols)+` FROM device WHERE id = $1`, string(id)).Scan(targets(cols)...)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// SaveDevice creates or changes a registered device. Its state and compliance reach every record that
// shares an ActiveSync device id with a record linked to it.
func (t *Tx) SaveDevice(d *access.Device) error {
	if d.ID == "" {
		d.ID = access.DeviceID(NewID(t.now))
	}
	d.Noncompliant = clean(d.Noncompliant, capReason)
	now := t.now
	cols := append(deviceColumns(d), column{"created", &now}, column{"updated", &now})
	if _, err := t.q.exec(t.ctx, `INSERT INTO device (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (id) DO UPDATE SET owner = $2, state = $3, noncompliant = $4, updated = $6`, args(cols)...); err != nil {
		return said("store: save device", err)
	}
	t.touch(access.EntryDevice, string(d.ID))
	return t.rejudgeDevice(d.ID)
}

// DeleteDevice forgets a registered device and unlinks its records.
func (t *Tx) DeleteDevice(id access.DeviceID) error {
	var linked []access.AssociationID
	if err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var a access.AssociationID
		err := r.Scan(text(&a))
		linked = append(linked, a)
		return err
	}, `SELECT id FROM association WHERE device = $1 AND device <> ''`, string(id)); err != nil {
		return said("store: delete device", err)
	}
	for _, a := range linked {
		as, err := t.FindAssociation(a)
		if err != nil {
			return err
		}
		as.Device = ""
		if err := t.SaveAssociation(as); err != nil {
			return err
		}
	}
	n, err := t.q.exec(t.ctx, `DELETE FROM device WHERE id = $1`, string(id))
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	t.touch(access.EntryDevice, string(id))
	t.view.forget()
	return said("store: delete device", err)
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
