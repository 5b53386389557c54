// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// tidyEvery is how often sessions that are over are removed from the database.
const tidyEvery = time.Hour

// Run removes sessions that are over until ctx is. They cannot be used in any case.
func (l *Login) Run(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := l.keep.DeleteExpired(ctx); err != nil && !errors.Is(err, context.Canceled) {
			l.log.LogAttrs(ctx, slog.LevelError, "old sessions not removed", slog.Any(logkeys.Error, err))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
