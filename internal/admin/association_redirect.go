// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ClearRedirect makes gateways forget to which server a record's mail server has sent it: its next
// request goes to the server it is configured for, which may send it on again. A record that is not
// redirected gives a Conflict. It cannot be undone, only learnt again.
func (a *Admin) ClearRedirect(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbClearRedirect, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if as.Redirect == "" {
			return outcome{}, access.Conflict("admin: clear redirect", "This record is not redirected, or somebody has just cleared that.")
		}
		return clearRedirect(tx, who, as, act.Reason)
	})
	return out.Result, err
}

func clearRedirect(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	before := as.Redirect
	as.RedirectClears++
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbClearRedirect), as.Pair.String(), string(as.ID), beforeAfter(before, "no redirect", reason)))
	text := "The redirect is cleared. The next request of " + as.Pair.Account + " on " + as.Pair.Device +
		" goes to the mail server the gateway has for it, which may send it on again."
	return outcome{ID: as.ID, Result: Result{Version: as.Version, Text: text}}, nil
}
