// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// The choices of Show on the page of devices, beside ShowAll. The empty Show is ShowAll.
const (
	ShowRegistered   Show = "registered" // all but those that wait
	ShowWaiting      Show = "waiting"
	ShowPending      Show = "pending"
	ShowActive       Show = "active" // of users: not disabled
	ShowLost         Show = "lost"
	ShowRetired      Show = "retired"
	ShowWiped        Show = "wiped"
	ShowNoncompliant Show = "noncompliant" // pending, active or lost, and not compliant
)

// DeviceShows lists every choice of Show of devices.
func DeviceShows() []Show {
	return []Show{ShowAll, ShowRegistered, ShowWaiting, ShowPending, ShowActive, ShowLost, ShowRetired, ShowWiped, ShowNoncompliant}
}

func deviceClasses(s Show) ([]int64, bool) {
	switch s {
	case "", ShowAll:
		return []int64{0, 1, 2, 3, 4, 5, 9, 10, 11}, true
	case ShowRegistered:
		return []int64{1, 2, 3, 4, 5, 9, 10, 11}, true
	case ShowWaiting:
		return []int64{0}, true
	case ShowPending:
		return []int64{1, 9}, true
	case ShowActive:
		return []int64{2, 10}, true
	case ShowLost:
		return []int64{3, 11}, true
	case ShowRetired:
		return []int64{4}, true
	case ShowWiped:
		return []int64{5}, true
	case ShowNoncompliant:
		return []int64{9, 10, 11}, true
	}
	return nil, false
}

// DeviceColumns lists every column devices can be sorted by. The first is the one when nobody says.
func DeviceColumns() []Column {
	return []Column{SortName, SortAdded, SortOwner, SortModel, SortOS, SortNumber, SortState, SortCompliance, SortEnrolled, SortCheckIn}
}

// deviceTable is how devices are listed.
func deviceTable() listTable {
	return listTable{name: "device", class: "class", counts: "device_count", person: "owner", classes: deviceClasses,
		stages: []string{"key_owner", "key_name", "key_model", "key_number"}, sorts: DeviceColumns()}
}

// DeviceQuery asks for one page of devices. Search looks into owner, name, model, number, IMEI, serial
// number, UDID and ActiveSync device id; below three characters at the beginning of the first four.
type DeviceQuery Query

// DevicePage is one page of devices.
type DevicePage struct {
	Rows []access.RegisteredDevice
	PageMarks
}

// ListDevices gives one page of the devices, with how many records hang on each.
func (s *Store) ListDevices(ctx context.Context, q DeviceQuery) (p DevicePage, err error) {
	p.Rows, p.PageMarks, err = coveredList(Query(q).uncovered(SortNumber), func(q Query) ([]access.RegisteredDevice, PageMarks, error) {
		p, err := s.listDevices(ctx, q)
		return p.Rows, p.PageMarks, err
	}, shownDevice, wholeDevice)
	return p, err
}

func (s *Store) listDevices(ctx context.Context, q Query) (DevicePage, error) {
	var p DevicePage
	var err error
	p.PageMarks, err = s.list(ctx, "store: list devices", deviceTable(), q, func(r runner, items []item) error {
		p.Rows = nil
		if len(items) == 0 {
			return nil
		}
		at := make(map[int64]*access.RegisteredDevice, len(items))
		if err := r.eachDevice(ctx, func(d *deviceRow) { at[d.seq] = &d.RegisteredDevice },
			`WHERE seq IN (`+places(1, len(items))+`)`, seqs(items)...); err != nil {
			return err
		}
		for _, it := range items {
			if d := at[it.seq]; d != nil {
				p.Rows = append(p.Rows, *d)
			}
		}
		return r.countRecords(ctx, p.Rows)
	})
	return p, err
}

// EachDevice gives every device of a query, page by page, as EachAssociation does.
func (s *Store) EachDevice(ctx context.Context, q DeviceQuery, fn func(*access.RegisteredDevice) error) error {
	q.Limit, q.Cursor = 500, ""
	for {
		p, err := s.ListDevices(ctx, q)
		if err != nil {
			return err
		}
		for i := range p.Rows {
			if err := fn(&p.Rows[i]); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		q.Cursor = p.Next
	}
}

// DeviceCounts is how many devices there are in each state, kept up to date with every change.
type DeviceCounts struct {
	States       map[access.DeviceState]int64
	Noncompliant int64
}

// CountDevices gives the counts.
func (s *Store) CountDevices(ctx context.Context) (DeviceCounts, error) {
	counts, err := s.reader().classCounts(ctx, "device_count")
	c := DeviceCounts{States: map[access.DeviceState]int64{}}
	for i, state := range []access.DeviceState{access.DeviceWaiting, access.DevicePending, access.DeviceActive, access.DeviceLost,
		access.DeviceRetired, access.DeviceWiped} {
		c.States[state] = counts[int64(i)] + counts[int64(i)+8]
		c.Noncompliant += counts[int64(i)+8]
	}
	return c, said("store: count devices", err)
}
