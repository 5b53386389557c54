// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// A preview is a rehearsal: the verb itself is carried out in a transaction that is then given up, and
// what gateways would say to every record it can touch is asked before and after. So what is listed is
// what then happens (Y-07), whatever the verb has in its train.

// wholeMailboxes gives records with the others of their accounts: where phones per mailbox are limited, one that
// goes makes room for the next.
func wholeMailboxes(tx *store.Tx, list []access.Association) ([]access.Association, error) {
	seen, asked := map[access.AssociationID]bool{}, map[access.Account]bool{}
	for i := range list {
		seen[list[i].ID] = true
	}
	for _, as := range list {
		acc := access.Account{Realm: as.Pair.Realm, Account: as.Pair.Account}
		if asked[acc] {
			continue
		}
		asked[acc] = true
		others, err := tx.RecordsOfAccount(acc.Realm, acc.Account, maxReach)
		if err != nil {
			return nil, err
		}
		for i := range others {
			if !seen[others[i].ID] {
				seen[others[i].ID] = true
				list = append(list, others[i])
			}
		}
	}
	return list, nil
}

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
	err := a.rehearsed(ctx, func(tx *store.Tx) error {
		out = Preview{At: now, Position: v.Position()}
		list, err := r.touched(tx)
		if err == nil && tx.DeviceLimit() > 0 {
			list, err = wholeMailboxes(tx, list)
		}
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
		if err := ruling.Settle(tx); err != nil {
			return err
		}
		after, err := present(tx, list)
		if err != nil {
			return err
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
		return horizonIn(tx, who).limit(&out, before, then, list, after)
	})
	return veiled(ctx, a, who, out, err)
}

// longRehearsal is how long the database's writer may be held before the next rehearsal has to wait as long.
const longRehearsal = 100 * time.Millisecond

// rehearsed carries something out in a transaction that is given up then. One goes on at a time, and after a
// long one others get as much time to write: a rehearsal holds the only writer, and whoever looks at previews
// must not keep phones' reports waiting.
func (a *Admin) rehearsed(ctx context.Context, fn func(*store.Tx) error) error {
	select {
	case a.stage <- struct{}{}:
	case <-ctx.Done():
		return access.Unavailable("admin: preview", "Others look at previews at the moment. Try again soon.", ctx.Err())
	}
	var held time.Duration
	err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		began := time.Now()
		defer func() { held = time.Since(began) }()
		if err := fn(tx); err != nil {
			return err
		}
		return errRehearsed
	})
	if held > longRehearsal {
		time.AfterFunc(held, func() { <-a.stage })
	} else {
		<-a.stage
	}
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// present gives records as they are now, without those that are gone.
func present(tx *store.Tx, list []access.Association) ([]access.Association, error) {
	ids := make([]access.AssociationID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return tx.FindAssociations(ids)
}

// sight is a view in which some records, and all that their verdicts hang on, are as the transaction has
// them.
func sight(tx *store.Tx, v access.View, list []access.Association) (*overlay, error) {
	o := &overlay{View: v, records: map[access.Pair]*access.Record{}, devices: map[access.DeviceID]*access.Device{},
		eas: map[string]*access.EASDevice{}, accounts: map[access.Account]*access.AccountState{}}
	var ids []string
	for i := range list {
		as := &list[i]
		o.records[as.Pair] = &as.Record
		if o.eas[as.Pair.Device] == nil {
			o.eas[as.Pair.Device] = &access.EASDevice{ID: as.Pair.Device}
			ids = append(ids, as.Pair.Device)
		}
	}
	phones, err := tx.Phones(ids, maxReach)
	if err != nil {
		return nil, err
	}
	var devices []access.DeviceID
	for _, id := range ids {
		for _, as := range phones[id] {
			if as.Device == "" {
				continue
			}
			o.joins(id, as.Device)
			if _, known := o.devices[as.Device]; !known {
				o.devices[as.Device] = nil
				devices = append(devices, as.Device)
			}
		}
	}
	found, err := tx.FindDevices(devices)
	for i := range found {
		o.devices[found[i].ID] = &found[i].Device
	}
	return o, err
}

// strangers gives what is left of records that are gone: a pair that nothing is known of but what its phone says of
// itself with every request.
func strangers(was, is []access.Association) (list []access.Association) {
	there := make(map[access.AssociationID]bool, len(is))
	for i := range is {
		there[is[i].ID] = true
	}
	for i := range was {
		if !there[was[i].ID] {
			left := was[i]
			left.Record = access.Record{ID: was[i].ID, Pair: was[i].Pair}
			list = append(list, left)
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
		d0, d1 := judge(before, &was[i].Record, now), judgeStranger(after, n, now)
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
	return wholePhones(tx, append(reached, candidates...))
}

// wholePhones gives records with those that share a phone with one of them.
func wholePhones(tx *store.Tx, chosen []access.Association) (list []access.Association, err error) {
	var ids []string
	seen := map[string]bool{}
	for i := range chosen {
		if id := chosen[i].Pair.Device; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	phones, err := tx.Phones(ids, maxReach)
	for _, id := range ids {
		list = append(list, phones[id]...)
	}
	return list, err
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
