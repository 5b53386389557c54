// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
	"golang.org/x/time/rate"
)

// Config is what the room needs to do its work.
type Config struct {
	Store    *store.Store
	Box      *seal.Box
	Now      func() time.Time
	Logger   *slog.Logger
	Idle     time.Duration // a session ends after this long without a request of a person; 0: 30 minutes
	Absolute time.Duration // a session ends after this long in any case; 0: 12 hours
	Issuer   string        // what authenticator apps show; empty: Vedette
	// PlainHTTP gives cookies that a browser sends without TLS too. For tests.
	PlainHTTP bool
}

// Login says who is asking. It is safe for use by several goroutines.
type Login struct {
	store    *store.Store
	box      *seal.Box
	now      func() time.Time
	log      *slog.Logger
	issuer   string
	sessions *scs.SessionManager
	keep     *sessionStore
	cookies  cookies
	hasher   *hasher
	throttle *throttle
	failures failureLog
	spent    spent
	oidc     oidcCache
}

// New makes the room.
func New(c Config) (*Login, error) {
	if c.Store == nil || c.Box == nil {
		return nil, access.Invalid("login", "A store and a key are needed.")
	}
	l := &Login{store: c.Store, box: c.Box, now: c.Now, log: c.Logger, issuer: c.Issuer,
		cookies: cookies{plain: c.PlainHTTP}, hasher: newHasher(), throttle: newThrottle()}
	if l.now == nil {
		l.now = time.Now
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.issuer == "" {
		l.issuer = "Vedette"
	}
	l.failures.rate = rate.NewLimiter(rate.Every(2*time.Second), 30)
	l.keep = newSessionStore(c.Store.Sessions(), l.now)
	l.sessions = l.cookies.manager(l.keep, orDefault(c.Idle, 30*time.Minute), orDefault(c.Absolute, 12*time.Hour))
	return l, nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// CheckKey says, before anybody meets it at the sign-in, that the loaded key is not the one this database
// was sealed with. A console should not start then.
func (l *Login) CheckKey(ctx context.Context) error {
	all, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		for _, sealed := range []string{a.TOTPSealed, a.TOTPPending} {
			if sealed == "" {
				continue
			}
			if _, err := l.box.Open(purposeSeed, sealed); err != nil {
				return fmt.Errorf("login: %s: %w", a.Name, err)
			}
		}
	}
	return nil
}

// House is the actor of the break-glass commands and of set-up: whoever can run them on the machine
// has the database anyway. The audit log shows it.
func House() access.Actor { return access.Actor{Name: "command line", Role: access.RoleAdministrator} }
