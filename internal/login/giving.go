// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"fmt"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Act is what a change of an administrator carries beside what changes.
type Act struct {
	Version int64 // of the administrator as it was looked at, or it is a Conflict; 0: whatever is there now
}

// holder is whoever holds these rights, signed in with a browser.
func holder(role access.Role, scope *access.Scope) access.Actor {
	return actorOf(&store.Administrator{Role: role, Scope: scope}, "")
}

// byTokenOf reports whether it is a token that asks, and not a person.
func byTokenOf(ctx context.Context, who access.Actor) bool {
	return callerOf(ctx).means == byToken || len(who.Only) > 0
}

// beyond says what of these rights somebody lacks; nil: nothing. It looks at what the credential may that
// is used now, which for a token is less than its owner may.
func beyond(who, rights access.Actor) error {
	for _, v := range access.Verbs() {
		if rights.May(v) == nil && who.May(v) != nil {
			return access.Forbidden("rights", fmt.Sprintf("Nobody gives, or changes, rights beyond the own: this needs “%s”, which you may not do.", v))
		}
	}
	if !narrower(rights.Scope, who.Scope) {
		return access.Forbidden("rights", "Nobody gives, or changes, rights beyond the own: this reaches other users than yours.")
	}
	return nil
}

// mayGive says whether somebody may give these rights, or change one who holds them: nobody gives more than
// he has, and no token gives or touches the right to manage access. Who has that can make tokens, so a token
// that gave it would make itself stronger, and outlive its end. A person's token does so only after the
// person has the second factor that the role asks for.
func (l *Login) mayGive(ctx context.Context, tx *store.Tx, who access.Actor, rights ...access.Actor) error {
	for _, r := range rights {
		if err := beyond(who, r); err != nil {
			return err
		}
		if byTokenOf(ctx, who) && r.May(access.VerbManageAccess) == nil {
			return access.Forbidden("rights", "No token gives the right to manage access, or changes who has it. Sign in with a browser, or use vedette admin.")
		}
	}
	return l.factorBehind(ctx, tx)
}

// factorBehind asks for a token's owner what Guard asks for a session: a second factor, if the role does.
func (l *Login) factorBehind(ctx context.Context, tx *store.Tx) error {
	c := callerOf(ctx)
	if c.means != byToken || c.administrator == nil || c.administrator.Source != "" || c.administrator.TOTPSealed != "" {
		return nil
	}
	var p Policy
	if _, err := tx.Setting(settingPolicy, &p); err != nil || !slices.Contains(p.SecondFactor, c.administrator.Role) {
		return err
	}
	keys, err := tx.ListPasskeys(c.administrator.ID)
	if err == nil && len(keys) == 0 {
		err = access.Forbidden("second factor", "The one this token acts for has yet to set up a second factor.")
	}
	return err
}

// refused writes down that somebody tried to give what is not his to give.
func (l *Login) refused(ctx context.Context, who access.Actor, event, subject string, cause error) {
	l.audit(ctx, access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: event, Subject: clipName(subject), Detail: access.TextOf(cause), Failed: true})
}
