// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/snapshot"
	"github.com/vedette-mail/vedette/internal/store"
)

// openAPI describes the routes of a console that has everything and serves nobody.
func openAPI(ctx context.Context, _ string) (text []byte, err error) {
	dir, err := os.MkdirTemp("", "docgen-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	st, err := store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(dir, "console.db")})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		return nil, err
	}
	adm, err := admin.New(admin.Config{Store: st, Snapshot: func() admin.Snapshot { return snapshot.Empty() },
		Gateways: func() []access.Gateway { return nil }})
	if err != nil {
		return nil, err
	}
	sign, err := login.New(login.Config{Store: st, Box: box})
	if err != nil {
		return nil, err
	}
	// The version is that of the API, not of a build: this file must not change with every commit.
	rest, err := api.New(api.Config{Admin: adm, Login: sign, Version: "v1"})
	if err != nil {
		return nil, err
	}
	text, err = rest.OpenAPI()
	return append(text, '\n'), err
}
