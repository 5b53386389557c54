// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// twinBefore is the record of the same pair at the other kind of Sentry, as it was before a verb.
type twinBefore struct {
	ID       access.AssociationID `json:"id"`
	Version  int64                `json:"version"` // after the verb
	Override access.Override      `json:"override"`
}

// both carries a word about a record over to the one of the same account and device that the other kind
// of Sentry has: whoever blocks a phone means the phone, on whichever way it comes. Act.Only keeps
// the word to the one record; so do verbs on many records, which name each of them.
func (a *Admin) both(tx *store.Tx, who access.Actor, as *access.Association, act Act, out outcome,
	say func(twin *access.Association) (outcome, error)) (outcome, error) {
	if act.Only {
		return out, nil
	}
	other := access.Integrated
	if as.Domain == access.Integrated {
		other = access.Standalone
	}
	twin, err := tx.FindPair(other, as.Pair)
	if known(err) != nil || err != nil {
		return out, known(err)
	}
	if err := within(tx, who, twin.Person); err != nil {
		return out, known(err) // not this person's to say anything about
	}
	done, err := say(twin)
	if err != nil {
		return out, err
	}
	out.Twin = &twinBefore{ID: twin.ID, Version: done.Result.Version, Override: *done.Override}
	out.Result.Text += " The same holds for its record at the other kind of Sentry."
	return out, nil
}

// undoTwin takes the word off the other record too, unless somebody has changed that since.
func (a *Admin) undoTwin(tx *store.Tx, who access.Actor, done outcome, reason string) error {
	if done.Twin == nil {
		return nil
	}
	twin, err := a.find(tx, who, done.Twin.ID, done.Twin.Version)
	if err != nil {
		return err
	}
	detail := beforeAfter(overrideWords(twin.Override), overrideWords(done.Twin.Override), reason)
	twin.Override = done.Twin.Override
	if err := tx.SaveAssociation(twin); err != nil {
		return err
	}
	tx.Audit(entry(who, eventUndo, twin.Pair.String(), string(twin.ID), detail))
	return nil
}
