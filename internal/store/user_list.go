// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// The choices of Show on the page of users, beside ShowAll and ShowActive. The empty Show is ShowAll.
const (
	ShowDisabled      Show = "disabled"
	ShowDirectory     Show = "directory" // from a directory
	ShowLocal         Show = "local"     // entered by hand or from a file
	ShowWithoutDevice Show = "without-device"
)

// UserShows lists every choice of Show of users.
func UserShows() []Show {
	return []Show{ShowAll, ShowActive, ShowDisabled, ShowDirectory, ShowLocal, ShowWithoutDevice}
}

func personClasses(s Show) ([]int64, bool) {
	switch s {
	case "", ShowAll:
		return []int64{0, 1, 2, 3, 4, 5, 6, 7}, true
	case ShowActive:
		return []int64{0, 2, 4, 6}, true
	case ShowDisabled:
		return []int64{1, 3, 5, 7}, true
	case ShowDirectory:
		return []int64{2, 3, 6, 7}, true
	case ShowLocal:
		return []int64{0, 1, 4, 5}, true
	case ShowWithoutDevice:
		return []int64{0, 1, 2, 3}, true
	}
	return nil, false
}

// UserColumns lists every column users can be sorted by. The first is the one when nobody says.
func UserColumns() []Column {
	return []Column{SortName, SortAdded, SortDisplay, SortEmail, SortDisabled, SortSource}
}

// personTable is how users are listed.
func personTable() listTable {
	return listTable{name: "person", class: "class", counts: "person_count", person: "id", classes: personClasses,
		stages: []string{"key_name", "key_display", "key_email"}, sorts: UserColumns()}
}

// UserQuery asks for one page of users. Search looks into name, display name, address, number and
// accounts; below three characters at the beginning of the first three.
type UserQuery Query

// UserPage is one page of users.
type UserPage struct {
	Rows []access.User
	PageMarks
}

// ListUsers gives one page of the users.
func (s *Store) ListUsers(ctx context.Context, q UserQuery) (p UserPage, err error) {
	p.Rows, p.PageMarks, err = coveredList(Query(q), func(q Query) ([]access.User, PageMarks, error) {
		p, err := s.listUsers(ctx, q)
		return p.Rows, p.PageMarks, err
	}, shownUser, wholeUser)
	return p, err
}

func (s *Store) listUsers(ctx context.Context, q Query) (UserPage, error) {
	var p UserPage
	var err error
	p.PageMarks, err = s.list(ctx, "store: list users", personTable(), q, func(r runner, items []item) error {
		p.Rows = nil
		if len(items) == 0 {
			return nil
		}
		at := make(map[int64]*access.User, len(items))
		if err := r.eachPerson(ctx, func(u *personRow) { at[u.seq] = &u.User },
			`WHERE seq IN (`+places(1, len(items))+`)`, seqs(items)...); err != nil {
			return err
		}
		for _, it := range items {
			if u := at[it.seq]; u != nil {
				p.Rows = append(p.Rows, *u)
			}
		}
		list := make([]*access.User, len(p.Rows))
		for i := range p.Rows {
			list[i] = &p.Rows[i]
		}
		return r.fillAccounts(ctx, list)
	})
	return p, err
}

// EachUser gives every user of a query, page by page, as EachAssociation does.
func (s *Store) EachUser(ctx context.Context, q UserQuery, fn func(*access.User) error) error {
	q.Limit, q.Cursor = 500, ""
	for {
		p, err := s.ListUsers(ctx, q)
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

// CountUsers gives how many users there are, and how many of them are disabled.
func (s *Store) CountUsers(ctx context.Context) (all, disabled int64, err error) {
	counts, err := s.reader().classCounts(ctx, "person_count")
	for class, n := range counts {
		all += n
		disabled += n * (class & 1)
	}
	return all, disabled, said("store: count users", err)
}
