// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatPhonesHaveSeenIsAddedUpByWindow(t *testing.T) {
	begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	at := func(sec float64) time.Time { return begin.Add(time.Duration(sec * float64(time.Second))) }
	tr := &traffic{begin: begin}
	for sec := 0.5; sec < 30; sec += 0.5 { // phone 0 keeps its policy and reads twice a second
		if sec > 12 && sec < 15 {
			continue // nobody is answered for three seconds
		}
		tr.seen = append(tr.seen, answer{phone: 0, kept: true, asked: at(sec).Add(-100 * time.Millisecond), at: at(sec)})
	}
	tr.seen = append(tr.seen,
		answer{phone: 1, asked: at(10.1), at: at(10.2), kind: answerPolicy},
		answer{phone: 1, asked: at(10.3), at: at(10.25), kind: answerPolicy}, // counts from the first
		answer{phone: 1, asked: at(10.5), at: at(10.6)},
		answer{phone: 2, asked: at(11), at: at(11.1), kind: answerPolicy},             // and never again
		answer{phone: 0, kept: true, asked: at(20), at: at(21.7), kind: answerPolicy}) // whose policy has not changed
	for _, sec := range []float64{11.5, 10.1, 10.9, 12.2} {
		tr.ends = append(tr.ends, at(sec))
	}
	var r changeRow
	if err := tr.sum(&r, at(10)); err != nil {
		t.Fatal(err)
	}
	if want := [3]time.Duration{500 * time.Millisecond, 3 * time.Second, 500 * time.Millisecond}; r.Gap != want {
		t.Errorf("gaps %v", r.Gap)
	}
	if want := [3]time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 1700 * time.Millisecond}; r.Kept != want {
		t.Errorf("longest requests %v", r.Kept)
	}
	if want := [3]int{19, 16, 20}; r.Answers != want {
		t.Errorf("answers %v", r.Answers)
	}
	if diff := cmp.Diff([]time.Duration{400 * time.Millisecond}, r.Away); diff != "" || r.Failed != 2 {
		t.Errorf("failed %d; away %s", r.Failed, diff)
	}
	if r.Ended != 4 || r.First != 100*time.Millisecond || r.Last != 2200*time.Millisecond || r.Busiest != 2 {
		t.Errorf("ended %d, %v to %v, %d a second", r.Ended, r.First, r.Last, r.Busiest)
	}
}

func TestABurstOfOtherWorkDoesNotMoveTheRatio(t *testing.T) {
	rows := []provisioningRow{
		{Peer: "a", Round: 1, CPUMicros: 40, Slices: []float64{22, 22, 22, 200, 22}},
		{Peer: "b", Round: 1, CPUMicros: 20, Slices: []float64{20, 20, 20, 20, 20}},
		{Peer: "a", Round: 2, CPUMicros: 22, Slices: []float64{22}},
		{Peer: "b", Round: 2, CPUMicros: 20, Slices: []float64{20}},
	}
	r, ok := ratioOf(rows, "a", "b")
	if want := (ratio{"a / b", 1.1, 1.1, 2}); !ok || cmp.Diff(want, r) != "" {
		t.Errorf("%+v", r)
	}
	if _, ok := ratioOf(rows, "a", "c"); ok {
		t.Error("a ratio to nobody")
	}
}
