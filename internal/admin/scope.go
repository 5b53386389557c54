// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// errOutside is what a thing beyond the actor's scope looks like: as if it were not there.
func errOutside() error {
	return access.NotFound("admin: scope", "There is no such thing, or it belongs to nobody in your groups.")
}

// within says whether a thing of person lies in the actor's scope.
func within(tx *store.Tx, who access.Actor, person access.UserID) error {
	if who.Scope == nil {
		return nil
	}
	ok, err := tx.InScope(person, who.Scope)
	if err == nil && !ok {
		return errOutside()
	}
	return err
}

// mayTouch is within outside of a transaction.
func (a *Admin) mayTouch(ctx context.Context, who access.Actor, person access.UserID) error {
	if who.Scope == nil {
		return nil
	}
	ok, err := a.store.InScope(ctx, person, who.Scope)
	if err == nil && !ok {
		return errOutside()
	}
	return err
}

// visible leaves what the actor may see of some records.
func (a *Admin) visible(ctx context.Context, who access.Actor, list []access.Association) ([]access.Association, error) {
	return visible(ctx, a, who, list, func(as *access.Association) access.UserID { return as.Person })
}

func visible[T any](ctx context.Context, a *Admin, who access.Actor, list []T, person func(*T) access.UserID) ([]T, error) {
	if who.Scope == nil {
		return list, nil
	}
	known := map[access.UserID]bool{}
	out := make([]T, 0, len(list))
	for i := range list {
		id := person(&list[i])
		ok, asked := known[id]
		if !asked {
			var err error
			if ok, err = a.store.InScope(ctx, id, who.Scope); err != nil {
				return nil, err
			}
			known[id] = ok
		}
		if ok {
			out = append(out, list[i])
		}
	}
	return out, nil
}
