// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"

	"github.com/vedette-mail/vedette/internal/config"
)

type checkBackendCommand struct {
	configFile
	Name     string `arg:"" optional:"" help:"Name of the mail server in the configuration; all when omitted."`
	User     string `help:"Account to try with. Without it only what a stranger sees is looked at."`
	Password string `help:"Its password; better left out: it is then read from standard input." env:"VEDETTE_CHECK_PASSWORD"`
}

func (c *checkBackendCommand) Run(s *session) error {
	if _, err := load(c.Config, config.RoleGateway); err != nil {
		return err
	}
	return errors.New("not wired yet")
}
