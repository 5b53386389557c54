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
	return l.setupLink(ctx, "")
}

// setupLink makes a link that works once, for an administrator or with an empty id for the first one.
func (l *Login) setupLink(ctx context.Context, id string) (token string, expires time.Time, err error) {
	token, expires = rand.Text(), l.now().Add(setupAge).UTC()
	if c := callerOf(ctx); c.means == byToken && !c.ends.IsZero() && c.ends.Before(expires) {
		expires = c.ends.UTC() // what a token makes is not good for longer than itself
	}
	err = l.store.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateSetupLink(hashToken(token), id, expires) })
	return token, expires, err
}

// Setup is what a one-time link is for.
type Setup struct {
	First bool   // it makes the first administrator
	Name  string // whom it lets in, unless First
	Role  access.Role
}

// CheckSetupLink says what a one-time link is for, or that it cannot be used (any more).
func (l *Login) CheckSetupLink(ctx context.Context, token string) (Setup, error) {
	id, err := l.store.FindSetupLink(ctx, hashToken(token))
	if err != nil {
		return Setup{}, setupError(err)
	}
	if id == "" {
		needed, err := l.NeedsSetup(ctx)
		if err == nil && !needed {
			err = access.NotFound("set-up link", setupText)
		}
		return Setup{First: true}, err
	}
	a, err := l.store.FindAdministrator(ctx, id)
	if err != nil {
		return Setup{}, setupError(err)
	}
	if a.Disabled {
		return Setup{}, access.NotFound("set-up link", setupText)
	}
	return Setup{Name: a.Name, Role: a.Role}, nil
}

const setupText = "This link has been used, has expired, or was never made. Whoever looks after the administrators can make a new one; while there is none, the console prints one when it starts."

func setupError(err error) error {
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("set-up link", setupText)
	}
	return err
}

// SetUp uses a one-time link: it makes the first administrator, or gives the one it is for a password,
// and signs him in. name counts for the first one only. Somebody who has a second factor still owes it.
func (l *Login) SetUp(w http.ResponseWriter, r *http.Request, token, name, password string) (Step, error) {
	ctx := r.Context()
	link, err := l.CheckSetupLink(ctx, token)
	if err != nil {
		return 0, err
	}
	if !link.First {
		name = link.Name
	}
	if err := checkNewPassword(name, password); err != nil {
		return 0, err
	}
	a, err := l.newAdministrator(ctx, NewAdministrator{Name: name, Role: access.RoleAdministrator}, password)
	if err != nil {
		return 0, err
	}
	err = l.store.WithTx(ctx, func(tx *store.Tx) (err error) {
		fresh := *a
		if !link.First {
			old, err := tx.FindAdministratorByName(name)
			if err != nil {
				return setupError(err)
			}
			fresh = *old
			fresh.PasswordHash = a.PasswordHash
			touchChanged(&fresh, tx.Now())
		}
		if err := tx.UseSetupLink(hashToken(token)); err != nil {
			return setupError(err)
		}
		if err := tx.SaveAdministrator(&fresh); err != nil {
			return err
		}
		detail := "first administrator"
		if !link.First {
			detail = "with a one-time link"
		}
		tx.Audit(access.AuditEntry{Actor: fresh.Name, Addr: addrOf(r), Event: EventSetUp, Subject: fresh.Name,
			Object: fresh.ID, Detail: detail})
		*a = fresh
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := l.endOthers(ctx, a.ID); err != nil {
		return 0, err
	}
	return l.passwordRight(w, r, a, "set-up link")
}

// NewAdministrator is an administrator to be made.
type NewAdministrator struct {
	Name  string
	Role  access.Role
	Scope *access.Scope
}

// CreateAdministrator makes another administrator with a password that somebody has chosen for him, limited
// to some groups if a limit is given. The console's pages invite instead.
func (l *Login) CreateAdministrator(ctx context.Context, who access.Actor, name, password string, role access.Role, limit ...*access.Scope) error {
	if err := checkNewPassword(name, password); err != nil {
		return err
	}
	n := NewAdministrator{Name: name, Role: role}
	for _, scope := range limit {
		n.Scope = scope
	}
	a, err := l.newAdministrator(ctx, n, password)
	if err != nil {
		return err
	}
	return l.create(ctx, who, a)
}

// Invite makes another administrator who chooses his own password with the one-time link. The token of the
// link is given back once.
func (l *Login) Invite(ctx context.Context, who access.Actor, n NewAdministrator) (token string, expires time.Time, err error) {
	a, err := l.newAdministrator(ctx, n, "")
	if err != nil {
		return "", time.Time{}, err
	}
	if err := l.create(ctx, who, a); err != nil {
		return "", time.Time{}, err
	}
	return l.setupLink(ctx, a.ID)
}

func (l *Login) create(ctx context.Context, who access.Actor, a *store.Administrator) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := l.mayGive(ctx, tx, who, holder(a.Role, a.Scope)); err != nil {
			return err
		}
		if err := usersThere(tx, a.Scope, nil); err != nil {
			return err
		}
		fresh := *a
		if err := tx.SaveAdministrator(&fresh); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventCreateAdministrator, Subject: fresh.Name,
			Object: fresh.ID, Detail: rights(fresh.Role, fresh.Scope)})
		*a = fresh
		return nil
	})
	switch access.KindOf(err) {
	case access.KindConflict:
		return access.Conflict("create administrator", "There is an administrator of this name already.")
	case access.KindForbidden:
		l.refused(ctx, who, EventCreateAdministrator, a.Name, err)
	}
	return err
}

// newAdministrator checks what is asked for. Without a password nobody can sign in to it yet.
func (l *Login) newAdministrator(ctx context.Context, n NewAdministrator, password string) (*store.Administrator, error) {
	name := strings.TrimSpace(n.Name)
	if err := checkName(name); err != nil {
		return nil, err
	}
	scope, err := checkRights(n.Role, n.Scope)
	if err != nil {
		return nil, err
	}
	a := &store.Administrator{Name: name, Role: n.Role, Scope: scope, Changed: l.now().UTC().Truncate(time.Millisecond)}
	if password == "" {
		return a, nil
	}
	if err := checkNewPassword(name, password); err != nil {
		return nil, err
	}
	a.PasswordHash, err = l.hasher.hash(ctx, password)
	return a, err
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
