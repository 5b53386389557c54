// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// RemoveAssociation takes a record off the list, with its override and comment. Nothing is done to the
// phone: its next contact is judged and recorded anew, so a block goes with the record, and the result
// says so. The audit log keeps what was there, and Undo brings the record back unless the phone was faster.
func (a *Admin) RemoveAssociation(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbRemove, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.remove(tx, who, as, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) remove(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	if as.Wipe.State == access.WipeWaiting || as.Wipe.State.Open() { // the order would go with it, and the phone would never hear of it
		return outcome{}, access.Conflict("admin: remove", "A wipe of this record has been ordered and nobody has acknowledged it yet. Cancel or close the order first.")
	}
	if err := tx.DeleteAssociation(as.ID); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbRemove), as.Pair.String(), string(as.ID),
		beforeAfter("recorded, "+overrideWords(as.Override), "removed", reason)))
	text := as.Pair.Account + " on " + as.Pair.Device + " is removed. Its next contact is judged anew."
	if as.Override.Kind == access.OverrideBlock {
		text += " Its block is gone with it."
	}
	return outcome{ID: as.ID, Removed: as, Result: Result{Text: text}}, nil
}
