// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// RuledQuery asks for the records that blocking rules speak of, the newest first.
type RuledQuery struct {
	Rules  []access.BlockingID // at most access.MaxBlockings
	State  RuledState          // RuledHeld when empty
	Cursor string
	Limit  int
	Scope  *access.Scope
}

// RuledRow is one of them, with its record.
type RuledRow struct {
	Ruled

	Record access.Association
}

// RuledPage is one page. A Partial one is short because looking on for what lies in the scope would have
// cost too much: Next goes on.
type RuledPage struct {
	Rows    []RuledRow
	Next    string
	Partial bool
}

// lookedAtOnce is how many stretches one page of a scope may look at.
const lookedAtOnce = 20

// Ruled gives one page. It reads no more of each rule than the page can show.
func (s *Store) Ruled(ctx context.Context, q RuledQuery) (p RuledPage, err error) {
	const op = "store: ruled"
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	if q.State == "" {
		q.State = RuledHeld
	}
	if len(q.Rules) > access.MaxBlockings {
		return p, access.Invalid(op, "There are not so many rules.")
	}
	at, ok := parseRuled(q.Cursor)
	if !ok {
		return p, access.Invalid(op, "This page cannot be read. Begin with the first one.")
	}
	covered := map[access.UserID]bool{}
	err = s.reading(ctx, op, func(r runner) error {
		for range lookedAtOnce {
			list, err := r.ruledBefore(ctx, q, at)
			if err != nil {
				return err
			}
			rows, err := r.ruledRows(ctx, list)
			if err != nil {
				return err
			}
			for i := range rows {
				if len(p.Rows) == q.Limit {
					p.Next = at.String()
					return nil
				}
				at = rows[i].mark()
				in, err := r.covered(ctx, covered, rows[i].Record.Person, q.Scope)
				if err != nil {
					return err
				}
				if in && rows[i].Record.ID != "" {
					p.Rows = append(p.Rows, rows[i])
				}
			}
			if len(list) <= q.Limit {
				return nil
			}
		}
		p.Next, p.Partial = at.String(), len(p.Rows) < q.Limit
		return nil
	})
	return p, err
}

// covered reports whether a person lies in the scope, and remembers it.
func (r runner) covered(ctx context.Context, known map[access.UserID]bool, id access.UserID, scope *access.Scope) (bool, error) {
	if scope == nil {
		return true, nil
	}
	in, ok := known[id]
	if ok {
		return in, nil
	}
	in, err := r.inScope(ctx, id, scope)
	known[id] = in
	return in, err
}

// ruledBefore gives what comes after a place in the list, one more than a page holds where there is more.
func (r runner) ruledBefore(ctx context.Context, q RuledQuery, at ruledMark) ([]Ruled, error) {
	var list []Ruled
	for _, id := range q.Rules {
		part, err := r.ruled(ctx, `WHERE rule = $1 AND state = $2 AND (at, association) <= ($3, $4)
			ORDER BY at DESC, association DESC LIMIT $5`, string(id), string(q.State), at.at, at.association, int64(q.Limit+2))
		if err != nil {
			return nil, err
		}
		for _, one := range part {
			if compareRuled(one.mark(), at) < 0 {
				list = append(list, one)
			}
		}
	}
	slices.SortFunc(list, func(a, b Ruled) int { return compareRuled(b.mark(), a.mark()) })
	return list[:min(len(list), q.Limit+1)], nil
}

func (r runner) ruledRows(ctx context.Context, list []Ruled) ([]RuledRow, error) {
	ids := make([]any, len(list))
	for i := range list {
		ids[i] = string(list[i].Association)
	}
	found, err := r.associations(ctx, "id", ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[access.AssociationID]*associationRow, len(found))
	for _, row := range found {
		byID[row.ID] = row
	}
	rows := make([]RuledRow, len(list))
	for i := range list {
		rows[i].Ruled = list[i]
		if row := byID[list[i].Association]; row != nil {
			rows[i].Record = row.Association
		}
	}
	return rows, nil
}

// ruledMark is a place in the list.
type ruledMark struct {
	at                int64
	association, rule string
}

func (r *Ruled) mark() ruledMark {
	return ruledMark{millis(r.At), string(r.Association), string(r.Rule)}
}

func (m ruledMark) String() string {
	return strings.Join([]string{strconv.FormatInt(m.at, 10), m.association, m.rule}, ":")
}

// parseRuled reads a place back; none is before everything.
func parseRuled(cursor string) (m ruledMark, ok bool) {
	if cursor == "" {
		return ruledMark{at: millis(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))}, true
	}
	part := strings.Split(cursor, ":")
	if len(part) != 3 || len(cursor) > capKey {
		return m, false
	}
	at, err := strconv.ParseInt(part[0], 10, 64)
	return ruledMark{at, part[1], part[2]}, err == nil
}

func compareRuled(a, b ruledMark) int {
	if a.at != b.at {
		if a.at < b.at {
			return -1
		}
		return 1
	}
	if c := strings.Compare(a.association, b.association); c != 0 {
		return c
	}
	return strings.Compare(a.rule, b.rule)
}
