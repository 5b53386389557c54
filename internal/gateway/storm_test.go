// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// crowded is a world whose door lets one phone a second in, and has no room at the moment.
func crowded(t *testing.T, options ...option) (*world, *clock) {
	t.Helper()
	now := &clock{at: time.Now()}
	w := newWorld(t, append([]option{func(s *setting) {
		s.gateway.Now = now.now
		s.gateway.Storm = gateway.StormConfig{Rate: 1, Burst: 1}
	}}, options...)...)
	w.apply(record("alice", "FIRST", noOverride()))
	if code, _ := w.try("alice", "FIRST"); code != 1000 {
		t.Fatalf("the first phone: %d", code)
	}
	return w, now
}

// try sends a FolderSync of a device, and gives the answer's code and its Retry-After.
func (w *world) try(user, device string) (code, later int) {
	w.t.Helper()
	p := w.phone(user)
	p.DeviceID = device
	_, err := p.FolderSync(timeout(w.t), "0")
	e, ok := errors.AsType[*easclient.HTTPError](err)
	if !ok {
		return 1000 + easStatus(err), 0
	}
	if later, err = strconv.Atoi(e.Header.Get("Retry-After")); err != nil {
		later = -1
	}
	return e.Status, later
}

// Y-22 R-3
func TestPhonesThatComeAllAtOnceAreToldWhenToCome(t *testing.T) {
	w, now := crowded(t)
	var entries []access.Entry
	for i := range 5 {
		entries = append(entries, record("bob", fmt.Sprint("P", i), noOverride()))
	}
	w.apply(entries...)
	before := w.posts()
	turns := make([]int, 5)
	for i := range turns {
		code, later := w.try("bob", fmt.Sprint("P", i))
		if code != 503 || later <= 0 || i > 0 && later < turns[i-1] {
			t.Fatalf("phone %d: %d, to come in %d s, those before it %v", i, code, later, turns)
		}
		turns[i] = later
	}
	if n := w.posts() - before; n != 0 {
		t.Errorf("%d of them reached the mail server", n)
	}
	for i, later := range turns {
		if i > 0 {
			later -= turns[i-1]
		}
		now.add(time.Duration(later) * time.Second)
		w.holder.Touch(now.now())
		for range 2 { // and what it does next needs no turn
			if code, _ := w.try("bob", fmt.Sprint("P", i)); code != 1000 {
				t.Errorf("phone %d in its turn: %d", i, code)
			}
		}
	}
	if code, _ := w.try("alice", "FIRST"); code != 1000 {
		t.Errorf("a phone that was there before: %d", code)
	}
}

// Y-22 R-3: the storm is the last check of all.
func TestAStormDelaysNoOrderAndNoRefusal(t *testing.T) {
	w, _ := crowded(t)
	lost := record("bob", "LOST", noOverride())
	lost.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipePending, By: "admin", At: time.Now()}
	w.apply(lost, record("bob", "BLOCKED", block("no")), record("bob", "KNOWN", noOverride()),
		record("bob", "VIP", access.Override{Kind: access.OverrideAllow, At: time.Now()}))
	for device, want := range map[string]int{"LOST": 1140, "BLOCKED": 1129, "KNOWN": 503, "NEW": 503, "VIP": 1000} {
		if code, _ := w.try("bob", device); code != want {
			t.Errorf("%s: %d, want %d", device, code, want)
		}
	}
	c := w.phone("bob")
	c.DeviceID = "LOST"
	if res, err := c.ProvisionAsk(timeout(t), easclient.Device{}); err != nil || !res.Wipe {
		t.Errorf("no order: %+v, %v", res, err)
	}
	if _, err := c.AcknowledgeWipe(timeout(t), false, 1); err != nil {
		t.Error(err)
	}
	if list := w.sink.wipes(); len(list) != 2 || list[1].State != access.WipeAcknowledged {
		t.Errorf("told: %+v", list)
	}
	c.DeviceID = "KNOWN"
	if _, err := c.Options(timeout(t)); err != nil {
		t.Errorf("OPTIONS: %v", err)
	}
	resp, _ := w.discover("POST", "/autodiscover/autodiscover.xml", "bob@lab.example", "bobpw", string(autodiscover.Request{Address: "bob@lab.example"}.Document()))
	if resp.StatusCode != 200 {
		t.Errorf("autodiscover: %d", resp.StatusCode)
	}
	c.Password = "wrong"
	if _, err := c.FolderSync(timeout(t), "0"); statusOf(err) != 503 {
		t.Errorf("a stranger in the storm: %v", err)
	}
}

// Y-22: phones that have done as their policy asks come before those that have not.
func TestProvisionedPhonesComeFirst(t *testing.T) {
	w, _ := crowded(t)
	var entries []access.Entry
	for i := range 3 {
		entries = append(entries, record("bob", fmt.Sprint("OLD", i), noOverride()))
	}
	w.apply(append(entries, site(), policy("p", 1, true, "DevicePasswordEnabled", "1"), everybody("p"))...)
	late := 0
	for i := range 4 { // newcomers, each with a password of its own: as many as an account may try
		p := w.phone("alice")
		p.DeviceID, p.Password = fmt.Sprint("NEW", i), fmt.Sprint("alicepw", i)
		_, err := p.FolderSync(timeout(t), "0")
		e, ok := errors.AsType[*easclient.HTTPError](err)
		if !ok || e.Status != 503 {
			t.Fatalf("an unprovisioned newcomer: %v", err)
		}
		late, _ = strconv.Atoi(e.Header.Get("Retry-After"))
	}
	ping := func(device string) int { // a Ping carries no key, so its record speaks for it
		p := w.phone("bob")
		p.DeviceID = device
		_, err := p.Ping(timeout(t), 60, "5")
		e, ok := errors.AsType[*easclient.HTTPError](err)
		if !ok {
			t.Fatalf("%s: %v", device, err)
		}
		n, _ := strconv.Atoi(e.Header.Get("Retry-After"))
		return n
	}
	for i := range 3 {
		if n := ping(fmt.Sprint("OLD", i)); n > i+3 || n > late+2 {
			t.Errorf("phone %d on record is told %d s, the newcomers before it up to %d s", i, n, late)
		}
	}
	p := w.phone("alice")
	p.DeviceID = "NEWEST"
	if _, err := p.FolderSync(timeout(t), "0"); easStatus(err) != 142 {
		t.Errorf("a newcomer whose password is known to be right is told of its policy: %v", err)
	}
	_, err := p.ProvisionAsk(timeout(t), easclient.Device{})
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		if n, _ := strconv.Atoi(e.Header.Get("Retry-After")); n < 4 {
			t.Errorf("the next newcomer is told %d s", n)
		}
	} else {
		t.Errorf("its Provision is let in: %v", err)
	}
}

// Y-22: nothing is written for a request that is put off; the storm is told once, counted, and shown.
func TestAStormIsToldOnce(t *testing.T) {
	var log safeBuffer
	w, _ := crowded(t, func(s *setting) {
		s.gateway.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	w.apply(record("bob", "P", noOverride()))
	kept, _ := w.sink.lists()
	for range 20 {
		if code, _ := w.try("bob", "P"); code != 503 {
			t.Fatal(code)
		}
	}
	if after, _ := w.sink.lists(); len(after) != len(kept) {
		t.Errorf("%d sightings were written down", len(after)-len(kept))
	}
	if s := w.gw.Status(); s.StormPutOff != 20 || s.StormSince.IsZero() || s.PutOff != 20 {
		t.Errorf("status %+v", s)
	}
	rec := httptest.NewRecorder()
	w.gw.StatusHandler(w.metrics).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		"vedette_gateway_storm 1", "vedette_gateway_storms_total 1", `vedette_gateway_storm_let_in_total{line="known"} 1`,
		`vedette_gateway_storm_let_in_total{line="other"} 0`, `vedette_gateway_storm_put_off_total{line="known"} 20`,
		"vedette_gateway_storm_line 1",
	} {
		if !strings.Contains(rec.Body.String(), "\n"+line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}
	until(t, "the storm is in the log", func() bool { return strings.Contains(log.String(), "too many phones come at once") })
	w.stop()
	if n := strings.Count(log.String(), "too many phones"); n != 1 || strings.Contains(log.String(), "rule=storm") {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	_, offered := w.sink.lists()
	attempts := int64(0)
	for _, s := range offered {
		if s.Pair.Device == "P" {
			attempts += int64(s.Attempts)
			if s.Reported.Rule != "storm" || s.HTTP != 503 {
				t.Errorf("offered %+v", s)
			}
		}
	}
	if attempts != 20 {
		t.Errorf("%d attempts were offered", attempts)
	}
}

// Y-18: while nothing is enforced, nobody is put off.
func TestInShadowModeAStormIsOnlySeen(t *testing.T) {
	w, _ := crowded(t, func(s *setting) { s.prefs.Shadow = true })
	w.apply(record("bob", "P", noOverride()))
	if code, _ := w.try("bob", "P"); code != 1000 {
		t.Error(code)
	}
	if w.gw.Status().StormPutOff == 0 {
		t.Error("and it is not even seen")
	}
}

// safeBuffer is a buffer that several may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// waiters parks n Pings of alice's devices D0 to Dn, and gives where each end is told.
func (w *world) waiters(n int) <-chan time.Time {
	w.t.Helper()
	ended := make(chan time.Time, n)
	var entries []access.Entry
	for i := range n {
		entries = append(entries, record("alice", fmt.Sprint("D", i), noOverride()))
	}
	w.apply(entries...)
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	first := w.phone("alice")
	inboxOf(w.t, first)
	for i := range n {
		p := *first
		p.DeviceID = fmt.Sprint("D", i)
		go func() {
			_, err := p.Ping(ctx, 3000, "5")
			if ctx.Err() == nil && err != nil && easStatus(err) == 0 {
				w.t.Errorf("%s: %v", p.DeviceID, err)
			}
			ended <- time.Now()
		}()
	}
	w.parked(int64(n))
	return ended
}

func inboxOf(t testing.TB, p *easclient.Client) {
	t.Helper()
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
}

// ends collects the ends and gives how long they took from the first to the last, and the most that
// came within a tenth of a second.
func ends(t *testing.T, ended <-chan time.Time, n int) (took time.Duration, most int) {
	t.Helper()
	at := make([]time.Time, 0, n)
	deadline := time.After(20 * time.Second)
	for len(at) < n {
		select {
		case e := <-ended:
			at = append(at, e)
		case <-deadline:
			t.Fatalf("%d of %d have ended", len(at), n)
		}
	}
	first, last := at[0], at[0]
	for _, e := range at {
		within := 0
		for _, o := range at {
			if d := o.Sub(e); d >= 0 && d < 100*time.Millisecond {
				within++
			}
		}
		most = max(most, within)
		if e.Before(first) {
			first = e
		}
		if e.After(last) {
			last = e
		}
	}
	return last.Sub(first), most
}

// Y-22: a preference that ends many waiting requests ends them over a while; a block ends its own at once.
func TestManyWaitingRequestsEndOneAfterTheOther(t *testing.T) {
	w := newWorld(t)
	ended := w.waiters(200)
	p := access.DefaultPreferences()
	p.AutoBlock = true
	began := time.Now()
	w.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &p})
	w.apply(record("alice", "D7", block("no")))
	until(t, "the block's end", func() bool { return !w.gw.Waits(access.Pair{Realm: "lab", Account: "alice", Device: "D7"}) })
	if d := time.Since(began); d > 400*time.Millisecond {
		t.Errorf("the block took %v", d)
	}
	took, most := ends(t, ended, 200)
	if took < 400*time.Millisecond || took > 5*time.Second || most > 100 {
		t.Errorf("they ended within %v, %d of them within 100 ms", took, most)
	}
}

// Y-22: when the gateway ends, the phones that wait are sent away no faster than they may come back.
func TestAShutdownSpreadsThoseThatWait(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.gateway.Storm = gateway.StormConfig{Rate: 100, Burst: 300} })
	ended := w.waiters(200)
	go w.stop()
	took, most := ends(t, ended, 200)
	if took < time.Second || took > 4*time.Second || most > 100 {
		t.Errorf("they ended within %v, %d of them within 100 ms", took, most)
	}
}
