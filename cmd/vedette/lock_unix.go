// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix && !aix && !solaris

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
)

// How a data directory is used: many may run on it, and none while its database is replaced.
const (
	lockShared = syscall.LOCK_SH
	lockAlone  = syscall.LOCK_EX
)

// lockData takes the lock on the console's data directory until unlock is called or the process ends,
// however it ends: the system holds it, not a file's being there.
func lockData(cfg *config.Config, how int) (unlock func() error, err error) {
	if err := makeData(cfg); err != nil {
		return nil, err
	}
	path := filepath.Join(cfg.Data, "console.lock")
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o644) // its directory is closed to others
	if err != nil {
		return nil, fmt.Errorf("cannot lock the data directory (setting data): %w", err)
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	switch {
	case err == nil:
		return f.Close, nil
	case !errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("cannot lock %s: %w", path, err)
	case how == lockAlone:
		err = access.Conflict("lock", "A console is running on "+cfg.Data+". Stop it first; nothing has been changed.")
	default:
		err = access.Conflict("lock", "A backup is being restored to "+cfg.Data+". Start the console when that has ended.")
	}
	return nil, errors.Join(err, f.Close())
}
