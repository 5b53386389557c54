// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// Administrator is one of those who may sign in.
type Administrator struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Role        access.Role `json:"role" enum:"administrator,operator,helpdesk,auditor"`
	Groups      *[]string   `json:"groups,omitempty" doc:"Those whose users the administrator looks after; absent: all"`
	Users       *[]string   `json:"users,omitempty" doc:"Ids of users beside those of the groups whom the administrator looks after"`
	Source      string      `json:"source,omitempty" enum:"oidc" doc:"Where the administrator signs in; absent: here"`
	State       string      `json:"state" enum:"active,invited,disabled" doc:"invited: the one-time link is still to be used"`
	OneTimeCode bool        `json:"one_time_code" doc:"Has set one up as second factor"`
	Passkeys    int         `json:"passkeys" doc:"How many"`
	Created     time.Time   `json:"created"`
	LastSignIn  time.Time   `json:"last_sign_in,omitzero"`
	Version     int64       `json:"version" doc:"The ETag. It goes on with rights, password and second factor, not with signing in"`
}

func administratorOf(a *login.Administrator) Administrator {
	out := Administrator{ID: a.ID, Name: a.Name, Role: a.Role, Groups: groupsOf(a.Scope), Users: usersOf(a.Scope), Source: a.Source, State: "active", OneTimeCode: a.OneTimeCode,
		Passkeys: a.Passkeys, Created: a.Created.UTC(), LastSignIn: a.LastSignIn.UTC(), Version: a.Version}
	switch {
	case a.Disabled:
		out.State = "disabled"
	case a.Source == "" && !a.Password:
		out.State = "invited"
	}
	return out
}

type administratorListOutput struct {
	Body struct {
		Items []Administrator `json:"items" doc:"By name"`
		Next  string          `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"AdministratorPage"`
}

// administratorList answers GET /administrators.
func (s *Server) administratorList(ctx context.Context, who access.Actor, in *ShortTurn) (*administratorListOutput, error) {
	list, err := s.login.ListAdministrators(ctx, who)
	if err != nil {
		return nil, err
	}
	list, next, err := shortPage(list, *in, func(a *login.Administrator) string { return strings.ToLower(a.Name) + "\x00" + a.ID })
	if err != nil {
		return nil, err
	}
	out := &administratorListOutput{}
	out.Body.Items, out.Body.Next = mapped(list, administratorOf), next
	return out, nil
}

type administratorFindInput struct {
	ID string `path:"id" maxLength:"100"`
}

type administratorOutput struct {
	ETag string `header:"ETag"`
	Body Administrator
}

// administratorFind answers GET /administrators/{id}.
func (s *Server) administratorFind(ctx context.Context, who access.Actor, in *administratorFindInput) (*administratorOutput, error) {
	a, err := s.login.FindAdministrator(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &administratorOutput{ETag: etag(a.Version), Body: administratorOf(&a)}, nil
}

// Rights are what somebody may do, and among whose users.
type Rights struct {
	Role   access.Role `json:"role" enum:"administrator,operator,helpdesk,auditor"`
	Groups *[]string   `json:"groups,omitempty" doc:"Those whose users the administrator looks after; absent: all, and for a help desk none"`
	Users  *[]string   `json:"users,omitempty" maxItems:"200" doc:"Ids of users beside those of the groups whom the administrator looks after; absent: no more than the groups say"`
}

// Invitation is how somebody gets in who has no password yet.
type Invitation struct {
	ID      string    `json:"id" doc:"Of the administrator"`
	Link    string    `json:"link" doc:"Path on the console for choosing a password, once. Whoever has it can: it is told here and never again"`
	Expires time.Time `json:"expires" doc:"Within a day, and not after the token that asked"`
}

type invitationOutput struct {
	NoStore string `header:"Cache-Control"`
	Body    Invitation
}

func invitationOf(id, token string, expires time.Time) *invitationOutput {
	return &invitationOutput{NoStore: "no-store", Body: Invitation{ID: id, Link: "/setup?token=" + token, Expires: expires.UTC()}}
}

type inviteInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"90"`
		Rights
	} `nameHint:"InvitationRequest"`
}

// administratorInvite answers POST /administrators.
func (s *Server) administratorInvite(ctx context.Context, who access.Actor, in *inviteInput) (*invitationOutput, error) {
	name := strings.TrimSpace(in.Body.Name)
	token, expires, err := s.login.Invite(ctx, who, login.NewAdministrator{Name: name, Role: in.Body.Role, Scope: scopeOf(in.Body.Groups, in.Body.Users)})
	if err != nil {
		return nil, err
	}
	all, err := s.login.ListAdministrators(ctx, who)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if strings.EqualFold(a.Name, name) {
			return invitationOf(a.ID, token, expires), nil
		}
	}
	return nil, access.NotFound("administrator", "The administrator is gone again already.")
}

// mountAdministrators registers who may sign in. Nobody gives or changes rights beyond those of the token.
func (s *Server) mountAdministrators() {
	tags := []string{"Administrators"}
	handle(s, access.VerbViewAccess, huma.Operation{
		OperationID: "list-administrators", Method: http.MethodGet, Path: "/administrators", Tags: tags, Summary: "Those who may sign in",
	}, s.administratorList)
	handle(s, access.VerbViewAccess, huma.Operation{
		OperationID: "find-administrator", Method: http.MethodGet, Path: "/administrators/{id}", Tags: tags,
		Summary: "One of those who may sign in", Errors: []int{http.StatusNotFound},
	}, s.administratorFind)
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "invite-administrator", Method: http.MethodPost, Path: "/administrators", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Make an administrator, with a link for choosing a password", Errors: []int{http.StatusConflict},
	}, s.administratorInvite)
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "change-rights", Method: http.MethodPut, Path: "/administrators/{id}/rights", Tags: tags,
		Summary: "Give another role or other groups; it ends the sessions of the one who gets them",
		Errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
	}, s.rightsChange)
	for _, d := range s.administratorDeeds() {
		handle(s, access.VerbManageAccess, huma.Operation{
			OperationID: d.name + "-administrator", Method: http.MethodPost, Path: "/administrators/{id}/" + d.name, Tags: tags,
			Summary: d.summary, Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		}, s.administratorDo(d))
	}
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "make-setup-link", Method: http.MethodPost, Path: "/administrators/{id}/setup-link", Tags: tags,
		Summary: "Take the password away, and give a link for choosing another", Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
	}, s.setupLinkMake)
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "delete-administrator", Method: http.MethodDelete, Path: "/administrators/{id}", Tags: tags,
		Summary: "Remove an administrator, with tokens and passkeys", Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
	}, s.administratorDelete)
}
