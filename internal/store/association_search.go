// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sortable is how many finds can be sorted as asked. Beyond it a search has a fixed order in which the
// next page can be found without looking at all of them.
const sortable = 200

// window is how many of the newest rows are looked at to see whether a term is common.
const window = 100

// perRow is how many rows may be looked at for each row of a page of 50 or more.
const perRow = 20

// budget is how many rows this page may still look at, when those it will show are set aside, and some
// that have all trigrams of the term but not the term.
func (l *lister) budget() int { return max((perRow-4)*l.q.Limit-l.looked, l.q.Limit+1) }

// The modes of a search, kept in its cursors: a page goes on in the mode its first page began in.
const (
	modeAll    = ""       // all finds, sorted as asked
	modeNewest = "newest" // too many: newest first
	modeGather = "gather" // the same order, for terms too rare to meet by walking (PostgreSQL)
	modeMatch  = "match"  // too many: by the field that matches
)

func (l *lister) search(ctx context.Context, r runner, s *Store, total int64) ([]item, Page, error) {
	mode := modeAll
	if l.at != nil {
		mode = l.at.Mode
	}
	short := l.short()
	if mode != modeAll && l.at != nil {
		l.least = max(l.at.Least, 0)
		return l.fixed(ctx, r, short, finds{mode: mode})
	}
	found, err := l.find(ctx, r, s, total)
	if err != nil {
		return nil, Page{}, err
	}
	if !found.more {
		items, p := l.sorted(found.items)
		return items, p, nil
	}
	l.at, l.least = nil, int64(len(found.items))
	return l.fixed(ctx, r, short, found)
}

// short terms are looked for at the beginning of fields, others anywhere in them.
func (l *lister) short() bool { return utf8.RuneCountInString(l.term) < 3 }

// find looks for the term, up to one more than can be sorted. total is how many rows Show leaves.
func (l *lister) find(ctx context.Context, r runner, s *Store, total int64) (finds, error) {
	switch {
	case total <= sortable:
		return l.findAmongFew(ctx, r, l.short())
	case l.short():
		return l.findBeginning(ctx, r)
	}
	return l.findInside(ctx, r, s)
}

// fixed pages through more finds than can be sorted, in an order of the store's choosing. What has been
// found on the way here need not be found again.
func (l *lister) fixed(ctx context.Context, r runner, short bool, found finds) (items []item, p Page, err error) {
	switch {
	case short:
		items, p, err = l.matches(ctx, r)
	case found.mode == modeGather && r.e == enginePostgres:
		w := found.gather
		if w == nil {
			w, err = l.newGather(ctx, r)
		}
		if err == nil {
			items, p, err = l.gathered(ctx, w)
		}
	default:
		items, p, err = l.newest(ctx, r, found)
	}
	p.Total, p.TotalIsMore = max(l.least, int64(len(items))), true
	return items, p, err
}

// sorted gives the page of finds that are all at hand.
func (l *lister) sorted(items []item) ([]item, Page) {
	total := int64(len(items))
	sortItems(items, l.desc())
	if l.at != nil {
		at := l.at.item()
		items = slices.DeleteFunc(items, func(i item) bool {
			if l.desc() {
				return i.compare(at) >= 0
			}
			return i.compare(at) <= 0
		})
	}
	items, p := l.cutPage(items, modeAll)
	p.Total = total
	return items, p
}

// finds is what a search has come up with, as far as Show wants it. more: there is more than can be
// sorted.
type finds struct {
	items  []item
	more   bool
	mode   string  // how to page through more
	last   int64   // newest first: everything from this row on has been looked at
	gather *gather // the search that goes on (modeGather)
}

// columns are what scan reads.
func (l *lister) columns() string {
	if l.key == "" {
		return "seq"
	}
	return "seq, " + l.key
}

// findAmongFew looks at every row, when Show leaves so few.
func (l *lister) findAmongFew(ctx context.Context, r runner, short bool) (f finds, err error) {
	for _, class := range l.classes {
		err = r.each(ctx, func(rows *sql.Rows) error {
			var text string
			keys := make([]string, len(l.t.stages))
			it, err := l.scan(rows, class, append([]any{&text}, pointers(keys)...)...)
			if !short && strings.Contains(text, l.term) || short && l.stageOf(keys) >= 0 {
				f.items = append(f.items, it)
			}
			return err
		}, `SELECT `+l.columns()+`, search, `+strings.Join(l.t.stages, ", ")+`
			FROM `+l.t.name+` WHERE (class, seq) > ($1, 0) AND class <= $1 ORDER BY class, seq LIMIT $2`, class, int64(sortable))
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// findInside finds the term anywhere in the searched fields, newest records first, up to one more than
// can be sorted.
func (l *lister) findInside(ctx context.Context, r runner, s *Store) (f finds, err error) {
	if s.engine == engineSQLite {
		return l.probe(ctx, r)
	}
	// Gathering brings all of a stretch, so it is only done with a term that is rare among the newest
	// rows, and that has letters for the trigrams to hold on to.
	hits, err := l.newestHits(ctx, r)
	if err != nil || hits.more {
		return hits, err
	}
	if !s.trigram || !hasTrigram(l.term) {
		hits.more = true
		return hits, nil
	}
	w, err := l.newGather(ctx, r)
	if err != nil {
		return finds{}, err
	}
	spent := func() bool { return w.all > sortable }
	if err := w.until(ctx, spent); err != nil {
		return finds{}, err
	}
	return finds{items: w.finds, more: !w.over() || w.all > sortable, mode: modeGather, gather: w}, nil
}

// probe asks SQLite's trigram index, which gives what it finds in order and one by one.
func (l *lister) probe(ctx context.Context, r runner) (f finds, err error) {
	all := 0
	err = r.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var wanted bool
		err := rows.Scan(&seq, &wanted)
		all, f.last = all+1, seq
		if wanted {
			f.items = append(f.items, item{seq: seq})
		}
		return err
	}, `SELECT f.rowid, `+l.wanted()+` FROM `+l.t.name+`_text f
		WHERE f.`+l.t.name+`_text MATCH $1 ORDER BY f.rowid DESC LIMIT $2`, phrase(l.term), int64(sortable+1))
	l.looked += all
	f.more = all > sortable
	if err != nil || f.more {
		return f, err
	}
	f.items, err = l.withKeys(ctx, r, f.items)
	return f, err
}

// wanted is an expression that says whether Show wants the row of a find. It is answered from the
// narrowest index there is: rows are wide, and most finds are not shown.
func (l *lister) wanted() string {
	if l.q.Show == "" || l.q.Show == ShowAll {
		return "1"
	}
	list := make([]string, len(l.classes))
	for i, class := range l.classes {
		list[i] = strconv.FormatInt(class, 10)
	}
	return `EXISTS (SELECT 1 FROM ` + l.t.name + ` a INDEXED BY ` + l.t.name + `_by_seq
		WHERE a.class IN (` + strings.Join(list, ", ") + `) AND a.seq = f.rowid)`
}

// withKeys reads what finds are sorted by.
func (l *lister) withKeys(ctx context.Context, r runner, found []item) (items []item, err error) {
	if len(found) == 0 {
		return nil, nil
	}
	seqs := make([]any, len(found))
	for i, it := range found {
		seqs[i] = it.seq
	}
	err = r.each(ctx, func(rows *sql.Rows) error {
		it, err := l.scanFind(rows)
		items = append(items, it)
		return err
	}, `SELECT `+l.columns()+`, class FROM `+l.t.name+` WHERE seq IN (`+places(1, len(seqs))+`)`, seqs...)
	return items, err
}

// scanFind reads columns and class, and whatever more there is.
func (l *lister) scanFind(rows *sql.Rows, more ...any) (item, error) {
	var class int64
	it, err := l.scan(rows, 0, append([]any{&class}, more...)...)
	it.class, it.first = class, l.q.Sort.first(class)
	return it, err
}

// newestHits looks for the term in the newest rows. It says more when one in twenty holds it.
func (l *lister) newestHits(ctx context.Context, r runner) (f finds, err error) {
	all := 0
	err = r.each(ctx, func(rows *sql.Rows) error {
		var class int64
		var text string
		err := rows.Scan(&class, &text)
		if strings.Contains(text, l.term) {
			all++
			if slices.Contains(l.classes, class) {
				f.items = append(f.items, item{class: class})
			}
		}
		return err
	}, `SELECT class, search FROM `+l.t.name+` ORDER BY seq DESC LIMIT $1`, int64(window))
	l.looked += window
	f.more = all >= window/20
	return f, err
}

// newest pages through the finds of a common term, newest records first. found holds the first of them,
// if they are at hand.
func (l *lister) newest(ctx context.Context, r runner, found finds) ([]item, Page, error) {
	back := l.back()
	beyond, dir, edge := "<", "DESC", int64(1)<<62
	if back {
		beyond, dir, edge = ">", "ASC", 0
	}
	if l.at != nil {
		edge = l.at.Seq
	}
	var items []item
	var last item
	looked, full, budget := 0, false, l.budget()
	if found.last > 0 {
		edge, last = found.last, item{seq: found.last}
		for _, it := range found.items[:min(len(found.items), l.q.Limit)] {
			items = append(items, item{seq: it.seq})
		}
		if full = len(found.items) > l.q.Limit; full {
			last = items[l.q.Limit-1]
		}
	}
	look := func(seq int64, hit bool) bool {
		looked++
		if hit {
			if len(items) == l.q.Limit {
				full = true
				return false
			}
			items = append(items, item{seq: seq})
		}
		last = item{seq: seq}
		return true
	}
	var err error
	switch {
	case full:
	case r.e == engineSQLite:
		err = r.until(ctx, func(rows *sql.Rows) (bool, error) {
			var seq int64
			var wanted bool
			err := rows.Scan(&seq, &wanted)
			return look(seq, wanted), err
		}, `SELECT f.rowid, `+l.wanted()+` FROM `+l.t.name+`_text f
			WHERE f.`+l.t.name+`_text MATCH $1 AND f.rowid `+beyond+` $2 ORDER BY f.rowid `+dir+` LIMIT $3`,
			phrase(l.term), edge, int64(budget))
	default:
		err = r.until(ctx, func(rows *sql.Rows) (bool, error) {
			var seq, class int64
			var text string
			err := rows.Scan(&seq, &class, &text)
			return look(seq, slices.Contains(l.classes, class) && strings.Contains(text, l.term)), err
		}, `SELECT seq, class, search FROM `+l.t.name+` WHERE seq `+beyond+` $1 ORDER BY seq `+dir+` LIMIT $2`,
			edge, int64(budget))
	}
	if err != nil {
		return nil, Page{}, err
	}
	spent := !full && looked >= budget
	items, p := l.page(items, full || spent, last, modeNewest)
	p.SearchOrder, p.Partial = OrderNewest, spent
	return items, p, nil
}

// until is each that can stop early.
func (r runner) until(ctx context.Context, fn func(*sql.Rows) (bool, error), q string, a ...any) (err error) {
	rows, err := r.x.QueryContext(ctx, r.e.spell(q), a...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if on, err := fn(rows); err != nil || !on {
			return err
		}
	}
	return rows.Err()
}

// phrase quotes a term for the full-text index: whatever is in it, it is text and no operator.
func phrase(term string) string { return `"` + strings.ReplaceAll(term, `"`, `""`) + `"` }

// like quotes a term for LIKE.
func like(term string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(term) + "%"
}

// hasTrigram says whether a term has three letters or digits in a row: PostgreSQL's trigrams know
// nothing else, and without one the index would be read from end to end.
func hasTrigram(term string) bool {
	run := 0
	for _, c := range term {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			run = 0
			continue
		}
		if run++; run == 3 {
			return true
		}
	}
	return false
}
