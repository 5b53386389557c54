// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
// machine does weighs on all of them alike. Before that it looks at the plans, and counts the rows that
// are looked at for the page and the next.
func benchPages(b *testing.B, e storetest.Engine) {
	all := sizes(b)
	stores, pages := make([]*store.Store, len(all)), make([][]storetest.NamedPage, len(all))
	for i, n := range all {
		stores[i] = worldStore(b, e, n)
		var err error
		if pages[i], err = storetest.Pages(b.Context(), stores[i]); err != nil {
			b.Fatal(err)
		}
	}
	only := regexp.MustCompile(os.Getenv("VEDETTE_BENCH_PAGES"))
	for n, page := range pages[0] {
		if !only.MatchString(page.Name) {
			continue
		}
		b.Run(page.Name, func(b *testing.B) {
			looked, found := make([]int, len(all)), make([]int, len(all))
			took := make([][]float64, len(all))
			ask := func(i int) {
				began := time.Now()
				rows, _, err := pages[i][n].Ask(b.Context(), stores[i], "")
				if err != nil {
					b.Fatal(err)
				}
				found[i] = rows
				took[i] = append(took[i], float64(time.Since(began).Nanoseconds())/1000)
			}
			for i := range all { // for what is only read once
				w := newPlanWatch(b, stores[i])
				w.page(pages[i][n], storetest.PageRows)
				looked[i] = w.most
				stores[i].SpyOn(nil)
				ask(i)
				took[i] = nil
			}
			for b.Loop() {
				for i := range all {
					ask(i)
				}
			}
			b.ReportMetric(0, "ns/op") // of all sizes together, which says nothing
			for i, n := range all {
				slices.Sort(took[i])
				b.ReportMetric(took[i][len(took[i])/2], fmt.Sprintf("us@%d", n))
				b.ReportMetric(took[i][0], fmt.Sprintf("lowest@%d", n))
				b.ReportMetric(took[i][len(took[i])-1], fmt.Sprintf("highest@%d", n))
				b.ReportMetric(float64(looked[i]), fmt.Sprintf("looked@%d", n))
				b.ReportMetric(float64(found[i]), fmt.Sprintf("found@%d", n))
			}
		})
	}
}

// worldStore gives a console's database with a number of records. On SQLite, with VEDETTE_BENCH_KEEP, it
// is made once in that directory and stays there.
func worldStore(b *testing.B, e storetest.Engine, n int) *store.Store {
	b.Helper()
	dir := os.Getenv("VEDETTE_BENCH_KEEP")
	dsn := e.DSN(b)
	lite := strings.HasPrefix(dsn, "sqlite:")
	if lite && dir != "" {
		file := filepath.Join(dir, fmt.Sprintf("world-%d.db", n))
		dsn = "sqlite:" + file
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			fillWorld(b, "sqlite:"+file+".part", n)
			if err := os.Rename(file+".part", file); err != nil {
				b.Fatal(err)
			}
		}
	} else {
		fillWorld(b, dsn, n)
	}
	began := time.Now()
	s := openWorld(b, dsn)
	b.Logf("opened with %d records in %v", n, time.Since(began).Round(time.Millisecond))
	return s
}

func openWorld(b *testing.B, dsn string) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), store.Config{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func fillWorld(b *testing.B, dsn string, n int) {
	b.Helper()
	s, err := store.Open(b.Context(), store.Config{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	write, _ := s.Handles()
	run := func(q string) {
		if _, err := write.ExecContext(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	if s.Engine() == "sqlite" { // what would be lost in a power cut is made anew
		run("PRAGMA synchronous = OFF")
		run("PRAGMA cache_size = -1500000")
	}
	began := time.Now()
	if err := storetest.FillWorld(context.WithoutCancel(b.Context()), s, storetest.WorldOf(n), 1); err != nil {
		b.Fatal(err)
	}
	if s.Engine() == "postgres" {
		run("VACUUM ANALYZE")
	} else {
		run("PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Logf("a world of %d records was made in %v", n, time.Since(began).Round(time.Millisecond))
}
