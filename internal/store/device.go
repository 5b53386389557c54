// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// deviceRow is a registered device, or one that waits to be registered, with what only the database
// needs.
type deviceRow struct {
	access.RegisteredDevice
	seq   int64
	class int64
	keys  struct{ name, owner, model, os, number, imei, serial, udid, tail, search string }
}

func deviceColumns(d *access.Device) []column {
	return []column{{"id", text(&d.ID)}, {"owner", text(&d.Owner)}, {"state", text(&d.State)},
		{"noncompliant", &d.Noncompliant}}
}

func registeredColumns(r *deviceRow) []column {
	d := &r.RegisteredDevice
	return append(deviceColumns(&d.Device), []column{{"owner_name", &d.OwnerName}, {"name", &d.Name}, {"os", &d.OS},
		{"os_version", &d.OSVersion}, {"model", &d.Model}, {"manufacturer", &d.Manufacturer}, {"number", &d.Number},
		{"imei", &d.IMEI}, {"serial", &d.Serial}, {"udid", &d.UDID}, {"eas_id", &d.EASID}, {"ownership", text(&d.Ownership)},
		{"source", &d.Source}, {"enrolled", &d.Enrolled}, {"last_checkin", &d.LastCheckIn}, {"compliance", text(&d.Compliance)},
		{"compliance_since", &d.ComplianceSince}, {"compliance_source", &d.ComplianceSource}, {"comment", &d.Comment},
		{"created", &d.Created}, {"updated", &d.Updated}, {"version", &d.Version}, {"class", &r.class},
		{"key_name", &r.keys.name}, {"key_owner", &r.keys.owner}, {"key_model", &r.keys.model}, {"key_os", &r.keys.os},
		{"key_number", &r.keys.number}, {"imei_key", &r.keys.imei}, {"serial_key", &r.keys.serial},
		{"udid_key", &r.keys.udid}, {"number_tail", &r.keys.tail}, {"search", &r.keys.search}}...)
}

// deviceClasses are the classes of the states. Those in use have eight more when they are not compliant.
func deviceClass(s access.DeviceState, broken bool) int64 {
	switch s {
	case access.DeviceWaiting:
		return 0
	case access.DevicePending:
		return 1 + 8*flag(broken)
	case access.DeviceActive:
		return 2 + 8*flag(broken)
	case access.DeviceLost:
		return 3 + 8*flag(broken)
	case access.DeviceRetired:
		return 4
	}
	return 5
}

func (r *deviceRow) derive() {
	d := &r.RegisteredDevice
	r.class = deviceClass(d.State, d.Noncompliant != "")
	r.keys.name, r.keys.owner = sortKey(firstOf(d.Name, firstOf(d.Model, d.EASID))), sortKey(d.OwnerName)
	r.keys.model, r.keys.os = sortKey(d.Model), sortKey(strings.TrimSpace(d.OS+" "+d.OSVersion))
	r.keys.number = sortKey(firstOf(digits(d.Number), d.Number))
	r.keys.imei, r.keys.serial, r.keys.udid = imeiKey(d.IMEI), serialKey(d.Serial), serialKey(d.UDID)
	r.keys.tail = numberTail(d.Number)
	r.keys.search = searchText(d.OwnerName, d.Name, d.Model, d.Number, digits(d.Number), d.IMEI, d.Serial, d.UDID, d.EASID)
}

// trim brings every text to what the database keeps, and compliance and its reason in line.
func (r *deviceRow) trim(now time.Time) {
	d := &r.RegisteredDevice
	for _, p := range []*string{&d.Number, &d.IMEI, &d.Serial, &d.UDID, &d.Source, &d.ComplianceSource} {
		*p = clean(*p, capShort)
	}
	for _, p := range []*string{&d.Name, &d.OS, &d.OSVersion, &d.Model, &d.Manufacturer} {
		*p = clean(*p, capText)
	}
	d.EASID = clean(d.EASID, capKey)
	d.Comment, d.Noncompliant = clean(d.Comment, capReason), clean(d.Noncompliant, capReason)
	if d.Source == "" {
		d.Source = access.SourceLocal
	}
	switch {
	case d.Compliance == access.NotCompliant && d.Noncompliant == "":
		d.Noncompliant = "not compliant"
	case d.Noncompliant != "" && d.Compliance != access.NotCompliant:
		d.Compliance = access.NotCompliant
	case d.Compliance == "":
		d.Compliance = access.ComplianceUnknown
	}
	if d.Compliance != access.ComplianceUnknown && d.ComplianceSince.IsZero() {
		d.ComplianceSince = now
	}
	for _, p := range []*time.Time{&d.Enrolled, &d.LastCheckIn, &d.ComplianceSince, &d.Created, &d.Updated} {
		*p = moment(millis(*p))
	}
}

// FindDevice gives the part of a registered device that verdicts depend on.
func (s *Store) FindDevice(ctx context.Context, id access.DeviceID) (*access.Device, error) {
	d, err := s.reader().device(ctx, id)
	return d, said("store: find device", err)
}

// device passes over devices that only wait: nothing is linked to them and gateways never hear of them.
func (r runner) device(ctx context.Context, id access.DeviceID) (*access.Device, error) {
	d := &access.Device{}
	cols := deviceColumns(d)
	err := r.row(ctx, `SELECT `+names(cols)+` FROM device WHERE id = $1 AND state <> 'waiting'`, string(id)).Scan(targets(cols)...)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (r runner) registered(ctx context.Context, lock bool, where string, a ...any) (*deviceRow, error) {
	row := &deviceRow{}
	cols := append(registeredColumns(row), column{"seq", &row.seq})
	q := `SELECT ` + names(cols) + ` FROM device WHERE ` + where
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, a...).Scan(targets(cols)...); err != nil {
		return nil, err
	}
	return row, nil
}

// eachDevice gives devices with everything but the number of their records.
func (r runner) eachDevice(ctx context.Context, fn func(*deviceRow), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		row := &deviceRow{}
		if err := rows.Scan(targets(append(registeredColumns(row), column{"seq", &row.seq}))...); err != nil {
			return err
		}
		fn(row)
		return nil
	}, `SELECT `+names(registeredColumns(&deviceRow{}))+`, seq FROM device `+rest, a...)
}

// FindRegistered gives a device as the console shows it, waiting ones too.
func (s *Store) FindRegistered(ctx context.Context, id access.DeviceID) (*access.RegisteredDevice, error) {
	return s.reader().countedDevice(ctx, false, id)
}

// FindRegistered gives a device and keeps others from changing it until the transaction ends.
func (t *Tx) FindRegistered(id access.DeviceID) (*access.RegisteredDevice, error) {
	return t.q.countedDevice(t.ctx, true, id)
}

func (r runner) countedDevice(ctx context.Context, lock bool, id access.DeviceID) (*access.RegisteredDevice, error) {
	row, err := r.registered(ctx, lock, `id = $1`, string(id))
	if err != nil {
		return nil, said("store: find device", err)
	}
	list := []access.RegisteredDevice{row.RegisteredDevice}
	return &list[0], said("store: find device", r.countRecords(ctx, list))
}

// mostRecords is how many records of one list of devices are counted at most.
const mostRecords = 2000

// countRecords fills in how many records hang on devices: those linked to them, or of a waiting one
// those with its ActiveSync device id.
func (r runner) countRecords(ctx context.Context, list []access.RegisteredDevice) error {
	count := func(column, more string, keys map[string]*int) error {
		args := make([]any, 0, len(keys))
		for k := range keys {
			args = append(args, k)
		}
		for len(args) > 0 {
			n := min(len(args), 200)
			if err := r.each(ctx, func(rows *sql.Rows) error {
				var key string
				err := rows.Scan(&key)
				if p := keys[key]; p != nil {
					*p++
				}
				return err
			}, `SELECT `+column+` FROM association WHERE `+column+` IN (`+places(1, n)+`)`+more+` LIMIT `+places(n+1, 1),
				append(args[:n:n], int64(mostRecords))...); err != nil {
				return err
			}
			args = args[n:]
		}
		return nil
	}
	linked, waiting := map[string]*int{}, map[string]*int{}
	for i := range list {
		d := &list[i]
		d.Records = 0
		if d.State == access.DeviceWaiting {
			waiting[d.EASID] = &d.Records
		} else {
			linked[string(d.ID)] = &d.Records
		}
	}
	return errors.Join(count("device", " AND device <> ''", linked), count("eas_device", "", waiting), r.tellPhones(ctx, list))
}

// DeviceKey names a device by what its maker or its mail client calls it.
type DeviceKey struct{ IMEI, Serial, UDID, EASID string }

// FindDevicesBy gives the registered devices, without waiting ones, that any field of the key names;
// the same device once. An import finds by it what is there already.
func (t *Tx) FindDevicesBy(k DeviceKey) ([]access.RegisteredDevice, error) {
	g := deviceGather{read: t.Neighbours().readDevices}
	g.by("imei_key", imeiKey(k.IMEI))
	g.by("serial_key", serialKey(k.Serial))
	g.by("udid_key", serialKey(k.UDID))
	g.by("eas_id", k.EASID)
	return g.list, said("store: find devices", g.err)
}

// DevicesOf gives the registered devices of a user, oldest first, at most limit of them.
func (s *Store) DevicesOf(ctx context.Context, owner access.UserID, limit int) ([]access.RegisteredDevice, error) {
	var list []access.RegisteredDevice
	err := s.reading(ctx, "store: devices of a user", func(q runner) error {
		if err := q.eachDevice(ctx, func(r *deviceRow) { list = append(list, r.RegisteredDevice) },
			`WHERE owner = $1 AND owner <> '' ORDER BY seq LIMIT $2`, string(owner), int64(limit)); err != nil {
			return err
		}
		return q.countRecords(ctx, list)
	})
	return list, err
}

// WaitingDevice gives the waiting device of an ActiveSync device id; NotFound when it has none.
func (t *Tx) WaitingDevice(easID string) (*access.RegisteredDevice, error) {
	row, err := t.q.registered(t.ctx, true, `eas_id = $1 AND eas_id <> '' AND state = 'waiting'`, easID)
	if err != nil {
		return nil, said("store: find device", err)
	}
	return &row.RegisteredDevice, nil
}
