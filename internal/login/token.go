// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// tokenPrefix begins every API token, so that a leaked one can be recognised.
const tokenPrefix = "vdt_"

// Life of a token, unless it is asked for otherwise, and when its end is close enough for a warning.
const (
	TokenDays  = 90
	MostDays   = 366
	endsSoon   = 14 * 24 * time.Hour
	mostTokens = 200 // of one administrator
)

// Token is an API token as the list shows it: never the token itself.
type Token struct {
	ID       string
	Name     string
	Role     access.Role
	Scope    *access.Scope
	Verbs    []access.Verb // empty: all of the role's
	Owner    string
	Created  time.Time
	Expires  time.Time // zero: never, as those of earlier versions
	LastUsed time.Time // to the minute; zero: never
	EndsSoon bool
	Over     bool
}

// NewToken is what somebody asks for. It is never more than its owner may at the time of use.
type NewToken struct {
	Name    string
	Role    access.Role
	Scope   *access.Scope // nil: that of its owner
	Verbs   []access.Verb // empty: all of the role's
	Expires time.Time     // zero: after TokenDays
}

// CreateToken makes an API token that acts for whoever is signed in. The secret is given back once; only
// its hash is kept.
func (l *Login) CreateToken(ctx context.Context, t NewToken) (secret string, err error) {
	a, err := self(ctx)
	if err != nil {
		return "", err
	}
	if callerOf(ctx).owesFactor {
		return "", access.Invalid("create token", "Set up a second factor first.")
	}
	return l.createToken(ctx, ActorFrom(ctx), a, t)
}

// CreateTokenFor is CreateToken for the commands of the machine. No token makes another one, so that what
// it may, and for how long, was some person's word.
func (l *Login) CreateTokenFor(ctx context.Context, who access.Actor, owner string, t NewToken) (secret string, err error) {
	if err := who.May(access.VerbManageAccess); err != nil {
		return "", err
	}
	if byTokenOf(ctx, who) {
		err := access.Forbidden("create token", "No token makes another one. Make it on the page of your account, or with vedette admin token.")
		l.refused(ctx, who, EventCreateToken, t.Name, err)
		return "", err
	}
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
	t.Name = strings.TrimSpace(t.Name)
	if t.Expires.IsZero() {
		t.Expires = l.now().Add(TokenDays * 24 * time.Hour)
	}
	limit := actorOf(owner, "").Scope
	scope := t.Scope
	if scope == nil {
		scope = limit
	}
	scope, err := checkRights(t.Role, scope)
	if err != nil {
		return "", err
	}
	reads := readsOf(owner.Role, t.Role)
	if !owner.Role.Covers(t.Role) && len(t.Verbs) == 0 {
		t.Verbs = reads
	}
	for _, v := range t.Verbs {
		if !owner.Role.Covers(t.Role) && len(reads) > 0 && !slices.Contains(reads, v) {
			return "", access.Invalid("create token", "A token cannot do more than the one it acts for.")
		}
	}
	switch {
	case t.Name == "" || utf8.RuneCountInString(t.Name) > 60 || checkName(t.Name) != nil:
		return "", access.Invalid("create token", "Give the token a name of at most 60 letters, so that it can be told from others.")
	case !owner.Role.Covers(t.Role) && len(reads) == 0:
		return "", access.Invalid("create token", "A token cannot do more than the one it acts for.")
	case !narrower(scope, limit):
		return "", access.Invalid("create token", "A token cannot reach other users than the one it acts for.")
	case !t.Expires.After(l.now()) || t.Expires.After(l.now().Add(MostDays*24*time.Hour)):
		return "", access.Invalid("create token", "The end must lie in the future, and within a year.")
	}
	for _, v := range t.Verbs {
		if err := (access.Actor{Role: t.Role, Scope: scope}).May(v); err != nil {
			return "", access.Invalid("create token", "The role and the groups of the token do not allow “"+string(v)+"”.")
		}
	}
	if all, err := l.store.ListTokens(ctx); err != nil {
		return "", err
	} else if n := len(slices.DeleteFunc(all, func(k store.Token) bool { return k.Owner != owner.ID })); n >= mostTokens {
		return "", access.Invalid("create token", "There are too many tokens. Revoke some first.")
	}
	secret := tokenPrefix + rand.Text()
	err = l.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := usersThere(tx, scope, limit); err != nil {
			return err
		}
		k := store.Token{Name: t.Name, Hash: hashToken(secret), Role: t.Role, Scope: scope, Verbs: t.Verbs, Owner: owner.ID, Expires: t.Expires}
		if err := tx.CreateToken(&k); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventCreateToken, Subject: t.Name,
			Object: k.ID, Detail: tokenRights(&k) + ", for " + owner.Name + ", until " + t.Expires.UTC().Format(time.DateOnly)})
		return nil
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

func tokenRights(k *store.Token) string {
	s := rights(k.Role, k.Scope)
	if len(k.Verbs) > 0 {
		s += ", only"
		for _, v := range k.Verbs {
			s += " " + string(v)
		}
	}
	return s
}

// tokenActor is who acts with a token: what its owner may and the token allows, both. With nothing left
// it is nobody.
func tokenActor(t *store.Token, owner access.Actor) (access.Actor, bool) {
	who := access.Actor{Name: owner.Name + " (token " + t.Name + ")", Person: owner.Person, Token: t.ID, Role: t.Role, Addr: owner.Addr, Session: t.ID,
		Scope: within(owner.Scope, t.Scope), Only: t.Verbs}
	if who.Role == access.RoleHelpDesk && who.Scope == nil {
		who.Scope = &access.Scope{}
	}
	if owner.Role.Covers(t.Role) {
		return who, true
	}
	may := slices.DeleteFunc(access.Verbs(), func(v access.Verb) bool { return who.May(v) != nil || owner.May(v) != nil })
	who.Only = may
	return who, len(may) > 0
}

// ListTokens gives all tokens, newest first.
func (l *Login) ListTokens(ctx context.Context, who access.Actor) ([]Token, error) {
	if err := mayLook(who); err != nil {
		return nil, err
	}
	return l.tokens(ctx, "")
}

// OwnTokens gives the tokens that act for whoever is signed in, newest first.
func (l *Login) OwnTokens(ctx context.Context) ([]Token, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return l.tokens(ctx, a.ID)
}

// TokensOfOwner gives, to a token, the tokens that act for the same administrator.
func (l *Login) TokensOfOwner(ctx context.Context) ([]Token, error) {
	c := callerOf(ctx)
	if c.means != byToken || c.administrator == nil {
		return nil, access.Unauthenticated("tokens", "Send a valid API token.")
	}
	return l.tokens(ctx, c.administrator.ID)
}

func (l *Login) tokens(ctx context.Context, owner string) ([]Token, error) {
	people, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range people {
		names[a.ID] = a.Name
	}
	all, err := l.store.ListTokens(ctx)
	list := make([]Token, 0, len(all))
	now := l.now()
	for _, t := range all {
		if owner != "" && t.Owner != owner {
			continue
		}
		over := !t.Expires.IsZero() && !t.Expires.After(now)
		list = append(list, Token{ID: t.ID, Name: t.Name, Role: t.Role, Scope: t.Scope, Verbs: t.Verbs, Owner: names[t.Owner], Created: t.Created,
			Expires: t.Expires, LastUsed: t.LastUsed, Over: over, EndsSoon: !over && !t.Expires.IsZero() && t.Expires.Before(now.Add(endsSoon))})
	}
	return list, err
}

// RevokeToken ends a token at once: one's own, or with the right to manage access anybody's. A token can
// always end itself.
func (l *Login) RevokeToken(ctx context.Context, who access.Actor, id string) error {
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		k, err := tx.FindToken(id)
		if err != nil {
			return err
		}
		if own := k.Owner == who.Person && (who.Token == "" || who.Token == id); !own {
			if err := who.May(access.VerbManageAccess); err != nil {
				return err
			}
		}
		if err := tx.DeleteToken(id); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventRevokeToken, Subject: k.Name, Object: id})
		return nil
	})
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("revoke token", "This token is gone already.")
	}
	return err
}
