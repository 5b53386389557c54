// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// AddUser makes a local user (M-15). Records of its accounts become the user's, and the matcher looks at
// them again. Result.ID is the new user.
func (a *Admin) AddUser(ctx context.Context, who access.Actor, f UserForm, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAddUser, "new", act, f, func(tx *store.Tx) (outcome, error) {
		u := &access.User{Source: firstOf(f.Source, access.SourceLocal)}
		if err := a.fillUser(tx, u, f); err != nil {
			return outcome{}, err
		}
		if err := tx.CreateUser(u); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbAddUser), u.Name, string(u.ID), userWords(&access.User{}, u)))
		if err := linking.Accounts(tx, u.Accounts...); err != nil {
			return outcome{}, err
		}
		return outcome{Added: &added{User: u.ID}, Result: Result{ID: string(u.ID), Version: u.Version, Text: u.Name + " is a user now."}}, nil
	})
	return out.Result, err
}

// ChangeUser replaces what is known of a user, but for being disabled. An account it loses belongs to
// nobody.
func (a *Admin) ChangeUser(ctx context.Context, who access.Actor, id access.UserID, f UserForm, act Act) (Result, error) {
	return a.userVerb(ctx, who, access.VerbChangeUser, id, act, f, func(tx *store.Tx, u *access.User) error {
		return a.fillUser(tx, u, f)
	})
}

// DisableUser refuses every account of a user from its next request on, and ends the one that waits; no
// Allow speaks against it.
func (a *Admin) DisableUser(ctx context.Context, who access.Actor, id access.UserID, act Act) (Result, error) {
	return a.userVerb(ctx, who, access.VerbDisableUser, id, act, nil, func(_ *store.Tx, u *access.User) error {
		u.Disabled = true
		return nil
	})
}

// EnableUser lets a disabled user's accounts be judged like all others again.
func (a *Admin) EnableUser(ctx context.Context, who access.Actor, id access.UserID, act Act) (Result, error) {
	return a.userVerb(ctx, who, access.VerbEnableUser, id, act, nil, func(_ *store.Tx, u *access.User) error {
		u.Disabled = false
		return nil
	})
}

// fillUser writes a form into a user. Accounts are brought to their canonical names: another name of an
// account is that account. A mail server that is no more may stay, and cannot come.
func (a *Admin) fillUser(tx *store.Tx, u *access.User, f UserForm) error {
	if err := validComment(f.Comment); err != nil {
		return err
	}
	if err := unveilUser(u, &f); err != nil {
		return err
	}
	accounts := make([]access.Account, 0, len(f.Accounts))
	for _, acc := range f.Accounts {
		acc, err := a.canonical(tx, acc.Realm, acc.Account)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(u.Accounts, func(has access.Account) bool { return has.Realm == acc.Realm }) {
			if err := a.knownRealm(tx, acc.Realm); err != nil {
				return err
			}
		}
		if !slices.Contains(accounts, acc) {
			accounts = append(accounts, acc)
		}
	}
	u.Name, u.DisplayName, u.Email, u.Number = strings.TrimSpace(f.Name), f.DisplayName, f.Email, f.Number
	u.Groups, u.Accounts, u.Comment = slices.Clone(f.Groups), accounts, f.Comment
	if f.Source != "" {
		u.Source = f.Source
	}
	return nil
}

// canonical gives the account a name stands for, as a person may spell it.
func (a *Admin) canonical(tx *store.Tx, realm, text string) (access.Account, error) {
	acc, err := a.spell(tx, realm, text)
	if err == nil {
		acc.Account, err = tx.ResolveAccount(acc.Realm, acc.Account)
	}
	return acc, err
}

func (a *Admin) findUser(tx *store.Tx, who access.Actor, id access.UserID, version int64) (*access.User, error) {
	u, err := tx.FindUser(id)
	if err == nil {
		err = within(tx, who, id)
	}
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return nil, errNoUser()
	}
	if err != nil {
		return nil, err
	}
	if version != 0 && u.Version != version {
		return nil, stale(string(id), "This user")
	}
	return u, nil
}

// userVerb changes one user, with its audit line.
func (a *Admin) userVerb(ctx context.Context, who access.Actor, verb access.Verb, id access.UserID, act Act, with any,
	change func(*store.Tx, *access.User) error) (Result, error) {
	out, err := a.act(ctx, who, verb, string(id), act, with, func(tx *store.Tx) (outcome, error) {
		u, err := a.findUser(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.changeUser(tx, who, verb, u, act.Reason, change)
	})
	return out.Result, err
}

func (a *Admin) changeUser(tx *store.Tx, who access.Actor, verb access.Verb, u *access.User, reason string,
	change func(*store.Tx, *access.User) error) (outcome, error) {
	before := *u
	if err := change(tx, u); err != nil {
		return outcome{}, err
	}
	words := userWords(&before, u)
	if words == "" {
		return outcome{Result: Result{Version: before.Version, Text: "Nothing has changed."}}, nil
	}
	if err := a.saveUser(tx, &before, u); err != nil {
		return outcome{}, err
	}
	detail := userWords(&before, u)
	if reason != "" {
		detail += "; " + reason
	}
	tx.Audit(entry(who, string(verb), u.Name, string(u.ID), detail))
	text, err := a.userEffect(tx, &before, u)
	return outcome{User: &before, Result: Result{Version: u.Version, Text: text, Shadow: a.snapshot().Preferences().Shadow}}, err
}

// saveUser writes a user and lets the matcher look at the accounts that have come or gone.
func (a *Admin) saveUser(tx *store.Tx, before, u *access.User) error {
	if err := tx.SaveUser(u); err != nil {
		return err
	}
	var moved []access.Account
	for _, l := range [][2][]access.Account{{before.Accounts, u.Accounts}, {u.Accounts, before.Accounts}} {
		for _, acc := range l[0] {
			if !slices.Contains(l[1], acc) {
				moved = append(moved, acc)
			}
		}
	}
	return linking.Accounts(tx, moved...)
}

func (a *Admin) userEffect(tx *store.Tx, before, u *access.User) (string, error) {
	if before.Disabled == u.Disabled {
		return u.Name + " is changed.", nil
	}
	n := 0
	for _, acc := range u.Accounts {
		list, err := tx.RecordsOfAccount(acc.Realm, acc.Account, maxReach)
		if err != nil {
			return "", err
		}
		n += len(list)
	}
	reach := count(len(u.Accounts), "account", "accounts") + " and " + count(n, "record", "records")
	switch {
	case len(u.Accounts) == 0 && u.Disabled:
		return u.Name + " is disabled, but has no account here, so that no phone is refused by it.", nil
	case u.Disabled && a.snapshot().Preferences().Shadow:
		return u.Name + " is disabled: " + reach + ". Shadow mode is on: nothing is refused until you turn enforcement on.", nil
	case u.Disabled:
		return u.Name + " is disabled: " + reach + " are refused from the next request on.", nil
	}
	return u.Name + " is enabled again: " + reach + " are judged like all others.", nil
}

// DeleteUser forgets a user. Accounts and devices stay and belong to nobody; accounts that were refused
// because the user was disabled are not refused for that any more, and the result says so. It cannot be
// undone.
func (a *Admin) DeleteUser(ctx context.Context, who access.Actor, id access.UserID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbDeleteUser, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		u, err := a.findUser(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.deleteUser(tx, who, u, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) deleteUser(tx *store.Tx, who access.Actor, u *access.User, reason string) (outcome, error) {
	if err := tx.DeleteUser(u.ID); err != nil {
		return outcome{}, err
	}
	if err := linking.Accounts(tx, u.Accounts...); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbDeleteUser), u.Name, string(u.ID), beforeAfter(userState(u.Disabled), "deleted", reason)))
	text := u.Name + " is deleted."
	if n := u.Devices; n > 0 {
		text += " " + count(n, "device belongs", "devices belong") + " to nobody now."
	}
	if u.Disabled && len(u.Accounts) > 0 {
		text += " The user was disabled: " + count(len(u.Accounts), "account is", "accounts are") + " no longer refused for that."
	}
	return outcome{Result: Result{Text: text}}, nil
}

func (a *Admin) undoUser(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	u, err := a.findUser(tx, who, done.User.ID, done.Result.Version)
	if err != nil {
		return outcome{}, err
	}
	before, old := *u, *done.User
	old.Version = u.Version
	if err := a.saveUser(tx, &before, &old); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, old.Name, string(old.ID), userWords(&before, &old)))
	return outcome{Result: Result{Version: old.Version, Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}
