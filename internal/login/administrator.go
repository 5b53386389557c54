// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Administrator is one line of the list of those who may sign in.
type Administrator struct {
	Name        string
	Role        access.Role
	OneTimeCode bool
	Disabled    bool
	Created     time.Time
	LastSignIn  time.Time
}

// ListAdministrators gives those who may sign in, by name.
func (l *Login) ListAdministrators(ctx context.Context, who access.Actor) ([]Administrator, error) {
	if err := who.May(access.VerbManageAccess); err != nil {
		return nil, err
	}
	all, err := l.store.ListAdministrators(ctx)
	list := make([]Administrator, len(all))
	for i, a := range all {
		list[i] = Administrator{Name: a.Name, Role: a.Role, OneTimeCode: a.TOTPSealed != "", Disabled: a.Disabled,
			Created: a.Created, LastSignIn: a.LastSignIn}
	}
	return list, err
}

// ResetPassword gives an administrator a new password, without second factor, and ends his sessions: the
// way back in for somebody who has lost both.
func (l *Login) ResetPassword(ctx context.Context, who access.Actor, name string) (password string, err error) {
	if err := who.May(access.VerbManageAccess); err != nil {
		return "", err
	}
	password = strings.ToLower(rand.Text()[:20])
	hash, err := l.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	return password, l.manage(ctx, who, name, EventResetPassword, func(a *store.Administrator) error {
		a.PasswordHash, a.TOTPSealed, a.TOTPPending, a.Recovery = hash, "", "", ""
		a.Disabled = false
		return nil
	})
}

// DisableAdministrator keeps somebody from signing in, and ends what he is signed in to. The last one
// who could let others in again stays.
func (l *Login) DisableAdministrator(ctx context.Context, who access.Actor, name string) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	all, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return err
	}
	others := 0
	for _, a := range all {
		if a.Role == access.RoleAdministrator && !a.Disabled && !strings.EqualFold(a.Name, name) {
			others++
		}
	}
	if others == 0 {
		return access.Invalid("disable administrator", "This is the last administrator: nobody could let anybody in again.")
	}
	return l.manage(ctx, who, name, EventDisable, func(a *store.Administrator) error {
		a.Disabled = true
		return nil
	})
}

// EnableAdministrator takes DisableAdministrator back.
func (l *Login) EnableAdministrator(ctx context.Context, who access.Actor, name string) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	return l.manage(ctx, who, name, EventEnable, func(a *store.Administrator) error {
		a.Disabled = false
		return nil
	})
}

func (l *Login) manage(ctx context.Context, who access.Actor, name, event string, fn func(*store.Administrator) error) error {
	var a *store.Administrator
	err := l.store.WithTx(ctx, func(tx *store.Tx) (err error) {
		if a, err = tx.FindAdministratorByName(name); err != nil {
			return err
		}
		if err := fn(a); err != nil {
			return err
		}
		a.Changed = tx.Now().Truncate(time.Millisecond).Add(time.Millisecond)
		if err := tx.SaveAdministrator(a); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Subject: a.Name, Object: a.ID})
		return nil
	})
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("administrator", "There is no administrator of this name.")
	}
	if err != nil {
		return err
	}
	return l.endOthers(ctx, a.ID)
}
