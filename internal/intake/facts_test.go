// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
)

// facts gives what the audit log says of the only record's facts, the oldest first.
func (d *desk) facts() (list []string) {
	d.Helper()
	lines, _, err := d.s.ListTimeline(d.Context(), []string{string(d.one().ID)}, 0, 500)
	if err != nil {
		d.Fatal(err)
	}
	for _, e := range lines {
		if e.Event == "facts" && e.Actor == "vedette" {
			list = append([]string{e.Detail}, list...)
		}
	}
	return list
}

// tell lets the phone come again and tell of itself.
func (d *desk) tell(after time.Duration, agent string, info access.DeviceInfo, change ...func(*access.Sighting)) {
	d.Helper()
	d.now = d.now.Add(after)
	s := sighting("ana", "d1")
	s.UserAgent, s.Info = agent, &info
	for _, f := range change {
		f(&s)
	}
	d.take(d.report(s))
}

func TestWhatAPhoneTellsOtherwiseIsWrittenDown(t *testing.T) { // Y-19 A-10
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "d1")))
		first := access.DeviceInfo{Model: "iPhone14C5", OS: "iOS 17.1 21B74", Number: "+4915111111111"}
		d.tell(time.Minute, "Apple-iPhone14C5/2102.74", first)
		d.tell(time.Minute, "Apple-iPhone14C5/2102.74", first)
		if got := d.facts(); len(got) != 0 {
			t.Fatalf("what is told for the first time, and what stays, is no change: %q", got)
		}
		refused := func(s *access.Sighting) { s.Accepted, s.HTTP = false, 401 }
		next := access.DeviceInfo{Model: "iPhone14C5", OS: "iOS 17.2 21C62", Number: "+4915122222222"}
		d.tell(time.Hour, "Apple-iPhone14C5/2103.62", next, refused)
		if got := d.facts(); len(got) != 0 {
			t.Fatalf("a stranger has written into the log: %q", got)
		}
		number := d.number()
		d.tell(time.Hour, "Apple-iPhone14C5/2103.62", next)
		want := []string{`OS "iOS 17.1" → "iOS 17.2"; phone number "…1111" → "…2222"; user agent "Apple-iPhone14C5/2102.74" → "Apple-iPhone14C5/2103.62"`}
		if diff := cmp.Diff(want, d.facts()); diff != "" {
			t.Error(diff)
		}
		if d.number() != number {
			t.Error("gateways are told of facts")
		}
	})
}

func TestAPhoneCannotFillTheLogWithItsFacts(t *testing.T) { // Y-19
	both(t, func(d *desk) {
		d.tell(0, "app A", access.DeviceInfo{Model: "m"})
		for range 40 { // two mail apps of one phone, for three weeks
			d.tell(6*time.Hour, "app B", access.DeviceInfo{})
			d.tell(6*time.Hour, "app A", access.DeviceInfo{})
		}
		want := []string{`user agent "app A" → "app B"`, `user agent "app B" → "app A"`}
		if diff := cmp.Diff(want, d.facts()); diff != "" {
			t.Fatal(diff)
		}
		for i := range 50 { // something else every minute
			d.tell(time.Minute, fmt.Sprintf("app %d", i), access.DeviceInfo{})
		}
		if got := d.facts(); len(got) != 2+4 || !strings.HasSuffix(got[5], "within a day is not written down") {
			t.Fatalf("%q", got)
		}
		d.tell(48*time.Hour, "app Z", access.DeviceInfo{Model: strings.Repeat("ü\"\x1b", 500)})
		got := d.facts()
		if len(got) != 7 || len(got[6]) > 2000 || strings.Contains(got[6], "\x1b") {
			t.Fatalf("the next day: %q", got)
		}
		d.tell(31*24*time.Hour, "app A", access.DeviceInfo{})
		d.tell(time.Hour, "app B", access.DeviceInfo{})
		if got := d.facts(); len(got) != 9 || got[8] != want[0] {
			t.Errorf("after a month it is news again: %q", got)
		}
	})
}

// A phone that calls itself what the log would say of another change does not keep that from being written.
func TestAPhoneCannotHideAChangeByItsName(t *testing.T) { // Y-19
	both(t, func(d *desk) {
		d.tell(0, "x", access.DeviceInfo{Model: "A", FriendlyName: "mine"})
		d.tell(time.Minute, "x", access.DeviceInfo{Model: "A", FriendlyName: `model "A" → "B"`})
		d.tell(time.Minute, "x", access.DeviceInfo{Model: "B"})
		if got := d.facts(); len(got) != 2 || got[1] != `model "A" → "B"` {
			t.Errorf("%q", got)
		}
	})
}
