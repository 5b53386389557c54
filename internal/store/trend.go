// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Trend names something that is followed over time. All of them are kept up to date with what changes
// them, so that a chart never counts anything.
type Trend string

// What is followed. N and M of a TrendPoint mean something else for each.
const (
	TrendNew     Trend = "new"     // N pairs came first in that hour and are still recorded, M of them are linked by now
	TrendRecords Trend = "records" // N records at the end of the hour, M of them linked; an hour without a point had no change
	TrendParked  Trend = "parked"  // Name: a gateway; N adds up what its M reports said
	TrendRefused Trend = "refused" // Name: a rule; N requests
)

// The steps in which trends are kept. Those of an hour are there for all, for TallyDays; the fine ones for
// TrendParked alone, for FineTrends.
const (
	TrendHour  = time.Hour
	TrendFine  = 10 * time.Minute
	FineTrends = 48 * time.Hour
)

// TrendPoint is one step of a trend, At its beginning.
type TrendPoint struct {
	At   time.Time
	Name string
	N, M int64
}

// trendKey is a row of a trend.
type trendKey struct {
	step int64 // minutes
	what Trend
	at   int64
	name string
}

type trendSum struct{ n, m int64 }

// trend notes that a row grows; finish writes it.
func (t *Tx) trend(what Trend, step time.Duration, at time.Time, name string, d trendSum) {
	if t.trends == nil {
		t.trends = map[trendKey]trendSum{}
	}
	k := trendKey{int64(step / time.Minute), what, millis(at.UTC().Truncate(step)), name}
	sum := t.trends[k]
	t.trends[k] = trendSum{sum.n + d.n, sum.m + d.m}
}

// counted notes that there is one record more, or fewer, of the row's class and of its first hour.
func (t *Tx) counted(r *associationRow, n int64) {
	t.counts[r.class] += n
	if r.FirstSync.Before(t.now.AddDate(0, 0, -TallyDays)) {
		return
	}
	d := trendSum{n: n}
	if r.class&2 != 0 {
		d.m = n
	}
	t.trend(TrendNew, TrendHour, r.FirstSync, "", d)
}

// AddParked keeps how many phones a gateway says it has parked now.
func (t *Tx) AddParked(gateway access.GatewayID, n int64) {
	for _, step := range []time.Duration{TrendFine, TrendHour} {
		t.trend(TrendParked, step, t.now, clean(string(gateway), capShort), trendSum{max(n, 0), 1})
	}
}

// AddTrend adds points to a trend of the given step, for a past that nobody has reported: that of a demo.
// Points of TrendRecords are what there was, and replace what is kept; the others are added.
func (t *Tx) AddTrend(what Trend, step time.Duration, points []TrendPoint) error {
	for _, p := range points {
		k := trendKey{int64(step / time.Minute), what, millis(p.At.UTC().Truncate(step)), clean(p.Name, capShort)}
		then := `n = trend.n + $5, m = trend.m + $6`
		if what == TrendRecords {
			then = `n = $5, m = $6`
		}
		if err := t.growTrend(k, trendSum{p.N, p.M}, then); err != nil {
			return said("store: add trend", err)
		}
	}
	return nil
}

func (t *Tx) growTrend(k trendKey, d trendSum, then string) error {
	_, err := t.q.exec(t.ctx, `INSERT INTO trend (step, what, at, name, n, m) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (step, what, at, name) DO UPDATE SET `+then, k.step, string(k.what), k.at, k.name, d.n, d.m)
	return err
}

// writeTrends writes what has been noted, and how many records there are now if that is another number.
func (t *Tx) writeTrends() error {
	keys := make([]trendKey, 0, len(t.trends))
	for k, d := range t.trends {
		if d != (trendSum{}) {
			keys = append(keys, k)
		}
	}
	// Everybody takes these rows in the same order, so that nobody waits in a circle.
	slices.SortFunc(keys, func(a, b trendKey) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.what, b.what), cmp.Compare(a.at, b.at), cmp.Compare(a.name, b.name))
	})
	for _, k := range keys {
		d := t.trends[k]
		var err error
		if k.what == TrendNew && d.n <= 0 {
			// Of an hour that is forgotten nothing comes back because one of its records is linked now.
			_, err = t.q.exec(t.ctx, `UPDATE trend SET n = n + $5, m = m + $6 WHERE step = $1 AND what = $2 AND at = $3 AND name = $4`,
				k.step, string(k.what), k.at, k.name, d.n, d.m)
		} else {
			err = t.growTrend(k, d, `n = trend.n + $5, m = trend.m + $6`)
		}
		if err != nil {
			return err
		}
	}
	return t.writeRecords()
}

// writeRecords keeps how many records there are, and how many are linked. The first change of a step begins
// with what all counters say, of which its own are part by now; the others add theirs, since they may not see
// yet what somebody beside them has counted.
func (t *Tx) writeRecords() error {
	var d trendSum
	for class, n := range t.counts {
		d.n += n
		if class&2 != 0 {
			d.m += n
		}
	}
	if d == (trendSum{}) {
		return nil
	}
	_, err := t.q.exec(t.ctx, `INSERT INTO trend (step, what, at, name, n, m)
		SELECT CAST($1 AS BIGINT), 'records', CAST($2 AS BIGINT), '', SUM(n), SUM(CASE WHEN class IN (2, 3) THEN n ELSE 0 END)
		FROM class_count WHERE class >= 0
		ON CONFLICT (step, what, at, name) DO UPDATE SET n = trend.n + $3, m = trend.m + $4`,
		int64(TrendHour/time.Minute), millis(t.now.Truncate(TrendHour)), d.n, d.m)
	return err
}

// ListTrend gives the points of a trend from since until before until, oldest first.
func (s *Store) ListTrend(ctx context.Context, what Trend, step time.Duration, since, until time.Time) ([]TrendPoint, error) {
	var list []TrendPoint
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var p TrendPoint
		err := r.Scan(target(&p.At), &p.Name, &p.N, &p.M)
		list = append(list, p)
		return err
	}, `SELECT at, name, n, m FROM trend WHERE step = $1 AND what = $2 AND at >= $3 AND at < $4`,
		int64(step/time.Minute), string(what), millis(since), millis(until))
	// PostgreSQL may fetch them by a bitmap, which is in no order, and would sort: that can be done here.
	slices.SortFunc(list, func(a, b TrendPoint) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Name, b.Name)) })
	return list, said("store: list trend", err)
}

// LastTrend gives the last point of a trend before a moment, and false when there is none.
func (s *Store) LastTrend(ctx context.Context, what Trend, step time.Duration, before time.Time) (p TrendPoint, found bool, err error) {
	err = s.reader().row(ctx, `SELECT at, name, n, m FROM trend WHERE step = $1 AND what = $2 AND at < $3
		ORDER BY at DESC, name DESC LIMIT 1`, int64(step/time.Minute), string(what), millis(before)).
		Scan(target(&p.At), &p.Name, &p.N, &p.M)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, said("store: last of a trend", err)
}

// overTrends goes through the rows of trends that are over their time when what is of an hour is kept from
// before on: a condition and its arguments for each kind of them.
func overTrends(now, before time.Time, fn func(where string, args ...any) error) error {
	fine := now.Add(-FineTrends)
	if fine.Before(before) {
		fine = before
	}
	for _, x := range []struct {
		step time.Duration
		end  time.Time
	}{{TrendFine, fine}, {TrendHour, before}} {
		for _, what := range []Trend{TrendNew, TrendParked, TrendRecords, TrendRefused} {
			where := `step = $1 AND what = $2 AND at < $3`
			if what == TrendRecords { // the last one before says how many there were from then on
				where += ` AND at < (SELECT MAX(at) FROM trend WHERE step = $1 AND what = $2 AND at < $3)`
			}
			if err := fn(where, int64(x.step/time.Minute), string(what), millis(x.end)); err != nil {
				return err
			}
		}
	}
	return nil
}

// CountTrends counts what DeleteTrends would forget now.
func (s *Store) CountTrends(ctx context.Context, before time.Time) (n int64, err error) {
	r := s.reader()
	err = overTrends(s.now().UTC(), before, func(where string, args ...any) error {
		var more int64
		err := r.row(ctx, `SELECT COUNT(*) FROM trend WHERE `+where, args...).Scan(&more)
		n += more
		return err
	})
	return n, said("store: count trends", err)
}

// DeleteTrends forgets what is kept by the hour from before a moment, and the fine steps that are over
// their time anyway.
func (t *Tx) DeleteTrends(before time.Time) (n int64, err error) {
	err = overTrends(t.now, before, func(where string, args ...any) error {
		more, err := t.q.exec(t.ctx, `DELETE FROM trend WHERE `+where, args...)
		n += more
		return err
	})
	return n, said("store: forget trends", err)
}
