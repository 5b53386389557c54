// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
)

// ListAssociations gives one page. Whatever is asked, it looks at no more than some twenty rows for
// each it returns, however many there are: every order has an index that begins with the class, and a
// page is merged from at most four stretches of it.
func (s *Store) ListAssociations(ctx context.Context, q Query) (Page, error) {
	l, err := newLister(q)
	if err != nil {
		return Page{}, err
	}
	var p Page
	err = s.reading(ctx, "store: list associations", func(r runner) error {
		if s.engine == enginePostgres {
			if err := r.walkIndexes(ctx); err != nil {
				return err
			}
		}
		counts, err := r.counts(ctx)
		if err != nil {
			return err
		}
		var total int64
		for _, c := range l.classes {
			total += counts.classes[c]
		}
		var items []item
		if l.term == "" {
			items, p, err = l.list(ctx, r)
			p.Total = total
		} else {
			items, p, err = l.search(ctx, r, s, total)
		}
		if err != nil {
			return err
		}
		p.Rows, err = rowsOf(ctx, r, items)
		return err
	})
	return p, err
}

// walkIndexes makes PostgreSQL's planner walk an index in order and stop, which is how every query here
// is meant. It would otherwise trust its statistics, and a stale or unlucky one turns a page into
// reading everything that matches and sorting it.
func (r runner) walkIndexes(ctx context.Context) error {
	_, err := r.exec(ctx, `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
		set_config('enable_bitmapscan', 'off', true), set_config('enable_indexscan', 'on', true),
		set_config('cpu_tuple_cost', '0.01', true)`)
	return err
}

// gatherFinds makes it compare indexes first and look at as few rows as it can, until walkIndexes is
// called again. A row that is looked at is made dear, else it would take the index on seq alone and look
// through all rows of the stretch.
func (r runner) gatherFinds(ctx context.Context) error {
	_, err := r.exec(ctx, `SELECT set_config('enable_bitmapscan', 'on', true), set_config('enable_indexscan', 'off', true),
		set_config('cpu_tuple_cost', '100', true)`)
	return err
}

// rowsOf reads the rows of items, in their order.
func rowsOf(ctx context.Context, r runner, items []item) ([]access.Association, error) {
	keys := make([]any, len(items))
	for i, it := range items {
		keys[i] = it.seq
	}
	rows, err := r.associations(ctx, "seq", keys)
	if err != nil {
		return nil, err
	}
	bySeq := make(map[int64]*associationRow, len(rows))
	for _, row := range rows {
		bySeq[row.seq] = row
	}
	list := make([]access.Association, 0, len(items))
	for _, it := range items {
		if row := bySeq[it.seq]; row != nil {
			list = append(list, row.Association)
		}
	}
	return list, nil
}

// list pages through the classes without a search.
func (l *lister) list(ctx context.Context, r runner) ([]item, Page, error) {
	var items []item
	for _, class := range l.classes {
		var err error
		if items, err = l.stretch(ctx, r, items, class); err != nil {
			return nil, Page{}, err
		}
	}
	sortItems(items, l.desc())
	items, p := l.cutPage(items, "")
	return items, p, nil
}

// cutPage makes a page of the first items in reading order, of which one more than fits was read.
func (l *lister) cutPage(items []item, mode string) ([]item, Page) {
	more := len(items) > l.q.Limit
	if more {
		items = items[:l.q.Limit]
	}
	var last item
	if len(items) > 0 {
		last = items[len(items)-1]
	}
	return l.page(items, more, last, mode)
}

// stretch reads the next rows of one class along the sort's index.
func (l *lister) stretch(ctx context.Context, r runner, items []item, class int64) ([]item, error) {
	first := l.q.Sort.first(class)
	if l.at != nil && first != l.at.First && (first < l.at.First) != l.desc() {
		return items, nil // all of it lies on the other side
	}
	if l.key == "" {
		return l.stretchBySeq(ctx, r, items, class, l.at != nil && first == l.at.First)
	}
	beyond, dir := ">", ""
	if l.desc() {
		beyond, dir = "<", " DESC"
	}
	where, a := "class = $1", []any{class}
	if l.at != nil {
		var key any = l.at.Text
		if l.numeric {
			key = l.at.Num
		}
		where, a = where+" AND ("+l.key+", seq) "+beyond+" ($2, $3)", append(a, key, l.at.Seq)
	}
	a = append(a, int64(l.q.Limit+1))
	err := r.each(ctx, func(rows *sql.Rows) error {
		it, err := l.scan(rows, class)
		items = append(items, it)
		return err
	}, `SELECT `+l.columns()+` FROM association WHERE `+where+` ORDER BY `+l.key+dir+`, seq`+dir+
		` LIMIT $`+strconv.Itoa(len(a)), a...)
	return items, err
}

// stretchBySeq reads a class in the order rows were made. The class stands in the order and in no
// equation, so that only its own index fits: with an equation the primary key fits too, and looking for
// a rare class along that reads everything.
func (l *lister) stretchBySeq(ctx context.Context, r runner, items []item, class int64, from bool) ([]item, error) {
	where, order, seq := "(class, seq) > ($1, $2) AND class <= $1", "class, seq", int64(0)
	if l.desc() {
		where, order, seq = "(class, seq) < ($1, $2) AND class >= $1", "class DESC, seq DESC", 1<<62
	}
	if from {
		seq = l.at.Seq
	}
	err := r.each(ctx, func(rows *sql.Rows) error {
		it, err := l.scan(rows, class)
		items = append(items, it)
		return err
	}, `SELECT seq FROM association WHERE `+where+` ORDER BY `+order+` LIMIT $3`, class, seq, int64(l.q.Limit+1))
	return items, err
}

// scan reads "seq" and, where the order has one, its key.
func (l *lister) scan(rows *sql.Rows, class int64, more ...any) (item, error) {
	it := item{class: class, first: l.q.Sort.first(class)}
	to := []any{&it.seq}
	switch {
	case l.key != "" && l.numeric:
		to = append(to, &it.num)
	case l.key != "":
		to = append(to, &it.text)
	}
	err := rows.Scan(append(to, more...)...)
	it.first = l.q.Sort.first(it.class)
	return it, err
}

// EachAssociation gives every association of a query, page by page in the order of the query, for an
// export or a bulk job. Limit and Cursor are its own. Rows that change meanwhile may move; ask for
// SortAdded where each must come exactly once.
func (s *Store) EachAssociation(ctx context.Context, q Query, fn func(*access.Association) error) error {
	q.Limit, q.Cursor = 500, ""
	for {
		p, err := s.ListAssociations(ctx, q)
		if err != nil {
			return err
		}
		for i := range p.Rows {
			if err := fn(&p.Rows[i]); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		q.Cursor = p.Next
	}
}
