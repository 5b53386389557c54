// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func record(id string, n int) access.Entry {
	return access.Entry{Kind: access.EntryRecord, Key: id, Record: &access.Record{
		ID: access.AssociationID(id), Domain: access.Standalone,
		Pair: access.Pair{Realm: "lab", Account: fmt.Sprintf("user%d", n), Device: fmt.Sprintf("APPL%08d", n)},
	}}
}

func gone(kind access.EntryKind, key string) access.Entry {
	return access.Entry{Kind: kind, Key: key, Deleted: true}
}

func device(id string, s access.DeviceState) access.Entry {
	return access.Entry{Kind: access.EntryDevice, Key: id, Device: &access.Device{ID: access.DeviceID(id), State: s}}
}

func at(n int64, e ...access.Entry) access.Batch {
	return access.Batch{Position: access.Position{History: "h", Number: n, Token: fmt.Sprint("t", n)}, Entries: e}
}

// filled is a View of n records.
func filled(n int) *snapshot.View {
	b := at(int64(n))
	for i := range n {
		b.Entries = append(b.Entries, record(fmt.Sprintf("r%d", i), i))
	}
	return snapshot.Empty().Apply(b)
}

// contents is everything a View holds, as a plain map.
func contents(v *snapshot.View) map[string]access.Entry {
	m := make(map[string]access.Entry)
	v.EachEntry(func(e access.Entry) bool {
		m[string(e.Kind)+" "+e.Key] = e
		return true
	})
	return m
}

func TestAPairLeadsToItsRecordAndAMovedRecordLeavesItsOldPair(t *testing.T) {
	v := snapshot.Empty().Apply(at(1, record("r1", 1)))
	old := record("r1", 1).Record.Pair
	if r := v.Record(old); r == nil || r.ID != "r1" {
		t.Fatalf("record of %v: %v", old, r)
	}
	moved := v.Apply(at(2, record("r1", 2)))
	if r := moved.Record(old); r != nil {
		t.Errorf("the old pair still leads to %v", r.ID)
	}
	if r := moved.Record(record("", 2).Record.Pair); r == nil || r.ID != "r1" {
		t.Errorf("the new pair leads to %v", r)
	}
	if v.Record(old) == nil {
		t.Error("the View before the change has changed")
	}
	if r := moved.RecordByID("r1"); r == nil || r.Pair.Device != "APPL00000002" {
		t.Errorf("by id: %v", r)
	}
}

func TestAPairHandedFromOneRecordToAnotherIsNeverLost(t *testing.T) {
	p := record("", 1).Record.Pair
	v := snapshot.Empty().Apply(at(1, record("old", 1))).Apply(at(2, record("new", 1)))
	if r := v.Record(p); r == nil || r.ID != "new" {
		t.Fatalf("the pair leads to %v, want the record that came last", r)
	}
	if r := v.Apply(at(3, gone(access.EntryRecord, "old"))).Record(p); r == nil || r.ID != "new" {
		t.Errorf("the old record took the pair with it: %v", r)
	}
	if r := v.Apply(at(3, gone(access.EntryRecord, "new"))).Record(p); r == nil || r.ID != "old" {
		t.Errorf("the old record does not answer again: %v", r)
	}
	again := snapshot.Empty().Apply(access.Batch{Full: true, Entries: entries(v)})
	if r := again.Record(p); r == nil || r.ID != "new" {
		t.Errorf("after a copy the pair leads to %v", r)
	}
}

func entries(v *snapshot.View) []access.Entry {
	var all []access.Entry
	v.EachEntry(func(e access.Entry) bool { all = append(all, e); return true })
	return all
}

func TestWhatAConsoleHasNotSaidHasADefault(t *testing.T) {
	v := snapshot.Empty()
	if diff := cmp.Diff(access.DefaultPreferences(), *v.Preferences()); diff != "" {
		t.Error(diff)
	}
	p := access.Preferences{AutoBlock: true, UnknownWhenAway: access.AnswerPass}
	v = v.Apply(at(1, access.Entry{Kind: access.EntryPreferences, Preferences: &p}))
	if !v.Preferences().AutoBlock || v.Len() != 1 {
		t.Errorf("preferences: %+v", v.Preferences())
	}
}

func TestEntriesThatDoNotHoldWhatTheySayArePassedOver(t *testing.T) {
	for name, e := range map[string]access.Entry{
		"no record":      {Kind: access.EntryRecord, Key: "r"},
		"another id":     {Kind: access.EntryRecord, Key: "r", Record: &access.Record{ID: "s"}},
		"no device":      {Kind: access.EntryDevice, Key: "d"},
		"no EAS device":  {Kind: access.EntryEASDevice, Key: "d"},
		"no account":     {Kind: access.EntryAccount, Key: "a/b"},
		"no preferences": {Kind: access.EntryPreferences},
		"unknown kind":   {Kind: "moon", Key: "1"},
	} {
		v := snapshot.Empty().Apply(at(1, e))
		if v.Len() != 0 || *v.Sums() != (snapshot.Sums{}) || v.Position().Number != 1 {
			t.Errorf("%s: %d entries, position %d", name, v.Len(), v.Position().Number)
		}
	}
}

// TestAnyRunOfBatchesEndsWhereAPlainMapEnds is the property the whole package rests on.
func TestAnyRunOfBatchesEndsWhereAPlainMapEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := snapshot.Empty()
		model := map[string]access.Entry{}
		type kept struct {
			view *snapshot.View
			want map[string]access.Entry
		}
		var past []kept
		for n := range rapid.IntRange(1, 8).Draw(t, "batches") {
			b := at(int64(n))
			if b.Full = rapid.IntRange(0, 9).Draw(t, "full") == 0; b.Full {
				clear(model)
			}
			b.Entries = rapid.SliceOfN(rapid.Custom(drawEntry), 0, 60).Draw(t, "entries")
			for _, e := range b.Entries {
				if k := string(e.Kind) + " " + e.Key; e.Deleted {
					delete(model, k)
				} else {
					model[k] = e
				}
			}
			v = v.Apply(b)
			same := make(map[string]access.Entry, len(model))
			for k, e := range model {
				same[k] = e
			}
			past = append(past, kept{v, same})
		}
		for _, p := range past {
			if diff := cmp.Diff(p.want, contents(p.view)); diff != "" {
				t.Fatalf("not what the map holds (-want +got):\n%s", diff)
			}
			if p.view.Len() != len(p.want) {
				t.Fatalf("Len %d, want %d", p.view.Len(), len(p.want))
			}
			if *p.view.Sums() != *p.view.Resum() {
				t.Fatal("the running sums are not those of the entries")
			}
			checkPairs(t, p.view, p.want)
		}
	})
}

// checkPairs: every pair that any record has leads to a record with that pair, and only those do.
func checkPairs(t *rapid.T, v *snapshot.View, want map[string]access.Entry) {
	has := map[access.Pair]bool{}
	for _, e := range want {
		if e.Record != nil {
			has[e.Record.Pair] = true
		}
	}
	for n := range 40 {
		p := record("", n).Record.Pair
		r := v.Record(p)
		if (r != nil) != has[p] || r != nil && (r.Pair != p || v.RecordByID(r.ID) != r) {
			t.Fatalf("pair %v leads to %v, some record has it: %v", p, r, has[p])
		}
	}
}

func drawEntry(t *rapid.T) access.Entry {
	n := rapid.IntRange(0, 39).Draw(t, "n")
	key := fmt.Sprint(rapid.IntRange(0, 39).Draw(t, "key"))
	deleted := rapid.IntRange(0, 3).Draw(t, "deleted") == 0
	kind := rapid.SampledFrom([]access.EntryKind{access.EntryRecord, access.EntryRecord, access.EntryRecord,
		access.EntryDevice, access.EntryEASDevice, access.EntryAccount, access.EntryPreferences,
		access.EntryPreApproval, access.EntryBlocking}).Draw(t, "kind")
	switch kind {
	case access.EntryAccount:
		key = "lab/" + key
	case access.EntryPreferences:
		key = ""
	}
	if deleted {
		return gone(kind, key)
	}
	switch kind {
	case access.EntryDevice:
		return access.Entry{Kind: kind, Key: key, Device: &access.Device{ID: access.DeviceID(key), Noncompliant: fmt.Sprint(n)}}
	case access.EntryEASDevice:
		return access.Entry{Kind: kind, Key: key, EASDevice: &access.EASDevice{ID: key, Devices: []access.DeviceID{access.DeviceID(fmt.Sprint(n))}}}
	case access.EntryAccount:
		return access.Entry{Kind: kind, Key: key, Account: &access.AccountState{Realm: "lab", Account: key[4:], Disabled: n%2 == 0,
			AliasOf: strings.Repeat("x", n%3)}}
	case access.EntryBlocking:
		return access.Entry{Kind: kind, Key: key, Blocking: &access.Blocking{ID: access.BlockingID(key), Order: n % 3, Name: fmt.Sprint(n)}}
	case access.EntryPreApproval: // a pair has one at a time
		pair := record("", n).Record.Pair
		pair.Device = key
		return access.Entry{Kind: kind, Key: key, PreApproval: &access.PreApproval{ID: key, Pair: pair, Reason: "ok", By: "root",
			At: time.Unix(int64(n), 5).UTC(), Until: time.Unix(int64(n)*7, 0).UTC()}}
	case access.EntryPreferences:
		return access.Entry{Kind: kind, Preferences: &access.Preferences{MaxVerdictAge: time.Duration(n)}}
	}
	return record(key, n)
}
