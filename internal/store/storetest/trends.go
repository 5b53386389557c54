// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// trendOf gives all points of a trend, by moment and name.
func trendOf(t *testing.T, s *store.Store, what store.Trend, step time.Duration) map[string]store.TrendPoint {
	t.Helper()
	list, err := s.ListTrend(t.Context(), what, step, Start().AddDate(-1, 0, 0), Start().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]store.TrendPoint{}
	for i, p := range list {
		if i > 0 && p.At.Before(list[i-1].At) {
			t.Errorf("%s: %v comes after %v", what, p.At, list[i-1].At)
		}
		out[p.At.Format("02 15:04 ")+p.Name] = p
	}
	return out
}

func trends(t *testing.T, e Engine) {
	t.Run("new pairs stand in the hour of their first contact, with how many of them are linked", newPairs(e))
	t.Run("how many records there are is kept when it changes", recordLevels(e))
	t.Run("of those who create records beside each other none is lost", levelsBesideEachOther(e))
	t.Run("what gateways have parked and refused is kept by the hour, and forgotten in time", parkedAndRefused(e))
}

// newPairs proves that after everything that can happen to records the counts are those of the records.
func newPairs(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		check := func(what string) {
			t.Helper()
			want := map[string]store.TrendPoint{}
			if err := s.EachAssociation(t.Context(), store.Query{}, func(a *access.Association) error {
				at := a.FirstSync.Truncate(time.Hour)
				if at.Before(Start().AddDate(0, 0, -store.TallyDays)) {
					return nil
				}
				p := want[at.Format("02 15:04 ")]
				p.At, p.N, p.M = at, p.N+1, p.M+int64(flag(a.Linked()))
				want[at.Format("02 15:04 ")] = p
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			got := trendOf(t, s, store.TrendNew, time.Hour)
			for k, p := range got {
				if p.N == 0 && p.M == 0 {
					delete(got, k)
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: (-records +trend)\n%s", what, d)
			}
		}
		at := func(a *access.Association, ago time.Duration) *access.Association {
			a.FirstSync = Start().Add(-ago)
			return a
		}
		reg := addDevice(t, s, access.RegisteredDevice{Device: access.Device{State: access.DeviceActive}})
		a := create(t, s, at(seen("ana", "d1"), time.Minute))
		b := create(t, s, at(seen("bob", "d2"), 5*time.Hour))
		old := create(t, s, at(seen("old", "d3"), 40*24*time.Hour))
		c := at(seen("cyd", "d4"), 6*time.Hour)
		c.Device = reg.ID
		create(t, s, c)
		check("one by one")
		bulk := []*access.Association{at(seen("eve", "d5"), 5*time.Hour), at(seen("fay", "d6"), 5*time.Hour)}
		bulk[1].Device = reg.ID
		tx(t, s, func(tx *store.Tx) error { return tx.CreateAssociations(bulk) })
		check("many at once")
		for _, id := range []access.AssociationID{a.ID, b.ID, old.ID} {
			linkTo(t, s, id, reg.ID)
		}
		check("linked by hand")
		tx(t, s, func(tx *store.Tx) error {
			return tx.SaveLink(bulk[0].ID, reg.ID, access.Link{By: access.LinkedByMatcher}, access.Suggestion{}, "")
		})
		check("linked by the matcher")
		linkTo(t, s, a.ID, "")
		check("unlinked")
		gone := find(t, s, b.ID)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(b.ID) })
		check("deleted")
		tx(t, s, func(tx *store.Tx) error { return tx.RestoreAssociation(gone) })
		check("brought back")
		moved := find(t, s, c.ID)
		moved.FirstSync = Start().Add(-9 * time.Hour)
		tx(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.ReplaceAssociation(moved), tx.MoveAssociation(a.ID, "ana2"))
		})
		check("written anew")
		err := s.WithTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.DeleteAssociation(a.ID), errors.New("stop"))
		})
		if err == nil {
			t.Error("the transaction that fails succeeds")
		}
		check("not done")
		// An hour that is forgotten does not come back with what is left of it.
		tx(t, s, func(tx *store.Tx) error { _, err := tx.DeleteTrends(Start().Add(-4 * time.Hour)); return err })
		linkTo(t, s, bulk[1].ID, "")
		if got := trendOf(t, s, store.TrendNew, time.Hour); len(got) != 1 {
			t.Errorf("after the purge there are %v", got)
		}
	}
}

func recordLevels(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		a := create(t, s, seen("ana", "d1"))
		now = now.Add(25 * time.Minute)
		reg := addDevice(t, s, access.RegisteredDevice{Device: access.Device{State: access.DeviceActive}})
		linkTo(t, s, a.ID, reg.ID)
		b := create(t, s, seen("bob", "d2"))
		now = now.Add(3 * time.Hour)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(b.ID) })
		hours := trendOf(t, s, store.TrendRecords, time.Hour)
		at := func(hour, minute int) time.Time { return time.Date(2026, 11, 21, hour, minute, 0, 0, time.UTC) }
		if d := cmp.Diff(map[string]store.TrendPoint{"21 09:00 ": {At: at(9, 0), N: 2, M: 1}, "21 12:00 ": {At: at(12, 0), N: 1, M: 1}}, hours); d != "" {
			t.Error(d)
		}
		p, ok, err := s.LastTrend(t.Context(), store.TrendRecords, time.Hour, at(12, 0))
		if err != nil || !ok || p.N != 2 || !p.At.Equal(at(9, 0)) {
			t.Errorf("before noon: %+v, %v, %v", p, ok, err)
		}
		if _, ok, err := s.LastTrend(t.Context(), store.TrendRecords, time.Hour, at(9, 0)); err != nil || ok {
			t.Errorf("before everything there is something: %v", err)
		}
		// What comes through a lock of its own and is no change costs no row.
		now = now.Add(time.Hour)
		tx(t, s, func(tx *store.Tx) error {
			x, err := tx.FindAssociation(a.ID)
			if err != nil {
				return err
			}
			x.Override = access.Override{Kind: access.OverrideBlock, By: "root", At: now}
			return tx.SaveAssociation(x)
		})
		if got := trendOf(t, s, store.TrendRecords, time.Hour); len(got) != 2 {
			t.Errorf("a block has left a point: %v", got)
		}
	}
}

func levelsBesideEachOther(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		var wg sync.WaitGroup
		const writers, each = 6, 8
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					x := seen(fmt.Sprintf("u%d", w), fmt.Sprintf("d%d-%d", w, i))
					if err := s.WithTx(ctx, func(tx *store.Tx) error {
						n := *x
						tx.AddParked("gw1", 5)
						return errors.Join(tx.CreateAssociation(&n), tx.AddTallies("gw1", []access.Tally{{Minute: Start(), Rule: "shield", Verdict: "refuse", Count: 1}}))
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		const all = writers * each
		for _, x := range []struct {
			what store.Trend
			want store.TrendPoint
		}{
			{store.TrendRecords, store.TrendPoint{N: all}}, {store.TrendNew, store.TrendPoint{N: all}},
			{store.TrendParked, store.TrendPoint{Name: "gw1", N: 5 * all, M: all}}, {store.TrendRefused, store.TrendPoint{Name: "shield", N: all}},
		} {
			x.want.At = Start().Truncate(time.Hour)
			list, err := s.ListTrend(ctx, x.what, time.Hour, Start().Add(-time.Hour), Start().Add(time.Hour))
			if d := cmp.Diff([]store.TrendPoint{x.want}, list); err != nil || d != "" {
				t.Errorf("%s: %v\n%s", x.what, err, d)
			}
		}
	}
}

func parkedAndRefused(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		ctx := t.Context()
		for i := range 120 { // an hour of reports of two gateways, one of which is no more after a while
			tx(t, s, func(tx *store.Tx) error {
				tx.AddParked("gw1", int64(100+i%2*10))
				if i < 60 {
					tx.AddParked("gw2", 40)
				}
				return tx.AddTallies("gw1", []access.Tally{{Minute: now, Rule: "manual-block", Verdict: "refuse", Count: 2}, {Minute: now, Rule: "pass", Verdict: "pass", Count: 7}})
			})
			now = now.Add(30 * time.Second)
		}
		parked := trendOf(t, s, store.TrendParked, store.TrendFine)
		if p := parked["21 09:30 gw1"]; p.N != 2100 || p.M != 20 || len(parked) != 6+3 {
			t.Errorf("parked: %+v of %v", p, parked)
		}
		refused := trendOf(t, s, store.TrendRefused, time.Hour)
		if len(refused) != 2 || refused["21 09:00 manual-block"].N != 120 || refused["21 10:00 manual-block"].N != 120 {
			t.Errorf("refused: %v", refused)
		}
		create(t, s, seen("ana", "d1"))
		now = now.Add(72 * time.Hour)
		create(t, s, seen("bob", "d2"))
		purge := func(before time.Time) {
			t.Helper()
			told, err := s.CountTrends(ctx, before)
			var n int64
			tx(t, s, func(tx *store.Tx) error { var err error; n, err = tx.DeleteTrends(before); return err })
			if err != nil || n != told || n == 0 {
				t.Errorf("%d were told, %d went: %v", told, n, err) // Y-07
			}
		}
		purge(now.AddDate(0, 0, -10))
		if left := trendOf(t, s, store.TrendParked, store.TrendFine); len(left) != 0 {
			t.Errorf("the fine steps of three days ago are there: %v", left)
		}
		if left := trendOf(t, s, store.TrendParked, time.Hour); len(left) != 3 {
			t.Errorf("the hours that are kept have gone: %v", left)
		}
		purge(now.AddDate(0, 0, -1))
		if left := len(trendOf(t, s, store.TrendParked, time.Hour)) + len(trendOf(t, s, store.TrendRefused, time.Hour)); left != 0 {
			t.Errorf("%d hours are left", left)
		}
		// The level of records before stays known: it is the one from which the next goes up or down.
		if p, ok, err := s.LastTrend(ctx, store.TrendRecords, time.Hour, now.AddDate(0, 0, -1)); err != nil || !ok || p.N != 1 {
			t.Errorf("the last level: %+v, %v, %v", p, ok, err)
		}
	}
}
