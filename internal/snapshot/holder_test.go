// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func TestAFullCopyIsActedOnOnlyWhenItIsComplete(t *testing.T) {
	h := snapshot.NewHolder(filled(3), time.Time{})
	var told []snapshot.Touched
	h.OnChange(func(touched snapshot.Touched) { told = append(told, touched) })
	first := at(9, record("x", 50))
	first.Full, first.More = true, true
	h.Apply(first)
	if h.Load().Records() != 3 || len(told) != 0 {
		t.Fatalf("half a copy is in use: %d records", h.Load().Records())
	}
	h.Apply(at(9, record("y", 51)))
	if n := h.Load().Records(); n != 2 {
		t.Errorf("%d records after the copy, want 2", n)
	}
	if len(told) != 1 || !told[0].All || told[0].Position.Number != 9 {
		t.Errorf("told %+v", told)
	}
}

func TestACopyThatBrokeOffIsForgotten(t *testing.T) {
	h := snapshot.NewHolder(filled(3), time.Time{})
	half := at(9, record("x", 50))
	half.Full, half.More = true, true
	h.Apply(half)
	h.Drop()
	h.Apply(at(10, record("z", 60)))
	if n := h.Load().Records(); n != 4 {
		t.Errorf("%d records, want the three from before and the new one", n)
	}
}

func TestAChangeNamesThePairsItTouches(t *testing.T) {
	h := snapshot.NewHolder(filled(3), time.Time{})
	var got snapshot.Touched
	h.OnChange(func(touched snapshot.Touched) { got = touched })
	pair := func(n int) access.Pair { return record("", n).Record.Pair }
	tests := []struct {
		name string
		e    access.Entry
		want snapshot.Touched
	}{
		{"a record that changes touches its pair", record("r1", 1), snapshot.Touched{Pairs: []access.Pair{pair(1)}}},
		{"a record that moves touches both", record("r1", 8), snapshot.Touched{Pairs: []access.Pair{pair(1), pair(8)}}},
		{"a record that goes touches its pair", gone(access.EntryRecord, "r2"), snapshot.Touched{Pairs: []access.Pair{pair(2)}}},
		{"a record that was never there touches nothing", gone(access.EntryRecord, "r99"), snapshot.Touched{}},
		{"a device may touch every pair", device("d", access.DeviceLost), snapshot.Touched{All: true}},
	}
	for i, tt := range tests {
		b := at(int64(10+i), tt.e)
		h.Apply(b)
		tt.want.Position = b.Position
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Y-14
func TestAConsoleIsAwayWhenItHasBeenSilentTooLong(t *testing.T) {
	h := snapshot.NewHolder(nil, time.Time{})
	if !h.Away(noon) {
		t.Error("a console never heard counts as there")
	}
	h.Touch(noon)
	if h.Away(noon.Add(snapshot.AwayAfter)) || !h.Away(noon.Add(snapshot.AwayAfter+1)) {
		t.Error("the limit is not where it should be")
	}
	h.Touch(noon.Add(-time.Hour))
	if h.Heard() != noon {
		t.Errorf("heard %v: time ran backwards", h.Heard())
	}
}

func TestAFileGivesBackWhatWasSaved(t *testing.T) {
	p := access.DefaultPreferences()
	p.AutoBlock = true
	v := filled(2500).Apply(at(77, device("d", access.DeviceLost),
		access.Entry{Kind: access.EntryPreferences, Preferences: &p},
		access.Entry{Kind: access.EntryAccount, Key: "lab/x", Account: &access.AccountState{Realm: "lab", Account: "x", Disabled: true}},
		access.Entry{Kind: access.EntryEASDevice, Key: "E", EASDevice: &access.EASDevice{ID: "E", Devices: []access.DeviceID{"d"}}}))
	path := filepath.Join(t.TempDir(), "snapshot")
	for range 2 { // the second replaces the first
		if err := v.Save(path, noon); err != nil {
			t.Fatal(err)
		}
	}
	got, heard, err := snapshot.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !heard.Equal(noon) || got.Position() != v.Position() || *got.Sums() != *v.Sums() {
		t.Errorf("heard %v, position %v", heard, got.Position())
	}
	if diff := cmp.Diff(contents(v), contents(got)); diff != "" {
		t.Error(diff)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files left behind", len(left)-1)
	}
}

func TestADamagedFileIsRefusedWhereverTheDamageIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "snapshot")
	if err := filled(5).Save(path, noon); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(b []byte) error {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := snapshot.Load(path)
		return err
	}
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 0x10
		if err := try(b); !errors.Is(err, snapshot.ErrDamaged) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if err := try(whole[:i]); !errors.Is(err, snapshot.ErrDamaged) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if err := try(append(whole, 'x')); !errors.Is(err, snapshot.ErrDamaged) {
		t.Errorf("something behind the end: %v", err)
	}
	if _, _, err := snapshot.Load(path + "-not-there"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestRepairTurnsADamagedViewIntoTheTruth(t *testing.T) {
	truth := filled(500)
	changed := record("r7", 7)
	changed.Record.Override.Kind = access.OverrideAllow
	damaged := truth.Apply(at(500, changed, gone(access.EntryRecord, "r8"), record("ghost", 900), device("d", access.DeviceLost)))
	if n := truth.Different(damaged); n != 4 {
		t.Errorf("%d entries differ, want 4", n)
	}
	buckets := truth.Sums().Differ(damaged.Sums())
	if len(buckets) == 0 || len(buckets) > 4 {
		t.Fatalf("%d buckets differ", len(buckets))
	}
	items, ok := damaged.Items(buckets, 1000)
	if !ok {
		t.Fatal("too many items")
	}
	repaired := damaged.Apply(at(500, truth.Repair(buckets, items)...))
	if *repaired.Sums() != *truth.Sums() || truth.Different(repaired) != 0 {
		t.Error("still not the same")
	}
	if _, ok := damaged.Items(buckets, 1); ok && len(buckets) > 1 {
		t.Error("more items than the limit are not reported")
	}
}
