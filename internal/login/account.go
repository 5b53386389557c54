// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Account is what the account page shows of the administrator who is signed in.
type Account struct {
	Name            string
	Role            access.Role
	Scope           *access.Scope // nil: no limit
	Source          string        // empty: signs in here
	OneTimeCode     bool
	Passkeys        []Passkey
	RecoveryLeft    int
	OwesFactor      bool // the role asks for a second factor that is not set up yet
	PasswordChanged time.Time
	LastSignIn      time.Time
}

// self is the administrator who is signed in with a browser.
func self(ctx context.Context) (*store.Administrator, error) {
	c := callerOf(ctx)
	if c.administrator == nil || c.means != byBrowser {
		return nil, access.Unauthenticated("account", "Sign in first.")
	}
	return c.administrator, nil
}

// Account gives the account of whoever is signed in.
func (l *Login) Account(ctx context.Context) (Account, error) {
	a, err := self(ctx)
	if err != nil {
		return Account{}, err
	}
	var codes []string
	if a.Recovery != "" {
		if err := json.Unmarshal([]byte(a.Recovery), &codes); err != nil {
			return Account{}, fmt.Errorf("login: recovery codes: %w", err)
		}
	}
	keys, err := l.passkeys(ctx, a.ID)
	return Account{Name: a.Name, Role: a.Role, Scope: ActorFrom(ctx).Scope, Source: a.Source, OneTimeCode: a.TOTPSealed != "",
		Passkeys: keys, RecoveryLeft: len(codes), OwesFactor: callerOf(ctx).owesFactor,
		PasswordChanged: a.Changed, LastSignIn: a.LastSignIn}, err
}

// ChangePassword replaces the password of whoever is signed in, and ends his other sessions.
func (l *Login) ChangePassword(ctx context.Context, old, fresh string) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	if err := l.proveAgain(ctx, a, old); err != nil {
		return err
	}
	if err := checkNewPassword(a.Name, fresh); err != nil {
		return err
	}
	hash, err := l.hasher.hash(ctx, fresh)
	if err != nil {
		return err
	}
	return l.change(ctx, a.ID, EventChangePassword, func(a *store.Administrator) error {
		a.PasswordHash = hash
		return nil
	})
}

// proveAgain asks for the password once more before something that a stolen session must not do.
func (l *Login) proveAgain(ctx context.Context, a *store.Administrator, password string) error {
	keys := []throttleKey{{"again\x00" + a.ID, freeFailures, time.Minute}}
	who := ActorFrom(ctx)
	if err := l.mustWait(ctx, keys, a.Name, who.Addr); err != nil {
		return err
	}
	ok, err := l.hasher.verify(ctx, a.PasswordHash, password)
	if err != nil {
		return err
	}
	if !ok {
		l.failed(ctx, a.Name, who.Addr, "wrong password for a change of the account")
		return access.Invalid("account", "The present password is not right.")
	}
	l.throttle.succeeded(keys)
	return nil
}

// change writes a change of the signed-in administrator that ends his other sessions, and keeps this one.
func (l *Login) change(ctx context.Context, id, event string, fn func(*store.Administrator) error) error {
	return l.changeWith(ctx, id, event, "", func(_ *store.Tx, a *store.Administrator) error { return fn(a) })
}

// changeWith is change for what touches more than the administrator's own row.
func (l *Login) changeWith(ctx context.Context, id, event, detail string, fn func(*store.Tx, *store.Administrator) error) error {
	var a *store.Administrator
	who := ActorFrom(ctx)
	err := l.store.WithTx(ctx, func(tx *store.Tx) (err error) {
		if a, err = tx.FindAdministrator(id); err != nil {
			return err
		}
		if err := fn(tx, a); err != nil {
			return err
		}
		touchChanged(a, tx.Now())
		if err := tx.SaveAdministrator(a); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Subject: a.Name, Object: a.ID, Detail: detail})
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.sessions.RenewToken(ctx); err != nil {
		return err
	}
	l.sessions.Put(ctx, keyChanged, changedMark(a))
	return l.endOthers(ctx, id)
}

// endOthers ends every session of an administrator but the one of ctx. Their mark is out of date already,
// so this only tidies up.
func (l *Login) endOthers(ctx context.Context, id string) error {
	all, err := l.keep.AllCtx(ctx)
	if err != nil {
		return err
	}
	current := ""
	if hasSession(ctx) {
		current = store.SessionHash(l.sessions.Token(ctx))
	}
	for hash, data := range all {
		_, values, err := codec{}.Decode(data)
		if err != nil || text(values, keyAdministrator) != id || hash == current {
			continue
		}
		if err := l.keep.end(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}
