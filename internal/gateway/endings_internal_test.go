// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// waitingCrowd is a gateway in the time of a synctest bubble whose console is there, and requests that wait in it.
type waitingCrowd struct {
	*Gateway
	holder *snapshot.Holder
	number int64

	mu    sync.Mutex
	ended map[string]time.Time // by device
	rules map[access.Rule]int
	steps map[time.Time]int
}

// inBubble is a gateway with n requests that wait, for D0 to Dn.
func inBubble(t *testing.T, n int, f func(*waitingCrowd)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &waitingCrowd{holder: snapshot.NewHolder(nil, time.Now()), ended: map[string]time.Time{}, rules: map[access.Rule]int{}, steps: map[time.Time]int{}}
		cfg := Config{Name: "gw1", Snapshot: c.holder, Sink: deaf{}, ProbeEvery: -1,
			Backends: []Backend{{Name: "mail", Realm: "lab", Default: true, URL: "http://mail.lab.example"}}}
		cfg.LeaveCollector()
		cfg.Reach(func(context.Context) (net.Conn, error) { return nil, errors.New("nobody is asked") })
		c.autoBlock(false)
		gw, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		c.Gateway = gw
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for pause(ctx, time.Second) {
				c.holder.Touch(time.Now())
			}
		}()
		for i := range n {
			c.wait(fmt.Sprint("D", i))
		}
		f(c)
		cancel()
		if err := gw.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// wait puts a request into the register, as park and hold do.
func (c *waitingCrowd) wait(device string) {
	w := &waiter{facts: access.Facts{Pair: access.Pair{Realm: "lab", Account: "bob", Device: device}}}
	w.end = func(e ending) {
		c.waiting.remove(w)
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, again := c.ended[device]; !again && !e.drain {
			c.ended[device] = time.Now()
			c.rules[e.decision.Rule]++
			c.steps[time.Now()]++
		}
	}
	c.waiting.add(w)
}

// autoBlock is a preference that ends what waits, or lets it be.
func (c *waitingCrowd) autoBlock(on bool) {
	p := access.DefaultPreferences()
	p.AutoBlock = on
	c.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &p})
}

func (c *waitingCrowd) apply(e access.Entry) {
	c.number++
	c.holder.Apply(access.Batch{Position: access.Position{History: "h", Number: c.number, Token: fmt.Sprint(c.number)}, Entries: []access.Entry{e}})
}

// record gives the pair of a device a record.
func (c *waitingCrowd) record(device string, linked bool, o access.Override) {
	r := &access.Record{ID: access.AssociationID(device), Domain: access.Standalone, Pair: access.Pair{Realm: "lab", Account: "bob", Device: device}, Override: o}
	if linked {
		r.Device = "d1"
	}
	c.apply(access.Entry{Kind: access.EntryRecord, Key: device, Record: r})
}

func (c *waitingCrowd) over(device string) bool {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.ended[device]
	return ok
}

// deaf is a sink that nobody reads.
type deaf struct{}

func (deaf) Keep(context.Context, []access.Sighting) error { return nil }
func (deaf) Offer([]access.Sighting)                       {}
func (deaf) Tally([]access.Tally)                          {}

// Y-22: what looks at all that wait while they are being ended (the clock does every five seconds, and so does
// the next change) does not end them faster.
func TestEndingsThatArePlannedAreNotPlannedAnew(t *testing.T) {
	const n, each = 2000, 21 // a step
	for name, meanwhile := range map[string]func(*waitingCrowd){
		"the clock":                 func(c *waitingCrowd) {},
		"the same said once more":   func(c *waitingCrowd) { c.autoBlock(true); c.autoBlock(true) },
		"taken back and said again": func(c *waitingCrowd) { c.autoBlock(false); c.autoBlock(true) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, n, func(c *waitingCrowd) {
				time.Sleep(4 * time.Second) // the next look at all comes a second after the change
				began := time.Now()
				c.autoBlock(true)
				time.Sleep(10*endStep + endStep/2) // between two steps
				meanwhile(c)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if len(c.ended) != n || c.rules[access.RuleUnregistered] != n {
					t.Fatalf("%d have ended, by %v", len(c.ended), c.rules)
				}
				var last time.Time
				for at, count := range c.steps {
					if count > each {
						t.Errorf("%d ended at once, %v after the change", count, at.Sub(began))
					}
					if at.After(last) {
						last = at
					}
				}
				if d, want := last.Sub(began), (n-1)/each*endStep; d != want {
					t.Errorf("all had ended after %v, want %v", d, want)
				}
			})
		})
	}
}

// Y-22 R-3: a block and an order to wipe do not wait for the turn, a phone that has become welcome meanwhile
// waits on, and is ended by the next change like any other.
func TestAPlannedEndingIsNotTheLastWord(t *testing.T) {
	inBubble(t, 2000, func(c *waitingCrowd) {
		c.autoBlock(true)
		time.Sleep(100 * time.Millisecond)
		var late []string // devices whose turn has not come
		for i := range 2000 {
			if d := fmt.Sprint("D", i); !c.over(d) {
				late = append(late, d)
			}
		}
		if len(late) < 1900 {
			t.Fatalf("only %d wait yet", len(late))
		}
		blocked, wiped, linked := late[0], late[1], late[2]
		c.record(blocked, false, access.Override{Kind: access.OverrideBlock})
		c.apply(access.Entry{Kind: access.EntryRecord, Key: wiped, Record: &access.Record{ID: access.AssociationID(wiped), Domain: access.Standalone,
			Pair: access.Pair{Realm: "lab", Account: "bob", Device: wiped}, Wipe: access.Wipe{ID: "o", Kind: access.WipeFull, State: access.WipePending}}})
		c.record(linked, true, access.Override{})
		if !c.over(blocked) || !c.over(wiped) {
			t.Error("a block or a wipe waits for the turn")
		}
		c.mu.Lock()
		if c.rules[access.RuleManualBlock] != 1 || c.rules[access.RuleWipe] != 1 {
			t.Errorf("ended by %v", c.rules)
		}
		c.mu.Unlock()
		time.Sleep(10 * time.Second)
		if c.over(linked) || len(c.ended) != 1999 {
			t.Fatalf("%d have ended", len(c.ended))
		}
		c.record(linked, false, access.Override{})
		if !c.over(linked) {
			t.Error("its turn was let pass once, and it is never ended")
		}
	})
}

// Y-22: a turn that is set while the gateway looks at a request is not lost, whatever comes in between.
func TestAChangeIsNeverMissedBecauseATurnWasSet(t *testing.T) {
	inBubble(t, 300, func(c *waitingCrowd) {
		for range 50 {
			c.autoBlock(true)
			time.Sleep(30 * time.Millisecond)
			c.autoBlock(false)
			time.Sleep(20 * time.Millisecond)
		}
		c.autoBlock(true)
		time.Sleep(endWithin + endStep) // by one spread alone: sooner than by the clock's looks
		synctest.Wait()
		if n := c.waiting.len(); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
}

// Y-22: a request that waits in its handler and has got its answer is no longer ended, although its turn was
// set: the connection to the mail server is another's by then.
func TestATurnThatComesAfterTheAnswerCutsNobodyOff(t *testing.T) {
	inBubble(t, 0, func(c *waitingCrowd) {
		near, far := net.Pipe()
		conn := &serverConn{Conn: near, tcp: near}
		conn.open()
		q := &ask{r: httptest.NewRequest(http.MethodPost, "/", nil)}
		q.facts.Pair = access.Pair{Realm: "lab", Account: "bob", Device: "D0"}
		held := make(chan error, 1)
		go func() { held <- c.hold(q, conn, time.Time{}) }()
		synctest.Wait()
		list := c.waiting.of(nil)
		if len(list) != 1 {
			t.Fatalf("%d wait", len(list))
		}
		go func() { _, _ = io.WriteString(far, "HTTP/1.1 200 OK") }()
		if err := <-held; err != nil {
			t.Fatal(err)
		}
		list[0].end(ending{decision: access.Decision{Verdict: access.VerdictRefuse, Rule: access.RuleUnregistered}})
		go func() { _, _ = io.WriteString(far, "next") }()
		got := make([]byte, 4)
		if _, err := io.ReadFull(near, got); err != nil {
			t.Errorf("the next request's answer: %v", err)
		}
		conn.shut()
		near.Close()
	})
}
