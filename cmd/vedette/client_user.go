// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// userChoice chooses users.
type userChoice struct {
	Show   string `enum:"all,active,disabled,directory,local,without-device" default:"all" help:"all, active, disabled, directory, local or without-device."`
	Search string `help:"Name, address, number or account."`
	Sort   string `help:"Column to sort by, such as display." placeholder:"COLUMN"`
	Desc   bool   `help:"The other way round."`
}

func (c *userChoice) values() url.Values { return choice(c.Show, c.Search, c.Sort, c.Desc) }

func accountsOf(u *api.User) string {
	parts := make([]string, len(u.Accounts))
	for i, a := range u.Accounts {
		parts[i] = a.Realm + "/" + a.Account
	}
	return strings.Join(parts, ", ")
}

func disabledWord(u *api.User) string {
	if u.Disabled {
		return "disabled"
	}
	return "active"
}

type userListCommand struct {
	listFlags
	userChoice
}

func (c *userListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/users", c.values(), []column[api.User]{
		{"id", func(u *api.User) string { return string(u.ID) }},
		{"name", func(u *api.User) string { return u.Name }},
		{"display name", func(u *api.User) string { return u.DisplayName }},
		{"state", disabledWord},
		{"groups", func(u *api.User) string { return strings.Join(u.Groups, ", ") }},
		{"accounts", accountsOf},
		{"devices", func(u *api.User) string { return strconv.Itoa(u.Devices) }},
	})
}

type userExportCommand struct {
	clientFlags
	userChoice
}

func (c *userExportCommand) Run(s *session) error {
	return export(s, &c.clientFlags, "/users/export", c.values(), []column[api.User]{
		{"id", func(u *api.User) string { return string(u.ID) }},
		{"name", func(u *api.User) string { return u.Name }},
		{"display_name", func(u *api.User) string { return u.DisplayName }},
		{"email", func(u *api.User) string { return u.Email }},
		{"number", func(u *api.User) string { return u.Number }},
		{"state", disabledWord},
		{"source", func(u *api.User) string { return u.Source }},
		{"groups", func(u *api.User) string { return strings.Join(u.Groups, ", ") }},
		{"accounts", accountsOf},
		{"devices", func(u *api.User) string { return strconv.Itoa(u.Devices) }},
		{"comment", func(u *api.User) string { return u.Comment }},
		{"version", func(u *api.User) string { return strconv.FormatInt(u.Version, 10) }},
	})
}

// user gives the id of a user that is named by name or id.
func (c *client) user(ctx context.Context, text string) (string, error) {
	var u api.UserDetails
	err := c.get(ctx, "/users/"+named(text), &u)
	var e *clientError
	if err == nil || !errors.As(err, &e) || e.code != exitNotFound && e.code != exitFailed {
		return string(u.ID), err
	}
	want, _ := access.FoldAccount(text)
	q := url.Values{"search": {text}, "limit": {"500"}}
	for {
		var p pageOf
		if err := c.get(ctx, "/users?"+q.Encode(), &p); err != nil {
			return "", err
		}
		users, err := linesOf[api.User](p)
		if err != nil {
			return "", err
		}
		for i := range users {
			if name, _ := access.FoldAccount(users[i].Name); name == want {
				return string(users[i].ID), nil
			}
		}
		if p.Next == "" {
			return "", &clientError{exitNotFound, "there is no user of this name or id: " + oneLine(text)}
		}
		q.Set("cursor", p.Next)
	}
}

type userShowCommand struct {
	clientFlags
	User string `arg:"" help:"Name or id of the user."`
}

func (c *userShowCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	id, err := cl.user(s.ctx, c.User)
	if err != nil {
		return err
	}
	return show(s, &c.clientFlags, "/users/"+named(id), func(u *api.UserDetails) []field {
		lines := []field{{"Id", string(u.ID)}, {"Name", u.Name}, {"Display name", u.DisplayName}, {"State", disabledWord(&u.User)}, {"Address", u.Email},
			{"Number", u.Number}, {"Source", u.Source}, {"Groups", strings.Join(u.Groups, ", ")}, {"Accounts", accountsOf(&u.User)},
			{"Comment", u.Comment}, {"Version", strconv.FormatInt(u.Version, 10)}}
		for _, d := range u.Owned {
			lines = append(lines, field{"Device", strings.TrimSpace(d.Name+" "+d.Model) + " " + string(d.State) + " (" + string(d.ID) + ")"})
		}
		for _, a := range u.Records {
			lines = append(lines, field{"Record", a.DeviceID + " " + string(a.SyncStatus) + " (" + string(a.ID) + "): " + a.Why.Text})
		}
		return append(lines, history(u.Timeline)...)
	})
}

// userFlags are what verbs on one user take.
type userFlags struct {
	verbFlags
	User string `arg:"" help:"Name or id of the user."`
}

func (f *userFlags) run(s *session, path string) error {
	c, err := f.open()
	if err != nil {
		return err
	}
	id, err := c.user(s.ctx, f.User)
	if err != nil {
		return err
	}
	return say(s, &f.clientFlags, c, http.MethodPost, "/users/"+named(id)+path, map[string]any{"reason": f.Reason}, f.IfVersion)
}

type userDisableCommand struct{ userFlags }

func (c *userDisableCommand) Run(s *session) error { return c.run(s, "/disable") }

type userEnableCommand struct{ userFlags }

func (c *userEnableCommand) Run(s *session) error { return c.run(s, "/enable") }

type userAddCommand struct {
	clientFlags
	Name     string   `arg:"" help:"Name of the new user."`
	Display  string   `name:"display-name" help:"Name as people write it."`
	Email    string   `help:"Mail address."`
	Groups   []string `name:"group" help:"Group the user is in; may be given several times."`
	Accounts []string `name:"account" help:"Mail account, as REALM/ACCOUNT; may be given several times." placeholder:"REALM/ACCOUNT"`
	Reason   string   `help:"Kept in the audit log."`
}

func (c *userAddCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	accounts := make([]access.Account, len(c.Accounts))
	for i, a := range c.Accounts {
		realm, name, found := strings.Cut(a, "/")
		if !found {
			return &clientError{exitUsage, "--account is not of the form REALM/ACCOUNT: " + a}
		}
		accounts[i] = access.Account{Realm: realm, Account: name}
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/users", map[string]any{"name": c.Name, "display_name": c.Display, "email": c.Email,
		"groups": append([]string{}, c.Groups...), "accounts": accounts, "reason": c.Reason}, 0)
}
