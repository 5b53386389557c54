// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// mountAccess registers what has to do with who may do what.
func (s *Server) mountAccess(mux router) {
	manage, look := httpd.Verb(string(access.VerbManageAccess)), httpd.Verb(string(access.VerbViewAccess))
	mount(s, mux, s.administrators())
	mux.Handle(manage, "GET /administrators/new", s.administratorNew)
	mux.Handle(manage, "POST /administrators", s.administratorCreate)
	mux.Handle(look, "GET /administrators/{id}", s.administratorShow)
	mux.Handle(manage, "POST /administrators/{id}/{deed}", s.administratorChange)
	mux.Handle(httpd.SignedIn(), "GET /administrators/roles", s.roleList)
	mux.Handle(look, "GET /administrators/sign-in", s.signInSettings)
	mux.Handle(manage, "POST /administrators/sign-in/policy", s.policyChange)
	mux.Handle(manage, "POST /administrators/sign-in/provider", s.providerChange)
	mount(s, mux, s.sessionList())
	mux.Handle(look, "GET /sessions/{id}", s.sessionShow)
	mux.Handle(manage, "POST /sessions/{id}/end", s.sessionEndAny)
	mount(s, mux, s.tokenList())
	mux.Handle(look, "GET /tokens/{id}", s.tokenShow)
	mux.Handle(manage, "POST /tokens/{id}/revoke", s.tokenRevokeAny)
}

// administrators declares Administration > Administrators.
func (s *Server) administrators() *list[login.Administrator] {
	type row = login.Administrator
	l := few(&list[row]{
		Path: "/administrators", Section: "administrators", Words: "administrators", File: "administrators", Class: "roomy", Icon: "user-shield",
		Verb: access.VerbViewAccess,
		Columns: []column[row]{
			{Key: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(a *row) string { return a.Name }},
			{Key: "role", Class: "narrow-second", Value: func(a *row) string { return s.roleWord(a.Role) }},
			{Key: "groups", Class: "break", Value: func(a *row) string { return s.scopeWord(a.Scope) }},
			{Key: "factor", Value: func(a *row) string { return s.factorWord(a) }},
			{Key: "state", Value: func(a *row) string { return s.stateWord(a) }, Cell: (*Server).administratorState},
			moment(column[row]{Key: "last", Newest: true, Class: "nowrap"}, func(a *row) time.Time { return a.LastSignIn }),
			moment(column[row]{Key: "created", Newest: true, Extra: true, Class: "nowrap"}, func(a *row) time.Time { return a.Created }),
		},
		Searches: true, Sort: "name",
		Filters: stateFilter("state", "active", "invited", "disabled"),
		Match:   func(a *row, _, state string) bool { return state == "all" || state == administratorOf(a) },
		Links: []headLink{
			{Href: "/administrators/new", Label: "administrators.new", Icon: "user-plus", Verb: access.VerbManageAccess},
			{Href: "/administrators/roles", Label: "administrators.roles", Icon: "table", Verb: access.VerbView},
		},
		ID:   func(a *row) string { return a.ID },
		Name: func(a *row) (string, string) { return a.Name, "" },
		Href: func(a *row) string { return "/administrators/" + url.PathEscape(a.ID) },
	}, s.login.ListAdministrators)
	l.bind(s)
	return l
}

// scopeWord says what somebody is limited to.
func (s *Server) scopeWord(scope *access.Scope) string {
	switch {
	case scope == nil:
		return s.say("administrators.all-groups")
	case scope.IsEmpty():
		return s.say("administrators.no-groups")
	}
	words := slices.Clone(scope.Groups)
	if n := len(scope.Users); n > 0 {
		words = append(words, s.say("administrators.users", n))
	}
	return strings.Join(words, ", ")
}

func (s *Server) factorWord(a *login.Administrator) string {
	switch {
	case a.Source != "":
		return s.say("administrators.factor-provider")
	case a.OneTimeCode && a.Passkeys > 0:
		return s.say("administrators.factor-both", a.Passkeys)
	case a.Passkeys > 0:
		return s.say("administrators.factor-passkeys", a.Passkeys)
	case a.OneTimeCode:
		return s.say("administrators.factor-code")
	}
	return s.say("administrators.factor-none")
}

func (s *Server) stateWord(a *login.Administrator) string {
	return s.say("administrators.state." + administratorOf(a))
}

func administratorOf(a *login.Administrator) string {
	switch {
	case a.Disabled:
		return "disabled"
	case a.Source == "" && !a.Password:
		return "invited"
	}
	return "active"
}

func (s *Server) administratorState(a *login.Administrator) template.HTML {
	switch {
	case a.Disabled:
		return s.chip("bad", "ban", s.stateWord(a), "")
	case a.Source == "" && !a.Password:
		return s.chip("plain", "mail", s.stateWord(a), "")
	}
	return s.chip("good", "circle-check", s.stateWord(a), "")
}

// sessionList declares Administration > Sessions.
func (s *Server) sessionList() *list[login.Session] {
	type row = login.Session
	l := few(&list[row]{
		Path: "/sessions", Section: "sessions", Words: "sessions", File: "sessions", Class: "roomy", Icon: "devices", Verb: access.VerbViewAccess,
		Columns: []column[row]{
			{Key: "who", Heads: true, Link: true, Class: "narrow-first", Value: func(r *row) string { return r.Who }},
			{Key: "addr", Class: "narrow-second nowrap", Value: func(r *row) string { return r.Addr }},
			{Key: "agent", Class: "break", Value: func(r *row) string { return r.Agent }, Cell: func(s *Server, r *row) template.HTML { return s.browserCell(r.Agent) }},
			{Key: "factor", Value: func(r *row) string { return s.strongWord(r.Strong) }},
			moment(column[row]{Key: "seen", Newest: true, Class: "nowrap"}, func(r *row) time.Time { return r.Seen }),
			moment(column[row]{Key: "since", Newest: true, Class: "nowrap"}, func(r *row) time.Time { return r.Since }),
		},
		Filters:  stateFilter("factor", "strong", "password"),
		Match:    func(r *row, _, factor string) bool { return factor == "all" || r.Strong == (factor == "strong") },
		Searches: true, Sort: "since", Desc: true, Newest: "since", When: func(r *row) time.Time { return r.Since },
		ID:   func(r *row) string { return r.ID },
		Name: func(r *row) (string, string) { return r.Who, r.Addr },
		Href: func(r *row) string { return "/sessions/" + url.PathEscape(r.ID) },
	}, s.login.ListSessions)
	l.bind(s)
	return l
}

func (s *Server) strongWord(strong bool) string {
	if strong {
		return s.say("sessions.strong")
	}
	return s.say("sessions.password")
}

// tokenList declares Administration > API tokens: everybody's.
func (s *Server) tokenList() *list[login.Token] {
	type row = login.Token
	l := few(&list[row]{
		Path: "/tokens", Section: "tokens", Words: "tokens", File: "tokens", Class: "roomy", Icon: "key", Verb: access.VerbViewAccess,
		Columns: []column[row]{
			{Key: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(t *row) string { return t.Name }},
			{Key: "owner", Class: "narrow-second", Value: func(t *row) string { return t.Owner }},
			{Key: "role", Value: func(t *row) string { return s.roleWord(t.Role) }},
			{Key: "groups", Class: "break", Value: func(t *row) string { return s.scopeWord(t.Scope) }},
			{Key: "verbs", Class: "break", Extra: true, Value: func(t *row) string { return verbsOf(t.Verbs) },
				Cell: func(s *Server, t *row) template.HTML { return text(s.verbsWord(t.Verbs), 400) }},
			{Key: "state", Value: func(t *row) string { return s.tokenWord(t) }, Cell: (*Server).tokenState},
			moment(column[row]{Key: "ends", Class: "nowrap"}, func(t *row) time.Time { return t.Expires }),
			moment(column[row]{Key: "used", Newest: true, Class: "nowrap"}, func(t *row) time.Time { return t.LastUsed }),
			moment(column[row]{Key: "created", Newest: true, Extra: true, Class: "nowrap"}, func(t *row) time.Time { return t.Created }),
		},
		Filters:  stateFilter("state", "active", "soon", "over"),
		Match:    func(t *row, _, state string) bool { return state == "all" || state == tokenOf(t) },
		Searches: true, Sort: "created", Desc: true,
		ID:   func(t *row) string { return t.ID },
		Name: func(t *row) (string, string) { return t.Name, t.Owner },
		Href: func(t *row) string { return "/tokens/" + url.PathEscape(t.ID) },
	}, func(ctx context.Context, who access.Actor) ([]row, error) { return s.login.ListTokens(ctx, who) })
	l.bind(s)
	return l
}

// verbsOf lists verbs as programs call them, for exports.
func verbsOf(verbs []access.Verb) string {
	names := make([]string, len(verbs))
	for i, v := range verbs {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// verbWord says what a verb does.
func (s *Server) verbWord(v access.Verb) string { return s.say("verb." + string(v)) }

func (s *Server) verbsWord(verbs []access.Verb) string {
	if len(verbs) == 0 {
		return s.say("tokens.all-verbs")
	}
	words := make([]string, len(verbs))
	for i, v := range verbs {
		words[i] = s.verbWord(v)
	}
	return strings.Join(words, ", ")
}

func (s *Server) tokenWord(t *login.Token) string { return s.say("tokens.state." + tokenOf(t)) }

func tokenOf(t *login.Token) string {
	switch {
	case t.Over:
		return "over"
	case t.EndsSoon:
		return "soon"
	}
	return "active"
}

func (s *Server) tokenState(t *login.Token) template.HTML {
	switch {
	case t.Over:
		return s.chip("plain", "circle-minus", s.tokenWord(t), "")
	case t.EndsSoon:
		return s.chip("warn", "alert-circle", s.tokenWord(t), "")
	}
	return s.chip("good", "circle-check", s.tokenWord(t), "")
}
