// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// mostGroups and mostUsers bound a scope: more would be a list that nobody reads.
const (
	mostGroups = 100
	mostUsers  = 200
)

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
		return nil, access.Invalid("administrator", "There are too many groups.")
	}
	for _, id := range scope.Users {
		if id = access.UserID(strings.TrimSpace(string(id))); id != "" {
			tidy.Users = append(tidy.Users, id)
		}
	}
	slices.Sort(tidy.Users)
	tidy.Users = slices.Compact(tidy.Users)
	if len(tidy.Users) > mostUsers {
		return nil, access.Invalid("administrator", "There are too many users: put them into a group.")
	}
	if tidy.IsEmpty() && role != access.RoleHelpDesk {
		return nil, access.Invalid("administrator", "Name the groups, or give no limit.")
	}
	return tidy, nil
}

// usersThere names the users of a scope that nobody knows: a limit to them would let see nothing, and nobody
// would be told why. Those that stood there before are left: they may have gone since.
func usersThere(tx *store.Tx, scope, before *access.Scope) error {
	if scope == nil {
		return nil
	}
	var lost []string
	for _, id := range scope.Users {
		if before != nil && slices.Contains(before.Users, id) {
			continue
		}
		switch _, err := tx.FindUser(id); {
		case access.KindOf(err) == access.KindNotFound:
			lost = append(lost, strings.ToValidUTF8(string(id[:min(len(id), 60)]), ""))
		case err != nil:
			return err
		}
	}
	if len(lost) == 0 {
		return nil
	}
	words := strings.Join(lost[:min(len(lost), 5)], ", ")
	if len(lost) > 5 {
		words += ", …"
	}
	return access.Invalid("administrator", "There are no users with these ids: "+words+".")
}

// rights says role and scope in the audit log.
func rights(role access.Role, scope *access.Scope) string {
	if scope == nil {
		return string(role)
	}
	if scope.IsEmpty() {
		return string(role) + ", no groups"
	}
	words := string(role)
	if len(scope.Groups) > 0 {
		words += ", groups " + strings.Join(scope.Groups, ", ")
	}
	for i, id := range scope.Users {
		if i == 0 {
			words += ", users"
		}
		words += " " + string(id)
	}
	return words
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
	for _, id := range a.Users {
		if slices.Contains(b.Users, id) {
			both.Users = append(both.Users, id)
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
	for _, id := range inner.Users {
		if !slices.Contains(outer.Users, id) {
			return false
		}
	}
	return true
}

// RolesWithin lists the roles that an administrator of a role can give to a token of his.
func RolesWithin(role access.Role) []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool { return !role.Covers(r) && len(readsOf(role, r)) == 0 })
}

// readsOf gives the verbs of a role that reads for somebody who may do all of them but look who may do what:
// an operator's token that reads only is an auditor's without that. None: the role is beyond the owner's.
func readsOf(owner, role access.Role) (verbs []access.Verb) {
	if role != access.RoleAuditor {
		return nil
	}
	for _, c := range access.PermissionTable() {
		switch {
		case !c.Holds(role) || c.Verb == access.VerbViewAccess:
		case !c.Holds(owner):
			return nil
		default:
			verbs = append(verbs, c.Verb)
		}
	}
	return verbs
}
