// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/control"
)

type linkPinCommand struct {
	configFile
	Role string `enum:"gateway,console" required:"" help:"Whose certificate: gateway or console."`
}

func (c *linkPinCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleTool)
	if err != nil {
		return err
	}
	cert, key, name := cfg.Gateway.LinkCert, cfg.Gateway.LinkKey, cfg.Gateway.Name
	if c.Role == "console" {
		cert, key, name = cfg.Console.LinkCert, cfg.Console.LinkKey, "console"
	}
	certFile, keyFile := linkFiles(cfg, cert, key, c.Role)
	own, err := control.LoadCertificate(certFile, keyFile, name, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, control.Pin(own.Leaf))
	return nil
}
