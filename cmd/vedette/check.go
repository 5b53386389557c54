// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/gateway"
)

type checkBackendCommand struct {
	configFile
	Name string `arg:"" optional:"" help:"Name of the mail server in the configuration; all of them when left out."`
	User string `help:"Account to try with; its password is read from standard input. Without it only what a stranger sees is tried."`
}

// checkTime bounds the try of one mail server.
const checkTime = 2 * time.Minute

func (c *checkBackendCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleBackends)
	if err != nil {
		return err
	}
	password := ""
	if c.User != "" {
		fmt.Fprintf(s.stderr, "Password of %s: ", c.User)
		line, err := bufio.NewReader(s.stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		password = strings.TrimRight(line, "\r\n")
	}
	found, bad := false, 0
	for _, b := range backends(cfg.Backends) {
		if c.Name != "" && b.Name != c.Name {
			continue
		}
		found = true
		bad += c.try(s, b, password)
	}
	switch {
	case !found:
		return access.NotFound("check backend", fmt.Sprintf("%s has no mail server named %q.", c.Config, c.Name))
	case bad > 0:
		return access.Invalid("check backend", fmt.Sprintf("%d of the findings need something done.", bad))
	}
	return nil
}

// try prints the findings of one mail server and counts those that need something done.
func (c *checkBackendCommand) try(s *session, b gateway.Backend, password string) (bad int) {
	ctx, cancel := context.WithTimeout(s.ctx, checkTime)
	defer cancel()
	fmt.Fprintf(s.stdout, "%s (%s)\n", b.Name, b.URL)
	for _, f := range gateway.CheckBackend(ctx, b, c.User, password) {
		mark := "ok "
		if !f.OK {
			mark = "BAD"
			bad++
		}
		fmt.Fprintf(s.stdout, "  %s %s: %s\n", mark, f.Topic, f.Text)
		if f.Advice != "" {
			fmt.Fprintf(s.stdout, "      %s\n", f.Advice)
		}
	}
	return bad
}
