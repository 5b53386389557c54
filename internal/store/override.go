// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// The classes of overrides in force, as they stand in the database.
const (
	liveBlock int64 = 1
	liveAllow int64 = 2
)

func liveOf(k access.OverrideKind) int64 {
	switch k {
	case access.OverrideBlock:
		return liveBlock
	case access.OverrideAllow:
		return liveAllow
	}
	return 0
}

// endless stands for an override without an end, behind all that have one.
const endless = int64(1) << 62

func endOf(until time.Time) int64 {
	if until.IsZero() {
		return endless
	}
	return millis(until)
}
