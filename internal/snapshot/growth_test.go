// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// A million records are too many for the race detector.

package snapshot_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

// changeCost is what one change of one record costs among n, on average over records from everywhere in
// the trie: how deep a single one lies is luck.
func changeCost(t *testing.T, n int) (allocs, bytes float64) {
	t.Helper()
	const changes = 2000
	v := filled(n)
	batches := make([]access.Batch, changes)
	for i := range batches {
		e := record(fmt.Sprintf("r%d", i*(n/changes)), i*(n/changes))
		e.Record.Override.Kind = access.OverrideBlock
		batches[i] = at(int64(n+i), e)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range batches {
		if next := v.Apply(batches[i]); next.Records() != n {
			t.Fatalf("%d records became %d", n, next.Records())
		}
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / changes, float64(after.TotalAlloc-before.TotalAlloc) / changes
}

// A record is in two tries of 32 slots a level. Ten times as many records add log32 10 = 0.66 levels to
// each, and a level costs one node and two slices, one for taking the old value out and one for putting
// the new one in: four allocations in all. The bytes are those of 0.66 levels, some of whose slots are
// empty.
func TestAChangeAllocatesTwoThirdsOfALevelMoreAmongTenTimesTheRecords(t *testing.T) {
	sizes := []int{10_000, 100_000, 1_000_000}
	const mostAllocs, mostBytes = 5, 700
	var allocs, bytes float64
	for i, n := range sizes {
		a, b := changeCost(t, n)
		t.Logf("%d records: %.1f allocations, %.0f bytes", n, a, b)
		if i > 0 && (a > allocs+mostAllocs || b > bytes+mostBytes) {
			t.Errorf("one change costs %.1f allocations and %.0f bytes among %d records, %.1f and %.0f among a tenth",
				a, b, n, allocs, bytes)
		}
		allocs, bytes = a, b
	}
	if allocs > 45 || bytes > 7000 {
		t.Errorf("one change costs %.1f allocations and %.0f bytes", allocs, bytes)
	}
}
