// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// stateFilter is the choice among the states of a list's rows.
func stateFilter(name string, states ...string) []filter {
	return []filter{{Name: name, Kind: "select", Options: append([]string{"all"}, states...)}}
}

// few completes a list whose rows can all be held at once: every column sorts, the search looks into every
// column, and filters ask Match. It is for hundreds of rows, not for thousands.
func few[R any](l *list[R], load func(ctx context.Context, who access.Actor) ([]R, error)) *list[R] {
	for i := range l.Columns {
		l.Columns[i].Sort = l.Columns[i].Key
	}
	l.Find = func(ctx context.Context, who access.Actor, q query) (found[R], error) {
		all, err := load(ctx, who)
		if err != nil {
			return found[R]{}, err
		}
		all = slices.DeleteFunc(all, func(r R) bool { return !l.passes(&r, q) })
		l.sort(all, q)
		from := 0
		if n, err := strconv.Atoi(q.Cursor); err == nil && n > 0 {
			from = min(n, len(all))
		}
		to := min(from+max(q.Limit, 1), len(all))
		out := found[R]{Rows: all[from:to], Total: len(all)}
		if to < len(all) {
			out.Next = strconv.Itoa(to)
		}
		if from > q.Limit {
			out.Prev = strconv.Itoa(from - q.Limit)
		}
		return out, nil
	}
	l.ByID = func(ctx context.Context, who access.Actor, ids []string) ([]R, error) {
		all, err := load(ctx, who)
		return slices.DeleteFunc(all, func(r R) bool { return !slices.Contains(ids, l.ID(&r)) }), err
	}
	return l
}

func (l *list[R]) passes(r *R, q query) bool {
	for name, value := range q.Filter {
		if l.Match != nil && !l.Match(r, name, value) {
			return false
		}
	}
	if q.Search == "" {
		return true
	}
	sought := strings.ToLower(q.Search)
	return slices.ContainsFunc(l.Columns, func(c column[R]) bool { return strings.Contains(strings.ToLower(c.Value(r)), sought) })
}

// sort orders rows by a column, and leaves those in the order they came in that are equal there.
func (l *list[R]) sort(rows []R, q query) {
	at := slices.IndexFunc(l.Columns, func(c column[R]) bool { return c.Sort == q.Sort })
	if at < 0 || q.Sort == "" {
		return
	}
	order := l.Columns[at].Order
	if order == nil {
		value := l.Columns[at].Value
		order = func(a, b *R) int { return cmp.Compare(strings.ToLower(value(a)), strings.ToLower(value(b))) }
	}
	slices.SortStableFunc(rows, func(a, b R) int {
		if q.Desc {
			return order(&b, &a)
		}
		return order(&a, &b)
	})
}
