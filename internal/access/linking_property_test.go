// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
)

// sameMatching leaves aside what only the matcher itself looks at.
func sameMatching() cmp.Option { return cmpopts.IgnoreUnexported(access.Candidate{}) }

func oneOf(t *rapid.T, what string, list ...string) string {
	return rapid.SampledFrom(list).Draw(t, what)
}

func drawDevice(t *rapid.T, i int) access.RegisteredDevice {
	d := access.RegisteredDevice{
		Device: access.Device{ID: access.DeviceID(fmt.Sprint("d", i)), Owner: access.UserID(oneOf(t, "owner", "", "ana", "ben")),
			State: rapid.SampledFrom([]access.DeviceState{access.DevicePending, access.DeviceActive, access.DeviceActive, access.DeviceLost,
				access.DeviceRetired, access.DeviceWiped, access.DeviceWaiting}).Draw(t, "state")},
		Model:  oneOf(t, "model", "", "iPhone 13", "iPhone14,5", "SM-G991B", "Pixel 7", "iPhone"),
		IMEI:   oneOf(t, "imei", "", "354500111222338", "354500111222448", "000000000000000"),
		Serial: oneOf(t, "serial", "", "F17AAAA0001X", "F17AAAA0002X"),
		EASID:  oneOf(t, "eas id", "", easID("ios:a"), easID("ios:b"), easID("sec:a"), "APPLF17AAAA0001X", "X17A"),
		Number: oneOf(t, "number", "", "+49 171 1200001", "+49 171 1200002"),
		Name:   oneOf(t, "name", "", "Anas Telefon", "iPhone"),
	}
	d.OS, d.OSVersion = system(oneOf(t, "system", "", "iOS 17.1", "iOS 16", "Android 14"))
	if rapid.Bool().Draw(t, "enrolled") {
		d.Enrolled = sceneNow().Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, "days")) * 24 * time.Hour)
	}
	return d
}

func drawRecord(t *rapid.T, i int) access.Association {
	account := oneOf(t, "account", "ana", "ben", "sales")
	a := access.Association{
		Record: access.Record{ID: access.AssociationID(fmt.Sprint("r", i)), Domain: access.Standalone, Pair: access.Pair{Realm: "r", Account: account,
			Device: oneOf(t, "device id", easID("ios:a"), easID("ios:b"), easID("sec:a"), "APPLF17AAAA0001X", "X17A", "0")}},
		Model: oneOf(t, "model", "", "iPhone14,5", "iPhone14C5", "SM-G991B", "Pixel 7"), IMEI: oneOf(t, "imei", "", "354500111222338", "354500111222448"),
		Number: oneOf(t, "number", "", "01711200001", "01711200002"), FriendlyName: oneOf(t, "name", "", "Anas Telefon"),
		FirstSync: sceneNow().Add(-time.Duration(rapid.IntRange(1, 20).Draw(t, "first")) * 24 * time.Hour),
		LastSync:  sceneNow().Add(-time.Duration(rapid.IntRange(0, 23).Draw(t, "last")) * time.Hour),
	}
	if account != "sales" {
		a.Person = access.UserID(account)
	}
	a.OS, a.OSVersion = system(oneOf(t, "system", "", "iOS 17.1", "Android 14"))
	if rapid.IntRange(0, 3).Draw(t, "linked") == 0 {
		a.Device = access.DeviceID(fmt.Sprint("d", rapid.IntRange(0, 5).Draw(t, "to")))
		a.Link.By = rapid.SampledFrom([]access.LinkedBy{access.LinkedByMatcher, access.LinkedByHand}).Draw(t, "by")
	}
	return a
}

func drawEvidence(t *rapid.T) access.Evidence {
	r := drawRecord(t, 0)
	e := access.Evidence{Record: &r}
	for i := range rapid.IntRange(0, 5).Draw(t, "devices") {
		e.Devices = append(e.Devices, drawDevice(t, i))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "records") {
		e.Near = append(e.Near, drawRecord(t, i+1))
	}
	return e
}

func linkOf(m access.Matching) access.DeviceID {
	if m.Link == nil {
		return ""
	}
	return m.Link.Device
}

// A-08 A-09 A-22 A-23 Y-04
func TestMatchHoldsWhateverTheEvidence(t *testing.T) {
	t.Run("the order of devices and records does not matter", rapid.MakeCheck(func(t *rapid.T) {
		e := drawEvidence(t)
		other := e
		other.Devices, other.Near = slices.Clone(e.Devices), slices.Clone(e.Near)
		slices.Reverse(other.Devices)
		slices.Reverse(other.Near)
		if d := cmp.Diff(access.Match(e), access.Match(other), sameMatching()); d != "" {
			t.Fatal(d)
		}
		a, _ := access.Successor(e)
		if b, _ := access.Successor(other); a != b {
			t.Fatalf("replaces %s or %s", a, b)
		}
	}))
	t.Run("a device with nothing in common changes neither link nor suggestion", rapid.MakeCheck(func(t *rapid.T) {
		e := drawEvidence(t)
		before := access.Match(e)
		stranger := access.RegisteredDevice{
			Device: access.Device{ID: "stranger", State: access.DeviceActive, Owner: access.UserID(oneOf(t, "stranger's owner", "", "zoe"))},
			Model:  e.Record.Model, OS: e.Record.OS, OSVersion: e.Record.OSVersion, Name: e.Record.FriendlyName, Enrolled: e.Record.FirstSync,
			IMEI: oneOf(t, "stranger's imei", "", "354500999222336"), Number: oneOf(t, "stranger's number", "", "+49 171 9999123"),
			EASID: oneOf(t, "stranger's id", "", "STRANGER"), Serial: oneOf(t, "stranger's serial", "", "F17ZZZZ0009Z")}
		e.Devices = append(slices.Clone(e.Devices), stranger)
		after := access.Match(e)
		if linkOf(before) != linkOf(after) || !cmp.Equal(before.Suggestion, after.Suggestion) {
			t.Fatalf("%+v, with a stranger %+v", before, after)
		}
	}))
	t.Run("scores, links and suggestions keep their bounds", rapid.MakeCheck(func(t *rapid.T) {
		e := drawEvidence(t)
		m := access.Match(e)
		seen := map[access.DeviceID]access.Candidate{}
		for _, c := range m.Candidates {
			if c.Score < 0 || c.Score > 100 || len(c.Reasons) == 0 {
				t.Fatalf("%+v", c)
			}
			if _, twice := seen[c.Device]; twice {
				t.Fatalf("%s twice", c.Device)
			}
			seen[c.Device] = c
		}
		if e.Record.Link.By == access.LinkedByHand && (m.Link != nil || m.Suggestion.Device != "") {
			t.Fatalf("a hand has spoken, and the matcher says %+v", m)
		}
		if m.Link != nil && m.Suggestion.Device != "" {
			t.Fatalf("both: %+v", m)
		}
		if m.Link != nil && m.Link.Device != e.Record.Device && (m.Link.Barred || m.Link.Score < access.LinkFrom) {
			t.Fatalf("links %+v", m.Link)
		}
		if s := m.Suggestion; s.Device != "" && (s.Score < access.SuggestFrom || seen[s.Device].Barred || len(s.Reasons) == 0) {
			t.Fatalf("suggests %+v", s)
		}
		for _, d := range e.Devices {
			if c, ok := seen[d.ID]; ok && (d.State == access.DeviceRetired || d.State == access.DeviceWiped) && !c.Barred {
				t.Fatalf("a %s device is not barred: %+v", d.State, c)
			}
		}
	}))
	t.Run("of two alike of one owner none is linked without an identifier", rapid.MakeCheck(func(t *rapid.T) {
		e := drawEvidence(t)
		r := e.Record
		r.Device, r.Link, r.Person, r.IMEI, r.Pair.Account = "", access.Link{}, "ana", "", "ana"
		r.Pair.Device, e.Near = easID("ios:none"), nil
		for i := range e.Devices {
			e.Devices[i].Owner, e.Devices[i].Serial = "ben", ""
		}
		for i := range 2 {
			d := drawDevice(t, 90+i)
			d.Owner, d.State, d.Model, d.OS = "ana", access.DeviceActive, r.Model, r.OS
			d.EASID, d.IMEI, d.Serial = "", "", ""
			e.Devices = append(e.Devices, d)
		}
		if m := access.Match(e); m.Link != nil || m.Suggestion.Clear {
			t.Fatalf("%+v", m)
		}
	}))
	t.Run("what was linked once is linked again, and then again", rapid.MakeCheck(func(t *rapid.T) {
		e := drawEvidence(t)
		r := e.Record
		if r.Link.By == access.LinkedByHand {
			return
		}
		first := linkOf(access.Match(e))
		r.Device, r.Link.By = first, access.LinkedByMatcher
		if again := linkOf(access.Match(e)); again != first && first != "" {
			t.Fatalf("first %q, then %q", first, again)
		}
	}))
}

func TestWeightsAreATable(t *testing.T) {
	names, words := map[string]bool{}, map[string]bool{}
	last := 1000
	for i, w := range access.Weights() {
		if int(w.Signal) != i || w.Name == "" || w.Says == "" || w.Why == "" || names[w.Name] || words[w.Says+w.Name] {
			t.Errorf("row %d: %+v", i, w)
		}
		names[w.Name], words[w.Says+w.Name] = true, true
		if w.Points > 0 && w.Points > last {
			t.Errorf("%s is not in its place", w.Name)
		}
		last = w.Points
		if w.Identifies && (w.Points < access.LinkFrom || w.Doubts || w.Forbids) || !w.Identifies && w.Points >= access.LinkFrom || w.Forbids && w.Points > 0 {
			t.Errorf("%s contradicts itself: %+v", w.Name, w)
		}
	}
	// Owner, model, system and version together stay under what links.
	sum := 0
	for _, w := range access.Weights() {
		switch w.Signal {
		case access.SignalOwner, access.SignalModel, access.SignalOS, access.SignalOSVersion:
			sum += w.Points
		}
	}
	if sum >= access.LinkFrom {
		t.Errorf("owner, model, system and version make %d", sum)
	}
}

// FuzzMatchText puts hostile text where phones and files may put it. It must come to an end, stay in its
// bounds, and never take one owner's phone for another's on words alone.
func FuzzMatchText(f *testing.F) {
	for _, s := range []string{"", "iPhone14,5", "<script>", "\u202e", "+49 171", strings.Repeat("9", 300), "Appl", "\xff\xfe", "androidc", "IMEI354500111222338"} {
		f.Add(s, s, s, s, s)
	}
	f.Fuzz(func(t *testing.T, id, model, system, number, name string) {
		if id == "" {
			return
		}
		a := access.Association{Record: access.Record{ID: "r", Pair: access.Pair{Realm: "r", Account: "mallory", Device: id}}, Person: "mallory",
			Model: model, OS: system, OSVersion: system, Number: number, IMEI: number, FriendlyName: name, UserAgent: name, DeviceType: name}
		d := access.RegisteredDevice{Device: access.Device{ID: "d", Owner: "ana", State: access.DeviceActive}, Model: model, Manufacturer: name, OS: system,
			OSVersion: system, Number: number, Name: name}
		n := a
		n.ID, n.Pair.Account = "n", "ana"
		m := access.Match(access.Evidence{Record: &a, Devices: []access.RegisteredDevice{d}, Near: []access.Association{n}})
		if m.Link != nil || m.Suggestion.Clear {
			t.Errorf("%+v", m)
		}
		d.IMEI, d.Serial, d.EASID = number, name, id
		access.Match(access.Evidence{Record: &a, Devices: []access.RegisteredDevice{d}, Near: []access.Association{n}})
		access.Successor(access.Evidence{Record: &a, Near: []access.Association{n}})
	})
}

func fiftyCandidates() access.Evidence {
	r := access.Association{Record: access.Record{ID: "r", Pair: access.Pair{Realm: "r", Account: "ana", Device: easID("ios:a")}}, Person: "ana",
		Model: "iPhone14,5", OS: "iOS", OSVersion: "17.1", IMEI: "354500111222338", Number: "+49 171 1200001", FriendlyName: "Anas Telefon", FirstSync: sceneNow()}
	e := access.Evidence{Record: &r}
	for i := range 50 {
		d := access.RegisteredDevice{Device: access.Device{ID: access.DeviceID(fmt.Sprintf("d%02d", i)), Owner: "ana", State: access.DeviceActive},
			Model: []string{"Apple iPhone 13", "iPhone14,5", "iPhone 15 Pro", "SM-G991B", "iPhone"}[i%5], Manufacturer: "Apple", OS: "iOS", OSVersion: "17.1", IMEI: fmt.Sprintf("3545002223%04d", i), Serial: fmt.Sprintf("F17AAAA%04dX", i),
			Number: fmt.Sprintf("+49 171 13%05d", i), Name: "Anas Telefon", EASID: easID(fmt.Sprint("ios:b", i)), Enrolled: sceneNow()}
		e.Devices = append(e.Devices, d)
		n := r
		n.ID, n.Device, n.Pair.Device = access.AssociationID(fmt.Sprint("n", i)), d.ID, d.EASID
		e.Near = append(e.Near, n)
	}
	return e
}

// mostAllocations of matching fifty devices: a few for each, none for the table of weights.
const mostAllocations = 500

func TestMatchAllocatesLittle(t *testing.T) {
	e := fiftyCandidates()
	if n := testing.AllocsPerRun(20, func() { access.Match(e) }); n > mostAllocations {
		t.Errorf("%.0f allocations for %d devices, at most %d wanted", n, len(e.Devices), mostAllocations)
	}
}

func BenchmarkMatchFiftyCandidates(b *testing.B) {
	e := fiftyCandidates()
	b.ReportAllocs()
	for b.Loop() {
		access.Match(e)
	}
}
