// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

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

func benchPages(b *testing.B, e storetest.Engine) {
	for _, n := range sizes(b) {
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
		for _, q := range storetest.Queries() {
			b.Run(fmt.Sprintf("rows=%d/%s", n, q.Name), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.ListAssociations(b.Context(), q.Query); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
