// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// crowd is traffic that goes on until it is stopped: each round a phone everybody knows asks again and
// one that nobody knows comes for the first time.
type crowd struct {
	w    *world
	stop chan struct{}
	wg   sync.WaitGroup

	mu     sync.Mutex
	passed map[string]bool // devices of newcomers that were let through
	known  map[string]int  // what happened to bob's phone
}

func (w *world) crowd(streets int) *crowd {
	c := &crowd{w: w, stop: make(chan struct{}), passed: map[string]bool{}, known: map[string]int{}}
	for street := range streets {
		bob, alice := w.phone(street%len(w.gateways), "bob", "PHONEONE"), w.phone(street%len(w.gateways), "alice", "")
		c.wg.Go(func() {
			pace := time.NewTicker(15 * time.Millisecond) // no faster than phones that have a console behind them
			defer pace.Stop()
			for n := 0; ; n++ {
				select {
				case <-c.stop:
					return
				case <-pace.C:
				}
				alice.DeviceID = fmt.Sprintf("NEW%dX%dEND", street, n)
				_, err := alice.FolderSync(w.t.Context(), "0")
				_, again := bob.FolderSync(w.t.Context(), "0")
				c.mu.Lock()
				if outcome(err) == "passed" {
					c.passed[alice.DeviceID] = true
				}
				c.known[outcome(again)]++
				c.mu.Unlock()
			}
		})
	}
	return c
}

func (c *crowd) end() {
	close(c.stop)
	c.wg.Wait()
}

// newcomers is how many were let through so far.
func (c *crowd) newcomers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.passed)
}

// all waits until the list holds every newcomer once.
func (c *crowd) all() {
	c.w.t.Helper()
	eventually(c.w.t, soon, fmt.Sprintf("all %d newcomers are on the list", len(c.passed)), func() bool {
		seen := map[string]int{}
		for _, a := range c.w.everybody() {
			if seen[a.DeviceID]++; seen[a.DeviceID] > 1 {
				c.w.t.Fatalf("%s is on the list twice", a.DeviceID)
			}
		}
		for d := range c.passed {
			if seen[d] == 0 {
				return false
			}
		}
		return true
	})
}

// everybody goes through all pages of the list.
func (w *world) everybody() []api.Association {
	w.t.Helper()
	var all []api.Association
	for cursor := ""; ; {
		var page struct {
			Items []api.Association
			Next  string
		}
		w.call("GET", "/associations?limit=500&sort=added&cursor="+cursor, nil, &page)
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// A console that is killed under traffic is missed by nobody, and what it has not heard it hears later.
//
// R-10 S-15 Y-14 A-04
func TestAConsoleKilledUnderTrafficCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	first := w.await("bob", "PHONEONE")
	c := w.crowd(4)
	enough := func(n int) {
		eventually(t, soon, fmt.Sprintf("%d newcomers", n), func() bool { return c.newcomers() >= n })
	}
	enough(40)
	w.console.kill()
	enough(c.newcomers() + 40)
	w.startConsole()
	for i := range w.gateways {
		w.connected(i)
	}
	enough(c.newcomers() + 40)
	c.end()
	c.all()
	if len(c.known) != 1 || c.known["passed"] == 0 {
		t.Errorf("a known pair fared %v", c.known)
	}
	if again, _ := w.find("bob", "PHONEONE"); !again.FirstSync.Equal(first.FirstSync) || again.ID != first.ID {
		t.Errorf("the record changed: first sync %v, then %v", first.FirstSync, again.FirstSync)
	}
	w.obeyed(w.say("block", first.ID).Number)
	expect(t, "refused", w.phone(0, "bob", "PHONEONE"))
	expect(t, "refused", w.phone(1, "bob", "PHONEONE"))
}

// While the console is away, known pairs live on their last verdict and unknown ones by preference. The
// gateway knows both from its disk when it is killed, too, and hands in later what it has seen, once.
//
// Y-14 R-10 S-15 Y-01
func TestWhileTheConsoleIsAway(t *testing.T) {
	for _, tt := range []struct {
		answer access.Answer
		want   string
	}{{access.AnswerRefuse, "refused"}, {access.AnswerPass, "passed"}} {
		t.Run("unknown pairs: "+string(tt.answer), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{settings: func(s *api.Settings) { s.UnknownWhenAway = tt.answer }})
			bob, alice := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONEONE")
			expect(t, "passed", bob)
			expect(t, "passed", alice)
			record := w.await("bob", "PHONEONE")
			w.await("alice", "PHONEONE")
			w.obeyed(w.say("block", w.await("alice", "PHONEONE").ID).Number)

			w.console.kill()
			expect(t, "passed", w.phone(0, "carol", "PHONETHREE")) // silent for a moment is not away
			eventually(t, 2*soon, "the console counts as away", func() bool { return w.metric(0, "vedette_gateway_console_away") == "1" })
			for range 2 {
				expect(t, "passed", bob)
				expect(t, "refused", alice)
				expect(t, tt.want, w.phone(0, "dave", "PHONEFOUR"))
				w.spooled(0, "PHONETHREE")
				w.spooled(0, "PHONEFOUR")
				w.gateways[0].kill()
				w.startGateway(0)
				if !w.ready(0) {
					t.Error("a gateway that knows what it needs does not call itself ready")
				}
			}

			w.startConsole()
			w.connected(0)
			carol := w.await("carol", "PHONETHREE")
			dave := w.await("dave", "PHONEFOUR") // recorded, let through or not
			if carol.LastSuccess.IsZero() || dave.LastSuccess.IsZero() != (tt.want == "refused") {
				t.Errorf("successes: %v and %v", carol.LastSuccess, dave.LastSuccess)
			}
			if dave.Reported == nil || tt.want == "refused" && dave.Reported.Rule != "unknown-console-away" {
				t.Errorf("the gateway reported %+v", dave.Reported)
			}
			if n := len(w.everybody()); n != 4 {
				t.Errorf("%d records of four pairs", n)
			}
			if again, _ := w.find("bob", "PHONEONE"); !again.FirstSync.Equal(record.FirstSync) {
				t.Errorf("first sync moved from %v to %v", record.FirstSync, again.FirstSync)
			}
			expect(t, "passed", w.phone(0, "dave", "PHONEFOUR"))
			expect(t, "passed", w.phone(0, "dave", "PHONEFIVE"))
		})
	}
}

// spooled waits until a device stands in the reports that gateway i keeps on disk. Reports never delay an
// answer, so they are there a moment after it.
func (w *world) spooled(i int, device string) {
	w.t.Helper()
	eventually(w.t, soon, device+" is written down", func() bool {
		files, err := filepath.Glob(filepath.Join(w.file(gatewayName(i)), "gateway", "spool", "*.spool"))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err == nil && bytes.Contains(b, []byte(device)) {
				return true
			}
		}
		return false
	})
}

// When the console is gone for so long that reports fill their room, known pairs go on and unknown ones are
// put off, until there is room again.
//
// Y-14 R-10
func TestAFullSpoolPutsOffNewcomersOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "spool_max = \"1MiB\""})
	bob, p := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "")
	expect(t, "passed", bob)
	w.await("bob", "PHONEONE")
	w.console.kill()
	p.UserAgent = "Long/1.0 " + strings.Repeat("winded ", 120)
	passed := map[string]bool{}
	for n, last := 0, "passed"; last == "passed"; n++ {
		p.DeviceID = fmt.Sprintf("NEW%d", n)
		if last = contact(t, p); last == "passed" {
			passed[p.DeviceID] = true
		} else if last != "later" {
			t.Fatalf("newcomer %d: %s", n, last)
		}
	}
	expect(t, "passed", bob)
	expect(t, "later", p)
	w.startConsole()
	w.connected(0)
	eventually(t, soon, "newcomers pass again", func() bool { return contact(t, p) == "passed" })
	eventually(t, soon, "all newcomers are on the list", func() bool {
		for _, a := range w.everybody() {
			delete(passed, a.DeviceID)
		}
		return len(passed) == 0
	})
}

// An older database in place of the present one is another history: gateways notice, take all of it, and
// obey what is in it and not what they remember.
//
// S-15 R-10
func TestARestoredBackupIsWhatGatewaysObey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	bob, alice, late := w.phone(0, "bob", "PHONEONE"), w.phone(1, "alice", "PHONETWO"), w.phone(1, "carol", "PHONETHREE")
	expect(t, "passed", bob)
	expect(t, "passed", alice)
	one, two := w.await("bob", "PHONEONE"), w.await("alice", "PHONETWO")
	w.obeyed(w.say("block", two.ID).Number)
	mustCommand(t, "backup", "-c", w.file("console.toml"), w.file("backup"))

	w.say("block", one.ID)
	expect(t, "passed", late)
	w.await("carol", "PHONETHREE")
	w.obeyed(w.say("allow", two.ID).Number)
	expect(t, "passed", late) // its gateway now knows that the console knows it
	expect(t, "refused", bob)
	expect(t, "passed", alice)

	w.console.stop()
	mustCommand(t, "restore", "-c", w.file("console.toml"), w.file("backup"))
	w.startConsole()
	for i := range w.gateways {
		w.connected(i)
	}
	expect(t, "passed", bob)
	expect(t, "refused", alice)
	if a, _ := w.find("alice", "PHONETWO"); a.SyncStatus != "blocked" || a.ID != two.ID {
		t.Errorf("the restored record: %+v", a)
	}
	expect(t, "passed", late) // its record is newer than the backup
	w.await("carol", "PHONETHREE")
	w.obeyed(w.say("block", one.ID).Number)
	expect(t, "refused", bob)
}
