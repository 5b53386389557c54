// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
)

// openLogin opens the console's accounts beside a running console, or without one. The caller closes the store.
func openLogin(s *session, path string) (*login.Login, *store.Store, *config.Config, error) {
	// The least that all roles ask for: the file may be one for serve or for console.
	cfg, err := load(path, config.RoleTool)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := makeData(cfg); err != nil {
		return nil, nil, nil, err
	}
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(s.ctx, store.Config{DSN: cfg.Console.Database, Logger: log})
	if err != nil {
		return nil, nil, nil, err
	}
	box, err := openBox(s.ctx, cfg, st, newLogger(cfg.Log, s.stderr))
	if err != nil {
		st.Close()
		return nil, nil, nil, err
	}
	l, err := login.New(login.Config{Store: st, Box: box, Logger: log})
	if err != nil {
		st.Close()
		return nil, nil, nil, err
	}
	return l, st, cfg, nil
}

type adminSetupCommand struct{ configFile }

func (c *adminSetupCommand) Run(s *session) error {
	l, st, cfg, err := openLogin(s, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	needs, err := l.NeedsSetup(s.ctx)
	if err != nil {
		return err
	}
	if !needs {
		return access.Conflict("setup", "There is an administrator already. Give that account a new password with: vedette admin password NAME")
	}
	return printSetupLink(s, l, "https://"+cfg.Console.Listen)
}

type adminPasswordCommand struct {
	configFile
	Name string `arg:"" help:"Name of the administrator."`
}

func (c *adminPasswordCommand) Run(s *session) error {
	l, st, _, err := openLogin(s, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	password, err := l.ResetPassword(s.ctx, login.House(), c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "New password of %s (change it after signing in): %s\n", c.Name, password)
	return nil
}

type adminCreateCommand struct {
	configFile
	Name string `arg:"" help:"Name of the new administrator."`
	Role string `enum:"administrator,operator,helpdesk,auditor" default:"administrator" help:"administrator, operator, helpdesk or auditor."`
	limitFlags
	Link bool `help:"Print a one-time link with which the person chooses the password."`
}

func (c *adminCreateCommand) Run(s *session) error {
	l, st, cfg, err := openLogin(s, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	role := access.Role(c.Role)
	scope, err := c.scope(s.ctx, st)
	if err != nil {
		return err
	}
	if c.Link {
		token, expires, err := l.Invite(s.ctx, login.House(), login.NewAdministrator{Name: c.Name, Role: role, Scope: scope})
		if err != nil {
			return err
		}
		return printLink(s, cfg, c.Name, token, expires)
	}
	password := strings.ToLower(rand.Text()[:20])
	if err := l.CreateAdministrator(s.ctx, login.House(), c.Name, password, role, scope); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "Password of %s (change it after signing in): %s\n", c.Name, password)
	return nil
}

type adminTokenCommand struct {
	configFile
	Owner string `arg:"" help:"Administrator for whom the token acts."`
	Label string `name:"label" default:"command line" help:"What the list of tokens calls it."`
	Role  string `enum:"administrator,operator,helpdesk,auditor" default:"auditor" help:"What the token may do: administrator, operator, helpdesk or auditor; never more than its owner."`
	limitFlags
	Verbs []string `name:"verb" help:"Limit to this verb, such as view or block; may be given several times."`
	Days  int      `default:"90" help:"Days until it ends, at most 366."`
}

func (c *adminTokenCommand) Run(s *session) error {
	l, st, _, err := openLogin(s, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	scope, err := c.scope(s.ctx, st)
	if err != nil {
		return err
	}
	t := login.NewToken{Name: c.Label, Role: access.Role(c.Role), Scope: scope,
		Expires: time.Now().Add(time.Duration(c.Days) * 24 * time.Hour)}
	for _, v := range c.Verbs {
		t.Verbs = append(t.Verbs, access.Verb(v))
	}
	secret, err := l.CreateTokenFor(s.ctx, login.House(), c.Owner, t)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, secret)
	return nil
}
