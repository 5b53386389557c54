// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func watched(id, device, registered string) admin.Row {
	r := admin.Row{}
	r.ID, r.Pair, r.Device = access.AssociationID(id), access.Pair{Realm: "lab", Account: "u" + id, Device: device}, access.DeviceID(registered)
	return r
}

// phones is a view that knows which registered devices share a phone.
type phones struct {
	access.View
	of map[string][]access.DeviceID
}

func (p phones) EASDevice(id string) *access.EASDevice {
	return &access.EASDevice{ID: id, Devices: p.of[id]}
}

func TestAChangeIsToldToTheRowsThatDependOnIt(t *testing.T) {
	view := phones{of: map[string][]access.DeviceID{"ipad": {"d1", "d2"}}}
	for name, tt := range map[string]struct {
		entry access.Entry
		want  []access.AssociationID
		all   bool
		news  bool
	}{
		"a record in view":                              {entry: access.Entry{Kind: access.EntryRecord, Key: "1"}, want: []access.AssociationID{"1"}},
		"a record in view that has gone":                {entry: access.Entry{Kind: access.EntryRecord, Key: "2", Deleted: true}, want: []access.AssociationID{"2"}},
		"a record elsewhere":                            {entry: access.Entry{Kind: access.EntryRecord, Key: "9"}, news: true},
		"a record elsewhere that has gone":              {entry: access.Entry{Kind: access.EntryRecord, Key: "9", Deleted: true}},
		"a phone with two accounts":                     {entry: access.Entry{Kind: access.EntryEASDevice, Key: "ipad"}, want: []access.AssociationID{"2", "3"}},
		"a device that is linked to one record":         {entry: access.Entry{Kind: access.EntryDevice, Key: "d0"}, want: []access.AssociationID{"1"}},
		"a device whose phone has another record (R14)": {entry: access.Entry{Kind: access.EntryDevice, Key: "d1"}, want: []access.AssociationID{"2", "3"}},
		"an account":                                    {entry: access.Entry{Kind: access.EntryAccount, Key: "lab/u3"}, want: []access.AssociationID{"3"}},
		"the preferences":                               {entry: access.Entry{Kind: access.EntryPreferences}, all: true, news: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch("s", true, false, []admin.Row{watched("1", "phone", "d0"), watched("2", "ipad", "d1"), watched("3", "ipad", "")})
			w.entry(&tt.entry, 7, view)
			got, _ := w.take(time.Now().Add(time.Hour), 0, func(int64) bool { return true })
			if d := cmp.Diff(told{all: tt.all, rows: tt.want, news: tt.news}, got, cmp.AllowUnexported(told{})); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAChangeIsToldAtOnceAndWhatHappensAllTheTimeIsNot(t *testing.T) {
	w := newWatch("s", true, true, []admin.Row{watched("1", "phone", "")})
	yes := func(int64) bool { return true }
	const gather = 80 * time.Millisecond
	seen := []access.Sighting{{Pair: access.Pair{Realm: "lab", Account: "u1", Device: "phone"}}}

	w.sighted(seen)
	now := time.Now()
	w.pending[kindSeen], w.pending[kindPage] = now, now
	if got, next := w.take(now, gather, yes); got.rows != nil || next != now.Add(gather) {
		t.Fatalf("told %+v at once, next %s", got, next.Sub(now))
	}
	now = now.Add(time.Second)
	if got, _ := w.take(now, gather, yes); len(got.rows) != 1 || !got.page {
		t.Fatalf("a first sighting is not told: %+v", got)
	}
	w.sighted(seen)
	w.pending[kindSeen], w.pending[kindPage] = now, now
	if got, next := w.take(now.Add(2*time.Second), gather, yes); got.rows != nil || got.page || next != now.Add(3*time.Second) {
		t.Fatalf("a second sighting is told too soon: %+v, next after %s", got, next.Sub(now))
	}
	w.changes("1", 5)
	w.pending[kindRows] = now.Add(2 * time.Second)
	if got, _ := w.take(now.Add(2*time.Second+gather), gather, yes); len(got.rows) != 1 {
		t.Fatalf("a change waits for the sightings: %+v", got)
	}
}

func TestAChangeIsToldWhenRowsAreJudgedByIt(t *testing.T) {
	w := newWatch("s", false, false, []admin.Row{watched("1", "phone", "")})
	w.changes("1", 5)
	now := w.pending[kindRows].Add(time.Second)
	if got, next := w.take(now, 0, func(n int64) bool { return n < 5 }); got.rows != nil || next.IsZero() {
		t.Errorf("told %+v before the snapshot has it, next %s", got, next)
	}
	if got, _ := w.take(now.Add(5*time.Second), 0, func(int64) bool { return false }); len(got.rows) != 1 {
		t.Error("a snapshot that never gets there keeps it back for ever")
	}
}
