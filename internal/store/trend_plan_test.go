// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
)

func TestNoTrendScansOrSortsOnSQLite(t *testing.T) {
	trendPlans(t, openSQLite(t, time.Now), sqlitePlan)
}

func TestNoTrendScansOrSortsOnPostgres(t *testing.T) {
	trendPlans(t, openPostgres(t, time.Now), postgresPlan)
}

// trendPlans asks for a day and for a month, of a month of six gateways: nothing is looked at that
// is not drawn.
func trendPlans(t *testing.T, s *store.Store, look func(context.Context, store.Asker, string, []any) ([]string, int)) {
	now := time.Now().UTC().Truncate(time.Hour)
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		for _, what := range []store.Trend{store.TrendNew, store.TrendRecords, store.TrendParked, store.TrendRefused} {
			var points []store.TrendPoint
			for h := range 31 * 24 {
				names := 1
				if what == store.TrendParked || what == store.TrendRefused {
					names = 6
				}
				for i := range names {
					points = append(points, store.TrendPoint{At: now.Add(-time.Duration(h) * time.Hour), Name: fmt.Sprintf("x%d", i), N: int64(h), M: 1})
				}
			}
			if err := tx.AddTrend(what, store.TrendHour, points); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	spans := []int{1, 30}
	if s.Engine() == "postgres" {
		spans = spans[:1] // a month is half of the table, which PostgreSQL then reads through
		write, _ := s.Handles()
		if _, err := write.ExecContext(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
	queries, seen, list := 0, 0, []store.TrendPoint(nil)
	s.SpyOn(func(ctx context.Context, on store.Asker, query string, args []any) {
		if !strings.Contains(query, " FROM trend ") {
			return
		}
		queries++
		complaints, n := look(ctx, on, query, args)
		seen = n
		for _, c := range complaints {
			t.Errorf("%s\n%s", c, query)
		}
	})
	for _, what := range []store.Trend{store.TrendNew, store.TrendRecords, store.TrendParked, store.TrendRefused} {
		for _, days := range spans {
			var err error
			if list, err = s.ListTrend(t.Context(), what, store.TrendHour, now.AddDate(0, 0, -days), now.Add(time.Hour)); err != nil || len(list) < 24*days {
				t.Errorf("%d days of %s: %d points, %v", days, what, len(list), err)
			}
			if seen > len(list)+1 {
				t.Errorf("%d days of %s: looked at %d rows for %d", days, what, seen, len(list))
			}
		}
		if _, found, err := s.LastTrend(t.Context(), what, store.TrendHour, now); err != nil || !found {
			t.Errorf("the last of %s: %v, %v", what, found, err)
		}
		if seen > 1 {
			t.Errorf("the last of %s: looked at %d rows", what, seen)
		}
	}
	if queries == 0 {
		t.Skip("readers are not spied on")
	}
}
