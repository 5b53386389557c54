// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"encoding/hex"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/internal/access"
)

// fill gives every field below v a value of its own, so that one forgotten by the encoding shows.
func fill(v reflect.Value, n *int64) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+*n, *n).UTC()))
	case v.Type() == reflect.TypeFor[netip.Prefix]():
		v.Set(reflect.ValueOf(netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(*n)}), 32)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case v.Kind() == reflect.String:
		v.SetString("text " + string(rune('a'+*n)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(*n)
	case v.CanUint():
		v.SetUint(uint64(*n % 200))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	default:
		panic("a field of a kind this test does not know: " + v.Type().String())
	}
}

// fullEntries gives one entry of each kind with no field left zero.
func fullEntries() []access.Entry {
	var n int64
	r, e, d, a, p := new(access.Record), new(access.EASDevice), new(access.Device), new(access.AccountState), new(access.Preferences)
	pa, pol, site, rule := new(access.PreApproval), new(access.Policy), new(access.Site), new(access.Blocking)
	for _, v := range []any{r, e, d, a, p, pa, pol, site, rule} {
		fill(reflect.ValueOf(v).Elem(), &n)
	}
	return []access.Entry{recordEntry(r), easEntry(e), deviceEntry(d), accountEntry(a), approvalEntry(pa), policyEntry(pol), blockingEntry(rule),
		{Kind: access.EntrySite, Site: site},
		{Kind: access.EntryPreferences, Preferences: p}}
}

func TestEveryFieldOfEveryEntrySurvivesTheEncoding(t *testing.T) {
	for _, e := range fullEntries() {
		got, err := decodeEntry(appendEntry(nil, &e), map[string]string{})
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		if diff := cmp.Diff(e, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
			t.Errorf("%s changed on the way (-want +got):\n%s", e.Kind, diff)
		}
	}
}

func TestTheEncodingOfAnEntryNeverChanges(t *testing.T) {
	// Two versions on the two ends of a link compare sums of these bytes.
	at := time.Date(2026, 11, 21, 12, 0, 0, 5, time.UTC)
	tests := []struct {
		e    access.Entry
		want string
	}{
		{recordEntry(&access.Record{ID: "r1", Domain: access.Standalone, Device: "d1",
			Pair:     access.Pair{Realm: "lab", Account: "ana", Device: "APPL1"},
			Override: access.Override{Kind: access.OverrideBlock, Reason: "lost", By: "root", At: at, Until: at.Add(time.Second)}}),
			"01027231030a7374616e64616c6f6e6505036c61620703616e6109054150504c310b0264310d05626c6f636b0f046c6f73741104726f6f7412809f8cb00d140a16829f8cb00d180a"},
		{recordEntry(&access.Record{ID: "r1", RedirectClears: 3}), "010272311a06"},
		{easEntry(&access.EASDevice{ID: "APPL1", Devices: []access.DeviceID{"d2", "d1"}}), "02054150504c310302643103026432"},
		{deviceEntry(&access.Device{ID: "d1", Owner: "u", State: access.DeviceLost, Noncompliant: "old"}), "0302643103017505046c6f737407036f6c64"},
		{accountEntry(&access.AccountState{Realm: "lab", Account: "ana", Disabled: true}), "04076c61622f616e6103036c61620503616e610602"},
		{access.Entry{Kind: access.EntryPreferences, Preferences: &access.Preferences{AutoBlock: true,
			UnknownWhenAway: access.AnswerPass, MaxVerdictAge: time.Hour, ReconcileEvery: time.Minute, Shadow: true,
			RefuseOtherUser: true, AllowOverridesCompliance: true}}, "05000202050470617373068080c58bc6d1010880e0ba84bf030a020c020e02"},
	}
	for _, tt := range tests {
		if got := hex.EncodeToString(appendEntry(nil, &tt.e)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.e.Kind, got, tt.want)
		}
	}
	if got := BucketOf(access.EntryRecord, "r1"); got != 142 {
		t.Errorf("bucket of record r1: %d", got)
	}
}

func TestEqualEntriesHaveEqualSumsWhateverTheirSpelling(t *testing.T) {
	at := time.Unix(1_700_000_000, 5)
	here := recordEntry(&access.Record{ID: "r", Override: access.Override{At: at.UTC()}})
	there := recordEntry(&access.Record{ID: "r", Override: access.Override{At: at.In(time.FixedZone("x", 3600))}})
	if sumOf(&here, new([]byte)) != sumOf(&there, new([]byte)) {
		t.Error("the same moment in another time zone gives another sum")
	}
	ab := easEntry(&access.EASDevice{ID: "e", Devices: []access.DeviceID{"a", "b"}})
	ba := easEntry(&access.EASDevice{ID: "e", Devices: []access.DeviceID{"b", "a"}})
	if sumOf(&ab, new([]byte)) != sumOf(&ba, new([]byte)) {
		t.Error("the same devices in another order give another sum")
	}
	if !slices.Equal(ba.EASDevice.Devices, []access.DeviceID{"b", "a"}) {
		t.Error("summing up changed the entry")
	}
}

func TestFieldsOfLaterVersionsArePassedOver(t *testing.T) {
	e := recordEntry(&access.Record{ID: "r", Device: "d"})
	w := writer{appendEntry(nil, &e)}
	w.str(90, "from the future")
	w.num(91, 7)
	got, err := decodeEntry(w.b, map[string]string{})
	if err != nil || got.Record.Device != "d" {
		t.Errorf("got %+v, %v", got.Record, err)
	}
}

func FuzzDecodeEntry(f *testing.F) {
	for _, e := range fullEntries() {
		f.Add(appendEntry(nil, &e))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEntry(b, map[string]string{})
		if err != nil || !whole(&e) {
			return
		}
		again, err := decodeEntry(appendEntry(nil, &e), map[string]string{})
		if err != nil || sumOf(&e, new([]byte)) != sumOf(&again, new([]byte)) {
			t.Errorf("not the same after a second round: %v", err)
		}
	})
}

// TestKeysWhoseHashesAreEqualLiveSideBySide drives the list below the last level, which no honest
// hash reaches.
func TestKeysWhoseHashesAreEqualLiveSideBySide(t *testing.T) {
	tr := trie[string, string]{key: func(s *string) string { return *s }}
	e := new(edit)
	root := (*node[string])(nil)
	words := []string{"a", "b", "c"}
	for i := range words {
		root, _ = tr.set(e, root, hashBits+1, 42, words[i], &words[i])
	}
	b2 := "b"
	var old *string
	if root, old = tr.set(e, root, hashBits+1, 42, "b", &b2); old != &words[1] {
		t.Fatal("the second value of a key did not replace the first")
	}
	if root, old = tr.cut(e, root, hashBits+1, 42, "a"); old != &words[0] {
		t.Fatal("the wrong value went")
	}
	left := map[string]bool{}
	root.each(func(s *string) bool { left[*s] = true; return true })
	if diff := cmp.Diff(map[string]bool{"b": true, "c": true}, left); diff != "" {
		t.Error(diff)
	}
	if root, _ = tr.cut(e, root, hashBits+1, 42, "b"); len(root.vals) != 1 || len(root.nodes) != 0 {
		t.Error("a value that is alone again did not come up to the root")
	}
}

func TestABatchSurvivesTheJournal(t *testing.T) {
	want := access.Batch{Position: access.Position{History: "h\xff", Number: -7, Token: "t"}, Entries: fullEntries()}
	for _, e := range fullEntries() {
		want.Entries = append(want.Entries, access.Entry{Kind: e.Kind, Key: "gone " + e.Key, Deleted: true})
	}
	before := access.Position{History: "h", Number: 1 << 40, Token: "u"}
	from, got, rest, ok := nextBatch(appendFrame(nil, before, &want), make(map[string]string))
	if !ok || len(rest) != 0 || from != before {
		t.Fatalf("ok %v, %d bytes left, from %v", ok, len(rest), from)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzNextBatch(f *testing.F) {
	f.Add(appendFrame(nil, access.Position{History: "h"}, &access.Batch{Entries: fullEntries()})[frameHead:])
	f.Fuzz(func(t *testing.T, body []byte) {
		decodeBatch(body, make(map[string]string)) // only has to return
	})
}
