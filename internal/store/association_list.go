// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// associationTable is how associations are listed.
func associationTable() listTable {
	return listTable{name: "association", class: "class", counts: "class_count", person: "person", desc: true,
		classes: Show.classes, stages: []string{"key_user", "key_device", "key_model", "key_number"},
		sorts: []Column{SortLastSync, SortAdded, SortDevice, SortUser, SortNumber, SortPhone, SortOS, SortStatus, SortSyncStatus,
			SortFirstSync, SortMailbox, SortDomain}}
}

// ListAssociations gives one page.
func (s *Store) ListAssociations(ctx context.Context, q Query) (p Page, err error) {
	p.Rows, p.PageMarks, err = coveredList(q.uncovered(SortNumber, SortDevice), func(q Query) ([]access.Association, PageMarks, error) {
		p, err := s.listAssociations(ctx, q)
		return p.Rows, p.PageMarks, err
	}, shownAssociation, wholeAssociation)
	return p, err
}

func (s *Store) listAssociations(ctx context.Context, q Query) (Page, error) {
	var p Page
	var err error
	p.PageMarks, err = s.list(ctx, "store: list associations", associationTable(), q, func(r runner, items []item) (err error) {
		p.Rows, err = rowsOf(ctx, r, items)
		return err
	})
	return p, err
}

// rowsOf reads the rows of items, in their order.
func rowsOf(ctx context.Context, r runner, items []item) ([]access.Association, error) {
	rows, err := r.associations(ctx, "seq", seqs(items))
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
