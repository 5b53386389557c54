// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func TestLookUpsAndAVerdictThatPassesAllocateNothing(t *testing.T) {
	v := filled(1000).Apply(at(2, device("d", access.DeviceActive),
		access.Entry{Kind: access.EntryAccount, Key: "lab/user7", Account: &access.AccountState{Realm: "lab", Account: "user7"}}))
	f := &access.Facts{Pair: record("", 7).Record.Pair}
	missing := access.Pair{Realm: "lab", Account: "nobody", Device: "NONE"}
	h := snapshot.NewHolder(v, noon)
	for name, f := range map[string]func(){
		"a record that is there": func() {
			if v.Record(f.Pair) == nil {
				t.Fatal("it is not")
			}
		},
		"a record that is not": func() { v.Record(missing) },
		"an account":           func() { v.Account("lab", "user7") },
		"a device":             func() { v.Device("d") },
		"an EAS device":        func() { v.EASDevice("APPL00000007") },
		"a verdict": func() {
			if d := access.Decide(h.Load(), f, noon); d.Verdict != access.VerdictPass || d.Record == nil {
				t.Fatalf("%+v", d)
			}
		},
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// changeCost is what one change of one record costs among n.
func changeCost(n int) (allocs, bytes float64) {
	v := filled(n)
	i := 0
	e := record("r1", 1)
	e.Record.Override.Kind = access.OverrideBlock
	change := func() { v.Apply(at(int64(i), e)); i++ }
	allocs = testing.AllocsPerRun(200, change)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 200 {
		change()
	}
	runtime.ReadMemStats(&after)
	return allocs, float64(after.TotalAlloc-before.TotalAlloc) / 200
}

func TestOneChangeCostsNoMoreThanTheLogarithmOfTheRecords(t *testing.T) {
	a10, b10 := changeCost(10_000)
	a100, b100 := changeCost(100_000)
	t.Logf("10k records: %.0f allocations, %.0f bytes; 100k records: %.0f, %.0f", a10, b10, a100, b100)
	// Ten times as many records may add one level (log32 10 = 0.66) to each of the two indexes, and a
	// level is a node and a slice for each of the put and the removal.
	if a100 > a10+10 || b100 > b10*1.8 {
		t.Errorf("one change costs %.0f allocations and %.0f bytes at 10k records, %.0f and %.0f at 100k", a10, b10, a100, b100)
	}
}

func BenchmarkApplyOneChange(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			v := filled(n)
			e := record("r1", 1)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				v.Apply(at(int64(i), e))
			}
		})
	}
}

func BenchmarkFullCopy(b *testing.B) {
	all := at(1, entries(filled(100_000))...)
	all.Full = true
	for b.Loop() {
		snapshot.Empty().Apply(all)
	}
}

func BenchmarkRecord(b *testing.B) {
	v := filled(100_000)
	p := record("", 777).Record.Pair
	b.ReportAllocs()
	for b.Loop() {
		if v.Record(p) == nil {
			b.Fatal("not there")
		}
	}
}
