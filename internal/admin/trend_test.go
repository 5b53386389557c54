// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

func (w *world) trends(span admin.Span, zone *time.Location) admin.Trends {
	w.t.Helper()
	t, err := w.admin.Trends(w.t.Context(), root(), span, zone)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, n := range map[string]int{"new": len(t.New), "new linked": len(t.NewLinked), "records": len(t.Records), "linked": len(t.Linked)} {
		if n != len(t.Bars) {
			w.t.Errorf("%s has %d numbers for %d bars", name, n, len(t.Bars))
		}
	}
	if len(t.Parked) != len(t.Points) {
		w.t.Errorf("parked has %d numbers for %d points", len(t.Parked), len(t.Points))
	}
	return t
}

func TestTrendsOfAnEmptyConsoleSayThatNothingIsKnown(t *testing.T) {
	w := newWorld(t)
	d := w.trends(admin.SpanDay, time.UTC)
	if len(d.Refusals) != 0 || len(d.Gateway) != 0 || slices.Max(d.New) != 0 || slices.Max(d.Parked) != admin.Unknown || slices.Max(d.Records[:23]) != admin.Unknown || d.Records[23] != 0 {
		t.Errorf("%+v", d)
	}
}

func TestTrendsAreCutIntoHoursQuartersAndDaysOfTheZone(t *testing.T) {
	w := newWorld(t)
	now := w.clock.Now()
	zone := time.FixedZone("east", 5*3600+1800)
	for _, x := range []struct {
		span         admin.Span
		bars, points int
		first        time.Time
	}{
		{admin.SpanDay, 24, 0, now.UTC().Truncate(time.Hour).Add(-23 * time.Hour)},
		{admin.SpanWeek, 0, 0, time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day()-6, 0, 0, 0, 0, zone)},
		{admin.SpanMonth, 30, 0, time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day()-29, 0, 0, 0, 0, zone)},
	} {
		d := w.trends(x.span, zone)
		if !d.Bars[0].Equal(x.first) || x.bars > 0 && len(d.Bars) != x.bars || len(d.Bars) < 24 || len(d.Bars) > 30 {
			t.Errorf("%s: %d bars from %v, want %d from %v", x.span, len(d.Bars), d.Bars[0], x.bars, x.first)
		}
		if last := d.Bars[len(d.Bars)-1]; last.After(now) || d.Points[len(d.Points)-1].After(now) || d.Points[0].After(d.Bars[0]) || len(d.Points) > 200 {
			t.Errorf("%s: bars end at %v, points go from %v to %v, %d of them; it is %v", x.span, last, d.Points[0], d.Points[len(d.Points)-1], len(d.Points), now)
		}
		if !slices.IsSortedFunc(d.Bars, time.Time.Compare) || d.Bars[0].Location() != time.UTC {
			t.Errorf("%s: %v", x.span, d.Bars)
		}
	}
}

func TestTrendsOfADay(t *testing.T) {
	w := newWorld(t)
	now := w.clock.Now()
	id := w.record("a", "D1", func(a *access.Association) { a.FirstSync = now.Add(-3 * time.Hour) })
	w.record("b", "D2", func(a *access.Association) { a.FirstSync, a.Device = now.Add(-3*time.Hour), "reg-1" })
	w.record("c", "D3", func(a *access.Association) { a.FirstSync = now.Add(-40 * time.Hour) })
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		tx.AddParked("gw1", 10)
		tx.AddParked("gw1", 20)
		tx.AddParked("gw2", 7)
		return errors.Join(
			tx.AddTrend(store.TrendRecords, time.Hour, []store.TrendPoint{{At: now.Add(-10 * time.Hour), N: 8, M: 6}}),
			tx.AddTrend(store.TrendParked, store.TrendFine, []store.TrendPoint{{At: now.Add(-5 * time.Hour), Name: "gw1", N: 90, M: 3}}),
			tx.AddTallies("gw1", []access.Tally{{Minute: now.Add(-2 * time.Hour), Rule: "manual-block", Verdict: "refuse", Count: 4}, {Minute: now, Rule: "pass", Verdict: "pass", Count: 9}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	d := w.trends(admin.SpanDay, time.UTC)
	if d.New[20] != 2 || d.NewLinked[20] != 1 || d.New[23] != 0 {
		t.Errorf("new %v, linked %v", d.New, d.NewLinked)
	}
	if d.Records[12] != admin.Unknown || d.Records[13] != 8 || d.Linked[22] != 6 || d.Records[23] != 3 || d.Linked[23] != 1 {
		t.Errorf("records %v, linked %v", d.Records, d.Linked)
	}
	if len(d.Refusals) != 1 || d.Refusals[0].Total != 4 || d.Refusals[0].Counts[21] != 4 || d.Refusals[0].Text == "" {
		t.Errorf("refusals %+v", d.Refusals)
	}
	last := len(d.Points) - 1
	at, _ := slices.BinarySearchFunc(d.Points, now.Add(-5*time.Hour).UTC().Truncate(10*time.Minute), time.Time.Compare)
	if d.Parked[last] != 22 || d.Parked[at] != 30 || d.Parked[at+1] != admin.Unknown || len(d.Gateway) != 2 || d.Gateway[1].Name != "gw2" || d.Gateway[1].Counts[last] != 7 || d.Gateway[1].Counts[at] != admin.Unknown {
		t.Errorf("parked %v of %+v", d.Parked, d.Gateway)
	}
	w.live = []access.Gateway{{ID: "gw1", Connected: true, Status: access.GatewayStatus{Started: now, Parked: 18}}, {ID: "gw2", Status: access.GatewayStatus{Started: now}}}
	if d := w.trends(admin.SpanDay, time.UTC); d.Parked[last] != 25 || d.Gateway[0].Total != 18 {
		t.Errorf("now %v are parked, at %+v", d.Parked[last], d.Gateway)
	}
	w.live = nil
	week := w.trends(admin.SpanWeek, time.UTC)
	var sum int64
	for _, n := range week.New {
		sum += n
	}
	if sum != 3 || week.Parked[len(week.Parked)-1] != 22 {
		t.Errorf("in the week %v came new, and %v are parked", week.New, week.Parked)
	}
	// A link that is made later counts for the hour in which the pair came.
	if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveLink(id, "reg-1", access.Link{By: access.LinkedByMatcher}, access.Suggestion{}, "")
	}); err != nil {
		t.Fatal(err)
	}
	if d := w.trends(admin.SpanDay, time.UTC); d.NewLinked[20] != 2 || d.Linked[23] != 2 {
		t.Errorf("linked since: %v of the new, %v of all", d.NewLinked, d.Linked)
	}
}

func TestTrendsSayWhatTheyCannotGive(t *testing.T) {
	w := newWorld(t)
	_, err := w.admin.Trends(t.Context(), root(), "year", time.UTC)
	wantKind(t, err, access.KindInvalid)
	desk := access.Actor{Name: "desk", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"south"}}}
	w.record("a", "D1")
	if d, err := w.admin.Trends(t.Context(), desk, admin.SpanDay, time.UTC); err != nil || len(d.Bars) != 24 || d.New != nil || d.Records != nil || d.Parked != nil || d.Refusals != nil {
		t.Errorf("the help desk of the south is told %+v, %v", d, err)
	}
	if d := cmp.Diff([]admin.Span{"day", "week", "month"}, admin.Spans()); d != "" {
		t.Error(d)
	}
}
