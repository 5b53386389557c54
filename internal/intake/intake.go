// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// The caps of one report. A gateway sends far less; one that does not is broken, or no gateway.
const (
	maxSightings = 10_000
	maxTallies   = 10_000
	maxName      = 128
)

// oldest is how old a sighting can be: older ones come from a clock, not from a spool.
const oldest = 366 * 24 * time.Hour

// steady is how far two measurements of one clock may be apart and still mean the same: what a report
// takes on its way is part of each of them. Without this the second of two sightings could look older
// than the first, because the first one's report was slow, and what it tells would be dropped as old news.
const steady = time.Second

// Intake takes reports.
type Intake struct {
	store *store.Store
	now   func() time.Time

	mu      sync.Mutex
	offsets map[access.GatewayID]time.Duration // in use; nothing means none
}

// New makes an intake that writes to s. now is the console's clock.
func New(s *store.Store, now func() time.Time) *Intake {
	if now == nil {
		now = time.Now
	}
	return &Intake{store: s, now: now, offsets: make(map[access.GatewayID]time.Duration)}
}

// Take keeps a report and acknowledges it. When it fails nothing of the report is kept, and the gateway
// sends it again.
func (in *Intake) Take(ctx context.Context, r access.Report) (access.Receipt, error) {
	if err := valid(&r); err != nil {
		return access.Receipt{}, err
	}
	now := in.now().UTC()
	measured := offset(r.Now, now)
	w := &work{report: &r, now: now, measured: measured, offset: in.settle(r.Gateway, measured)}
	err := in.store.WithTx(ctx, func(tx *store.Tx) error {
		w.tx = tx
		return w.run()
	})
	if err != nil {
		return access.Receipt{}, err
	}
	return access.Receipt{Seq: w.taken.Seq, Now: now}, nil
}

func valid(r *access.Report) error {
	switch {
	case r.Gateway == "" || len(r.Gateway) > maxName || len(r.Spool) > maxName || !plain(string(r.Gateway)+r.Spool):
		return access.Invalid("intake: take", "The report does not say which gateway and spool it is from.")
	case len(r.Sightings) > maxSightings || len(r.Tallies) > maxTallies:
		return access.Invalid("intake: take", "The report is too long.")
	}
	for i := range r.Sightings {
		if r.Sightings[i].Seq > math.MaxInt64 {
			return access.Invalid("intake: take", "The report's numbers cannot be kept.")
		}
	}
	return nil
}

// plain says that a name can be kept as it is: names are keys, and a cleaned key would be another one.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}

// offset is what has to be added to the gateway's times to make them the console's. A gateway that
// does not say what time it is keeps its times.
func offset(theirs, ours time.Time) time.Duration {
	if theirs.IsZero() {
		return 0
	}
	return ours.Sub(theirs)
}

// settle gives the offset to use for a gateway: the one in use, unless the clocks have really moved.
func (in *Intake) settle(id access.GatewayID, measured time.Duration) time.Duration {
	in.mu.Lock()
	defer in.mu.Unlock()
	if used := in.offsets[id]; (measured - used).Abs() < steady {
		return used
	}
	in.offsets[id] = measured
	return measured
}

// work is one report being taken.
type work struct {
	tx       *store.Tx
	report   *access.Report
	now      time.Time
	measured time.Duration // what the gateway's clock seems to be behind
	offset   time.Duration // what is added to its times
	taken    store.Taken
}

func (w *work) run() error {
	r := w.report
	mark, err := w.tx.FindTaken(r.Gateway, r.Spool)
	if err != nil {
		return err
	}
	w.taken = mark
	fresh, numbered := w.fresh(mark.Seq)
	for _, group := range fresh {
		if err := w.take(group); err != nil {
			return err
		}
	}
	if err := ruling.Settle(w.tx); err != nil {
		return err
	}
	// Tallies have no number of their own. A report is a replay when it is the very one that came last,
	// or when it brings sightings and none of them is new.
	again := !r.Now.IsZero() && r.Now.UnixMilli() == mark.Sent.UnixMilli() || numbered > 0 && w.taken.Seq == mark.Seq
	if !again {
		if err := w.tx.AddTallies(r.Gateway, w.tallies()); err != nil {
			return err
		}
	}
	w.tx.AddParked(r.Gateway, r.Status.Parked)
	w.taken.Sent = r.Now
	if err := w.tx.SaveTaken(r.Gateway, r.Spool, w.taken); err != nil {
		return err
	}
	return w.tx.SaveGateway(access.Gateway{ID: r.Gateway, Status: r.Status, FirstSeen: w.now, LastReport: w.now, Skew: -w.measured})
}

// fresh gives the sightings that have not been taken yet, by pair, in one order for all reports: two
// reports that name the same pairs then wait for each other and never in a ring. A sighting with number
// 0 is of the kind that may be lost, and may be told twice.
func (w *work) fresh(mark uint64) (groups [][]*access.Sighting, numbered int) {
	var list []*access.Sighting
	for i := range w.report.Sightings {
		s := &w.report.Sightings[i]
		if s.Seq > 0 {
			numbered++
			if s.Seq <= mark {
				continue
			}
			w.taken.Seq = max(w.taken.Seq, s.Seq)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b *access.Sighting) int { return comparePairs(a.Pair, b.Pair) })
	for i, s := range list {
		if i == 0 || list[i-1].Pair != s.Pair {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
	}
	return groups, numbered
}

func comparePairs(a, b access.Pair) int {
	if c := strings.Compare(a.Device, b.Device); c != 0 {
		return c
	}
	if c := strings.Compare(a.Account, b.Account); c != 0 {
		return c
	}
	return strings.Compare(a.Realm, b.Realm)
}

// at corrects a time of the gateway's clock. Nothing has happened later than now.
func (w *work) at(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	t = t.Add(w.offset).UTC()
	if t.After(w.now) || t.Before(w.now.Add(-oldest)) {
		return w.now
	}
	return t
}

func (w *work) tallies() []access.Tally {
	list := slices.Clone(w.report.Tallies)
	for i := range list {
		list[i].Minute = w.at(list[i].Minute).Truncate(time.Minute)
	}
	return list
}
