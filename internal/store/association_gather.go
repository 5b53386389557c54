// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// PostgreSQL's trigram index gathers all finds before it gives the first, and knows no order. So it
// carries places beside each text: which few thousand neighbouring rows the row is one of, and which
// hundred thousand, once whatever its class and once with it. A search asks about the places of one
// stretch of rows after another, newest first, and of the classes that are wanted, and so never gathers
// more than a stretch can hold.
const (
	fineBits   = 12
	coarseBits = 17
	classBits  = 4
	anyClass   = 1<<classBits - 1
	// placesOf is what the index is made of; a query must say it in the same words.
	placesOf = `ARRAY[(seq >> 12 << 4) + 15, (seq >> 12 << 4) + class, -1 - (seq >> 17 << 4) - 15, -1 - (seq >> 17 << 4) - class]`

	fineRows   = 1 << fineBits
	coarseRows = 1 << coarseBits
	// firstStretch is where a search begins: what it brings says how wide the next may be.
	firstStretch = 4 * fineRows
	widest       = 64 * coarseRows
)

// gather is one search on its way through the stretches.
type gather struct {
	*lister
	r      runner
	newest int64
	at     int64 // everything up to here has been looked at
	width  int64
	room   int // how many rows may still be looked at
	finds  []item
	all    int  // finds, those that Show does not want too
	moved  bool // at is not where it began
}

// newGather begins at the newest record, or where the cursor is.
func (l *lister) newGather(ctx context.Context, r runner) (*gather, error) {
	w := &gather{lister: l, r: r, room: l.budget() - 1, width: firstStretch} // one for the newest
	err := r.row(ctx, `SELECT seq FROM `+l.t.name+` ORDER BY seq DESC LIMIT 1`).Scan(&w.newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	w.at = w.newest + 1
	if l.at != nil && l.at.Mode != modeAll {
		w.at = min(max(l.at.Seq, 0), w.newest+1)
	}
	return w, nil
}

// over says that nothing is left to look at.
func (w *gather) over() bool {
	if w.back() {
		return w.at >= w.newest
	}
	return w.at <= 1
}

// until goes on until enough says so, the rows are at an end, or no more may be looked at.
func (w *gather) until(ctx context.Context, enough func() bool) error {
	if err := w.r.gatherFinds(ctx); err != nil {
		return err
	}
	for !enough() && !w.over() && (w.room > w.q.Limit || !w.moved) {
		if err := w.stretch(ctx); err != nil {
			return err
		}
	}
	return w.r.walkIndexes(ctx)
}

// stretch looks at the next stretch. If that is too dense it does not move, and looks closer next.
func (w *gather) stretch(ctx context.Context) error {
	from, to, places := w.span()
	most := min(max(w.room, w.q.Limit), sortable)
	var list []item
	err := w.r.each(ctx, func(rows *sql.Rows) error {
		it, err := w.scanFind(rows)
		list = append(list, it)
		return err
	}, `SELECT `+w.columns()+`, class FROM `+w.t.name+` WHERE `+placesOf+` && $1::bigint[] AND search LIKE $2
		AND seq + 0 BETWEEN $3 AND $4 LIMIT $5`, places, like(w.term), from, to, int64(most+1))
	if err != nil {
		return err
	}
	w.room -= len(list)
	if len(list) > most {
		if w.width <= fineRows {
			return w.rows(ctx, from, to)
		}
		w.width = fineRows
		return nil
	}
	bySeq(list, w.back())
	w.keep(list)
	w.arrive(from, to)
	// Room for twice what this density promises, so that it is seldom too dense.
	w.width = min(w.width*int64(min(64, max(1, sortable/2/(len(list)+1)))), widest)
	return nil
}

// span gives the next stretch: its rows, and the places that make it up.
func (w *gather) span() (from, to int64, places []int64) {
	bits, coarse := fineBits, w.width >= coarseRows
	if coarse {
		bits = coarseBits
	}
	n := w.width>>bits - 1
	if w.back() {
		from = w.at + 1
		to = min((from>>bits+n+1)<<bits-1, max(w.newest, from))
	} else {
		to = w.at - 1
		from = max((to>>bits-n)<<bits, 0)
	}
	classes := w.classes
	if w.q.Show == "" || w.q.Show == ShowAll {
		classes = []int64{anyClass}
	}
	for i := from >> bits; i <= to>>bits; i++ {
		for _, class := range classes {
			place := i<<classBits + class
			if coarse {
				place = -1 - place
			}
			places = append(places, place)
		}
	}
	return from, to, places
}

// rows looks at the rows of a stretch one by one, for it is dense: as many as there is room for.
func (w *gather) rows(ctx context.Context, from, to int64) error {
	if err := w.r.walkIndexes(ctx); err != nil {
		return err
	}
	dir := " DESC"
	if w.back() {
		dir = ""
	}
	most := max(w.room, w.q.Limit+1)
	seen := 0
	var list []item
	err := w.r.until(ctx, func(rows *sql.Rows) (bool, error) {
		var text string
		it, err := w.scanFind(rows, &text)
		seen++
		if strings.Contains(text, w.term) {
			list = append(list, it)
		}
		if seen == most { // the rest of the stretch is for the next page
			from, to = it.seq, it.seq
		}
		return len(list) <= sortable, err
	}, `SELECT `+w.columns()+`, class, search FROM `+w.t.name+` WHERE seq BETWEEN $1 AND $2 ORDER BY seq`+dir+` LIMIT $3`,
		from, to, int64(most))
	if err != nil {
		return err
	}
	if len(list) > sortable {
		last := list[len(list)-1].seq
		from, to = last, last
	}
	w.room -= seen
	w.keep(list)
	w.arrive(from, to)
	return w.r.gatherFinds(ctx)
}

// keep counts finds, which are in reading order, and keeps those that Show wants.
func (w *gather) keep(list []item) {
	w.all += len(list)
	for _, it := range list {
		if slices.Contains(w.classes, it.class) {
			w.finds = append(w.finds, it)
		}
	}
}

func (w *gather) arrive(from, to int64) {
	w.moved = true
	w.at = from
	if w.back() {
		w.at = to
	}
}

// gathered pages through more finds than can be sorted, newest records first, of a term that is neither
// rare nor common. w may have begun already.
func (l *lister) gathered(ctx context.Context, w *gather) ([]item, Page, error) {
	if err := w.until(ctx, func() bool { return len(w.finds) > l.q.Limit }); err != nil {
		return nil, Page{}, err
	}
	full := len(w.finds) > l.q.Limit
	spent, last := !full && !w.over(), item{seq: w.at}
	if full {
		w.finds = w.finds[:l.q.Limit]
		last = item{seq: w.finds[l.q.Limit-1].seq}
	}
	for i := range w.finds { // this order has no other key
		w.finds[i] = item{seq: w.finds[i].seq, class: w.finds[i].class}
	}
	items, p := l.page(w.finds, full || spent, last, modeGather)
	p.SearchOrder, p.Partial = OrderNewest, spent
	return items, p, nil
}

// bySeq sorts in the order rows were made, or against it.
func bySeq(list []item, up bool) {
	slices.SortFunc(list, func(a, b item) int {
		if up {
			return int(a.seq - b.seq)
		}
		return int(b.seq - a.seq)
	})
}
