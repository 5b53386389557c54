// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// scripted is a console that says what a test tells it to. A nil field fails loudly.
type scripted struct {
	say      []news
	repaired func(comparison) (repair, error)
}

var errEndOfScript = errors.New("end of script")

func (s scripted) follow(_ context.Context, _ hello, f func(news) error) error {
	for _, n := range s.say {
		if err := f(n); err != nil {
			return err
		}
	}
	return errEndOfScript
}

func (s scripted) acknowledge(context.Context, access.Position) error { return nil }

func (s scripted) report(context.Context, access.Report) (access.Receipt, error) {
	panic("nobody reports here")
}

func (s scripted) repair(_ context.Context, c comparison) (repair, error) { return s.repaired(c) }

func at(n int64) access.Position { return access.Position{History: "h", Number: n, Token: "t"} }

func recordEntry(id string) access.Entry {
	return access.Entry{Kind: access.EntryRecord, Key: id, Record: &access.Record{ID: access.AssociationID(id), Pair: access.Pair{Account: id}}}
}

// holding makes a Spoke whose gateway holds one record, heard long ago.
func holding(t *testing.T, c *scripted) *Spoke {
	t.Helper()
	v := snapshot.Empty().Apply(access.Batch{Position: at(1), Entries: []access.Entry{recordEntry("r1")}})
	s, err := newSpoke(SpokeConfig{Dir: t.TempDir(), Holder: snapshot.NewHolder(v, time.Unix(1, 0))}, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.spool.close)
	return s
}

func TestAConsoleIsNotHeardBeforeAllItHadToSayIsApplied(t *testing.T) {
	c := &scripted{say: []news{{batch: &access.Batch{Position: at(2), More: true, Entries: []access.Entry{recordEntry("r2")}}}}}
	s := holding(t, c)
	if up, err := s.follow(t.Context()); !up || !errors.Is(err, errEndOfScript) {
		t.Fatalf("up %v, %v", up, err)
	}
	if !s.cfg.Holder.Heard().Equal(time.Unix(1, 0)) {
		t.Error("heard with more to come")
	}
	c.say = []news{{batch: &access.Batch{Position: at(3)}}}
	s.follow(t.Context())
	if time.Since(s.cfg.Holder.Heard()) > time.Minute {
		t.Error("not heard with nothing more to come")
	}
}

func TestHalfACopyOfABrokenLinkDoesNotGoOnWithTheNextOne(t *testing.T) {
	c := &scripted{say: []news{{batch: &access.Batch{Position: at(5), Full: true, More: true, Entries: []access.Entry{recordEntry("r9")}}}}}
	s := holding(t, c)
	s.follow(t.Context())
	c.say = []news{{batch: &access.Batch{Position: at(2), Entries: []access.Entry{recordEntry("r2")}}}}
	s.follow(t.Context())
	v := s.cfg.Holder.Load()
	if v.RecordByID("r1") == nil || v.RecordByID("r2") == nil || v.RecordByID("r9") != nil {
		t.Errorf("%d records, r1 %v, r2 %v, r9 %v", v.Records(), v.RecordByID("r1"), v.RecordByID("r2"), v.RecordByID("r9"))
	}
}

func TestSumsOfAnotherMomentProveNothing(t *testing.T) {
	s := holding(t, &scripted{say: []news{{sums: &sums{position: at(2)}}}})
	if _, err := s.follow(t.Context()); err != nil && !errors.Is(err, errEndOfScript) {
		t.Error(err)
	}
	if s.reconciled.Load() != nil {
		t.Error("counts as reconciled")
	}
}

func TestAGatewayThatStillDiffersAsksForAFullCopyOnce(t *testing.T) {
	asked := 0
	c := &scripted{say: []news{{sums: &sums{position: at(1)}}}}
	c.repaired = func(comparison) (repair, error) {
		asked++
		return repair{sums: sums{position: at(1)}}, nil // says nothing is there and repairs nothing
	}
	s := holding(t, c)
	if _, err := s.follow(t.Context()); !errors.Is(err, errStartOver) {
		t.Errorf("got %v", err)
	}
	s.startOver = true
	if _, err := s.follow(t.Context()); !errors.Is(err, errEndOfScript) {
		t.Errorf("the second time: %v", err)
	}
	if asked != 2 || s.reconciled.Load() != nil {
		t.Errorf("asked %d times, reconciled %v", asked, s.reconciled.Load())
	}
}

func TestAReportWhoseOutcomeIsUnknownGoesAgainAsItIs(t *testing.T) {
	m := newMemory()
	one, two := access.Sighting{Pair: access.Pair{Account: "a"}}, access.Sighting{Pair: access.Pair{Account: "b"}}
	m.offer([]access.Sighting{one})
	m.tally([]access.Tally{{Rule: "r", Count: 1}})
	first := m.take(10)
	m.offer([]access.Sighting{one, two})
	m.tally([]access.Tally{{Rule: "r", Count: 1}})
	if diff := cmp.Diff(first, m.take(10)); diff != "" {
		t.Error(diff)
	}
	if !m.done() {
		t.Error("nothing more, it says")
	}
	next := m.take(10)
	if len(next.Sightings) != 2 || next.Sightings[0].Seq != 2 || next.Tallies[0].Count != 1 || next.Spool != first.Spool {
		t.Errorf("next: %+v", next)
	}
	if m.done() {
		t.Error("there is more, it says")
	}
}
