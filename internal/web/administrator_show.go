// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// administratorPage is one administrator, or a new one.
type administratorPage struct {
	page
	New      bool
	Who      login.Administrator
	Name     string
	Role     string
	State    string
	Factor   string
	Roles    []choice
	Groups   string
	Link     string // shown once
	LinkEnds string
	Self     bool
	Local    bool
	Limits   string
	Users    string // of the scope, one a line
	There    string // the groups that there are
}

// May reports whether who looks at a page may do a verb, so that it shows no button that would refuse.
func (p *page) May(verb string) bool { return p.Actor.May(access.Verb(verb)) == nil }

func (s *Server) roleChoices(chosen access.Role) []choice {
	var list []choice
	for _, role := range access.Roles() {
		list = append(list, choice{Value: string(role), Label: s.roleWord(role), Chosen: role == chosen})
	}
	return list
}

func groupLines(scope *access.Scope) string {
	if scope == nil {
		return ""
	}
	return strings.Join(scope.Groups, "\n")
}

// administratorNew answers GET /administrators/new.
func (s *Server) administratorNew(w http.ResponseWriter, r *http.Request) error {
	return s.administratorForm(w, r, http.StatusOK, "", access.RoleOperator, "", "", nil)
}

func (s *Server) administratorForm(w http.ResponseWriter, r *http.Request, status int, name string, role access.Role, groups, users string, m *message) error {
	frame, err := s.newPage(w, r, s.say("administrators.new"), "administrators")
	if err != nil {
		return err
	}
	frame.Width = "narrow"
	if m != nil {
		frame.Message = m
	}
	there, err := s.groupsThere(r.Context(), frame.Actor)
	if err != nil {
		return err
	}
	return s.show(w, status, "administrator", "layout", &administratorPage{page: frame, New: true, Name: name, Roles: s.roleChoices(role), Groups: groups, Users: users, There: there})
}

// administratorCreate answers POST /administrators with the page of the new one, because the link on it must
// not be kept anywhere for a redirect to show.
func (s *Server) administratorCreate(w http.ResponseWriter, r *http.Request) error {
	name, role := r.PostFormValue("name"), access.Role(r.PostFormValue("role"))
	var token string
	var expires time.Time
	scope, empty, err := s.readScope(r, r.PostFormValue("groups"), r.PostFormValue("users"))
	if err == nil {
		token, expires, err = s.login.Invite(r.Context(), login.Actor(r), login.NewAdministrator{Name: name, Role: role, Scope: scope})
	}
	switch access.KindOf(err) {
	case access.KindInvalid, access.KindConflict:
		if err != nil {
			return s.administratorForm(w, r, http.StatusBadRequest, clip(name, 200), role, clip(r.PostFormValue("groups"), 4000), clip(r.PostFormValue("users"), 20_000), &message{Kind: "bad", Text: s.textOf(err)})
		}
	}
	if err != nil {
		return err
	}
	return s.administratorLink(w, r, name, token, expires.Format("2006-01-02 15:04 UTC"), s.emptyGroups(empty))
}

// administratorLink shows somebody's page with the one-time link.
func (s *Server) administratorLink(w http.ResponseWriter, r *http.Request, name, token, ends, warning string) error {
	all, err := s.login.ListAdministrators(r.Context(), login.Actor(r))
	if err != nil {
		return err
	}
	for _, a := range all {
		if strings.EqualFold(a.Name, strings.TrimSpace(name)) {
			p, err := s.administratorPage(w, r, a)
			if err != nil {
				return err
			}
			scheme := "https://"
			if r.TLS == nil && strings.HasPrefix(r.Header.Get("Origin"), "http://") {
				scheme = "http://"
			}
			p.Link, p.LinkEnds = scheme+r.Host+"/setup?token="+url.QueryEscape(token), ends
			if warning = strings.TrimSpace(warning); warning != "" {
				p.Message = &message{Kind: "warn", Text: warning}
			}
			return s.show(w, http.StatusOK, "administrator", "layout", p)
		}
	}
	return access.NotFound("administrator", s.say("administrators.gone"))
}

func (s *Server) administratorPage(w http.ResponseWriter, r *http.Request, a login.Administrator) (*administratorPage, error) {
	frame, err := s.newPage(w, r, a.Name, "administrators")
	if err != nil {
		return nil, err
	}
	frame.Width = "narrow"
	users, err := s.userLines(r.Context(), frame.Actor, a.Scope)
	if err != nil {
		return nil, err
	}
	there, err := s.groupsThere(r.Context(), frame.Actor)
	if err != nil {
		return nil, err
	}
	return &administratorPage{page: frame, Who: a, Name: a.Name, Role: s.roleWord(a.Role), State: s.stateWord(&a), Factor: s.factorWord(&a),
		Roles: s.roleChoices(a.Role), Groups: groupLines(a.Scope), Users: users, There: there, Self: frame.Actor.Name == a.Name, Local: a.Source == "", Limits: s.scopeWord(a.Scope)}, nil
}

// administratorShow answers GET /administrators/{id}.
func (s *Server) administratorShow(w http.ResponseWriter, r *http.Request) error {
	a, err := s.login.FindAdministrator(r.Context(), login.Actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := s.administratorPage(w, r, a)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "administrator", "layout", p)
}

// administratorChange answers POST /administrators/{id}/{deed}.
func (s *Server) administratorChange(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), login.Actor(r)
	a, err := s.login.FindAdministrator(ctx, who, r.PathValue("id"))
	if err != nil {
		return err
	}
	path := "/administrators/" + url.PathEscape(a.ID)
	var done string
	switch r.PathValue("deed") {
	case "rights":
		scope, empty, serr := s.readScope(r, r.PostFormValue("groups"), r.PostFormValue("users"))
		if err = serr; err == nil {
			err = s.login.ChangeRights(ctx, who, a.Name, access.Role(r.PostFormValue("role")), scope)
		}
		done = s.say("administrators.did-rights") + s.emptyGroups(empty)
	case "disable":
		err, done = s.login.DisableAdministrator(ctx, who, a.Name), s.say("administrators.did-disable")
	case "enable":
		err, done = s.login.EnableAdministrator(ctx, who, a.Name), s.say("administrators.did-enable")
	case "factor":
		err, done = s.login.ResetSecondFactor(ctx, who, a.Name), s.say("administrators.did-factor")
	case "sign-out":
		err, done = s.login.SignOutEverywhere(ctx, who, a.Name), s.say("administrators.did-sign-out")
	case "delete":
		if err = s.login.DeleteAdministrator(ctx, who, a.Name); err == nil {
			path = "/administrators"
		}
		done = s.say("administrators.did-delete", visible(a.Name))
	case "link":
		token, expires, lerr := s.login.NewSetupLink(ctx, who, a.Name)
		if err = lerr; err == nil {
			s.live.recheck()
			return s.administratorLink(w, r, a.Name, token, expires.Format("2006-01-02 15:04 UTC"), "")
		}
	default:
		return access.NotFound("administrator", s.say("error.no-page"))
	}
	return s.toAccount(w, r, path, err, done)
}

// rolePage is the table of who may do what.
type rolePage struct {
	page
	Roles []string
	Lines []roleLine
}

type roleLine struct {
	Verb, Means string
	May         []bool
	Everybodys  bool
}

// roleList answers GET /administrators/roles.
func (s *Server) roleList(w http.ResponseWriter, r *http.Request) error {
	frame, err := s.newPage(w, r, s.say("roles.title"), "administrators")
	if err != nil {
		return err
	}
	p := &rolePage{page: frame}
	for _, role := range access.Roles() {
		p.Roles = append(p.Roles, s.roleWord(role))
	}
	for _, c := range access.PermissionTable() {
		line := roleLine{Verb: string(c.Verb), Means: s.verbWord(c.Verb), Everybodys: c.Everybodys}
		for _, role := range access.Roles() {
			line.May = append(line.May, c.Holds(role))
		}
		p.Lines = append(p.Lines, line)
	}
	return s.show(w, http.StatusOK, "roles", "layout", p)
}
