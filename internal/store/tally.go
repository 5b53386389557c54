// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"sort"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// TallyDays is how long counts per minute are kept.
const TallyDays = 31

// AddTallies adds counts of a gateway to those of the same minute. Minutes out of the window that is
// kept are dropped; so is what is older.
func (t *Tx) AddTallies(gateway access.GatewayID, list []access.Tally) error {
	type key struct {
		minute        int64
		rule, verdict string
	}
	sum := map[key]int64{}
	oldest := t.now.AddDate(0, 0, -TallyDays)
	for _, y := range list {
		if y.Count <= 0 || y.Minute.Before(oldest) || y.Minute.After(t.now.Add(time.Hour)) {
			continue
		}
		rule := clean(y.Rule, capShort)
		sum[key{millis(y.Minute.UTC().Truncate(time.Minute)), rule, clean(y.Verdict, capShort)}] += y.Count
		if y.Verdict != access.VerdictPass.String() {
			t.trend(TrendRefused, TrendHour, y.Minute, rule, trendSum{n: y.Count})
		}
	}
	keys := make([]key, 0, len(sum))
	for k := range sum {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { // one order for all, so that two reports do not wait for each other
		a, b := keys[i], keys[j]
		if a.minute != b.minute {
			return a.minute < b.minute
		}
		return a.rule+"\x00"+a.verdict < b.rule+"\x00"+b.verdict
	})
	for _, k := range keys {
		if _, err := t.q.exec(t.ctx, `INSERT INTO tally (minute, gateway, rule, verdict, n) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (minute, gateway, rule, verdict) DO UPDATE SET n = tally.n + $5`,
			k.minute, string(gateway), k.rule, k.verdict, sum[k]); err != nil {
			return said("store: add tallies", err)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM tally WHERE minute < $1`, millis(oldest))
	return said("store: add tallies", err)
}

// TallySum is how often a rule led to a verdict.
type TallySum struct {
	Rule    string
	Verdict string
	Count   int64
}

// SumTallies adds up what all gateways counted from since until before until, most frequent first.
func (s *Store) SumTallies(ctx context.Context, since, until time.Time) ([]TallySum, error) {
	var list []TallySum
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var y TallySum
		err := r.Scan(&y.Rule, &y.Verdict, &y.Count)
		list = append(list, y)
		return err
	}, `SELECT rule, verdict, CAST(SUM(n) AS BIGINT) FROM tally WHERE minute >= $1 AND minute < $2
		GROUP BY rule, verdict ORDER BY 3 DESC, rule, verdict`, millis(since), millis(until))
	return list, said("store: sum tallies", err)
}

// ListTallies gives the sums of all gateways per step (a minute or more), oldest first, for a chart.
func (s *Store) ListTallies(ctx context.Context, since, until time.Time, step time.Duration) ([]access.Tally, error) {
	ms := max(step, time.Minute).Milliseconds()
	var list []access.Tally
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var y access.Tally
		err := r.Scan(target(&y.Minute), &y.Rule, &y.Verdict, &y.Count)
		list = append(list, y)
		return err
	}, `SELECT (minute / $1) * $1 AS step, rule, verdict, CAST(SUM(n) AS BIGINT) FROM tally
		WHERE minute >= $2 AND minute < $3 GROUP BY step, rule, verdict ORDER BY step, rule, verdict`,
		ms, millis(since), millis(until))
	return list, said("store: list tallies", err)
}
