// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
)

// mostGroups bounds a scope: more would be a list that nobody reads.
const mostGroups = 100

// checkRights checks role and scope as somebody has entered them, and tidies the scope up: groups sorted,
// each once. A help desk always has a scope, if only an empty one, which lets it see nothing.
func checkRights(role access.Role, scope *access.Scope) (*access.Scope, error) {
	if !slices.Contains(access.Roles(), role) {
		return nil, access.Invalid("administrator", "Choose a role.")
	}
	if scope == nil {
		if role == access.RoleHelpDesk {
			return &access.Scope{}, nil
		}
		return nil, nil
	}
	tidy := &access.Scope{}
	for _, g := range scope.Groups {
		g = strings.TrimSpace(g)
		switch {
		case g == "":
			continue
		case !utf8.ValidString(g) || len(g) > 200:
			return nil, access.Invalid("administrator", "The name of a group is too long.")
		}
		tidy.Groups = append(tidy.Groups, g)
	}
	slices.Sort(tidy.Groups)
	tidy.Groups = slices.Compact(tidy.Groups)
	if len(tidy.Groups) > mostGroups {
		return nil, access.Invalid("administrator", "That are too many groups.")
	}
	if len(tidy.Groups) == 0 && role != access.RoleHelpDesk {
		return nil, access.Invalid("administrator", "Name the groups, or give no limit.")
	}
	return tidy, nil
}

// rights says role and scope in the audit log.
func rights(role access.Role, scope *access.Scope) string {
	if scope == nil {
		return string(role)
	}
	if len(scope.Groups) == 0 {
		return string(role) + ", no groups"
	}
	return string(role) + ", groups " + strings.Join(scope.Groups, ", ")
}

// within gives what two limits have in common.
func within(a, b *access.Scope) *access.Scope {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	both := &access.Scope{}
	for _, g := range a.Groups {
		if slices.Contains(b.Groups, g) {
			both.Groups = append(both.Groups, g)
		}
	}
	return both
}

// narrower reports whether a limit lies within another.
func narrower(inner, outer *access.Scope) bool {
	if outer == nil {
		return true
	}
	if inner == nil {
		return false
	}
	for _, g := range inner.Groups {
		if !slices.Contains(outer.Groups, g) {
			return false
		}
	}
	return true
}

// RolesWithin lists the roles that an administrator of a role can give to a token of his.
func RolesWithin(role access.Role) []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool { return !role.Covers(r) })
}
