// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// gatherWidth is how many rows, counted by seq, the first look at the trigram index spans.
const gatherWidth = 20_000

// gathered pages through the finds of a term that is neither rare nor common, newest records first, on
// PostgreSQL. The trigram index knows no order, so it is asked about one stretch of seq after another,
// wider ones as long as they bring too little: it is the two indexes that are compared, and only rows
// that match are looked at.
func (l *lister) gathered(ctx context.Context, r runner) ([]item, Page, error) {
	w := &gather{lister: l, room: l.budget(), width: gatherWidth}
	err := r.row(ctx, `SELECT seq FROM `+l.t.name+` ORDER BY seq DESC LIMIT 1`).Scan(&w.newest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return nil, Page{}, err
	}
	w.at = w.newest + 1
	if l.at != nil {
		w.at = min(max(l.at.Seq, 0), w.newest+1)
	}
	if err := r.gatherFinds(ctx); err != nil {
		return nil, Page{}, err
	}
	for len(w.items) <= l.q.Limit && (w.looked < w.room || !w.moved) && !w.over() {
		if err := w.stretch(ctx, r); err != nil {
			return nil, Page{}, err
		}
	}
	if err := r.walkIndexes(ctx); err != nil {
		return nil, Page{}, err
	}
	full := len(w.items) > l.q.Limit
	spent, last := !full && !w.over(), item{seq: w.at}
	if full {
		w.items = w.items[:l.q.Limit]
		last = w.items[l.q.Limit-1]
	}
	items, p := l.page(w.items, full || spent, last, modeGather)
	p.SearchOrder, p.Partial = OrderNewest, spent
	return items, p, nil
}

type gather struct {
	*lister
	items  []item
	newest int64
	at     int64 // everything up to here has been looked at
	width  int64
	room   int
	looked int // finds looked at
	moved  bool
}

func (w *gather) over() bool {
	if w.back() {
		return w.at >= w.newest
	}
	return w.at <= 1
}

func (w *gather) stretch(ctx context.Context, r runner) error {
	from, to := w.at-w.width, w.at-1
	if w.back() {
		from, to = w.at+1, w.at+w.width
	}
	most := 2 * w.q.Limit
	var list []item
	err := r.each(ctx, func(rows *sql.Rows) error {
		var it item
		err := rows.Scan(&it.seq, &it.class)
		list = append(list, it)
		return err
	}, `SELECT seq, class FROM `+w.t.name+` WHERE search LIKE $1 AND seq BETWEEN $2 AND $3 LIMIT $4`,
		like(w.term), from, to, int64(most+1))
	if err != nil {
		return err
	}
	w.looked += len(list)
	if len(list) > most { // dense here, and not all of it has been seen: look closer
		w.width = max(w.width/16, int64(most))
		return nil
	}
	w.moved = true
	sortItems(list, !w.back())
	for _, it := range list {
		if slices.Contains(w.classes, it.class) {
			w.items = append(w.items, item{seq: it.seq, class: it.class})
		}
	}
	w.at, w.width = from, w.width*4
	if w.back() {
		w.at = to
	}
	return nil
}
