// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"

	"github.com/vedette-mail/vedette/internal/access"
)

// The choices of Show of expected phones, beside ShowAll.
const (
	ShowMissing Show = "missing" // has not come through the gateway yet
	ShowSeen    Show = "seen"
)

// ExpectedShows lists every choice of Show of expected phones.
func ExpectedShows() []Show { return []Show{ShowMissing, ShowSeen, ShowAll} }

// ExpectedColumns lists every column expected phones can be sorted by.
func ExpectedColumns() []Column {
	return []Column{SortUser, SortDevice, SortModel, SortLastSync, SortAdded}
}

func expectedTable() listTable {
	return listTable{name: "expected", class: "class", counts: "expected_count", stages: []string{"key_user", "key_device", "key_model"}, sorts: ExpectedColumns(),
		classes: func(s Show) ([]int64, bool) {
			switch s {
			case "", ShowAll:
				return []int64{expectedMissing, expectedSeen}, true
			case ShowMissing:
				return []int64{expectedMissing}, true
			case ShowSeen:
				return []int64{expectedSeen}, true
			}
			return nil, false
		}}
}

// ExpectedQuery asks for one page of expected phones. Search looks into owner, account, device id, model,
// device type, IMEI and number; below three characters at the beginning of the name that is shown, the
// device id and the model.
type ExpectedQuery struct {
	Show   Show
	Search string
	Sort   Column
	Desc   bool
	Cursor string
	Limit  int
	Cover  func(row any) // as in Query
}

// ExpectedPage is one page of expected phones.
type ExpectedPage struct {
	Rows []access.Expected
	PageMarks
}

// ListExpected gives one page of the expected phones.
func (s *Store) ListExpected(ctx context.Context, q ExpectedQuery) (p ExpectedPage, err error) {
	all := Query{Show: q.Show, Search: q.Search, Sort: q.Sort, Desc: q.Desc, Cursor: q.Cursor, Limit: q.Limit, Cover: q.Cover}
	p.Rows, p.PageMarks, err = coveredList(all.uncovered(SortDevice), func(q Query) ([]access.Expected, PageMarks, error) {
		p, err := s.listExpected(ctx, q)
		return p.Rows, p.PageMarks, err
	}, shownExpected, wholeExpected)
	return p, err
}

func (s *Store) listExpected(ctx context.Context, q Query) (ExpectedPage, error) {
	var p ExpectedPage
	var err error
	p.PageMarks, err = s.list(ctx, "store: list expected phones", expectedTable(), q, func(r runner, items []item) error {
		p.Rows = nil
		if len(items) == 0 {
			return nil
		}
		at := make(map[int64]access.Expected, len(items))
		err := r.each(ctx, func(rows *sql.Rows) error {
			row := &expectedRow{}
			err := rows.Scan(append([]any{&row.seq}, targets(expectedColumns(row))...)...)
			at[row.seq] = row.Expected
			return err
		}, `SELECT seq, `+names(expectedColumns(&expectedRow{}))+` FROM expected WHERE seq IN (`+places(1, len(items))+`)`, seqs(items)...)
		for _, it := range items {
			if x, ok := at[it.seq]; ok {
				p.Rows = append(p.Rows, x)
			}
		}
		return err
	})
	return p, err
}

// FindExpectedIDs gives those of the ids that are there, in no order.
func (s *Store) FindExpectedIDs(ctx context.Context, ids []string) (list []access.Expected, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.reader().each(ctx, func(rows *sql.Rows) error {
		row := &expectedRow{}
		err := rows.Scan(targets(expectedColumns(row))...)
		list = append(list, row.Expected)
		return err
	}, `SELECT `+names(expectedColumns(&expectedRow{}))+` FROM expected WHERE id IN (`+places(1, len(ids))+`)`, anyOf(ids)...)
	return list, said("store: find expected phones", err)
}
