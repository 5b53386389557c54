// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// PersonalRule is a blocking rule that is for a person among others, or speaks of one of the person's records.
type PersonalRule struct {
	Rule       string               `json:"rule"` // its name
	For        bool                 `json:"for"`  // the person, by name or group
	Record     access.AssociationID `json:"record,omitempty"`
	State      store.RuledState     `json:"state,omitempty"`
	Since      time.Time            `json:"since,omitzero"`
	ReleasedBy string               `json:"released_by,omitempty"`
	ReleasedAt time.Time            `json:"released_at,omitzero"`
}

// ruled gathers which rules are for the person, and which speak of the person's records.
func (p *PersonalData) ruled(from store.Personal) error {
	list, err := from.Blockings()
	if err != nil {
		return err
	}
	names := map[access.BlockingID]string{}
	for i := range list {
		b := &list[i]
		if names[b.ID] = b.Name; !b.ForEverybody() && b.Scope().Covers(p.User.ID, p.User.Groups) {
			p.Rules = append(p.Rules, PersonalRule{Rule: b.Name, For: true})
		}
	}
	for i := range p.Records {
		of, err := from.RulesOf(p.Records[i].ID)
		if err != nil {
			return err
		}
		for _, r := range of {
			p.Rules = append(p.Rules, PersonalRule{Rule: firstOf(names[r.Rule], "a rule that is gone"), Record: r.Association, State: r.State,
				Since: r.At, ReleasedBy: r.ReleasedBy, ReleasedAt: r.ReleasedAt})
		}
	}
	return nil
}

// forgetInRules takes the id of an erased person out of rules that were for that person alone: the store keeps them,
// out of force, so that nobody makes them everybody's by switching them on.
func forgetInRules(tx *store.Tx, id access.UserID, word string) error {
	list, err := tx.ListBlockings()
	if err != nil {
		return err
	}
	for i := range list {
		if !slices.Contains(list[i].Users, id) {
			continue
		}
		b, err := tx.FindBlocking(list[i].ID)
		if err != nil {
			return err
		}
		b.Users = []access.UserID{access.UserID(word)}
		if err := tx.SaveBlocking(b); err != nil {
			return err
		}
	}
	return nil
}
