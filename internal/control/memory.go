// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// memoryPairs is for how many pairs offers are kept while the console is away. Beyond it new pairs are
// not, until the console has taken what there is: they only move times.
const memoryPairs = 200_000

// memory holds what may be lost: offers folded per pair, and tallies. It has a spool name of its own,
// new with every start, so that its numbers never meet those of the spool on disk.
type memory struct {
	mu      sync.Mutex
	name    string
	next    uint64
	offers  map[access.Pair]access.Sighting
	tallies map[tallyKey]int64
	flight  *access.Report // sent, outcome unknown: it goes again as it is
	dropped int64          // sightings there was no room for, since the last time anybody was told
}

type tallyKey struct {
	minute        time.Time
	rule, verdict string
}

func newMemory() *memory {
	return &memory{name: "memory-" + rand.Text(), next: 1,
		offers: make(map[access.Pair]access.Sighting), tallies: make(map[tallyKey]int64)}
}

func (m *memory) offer(sightings []access.Sighting) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range sightings {
		old, ok := m.offers[s.Pair]
		switch {
		case ok:
			m.offers[s.Pair] = fold(old, s)
		case len(m.offers) < memoryPairs:
			m.offers[s.Pair] = s
		default:
			m.dropped++
		}
	}
}

// fold makes one sighting of two of the same pair: the facts of the later, the times of both.
func fold(a, b access.Sighting) access.Sighting {
	if b.Last.Before(a.Last) {
		a, b = b, a
	}
	b.Attempts += a.Attempts
	if b.First.IsZero() || !a.First.IsZero() && a.First.Before(b.First) {
		b.First = a.First
	}
	if a.Success.After(b.Success) {
		b.Success = a.Success
	}
	b.Accepted = a.Accepted || b.Accepted
	if b.Info == nil {
		b.Info = a.Info
	}
	if b.Mailbox == "" {
		b.Mailbox = a.Mailbox
	}
	return b
}

func (m *memory) tally(tallies []access.Tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tallies {
		k := tallyKey{t.Minute.UTC().Truncate(time.Minute), t.Rule, t.Verdict}
		if _, ok := m.tallies[k]; ok || len(m.tallies) < memoryPairs {
			m.tallies[k] += t.Count
		}
	}
}

// take gives the next report, which may be empty: its status is news too. It is the same again until
// done is called.
func (m *memory) take(limit int) access.Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flight != nil {
		return *m.flight
	}
	r := access.Report{Spool: m.name}
	for p, s := range m.offers {
		if len(r.Sightings) == limit {
			break
		}
		s.Seq = m.next
		m.next++
		r.Sightings = append(r.Sightings, s)
		delete(m.offers, p)
	}
	for k, n := range m.tallies {
		if len(r.Tallies) == limit {
			break
		}
		r.Tallies = append(r.Tallies, access.Tally{Minute: k.minute, Rule: k.rule, Verdict: k.verdict, Count: n})
		delete(m.tallies, k)
	}
	if len(m.offers) == 0 && cap(r.Sightings) > 0 {
		m.offers = make(map[access.Pair]access.Sighting) // a map keeps the room of its greatest day
	}
	m.flight = &r
	return r
}

// done says that the report in flight has been taken, or never will be; more tells whether there is
// another one.
func (m *memory) done() (more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flight = nil
	return len(m.offers) > 0 || len(m.tallies) > 0
}

// lost gives how many sightings have found no room since it was last asked.
func (m *memory) lost() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.dropped
	m.dropped = 0
	return n
}

// left is how many sightings nobody has taken.
func (m *memory) left() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.offers)
	if m.flight != nil {
		n += len(m.flight.Sightings)
	}
	return int64(n)
}
