// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListUsers gives one page of the Users page.
func (a *Admin) ListUsers(ctx context.Context, who access.Actor, q UserQuery) (UserPage, error) {
	if err := who.May(access.VerbView); err != nil {
		return UserPage{}, err
	}
	sq, err := a.query(ctx, who, Query(q))
	if err != nil {
		return UserPage{}, err
	}
	p, err := a.store.ListUsers(ctx, store.UserQuery(sq))
	return veiled(ctx, a, who, UserPage{Rows: p.Rows, PageMarks: marks(p.PageMarks)}, err)
}

// ListGroups gives every group that somebody is in; who is limited to some is given those.
func (a *Admin) ListGroups(ctx context.Context, who access.Actor) ([]store.Group, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	list, err := a.store.ListGroups(ctx)
	if who.Scope != nil {
		list = slices.DeleteFunc(list, func(g store.Group) bool { return !slices.Contains(who.Scope.Groups, g.Name) })
	}
	return list, err
}

// UsersByID gives the present state of users, in the order asked for. Those that are gone are left out.
func (a *Admin) UsersByID(ctx context.Context, who access.Actor, ids []access.UserID) ([]access.User, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if len(ids) > 500 {
		return nil, access.Invalid("admin: users", "Ask for at most 500 users at once.")
	}
	list, err := a.store.FindUsers(ctx, ids)
	if err != nil {
		return nil, err
	}
	inOrder(list, ids, func(u *access.User) access.UserID { return u.ID })
	list, err = visible(ctx, a, who, list, func(u *access.User) access.UserID { return u.ID })
	return veiled(ctx, a, who, list, err)
}

// ExportUsers hands every user that q chooses to fn, in the order of the list. That somebody exports is
// audited.
func (a *Admin) ExportUsers(ctx context.Context, who access.Actor, q UserQuery, fn func(access.User) error) error {
	if err := a.exporting(ctx, who, "Users", Query(q)); err != nil {
		return err
	}
	fn, err := veiledEach(ctx, a, who, fn)
	if err != nil {
		return err
	}
	sq, err := a.query(ctx, who, Query(q))
	if err != nil {
		return err
	}
	return a.store.EachUser(ctx, store.UserQuery(sq), func(u *access.User) error { return fn(*u) })
}

// FindUser gives a user with devices, accounts and records.
func (a *Admin) FindUser(ctx context.Context, who access.Actor, id access.UserID) (UserDetails, error) {
	if err := who.May(access.VerbView); err != nil {
		return UserDetails{}, err
	}
	u, err := a.store.FindUser(ctx, id)
	if err == nil {
		err = a.mayTouch(ctx, who, id)
	}
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return UserDetails{}, errNoUser()
	}
	if err != nil {
		return UserDetails{}, err
	}
	out := UserDetails{User: *u}
	devices, err := a.store.DevicesOf(ctx, id, maxNeighbours)
	if err != nil {
		return UserDetails{}, err
	}
	if out.Owned, err = a.deviceRowsFor(ctx, who, devices); err != nil {
		return UserDetails{}, err
	}
	for _, acc := range u.Accounts {
		list, err := a.store.FindOfAccount(ctx, acc.Realm, acc.Account, maxNeighbours)
		if err != nil {
			return UserDetails{}, err
		}
		rows, err := a.rowsFor(ctx, who, list)
		if err != nil {
			return UserDetails{}, err
		}
		out.Records = append(out.Records, rows...)
		aliases, err := a.store.AliasesOf(ctx, acc.Realm, acc.Account)
		if err != nil {
			return UserDetails{}, err
		}
		out.Aliases = append(out.Aliases, aliases...)
	}
	objects := objectsOf(string(id), out.Records)
	for i := range devices {
		objects = append(objects, string(devices[i].ID))
	}
	out.Timeline, err = a.timelineOf(ctx, who, objects, 0, maxTimeline)
	return veiled(ctx, a, who, out, err)
}

// UsersNamed gives those whom somebody may mean by a name: the user who is called so, else those with the
// mail address, else those with the whole display name, whatever the case. More than one is for who asks to
// sort out.
func (a *Admin) UsersNamed(ctx context.Context, who access.Actor, name string) ([]access.User, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	list, err := a.store.FindUsersNamed(ctx, name)
	if who.Scope != nil {
		list = slices.DeleteFunc(list, func(u access.User) bool { return !who.Scope.Covers(u.ID, u.Groups) })
	}
	return veiled(ctx, a, who, list, err)
}

func errNoUser() error {
	return access.NotFound("admin: user", "This user is gone. Somebody has deleted it, or it was never there.")
}

// userWords lists the differences of two states of a user, for the audit log.
func userWords(b, n *access.User) string {
	var parts []string
	diff := func(name, was, is string) {
		if was != is {
			parts = append(parts, fmt.Sprintf("%s: %s → %s", name, orNone(was), orNone(is)))
		}
	}
	diff("name", b.Name, n.Name)
	diff("state", userState(b.Disabled), userState(n.Disabled))
	diff("display name", b.DisplayName, n.DisplayName)
	diff("address", b.Email, n.Email)
	diff("source", b.Source, n.Source)
	diff("groups", strings.Join(b.Groups, ", "), strings.Join(n.Groups, ", "))
	diff("accounts", accountsWord(b.Accounts), accountsWord(n.Accounts))
	diff("comment", b.Comment, n.Comment)
	if b.Number != n.Number {
		parts = append(parts, "number changed")
	}
	return strings.Join(parts, "; ")
}

func userState(disabled bool) string {
	if disabled {
		return "disabled"
	}
	return "enabled"
}

func accountsWord(list []access.Account) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.Account + " (" + a.Realm + ")"
	}
	return strings.Join(parts, ", ")
}
