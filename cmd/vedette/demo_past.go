// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/store"
)

// pastBatch is how many sightings the past is told in at once.
const pastBatch = 200

// remember gives the demo a past: the phones have come for most of a year, and for a month there are figures
// to draw. What a gateway would have reported goes in by the intake, as from a gateway; what only time
// leaves behind is worked out from that.
func (c *console) remember(ctx context.Context, people *company.Company, gateway access.GatewayID) error {
	now := time.Now().UTC()
	moment := now
	in := intake.New(c.store, func() time.Time { return moment })
	status := access.GatewayStatus{Parked: people.Waiting(len(people.Phones), now)}
	take := func(at time.Time, list []access.Sighting, tallies []access.Tally) error {
		moment = at
		_, err := in.Take(ctx, access.Report{Gateway: gateway, Spool: "past", Now: at, Sightings: list, Tallies: tallies, Status: status})
		return err
	}
	// A record's first contact is when the console heard of it: those of the drawn time come one by one.
	visits := people.Visits(now)
	var first, last []access.Sighting
	for i, v := range visits {
		s := v.Sighting
		last = append(last, s)
		s.Last, s.Success = v.First, v.First
		first = append(first, s)
		drawn := i+1 == len(visits) || now.Sub(visits[i+1].First) < company.HistoryDays*24*time.Hour
		if !drawn && len(first) < pastBatch {
			continue
		}
		if err := take(v.First, first, nil); err != nil {
			return err
		}
		first = nil
	}
	for part := range slices.Chunk(last, pastBatch) {
		if err := take(now, part, nil); err != nil {
			return err
		}
	}
	if err := take(now.Add(time.Millisecond), nil, people.Refused(now)); err != nil {
		return err
	}
	var records []access.Association
	if err := c.store.EachAssociation(ctx, store.Query{}, func(a *access.Association) error {
		records = append(records, *a)
		return nil
	}); err != nil {
		return err
	}
	return c.store.WithTx(ctx, func(tx *store.Tx) error {
		for _, x := range []struct {
			what   store.Trend
			step   time.Duration
			far    time.Duration
			figure func(at time.Time) store.TrendPoint
		}{
			{store.TrendRecords, store.TrendHour, company.HistoryDays * 24 * time.Hour, func(at time.Time) store.TrendPoint { return level(records, at.Add(store.TrendHour)) }},
			{store.TrendParked, store.TrendHour, company.HistoryDays * 24 * time.Hour, func(at time.Time) store.TrendPoint {
				return store.TrendPoint{Name: string(gateway), N: people.Waiting(len(people.Phones), at), M: 1}
			}},
			{store.TrendParked, store.TrendFine, store.FineTrends, func(at time.Time) store.TrendPoint {
				return store.TrendPoint{Name: string(gateway), N: people.Waiting(len(people.Phones), at), M: 1}
			}},
		} {
			var points []store.TrendPoint
			for at := now.Truncate(x.step).Add(-x.far); at.Before(now.Truncate(x.step)); at = at.Add(x.step) {
				p := x.figure(at)
				p.At = at
				points = append(points, p)
			}
			if err := tx.AddTrend(x.what, x.step, points); err != nil {
				return err
			}
		}
		return nil
	})
}

// level is how many of the records there were before a moment, and how many of them were linked by then:
// most at once, some only when somebody had looked.
func level(records []access.Association, before time.Time) (p store.TrendPoint) {
	for i := range records {
		a := &records[i]
		if !a.FirstSync.Before(before) {
			continue
		}
		p.N++
		if wait := time.Duration(i%6) * 9 * time.Hour; a.Linked() && a.FirstSync.Add(wait).Before(before) {
			p.M++
		}
	}
	return p
}
