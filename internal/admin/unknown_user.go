// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// MakeUser makes a local user of a record's account that belongs to nobody (M-14, M-15): its name is the
// account's. Result.ID is the new user. Conflict: the account is somebody's already, or a user of the name
// is there, to whom it can be given.
func (a *Admin) MakeUser(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAddUser, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.findUnknown(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if other, err := tx.FindUserByName(as.Pair.Account); err == nil {
			return outcome{}, access.Conflict("admin: make user", "There is a user "+other.Name+" already. If it is the same person, give the account to this user.")
		} else if known(err) != nil {
			return outcome{}, err
		}
		u := &access.User{Name: as.Pair.Account, Source: access.SourceLocal,
			Accounts: []access.Account{{Realm: as.Pair.Realm, Account: as.Pair.Account}}}
		if as.Mailbox != "" && !as.MailboxDerived {
			u.Email = as.Mailbox
		}
		if err := tx.CreateUser(u); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbAddUser), u.Name, string(u.ID), because(userWords(&access.User{}, u), act.Reason)))
		if err := linking.Accounts(tx, u.Accounts...); err != nil {
			return outcome{}, err
		}
		return outcome{Added: &added{User: u.ID}, Result: Result{ID: string(u.ID), Version: u.Version, Text: u.Name + " is a user now."}}, nil
	})
	return out.Result, err
}

// GiveAccount gives a record's account that belongs to nobody to the user of a name. Conflict: it is
// somebody's already.
func (a *Admin) GiveAccount(ctx context.Context, who access.Actor, id access.AssociationID, name string, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbChangeUser, string(id), act, name, func(tx *store.Tx) (outcome, error) {
		as, err := a.findUnknown(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		u, err := tx.FindUserByName(name)
		if err == nil {
			err = within(tx, who, u.ID)
		}
		if access.KindOf(err) == access.KindNotFound {
			return outcome{}, access.Invalid("admin: give account", "There is no user of this name.")
		}
		if err != nil {
			return outcome{}, err
		}
		return a.changeUser(tx, who, access.VerbChangeUser, u, act.Reason, func(_ *store.Tx, u *access.User) error {
			u.Accounts = append(slices.Clone(u.Accounts), access.Account{Realm: as.Pair.Realm, Account: as.Pair.Account})
			return nil
		})
	})
	return out.Result, err
}

// findUnknown reads a record whose account belongs to nobody.
func (a *Admin) findUnknown(tx *store.Tx, who access.Actor, id access.AssociationID, version int64) (*access.Association, error) {
	as, err := a.find(tx, who, id, version)
	if err == nil && as.Person != "" {
		err = access.Conflict("admin: unknown user", "This account belongs to a user by now.")
	}
	return as, err
}
