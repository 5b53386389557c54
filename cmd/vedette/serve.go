// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/control"
)

type serveCommand struct{ configFile }

func (c *serveCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleServe)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, s.stderr)
	g := newGroup(s.ctx)
	con, err := startConsole(g, cfg, log)
	if err == nil {
		var gw *runningGateway
		gw, err = startGateway(g, cfg, log, func(sc control.SpokeConfig) (*control.Spoke, error) {
			return control.NewDirect(sc, con.hub)
		})
		if err == nil {
			fmt.Fprintf(s.stdout, "Gateway: %s\n", gw.url)
			err = con.greet(s)
		}
	}
	return g.live(err)
}
