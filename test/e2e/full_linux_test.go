// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The gateway's disk is full. Phones everybody knows are decided as ever, and what the console says counts
// within a second; phones nobody knows are put off, because nobody passes unrecorded. Health and metrics say
// so. When there is room again all of it is reported, and nothing was lost.
//
// R-10 S-15 Y-14 A-04 A-15
func TestAGatewayWhoseDiskIsFull(t *testing.T) {
	for name, kind := range disks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{early: true, gateways: 1})
			dir := w.file("gw1/gateway")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			d := kind(dir)
			w.prepare = map[string]func(*exec.Cmd){"gw1": d.prepare}
			w.startConsole()
			w.hire()
			w.startGateway(0)
			w.connected(0)
			t.Cleanup(w.keptSilent)
			bob, alice := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONETWO")
			expect(t, "passed", bob)
			expect(t, "passed", alice)
			record, other := w.await("bob", "PHONEONE"), w.await("alice", "PHONETWO")
			w.obeyed(w.say("block", other.ID).Number)
			ping := w.ping(t.Context(), 0, 1, bob)

			d.fill(t, w.gateways[0])
			// The first that nobody knows finds out.
			passed := w.newcomersUntilPutOff()
			if len(passed) == 0 {
				t.Error("no newcomer passed before it was known that the disk is full")
			}
			w.gateways[0].logs(soon, "sightings cannot be kept")
			if full := w.metric(0, "vedette_gateway_spool_full"); full != "1" {
				t.Errorf("vedette_gateway_spool_full is %q", full)
			}
			expect(t, "passed", bob)
			expect(t, "refused", alice)
			expect(t, "later", w.phone(0, "dave", "PHONELAST"))
			w.parked(0, 1)
			r := w.say("block", record.ID)
			said := time.Now()
			if got := <-ping; got.at.Sub(said) > time.Second || got.err != nil || got.status != 7 {
				t.Errorf("the waiting request ended %v after the block with status %d, %v", got.at.Sub(said), got.status, got.err)
			}
			w.obeyed(r.Number)
			expect(t, "refused", bob)
			w.obeyed(w.say("allow", record.ID).Number)
			expect(t, "passed", bob)

			d.empty(t, w.gateways[0])
			eventually(t, soon, "newcomers pass again", func() bool { return contact(t, w.phone(0, "dave", "PHONELAST")) == "passed" })
			if full := w.metric(0, "vedette_gateway_spool_full"); full != "0" {
				t.Errorf("vedette_gateway_spool_full is %q", full)
			}
			passed["PHONELAST"] = true
			w.listed(passed)
			if n := len(w.everybody()); n != len(passed)+2 {
				t.Errorf("%d records of %d pairs", n, len(passed)+2)
			}
			// What it has written down since is good: it starts again with it.
			if _, small := d.(smallDisk); !small { // whose disk goes with the process
				w.gateways[0].kill()
				w.startGateway(0)
				w.connected(0)
				expect(t, "passed", bob)
				expect(t, "refused", alice)
			}

			// With neither a disk nor a console, what it has seen last is lost when it ends, and it says how much.
			d.fill(t, w.gateways[0])
			w.console.kill()
			w.newcomersUntilPutOff()
			w.gateways[0].logs(soon, "sightings cannot be kept")
			w.gateways[0].stop()
			w.gateways[0].logs(soon, "reports that were only in memory are lost", "count=")
			if strings.Contains(w.gateways[0].log.String(), "count=0") {
				t.Error("it says that nothing was lost")
			}
		})
	}
}

// newcomersUntilPutOff sends phones nobody knows until one is told to come again, and gives those that passed.
func (w *world) newcomersUntilPutOff() map[string]bool {
	w.t.Helper()
	passed := map[string]bool{}
	p := w.phone(0, "carol", "")
	p.UserAgent = "Long/1.0 " + strings.Repeat("winded ", 120)
	for n := range 2000 {
		p.DeviceID = fmt.Sprintf("NEW%dEND", n)
		switch got := contact(w.t, p); got {
		case "passed":
			passed[p.DeviceID] = true
		case "later":
			return passed
		default:
			w.t.Fatalf("newcomer %d: %s", n, got)
		}
	}
	w.t.Fatal("nobody was ever put off")
	return nil
}

// listed waits until all devices are on the list, each once.
func (w *world) listed(devices map[string]bool) {
	w.t.Helper()
	eventually(w.t, 2*soon, fmt.Sprintf("all %d devices are on the list", len(devices)), func() bool {
		seen := map[string]int{}
		for _, a := range w.everybody() {
			if seen[a.DeviceID]++; devices[a.DeviceID] && seen[a.DeviceID] > 1 {
				w.t.Fatalf("%s is on the list twice", a.DeviceID)
			}
		}
		for d := range devices {
			if seen[d] == 0 {
				return false
			}
		}
		return true
	})
}

// The console's disk is full. Phones notice nothing: gateways decide, keep what they have seen, and hand it in
// when there is room. An administrator can look at everything, and is told when a change cannot be kept; what
// was told to be done is done, and nothing else.
//
// R-10 S-15 Y-14 A-04 A-15
func TestAConsoleWhoseDiskIsFull(t *testing.T) {
	for name, kind := range disks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{early: true, gateways: 1})
			dir := w.file("base")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			d := kind(dir)
			w.prepare = map[string]func(*exec.Cmd){"console": d.prepare}
			w.edit("console.toml", `database = ""`, fmt.Sprintf("database = %q", "sqlite:"+dir+"/console.db"))
			w.hire()
			w.startConsole()
			w.startGateway(0)
			w.connected(0)
			t.Cleanup(w.keptSilent)
			bob := w.phone(0, "bob", "PHONEONE")
			expect(t, "passed", bob)
			record := w.await("bob", "PHONEONE")
			boss := w.signIn()

			d.fill(t, w.console)
			refused := 0
			var done int64
			eventually(t, soon, "a change cannot be kept", func() bool {
				code, body := w.try("POST", "/associations/"+string(record.ID)+"/comment", map[string]string{"comment": strings.Repeat("long story ", 80) + fmt.Sprint(refused)})
				switch code {
				case http.StatusOK:
					done++
				case http.StatusServiceUnavailable, http.StatusInsufficientStorage:
					refused++
				default:
					t.Fatalf("a comment: %d %s", code, body)
				}
				return refused > 2
			})
			if now, _ := w.find("bob", "PHONEONE"); now.Version != record.Version+done {
				t.Errorf("the record has version %d after %d changes since version %d", now.Version, done, record.Version)
			}
			if page := boss.show("/activesync"); !contains(page, "PHONEONE") {
				t.Errorf("the page: %.300s", page)
			}
			code, body := w.browser().submit("/sign-in", map[string][]string{"name": {"boss"}, "password": {w.admin}})
			if said := words(t, body); code != http.StatusServiceUnavailable || !contains(said, "cannot write") {
				t.Errorf("a sign-in that cannot be written down ends with %d %.300s", code, said)
			}
			expect(t, "passed", bob)
			fresh := map[string]bool{}
			for _, device := range []string{"NEWONE", "NEWTWO", "NEWTHREE"} {
				fresh[device] = true
				expect(t, "passed", w.phone(0, "alice", device))
				w.spooled(0, device)
			}
			w.gateways[0].logs(soon, "reports wait for the console")

			d.empty(t, w.console)
			w.listed(fresh)
			w.obeyed(w.say("block", record.ID).Number)
			expect(t, "refused", bob)
			if now, _ := w.find("bob", "PHONEONE"); now.SyncStatus != "blocked" || now.Version != record.Version+done+1 {
				t.Errorf("the record: %+v", now)
			}
			if n := int64(len(w.audited("comment", "boss"))); n != done {
				t.Errorf("%d comments in the audit log, %d were made", n, done)
			}
			if _, small := d.(smallDisk); !small {
				w.console.kill()
				w.startConsole()
				w.connected(0)
				expect(t, "refused", bob)
				if n := len(w.everybody()); n != 4 {
					t.Errorf("%d records of four pairs", n)
				}
			}
		})
	}
}
