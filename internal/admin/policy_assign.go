// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxChosen is how many records can be named when a policy is assigned; more are a bulk.
const maxChosen = 50

// policyBefore is the policy that an ActiveSync device id had, and the one it was given.
type policyBefore struct {
	Record access.AssociationID `json:"record"`
	Device string               `json:"device"`
	Before access.PolicyID      `json:"before,omitempty"`
	After  access.PolicyID      `json:"after,omitempty"`
}

// AssignPolicy assigns a policy to the ActiveSync device ids of records: every record of these has it then
// . act.Version is only looked at when one record is named.
func (a *Admin) AssignPolicy(ctx context.Context, who access.Actor, ids []access.AssociationID, policy access.PolicyID, act Act) (Result, error) {
	if policy == "" {
		return Result{}, access.Invalid("admin: assign policy", "Choose a policy.")
	}
	return a.assign(ctx, who, access.VerbAssignPolicy, ids, policy, act)
}

// RevertPolicy takes assigned policies back: the default one is in force then, or the mail server's own.
func (a *Admin) RevertPolicy(ctx context.Context, who access.Actor, ids []access.AssociationID, act Act) (Result, error) {
	return a.assign(ctx, who, access.VerbRevertPolicy, ids, "", act)
}

func validChosen(ids []access.AssociationID) error {
	if len(ids) == 0 || len(ids) > maxChosen {
		return access.Invalid("admin: policy", "Choose between one record and "+count(maxChosen, "record", "records")+".")
	}
	return nil
}

func (a *Admin) assign(ctx context.Context, who access.Actor, verb access.Verb, ids []access.AssociationID, policy access.PolicyID, act Act) (Result, error) {
	if err := validChosen(ids); err != nil {
		return Result{}, err
	}
	with := struct {
		IDs    []access.AssociationID
		Policy access.PolicyID
	}{ids, policy}
	out, err := a.act(ctx, who, verb, string(ids[0]), act, with, func(tx *store.Tx) (outcome, error) {
		var all outcome
		phones, records := 0, 0
		for _, id := range ids {
			version := act.Version
			if len(ids) > 1 {
				version = 0
			}
			as, err := a.find(tx, who, id, version)
			if err != nil {
				return outcome{}, err
			}
			out, reached, err := a.assignTo(tx, who, verb, as, policy, act.Reason)
			if err != nil {
				return outcome{}, err
			}
			all.ID, all.Result.Version = as.ID, as.Version
			if all.Policy = append(all.Policy, out.Policy...); len(out.Policy) > 0 {
				phones, records = phones+1, records+reached
			}
		}
		name, err := policyName(tx, policy)
		if err != nil {
			return outcome{}, err
		}
		all.Result.Text, all.Result.Shadow = assignText(policy, name, phones, records), a.snapshot().Preferences().Shadow
		return all, nil
	})
	return out.Result, err
}

func assignText(policy access.PolicyID, name string, phones, records int) string {
	reached := count(phones, "phone", "phones") + " with " + count(records, "record", "records")
	switch {
	case phones == 0 && policy == "":
		return "Nothing has changed: no policy was assigned."
	case phones == 0:
		return "Nothing has changed: it is assigned already."
	case policy == "":
		return "No policy is assigned any more to " + reached + ": what goes for all is asked of it with its next request."
	}
	return name + " is assigned to " + reached + ". It is asked to accept it with its next request."
}

// assignTo gives the ActiveSync device id of a record a policy, or takes it back, and says how many records
// that reaches.
func (a *Admin) assignTo(tx *store.Tx, who access.Actor, verb access.Verb, as *access.Association, policy access.PolicyID, reason string) (outcome, int, error) {
	others, err := a.phoneWithin(tx, who, as)
	if err != nil {
		return outcome{}, 0, err
	}
	before, err := tx.PolicyOf(as.Pair.Device)
	if err != nil {
		return outcome{}, 0, err
	}
	out := outcome{ID: as.ID, Result: Result{Version: as.Version, Shadow: a.snapshot().Preferences().Shadow}}
	if policy != "" {
		if _, err := a.findPolicy(tx, policy, 0); err != nil {
			return outcome{}, 0, err
		}
	}
	changed, err := tx.AssignPolicy(as.Pair.Device, policy, who.Name)
	if err != nil {
		return outcome{}, 0, err
	}
	was, err := assignedName(tx, before)
	if err != nil {
		return outcome{}, 0, err
	}
	is, err := assignedName(tx, policy)
	if err != nil {
		return outcome{}, 0, err
	}
	if !changed {
		out.Result.Text = "Nothing has changed: " + is + "."
		return out, 0, nil
	}
	tx.Audit(entry(who, string(verb), as.Pair.String(), string(as.ID), beforeAfter(was, is, reason)))
	for i := range others {
		tx.Audit(entry(who, string(verb), others[i].Pair.String(), string(others[i].ID), beforeAfter(was, is, because("through another account of the phone", reason))))
	}
	out.Policy = []policyBefore{{Record: as.ID, Device: as.Pair.Device, Before: before, After: policy}}
	out.Result.Text = as.Pair.Account + " on " + as.Pair.Device + ": " + is + "."
	return out, 1 + len(others), nil
}

func assignedName(tx *store.Tx, id access.PolicyID) (string, error) {
	if id == "" {
		return "no policy assigned", nil
	}
	name, err := policyName(tx, id)
	return name + " assigned", err
}

// phoneWithin gives the other records of a phone. What is done to the phone reaches all of them, so that an
// actor who is limited to some groups must not do it when one of them belongs to somebody else.
func (a *Admin) phoneWithin(tx *store.Tx, who access.Actor, as *access.Association) ([]access.Association, error) {
	others, err := tx.Siblings(as, maxReach)
	if err != nil {
		return nil, err
	}
	for i := range others {
		switch err := within(tx, who, others[i].Person); {
		case err == nil:
		case access.KindOf(err) == access.KindNotFound:
			return nil, access.Conflict("admin: phone", "This phone has accounts of people outside your groups too, which this would reach. Somebody who looks after them has to do it.")
		default:
			return nil, err
		}
	}
	return others, nil
}

// undoPolicies gives device ids the policies back that they had, unless somebody has assigned others since.
func (a *Admin) undoPolicies(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	for _, b := range slices.Backward(done.Policy) {
		as, err := a.find(tx, who, b.Record, 0)
		if err != nil {
			return outcome{}, err
		}
		now, err := tx.PolicyOf(b.Device)
		if err != nil {
			return outcome{}, err
		}
		if now != b.After || as.Pair.Device != b.Device {
			return outcome{}, access.Conflict("admin: undo", "Another policy has been assigned since.")
		}
		if _, _, err := a.assignTo(tx, who, eventUndo, as, b.Before, ""); err != nil {
			return outcome{}, err
		}
	}
	return outcome{Result: Result{Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}

// AskPolicyAnew has the phone of a record ask for its policy although that has not changed: what it has
// acknowledged may be long forgotten there.
func (a *Admin) AskPolicyAnew(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAskPolicyAnew, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		state := policyState(a.snapshot(), as.Pair.Device)
		if state.From == PolicyServer {
			return outcome{}, access.Conflict("admin: ask policy anew", "The mail server's own policy is in force for this phone, and only the mail server can ask for that.")
		}
		if err := tx.AskPolicyAnew(as.Pair.Device); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbAskPolicyAnew), as.Pair.String(), string(as.ID), because(state.name(), act.Reason)))
		return outcome{ID: as.ID, Result: Result{Version: as.Version, Text: "The phone is asked for its policy with its next request.", Shadow: a.snapshot().Preferences().Shadow}}, nil
	})
	return out.Result, err
}
