// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// The classes of expected phones.
const (
	expectedMissing int64 = 0
	expectedSeen    int64 = 1
)

// missingDay stands in expected_day for those that have not come yet.
const missingDay int64 = -1

type expectedRow struct {
	access.Expected
	seq   int64
	class int64
	keys  struct{ user, device, model, search string }
}

func expectedColumns(r *expectedRow) []column {
	return []column{{"id", &r.ID}, {"realm", &r.Pair.Realm}, {"account", &r.Pair.Account}, {"eas_device", &r.Pair.Device}, {"who", &r.Who},
		{"model", &r.Model}, {"os", &r.OS}, {"device_type", &r.DeviceType}, {"user_agent", &r.UserAgent}, {"imei", &r.IMEI}, {"number", &r.Number},
		{"first_sync", &r.FirstSync}, {"last_sync", &r.LastSync}, {"state", &r.State}, {"preset", text(&r.Preset)}, {"reason", &r.Reason},
		{"by_whom", &r.By}, {"import_id", &r.Import}, {"created", &r.Created}, {"seen", &r.Seen}, {"version", &r.Version}, {"class", &r.class},
		{"key_user", &r.keys.user}, {"key_device", &r.keys.device}, {"key_model", &r.keys.model}, {"search", &r.keys.search}}
}

func (r *expectedRow) derive() {
	for _, p := range []*string{&r.Who, &r.Model, &r.OS, &r.UserAgent} {
		*p = clean(*p, capText)
	}
	for _, p := range []*string{&r.DeviceType, &r.IMEI, &r.Number, &r.State, &r.Import} {
		*p = clean(*p, capShort)
	}
	r.Reason, r.By = clean(r.Reason, capReason), clean(r.By, capKey)
	r.class = expectedMissing
	if !r.Seen.IsZero() {
		r.class = expectedSeen
	}
	r.FirstSync, r.LastSync, r.Seen = moment(millis(r.FirstSync)), moment(millis(r.LastSync)), moment(millis(r.Seen))
	r.keys.user, r.keys.device, r.keys.model = sortKey(firstOf(r.Who, r.Pair.Account)), sortKey(r.Pair.Device), sortKey(firstOf(r.Model, r.DeviceType))
	r.keys.search = searchText(r.Who, r.Pair.Account, r.Pair.Device, r.Model, r.DeviceType, r.IMEI, r.Number, digits(r.Number))
}

// day is where the row stands in expected_day.
func (r *expectedRow) day() int64 {
	if r.class == expectedMissing {
		return missingDay
	}
	return millis(r.Seen) / (24 * time.Hour).Milliseconds()
}

func (t *Tx) tallyExpected(r *expectedRow, n int64) {
	t.tally(countRow{table: "expected_count", class: r.class}, n)
	t.tally(countRow{table: expectedDays, class: r.day(), name: r.Pair.Realm}, n)
}

const expectedDays = "expected_day"

func (r runner) expected(ctx context.Context, where string, a ...any) (*expectedRow, error) {
	row := &expectedRow{}
	err := r.row(ctx, `SELECT seq, `+names(expectedColumns(row))+` FROM expected WHERE `+where, a...).
		Scan(append([]any{&row.seq}, targets(expectedColumns(row))...)...)
	return row, err
}

// FindExpected gives the expected phone of a pair; NotFound when no list has named it.
func (t *Tx) FindExpected(p access.Pair) (*access.Expected, error) {
	row, err := t.q.expected(t.ctx, `eas_device = $1 AND account = $2 AND realm = $3`+t.s.engine.locking(), p.Device, p.Account, p.Realm)
	return &row.Expected, said("store: find expected phone", err)
}

// FindExpectedByID is FindExpected by the id.
func (t *Tx) FindExpectedByID(id string) (*access.Expected, error) {
	row, err := t.q.expected(t.ctx, `id = $1`+t.s.engine.locking(), id)
	return &row.Expected, said("store: find expected phone", err)
}

// SaveExpected writes what a list says of a pair, in place of what another said before. It fills in ID,
// Created, Version and Seen: a pair that has a record has come already.
func (t *Tx) SaveExpected(x *access.Expected) error {
	const op = "store: save expected phone"
	p := x.Pair
	if p.Account == "" {
		p.Account = "?"
	}
	if err := validPair(p); err != nil {
		return err
	}
	old, err := t.q.expected(t.ctx, `eas_device = $1 AND account = $2 AND realm = $3`+t.s.engine.locking(), x.Pair.Device, x.Pair.Account, x.Pair.Realm)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return said(op, err)
	}
	row := &expectedRow{Expected: *x}
	row.ID, row.Created, row.Version = NewID(t.now), t.now, 1
	if known {
		row.ID, row.Created, row.Version, row.Seen = old.ID, old.Created, old.Version+1, old.Seen
	}
	if row.Seen.IsZero() {
		if row.Seen, err = t.firstSeen(x.Pair); err != nil {
			return said(op, err)
		}
	}
	row.derive()
	cols := expectedColumns(row)
	if _, err := t.q.exec(t.ctx, `INSERT INTO expected (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (id) DO UPDATE SET `+sets(2, cols[1:]), args(cols)...); err != nil {
		return said(op, err)
	}
	if known {
		t.tallyExpected(old, -1)
	}
	t.tallyExpected(row, 1)
	*x = row.Expected
	return nil
}

// firstSeen is when a pair, or where the account is not known any account on the device, was first
// recorded; zero: never.
func (t *Tx) firstSeen(p access.Pair) (at time.Time, err error) {
	if p.Account == "" {
		err = t.q.row(t.ctx, `SELECT COALESCE(MIN(first_sync), 0) FROM association WHERE eas_device = $1 AND realm = $2`, p.Device, p.Realm).Scan(target(&at))
		return at, err
	}
	err = t.q.row(t.ctx, `SELECT COALESCE(MIN(first_sync), 0) FROM association WHERE eas_device = $1 AND account = $2 AND realm = $3`,
		p.Device, p.Account, p.Realm).Scan(target(&at))
	return at, err
}

// DeleteExpected forgets an expected phone.
func (t *Tx) DeleteExpected(id string) error {
	row, err := t.q.expected(t.ctx, `id = $1`+t.s.engine.locking(), id)
	if err != nil {
		return said("store: delete expected phone", err)
	}
	if _, err := t.q.exec(t.ctx, `DELETE FROM expected WHERE id = $1`, id); err != nil {
		return said("store: delete expected phone", err)
	}
	t.tallyExpected(row, -1)
	return nil
}

// DeleteExpectedBefore forgets expected phones that were first named before a moment, at most limit of them, the
// oldest first.
func (t *Tx) DeleteExpectedBefore(before time.Time, limit int) (n int, err error) {
	var ids []string
	err = t.q.each(t.ctx, func(r *sql.Rows) error {
		var id string
		var created time.Time
		err := r.Scan(&id, target(&created))
		if created.Before(before) {
			ids = append(ids, id)
		}
		return err
	}, `SELECT id, created FROM expected ORDER BY seq LIMIT $1`, int64(limit))
	if err != nil {
		return 0, said("store: forget expected phones", err)
	}
	for _, id := range ids {
		if err := t.DeleteExpected(id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// ForgetExpected forgets all expected phones and says how many there were.
func (t *Tx) ForgetExpected() (n int64, err error) {
	if n, err = t.q.exec(t.ctx, `DELETE FROM expected`); err == nil {
		if _, err = t.q.exec(t.ctx, `DELETE FROM expected_day`); err == nil {
			_, err = t.q.exec(t.ctx, `UPDATE expected_count SET n = 0`)
		}
	}
	return n, said("store: forget expected phones", err)
}

// arrive ticks a new record's pair off the lists, and writes on it what was decided for it before. It is
// called before the record is written.
func (t *Tx) arrive(a *access.Association) error {
	var list []*expectedRow
	err := t.q.each(t.ctx, func(r *sql.Rows) error {
		row := &expectedRow{}
		list = append(list, row)
		return r.Scan(append([]any{&row.seq}, targets(expectedColumns(row))...)...)
	}, `SELECT seq, `+names(expectedColumns(&expectedRow{}))+` FROM expected WHERE eas_device = $1 AND account IN ($2, '') AND realm = $3`+t.s.engine.locking(),
		a.Pair.Device, a.Pair.Account, a.Pair.Realm)
	if err != nil {
		return said("store: expected phone", err)
	}
	for _, row := range list {
		if !row.Seen.IsZero() {
			continue
		}
		t.tallyExpected(row, -1)
		row.Seen = t.now
		row.derive()
		if _, err := t.q.exec(t.ctx, `UPDATE expected SET seen = $2, class = $3, version = version + 1 WHERE id = $1`,
			row.ID, millis(row.Seen), row.class); err != nil {
			return said("store: expected phone", err)
		}
		t.tallyExpected(row, 1)
		if row.Preset == access.NoOverride || row.Pair.Account == "" || a.Override.Kind != access.NoOverride {
			continue
		}
		a.Override = access.Override{Kind: row.Preset, Reason: row.Reason, By: row.By, At: t.now}
		t.Audit(access.AuditEntry{Actor: machine, Event: string(access.VerbBlock), Subject: a.Pair.String(), Object: string(a.ID),
			Detail: "decided before it came, by " + row.By + ": " + row.Reason})
	}
	return nil
}

// machine is the actor of what nobody did by hand.
const machine = "vedette"

// ExpectedDay says how many expected phones of a mail server came first on a day; the zero day: how many
// have not come yet.
type ExpectedDay struct {
	Realm string
	Day   time.Time
	N     int64
}

// CountExpected gives how many expected phones came on which day, and how many have not come, by mail
// server and then by day.
func (s *Store) CountExpected(ctx context.Context) (list []ExpectedDay, err error) {
	err = s.reader().each(ctx, func(r *sql.Rows) error {
		var d ExpectedDay
		var day int64
		err := r.Scan(&d.Realm, &day, &d.N)
		if day != missingDay {
			d.Day = time.UnixMilli(day * (24 * time.Hour).Milliseconds()).UTC()
		}
		list = append(list, d)
		return err
	}, `SELECT name, class, n FROM expected_day WHERE n > 0 ORDER BY name, class`)
	return list, said("store: count expected phones", err)
}
