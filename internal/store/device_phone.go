// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// tellPhones fills in what became of the phones of devices that are not linked to them: of one in use the
// records that hang on nothing, of a waiting one the device it was before. Each is asked for by
// the index of ActiveSync device ids.
func (r runner) tellPhones(ctx context.Context, list []access.RegisteredDevice) error {
	alone, waiting := map[string][]*access.RegisteredDevice{}, map[string]*access.RegisteredDevice{}
	for i := range list {
		d := &list[i]
		d.Unlinked, d.UnlinkedByHand, d.Before = 0, 0, access.FormerDevice{}
		switch {
		case d.EASID == "":
		case d.State == access.DeviceWaiting:
			waiting[d.EASID] = d
		case isLiving(d.State) && d.Records == 0:
			alone[d.EASID] = append(alone[d.EASID], d)
		}
	}
	return errors.Join(r.tellUnlinked(ctx, alone), r.tellFormer(ctx, waiting))
}

func (r runner) tellUnlinked(ctx context.Context, of map[string][]*access.RegisteredDevice) error {
	return eachKeys(of, func(ids []any) error {
		return r.each(ctx, func(rows *sql.Rows) error {
			var id string
			var l access.Link
			err := rows.Scan(&id, jsonTarget{&l})
			for _, d := range of[id] {
				d.Unlinked++
				d.UnlinkedByHand += int(flag(l.By == access.LinkedByHand))
			}
			return err
		}, `SELECT eas_device, link FROM association WHERE eas_device IN (`+places(1, len(ids))+`) AND device = '' LIMIT `+places(len(ids)+1, 1),
			append(ids, int64(mostRecords))...)
	})
}

// tellFormer takes the device that was changed last where a phone was several. They are few for one phone, so that
// they are put in order here and not by the database.
func (r runner) tellFormer(ctx context.Context, of map[string]*access.RegisteredDevice) error {
	type age struct{ updated, seq int64 }
	latest := map[string]age{}
	return eachKeys(of, func(ids []any) error {
		return r.each(ctx, func(rows *sql.Rows) error {
			var id string
			var f access.FormerDevice
			var at age
			err := rows.Scan(&id, text(&f.ID), text(&f.State), text(&f.Owner), &f.OwnerName, &at.updated, &at.seq)
			was, known := latest[id]
			if newer := at.updated > was.updated || at.updated == was.updated && at.seq > was.seq; known && !newer {
				return err
			}
			if d := of[id]; d != nil {
				d.Before, latest[id] = f, at
			}
			return err
		}, `SELECT eas_id, id, state, owner, owner_name, updated, seq FROM device WHERE eas_id IN (`+places(1, len(ids))+`) AND eas_id <> ''
			AND state IN ('retired', 'wiped')`, ids...)
	})
}

// eachKeys hands the keys of a map to fn, some at a time, in order.
func eachKeys[T any](of map[string]T, fn func([]any) error) error {
	keys := make([]string, 0, len(of))
	for k := range of {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for part := range slices.Chunk(keys, 200) {
		if err := fn(anyOf(part)); err != nil {
			return err
		}
	}
	return nil
}
