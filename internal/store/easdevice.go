// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"

	"github.com/vedette-mail/vedette/internal/access"
)

func (t *Tx) addEASDevice(id string) error {
	_, err := t.q.exec(t.ctx, `INSERT INTO eas_device (id, devices, linked, first_seen) VALUES ($1, '[]', 0, $2)
		ON CONFLICT (id) DO NOTHING`, id, millis(t.now))
	return err
}

// forgetEASDevice drops a device id that has no record any more. Its row must be locked, which awaitID does:
// whoever records the id meanwhile waits, and makes the row anew.
func (t *Tx) forgetEASDevice(id string) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM eas_device WHERE id = $1 AND policy = '' AND NOT EXISTS (SELECT 1 FROM association WHERE eas_device = $1)`, id)
	return said("store: forget device id", err)
}

// relink works out anew which registered devices share an ActiveSync device id, and what that means
// for all its records: compliance reaches every one of them.
func (t *Tx) relink(id string) error {
	if t.s.engine == enginePostgres { // two links on one device id take turns
		if _, err := t.q.exec(t.ctx, `SELECT 1 FROM eas_device WHERE id = $1 FOR UPDATE`, id); err != nil {
			return said("store: link", err)
		}
	}
	e := access.EASDevice{ID: id, Devices: []access.DeviceID{}}
	err := t.q.each(t.ctx, func(r *sql.Rows) error {
		var d string
		err := r.Scan(&d)
		e.Devices = append(e.Devices, access.DeviceID(d))
		return err
	}, `SELECT DISTINCT device FROM association WHERE eas_device = $1 AND device <> '' ORDER BY device`, id)
	if err != nil {
		return said("store: link", err)
	}
	if _, err := t.q.exec(t.ctx, `UPDATE eas_device SET devices = $1, linked = $2, speaks = CASE WHEN policy <> '' OR server_type <> '' THEN 1 ELSE $4 END WHERE id = $3`,
		value(asJSON{e.Devices}), flag(len(e.Devices) > 0), id, flag(len(e.Devices) > 0)); err != nil {
		return said("store: link", err)
	}
	t.touch(access.EntryEASDevice, id)
	t.view.forget()
	if err := t.awaitID(id); err != nil {
		return err
	}
	return t.rejudge(`WHERE eas_device = $1`, id)
}

// rejudge brings the sync status of a few records up to date.
func (t *Tx) rejudge(where string, a ...any) error {
	var rows []*associationRow
	if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { rows = append(rows, r) },
		where+` ORDER BY seq`+t.s.engine.locking(), a...); err != nil {
		return said("store: judge anew", err)
	}
	for _, r := range rows {
		if s := t.SyncStatus(&r.Association); s != r.SyncStatus {
			if err := t.resort(r, s); err != nil {
				return said("store: judge anew", err)
			}
		}
	}
	return nil
}

// SetServerType says on which kind of mail server the earliest record of a device id is; empty: not known, or
// of no interest. Gateways hear of another one.
func (t *Tx) SetServerType(id, kind string) (changed bool, err error) {
	n, err := t.q.exec(t.ctx, `UPDATE eas_device SET server_type = $2, speaks = CASE WHEN linked = 1 OR policy <> '' OR policy_turns > 0 OR $2 <> '' THEN 1 ELSE 0 END
		WHERE id = $1 AND server_type <> $2`, id, clean(kind, capShort))
	if err != nil || n == 0 {
		return false, said("store: set server type", err)
	}
	t.touch(access.EntryEASDevice, id)
	t.view.forget()
	return true, t.rejudge(`WHERE eas_device = $1`, id)
}

// easDevice gives an ActiveSync device id that a registered device or a policy hangs on; others say
// nothing a verdict depends on.
func (r runner) easDevice(ctx context.Context, id string) (*access.EASDevice, error) {
	e := &access.EASDevice{ID: id}
	err := r.row(ctx, `SELECT devices, policy, policy_turns, server_type FROM eas_device WHERE id = $1 AND speaks = 1`, id).
		Scan(jsonTarget{&e.Devices}, target(text(&e.Policy)), &e.PolicyTurns, &e.ServerType)
	return e, err
}
