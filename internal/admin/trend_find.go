// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Trends says how refusals, new pairs, the share of linked records and parked phones have gone, in bars that
// begin with the days of a zone. They are of the whole house: for those who are limited to some users there
// are no counts.
func (a *Admin) Trends(ctx context.Context, who access.Actor, span Span, zone *time.Location) (Trends, error) {
	if err := who.May(access.VerbView); err != nil {
		return Trends{}, err
	}
	if !span.valid() {
		return Trends{}, access.Invalid("admin: trends", "Trends are of a day, a week or a month.")
	}
	now := a.now().UTC()
	t := &Trends{At: now, Span: span}
	t.Bars, t.Points = span.axes(now, zone)
	if who.Scope != nil { // others' records are not even counted
		return *t, nil
	}
	for _, add := range []func(context.Context, *Trends) error{a.addRefused, a.addNew, a.addRecords, a.addParked} {
		if err := add(ctx, t); err != nil {
			return Trends{}, err
		}
	}
	return *t, nil
}

// until is a moment that lies behind all of a trend.
func (t *Trends) until() time.Time { return t.At.Add(time.Hour) }

// step says in which of some beginnings a moment lies, and that it lies in any.
func step(axis []time.Time, at time.Time) (int, bool) {
	i, found := slices.BinarySearchFunc(axis, at, time.Time.Compare)
	if !found {
		i--
	}
	return i, i >= 0
}

// trend gives the points of a trend that begin within its bars. Those of an hour in which the first bar
// begins, in zones that are half an hour apart from others, are part of it.
func (a *Admin) trend(ctx context.Context, t *Trends, what store.Trend, fine bool, fn func(p store.TrendPoint)) error {
	size := store.TrendHour
	if fine {
		size = store.TrendFine
	}
	list, err := a.store.ListTrend(ctx, what, size, t.Bars[0].Truncate(time.Hour), t.until())
	for _, p := range list {
		if p.At.Before(t.Bars[0]) {
			p.At = t.Bars[0]
		}
		fn(p)
	}
	return err
}

func (a *Admin) addRefused(ctx context.Context, t *Trends) error {
	byRule := map[string]*TrendCount{}
	err := a.trend(ctx, t, store.TrendRefused, false, func(p store.TrendPoint) {
		i, ok := step(t.Bars, p.At)
		if !ok {
			return
		}
		c := byRule[p.Name]
		if c == nil {
			c = &TrendCount{Name: p.Name, Text: refusalText(p.Name), Counts: make([]int64, len(t.Bars))}
			byRule[p.Name] = c
		}
		c.Total += p.N
		c.Counts[i] += p.N
	})
	t.Refusals = most(byRule)
	return err
}

// refusalText says what a rule means that a gateway has named.
func refusalText(rule string) string {
	if r, known := access.ParseRule(rule); known {
		return r.Text()
	}
	return "Refused."
}

func most(m map[string]*TrendCount) []TrendCount {
	list := make([]TrendCount, 0, len(m))
	for _, c := range m {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(x, y TrendCount) int {
		return cmp.Or(cmp.Compare(y.Total, x.Total), strings.Compare(x.Name, y.Name))
	})
	return list
}

func (a *Admin) addNew(ctx context.Context, t *Trends) error {
	t.New, t.NewLinked = make([]int64, len(t.Bars)), make([]int64, len(t.Bars))
	return a.trend(ctx, t, store.TrendNew, false, func(p store.TrendPoint) {
		if i, ok := step(t.Bars, p.At); ok {
			t.New[i] += p.N
			t.NewLinked[i] += p.M
		}
	})
}

// addRecords says how many records there were. The store keeps a point where the number changed: between
// two of them it stood.
func (a *Admin) addRecords(ctx context.Context, t *Trends) error {
	level := store.TrendPoint{N: Unknown, M: Unknown}
	last, found, err := a.store.LastTrend(ctx, store.TrendRecords, store.TrendHour, t.Bars[0].Truncate(time.Hour))
	if err != nil {
		return err
	}
	if found {
		level = last
	}
	at := make([]*store.TrendPoint, len(t.Bars))
	if err := a.trend(ctx, t, store.TrendRecords, false, func(p store.TrendPoint) {
		if i, ok := step(t.Bars, p.At); ok {
			at[i] = &p
		}
	}); err != nil {
		return err
	}
	t.Records, t.Linked = make([]int64, len(t.Bars)), make([]int64, len(t.Bars))
	for i, p := range at {
		if p != nil {
			level = *p
		}
		t.Records[i], t.Linked[i] = level.N, level.M
	}
	now, err := a.store.CountAssociations(ctx)
	t.Records[len(t.Bars)-1], t.Linked[len(t.Bars)-1] = now.Total, now.Linked
	return err
}

// addParked gives means: the reports of a gateway that fall into a point, and the sum of its gateways.
func (a *Admin) addParked(ctx context.Context, t *Trends) error {
	sums := map[string][]store.TrendPoint{}
	err := a.trend(ctx, t, store.TrendParked, t.Span == SpanDay, func(p store.TrendPoint) {
		i, ok := step(t.Points, p.At)
		if !ok || p.M == 0 {
			return
		}
		if sums[p.Name] == nil {
			sums[p.Name] = make([]store.TrendPoint, len(t.Points))
		}
		sums[p.Name][i].N += p.N
		sums[p.Name][i].M += p.M
	})
	t.Parked = slices.Repeat([]int64{Unknown}, len(t.Points))
	byName := map[string]*TrendCount{}
	for name, list := range sums {
		c := &TrendCount{Name: name, Counts: make([]int64, len(list))}
		for i, p := range list {
			if p.M == 0 {
				c.Counts[i] = Unknown
				continue
			}
			mean := (p.N + p.M/2) / p.M
			c.Counts[i], c.Total = mean, mean
			t.Parked[i] = max(t.Parked[i], 0) + mean
		}
		byName[name] = c
	}
	a.parkedNow(t, byName)
	t.Gateway = most(byName)
	return err
}

// parkedNow puts what gateways say at this moment in the place of their last means, which may be of ten
// minutes in which much has changed.
func (a *Admin) parkedNow(t *Trends, byName map[string]*TrendCount) {
	last := len(t.Points) - 1
	for _, g := range a.live() {
		c := byName[string(g.ID)]
		if c == nil || !g.Connected || g.Status.Started.IsZero() {
			continue
		}
		t.Parked[last] = max(t.Parked[last], 0) + g.Status.Parked - max(c.Counts[last], 0)
		c.Counts[last], c.Total = g.Status.Parked, g.Status.Parked
	}
}
