// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"
)

// Span is how far back trends go.
type Span string

// The spans.
const (
	SpanDay   Span = "day"   // 24 hours, by the hour
	SpanWeek  Span = "week"  // seven days, by the quarter of a day
	SpanMonth Span = "month" // thirty days, by the day
)

// Spans are all spans, the shortest first.
func Spans() []Span { return []Span{SpanDay, SpanWeek, SpanMonth} }

// Unknown stands in trends where nothing is known: nobody was there to count yet, or no gateway reported.
const Unknown = -1

// Trends are what changes over time. Bars and Points are beginnings, the oldest first and the last one still
// under way; every list of counts has one number for each of them.
type Trends struct {
	At   time.Time
	Span Span
	Bars []time.Time
	// Refusals are requests refused, by rule, most first.
	Refusals []TrendCount
	// New are pairs that came for the first time and are still recorded, NewLinked those of them that are
	// linked by now.
	New, NewLinked []int64
	// Records is how many there were at the end of each bar, Linked how many of them were linked; Unknown
	// from before somebody counted.
	Records, Linked []int64
	// Parked is how many phones all gateways held, on the mean of each point, and of which gateway how many:
	// Unknown where none reported, or this one did not.
	Points  []time.Time
	Parked  []int64
	Gateway []TrendCount
}

// TrendCount is one line of a trend: of a rule, with what it says, or of a gateway.
type TrendCount struct {
	Name   string
	Text   string
	Total  int64 // in the whole span; of gateways the last count that is known
	Counts []int64
}

// axes gives the beginnings of bars and points of a span that ends at now. Bars of a day are hours, which
// begin at the same moment everywhere; longer ones begin where the zone's days do.
func (s Span) axes(now time.Time, zone *time.Location) (bars, points []time.Time) {
	local := now.In(zone)
	y, m, d := local.Date()
	step := 10 * time.Minute
	switch s {
	case SpanWeek:
		const quarter = 6
		step = time.Hour
		for i := -6 * 4; i <= local.Hour()/quarter; i++ {
			bars = append(bars, time.Date(y, m, d, i*quarter, 0, 0, 0, zone).UTC())
		}
	case SpanMonth:
		step = 4 * time.Hour
		for i := -29; i <= 0; i++ {
			bars = append(bars, time.Date(y, m, d+i, 0, 0, 0, 0, zone).UTC())
		}
	default:
		for i := -23; i <= 0; i++ {
			bars = append(bars, now.UTC().Truncate(time.Hour).Add(time.Duration(i)*time.Hour))
		}
	}
	for at := bars[0].Truncate(time.Hour); !at.After(now); at = at.Add(step) {
		points = append(points, at)
	}
	return bars, points
}

func (s Span) valid() bool { return s == SpanDay || s == SpanWeek || s == SpanMonth }
