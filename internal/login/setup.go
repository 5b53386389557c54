// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// setupAge is how long a set-up link lives.
const setupAge = 24 * time.Hour

// NeedsSetup reports whether there is no administrator yet.
func (l *Login) NeedsSetup(ctx context.Context) (bool, error) {
	list, err := l.store.ListAdministrators(ctx)
	return len(list) == 0, err
}

// SetupLink makes the token of a link with which the first administrator is created, once and within a
// day. Links made before stop working. When there is an administrator already it is a Conflict.
func (l *Login) SetupLink(ctx context.Context) (token string, expires time.Time, err error) {
	needed, err := l.NeedsSetup(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	if !needed {
		return "", time.Time{}, access.Conflict("set-up link", "There is an administrator already.")
	}
	token, expires = rand.Text(), l.now().Add(setupAge).UTC()
	err = l.store.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateSetupLink(hashToken(token), expires) })
	return token, expires, err
}

// CheckSetupLink says whether a set-up token can still be used, before somebody fills in a form.
func (l *Login) CheckSetupLink(ctx context.Context, token string) error {
	if err := l.store.FindSetupLink(ctx, hashToken(token)); err != nil {
		return setupError(err)
	}
	needed, err := l.NeedsSetup(ctx)
	if err == nil && !needed {
		err = access.NotFound("set-up link", setupText)
	}
	return err
}

const setupText = "This link has been used, has expired, or was never made. The console prints a new one when it starts and there is no administrator."

func setupError(err error) error {
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("set-up link", setupText)
	}
	return err
}

// SetUp uses up a set-up token, creates the first administrator and signs him in.
func (l *Login) SetUp(w http.ResponseWriter, r *http.Request, token, name, password string) error {
	ctx := r.Context()
	if err := l.CheckSetupLink(ctx, token); err != nil {
		return err
	}
	a, err := l.newAdministrator(ctx, name, password, access.RoleAdministrator)
	if err != nil {
		return err
	}
	err = l.store.WithTx(ctx, func(tx *store.Tx) error {
		fresh := *a
		if err := tx.UseSetupLink(hashToken(token)); err != nil {
			return setupError(err)
		}
		if err := tx.SaveAdministrator(&fresh); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: fresh.Name, Addr: addrOf(r), Event: EventSetUp, Subject: fresh.Name,
			Object: fresh.ID, Detail: "first administrator"})
		*a = fresh
		return nil
	})
	if err != nil {
		return err
	}
	return l.enter(w, r, a, "set-up link")
}

// CreateAdministrator adds an account.
func (l *Login) CreateAdministrator(ctx context.Context, who access.Actor, name, password string, role access.Role) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	a, err := l.newAdministrator(ctx, name, password, role)
	if err != nil {
		return err
	}
	err = l.store.WithTx(ctx, func(tx *store.Tx) error {
		fresh := *a
		if err := tx.SaveAdministrator(&fresh); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventCreateAdministrator, Subject: fresh.Name,
			Object: fresh.ID, Detail: string(role)})
		return nil
	})
	if access.KindOf(err) == access.KindConflict {
		return access.Conflict("create administrator", "There is an administrator of this name already.")
	}
	return err
}

// newAdministrator checks the words of a new account and hashes its password; it is not saved yet.
func (l *Login) newAdministrator(ctx context.Context, name, password string, role access.Role) (*store.Administrator, error) {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return nil, err
	}
	if role != access.RoleAdministrator && role != access.RoleAuditor {
		return nil, access.Invalid("administrator", "Choose a role.")
	}
	if err := checkNewPassword(name, password); err != nil {
		return nil, err
	}
	hash, err := l.hasher.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	return &store.Administrator{Name: name, Role: role, PasswordHash: hash, Changed: l.now().UTC().Truncate(time.Millisecond)}, nil
}

// checkName keeps names from looking like another, or like more than a name, in lists and logs.
func checkName(name string) error {
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ._-@", r)
	}
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || len(name) > 90:
		return access.Invalid("administrator", "Give a name of at most 90 letters.")
	case strings.ContainsFunc(name, bad) || !utf8.ValidString(name):
		return access.Invalid("administrator", "A name is made of letters, digits, spaces and . _ - @")
	}
	return nil
}
