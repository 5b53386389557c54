// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// UserChoice chooses users.
type UserChoice struct {
	Show   admin.Show `query:"show" enum:"all,active,disabled,directory,local,without-device" default:"all"`
	Search string     `query:"search" maxLength:"200" doc:"Name, display name, address, number or account: anywhere in them from three characters, else from the beginning of the first three"`
	Sort   admin.Sort `query:"sort" enum:"name,added,display,email,disabled,source" doc:"Column to sort by. Without it: by name"`
}

type userListInput struct {
	UserChoice
	Turn
}

type userListOutput struct {
	Body struct {
		Items []User `json:"items"`
		PageMarks
	} `nameHint:"UserPage"`
}

// userList answers GET /users.
func (s *Server) userList(ctx context.Context, who access.Actor, in *userListInput) (*userListOutput, error) {
	p, err := s.admin.ListUsers(ctx, who, admin.UserQuery{Show: in.Show, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc",
		Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &userListOutput{}
	out.Body.Items, out.Body.PageMarks = mapped(p.Rows, userOf), PageMarks(p.PageMarks)
	return out, nil
}

type groupListOutput struct {
	Body struct {
		Items []Group `json:"items"`
	} `nameHint:"GroupList"`
}

// groupList answers GET /groups.
func (s *Server) groupList(ctx context.Context, who access.Actor, _ *struct{}) (*groupListOutput, error) {
	list, err := s.admin.ListGroups(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &groupListOutput{}
	out.Body.Items = make([]Group, len(list))
	for i, g := range list {
		out.Body.Items[i] = Group{Name: g.Name, Users: g.Users}
	}
	return out, nil
}

type userFindInput struct {
	ID access.UserID `path:"id" maxLength:"100"`
}

type userFindOutput struct {
	ETag string `header:"ETag"`
	Body UserDetails
}

// userFind answers GET /users/{id}.
func (s *Server) userFind(ctx context.Context, who access.Actor, in *userFindInput) (*userFindOutput, error) {
	u, err := s.admin.FindUser(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &userFindOutput{ETag: etag(u.Version), Body: UserDetails{User: userOf(&u.User), Owned: mapped(u.Owned, deviceOf),
		Records: associationsOf(u.Records), Aliases: mapped(u.Aliases, aliasOf), Timeline: auditEntriesOf(u.Timeline)}}, nil
}

func (s *Server) mountUsers() {
	tags := []string{"Users"}
	read := func(id, path, summary string, errs ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: tags, Summary: summary, Errors: errs}
	}
	handle(s, access.VerbView, read("list-users", "/users", "One page of users"), s.userList)
	handle(s, access.VerbView, read("list-groups", "/groups", "Every group that somebody is in"), s.groupList)
	handle(s, access.VerbView, read("find-user", "/users/{id}", "One user with devices, accounts and records", http.StatusNotFound), s.userFind)
	handle(s, access.VerbView, read("user-timeline", "/users/{id}/timeline", "What has happened to a user, with devices and records", http.StatusNotFound),
		s.userTimeline)
	handle(s, access.VerbAddUser, huma.Operation{
		OperationID: "add-user", Method: http.MethodPost, Path: "/users", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Make a user; records of the accounts become the user's", Errors: []int{http.StatusConflict},
	}, s.userAdd)
	verb := func(id, method, path, summary string, more ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary,
			Errors: append([]int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}, more...)}
	}
	handle(s, access.VerbChangeUser, verb("change-user", http.MethodPut, "/users/{id}",
		"Replace what is known of a user, but for being disabled", http.StatusPreconditionRequired), s.userChange)
	handle(s, access.VerbDisableUser, verb("disable-user", http.MethodPost, "/users/{id}/disable",
		"Refuse every account of a user from its next request on"), s.userVerb(s.admin.DisableUser))
	handle(s, access.VerbEnableUser, verb("enable-user", http.MethodPost, "/users/{id}/enable",
		"Judge the accounts of a disabled user like all others again"), s.userVerb(s.admin.EnableUser))
	handle(s, access.VerbDeleteUser, verb("delete-user", http.MethodDelete, "/users/{id}",
		"Forget a user; accounts and devices belong to nobody then. This cannot be undone"), s.userDelete)
}
