// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// PreviewAssign says what assigning a policy to records would do, or with "" what taking it back would: per
// ActiveSync device id, with every record that is reached. It changes nothing.
func (a *Admin) PreviewAssign(ctx context.Context, who access.Actor, ids []access.AssociationID, policy access.PolicyID) (AssignPreview, error) {
	verb := access.VerbAssignPolicy
	if policy == "" {
		verb = access.VerbRevertPolicy
	}
	if err := who.May(verb); err != nil {
		return AssignPreview{}, err
	}
	if err := validChosen(ids); err != nil {
		return AssignPreview{}, err
	}
	var out AssignPreview
	err := a.rehearsed(ctx, func(tx *store.Tx) (err error) {
		out, err = a.previewAssign(tx, who, ids, policy)
		return err
	})
	return veiled(ctx, a, who, out, err)
}

// viewWith is a view that knows a policy which may have been made a moment ago.
func (a *Admin) viewWith(tx *store.Tx, v access.View, policy access.PolicyID) (*overlay, error) {
	o := &overlay{View: v, eas: map[string]*access.EASDevice{}}
	if policy == "" {
		return o, nil
	}
	p, err := a.findPolicy(tx, policy, 0)
	if err != nil {
		return nil, err
	}
	o.policies = map[access.PolicyID]*access.Policy{policy: &p.Policy}
	return o, nil
}

func (a *Admin) previewAssign(tx *store.Tx, who access.Actor, ids []access.AssociationID, policy access.PolicyID) (out AssignPreview, err error) {
	before := a.snapshot()
	after, err := a.viewWith(tx, before, policy)
	if err != nil {
		return out, err
	}
	var chosen []*access.Association
	for _, id := range ids {
		as, err := a.find(tx, who, id, 0)
		if err != nil {
			return out, err
		}
		if after.eas[as.Pair.Device] == nil {
			after.joins(as.Pair.Device, as.Device)
			after.eas[as.Pair.Device].Policy = policy
			chosen = append(chosen, as)
		}
	}
	outside := 0
	for _, as := range chosen {
		d, hidden, err := assignDevice(tx, who, as, ids)
		if err != nil {
			return out, err
		}
		outside += hidden
		d.Before, d.After = policyState(before, as.Pair.Device), policyState(after, as.Pair.Device)
		if d.Advisory = advisory(as.OS); policy == "" {
			d.Advisory = ""
		}
		if d.Differs, err = differs(tx, after, as, d.After); err != nil {
			return out, err
		}
		out.Devices = append(out.Devices, d)
	}
	if outside > 0 {
		out.Notes = append(out.Notes, count(outside, "record of these phones belongs", "records of these phones belong")+" to somebody outside your groups, so that you cannot do this.")
	}
	return out, nil
}

// assignDevice lists the records of a phone; hidden are those that the actor does not see.
func assignDevice(tx *store.Tx, who access.Actor, as *access.Association, ids []access.AssociationID) (d AssignDevice, hidden int, err error) {
	d.Records = []AssignRecord{{ID: as.ID, Pair: as.Pair, Chosen: true}}
	others, err := tx.Siblings(as, maxReach)
	if err != nil {
		return d, 0, err
	}
	h := horizonIn(tx, who)
	for i := range others {
		ok, err := h.covers(others[i].Person)
		if err != nil {
			return d, 0, err
		}
		if !ok {
			hidden++
			continue
		}
		d.Records = append(d.Records, AssignRecord{ID: others[i].ID, Pair: others[i].Pair, Chosen: slices.Contains(ids, others[i].ID)})
	}
	return d, hidden, nil
}

// Advised says that a phone is better led by the management of devices than by ActiveSync policies.
func Advised(r *Row) bool { return advisory(r.OS) != "" }

// advisory says that phones with some operating systems are better left to the management of devices.
func advisory(os string) string {
	switch os {
	case "iOS", "Android", "Windows Phone":
		return "Phones with " + os + " are better led by the management of devices, if they are enrolled there: ActiveSync policies and wipes are meant for all others."
	}
	return ""
}

// differs says that another mail app of the same registered device would have another policy (M-10). Which
// of both the phone obeys then is up to the phone (M-09, M-11).
func differs(tx *store.Tx, after access.View, as *access.Association, state PolicyState) (string, error) {
	e := after.EASDevice(as.Pair.Device)
	if e == nil || len(e.Devices) == 0 {
		return "", nil
	}
	linked, err := tx.LinkedRecords(e.Devices...)
	if err != nil {
		return "", err
	}
	for i := range linked {
		o := &linked[i]
		if o.Pair.Device == as.Pair.Device {
			continue
		}
		if other := policyState(after, o.Pair.Device); other.ID != state.ID {
			return "Another mail app of the same device" + appName(o) + " has " + other.name() +
				". Which of two policies a phone obeys depends on the phone, and nobody can tell which: give both the same.", nil
		}
	}
	return "", nil
}

func appName(as *access.Association) string {
	if as.Client == "" {
		return ""
	}
	return ", " + as.Client + ","
}
