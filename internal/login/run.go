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

// warnEvery is how often the log names tokens that end soon.
const warnEvery = 24 * time.Hour

// Run removes sessions that are over until ctx is, which cannot be used in any case, and says in time
// which tokens are about to end.
func (l *Login) Run(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	var warned time.Time
	for {
		if now := l.now(); now.Sub(warned) >= warnEvery {
			warned = now
			l.warnOfTokens(ctx)
		}
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

func (l *Login) warnOfTokens(ctx context.Context) {
	list, err := l.tokens(ctx, "")
	if err != nil {
		return // the next try says it too; tokens work meanwhile
	}
	for _, t := range list {
		if t.EndsSoon {
			l.log.LogAttrs(ctx, slog.LevelWarn, "an api token ends soon", slog.String(logkeys.Actor, t.Owner),
				slog.String(logkeys.Subject, t.Name), slog.Time(logkeys.Until, t.Expires.UTC()))
		}
	}
}
