// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// accessPage is how signing in goes: who needs a second factor, and the provider.
type accessPage struct {
	page
	Roles           []choice
	PolicyVersion   int64
	Provider        login.OIDCSetting
	Map             []mapLine
	Callback        string
	ProviderVersion int64
}

type mapLine struct {
	Group, Groups, Users string
	Roles                []choice
	N                    int
}

// signInSettings answers GET /administrators/sign-in.
func (s *Server) signInSettings(w http.ResponseWriter, r *http.Request) error {
	frame, err := s.newPage(w, r, s.say("signing-in.title"), "signing-in")
	if err != nil {
		return err
	}
	frame.Width = "narrow"
	p := &accessPage{page: frame, Callback: "https://" + r.Host + login.OIDCCallback}
	policy, version, err := s.login.Policy(r.Context(), frame.Actor)
	if err != nil {
		return err
	}
	p.PolicyVersion = version
	for _, role := range access.Roles() {
		p.Roles = append(p.Roles, choice{Value: string(role), Label: s.roleWord(role), Chosen: slices.Contains(policy.SecondFactor, role)})
	}
	if p.Provider, err = s.login.OIDC(r.Context(), frame.Actor); err != nil {
		return err
	}
	p.ProviderVersion = p.Provider.Version
	for _, m := range append(p.Provider.Map, login.Mapping{}, login.Mapping{}) {
		groups := ""
		if m.Scope != nil {
			groups = strings.Join(m.Scope.Groups, ", ")
		}
		users, err := s.userLines(r.Context(), frame.Actor, m.Scope)
		if err != nil {
			return err
		}
		p.Map = append(p.Map, mapLine{Group: m.Group, Groups: groups, Users: strings.ReplaceAll(users, "\n", ", "), Roles: s.roleChoices(m.Role), N: len(p.Map)})
	}
	return s.show(w, http.StatusOK, "signing_in", "layout", p)
}

// policyChange answers POST /administrators/sign-in/policy.
func (s *Server) policyChange(w http.ResponseWriter, r *http.Request) error {
	var p login.Policy
	for _, role := range r.PostForm["role"] {
		p.SecondFactor = append(p.SecondFactor, access.Role(role))
	}
	err := s.login.ChangePolicy(r.Context(), login.Actor(r), p, atoi64(r.PostFormValue("version")))
	return s.toAccount(w, r, "/administrators/sign-in", err, s.say("signing-in.saved"))
}

// providerChange answers POST /administrators/sign-in/provider.
func (s *Server) providerChange(w http.ResponseWriter, r *http.Request) error {
	o := login.OIDC{Issuer: r.PostFormValue("issuer"), ClientID: r.PostFormValue("client_id"), Button: r.PostFormValue("button"), Claim: r.PostFormValue("claim")}
	groups, roles, scopes, users := r.PostForm["group"], r.PostForm["role"], r.PostForm["groups"], r.PostForm["users"]
	var warning string
	for i := range groups {
		if strings.TrimSpace(groups[i]) == "" || i >= len(roles) || i >= len(scopes) {
			continue
		}
		listed := ""
		if i < len(users) {
			listed = users[i]
		}
		scope, empty, err := s.readScope(r, scopes[i], listed)
		if err != nil {
			return s.toAccount(w, r, "/administrators/sign-in", err, "")
		}
		warning += s.emptyGroups(empty)
		o.Map = append(o.Map, login.Mapping{Group: groups[i], Role: access.Role(roles[i]), Scope: scope})
	}
	err := s.login.ChangeOIDC(r.Context(), login.Actor(r), o, r.PostFormValue("secret"), atoi64(r.PostFormValue("version")))
	return s.toAccount(w, r, "/administrators/sign-in", err, s.say("signing-in.saved")+warning)
}

func atoi64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1 // no version there is
	}
	return n
}

// endPage is a session or a token of somebody, with the one thing that can be done to it.
type endPage struct {
	page
	Facts  [][2]string
	What   string
	Button string
	Action string
	Back   string
}

// sessionShow answers GET /sessions/{id}.
func (s *Server) sessionShow(w http.ResponseWriter, r *http.Request) error {
	list, err := s.login.ListSessions(r.Context(), login.Actor(r))
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID == r.PathValue("id") {
			return s.showEnd(w, r, "sessions", &endPage{Facts: [][2]string{{s.say("sessions.col.who"), one.Who}, {s.say("sessions.col.addr"), one.Addr}, {s.say("sessions.col.agent"), one.Agent},
				{s.say("sessions.col.factor"), s.strongWord(one.Strong)}, {s.say("sessions.col.seen"), exactTime(one.Seen)}, {s.say("sessions.col.since"), exactTime(one.Since)}},
				What: s.say("sessions.what-end"), Button: s.say("account.end"), Action: "/sessions/" + url.PathEscape(one.ID) + "/end", Back: "/sessions"}, s.say("sessions.one"))
		}
	}
	return access.NotFound("session", s.say("sessions.over"))
}

// sessionEndAny answers POST /sessions/{id}/end.
func (s *Server) sessionEndAny(w http.ResponseWriter, r *http.Request) error {
	return s.toAccount(w, r, "/sessions", s.login.EndSession(r.Context(), login.Actor(r), r.PathValue("id")), s.say("account.session-ended"))
}

// tokenShow answers GET /tokens/{id}.
func (s *Server) tokenShow(w http.ResponseWriter, r *http.Request) error {
	list, err := s.login.ListTokens(r.Context(), login.Actor(r))
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID == r.PathValue("id") {
			return s.showEnd(w, r, "tokens", &endPage{Facts: [][2]string{{s.say("tokens.col.name"), one.Name}, {s.say("tokens.col.owner"), one.Owner}, {s.say("tokens.col.role"), s.roleWord(one.Role)},
				{s.say("tokens.col.groups"), s.scopeWord(one.Scope)}, {s.say("tokens.col.verbs"), s.verbsWord(one.Verbs)}, {s.say("tokens.col.state"), s.tokenWord(&one)},
				{s.say("tokens.col.created"), exactTime(one.Created)}, {s.say("tokens.col.ends"), exactTime(one.Expires)}, {s.say("tokens.col.used"), exactTime(one.LastUsed)}},
				What: s.say("tokens.what-revoke"), Button: s.say("account.revoke"), Action: "/tokens/" + url.PathEscape(one.ID) + "/revoke", Back: "/tokens"}, s.say("tokens.one"))
		}
	}
	return access.NotFound("token", s.say("tokens.gone"))
}

// tokenRevokeAny answers POST /tokens/{id}/revoke.
func (s *Server) tokenRevokeAny(w http.ResponseWriter, r *http.Request) error {
	return s.toAccount(w, r, "/tokens", s.login.RevokeToken(r.Context(), login.Actor(r), r.PathValue("id")), s.say("account.token-revoked"))
}

func (s *Server) showEnd(w http.ResponseWriter, r *http.Request, section string, p *endPage, title string) error {
	frame, err := s.newPage(w, r, title, section)
	if err != nil {
		return err
	}
	frame.Width = "narrow"
	p.page = frame
	return s.show(w, http.StatusOK, "access_end", "layout", p)
}
