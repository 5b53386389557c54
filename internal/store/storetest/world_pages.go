// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// NamedPage is a page of a list worth measuring. Ask gives the page at a cursor, "" for the first.
type NamedPage struct {
	Name string
	Ask  func(ctx context.Context, s *store.Store, cursor string) (rows int, p store.PageMarks, err error)
}

// PageRows is how long measured pages are.
const PageRows = 50

// Pages are all lists of a world that FillWorld made: associations, devices, users, overrides,
// suggestions, pre-approvals, aliases, expected phones, the audit log, timelines, jobs, imports and what
// the search box asks; every order, every choice of Show, searches that find little, much, something in
// between and nothing, and the scopes of help desks of three sizes.
func Pages(ctx context.Context, s *store.Store) ([]NamedPage, error) {
	var list []NamedPage
	for _, q := range append(Queries(), NamedQuery{"show-suggested", store.Query{Show: store.ShowSuggested, Limit: PageRows}},
		NamedQuery{"show-unknown-user", store.Query{Show: store.ShowUnknownUser, Limit: PageRows}},
		NamedQuery{"search-unknown-user", store.Query{Show: store.ShowUnknownUser, Search: "zzzz", Limit: PageRows}},
		NamedQuery{"search-part-of-a-name", store.Query{Search: "jorg4711", Limit: PageRows}},
		NamedQuery{"search-address", store.Query{Search: "jorg4711@lab", Limit: PageRows}}) {
		list = append(list, RecordPage("records/"+q.Name, q.Query))
	}
	list = append(list, devicePages()...)
	list = append(list, userPages()...)
	list = append(list, scopePages()...)
	list = append(list, markedPages()...)
	list = append(list, otherPages()...)
	logs, err := logPages(ctx, s)
	return append(list, logs...), err
}

// RecordPage is a page of associations.
func RecordPage(name string, q store.Query) NamedPage {
	return NamedPage{name, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
		q := q
		q.Cursor = cursor
		p, err := s.ListAssociations(ctx, q)
		return len(p.Rows), p.PageMarks, err
	}}
}

func devicePage(name string, q store.DeviceQuery) NamedPage {
	q.Limit = cmp.Or(q.Limit, PageRows)
	return NamedPage{name, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
		q := q
		q.Cursor = cursor
		p, err := s.ListDevices(ctx, q)
		return len(p.Rows), p.PageMarks, err
	}}
}

func userPage(name string, q store.UserQuery) NamedPage {
	q.Limit = cmp.Or(q.Limit, PageRows)
	return NamedPage{name, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
		q := q
		q.Cursor = cursor
		p, err := s.ListUsers(ctx, q)
		return len(p.Rows), p.PageMarks, err
	}}
}

func devicePages() (list []NamedPage) {
	for _, c := range store.DeviceColumns() {
		list = append(list, devicePage("devices/sort-"+string(c), store.DeviceQuery{Show: store.ShowRegistered, Sort: c, Desc: true}))
	}
	for _, show := range store.DeviceShows() {
		list = append(list, devicePage("devices/show-"+string(show), store.DeviceQuery{Show: show, Sort: store.SortOwner}))
	}
	for _, t := range [][2]string{{"rare", "Rarephone"}, {"common", "lab"}, {"name", "jorg4711"}, {"serial", "f0004711"}, {"imei", "350000471"}, {"none", "zzzzzz"},
		{"model", "iphone 15"}, {"prefix-common", "a"}, {"prefix-rare", "zz"}, {"signs", "@.-"}} {
		list = append(list, devicePage("devices/search-"+t[0], store.DeviceQuery{Search: t[1]}),
			devicePage("devices/search-"+t[0]+"-noncompliant", store.DeviceQuery{Search: t[1], Show: store.ShowNoncompliant, Sort: store.SortCheckIn, Desc: true}))
	}
	return list
}

func userPages() (list []NamedPage) {
	for _, c := range store.UserColumns() {
		list = append(list, userPage("users/sort-"+string(c), store.UserQuery{Sort: c, Desc: true}))
	}
	for _, show := range store.UserShows() {
		list = append(list, userPage("users/show-"+string(show), store.UserQuery{Show: show, Sort: store.SortDisplay}))
	}
	for _, t := range [][2]string{{"name", "jorg4711"}, {"common", "lab.example"}, {"part", "lena"}, {"number", "+49 40 4711"}, {"none", "zzzzzz"},
		{"prefix-common", "a"}, {"prefix-rare", "zz"}, {"signs", "@.-"}} {
		list = append(list, userPage("users/search-"+t[0], store.UserQuery{Search: t[1]}),
			userPage("users/search-"+t[0]+"-disabled", store.UserQuery{Search: t[1], Show: store.ShowDisabled, Sort: store.SortEmail}))
	}
	return list
}

// scopePages are lists of help desks: "all" is nearly everybody, "help" one user in twenty, "board" one in
// a thousand.
func scopePages() (list []NamedPage) {
	for _, group := range []string{"all", "help", "board"} {
		scope := &access.Scope{Groups: []string{group}}
		for _, term := range []string{"", "rarephone", "lena", "zzzzzz", "a"} {
			name := "scope-" + group + "-search-" + term
			list = append(list, RecordPage("records/"+name, store.Query{Scope: scope, Search: term, Limit: PageRows}),
				devicePage("devices/"+name, store.DeviceQuery{Scope: scope, Search: term, Sort: store.SortModel}),
				userPage("users/"+name, store.UserQuery{Scope: scope, Search: term}))
		}
		list = append(list, RecordPage("records/scope-"+group+"-blocked", store.Query{Scope: scope, Show: store.ShowBlocked, Limit: PageRows}),
			devicePage("devices/scope-"+group+"-noncompliant", store.DeviceQuery{Scope: scope, Show: store.ShowNoncompliant}),
			overridePage("overrides/scope-"+group, store.OverrideQuery{Scope: scope}))
	}
	return list
}

func overridePage(name string, q store.OverrideQuery) NamedPage {
	q.Limit = PageRows
	return NamedPage{name, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
		q := q
		q.Cursor = cursor
		p, err := s.ListOverrides(ctx, q)
		return len(p.Rows), p.PageMarks, err
	}}
}

func otherPages() (list []NamedPage) {
	for _, sort := range []store.Column{store.SortUntil, store.SortAt} {
		for _, kind := range []access.OverrideKind{access.NoOverride, access.OverrideBlock, access.OverrideAllow} {
			list = append(list, overridePage("overrides/"+string(sort)+"-"+cmp.Or(string(kind), "all"), store.OverrideQuery{Kind: kind, Sort: sort}))
		}
	}
	for _, show := range store.ExpectedShows() {
		for _, sort := range store.ExpectedColumns() {
			list = append(list, NamedPage{"expected/" + string(show) + "-by-" + string(sort), func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
				p, err := s.ListExpected(ctx, store.ExpectedQuery{Show: show, Sort: sort, Desc: true, Limit: PageRows, Cursor: cursor})
				return len(p.Rows), p.PageMarks, err
			}})
		}
	}
	for _, term := range []string{"model 3", "who 77", "w", "zzzzzz"} {
		list = append(list, NamedPage{"expected/search-" + term, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
			p, err := s.ListExpected(ctx, store.ExpectedQuery{Search: term, Limit: PageRows, Cursor: cursor})
			return len(p.Rows), p.PageMarks, err
		}})
	}
	return append(list,
		NamedPage{"approvals", func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
			rows, err := s.ListPreApprovals(ctx, cursor, PageRows)
			p := store.PageMarks{}
			if len(rows) == PageRows {
				p.Next = rows[PageRows-1].ID
			}
			return len(rows), p, err
		}},
		NamedPage{"aliases", func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
			rows, err := s.ListAliases(ctx, access.Account{Realm: "lab", Account: cursor}, PageRows)
			p := store.PageMarks{}
			if len(rows) == PageRows {
				p.Next = rows[PageRows-1].From
			}
			return len(rows), p, err
		}},
		once("jobs", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListJobs(ctx, PageRows)
			return len(l), err
		}),
		once("imports", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListImports(ctx, PageRows)
			return len(l), err
		}),
		once("groups", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListGroups(ctx)
			return len(l), err
		}),
		once("counts", func(ctx context.Context, s *store.Store) (int, error) {
			_, err1 := s.CountAssociations(ctx)
			_, err2 := s.CountDevices(ctx)
			_, _, err3 := s.CountUsers(ctx)
			_, err4 := s.CountExpected(ctx)
			return 4, cmp.Or(err1, err2, err3, err4)
		}))
}

// once is a list of one page.
func once(name string, fn func(context.Context, *store.Store) (int, error)) NamedPage {
	return NamedPage{name, func(ctx context.Context, s *store.Store, _ string) (int, store.PageMarks, error) {
		n, err := fn(ctx, s)
		return n, store.PageMarks{}, err
	}}
}

// logPages are the audit log, timelines, and what hangs on the newest job and import.
func logPages(ctx context.Context, s *store.Store) ([]NamedPage, error) {
	jobs, err := s.ListJobs(ctx, 1)
	if err != nil {
		return nil, err
	}
	imports, err := s.ListImports(ctx, 1)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 0 || len(imports) == 0 {
		return nil, fmt.Errorf("%d jobs, %d imports", len(jobs), len(imports))
	}
	begin := Start().AddDate(-1, 0, 0)
	var list []NamedPage
	for _, a := range []struct {
		name string
		f    store.AuditFilter
	}{
		{"all", store.AuditFilter{}},
		{"actor", store.AuditFilter{Actor: "alice"}},
		{"actor-of-none", store.AuditFilter{Actor: "nobody"}},
		{"event", store.AuditFilter{Event: string(access.VerbLink)}},
		{"event-rare", store.AuditFilter{Event: string(access.VerbUnlink)}},
		{"actor-and-event", store.AuditFilter{Actor: "vedette", Event: string(access.VerbBlock)}},
		{"object", store.AuditFilter{Object: "object000007"}},
		{"object-and-actor", store.AuditFilter{Object: "object000007", Actor: "carol"}},
		{"first-days", store.AuditFilter{Until: begin.Add(48 * time.Hour)}},
		{"a-day", store.AuditFilter{Since: begin.Add(100 * time.Hour), Until: begin.Add(124 * time.Hour)}},
		{"a-day-of-an-actor", store.AuditFilter{Actor: "carol", Since: begin.Add(100 * time.Hour), Until: begin.Add(124 * time.Hour)}},
	} {
		list = append(list, NamedPage{"audit/" + a.name, func(ctx context.Context, s *store.Store, cursor string) (int, store.PageMarks, error) {
			f := a.f
			f.Limit = PageRows
			f.Before, _ = strconv.ParseInt(cursor, 10, 64)
			rows, older, err := s.ListAudit(ctx, f)
			p := store.PageMarks{}
			if older > 0 {
				p.Next = strconv.FormatInt(older, 10)
			}
			return len(rows), p, err
		}})
	}
	return append(list,
		once("timeline", func(ctx context.Context, s *store.Store) (int, error) {
			l, _, err := s.ListTimeline(ctx, []string{"object000007", "object000008", "object000009"}, 0, PageRows)
			return len(l), err
		}),
		once("job/rows", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListJobRows(ctx, jobs[0].ID, "", 0, PageRows)
			return len(l), err
		}),
		once("job/failed", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListJobRows(ctx, jobs[0].ID, store.JobFailed, 0, PageRows)
			return len(l), err
		}),
		once("import/lines", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListImportLines(ctx, imports[0].ID, "", 0, PageRows)
			return len(l), err
		}),
		once("import/failed", func(ctx context.Context, s *store.Store) (int, error) {
			l, err := s.ListImportLines(ctx, imports[0].ID, "failed", 0, PageRows)
			return len(l), err
		})), nil
}
