// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// tokenPrefix begins every API token, so that a leaked one can be recognised.
const tokenPrefix = "vdt_"

// Token is an API token as the list shows it: never the token itself.
type Token struct {
	ID       string
	Name     string
	Role     access.Role
	Owner    string
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // to the minute; zero: never
}

// NewToken is what somebody asks for.
type NewToken struct {
	Name    string
	Role    access.Role
	Expires time.Time // zero: never
}

// CreateToken makes an API token that acts for whoever is signed in. The secret is given back once; only
// its hash is kept.
func (l *Login) CreateToken(ctx context.Context, t NewToken) (secret string, err error) {
	a, err := self(ctx)
	if err != nil {
		return "", err
	}
	return l.createToken(ctx, ActorFrom(ctx), a, t)
}

// CreateTokenFor is CreateToken for the commands of the machine.
func (l *Login) CreateTokenFor(ctx context.Context, who access.Actor, owner string, t NewToken) (secret string, err error) {
	a, err := l.store.FindAdministratorByName(ctx, owner)
	if access.KindOf(err) == access.KindNotFound {
		return "", access.NotFound("create token", "There is no administrator of this name.")
	}
	if err != nil {
		return "", err
	}
	return l.createToken(ctx, who, a, t)
}

func (l *Login) createToken(ctx context.Context, who access.Actor, owner *store.Administrator, t NewToken) (string, error) {
	if err := who.May(access.VerbManageAccess); err != nil {
		return "", err
	}
	t.Name = strings.TrimSpace(t.Name)
	switch {
	case t.Name == "" || utf8.RuneCountInString(t.Name) > 60 || checkName(t.Name) != nil:
		return "", access.Invalid("create token", "Give the token a name of at most 60 letters, so that it can be told from others.")
	case t.Role != access.RoleAdministrator && t.Role != access.RoleAuditor:
		return "", access.Invalid("create token", "Choose what the token may do.")
	case !t.Expires.IsZero() && !t.Expires.After(l.now()):
		return "", access.Invalid("create token", "The end must lie in the future.")
	}
	secret := tokenPrefix + rand.Text()
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		k := store.Token{Name: t.Name, Hash: hashToken(secret), Role: t.Role, Owner: owner.ID, Expires: t.Expires}
		if err := tx.CreateToken(&k); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventCreateToken, Subject: t.Name,
			Object: k.ID, Detail: string(t.Role)})
		return nil
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// ListTokens gives all tokens, newest first.
func (l *Login) ListTokens(ctx context.Context, who access.Actor) ([]Token, error) {
	if err := who.May(access.VerbManageAccess); err != nil {
		return nil, err
	}
	people, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range people {
		names[a.ID] = a.Name
	}
	all, err := l.store.ListTokens(ctx)
	list := make([]Token, len(all))
	for i, t := range all {
		list[i] = Token{ID: t.ID, Name: t.Name, Role: t.Role, Owner: names[t.Owner], Created: t.Created,
			Expires: t.Expires, LastUsed: t.LastUsed}
	}
	return list, err
}

// RevokeToken ends a token at once.
func (l *Login) RevokeToken(ctx context.Context, who access.Actor, id string) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteToken(id); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventRevokeToken, Object: id})
		return nil
	})
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("revoke token", "This token is gone already.")
	}
	return err
}
