// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
)

// limitFlags limit what somebody sees and does to some users.
type limitFlags struct {
	Groups []string `name:"group" help:"Limit to the users of this group; may be given several times. A help desk needs a group or a user."`
	Users  []string `name:"user" help:"Limit to this user, by name or id, beside those of the groups; may be given several times."`
}

// scope gives the limit, nil when nothing is named. Whom it names has to be there: a limit to somebody who is
// not is a slip, and would only be noticed by whoever sees nothing.
func (f *limitFlags) scope(ctx context.Context, st *store.Store) (*access.Scope, error) {
	if len(f.Groups)+len(f.Users) == 0 {
		return nil, nil
	}
	scope := &access.Scope{Groups: f.Groups}
	for _, name := range f.Users {
		u, err := st.FindUser(ctx, access.UserID(name))
		if access.KindOf(err) == access.KindNotFound {
			u, err = st.FindUserByName(ctx, name)
		}
		switch {
		case access.KindOf(err) == access.KindNotFound:
			return nil, access.Invalid("administrator", "There is no user of this name or id: "+oneLine(name)+".")
		case err != nil:
			return nil, err
		}
		scope.Users = append(scope.Users, u.ID)
	}
	return scope, nil
}

func printLink(s *session, cfg *config.Config, name, token string, expires time.Time) error {
	fmt.Fprintf(s.stdout, "%s opens this link once, before %s:\n  https://%s/setup?token=%s\n", name,
		expires.Local().Format("15:04 on 2 January"), cfg.Console.Listen, token)
	return nil
}

// withLogin does something beside a running console, or without one.
func withLogin(s *session, path string, fn func(*login.Login) error) error {
	l, st, _, err := openLogin(s, path)
	if err != nil {
		return err
	}
	defer st.Close()
	return fn(l)
}

type adminListCommand struct{ configFile }

func (c *adminListCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error {
		all, err := l.ListAdministrators(s.ctx, login.House())
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "NAME\tROLE\tGROUPS\tSECOND FACTOR\tSTATE\tLAST SIGN-IN")
		for _, a := range all {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Name, a.Role, groupWords(a.Scope), factorWord(&a), stateWord(&a), dayWord(a.LastSignIn))
		}
		return t.Flush()
	})
}

// limitWord names the groups of a limit, and says how many users it lists beside them.
func limitWord(groups []string, users int) string {
	words := slices.Clone(groups)
	switch {
	case users == 1:
		words = append(words, "1 user")
	case users > 1:
		words = append(words, fmt.Sprintf("%d users", users))
	case len(groups) == 0:
		return "none"
	}
	return strings.Join(words, ", ")
}

func groupWords(scope *access.Scope) string {
	if scope == nil {
		return "all"
	}
	return limitWord(scope.Groups, len(scope.Users))
}

func factorWord(a *login.Administrator) string {
	var list []string
	if a.OneTimeCode {
		list = append(list, "code")
	}
	if a.Passkeys > 0 {
		list = append(list, fmt.Sprintf("%d passkeys", a.Passkeys))
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func stateWord(a *login.Administrator) string {
	switch {
	case a.Disabled:
		return "disabled"
	case a.Source != "":
		return a.Source
	case !a.Password:
		return "invited"
	}
	return "active"
}

func dayWord(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format(time.DateOnly)
}

type adminRoleCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
	Role string `arg:"" enum:"administrator,operator,helpdesk,auditor" help:"administrator, operator, helpdesk or auditor."`
	limitFlags
}

func (c *adminRoleCommand) Run(s *session) error {
	l, st, _, err := openLogin(s, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	scope, err := c.scope(s.ctx, st)
	if err != nil {
		return err
	}
	return l.ChangeRights(s.ctx, login.House(), c.Name, access.Role(c.Role), scope)
}

type adminDisableCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminDisableCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.DisableAdministrator(s.ctx, login.House(), c.Name) })
}

type adminEnableCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminEnableCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.EnableAdministrator(s.ctx, login.House(), c.Name) })
}

type adminDeleteCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminDeleteCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.DeleteAdministrator(s.ctx, login.House(), c.Name) })
}

type adminFactorCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminFactorCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.ResetSecondFactor(s.ctx, login.House(), c.Name) })
}

type adminSignOutCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminSignOutCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.SignOutEverywhere(s.ctx, login.House(), c.Name) })
}

type adminTokensCommand struct{ configFile }

func (c *adminTokensCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error {
		all, err := l.ListTokens(s.ctx, login.House())
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "ID\tNAME\tROLE\tGROUPS\tFOR\tENDS\tLAST USED")
		for _, k := range all {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Role, groupWords(k.Scope), k.Owner, dayWord(k.Expires), dayWord(k.LastUsed))
		}
		return t.Flush()
	})
}

type adminRevokeCommand struct {
	configFile
	ID string `arg:"" help:"Id of the token, as \"vedette admin tokens\" lists it."`
}

func (c *adminRevokeCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error { return l.RevokeToken(s.ctx, login.House(), c.ID) })
}
