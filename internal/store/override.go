// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// The classes of overrides in force, as they stand in the database.
const (
	liveBlock int64 = 1
	liveAllow int64 = 2
)

func liveOf(k access.OverrideKind) int64 {
	switch k {
	case access.OverrideBlock:
		return liveBlock
	case access.OverrideAllow:
		return liveAllow
	}
	return 0
}

// endless stands for an override without an end, behind all that have one.
const endless = int64(1) << 62

func endOf(until time.Time) int64 {
	if until.IsZero() {
		return endless
	}
	return millis(until)
}

// overrideTable is how overrides in force are listed.
func overrideTable() listTable {
	return listTable{name: "association", class: "live", where: " AND live > 0", person: "person",
		classes: func(s Show) ([]int64, bool) {
			switch s {
			case "", ShowAll:
				return []int64{liveBlock, liveAllow}, true
			case ShowBlocked:
				return []int64{liveBlock}, true
			case ShowAllowed:
				return []int64{liveAllow}, true
			}
			return nil, false
		}, sorts: []Column{SortUntil, SortAt}}
}

// OverrideQuery asks for records with an override in force: Kind says which, or both when it is empty.
// Sort is SortUntil (soonest first, unless Desc; without an end last) or SortAt.
type OverrideQuery struct {
	Kind   access.OverrideKind
	Sort   Column
	Desc   bool
	Cursor string
	Limit  int
	Scope  *access.Scope
}

// ListOverrides gives one page of the records with an override in force (Y-06). How many there are is counted
// as far as looking at a page may cost: beyond that Total is more. An override whose time has just ended may
// still be among them until it is swept.
func (s *Store) ListOverrides(ctx context.Context, q OverrideQuery) (Page, error) {
	show := ShowAll
	switch q.Kind {
	case access.OverrideBlock:
		show = ShowBlocked
	case access.OverrideAllow:
		show = ShowAllowed
	}
	var p Page
	var err error
	var n int64
	var more bool
	t := overrideTable()
	p.PageMarks, err = s.list(ctx, "store: list overrides", t, Query{Show: show, Sort: q.Sort, Desc: q.Desc,
		Cursor: q.Cursor, Limit: q.Limit, Scope: q.Scope}, func(r runner, items []item) (err error) {
		if p.Rows, err = rowsOf(ctx, r, items); err != nil || q.Scope != nil {
			return err
		}
		classes, _ := t.classes(show)
		n, more, err = r.countLive(ctx, classes)
		return err
	})
	switch {
	case q.Scope == nil:
		p.Total, p.TotalIsMore = n, more
	case p.Next == "" && p.Prev == "":
		p.Total, p.TotalIsMore = int64(len(p.Rows)), false
	}
	return p, err
}

// mostCounted is how many overrides in force are counted, of all kinds together.
const mostCounted = 600

// countLive counts overrides in force along their index, and says whether there are more.
func (r runner) countLive(ctx context.Context, classes []int64) (n int64, more bool, err error) {
	for _, c := range classes {
		var found int64
		if err := r.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM association WHERE live = $1 AND live > 0 LIMIT $2) AS counted`,
			c, mostCounted-n+1).Scan(&found); err != nil {
			return n, false, err
		}
		if n += found; n > mostCounted {
			return mostCounted, true, nil
		}
	}
	return n, false, nil
}
