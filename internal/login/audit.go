// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/store"
	"golang.org/x/time/rate"
)

// Events of this room in the audit log.
const (
	EventSignIn              = "sign-in"
	EventSignInFailed        = "sign-in-failed"
	EventSignOut             = "sign-out"
	EventSetUp               = "set-up"
	EventCreateAdministrator = "create-administrator"
	EventDisable             = "disable-administrator"
	EventEnable              = "enable-administrator"
	EventDelete              = "delete-administrator"
	EventChangeRights        = "change-rights"
	EventResetFactor         = "reset-second-factor"
	EventAddPasskey          = "add-passkey"
	EventRemovePasskey       = "remove-passkey"
	EventChangePolicy        = "change-sign-in"
	EventChangePassword      = "change-password"
	EventResetPassword       = "reset-password"
	EventEnableCode          = "enable-one-time-code"
	EventDisableCode         = "disable-one-time-code"
	EventRevokeSession       = "revoke-session"
	EventCreateToken         = "create-token"
	EventRevokeToken         = "revoke-token"
)

// failureLog writes down failed sign-ins, but not more than a person could read: a flood must not fill
// the disk or bury what matters. What was left out is counted in the next line that is written.
type failureLog struct {
	rate    *rate.Limiter
	skipped atomic.Int64
}

// failed writes down a failed sign-in. account is the name of an administrator that exists, or empty: a
// name that does not exist may well be a password typed into the wrong field.
func (l *Login) failed(ctx context.Context, account, addr, why string) {
	if !l.failures.rate.AllowN(l.now(), 1) {
		l.failures.skipped.Add(1)
		return
	}
	if n := l.failures.skipped.Swap(0); n > 0 {
		why += fmt.Sprintf(" (%d more like this were not written down)", n)
	}
	if account == "" {
		account = "unknown name"
	}
	l.audit(ctx, access.AuditEntry{Actor: account, Addr: addr, Event: EventSignInFailed, Detail: why, Failed: true})
}

// audit writes a line of its own. It is used where there is no transaction to go with; when it fails the
// log says so, since an event without an audit line must not go unnoticed.
func (l *Login) audit(ctx context.Context, e access.AuditEntry) {
	err := l.store.WithTx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		tx.Audit(e)
		return nil
	})
	if err != nil {
		l.log.LogAttrs(ctx, slog.LevelError, "audit line lost", slog.String(logkeys.Event, e.Event),
			slog.String(logkeys.Actor, e.Actor), slog.Any(logkeys.Error, err))
	}
}
