// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

// A gateway that was down when something was decided obeys it as soon as it is back, and until then the
// page says how many do.
//
// Y-02 S-15
func TestAGatewayThatWasDownCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	expect(t, "passed", w.phone(1, "bob", "PHONEONE"))
	record := w.await("bob", "PHONEONE")
	w.gateways[1].kill()
	eventually(t, soon, "the console misses the gateway", func() bool {
		for _, g := range w.listGateways() {
			if g.ID == "gw2" {
				return !g.Connected
			}
		}
		return false
	})
	r := w.say("block", record.ID)
	boss, address := w.signIn(), "/changes/"+decimal(r.Number)+"/applied"
	eventually(t, soon, "one gateway has applied it", func() bool { return contains(boss.show(address), "Applied by 1 of 2 gateways.") })
	expect(t, "refused", w.phone(0, "bob", "PHONEONE"))
	w.startGateway(1)
	w.connected(1)
	expect(t, "refused", w.phone(1, "bob", "PHONEONE"))
	eventually(t, soon, "both have applied it", func() bool { return contains(boss.show(address), "Applied by all 2 gateways.") })
}

// What a gateway has written down reaches the console once, whenever it is killed.
//
// R-10 A-04
func TestAGatewayKilledUnderTrafficHandsInWhatItHasWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	c := w.crowd(3)
	var written [][]byte
	for round := range 3 {
		eventually(t, soon, "newcomers", func() bool { return c.newcomers() >= 30*(round+1) })
		w.gateways[0].kill()
		files, err := filepath.Glob(filepath.Join(w.file("gw1"), "gateway", "spool", "*.spool"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, regexp.MustCompile("NEW[0-9]+X[0-9]+END").FindAll(b, -1)...)
		}
		w.startGateway(0)
		w.connected(0)
	}
	c.end()
	if len(written) == 0 {
		t.Fatal("nothing was ever written down")
	}
	seen := map[string]int{}
	eventually(t, 2*soon, "all that was written down is on the list", func() bool {
		clear(seen)
		for _, a := range w.everybody() {
			seen[a.DeviceID]++
		}
		for _, d := range written {
			if seen[string(d)] == 0 {
				return false
			}
		}
		return true
	})
	for d, n := range seen {
		if n > 1 {
			t.Errorf("%s is on the list %d times", d, n)
		}
	}
}

// An Allow with an end ends by itself, and ends the request that waits under it.
//
// Y-02
func TestAnAllowEndsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	bob := w.phone(0, "bob", "PHONEONE")
	expect(t, "refused", bob)
	record := w.await("bob", "PHONEONE")
	until := time.Now().Add(5 * time.Second).Truncate(time.Millisecond) // as exact as the console keeps it
	var r api.Result
	w.call("POST", "/associations/"+string(record.ID)+"/allow", map[string]any{"reason": "for the demonstration", "until": until}, &r)
	w.obeyed(r.Number)
	ping := w.ping(t.Context(), 0, 1, bob)
	if got := <-ping; got.at.Before(until) || got.at.Sub(until) > time.Second || got.status != 7 {
		t.Errorf("the waiting request ended %v after the verdict with status %d, %v", got.at.Sub(until), got.status, got.err)
	}
	expect(t, "refused", bob)
	if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "blocked" || a.Why.Rule != "unregistered" {
		t.Errorf("the record shows %s because %+v", a.SyncStatus, a.Why)
	}
}
