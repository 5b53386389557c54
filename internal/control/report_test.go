// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control"
)

//
func TestWhatIsKeptReachesTheConsoleAtOnceAndWhatIsOfferedWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		time.Sleep(time.Second)
		if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("new")}); err != nil {
			t.Fatal(err)
		}
		p.spoke.Offer([]access.Sighting{sighting("known")})
		p.spoke.Tally([]access.Tally{{Minute: time.Now(), Rule: "brute-force", Verdict: "later", Count: 2}})
		synctest.Wait()
		if diff := cmp.Diff(map[string]int{"new": 1}, d.accounts()); diff != "" {
			t.Errorf("at once: %s", diff)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff(map[string]int{"new": 1, "known": 1}, d.accounts()); diff != "" {
			t.Errorf("after ten seconds: %s", diff)
		}
		if d.tallies["brute-force"] != 2 {
			t.Errorf("tallies: %v", d.tallies)
		}
	})
}

func TestOffersOfOnePairAreFoldedIntoOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		early, late := sighting("ana"), sighting("ana")
		late.Last = late.Last.Add(time.Minute)
		late.First = late.Last
		late.UserAgent = "newer"
		early.Success = early.Last
		early.Info = &access.DeviceInfo{Model: "Fon"}
		p.spoke.Offer([]access.Sighting{late, early})
		p.spoke.Offer([]access.Sighting{early})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		want := late
		want.Seq, want.Attempts, want.First, want.Success, want.Info = 1, 3, early.First, early.Success, early.Info
		if diff := cmp.Diff([]access.Sighting{want}, d.seen); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestNothingIsLostOrDoubledWhileTheConsoleIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, dir := newDesk(time.Now), t.TempDir()
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", dir)
		d.fail(errBroken)
		want := map[string]int{}
		keep := func(n int) {
			a := fmt.Sprint("user", n)
			want[a] = 1
			if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting(a)}); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 620 {
			keep(n)
		}
		time.Sleep(time.Hour)
		if st := p.spoke.Status(); st.SpoolBytes == 0 {
			t.Error("the spool says that nothing waits")
		}
		p.close()
		p = h.post("gw1", dir) // the gateway restarts with a full spool
		for n := range 50 {
			keep(2000 + n)
		}
		d.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(want, d.accounts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if st := p.spoke.Status(); st.SpoolBytes != 0 {
			t.Errorf("%d bytes still wait", st.SpoolBytes)
		}
		p.close()
		p = h.post("gw1", dir)
		defer p.close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(want, d.accounts()); diff != "" {
			t.Errorf("after one more restart (-want +got):\n%s", diff)
		}
	})
}

func TestSightingsThatCannotBeStoredNowAreNotGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		d.picky = true
		d.fail(errBroken)
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("a"), sighting("b"), sighting("c")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		d.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(map[string]int{"a": 1, "b": 1, "c": 1}, d.accounts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestOneSightingTheConsoleCallsInvalidDoesNotHoldUpTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		d.refuse = "poison"
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		var all []access.Sighting
		want := map[string]int{}
		for n := range 20 {
			a := fmt.Sprint("user", n)
			want[a] = 1
			if n == 13 {
				all = append(all, sighting("poison"))
			}
			all = append(all, sighting(a))
		}
		if err := p.spoke.Keep(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if diff := cmp.Diff(want, d.accounts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAFullSpoolSaysSoAndTakesAgainWhenTheConsoleHasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		d.fail(errBroken)
		h := newHouse(t, newLedger(), d)
		defer h.close()
		cfg := config(t, "gw1", t.TempDir())
		cfg.SpoolCap = 32 << 10
		s, err := control.NewDirect(cfg, h.hub)
		if err != nil {
			t.Fatal(err)
		}
		p := start(t, cfg, s)
		defer p.close()
		kept := 0
		for err == nil {
			if err = s.Keep(t.Context(), []access.Sighting{sighting(fmt.Sprint("user", kept))}); err == nil {
				kept++
			}
		}
		if !errors.Is(err, control.ErrFull) || kept < 100 {
			t.Fatalf("after %d: %v", kept, err)
		}
		if st := s.Status(); !st.SpoolFull || st.SpoolBytes > cfg.SpoolCap {
			t.Errorf("status: full %v, %d bytes", st.SpoolFull, st.SpoolBytes)
		}
		d.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if st := s.Status(); st.SpoolFull || st.SpoolBytes != 0 {
			t.Errorf("after the console took it all: full %v, %d bytes", st.SpoolFull, st.SpoolBytes)
		}
		if err := s.Keep(t.Context(), []access.Sighting{sighting("late")}); err != nil {
			t.Errorf("there is room again: %v", err)
		}
		synctest.Wait()
		if got := len(d.accounts()); got != kept+1 {
			t.Errorf("%d accounts arrived, want %d", got, kept+1)
		}
	})
}

// A machine brought back from an older copy of itself gives numbers out again that the console has
// already seen.
func TestAGatewaySetBackDoesNotLoseWhatItSeesNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, dir := newDesk(time.Now), t.TempDir()
		h := newHouse(t, newLedger(), d)
		defer h.close()
		d.fail(errBroken)
		p := h.post("gw1", dir)
		if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("one")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		d.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		d.mu.Lock()
		for key := range d.last {
			d.last[key] = 500 // what this spool sent in the future it no longer remembers
		}
		d.mu.Unlock()
		if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("two")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff(map[string]int{"one": 1, "two": 1}, d.accounts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		p.close()
	})
}

//
func TestTheSkewOfClocksIsMeasuredOnBothSides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, newLedger(), newDesk(time.Now))
		defer h.close()
		cfg := config(t, "gw1", t.TempDir())
		cfg.Now = func() time.Time { return time.Now().Add(7 * time.Second) }
		cfg.Status = func() access.GatewayStatus { return access.GatewayStatus{Parked: 12} }
		s, err := control.NewDirect(cfg, h.hub)
		if err != nil {
			t.Fatal(err)
		}
		p := start(t, cfg, s)
		defer p.close()
		time.Sleep(15 * time.Second)
		synctest.Wait()
		g := h.hub.Gateways()[0]
		if g.Skew != 7*time.Second || s.Skew() != 7*time.Second {
			t.Errorf("console: %v, gateway: %v", g.Skew, s.Skew())
		}
		if g.Status.Parked != 12 || g.Status.Version != "test" || time.Since(g.LastReport) > 10*time.Second {
			t.Errorf("status %+v, last report %v", g.Status, g.LastReport)
		}
	})
}

func TestTheLastSecondsAreReportedOnTheWayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(time.Now)
		h := newHouse(t, newLedger(), d)
		defer h.close()
		p := h.post("gw1", t.TempDir())
		time.Sleep(3 * time.Second)
		p.spoke.Offer([]access.Sighting{sighting("ana")})
		p.close()
		if diff := cmp.Diff(map[string]int{"ana": 1}, d.accounts()); diff != "" {
			t.Error(diff)
		}
		if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("late")}); access.KindOf(err) != access.KindUnavailable {
			t.Errorf("keeping after the end: %v", err)
		}
	})
}
