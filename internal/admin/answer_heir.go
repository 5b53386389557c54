// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// addHeirs adds to what a search has found whatever stands under the account that its text has become
// another name of: its user and its records. Somebody types the old name or address for years.
func (a *Admin) addHeirs(ctx context.Context, who access.Actor, text string, users *store.UserPage, records *store.Page) (map[access.UserID]string, bool, error) {
	heirs, err := a.heirsOf(ctx, who, text)
	if err != nil {
		return nil, false, err
	}
	for i := range users.Rows {
		more, err := a.namesakes(ctx, who, &users.Rows[i])
		if err != nil {
			return nil, false, err
		}
		heirs = append(heirs, more...)
	}
	words, cut := map[access.UserID]string{}, false
	for _, h := range heirs {
		u, err := a.store.UserOf(ctx, h.Realm, h.To)
		if known(err) != nil {
			return nil, false, err
		}
		if err == nil && !slices.ContainsFunc(users.Rows, func(x access.User) bool { return x.ID == u.ID }) && len(users.Rows) < 2*answersEach {
			users.Rows, words[u.ID] = append(users.Rows, *u), h.From+" is another name of "+h.To+"."
		}
		list, err := a.store.FindOfAccount(ctx, h.Realm, h.To, answersEach+1)
		if err != nil {
			return nil, false, err
		}
		for _, as := range list {
			switch there := slices.ContainsFunc(records.Rows, func(x access.Association) bool { return x.ID == as.ID }); {
			case there:
			case len(records.Rows) >= answersEach:
				cut = true
			default:
				records.Rows = append(records.Rows, as)
			}
		}
	}
	return words, cut, nil
}

// heirsOf gives the accounts that a name or an address is another name of, as far as the actor may see whose
// they are. An address at a domain that no mail server is known for counts where the heir's is at the same.
func (a *Admin) heirsOf(ctx context.Context, who access.Actor, text string) ([]access.Alias, error) {
	list, err := a.aliasesNamed(ctx, who, text)
	name, domain, isAddress := strings.Cut(text, "@")
	if err != nil || len(list) > 0 || !isAddress {
		return list, err
	}
	list, err = a.aliasesNamed(ctx, who, name)
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, l := range list {
		u, err := a.store.UserOf(ctx, l.Realm, l.To)
		if known(err) != nil {
			return nil, err
		}
		if err == nil {
			if _, at, _ := strings.Cut(u.Email, "@"); strings.EqualFold(at, domain) {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// namesakes gives what the name of a user without an account has become another name of.
func (a *Admin) namesakes(ctx context.Context, who access.Actor, u *access.User) ([]access.Alias, error) {
	if len(u.Accounts) > 0 {
		return nil, nil
	}
	local, _, _ := strings.Cut(u.Email, "@")
	for _, text := range []string{u.Name, u.Email, local} {
		if list, err := a.aliasesNamed(ctx, who, text); err != nil || len(list) > 0 {
			return list, err
		}
	}
	return nil, nil
}

// aliasesNamed gives the accounts that a text is another name of, at any mail server, as far as the actor may
// see whose they are.
func (a *Admin) aliasesNamed(ctx context.Context, who access.Actor, text string) (out []access.Alias, err error) {
	if text == "" {
		return nil, nil
	}
	b, err := a.bookNow(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range b.realms {
		name, ok := a.account(b.servers, r.Name, text)
		if !ok {
			continue
		}
		list, err := a.store.AliasesNamed(ctx, []string{r.Name}, name)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			covers, err := a.coversAccount(ctx, who, access.Account{Realm: l.Realm, Account: l.To})
			if err != nil {
				return nil, err
			}
			if covers {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// answerNamesake says of a user without an account where the phones are that came with the user's name: it
// may have become another name of somebody's account.
func (a *Admin) answerNamesake(ctx context.Context, who access.Actor, u *access.User) (string, error) {
	const none = "No mail account is known of this user."
	list, err := a.namesakes(ctx, who, u)
	if err != nil || len(list) == 0 {
		return none, err
	}
	records, err := a.store.FindOfAccount(ctx, list[0].Realm, list[0].To, maxNeighbours)
	if err != nil {
		return none, err
	}
	h := list[0]
	switch n := len(records); {
	case n == 0:
		return h.From + " is another name of " + h.To + ", who has no phone yet.", nil
	case n >= maxNeighbours:
		return h.From + " is another name of " + h.To + ", who has many phones.", nil
	default:
		return h.From + " is another name of " + h.To + ", who has " + count(n, "phone", "phones") + ".", nil
	}
}

// coversAccount reports whether an account belongs to somebody whom an actor may see.
func (a *Admin) coversAccount(ctx context.Context, who access.Actor, acc access.Account) (bool, error) {
	if who.Scope == nil {
		return true, nil
	}
	u, err := a.store.UserOf(ctx, acc.Realm, acc.Account)
	if err != nil {
		return false, known(err)
	}
	return who.Scope.Covers(u.ID, u.Groups), nil
}
