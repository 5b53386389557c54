// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"strconv"
)

// listTable says how a table is listed: every order has an index that begins with the class, and every
// Show is a number of classes.
type listTable struct {
	name    string // substring search has an index of the same name with _text behind it
	class   string // column of the class
	where   string // what the indexes are limited to, as " AND …"
	counts  string // the table that says how many there are of each class; empty: nobody knows
	person  string // column of the user a row belongs to, indexed with seq
	classes func(Show) ([]int64, bool)
	stages  []string // which fields a short term is looked for at the beginning of; none: there is no search
	sorts   []Column // the first is the one when nobody says, and desc its direction
	desc    bool
}

// list reads one page. Whatever is asked, it looks at no more than some twenty rows for each it returns,
// however many there are: a page is merged from one stretch of an index for each class.
func (s *Store) list(ctx context.Context, op string, t listTable, q Query, rows func(runner, []item) error) (PageMarks, error) {
	l, err := newLister(t, q)
	if err != nil {
		return PageMarks{}, err
	}
	var p Page
	err = s.reading(ctx, op, func(r runner) error {
		if s.engine == enginePostgres {
			if err := r.walkIndexes(ctx); err != nil {
				return err
			}
		}
		var items []item
		if q.Scope != nil || l.unowned() || l.marked() {
			items, p, err = l.scoped(ctx, r, s)
		} else {
			items, p, err = l.unscoped(ctx, r, s)
		}
		if err != nil {
			return err
		}
		return rows(r, items)
	})
	return p.PageMarks, err
}

func (l *lister) unscoped(ctx context.Context, r runner, s *Store) ([]item, Page, error) {
	total, err := l.total(ctx, r)
	if err != nil {
		return nil, Page{}, err
	}
	if l.term != "" && len(l.t.stages) > 0 {
		return l.search(ctx, r, s, total)
	}
	items, p, err := l.list(ctx, r)
	p.Total, p.TotalIsMore = total, l.t.counts == ""
	return items, p, err
}

// total is how many rows there are in the classes that are asked for.
func (l *lister) total(ctx context.Context, r runner) (total int64, err error) {
	if l.t.counts == "" {
		return 0, nil
	}
	counts, err := r.classCounts(ctx, l.t.counts)
	for _, c := range l.classes {
		total += counts[c]
	}
	return total, err
}

func seqs(items []item) []any {
	keys := make([]any, len(items))
	for i, it := range items {
		keys[i] = it.seq
	}
	return keys
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
	where, a := l.t.class+" = $1"+l.t.where, []any{class}
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
	}, `SELECT `+l.columns()+` FROM `+l.t.name+` WHERE `+where+` ORDER BY `+l.key+dir+`, seq`+dir+
		` LIMIT $`+strconv.Itoa(len(a)), a...)
	return items, err
}

// stretchBySeq reads a class in the order rows were made. The class stands in the order and in no
// equation, so that only its own index fits: with an equation the primary key fits too, and looking for
// a rare class along that reads everything.
func (l *lister) stretchBySeq(ctx context.Context, r runner, items []item, class int64, from bool) ([]item, error) {
	c := l.t.class
	where, order, seq := "("+c+", seq) > ($1, $2) AND "+c+" <= $1", c+", seq", int64(0)
	if l.desc() {
		where, order, seq = "("+c+", seq) < ($1, $2) AND "+c+" >= $1", c+" DESC, seq DESC", 1<<62
	}
	if from {
		seq = l.at.Seq
	}
	err := r.each(ctx, func(rows *sql.Rows) error {
		it, err := l.scan(rows, class)
		items = append(items, it)
		return err
	}, `SELECT seq FROM `+l.t.name+` WHERE `+where+` ORDER BY `+order+` LIMIT $3`, class, seq, int64(l.q.Limit+1))
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
