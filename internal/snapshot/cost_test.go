// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot_test

import (
	"fmt"
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
