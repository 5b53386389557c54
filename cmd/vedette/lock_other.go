// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix || aix || solaris

package main

import "github.com/vedette-mail/vedette/internal/config"

const (
	lockShared = iota
	lockAlone
)

// lockData locks nothing where the system has no lock that ends with its process: the restore manual says
// to stop the console first.
func lockData(cfg *config.Config, _ int) (unlock func() error, err error) {
	return func() error { return nil }, makeData(cfg)
}
