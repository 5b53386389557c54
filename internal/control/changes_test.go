// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func same(t *testing.T, what string, got, want *snapshot.View) {
	t.Helper()
	if got.Position() != want.Position() || want.Different(got) != 0 || *got.Resum() != *want.Sums() {
		t.Errorf("%s: position %v with %d entries, want %v with %d; %d differ", what,
			got.Position(), got.Len(), want.Position(), want.Len(), want.Different(got))
	}
}

// S-15
func TestAChangeReachesEveryGatewayAndEachSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		h := newHouse(t, l, newDesk(time.Now), "gw1", "gw2", "gw3")
		defer h.close()
		one, two := h.post("gw1", t.TempDir()), h.post("gw2", t.TempDir())
		defer one.close()
		defer two.close()
		synctest.Wait()
		before := time.Now()
		number := l.write(blocked("r1", 1)).Number
		synctest.Wait()
		for _, p := range []*post{one, two} {
			if r := p.holder.Load().RecordByID("r1"); r == nil || r.Override.Kind != access.OverrideBlock {
				t.Errorf("the gateway holds %v", r)
			}
			if p.holder.Away(time.Now()) {
				t.Error("the console counts as away")
			}
		}
		if applied, total := h.hub.Applied(number); applied != 2 || total != 3 {
			t.Errorf("applied by %d of %d, want 2 of 3", applied, total)
		}
		if applied, _ := h.hub.Applied(number + 1); applied != 0 {
			t.Errorf("a change that has not been made is applied by %d", applied)
		}
		if d := time.Since(before); d != 0 {
			t.Errorf("it took %v", d)
		}
		same(t, "gw1", one.holder.Load(), h.hub.Snapshot())
		same(t, "gw2", two.holder.Load(), h.hub.Snapshot())
		var live []string
		for _, g := range h.hub.Gateways() {
			live = append(live, fmt.Sprint(g.ID, " ", g.Connected, " ", g.Status.Version))
		}
		if diff := cmp.Diff([]string{"gw1 true test", "gw2 true test", "gw3 false "}, live); diff != "" {
			t.Error(diff)
		}
	})
}

// A database that hangs up on the console must not make a block wait: the next call finds it there again.
//
//
func TestAStoreThatHungUpIsAskedAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		h := newHouse(t, l, newDesk(time.Now), "gw1")
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		l.fail(errBroken)
		synctest.Wait()
		l.fail(nil)
		before := time.Now()
		number := l.write(blocked("r1", 1)).Number
		for applied := 0; applied == 0; applied, _ = h.hub.Applied(number) {
			time.Sleep(time.Millisecond)
			synctest.Wait()
		}
		if d := time.Since(before); d > 200*time.Millisecond {
			t.Errorf("it took %v", d)
		}
	})
}

func TestAFullCopyLargerThanAMessageArrivesWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		for n := range 1777 {
			l.write(record(fmt.Sprintf("r%d", n), n))
		}
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		same(t, "gw1", p.holder.Load(), h.hub.Snapshot())
		if told := p.touched(); len(told) != 1 || !told[0].All {
			t.Errorf("told %d times, want once, when the copy was complete", len(told))
		}
	})
}

func TestAGatewayThatComesBackGetsOnlyWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, d, dir := newLedger(), newDesk(time.Now), t.TempDir()
		l.write(record("r1", 1), record("r2", 2))
		h := newHouse(t, l, d)
		p := h.post("gw1", dir)
		synctest.Wait()
		p.close()
		l.write(blocked("r2", 2))
		synctest.Wait()
		for name, restart := range map[string]bool{"the console has stayed": false, "the console has restarted too": true} {
			if restart {
				h.close()
				h = newHouse(t, l, d)
				synctest.Wait()
			}
			p = h.postAfter("gw1", dir, func(v *snapshot.View) {
				if v.Records() != 2 {
					t.Errorf("%s: starts with %d records", name, v.Records())
				}
			})
			synctest.Wait()
			same(t, name, p.holder.Load(), h.hub.Snapshot())
			for _, touched := range p.touched() {
				if touched.All {
					t.Errorf("%s: it got a full copy", name)
				}
			}
			p.close()
			l.write(record("r1", 1))
		}
		h.close()
	})
}

func TestAnotherHistoryMeansAFullCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, d, dir := newLedger(), newDesk(time.Now), t.TempDir()
		l.write(record("r1", 1), record("r2", 2))
		h := newHouse(t, l, d)
		p := h.post("gw1", dir)
		synctest.Wait()
		h.close()
		p.close()

		// A backup has been brought back: the same numbers, other changes.
		old := newLedger()
		old.history = "second"
		old.write(record("r9", 9))
		h = newHouse(t, old, d)
		defer h.close()
		p = h.post("gw1", dir)
		defer p.close()
		synctest.Wait()
		same(t, "gw1", p.holder.Load(), h.hub.Snapshot())
		if p.holder.Load().RecordByID("r1") != nil {
			t.Error("a record of the old history is still there")
		}
	})
}

func TestAConsoleSetBackWhileItRunsIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.write(record("r1", 1), record("r2", 2))
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		l.mu.Lock()
		l.history, l.log = "third", l.log[:2]
		delete(l.state, "record r2")
		l.mu.Unlock()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if v := p.holder.Load(); v.Position().History != "third" || v.RecordByID("r2") != nil {
			t.Errorf("the gateway is at %v", v.Position())
		}
	})
}

func TestTheConsoleIsHeardAsSoonAsItsFirstWordHasBeenApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, newLedger(), newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		if p.holder.Away(time.Now()) {
			t.Error("the console counts as away until its next heartbeat")
		}
	})
}

func TestAStoreInWhichNothingWasEverChangedIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.log = nil
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		view := h.hub.Snapshot()
		time.Sleep(time.Minute)
		synctest.Wait()
		if p.holder.Away(time.Now()) || len(p.touched()) != 1 || h.hub.Snapshot() != view {
			t.Errorf("away %v, told %d times, view replaced %v", p.holder.Away(time.Now()), len(p.touched()), h.hub.Snapshot() != view)
		}
		l.write(record("r1", 1))
		synctest.Wait()
		same(t, "after the first change", p.holder.Load(), h.hub.Snapshot())
	})
}

// Y-14
func TestAConsoleThatDiesOrCannotReadItsStoreCountsAsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, d := newLedger(), newDesk(time.Now)
		h := newHouse(t, l, d)
		p := h.post("gw1", t.TempDir())
		defer p.close()
		away := func(after time.Duration) bool {
			time.Sleep(after)
			synctest.Wait()
			return p.holder.Away(time.Now())
		}
		if away(time.Minute) {
			t.Fatal("away although it says something every five seconds")
		}
		l.fail(errBroken)
		if away(14*time.Second) || !away(26*time.Second) {
			t.Errorf("store broken: heard %v ago", time.Since(p.holder.Heard()))
		}
		l.fail(nil)
		if away(6 * time.Second) {
			t.Error("store back: still away")
		}
		h.close()
		if !away(16 * time.Second) {
			t.Error("console gone: not away")
		}
	})
}

func TestAnEmptyGatewayDoesNotTakeHalfACopyForTheTruth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.fail(errBroken)
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if !p.holder.Away(time.Now()) || !p.holder.Heard().IsZero() {
			t.Error("a gateway that knows nothing believes it has heard its console")
		}
		l.fail(nil)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if p.holder.Away(time.Now()) {
			t.Error("still away after the store came back")
		}
	})
}

func damage(p *post) {
	v := p.holder.Load()
	changed := record("r1", 1)
	changed.Record.Override = access.Override{Kind: access.OverrideAllow}
	p.holder.Apply(access.Batch{Position: v.Position(), Entries: []access.Entry{
		changed, {Kind: access.EntryRecord, Key: "r2", Deleted: true}, record("ghost", 99)}})
}

// S-01
func TestReconciliationRepairsAGatewayAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		for n := range 300 {
			l.write(record(fmt.Sprintf("r%d", n), n))
		}
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		dir := t.TempDir()
		p := h.post("gw1", dir)
		synctest.Wait()
		connected := p.spoke.Status()
		if connected.Reconciled.IsZero() || connected.Repaired != 0 {
			t.Errorf("on connecting: reconciled %v, repaired %d", connected.Reconciled, connected.Repaired)
		}
		damage(p)
		time.Sleep(reconcileEvery - time.Minute)
		synctest.Wait()
		if p.holder.Load().RecordByID("ghost") == nil {
			t.Error("repaired before it was due")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		same(t, "after the interval", p.holder.Load(), h.hub.Snapshot())
		if s := p.spoke.Status(); s.Repaired != 3 || !s.Reconciled.After(connected.Reconciled) {
			t.Errorf("repaired %d at %v, want 3", s.Repaired, s.Reconciled)
		}
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if g := h.hub.Gateways()[0]; g.Status.Repaired != 3 || g.LastReport.IsZero() {
			t.Errorf("the console knows of %d repaired, last report %v", g.Status.Repaired, g.LastReport)
		}

		damage(p)
		p.close()
		p = h.postAfter("gw1", dir, func(v *snapshot.View) {
			if v.RecordByID("ghost") == nil {
				t.Error("the damage was not saved; the test proves nothing")
			}
		})
		defer p.close()
		synctest.Wait()
		same(t, "after connecting again", p.holder.Load(), h.hub.Snapshot())
	})
}

func TestWhereTooMuchDiffersAFullCopyIsFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		var all []access.Entry
		for n := range 21_000 {
			all = append(all, record(fmt.Sprintf("r%d", n), n))
		}
		l.write(all...)
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		for i := range all {
			all[i] = blocked(all[i].Key, i)
		}
		p.holder.Apply(access.Batch{Position: p.holder.Load().Position(), Entries: all})
		time.Sleep(reconcileEvery + time.Minute)
		synctest.Wait()
		same(t, "gw1", p.holder.Load(), h.hub.Snapshot())
	})
}

// S-01
func TestAWriteThatForgotItsNumberIsFoundByTheConsoleItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		l.write(record("r1", 1), record("r2", 2))
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", t.TempDir())
		defer p.close()
		synctest.Wait()
		l.mu.Lock()
		l.put(blocked("r1", 1))
		l.mu.Unlock()
		time.Sleep(reconcileEvery + time.Minute)
		synctest.Wait()
		if r := h.hub.Snapshot().RecordByID("r1"); r.Override.Kind != access.OverrideBlock {
			t.Error("the console's view does not have it")
		}
		same(t, "gw1", p.holder.Load(), h.hub.Snapshot())
	})
}

func TestADamagedSnapshotFileMeansAnEmptyStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dir := newLedger(), t.TempDir()
		l.write(record("r1", 1))
		h := newHouse(t, l, newDesk(time.Now))
		defer h.close()
		p := h.post("gw1", dir)
		synctest.Wait()
		p.close()
		path := filepath.Join(dir, "snapshot")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		p = h.postAfter("gw1", dir, func(v *snapshot.View) {
			if v.Len() != 0 {
				t.Errorf("%d entries of a damaged file are in use", v.Len())
			}
		})
		defer p.close()
		synctest.Wait()
		same(t, "gw1", p.holder.Load(), h.hub.Snapshot())
	})
}

// Y-14
func TestAGatewayThatRestartsWithoutItsConsoleKnowsHowOldItsDataIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, dir := newLedger(), t.TempDir()
		l.write(blocked("r1", 1))
		h := newHouse(t, l, newDesk(time.Now))
		p := h.post("gw1", dir)
		time.Sleep(time.Minute)
		synctest.Wait()
		h.close()
		heard := p.holder.Heard()
		time.Sleep(time.Hour)
		p.close()
		p = h.post("gw1", dir)
		defer p.close()
		if got := p.holder.Heard(); !got.Equal(heard) || !p.holder.Away(time.Now()) {
			t.Errorf("heard %v, want %v", got, heard)
		}
		if r := p.holder.Load().RecordByID("r1"); r == nil || r.Override.Kind != access.OverrideBlock {
			t.Error("the last known verdict is lost")
		}
	})
}
