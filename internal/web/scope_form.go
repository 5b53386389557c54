// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// mostGroupsShown is how many names of groups a form shows as what there is.
const mostGroupsShown = 40

// lines gives what somebody has typed one a line, or with commas.
func lines(text string) (list []string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// readScope reads groups and names of users that somebody has typed; neither is no limit. It says which of
// the groups nobody is in, since that is what a slip of the fingers looks like.
func (s *Server) readScope(r *http.Request, groups, users string) (scope *access.Scope, empty []string, err error) {
	scope = &access.Scope{Groups: lines(groups)}
	who := login.Actor(r)
	for _, name := range lines(users) {
		list, err := s.admin.UsersNamed(r.Context(), who, name)
		if err != nil {
			return nil, nil, err
		}
		if len(list) != 1 {
			return nil, nil, access.Invalid("administrator", s.say("administrators.no-user", clip(name, 100)))
		}
		scope.Users = append(scope.Users, list[0].ID)
	}
	if scope.IsEmpty() {
		return nil, nil, nil
	}
	there, err := s.admin.ListGroups(r.Context(), who)
	if err != nil {
		return nil, nil, err
	}
	known := map[string]bool{}
	for _, g := range there {
		known[g.Name] = true
	}
	empty = slices.DeleteFunc(slices.Clone(scope.Groups), func(g string) bool { return known[g] })
	return scope, empty, nil
}

// emptyGroups warns of groups that nobody is in; empty: there is none.
func (s *Server) emptyGroups(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " " + s.say("administrators.empty-groups", clip(strings.Join(names, ", "), 300))
}

// userLines gives the names of the users that a scope lists. Who is gone has none, and goes with the next save.
func (s *Server) userLines(ctx context.Context, who access.Actor, scope *access.Scope) (string, error) {
	if scope == nil || len(scope.Users) == 0 {
		return "", nil
	}
	list, err := s.admin.UsersByID(ctx, who, scope.Users)
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = u.Name
	}
	return strings.Join(names, "\n"), err
}

// groupsThere names the groups that users are in, for whoever has to type some.
func (s *Server) groupsThere(ctx context.Context, who access.Actor) (string, error) {
	list, err := s.admin.ListGroups(ctx, who)
	names := make([]string, 0, len(list))
	for _, g := range list[:min(len(list), mostGroupsShown)] {
		names = append(names, g.Name)
	}
	if len(list) > mostGroupsShown {
		names = append(names, "…")
	}
	return strings.Join(names, ", "), err
}
