// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// bulkRows is how many rows one INSERT of bulk work carries.
const bulkRows = 100

// CreateAssociations records many new pairs at once, for imports and benchmarks. Each must be new, else
// it is a Conflict and nothing is written. Other changes wait until the transaction ends.
func (t *Tx) CreateAssociations(list []*access.Association) error {
	if len(list) == 0 {
		return nil
	}
	if err := t.reserve(); err != nil {
		return said("store: create associations", err)
	}
	for part := range slices.Chunk(list, bulkRows) {
		again, err := t.linkAll(part)
		if err != nil {
			return err
		}
		if err := t.ownAll(part); err != nil {
			return err
		}
		if err := t.createPart(part); err != nil {
			return err
		}
		if err := t.awaitAll(part); err != nil {
			return err
		}
		for _, id := range again {
			if err := t.relink(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Tx) createPart(part []*access.Association) error {
	var cols []column
	var values []any
	q := ""
	for i, a := range part {
		if err := validPair(a.Pair); err != nil {
			return err
		}
		if a.ID == "" {
			a.ID = access.AssociationID(NewID(t.now))
		}
		if a.Domain == "" {
			a.Domain = access.Standalone
		}
		if a.FirstSync.IsZero() {
			a.FirstSync = t.now
		}
		if a.LastSync.IsZero() {
			a.LastSync = a.FirstSync
		}
		a.Version, a.Change = max(a.Version, 1), t.number
		trim(a)
		a.Ruling = nil // rules have not looked at it yet
		row := &associationRow{Association: *a}
		row.SyncStatus = t.SyncStatus(&row.Association)
		a.SyncStatus = row.SyncStatus
		row.derive()
		cols = allColumns(row)
		if i > 0 {
			q += ", "
		}
		q += "(" + places(len(values)+1, len(cols)) + ")"
		values = append(values, args(cols)...)
		t.counted(row, 1)
		t.touch(access.EntryRecord, string(a.ID))
		t.moved(a.Pair.Realm, a.Pair.Account)
	}
	_, err := t.q.exec(t.ctx, `INSERT INTO association (`+names(cols)+`) VALUES `+q, values...)
	return said("store: create associations", err)
}

// linkAll makes the ActiveSync device ids of new records known, with their links. It gives those ids
// whose links have to be worked out anew when the records are there, because some were known already.
func (t *Tx) linkAll(part []*access.Association) (again []string, err error) {
	links := map[string][]access.DeviceID{}
	for _, a := range part {
		l := links[a.Pair.Device]
		if l == nil {
			l = []access.DeviceID{}
		}
		if a.Linked() && !slices.Contains(l, a.Device) {
			l = append(l, a.Device)
		}
		links[a.Pair.Device] = l
	}
	ids := make([]string, 0, len(links))
	for id := range links {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	q, values := "", []any{}
	for _, id := range ids {
		slices.Sort(links[id])
		if q != "" {
			q += ", "
		}
		q += "(" + places(len(values)+1, 5) + ")"
		values = append(values, id, value(asJSON{links[id]}), flag(len(links[id]) > 0), flag(len(links[id]) > 0), millis(t.now))
		if len(links[id]) > 0 {
			again = append(again, id)
			t.touch(access.EntryEASDevice, id)
		}
	}
	n, err := t.q.exec(t.ctx, `INSERT INTO eas_device (id, devices, linked, speaks, first_seen) VALUES `+q+
		` ON CONFLICT (id) DO NOTHING`, values...)
	if err != nil {
		return nil, said("store: create associations", err)
	}
	if len(again) > 0 {
		t.view.forget()
	}
	if int(n) == len(ids) {
		return nil, nil
	}
	return again, nil
}
