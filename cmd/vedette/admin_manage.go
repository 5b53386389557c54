// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/login"
)

// scopeOf gives the limit to groups, nil when none is named.
func scopeOf(groups []string) *access.Scope {
	if len(groups) == 0 {
		return nil
	}
	return &access.Scope{Groups: groups}
}

func printLink(s *session, cfg *config.Config, name, token string, expires time.Time) error {
	fmt.Fprintf(s.stdout, "%s opens this link once, before %s:\n  https://%s/setup?token=%s\n", name,
		expires.Local().Format("15:04 on 2 January"), cfg.Console.Listen, token)
	return nil
}

// withLogin does something beside a running console, or without one.
func withLogin(s *session, path string, fn func(*login.Login) error) error {
	l, _, closeStore, err := openLogin(s, path)
	if err != nil {
		return err
	}
	defer closeStore()
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

func groupWords(scope *access.Scope) string {
	switch {
	case scope == nil:
		return "all"
	case len(scope.Groups) == 0:
		return "none"
	}
	return strings.Join(scope.Groups, ", ")
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
	Name   string   `arg:"" help:"Name of the administrator."`
	Role   string   `arg:"" enum:"administrator,operator,helpdesk,auditor" help:"administrator, operator, helpdesk or auditor."`
	Groups []string `name:"group" help:"Limit to the users of this group; may be given several times. A help desk needs one."`
}

func (c *adminRoleCommand) Run(s *session) error {
	return withLogin(s, c.Config, func(l *login.Login) error {
		return l.ChangeRights(s.ctx, login.House(), c.Name, access.Role(c.Role), scopeOf(c.Groups))
	})
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
