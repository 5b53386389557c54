// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// stageOf gives the first field that begins with the term, -1 for none.
func (l *lister) stageOf(keys []string) int {
	return slices.IndexFunc(keys, func(k string) bool { return strings.HasPrefix(k, l.term) })
}

// after is the first key that no longer begins with the term.
func (l *lister) after() string { return l.term + "\U0010FFFF" }

// findBeginning gathers what begins with the term, up to one more than can be sorted.
func (l *lister) findBeginning(ctx context.Context, r runner) (f finds, err error) {
	seen := map[int64]bool{}
	room := sortable + 1
	for _, key := range l.t.stages {
		for _, class := range l.classes {
			if room == 0 {
				break
			}
			err = r.each(ctx, func(rows *sql.Rows) error {
				it, err := l.scan(rows, class)
				room--
				if !seen[it.seq] {
					seen[it.seq] = true
					f.items = append(f.items, it)
				}
				return err
			}, `SELECT `+l.columns()+` FROM `+l.t.name+` WHERE class = $1 AND `+key+` >= $2 AND `+key+` < $3
				ORDER BY `+key+`, seq LIMIT $4`, class, l.term, l.after(), int64(room))
			if err != nil {
				return f, err
			}
		}
	}
	l.looked += sortable + 1 - room
	f.more = room == 0
	return f, nil
}

// matches pages through the finds of a common beginning: field after field, in the order of the field.
func (l *lister) matches(ctx context.Context, r runner) ([]item, Page, error) {
	w := &matchWalk{lister: l, step: 1}
	if l.back() {
		w.step = -1
	}
	if l.at != nil {
		w.at = l.at.item()
	} else {
		w.enter(0)
	}
	budget := l.budget()
	for !w.full && w.looked < budget && w.at.stage >= 0 && w.at.stage < len(w.t.stages) {
		n, err := w.stretch(ctx, r)
		if err != nil {
			return nil, Page{}, err
		}
		if n == 0 && !w.full {
			w.enter(w.at.stage + w.step)
		}
	}
	spent := !w.full && w.at.stage >= 0 && w.at.stage < len(w.t.stages)
	items, p := l.page(w.items, w.full || spent, w.at, modeMatch)
	p.SearchOrder, p.Partial = OrderMatch, spent
	return items, p, nil
}

type matchWalk struct {
	*lister
	at     item // last row looked at, or the edge of a stage
	step   int
	items  []item
	looked int // rows this walk has looked at
	full   bool
}

// enter goes to the near edge of a stage.
func (w *matchWalk) enter(stage int) {
	w.at = item{stage: stage, text: w.term}
	if w.step < 0 {
		w.at.text, w.at.seq = w.after(), 1<<62
	}
}

// stretch looks at the next rows of the present stage and says how many there were.
func (w *matchWalk) stretch(ctx context.Context, r runner) (int, error) {
	key := w.t.stages[w.at.stage]
	// One bound is where we stand, the other where the term ends: two on one side would leave it to
	// the planner which of them it walks from.
	where, dir, edge := "class = $1 AND ("+key+", seq) > ($2, $3) AND "+key+" < $4", "", w.after()
	if w.step < 0 {
		where, dir, edge = "class = $1 AND ("+key+", seq) < ($2, $3) AND "+key+" >= $4", " DESC", w.term
	}
	type found struct {
		item
		keys []string
	}
	var list []found
	for _, class := range w.classes {
		err := r.each(ctx, func(rows *sql.Rows) error {
			f := found{item: item{stage: w.at.stage, class: class}, keys: make([]string, len(w.t.stages))}
			err := rows.Scan(append([]any{&f.seq}, pointers(f.keys)...)...)
			f.text = f.keys[w.at.stage]
			list = append(list, f)
			return err
		}, `SELECT seq, `+strings.Join(w.t.stages, ", ")+` FROM `+w.t.name+` WHERE `+where+
			` ORDER BY `+key+dir+`, seq`+dir+` LIMIT $5`, class, w.at.text, w.at.seq, edge, int64(w.q.Limit+1))
		if err != nil {
			return 0, err
		}
	}
	slices.SortFunc(list, func(a, b found) int { return w.step * a.compare(b.item) })
	list = list[:min(len(list), w.q.Limit+1)] // beyond it a class may have more in between
	for i, f := range list {
		w.looked++
		if w.stageOf(f.keys) == w.at.stage { // else an earlier field has brought it already
			if len(w.items) == w.q.Limit {
				w.full = true
				return i, nil
			}
			w.items = append(w.items, f.item)
		}
		w.at = f.item
	}
	return len(list), nil
}

func pointers(list []string) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}
