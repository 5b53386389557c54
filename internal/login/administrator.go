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
	ID          string
	Name        string
	Role        access.Role
	Scope       *access.Scope // nil: no limit
	Source      string        // empty: signs in here; otherwise SourceOIDC
	Password    bool          // has one; without it and without a Source the set-up link is still to be used
	OneTimeCode bool
	Passkeys    int
	Disabled    bool
	Created     time.Time
	LastSignIn  time.Time
	Version     int64 // goes on with every change of rights, password or second factor, never by signing in
}

// ListAdministrators gives those who may sign in, by name.
func (l *Login) ListAdministrators(ctx context.Context, who access.Actor) ([]Administrator, error) {
	if err := mayLook(who); err != nil {
		return nil, err
	}
	all, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := l.store.CountPasskeys(ctx)
	list := make([]Administrator, len(all))
	for i, a := range all {
		list[i] = Administrator{ID: a.ID, Name: a.Name, Role: a.Role, Scope: a.Scope, Source: a.Source, Password: a.PasswordHash != "",
			OneTimeCode: a.TOTPSealed != "", Passkeys: keys[a.ID], Disabled: a.Disabled, Created: a.Created, LastSignIn: a.LastSignIn,
			Version: a.Changed.UnixMilli()}
	}
	return list, err
}

// mayLook lets in whoever reads who may do what, and whoever changes it.
func mayLook(who access.Actor) error {
	if who.May(access.VerbManageAccess) == nil {
		return nil
	}
	return who.May(access.VerbViewAccess)
}

// FindAdministrator gives one by id.
func (l *Login) FindAdministrator(ctx context.Context, who access.Actor, id string) (Administrator, error) {
	all, err := l.ListAdministrators(ctx, who)
	if err != nil {
		return Administrator{}, err
	}
	for _, a := range all {
		if a.ID == id {
			return a, nil
		}
	}
	return Administrator{}, noAdministrator()
}

func noAdministrator() error {
	return access.NotFound("administrator", "There is no administrator of this name.")
}

// ResetPassword gives an administrator a new password, without second factor, and ends his sessions: the
// way back in for somebody who has lost both, with the commands of the machine.
func (l *Login) ResetPassword(ctx context.Context, who access.Actor, name string) (password string, err error) {
	password = strings.ToLower(rand.Text()[:20])
	hash, err := l.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	return password, l.manage(ctx, who, name, EventResetPassword, nil, func(tx *store.Tx, a *store.Administrator) (string, error) {
		a.PasswordHash, a.TOTPSealed, a.TOTPPending, a.Recovery = hash, "", "", ""
		a.Disabled = false
		return "", tx.DeletePasskeys(a.ID)
	})
}

// NewSetupLink takes an administrator's password away and gives a one-time link with which he chooses
// another. His second factor stays.
func (l *Login) NewSetupLink(ctx context.Context, who access.Actor, name string, act ...Act) (token string, expires time.Time, err error) {
	var id string
	err = l.manage(ctx, who, name, EventResetPassword, act, func(_ *store.Tx, a *store.Administrator) (string, error) {
		if a.Source != "" {
			return "", access.Invalid("set-up link", "This administrator signs in elsewhere and has no password here.")
		}
		a.PasswordHash, id = "", a.ID
		return "one-time link", nil
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return l.setupLink(ctx, id)
}

// ResetSecondFactor removes an administrator's one-time code, recovery codes and passkeys. The password
// stays, and has to be changed by him if it may be known.
func (l *Login) ResetSecondFactor(ctx context.Context, who access.Actor, name string, act ...Act) error {
	return l.manage(ctx, who, name, EventResetFactor, act, func(tx *store.Tx, a *store.Administrator) (string, error) {
		a.TOTPSealed, a.TOTPPending, a.Recovery = "", "", ""
		return "", tx.DeletePasskeys(a.ID)
	})
}

// ChangeRights gives an administrator another role or other groups, and ends his sessions, so that what
// he has open does not go on with the old ones. A one-time link that is still to be used becomes worthless
// when he is given more: whoever holds it may be somebody who could not have given as much.
func (l *Login) ChangeRights(ctx context.Context, who access.Actor, name string, role access.Role, scope *access.Scope, act ...Act) error {
	scope, err := checkRights(role, scope)
	if err != nil {
		return err
	}
	return l.manage(ctx, who, name, EventChangeRights, act, func(tx *store.Tx, a *store.Administrator) (string, error) {
		if a.Source != "" {
			return "", access.Invalid("change rights", "The role of this administrator comes from where he signs in.")
		}
		if err := usersThere(tx, scope, a.Scope); err != nil {
			return "", err
		}
		before, raised := rights(a.Role, a.Scope), beyond(actorOf(a, ""), holder(role, scope)) != nil
		a.Role, a.Scope = role, scope
		if raised {
			if err := tx.DeleteSetupLinks(a.ID); err != nil {
				return "", err
			}
		}
		return before + " → " + rights(role, scope), nil
	})
}

// DisableAdministrator keeps somebody from signing in, and ends what he is signed in to.
func (l *Login) DisableAdministrator(ctx context.Context, who access.Actor, name string, act ...Act) error {
	return l.manage(ctx, who, name, EventDisable, act, func(tx *store.Tx, a *store.Administrator) (string, error) {
		a.Disabled = true
		return "", tx.DeleteSetupLinks(a.ID)
	})
}

// EnableAdministrator takes DisableAdministrator back.
func (l *Login) EnableAdministrator(ctx context.Context, who access.Actor, name string, act ...Act) error {
	return l.manage(ctx, who, name, EventEnable, act, func(_ *store.Tx, a *store.Administrator) (string, error) {
		a.Disabled = false
		return "", nil
	})
}

// DeleteAdministrator removes somebody with his tokens and passkeys. What he has done stays in the audit
// log under his name.
func (l *Login) DeleteAdministrator(ctx context.Context, who access.Actor, name string, act ...Act) error {
	return l.manage(ctx, who, name, EventDelete, act, func(_ *store.Tx, a *store.Administrator) (string, error) {
		a.Disabled = true // counts as gone for the rule about the last one; manage removes the row
		return rights(a.Role, a.Scope), nil
	})
}

// SignOutEverywhere ends every session of an administrator.
func (l *Login) SignOutEverywhere(ctx context.Context, who access.Actor, name string, act ...Act) error {
	return l.manage(ctx, who, name, EventRevokeSession, act, func(_ *store.Tx, _ *store.Administrator) (string, error) {
		return "everywhere", nil
	})
}

// touchChanged marks a change that ends sessions. The mark has to differ from the one before, even within a
// millisecond.
func touchChanged(a *store.Administrator, now time.Time) {
	now = now.Truncate(time.Millisecond)
	if !now.After(a.Changed) {
		now = a.Changed.Add(time.Millisecond)
	}
	a.Changed = now
}

// manage changes an administrator in the name of another, with an audit line, and ends his sessions. Who
// lacks what the other may, before or after, can only stop him.
func (l *Login) manage(ctx context.Context, who access.Actor, name, event string, act []Act,
	fn func(*store.Tx, *store.Administrator) (detail string, err error)) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	var a *store.Administrator
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		all, err := tx.ListAdministrators() // locks them: the rule about the last one holds for two at once too
		if err != nil {
			return err
		}
		if a, err = tx.FindAdministratorByName(name); err != nil {
			return err
		}
		for _, at := range act {
			if at.Version != 0 && at.Version != a.Changed.UnixMilli() {
				return access.Conflict("administrator", "Somebody has changed this administrator since you looked. Look again.")
			}
		}
		could, before := opens(a), holder(a.Role, a.Scope)
		detail, err := fn(tx, a)
		if err != nil {
			return err
		}
		if event != EventDisable && event != EventRevokeSession {
			if err := l.mayGive(ctx, tx, who, before, holder(a.Role, a.Scope)); err != nil {
				return err
			}
		}
		if could && !opens(a) && !othersOpen(all, a.ID) {
			return access.Invalid("administrator", "This is the last administrator: nobody could let anybody in again.")
		}
		touchChanged(a, tx.Now())
		if event == EventDelete {
			err = tx.DeleteAdministrator(a.ID)
		} else {
			err = tx.SaveAdministrator(a)
		}
		if err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Subject: a.Name, Object: a.ID, Detail: detail})
		return nil
	})
	switch access.KindOf(err) {
	case access.KindNotFound:
		return noAdministrator()
	case access.KindForbidden:
		l.refused(ctx, who, event, name, err)
	}
	if err != nil {
		return err
	}
	return l.endOthers(ctx, a.ID)
}

// opens reports whether an administrator could let others in again with what is in this database alone: a
// local one without limits. A directory that is down must not lock everybody out.
func opens(a *store.Administrator) bool {
	return a.Role == access.RoleAdministrator && a.Scope == nil && !a.Disabled && a.Source == "" && a.PasswordHash != ""
}

func othersOpen(all []store.Administrator, but string) bool {
	for i := range all {
		if all[i].ID != but && opens(&all[i]) {
			return true
		}
	}
	return false
}
