// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// users declares Devices & Users > Users.
func (s *Server) users() *list[access.User] {
	type user = access.User
	return &list[user]{
		Path: "/users", Section: "users", Words: "users", File: "users", Class: "users", Icon: "users",
		Columns:  userColumns(),
		Filters:  []filter{{Name: "show", Kind: "select", Options: []string{"all", "active", "disabled", "directory", "local", "without-device"}}},
		Searches: true,
		Sort:     "name",
		Newest:   "added", When: func(u *user) time.Time { return u.Created },
		Links: []headLink{
			{Href: "/users/merge", Label: "act.merge-accounts", Icon: "arrows-join", Verb: access.VerbMergeAccounts},
			{Href: "/import", Label: "nav.import", Icon: "arrow-up", Verb: access.VerbImport},
			{Href: "/users/new", Label: "users.add", Icon: "user-plus", Verb: access.VerbAddUser},
		},
		ID:      func(u *user) string { return string(u.ID) },
		Name:    func(u *user) (string, string) { return u.Name, u.DisplayName },
		Version: func(u *user) int64 { return u.Version },
		Acts:    s.userActs(), Bulk: s.startUsers, Forecast: s.forecastUsers,
		Find: func(ctx context.Context, who access.Actor, q query) (found[user], error) {
			p, err := s.admin.ListUsers(ctx, who, userQuery(q))
			out := found[user]{Rows: p.Rows}
			pageMarks(&out, p.PageMarks)
			return out, err
		},
		ByID: func(ctx context.Context, who access.Actor, ids []string) ([]user, error) {
			return s.admin.UsersByID(ctx, who, userIDs(ids))
		},
		Each: func(ctx context.Context, who access.Actor, q query, fn func(*user) error) error {
			return s.admin.ExportUsers(ctx, who, userQuery(q), func(u user) error { return fn(&u) })
		},
		Pane: s.userDetails,
		Set:  "thing_list",
	}
}

// mountUsers registers what belongs to Devices & Users > Users.
func (s *Server) mountUsers(mux router) {
	mount(s, mux, s.lists.users)
	verb := func(v access.Verb) httpd.Access { return httpd.Verb(string(v)) }
	mux.Handle(verb(access.VerbView), "GET /users/names", s.userNames)
	mux.Handle(verb(access.VerbAddUser), "GET /users/new", s.userAdd)
	mux.Handle(verb(access.VerbAddUser), "POST /users/new", s.userCreate)
	mux.Handle(verb(access.VerbChangeUser), "GET /users/edit/{id}", s.userEditShow)
	mux.Handle(verb(access.VerbChangeUser), "POST /users/edit/{id}", s.userChange)
	mux.Handle(verb(access.VerbMergeAccounts), "GET /users/merge", s.mergeShow)
	mux.Handle(verb(access.VerbMergeAccounts), "GET /users/merge/{id}", s.mergeShow)
	mux.Handle(verb(access.VerbMergeAccounts), "POST /users/merge", s.mergeChange)
	mux.Handle(verb(access.VerbSplitAccounts), "GET /users/split", s.splitShow)
	mux.Handle(verb(access.VerbSplitAccounts), "POST /users/split", s.splitChange)
}

func userQuery(q query) admin.UserQuery {
	return admin.UserQuery{Show: admin.Show(q.Filter["show"]), Search: q.Search, Sort: admin.Sort(q.Sort), Desc: q.Desc, Cursor: q.Cursor, Limit: q.Limit}
}

func userIDs(ids []string) []access.UserID {
	out := make([]access.UserID, len(ids))
	for i, id := range ids {
		out[i] = access.UserID(id)
	}
	return out
}

func userHref(id access.UserID) string { return "/users/" + url.PathEscape(string(id)) }

func userColumns() []column[access.User] {
	type user = access.User
	type c = column[user]
	return []c{
		{Key: "name", Sort: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(u *user) string { return u.Name }},
		{Key: "display", Sort: "display", Class: "narrow-second", Value: func(u *user) string { return u.DisplayName }},
		{Key: "email", Sort: "email", Class: "pane-none", Value: func(u *user) string { return u.Email }},
		{Key: "accounts", Class: "pane-none", Value: func(u *user) string { return accountsFiled(u.Accounts) }, Cell: func(_ *Server, u *user) template.HTML {
			return text(accountNames(u.Accounts), 200)
		}},
		{Key: "groups", Class: "narrow-none pane-none", Value: func(u *user) string { return groupsFiled(u.Groups) }, Cell: func(_ *Server, u *user) template.HTML {
			return text(strings.Join(u.Groups, ", "), 200)
		}},
		{Key: "state", Sort: "disabled", Value: func(u *user) string { return userWord(u) }, Cell: (*Server).userState},
		{Key: "source", Sort: "source", Class: "narrow-none pane-none", Value: func(u *user) string { return u.Source }, Cell: func(s *Server, u *user) template.HTML {
			return text(s.sourceWord(u.Source), 60)
		}},
		number(c{Key: "devices"}, func(u *user) int64 { return int64(u.Devices) }),
		{Key: "number", Extra: true, Value: func(u *user) string { return u.Number }},
		moment(c{Key: "added", Sort: "added", Newest: true, Extra: true}, func(u *user) time.Time { return u.Created }),
		{Key: "comment", Extra: true, Value: func(u *user) string { return u.Comment }},
	}
}

// userWord is the status of a user, as exports have it whatever the language of the pages.
func userWord(u *access.User) string {
	if u.Disabled {
		return "disabled"
	}
	return "enabled"
}

func accountNames(list []access.Account) string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Account
	}
	return strings.Join(names, ", ")
}

// accountsFiled writes accounts as an import reads them, whatever mail servers there are.
func accountsFiled(list []access.Account) string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Realm + ":" + list[i].Account
	}
	return strings.Join(names, "; ")
}

// groupsFiled writes groups so that an import divides them at the same places: a semicolon says that commas
// are part of a name.
func groupsFiled(list []string) string {
	s := strings.Join(list, "; ")
	if len(list) == 1 && strings.Contains(s, ",") {
		s += ";"
	}
	return s
}

// userState is the Status column of a user.
func (s *Server) userState(u *access.User) template.HTML {
	if u.Disabled {
		return s.chip("bad", "user-off", s.say("user.disabled"), "")
	}
	return s.chip("good bare", "circle-check", s.say("user.enabled"), "")
}

// userActs are what can be done to a user.
func (s *Server) userActs() []act[access.User] {
	type doer = func(context.Context, access.Actor, access.UserID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			return f(ctx, who, access.UserID(id), a)
		}
	}
	form := func(kind string) func(string) string {
		return func(id string) string { return "/users/" + kind + "/" + url.PathEscape(id) }
	}
	return []act[access.User]{
		{Verb: access.VerbChangeUser, Icon: "pencil", Key: "e", Form: form("edit"), Single: true},
		{Verb: access.VerbDisableUser, Icon: "user-off", Key: "d", Danger: true, Refuses: true, Fits: func(u *access.User) bool { return !u.Disabled },
			Foresee: s.foreseeUser(access.VerbDisableUser), Do: do(s.admin.DisableUser)},
		{Verb: access.VerbEnableUser, Icon: "user-check", Key: "d", Fits: func(u *access.User) bool { return u.Disabled },
			Foresee: s.foreseeUser(access.VerbEnableUser), Do: do(s.admin.EnableUser)},
		{Verb: access.VerbMergeAccounts, Icon: "arrows-join", Key: "m", Form: form("merge"), Single: true},
		{Verb: access.VerbDeleteUser, Icon: "trash", Danger: true, Gone: true, Foresee: s.foreseeUser(access.VerbDeleteUser), Do: do(s.admin.DeleteUser)},
	}
}

// foreseeUser says what a change of a user reaches, and for how many records the verdict changes (Y-07).
func (s *Server) foreseeUser(verb access.Verb) func(*http.Request, access.Actor, *access.User) ([]note, error) {
	return func(r *http.Request, who access.Actor, u *access.User) ([]note, error) {
		d, err := s.admin.FindUser(r.Context(), who, u.ID)
		if err != nil {
			return nil, err
		}
		p, err := s.admin.PreviewUser(r.Context(), who, u.ID, verb)
		return s.effectNotes(s.say("users.reach", len(d.Records), len(d.Accounts), d.Devices), &p), err
	}
}

// userBulk is what an act on several users asks for.
func userBulk(name string, ids []string, q *query) admin.PeopleBulk {
	b := admin.PeopleBulk{Verb: access.Verb(name), IDs: ids}
	if q != nil {
		all := admin.Query(userQuery(*q))
		b.IDs, b.Query = nil, &all
	}
	return b
}

func (s *Server) startUsers(ctx context.Context, who access.Actor, name string, ids []string, q *query, a admin.Act) (admin.JobID, error) {
	return s.admin.StartPeopleBulk(ctx, who, userBulk(name, ids, q), a)
}

func (s *Server) forecastUsers(ctx context.Context, who access.Actor, name string, ids []string, q *query) (admin.Preview, error) {
	return s.admin.PreviewPeopleBulk(ctx, who, userBulk(name, ids, q))
}
