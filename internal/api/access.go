// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// ShortTurn is how a list is turned over that has one order.
type ShortTurn struct {
	Cursor string `query:"cursor" maxLength:"2000" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// shortPage gives the page after the cursor of a list that is held whole. key orders it, and is different
// for each.
func shortPage[T any](list []T, t ShortTurn, key func(*T) string) (page []T, next string, err error) {
	after, err := base64.RawURLEncoding.DecodeString(t.Cursor)
	if err != nil {
		return nil, "", access.Invalid("api", "This cursor cannot be read. Begin at the first page.")
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(&a), key(&b)) })
	if t.Cursor != "" {
		list = slices.DeleteFunc(list, func(v T) bool { return key(&v) <= string(after) })
	}
	if len(list) > t.Limit {
		list = list[:t.Limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(key(&list[len(list)-1])))
	}
	return list, next, nil
}

// newestFirst is a key that orders by time, the latest first.
func newestFirst(at time.Time, id string) string {
	return fmt.Sprintf("%020d %s", (1<<62)-at.UnixMilli(), id)
}

// Role is what a role may do.
type Role struct {
	Role  access.Role   `json:"role" enum:"administrator,operator,helpdesk,auditor"`
	Verbs []access.Verb `json:"verbs" doc:"What it may do. Who is limited to some groups does so among their users, and not what is everybodys"`
}

type roleListOutput struct {
	Body struct {
		Items      []Role        `json:"items" doc:"The one that may most first"`
		Everybodys []access.Verb `json:"everybodys" doc:"Verbs that reach beyond any group of users: nobody who is limited to some may do them"`
	} `nameHint:"RoleList"`
}

// roleList answers GET /roles.
func (s *Server) roleList(context.Context, access.Actor, *struct{}) (*roleListOutput, error) {
	out := &roleListOutput{}
	out.Body.Everybodys = []access.Verb{}
	table := access.PermissionTable()
	for _, role := range access.Roles() {
		r := Role{Role: role, Verbs: []access.Verb{}}
		for _, c := range table {
			if c.Holds(role) {
				r.Verbs = append(r.Verbs, c.Verb)
			}
		}
		out.Body.Items = append(out.Body.Items, r)
	}
	for _, c := range table {
		if c.Everybodys {
			out.Body.Everybodys = append(out.Body.Everybodys, c.Verb)
		}
	}
	return out, nil
}

// Caller is whom the token that asks acts for, and what it may do.
type Caller struct {
	Name   string        `json:"name" doc:"As the audit log shows it"`
	Owner  string        `json:"owner" doc:"The administrator it acts for"`
	Role   access.Role   `json:"role" enum:"administrator,operator,helpdesk,auditor"`
	Groups *[]string     `json:"groups,omitempty" doc:"Those whose users it reaches; absent: all"`
	Users  *[]string     `json:"users,omitempty" doc:"Ids of users whom it reaches beside those of the groups"`
	Verbs  []access.Verb `json:"verbs" doc:"All that it may do now"`
	Token  Token         `json:"token"`
}

type accountOutput struct{ Body Caller }

// accountFind answers GET /account.
func (s *Server) accountFind(ctx context.Context, who access.Actor, _ *struct{}) (*accountOutput, error) {
	list, err := s.login.TokensOfOwner(ctx)
	if err != nil {
		return nil, err
	}
	out := &accountOutput{Body: Caller{Name: who.Name, Role: who.Role, Groups: groupsOf(who.Scope), Users: usersOf(who.Scope), Verbs: []access.Verb{}}}
	for _, v := range access.Verbs() {
		if who.May(v) == nil {
			out.Body.Verbs = append(out.Body.Verbs, v)
		}
	}
	for i := range list {
		if list[i].ID == who.Session {
			out.Body.Token, out.Body.Owner = tokenOf(&list[i]), list[i].Owner
		}
	}
	return out, nil
}

func groupsOf(scope *access.Scope) *[]string {
	if scope == nil {
		return nil
	}
	groups := append([]string{}, scope.Groups...)
	return &groups
}

// usersOf gives the users that a limit lists one by one; nil: none.
func usersOf(scope *access.Scope) *[]string {
	if scope == nil || len(scope.Users) == 0 {
		return nil
	}
	users := make([]string, len(scope.Users))
	for i, id := range scope.Users {
		users[i] = string(id)
	}
	return &users
}

func scopeOf(groups, users *[]string) *access.Scope {
	if groups == nil && users == nil {
		return nil
	}
	scope := &access.Scope{}
	if groups != nil {
		scope.Groups = *groups
	}
	if users != nil {
		for _, id := range *users {
			scope.Users = append(scope.Users, access.UserID(id))
		}
	}
	return scope
}

// Session is one place where somebody is signed in with a browser.
type Session struct {
	ID     string    `json:"id" doc:"Names it without being usable as it"`
	Who    string    `json:"who"`
	Since  time.Time `json:"since"`
	Seen   time.Time `json:"seen,omitzero" doc:"Last request of the person, to the minute"`
	Addr   string    `json:"addr" doc:"Where the sign-in came from"`
	Agent  string    `json:"agent" doc:"What the browser calls itself"`
	Strong bool      `json:"strong" doc:"More than a password was shown"`
}

type sessionListInput struct {
	Who string `query:"who" maxLength:"400" doc:"Only those of this administrator"`
	ShortTurn
}

type sessionListOutput struct {
	Body struct {
		Items []Session `json:"items" doc:"Newest first"`
		Next  string    `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"SessionPage"`
}

// sessionList answers GET /sessions.
func (s *Server) sessionList(ctx context.Context, who access.Actor, in *sessionListInput) (*sessionListOutput, error) {
	list, err := s.login.ListSessions(ctx, who)
	if err != nil {
		return nil, err
	}
	if in.Who != "" {
		list = slices.DeleteFunc(list, func(v login.Session) bool { return !strings.EqualFold(v.Who, in.Who) })
	}
	list, next, err := shortPage(list, in.ShortTurn, func(v *login.Session) string { return newestFirst(v.Since, v.ID) })
	if err != nil {
		return nil, err
	}
	out := &sessionListOutput{}
	out.Body.Next = next
	out.Body.Items = mapped(list, func(v *login.Session) Session {
		return Session{ID: v.ID, Who: v.Who, Since: v.Since.UTC(), Seen: v.Seen.UTC(), Addr: v.Addr, Agent: v.Agent, Strong: v.Strong}
	})
	return out, nil
}

type sessionEndInput struct {
	ID string `path:"id" maxLength:"100"`
}

// sessionEnd answers DELETE /sessions/{id}.
func (s *Server) sessionEnd(ctx context.Context, who access.Actor, in *sessionEndInput) (*resultOutput, error) {
	if err := s.login.EndSession(ctx, who, in.ID); err != nil {
		return nil, err
	}
	return &resultOutput{Body: Result{Text: "The session has ended."}}, nil
}

// mountAccess registers what has to do with who may do what. What a person does with a password in hand, such
// as making a token or removing a passkey, is not here: a token has none.
func (s *Server) mountAccess() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-account", Method: http.MethodGet, Path: "/account", Tags: []string{"Account"},
		Summary: "Whom this token acts for, and what it may do",
	}, s.accountFind)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-roles", Method: http.MethodGet, Path: "/roles", Tags: []string{"Administrators"}, Summary: "Every role, and what it may do",
	}, s.roleList)
	tags := []string{"Sessions"}
	handle(s, access.VerbViewAccess, huma.Operation{
		OperationID: "list-sessions", Method: http.MethodGet, Path: "/sessions", Tags: tags, Summary: "Where administrators are signed in",
	}, s.sessionList)
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "end-session", Method: http.MethodDelete, Path: "/sessions/{id}", Tags: tags,
		Summary: "End a session at once", Errors: []int{http.StatusNotFound},
	}, s.sessionEnd)
	s.mountTokens()
	s.mountAdministrators()
	s.mountSigningIn()
}
