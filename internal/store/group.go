// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// Group is a group of users; scopes are made of groups.
type Group struct {
	Name  string
	Users int64
}

// ListGroups gives every group that somebody is in, in the order of their names.
func (s *Store) ListGroups(ctx context.Context) ([]Group, error) {
	var list []Group
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var g Group
		err := r.Scan(&g.Name, &g.Users)
		list = append(list, g)
		return err
	}, `SELECT name, n FROM group_count ORDER BY name LIMIT 5000`)
	return list, said("store: list groups", err)
}

// InScope reports whether a user lies in a scope. Nobody lies in no scope but nil.
func (s *Store) InScope(ctx context.Context, id access.UserID, scope *access.Scope) (bool, error) {
	ok, err := s.reader().inScope(ctx, id, scope)
	return ok, said("store: scope", err)
}

// InScope reports whether a user lies in a scope. Nobody lies in no scope but nil.
func (t *Tx) InScope(id access.UserID, scope *access.Scope) (bool, error) {
	ok, err := t.q.inScope(t.ctx, id, scope)
	return ok, said("store: scope", err)
}

func (r runner) inScope(ctx context.Context, id access.UserID, scope *access.Scope) (bool, error) {
	if scope == nil || id == "" {
		return scope == nil, nil
	}
	if slices.Contains(scope.Users, id) {
		return true, nil
	}
	var groups []string
	err := r.each(ctx, func(rows *sql.Rows) error {
		var g string
		err := rows.Scan(&g)
		groups = append(groups, g)
		return err
	}, `SELECT name FROM person_group WHERE person = $1`, string(id))
	return scope.Covers(id, groups), err
}
