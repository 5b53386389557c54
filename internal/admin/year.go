// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// The years that can be asked for: whatever a clock may have said.
const (
	firstYear = 1970
	lastYear  = 9999
)

// ActionYears gives the calendar years for which ActiveSync actions can be listed, the present one
// first, back to that of the first one that is kept.
func (a *Admin) ActionYears(ctx context.Context, who access.Actor) ([]int, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	now, err := a.clock(ctx)
	if err != nil {
		return nil, err
	}
	first, err := a.store.FirstAction(ctx)
	if err != nil {
		return nil, err
	}
	list := []int{now.Year()}
	if first.IsZero() {
		return list, nil
	}
	for y := now.Year() - 1; y >= max(first.In(now.Location()).Year(), firstYear); y-- {
		list = append(list, y)
	}
	return list, nil
}

// thisYear fills in the present year, where a query of actions names none: what is asked now goes on to mean
// the same when the year turns.
func (a *Admin) thisYear(ctx context.Context, q *Query) error {
	if q == nil || q.Show != ShowActed || q.Year != 0 {
		return nil
	}
	now, err := a.clock(ctx)
	q.Year = now.Year()
	return err
}

// yearOf gives the bounds of a calendar year in the time zone that is set; of 0, of the present one.
func (a *Admin) yearOf(ctx context.Context, year int) (from, to time.Time, err error) {
	now, err := a.clock(ctx)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	if year == 0 {
		year = now.Year()
	}
	if year < firstYear || year > lastYear {
		return time.Time{}, time.Time{}, access.Invalid("admin: year", "Write the year with four digits.")
	}
	first := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, now.Location()) }
	return first(year), first(year + 1), nil
}
