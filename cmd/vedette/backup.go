// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/store"
)

type backupCommand struct {
	configFile
	File string `arg:"" help:"File to write. It must not exist yet."`
}

func (c *backupCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleTool)
	if err != nil {
		return err
	}
	st, err := store.Open(s.ctx, store.Config{DSN: cfg.Console.Database, Logger: newLogger(cfg.Log, s.stderr)})
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.Backup(s.ctx, c.File); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "Written to %s. Keep the sealing key (%s) with it, in another place.\n", c.File, cfg.Console.SealKey)
	return nil
}

type restoreCommand struct {
	configFile
	File string `arg:"" help:"Backup to put in place." type:"existingfile"`
}

func (c *restoreCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleTool)
	if err != nil {
		return err
	}
	unlock, err := lockData(cfg, lockAlone)
	if err != nil {
		return err
	}
	defer unlock() // it ends with the process in any case
	if err := store.Restore(s.ctx, store.Config{DSN: cfg.Console.Database, Logger: newLogger(cfg.Log, s.stderr)}, c.File); err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, "Restored. Start the console; every gateway takes a full copy from it.")
	return nil
}
