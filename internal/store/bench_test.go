// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// sizes are the numbers of records to measure with: VEDETTE_BENCH_ROWS, "100000,1000000" for the goals.
func sizes(b *testing.B) []int {
	b.Helper()
	text := os.Getenv("VEDETTE_BENCH_ROWS")
	if text == "" {
		text = "10000"
	}
	var list []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			b.Fatalf("VEDETTE_BENCH_ROWS: %v", err)
		}
		list = append(list, n)
	}
	return list
}

func BenchmarkPageOnSQLite(b *testing.B)   { benchPages(b, sqlite()) }
func BenchmarkPageOnPostgres(b *testing.B) { benchPages(b, postgres()) }

// benchPages measures every page at all sizes in turn, one after the other, so that whatever else the
// machine does weighs on all of them alike.
func benchPages(b *testing.B, e storetest.Engine) {
	all := sizes(b)
	stores := make([]*store.Store, len(all))
	for i, n := range all {
		stores[i] = filledStore(b, e, n)
	}
	for _, q := range storetest.Queries() {
		b.Run(q.Name, func(b *testing.B) {
			took := make([][]float64, len(all))
			page := func(i int) {
				began := time.Now()
				if _, err := stores[i].ListAssociations(b.Context(), q.Query); err != nil {
					b.Fatal(err)
				}
				took[i] = append(took[i], float64(time.Since(began).Microseconds()))
			}
			for i := range all { // for what is only read once
				page(i)
				took[i] = nil
			}
			for b.Loop() {
				for i := range all {
					page(i)
				}
			}
			b.ReportMetric(0, "ns/op") // of all sizes together, which says nothing
			for i, n := range all {
				slices.Sort(took[i])
				b.ReportMetric(took[i][len(took[i])/2], fmt.Sprintf("us@%d", n))
				b.ReportMetric(took[i][0], fmt.Sprintf("lowest@%d", n))
				b.ReportMetric(took[i][len(took[i])-1], fmt.Sprintf("highest@%d", n))
			}
		})
	}
}

func filledStore(b *testing.B, e storetest.Engine, n int) *store.Store {
	b.Helper()
	s := e.Open(b, time.Now)
	began := time.Now()
	if err := storetest.Fill(b.Context(), s, n, 1); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d records loaded in %v", n, time.Since(began).Round(time.Millisecond))
	if s.Engine() == "postgres" {
		write, _ := s.Handles()
		if _, err := write.ExecContext(b.Context(), "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	return s
}
