// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/vedette-mail/vedette/internal/config"
)

// configFile is the flag every command with a configuration has.
type configFile struct {
	Config string `short:"c" help:"Configuration file." placeholder:"FILE" env:"VEDETTE_CONFIG" default:"/etc/vedette/vedette.toml"`
}

type checkConfigCommand struct {
	configFile
	Role string `enum:"serve,gateway,console" default:"serve" help:"Whose configuration it is: serve, gateway or console."`
}

func (c *checkConfigCommand) Run(s *session) error {
	role, err := roleOf(c.Role)
	if err != nil {
		return err
	}
	cfg, err := load(c.Config, role)
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings() {
		fmt.Fprintf(s.stdout, "%s: warning: %s\n", c.Config, w)
	}
	fmt.Fprintf(s.stdout, "%s: no mistakes found\n", c.Config)
	return nil
}

type configReferenceCommand struct{}

func (configReferenceCommand) Run(s *session) error {
	fmt.Fprint(s.stdout, config.Reference())
	return nil
}

type versionCommand struct{}

func (versionCommand) Run(s *session) error {
	fmt.Fprintln(s.stdout, "vedette", version())
	return nil
}
