// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
)

func keySource(cfg *config.Config) seal.Source {
	return seal.Source{File: cfg.Console.SealKey, Credentials: os.Getenv("CREDENTIALS_DIRECTORY")}
}

// openBox loads the sealing key. A console that has no administrator yet gets a new one; a database that
// has been used must not, or what the lost key sealed would be lost without anybody having said so.
func openBox(ctx context.Context, cfg *config.Config, st *store.Store, log *slog.Logger) (*seal.Box, error) {
	box, err := seal.Load(keySource(cfg))
	if !errors.Is(err, fs.ErrNotExist) {
		return box, err
	}
	people, listErr := st.ListAdministrators(ctx)
	if listErr != nil {
		return nil, listErr
	}
	if len(people) > 0 {
		return nil, access.Unavailable("key", fmt.Sprintf("The sealing key %s is missing, and the database is in use already. "+
			"Put the key back that belongs to it (docs: backup). If it is lost for good: vedette admin new-key", cfg.Console.SealKey), nil)
	}
	box, created, err := seal.LoadOrCreate(keySource(cfg))
	if created {
		log.Warn("a new sealing key was made: keep a copy, a backup of the database is incomplete without it",
			slog.String("file", cfg.Console.SealKey))
	}
	return box, err
}

type adminNewKeyCommand struct{ configFile }

// Run makes a new key in place of one that is lost. What the lost key sealed stays closed; it says whose
// one-time codes these are, and which secrets have to be entered again.
func (c *adminNewKeyCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleTool)
	if err != nil {
		return err
	}
	if err := makeData(cfg); err != nil {
		return err
	}
	if _, err := seal.Load(keySource(cfg)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(access.Conflict("new-key", "There is a sealing key already. It is not replaced: move it away first if it is the wrong one."), err)
	}
	st, err := store.Open(s.ctx, store.Config{DSN: cfg.Console.Database, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer st.Close()
	people, err := st.ListAdministrators(s.ctx)
	if err != nil {
		return err
	}
	settings, err := st.ListSettings(s.ctx)
	if err != nil {
		return err
	}
	if err := seal.CreateKeyFile(cfg.Console.SealKey); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "A new sealing key is in %s. Keep a copy, in another place than the backups.\n", cfg.Console.SealKey)
	for _, a := range people {
		if a.TOTPSealed != "" || a.TOTPPending != "" {
			fmt.Fprintf(s.stdout, "The one-time codes of %s are lost with the old key. Run: vedette admin password %s\n", a.Name, a.Name)
		}
	}
	for _, one := range settings {
		if one.Sealed != "" {
			fmt.Fprintf(s.stdout, "%s lost with the old key. %s\n", secretWords(one.Name), "Enter it again in the console.")
		}
	}
	return nil
}

// secretWords says what is sealed beside a setting, and where it is entered.
func secretWords(setting string) string {
	switch setting {
	case login.SettingOIDC:
		return "The client secret of the OpenID Connect provider (Administrators > Signing in) is"
	case "mail":
		return "The password for the mail server (Settings > Mail) is"
	}
	return "The secret of the setting " + setting + " is"
}
