// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// settingPolicy is the name the policy is kept under.
const settingPolicy = "login.policy"

// Policy says what signing in asks for beyond a password.
type Policy struct {
	SecondFactor []access.Role `json:"second_factor"` // roles that have to have one
}

func (l *Login) policy(ctx context.Context) (Policy, error) {
	var p Policy
	_, err := l.store.Setting(ctx, settingPolicy, &p)
	return p, err
}

// Policy gives the policy, and the version that ChangePolicy asks for.
func (l *Login) Policy(ctx context.Context, who access.Actor) (Policy, int64, error) {
	if err := mayLook(who); err != nil {
		return Policy{}, 0, err
	}
	var p Policy
	st, err := l.store.Setting(ctx, settingPolicy, &p)
	return p, st.Version, err
}

// ChangePolicy sets the policy. It holds from the next request on: whoever lacks a second factor that it
// asks for sees only the own account until it is set up.
func (l *Login) ChangePolicy(ctx context.Context, who access.Actor, p Policy, version int64) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	slices.Sort(p.SecondFactor)
	p.SecondFactor = slices.Compact(p.SecondFactor)
	words := make([]string, len(p.SecondFactor))
	for i, r := range p.SecondFactor {
		if !slices.Contains(access.Roles(), r) {
			return access.Invalid("sign-in policy", "There is no such role.")
		}
		words[i] = string(r)
	}
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		var old Policy
		if _, err := tx.Setting(settingPolicy, &old); err != nil {
			return err
		}
		for _, r := range old.SecondFactor { // asking for less is giving
			if !slices.Contains(p.SecondFactor, r) {
				if err := l.mayGive(ctx, tx, who, holder(r, nil)); err != nil {
					return err
				}
			}
		}
		if err := tx.SaveSetting(settingPolicy, p, "", version, who.Name); err != nil {
			return err
		}
		detail := "second factor for nobody"
		if len(words) > 0 {
			detail = "second factor for " + strings.Join(words, ", ")
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventChangePolicy, Subject: "Sign-in", Detail: detail})
		return nil
	})
	if access.KindOf(err) == access.KindForbidden {
		l.refused(ctx, who, EventChangePolicy, "Sign-in", err)
	}
	return err
}

// mayDoWithout says whether an administrator may give up a second factor while so many others are left.
func (l *Login) mayDoWithout(ctx context.Context, a *store.Administrator, left int) error {
	p, err := l.policy(ctx)
	if err != nil {
		return err
	}
	if left == 0 && slices.Contains(p.SecondFactor, a.Role) {
		return access.Invalid("second factor", "Your role asks for a second factor. Set up another one before you remove this one.")
	}
	return nil
}

// proven notes that whoever is signed in has shown a second factor in this session.
func (l *Login) proven(ctx context.Context) {
	callerOf(ctx).owesFactor = false
	l.sessions.Put(ctx, keyStrong, "1")
}
