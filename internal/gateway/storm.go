// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// StormConfig is how many phones may come back at a time (Y-22).
type StormConfig struct {
	// Rate is how many pairs a second are let in that this gateway has not served lately; zero: all that
	// come. Burst is how many may come at once after a quiet time.
	Rate, Burst int
}

// storm is the door for phones that all come at once: because the gateway was started, or lost them. A
// pair goes through it once. From then on it is served without a look at the door, as long as it is heard
// of now and then and is not lost in a crowd.
//
// Who finds the door shut gets a place in a line and is told when his turn is, so the phones come back
// one after the other, and who comes at his time is let in. There are two lines. Pairs that are on
// record, and do what their policy asks, get nine tenths of the rate; the others what is left, which is
// everything while the first line is empty. Strangers stand in the second line alone, and each of their
// passwords has one place there, whatever number of phones it invents.
type storm struct {
	rate   float64
	burst  float64
	began  time.Time
	served *marks // pairs
	others *marks // credentials of those in the second line

	mu     sync.Mutex // of those who stand at the door
	door   bucket
	losses bucket
	ends   [2]time.Duration // of the lines, since the beginning
	since  time.Time        // of the storm; zero: there is none
	last   time.Time        // somebody was put off
	count  int64            // put off since then

	storms  atomic.Int64
	let     [2]atomic.Int64
	putOffs [2]atomic.Int64
}

// line is where a pair that is not let in at once has to stand.
type line uint8

const (
	lineKnown line = iota
	lineOthers
)

func (l line) String() string {
	if l == lineKnown {
		return "known"
	}
	return "other"
}

const (
	servedFor    = 2 * time.Hour    // a pair is not taken for one that comes back; longer than any request waits
	promisedFor  = 10 * time.Minute // how late one may come whose turn it was
	longestLine  = 10 * time.Minute // further ones are told a time by chance
	stormOver    = 30 * time.Second // without anybody put off
	remarkAfter  = 60               // seconds after which a mark is renewed
	maxOthers    = 8192             // credentials that are remembered of the second line
	knownPart    = 0.9              // of the rate
	bookedSpare  = 10               // one part in so many of the burst stays for the first line, from those whose turn it is
	unbookedHalf = 2                // … and from those who were not told to come
)

// bucket holds the room that has gathered: so much a second, up to a burst.
type bucket struct {
	room float64
	at   time.Duration
}

func (b *bucket) take(now time.Duration, rate, burst, spare float64) bool {
	b.fill(now, rate, burst)
	if b.room < 1+spare {
		return false
	}
	b.room--
	return true
}

func (b *bucket) fill(now time.Duration, rate, burst float64) {
	b.room = min(burst, b.room+max(0, now-b.at).Seconds()*rate)
	b.at = max(b.at, now)
}

// newStorm is nil where everybody comes in as he likes.
func newStorm(cfg StormConfig, conns int, now time.Time) *storm {
	if cfg.Rate <= 0 {
		return nil
	}
	rate, burst := float64(cfg.Rate), float64(max(1, cfg.Burst))
	return &storm{
		rate: rate, burst: burst, began: now, served: newMarks(conns), others: newMarks(maxOthers),
		door: bucket{room: burst}, losses: bucket{room: burst},
	}
}

// clock is the second of a moment, for marks; 0 is none.
func (s *storm) clock(now time.Time) uint32 { return uint32(max(0, now.Sub(s.began))/time.Second) + 1 }

// knows reports whether the pair has been served lately: the way of nearly every request.
func (s *storm) knows(pair uint64, now time.Time) bool {
	m, at := s.served.of(pair)
	if m == 0 || m.promise() {
		return false
	}
	second := s.clock(now)
	switch age := int64(second) - int64(m.second()); {
	case age > int64(servedFor/time.Second):
		return false
	case age > remarkAfter:
		at.CompareAndSwap(uint64(m), uint64(m)+uint64(age))
	}
	return true
}

// enter lets a pair in, or says how long it has to stay away. credential names whose phone it is.
func (s *storm) enter(pair, credential uint64, where line, now time.Time) time.Duration {
	table, name := s.served, pair
	if where == lineOthers {
		table, name = s.others, credential
	}
	second := s.clock(now)
	if m, _ := s.others.of(credential); m != 0 && !m.promise() && int64(second)-int64(m.second()) <= int64(servedFor/time.Second) {
		if where == lineKnown { // it is on record now
			s.served.put(pair, second, false)
		}
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, _ := table.of(name)
	if m != 0 && !m.promise() && where == lineKnown && s.knows(pair, now) {
		return 0 // another request of the pair was let in just now
	}
	booked := m.promise() && int64(second)-int64(m.second()) <= int64(promisedFor/time.Second)
	if booked && second < m.second() { // too early
		s.putOff(where, now)
		return s.until(m.second(), now)
	}
	if s.opens(where, booked, now) {
		s.let[where].Add(1)
		table.put(name, second, false)
		return 0
	}
	s.putOff(where, now)
	turn, ok := s.book(where, now)
	if !ok {
		return longestLine/2 + rand.N(longestLine/2)
	}
	mature := s.clock(s.began.Add(turn + time.Second - 1))
	table.put(name, mature, true)
	return s.until(mature, now)
}

// pass lets a pair in that an administrator lets in whatever comes: the others have to make room.
func (s *storm) pass(pair uint64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door.fill(now.Sub(s.began), s.rate, s.burst)
	s.door.room = max(0, s.door.room-1)
	s.let[lineKnown].Add(1)
	s.served.put(pair, s.clock(now), false)
}

// until is how long it is to the beginning of a second.
func (s *storm) until(second uint32, now time.Time) time.Duration {
	return max(time.Second, time.Duration(second-1)*time.Second-now.Sub(s.began))
}

// opens takes room at the door, for one whose turn it is or, where nobody stands in line, for anybody.
func (s *storm) opens(where line, booked bool, now time.Time) bool {
	at, spare := now.Sub(s.began), 0.0
	if !booked && s.ends[where] > at {
		return false
	}
	if where == lineOthers {
		part := unbookedHalf
		if booked {
			part = bookedSpare
		}
		spare = min(s.burst-1, max(1, s.burst/float64(part)))
	}
	return s.door.take(at, s.rate, s.burst, spare)
}

// book gives the next turn in a line; ok is false when it is too long for one.
func (s *storm) book(where line, now time.Time) (turn time.Duration, ok bool) {
	at := now.Sub(s.began)
	end := max(at, s.ends[where])
	part := knownPart
	if where == lineOthers && s.ends[lineKnown] > end {
		part = 1 - knownPart
	}
	turn = end + time.Duration(float64(time.Second)/(s.rate*part))
	if turn-at > longestLine {
		return 0, false
	}
	s.ends[where] = turn
	return turn, true
}

func (s *storm) putOff(where line, now time.Time) {
	if s.since.IsZero() {
		s.since, s.count = now, 0
		s.storms.Add(1)
	}
	s.last = now
	s.count++
	s.putOffs[where].Add(1)
}

// lost notes that a phone went away while it waited. One by one they do so all day. When more go than may
// come in the same time, the network has lost them, and they come back through the door.
func (s *storm) lost(pair uint64, arrived, now time.Time) {
	m, at := s.served.of(pair)
	if m == 0 || m.promise() || m.second() > s.clock(arrived) {
		return // it has been here since
	}
	s.mu.Lock()
	ordinary := s.losses.take(now.Sub(s.began), s.rate, s.burst, 0)
	s.mu.Unlock()
	if !ordinary {
		at.CompareAndSwap(uint64(m), 0)
	}
}

// stormState is the storm that is on, if there is one.
type stormState struct {
	since   time.Time
	putOffs int64
}

// total is how many requests have been put off so far.
func (s *storm) total() int64 {
	if s == nil {
		return 0
	}
	return s.putOffs[lineKnown].Load() + s.putOffs[lineOthers].Load()
}

func (s *storm) state() stormState {
	if s == nil {
		return stormState{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return stormState{s.since, s.count}
}

// waiting is how many places in the lines are taken that nobody's turn has come to.
func (s *storm) waiting(now time.Time) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, n := now.Sub(s.began), 0.0
	if left := s.ends[lineKnown] - at; left > 0 {
		n += left.Seconds() * s.rate * knownPart
	}
	if left := s.ends[lineOthers] - at; left > 0 {
		shared := min(left, max(0, s.ends[lineKnown]-at))
		n += shared.Seconds()*s.rate*(1-knownPart) + (left-shared).Seconds()*s.rate*knownPart
	}
	return n
}

// tick says once that a storm has begun, and once that it is over.
func (s *storm) tick(log *slog.Logger, told stormState, now time.Time) stormState {
	if s == nil {
		return stormState{}
	}
	s.mu.Lock()
	at := stormState{s.since, s.count}
	over := !s.since.IsZero() && now.Sub(s.last) >= stormOver && max(s.ends[lineKnown], s.ends[lineOthers]) <= now.Sub(s.began)
	if over {
		s.since, s.count = time.Time{}, 0
	}
	s.mu.Unlock()
	if !at.since.IsZero() && !at.since.Equal(told.since) {
		log.Warn("too many phones come at once, they are let in one after the other", logkeys.Count, at.putOffs)
	}
	if over {
		log.Info("all phones that came at once have had their turn", logkeys.Count, at.putOffs, logkeys.Duration, now.Sub(at.since))
		return stormState{}
	}
	return at
}
