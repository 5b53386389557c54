// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// A preview is a rehearsal: the verb itself is carried out in a transaction that is then given up, and
// what gateways would say to every record it can touch is asked before and after. So what is listed is
// what then happens (Y-07), whatever the verb has in its train.

// errRehearsed ends a transaction that was only a rehearsal.
var errRehearsed = errors.New("admin: rehearsed")

// rehearsal is a verb that is tried out.
type rehearsal struct {
	touched  func(*store.Tx) ([]access.Association, error) // every record whose verdict it may change
	do       func(*store.Tx) error
	accounts func() []access.AccountState // what accounts are like afterwards, where that differs
	gone     bool                         // of records that are gone it is told how their phones are judged then
}

func (a *Admin) rehearse(ctx context.Context, who access.Actor, r rehearsal) (Preview, error) {
	v, now := a.snapshot(), a.now().UTC()
	var out Preview
	err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		out = Preview{At: now, Position: v.Position()}
		list, err := r.touched(tx)
		if err != nil {
			return err
		}
		before, err := sight(tx, v, list)
		if err != nil {
			return err
		}
		if err := r.do(tx); err != nil {
			return err
		}
		after := make([]access.Association, 0, len(list))
		for i := range list {
			as, err := tx.FindAssociation(list[i].ID)
			if err == nil {
				after = append(after, *as)
			} else if known(err) != nil {
				return err
			}
		}
		var gone []access.Association
		if r.gone {
			gone = strangers(list, after)
			after = append(after, gone...)
		}
		then, err := sight(tx, v, after)
		if err != nil {
			return err
		}
		if r.accounts != nil {
			for _, s := range r.accounts() {
				then.accounts[access.Account{Realm: s.Realm, Account: s.Account}] = &s
			}
		}
		for i := range gone {
			then.records[gone[i].Pair] = nil
		}
		out.compare(before, then, list, after, now)
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return veiled(ctx, a, who, out, err)
}

// sight is a view in which some records, and all that their verdicts hang on, are as the transaction has
// them.
func sight(tx *store.Tx, v access.View, list []access.Association) (*overlay, error) {
	o := &overlay{View: v, records: map[access.Pair]*access.Record{}, devices: map[access.DeviceID]*access.Device{},
		eas: map[string]*access.EASDevice{}, accounts: map[access.Account]*access.AccountState{}}
	for i := range list {
		as := &list[i]
		o.records[as.Pair] = &as.Record
		if o.eas[as.Pair.Device] != nil {
			continue
		}
		o.eas[as.Pair.Device] = &access.EASDevice{ID: as.Pair.Device}
		same, err := tx.Siblings(&access.Association{Record: access.Record{Pair: as.Pair}}, maxReach)
		if err != nil {
			return nil, err
		}
		for j := range same {
			id := same[j].Device
			if id == "" {
				continue
			}
			o.joins(as.Pair.Device, id)
			if _, known := o.devices[id]; known {
				continue
			}
			d, err := tx.FindRegistered(id)
			if err != nil {
				return nil, err
			}
			o.devices[id] = &d.Device
		}
	}
	return o, nil
}

// strangers gives what is left of records that are gone: a pair that nothing is known of.
func strangers(was, is []access.Association) (list []access.Association) {
	there := make(map[access.AssociationID]bool, len(is))
	for i := range is {
		there[is[i].ID] = true
	}
	for i := range was {
		if !there[was[i].ID] {
			list = append(list, access.Association{Record: access.Record{ID: was[i].ID, Pair: was[i].Pair}})
		}
	}
	return list
}

// compare asks about every record before and after. One that is gone is not counted: its phone is judged
// anew.
func (p *Preview) compare(before, after access.View, was, is []access.Association, now time.Time) {
	then := make(map[access.AssociationID]*access.Association, len(is))
	for i := range is {
		then[is[i].ID] = &is[i]
	}
	var blocked, allowed, reworded []PreviewChange
	for i := range was {
		n := then[was[i].ID]
		if n == nil {
			continue
		}
		p.Records++
		d0, d1 := judge(before, &was[i].Record, now), judge(after, &n.Record, now)
		if d0.Verdict == d1.Verdict && d0.Rule == d1.Rule && d0.Shadow == d1.Shadow {
			continue
		}
		c := PreviewChange{ID: n.ID, Pair: n.Pair, Linked: n.Linked(), Before: d0.Why(), After: d1.Why()}
		switch {
		case d0.Enforced() == d1.Enforced():
			p.Reworded++
			reworded = append(reworded, c)
		case d1.Enforced() != access.VerdictPass:
			p.ToBlocked++
			blocked = append(blocked, c)
		default:
			p.ToAllowed++
			allowed = append(allowed, c)
		}
	}
	for _, l := range [][]PreviewChange{blocked, allowed, reworded} {
		p.Changes = append(p.Changes, l[:min(len(l), previewLimit)]...)
	}
	p.Truncated = p.Truncated || len(p.Changes) < p.ToBlocked+p.ToAllowed+p.Reworded
}

// PreviewDevice says what a verb on a device would do now: VerbActivate, VerbLose, VerbFind, VerbRetire,
// VerbDeleteDevice, or VerbSetCompliance with the form.
func (a *Admin) PreviewDevice(ctx context.Context, who access.Actor, id access.DeviceID, verb access.Verb, f ComplianceForm) (Preview, error) {
	if err := who.May(verb); err != nil {
		return Preview{}, err
	}
	if verb == access.VerbSetCompliance {
		if err := f.validate(a.now()); err != nil {
			return Preview{}, err
		}
	}
	var d *access.RegisteredDevice
	return a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) (list []access.Association, err error) {
			if d, err = a.findDevice(tx, who, id, verb, 0); err != nil {
				return nil, err
			}
			return touchedBy(tx, d)
		},
		do: func(tx *store.Tx) error {
			if verb == access.VerbDeleteDevice {
				return a.deleteDevice(tx, who, d, "")
			}
			_, err := a.changeDevice(tx, who, verb, d, "", func(tx *store.Tx, d *access.RegisteredDevice) error {
				return become(verb, d, f, tx.Now())
			})
			return err
		},
	})
}

// touchedBy gives every record whose verdict a change of a device may change, and those that share a phone
// with one of them.
func touchedBy(tx *store.Tx, d *access.RegisteredDevice) (list []access.Association, err error) {
	reached, err := reach(tx, d.ID)
	if err != nil {
		return nil, err
	}
	candidates, err := tx.RecordCandidates(d)
	if err != nil {
		return nil, err
	}
	seen, phones := map[access.AssociationID]bool{}, map[string]bool{}
	for _, as := range append(reached, candidates...) {
		if !phones[as.Pair.Device] {
			phones[as.Pair.Device] = true
			same, err := tx.Siblings(&access.Association{Record: access.Record{Pair: as.Pair}}, maxReach)
			if err != nil {
				return nil, err
			}
			for _, s := range same {
				if !seen[s.ID] {
					seen[s.ID] = true
					list = append(list, s)
				}
			}
		}
	}
	return list, nil
}

// PreviewUser says what a verb on a user would do now: VerbDisableUser, VerbEnableUser or VerbDeleteUser.
func (a *Admin) PreviewUser(ctx context.Context, who access.Actor, id access.UserID, verb access.Verb) (Preview, error) {
	if err := who.May(verb); err != nil {
		return Preview{}, err
	}
	var u *access.User
	return a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) (list []access.Association, err error) {
			if u, err = a.findUser(tx, who, id, 0); err != nil {
				return nil, err
			}
			return touchedByUser(tx, u.ID)
		},
		do: func(tx *store.Tx) error {
			switch verb {
			case access.VerbDeleteUser:
				if err := tx.DeleteUser(id); err != nil {
					return err
				}
				return linking.Accounts(tx, u.Accounts...)
			case access.VerbDisableUser, access.VerbEnableUser:
				before := *u
				u.Disabled = verb == access.VerbDisableUser
				return a.saveUser(tx, &before, u)
			}
			return access.Invalid("admin: preview", "There is no preview of this.")
		},
		accounts: func() []access.AccountState {
			list := make([]access.AccountState, len(u.Accounts))
			for i, acc := range u.Accounts {
				list[i] = access.AccountState{Realm: acc.Realm, Account: acc.Account, Disabled: verb == access.VerbDisableUser}
			}
			return list
		},
	})
}
