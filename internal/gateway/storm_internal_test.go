// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"cmp"
	"container/heap"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
)

var stormBegan = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// caller is a simulated phone at the door.
type caller struct {
	name    uint64
	where   line
	at      time.Duration
	refused int
	in      time.Duration // when it was let in
	first   time.Duration
	told    time.Duration // the longest it was told to stay away
}

// callers is a heap by the time of the next call.
type callers []*caller

func (c callers) Len() int           { return len(c) }
func (c callers) Less(i, j int) bool { return c[i].at < c[j].at }
func (c callers) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *callers) Push(x any)        { *c = append(*c, x.(*caller)) }
func (c *callers) Pop() any {
	old := *c
	last := old[len(old)-1]
	*c = old[:len(old)-1]
	return last
}

// come lets phones come until all are in. obeys says when one that was told to stay away for a while comes.
func come(t *testing.T, s *storm, list []*caller, obeys func(*caller, time.Duration) time.Duration) {
	t.Helper()
	waiting := slices.Clone(callers(list))
	heap.Init(&waiting)
	for calls := 0; len(waiting) > 0; calls++ {
		if calls > 2_000_000 {
			t.Fatalf("%d phones never come in", len(waiting))
		}
		c := heap.Pop(&waiting).(*caller)
		now := stormBegan.Add(c.at)
		if s.knows(c.name, now) {
			c.in = c.at
			continue
		}
		later := s.enter(c.name, c.name, c.where, now)
		if later == 0 {
			c.in = c.at
			continue
		}
		c.refused++
		c.told = max(c.told, later)
		c.at += obeys(c, later.Truncate(time.Second)+time.Second)
		heap.Push(&waiting, c)
	}
}

// crowd is n phones that come within a time.
func crowd(r *rand.Rand, n int, where line, within time.Duration) []*caller {
	list := make([]*caller, n)
	for i := range list {
		list[i] = &caller{name: r.Uint64(), where: where, at: time.Duration(r.Int64N(int64(within)))}
		list[i].first = list[i].at
	}
	return list
}

// held checks that in no stretch of time more came in than the rate and the burst allow.
func held(t *testing.T, list []*caller, cfg StormConfig) {
	t.Helper()
	byTime := slices.SortedFunc(slices.Values(list), func(a, b *caller) int { return cmp.Compare(a.in, b.in) })
	for i := range byTime {
		for j := i + cfg.Burst; j < len(byTime); j += max(1, cfg.Burst/2) {
			over := byTime[j].in - byTime[i].in
			if most := float64(cfg.Burst) + over.Seconds()*float64(cfg.Rate) + 1; float64(j-i+1) > most {
				t.Fatalf("%d came in within %v, more than %.0f", j-i+1, over, most)
			}
		}
	}
}

func last(list []*caller) (d time.Duration) {
	for _, c := range list {
		d = max(d, c.in)
	}
	return d
}

// Y-22
func TestFiveThousandPhonesThatObeyComeInAtTheRateAndTheKnownOnesFirst(t *testing.T) {
	cfg := StormConfig{Rate: 100, Burst: 200}
	r := rand.New(rand.NewPCG(1, 2))
	s := newStorm(cfg, 10_000, stormBegan)
	known, others := crowd(r, 5000, lineKnown, 2*time.Second), crowd(r, 1000, lineOthers, 2*time.Second)
	all := slices.Concat(known, others)
	come(t, s, all, func(_ *caller, later time.Duration) time.Duration {
		return later + time.Duration(r.Int64N(int64(1500*time.Millisecond))) // the way there and back, and a busy phone
	})
	held(t, all, cfg)
	perSecond := map[int]int{}
	for _, c := range all {
		perSecond[int(c.in.Seconds())]++
	}
	busiest := 0
	for second, n := range perSecond {
		if second > 3 { // the burst is through
			busiest = max(busiest, n)
		}
	}
	if busiest > 150 {
		t.Errorf("%d came in within one second, at a rate of 100", busiest)
	}
	if d := last(known); d > 60*time.Second {
		t.Errorf("the last known phone came in after %v, and nine tenths of the rate are theirs", d)
	}
	before := 0
	for _, c := range others {
		if c.in < last(known) {
			before++
		}
	}
	if before < 300 {
		t.Errorf("%d of the others came in before the last known one: a tenth of the rate is theirs", before)
	}
	if last(others) < last(known) {
		t.Error("the known ones were not first")
	}
	if d := last(all); d > 75*time.Second {
		t.Errorf("the last came in after %v", d)
	}
	again := 0
	for _, c := range all {
		if c.refused > 3 {
			t.Errorf("%s phone put off %d times", c.where, c.refused)
		}
		if c.refused > 1 {
			again++
		}
	}
	if again > len(all)/10 {
		t.Errorf("%d were put off more than once although they came when they were told to", again)
	}
	t.Logf("busiest second %d; known in after %v, all after %v; put off more than once %d; %d others before the last known",
		busiest, last(known), last(all), again, before)
	if s.state().putOffs != s.putOffs[0].Load()+s.putOffs[1].Load() || s.storms.Load() != 1 {
		t.Errorf("counted %+v, %d storms", s.state(), s.storms.Load())
	}
}

// Y-22: what phones make of Retry-After is theirs; the rate holds all the same, and all come in.
func TestPhonesThatDoNotObeyDoNotBreakTheRate(t *testing.T) {
	cfg := StormConfig{Rate: 50, Burst: 50}
	for name, obeys := range map[string]func(*caller, time.Duration) time.Duration{
		"at once": func(*caller, time.Duration) time.Duration { return time.Second },
		"growing, by itself": func(c *caller, _ time.Duration) time.Duration {
			d := 5 * time.Second << min(c.refused, 6)
			return d/2 + rand.N(d/2)
		},
		"on the minute": func(c *caller, later time.Duration) time.Duration {
			return (c.at + later).Truncate(time.Minute) + time.Minute - c.at
		},
		"twice what they told": func(_ *caller, later time.Duration) time.Duration { return 2 * later },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStorm(cfg, 10_000, stormBegan)
			list := crowd(rand.New(rand.NewPCG(3, 4)), 2000, lineKnown, time.Second)
			come(t, s, list, obeys)
			held(t, list, cfg)
			t.Logf("all in after %v", last(list))
			if d := last(list); d > time.Hour {
				t.Errorf("the last came in after %v", d)
			}
		})
	}
}

// Y-22: the rate holds whoever comes when, and nobody who obeys waits for more than the line.
func TestTheRateHoldsForEveryCrowd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := StormConfig{Rate: rapid.IntRange(1, 200).Draw(rt, "rate"), Burst: rapid.IntRange(10, 300).Draw(rt, "burst")}
		n := rapid.IntRange(1, 400).Draw(rt, "known")
		m := rapid.IntRange(0, 100).Draw(rt, "others")
		within := time.Duration(rapid.IntRange(1, 60).Draw(rt, "within")) * time.Second
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		s := newStorm(cfg, 1000, stormBegan)
		known, others := crowd(r, n, lineKnown, within), crowd(r, m, lineOthers, within)
		all := slices.Concat(known, others)
		come(t, s, all, func(_ *caller, later time.Duration) time.Duration {
			return later + time.Duration(r.Int64N(int64(time.Second)))
		})
		held(t, all, cfg)
		line := time.Duration(float64(n) / (float64(cfg.Rate) * knownPart) * float64(time.Second))
		for _, c := range known {
			if line < longestLine && c.in-c.first > 2*line+10*time.Second {
				rt.Fatalf("a known phone waited %v, for a line of %v", c.in-c.first, line)
			}
		}
	})
}

func TestOneThatComesTooEarlyKeepsItsTurn(t *testing.T) {
	s := newStorm(StormConfig{Rate: 1, Burst: 1}, 100, stormBegan)
	for i := range uint64(10) {
		s.enter(i<<40, 0, lineKnown, stormBegan)
	}
	name := uint64(99) << 40
	first := s.enter(name, 1, lineKnown, stormBegan)
	ends := s.ends[lineKnown]
	if second := s.enter(name, 1, lineKnown, stormBegan.Add(3*time.Second)); second != first-3*time.Second {
		t.Errorf("told %v, and three seconds later %v", first, second)
	}
	if s.ends[lineKnown] != ends {
		t.Error("it has two places in the line")
	}
	if later := s.enter(name, 1, lineKnown, stormBegan.Add(first)); later != 0 {
		t.Errorf("in its turn it was put off for %v", later)
	}
}

func TestOneCredentialHasOnePlaceHoweverManyPhonesItInvents(t *testing.T) {
	s := newStorm(StormConfig{Rate: 10, Burst: 10}, 1000, stormBegan)
	for i := range uint64(10_000) {
		s.enter(i<<33|i, 7<<40, lineOthers, stormBegan)
	}
	if s.ends[lineOthers] > time.Second {
		t.Errorf("a stranger's line is %v long", s.ends[lineOthers])
	}
	if later := s.enter(5<<35, 8<<40, lineKnown, stormBegan.Add(time.Second)); later != 0 {
		t.Errorf("a known phone is put off for %v because of it", later)
	}
}

func TestANewPhoneThatIsRecordedMeanwhileStandsInLineOnce(t *testing.T) {
	s := newStorm(StormConfig{Rate: 1, Burst: 1}, 100, stormBegan)
	pair, secret := uint64(5)<<40, uint64(6)<<40
	if later := s.enter(pair, secret, lineOthers, stormBegan); later != 0 {
		t.Fatal(later)
	}
	if later := s.enter(pair, secret, lineKnown, stormBegan.Add(time.Millisecond)); later != 0 {
		t.Errorf("its next request was put off for %v", later)
	}
	if !s.knows(pair, stormBegan.Add(time.Minute)) {
		t.Error("it is not known by its name")
	}
}

func TestAPairIsForgottenWhenItIsLostInACrowdOrNotHeardOf(t *testing.T) {
	cfg := StormConfig{Rate: 10, Burst: 10}
	s := newStorm(cfg, 1000, stormBegan)
	name := func(i int) uint64 { return uint64(i+1) * 0x9E3779B97F4A7C15 }
	came := stormBegan.Add(10 * time.Second)
	now := came
	for i := range 100 {
		s.pass(name(i), now)
	}
	lose := func(from, to int, every time.Duration) (kept int) {
		for i := from; i < to; i++ {
			now = now.Add(every)
			s.lost(name(i), came, now)
			if s.knows(name(i), now) {
				kept++
			}
		}
		return kept
	}
	if kept := lose(0, 40, 200*time.Millisecond); kept != 40 {
		t.Errorf("%d of 40 phones that went one by one are still known", kept)
	}
	if kept := lose(40, 100, 0); kept != 9 {
		t.Errorf("%d of 60 that went at once are still known, the burst is 10 and one has just gone", kept)
	}
	s.lost(name(0), stormBegan, now)
	if !s.knows(name(0), now) {
		t.Error("a request of long ago made a phone unknown that was here since")
	}
	if s.knows(name(0), now.Add(servedFor+time.Minute)) {
		t.Error("a phone that was not heard of for hours is still known")
	}
	if !s.knows(name(1), now.Add(servedFor-time.Minute)) || !s.knows(name(1), now.Add(2*servedFor-2*time.Minute)) {
		t.Error("a phone that was heard of now and then is unknown")
	}
}

func TestTheTableForgetsTheOldestAndNeverGrows(t *testing.T) {
	m := newMarks(64)
	r := rand.New(rand.NewPCG(5, 6))
	names := make([]uint64, 10_000)
	for i := range names {
		names[i] = r.Uint64()
		m.put(names[i], uint32(i+1), false)
	}
	if len(m.slots) != 128 {
		t.Errorf("%d places", len(m.slots))
	}
	kept := 0
	for i, n := range names[len(names)-64:] {
		if v, _ := m.of(n); v != 0 {
			kept++
			if v.second() != uint32(len(names)-64+i+1) {
				t.Error("the mark of another")
			}
		}
	}
	if kept < 50 {
		t.Errorf("%d of the latest 64 are kept", kept)
	}
	if v, _ := m.of(names[0]); v != 0 {
		t.Error("the oldest is kept")
	}
}

// Y-22: the way of a pair that is in costs no allocation.
func TestAPairThatIsInCostsNoAllocation(t *testing.T) {
	g := &Gateway{reports: newReports(nil), storm: newStorm(StormConfig{Rate: 1, Burst: 1}, 1000, stormBegan)}
	pair := access.Pair{Realm: "lab", Account: "ana", Device: "APPLDNABC"}
	g.storm.pass(g.pairName(pair), stormBegan)
	q := &ask{trail: trail{arrived: stormBegan.Add(time.Minute), pair: pair, cred: new(credential)}}
	if n := testing.AllocsPerRun(1000, func() {
		q.through = false
		q.arrived = q.arrived.Add(time.Second)
		if !g.admitted(q) {
			t.Fatal("put off")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDoorOfAPairThatIsIn(b *testing.B) {
	s := newStorm(StormConfig{Rate: 100, Burst: 200}, 100_000, stormBegan)
	r := rand.New(rand.NewPCG(7, 8))
	names := make([]uint64, 100_000)
	for i := range names {
		names[i] = r.Uint64()
		s.pass(names[i], stormBegan)
	}
	b.ReportAllocs()
	unknown := 0
	for i := 0; b.Loop(); i++ {
		if !s.knows(names[i*7919%len(names)], stormBegan.Add(time.Second)) {
			unknown++
		}
	}
	if unknown > b.N/100 { // the full table has pushed a few out
		b.Fatalf("%d of %d unknown", unknown, b.N)
	}
}
