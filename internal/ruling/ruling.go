// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// newFor is how long a phone goes on to be new: what it is, many tell only some requests after their first.
const newFor = 24 * time.Hour

// mostDevices is how many records of one account are looked at.
const mostDevices = 5000

// look is a look at several records in one transaction: it asks once for what they have in common.
type look struct {
	tx     *store.Tx
	rules  []store.Blocking
	groups map[access.UserID][]string
}

func newLook(tx *store.Tx) (*look, error) {
	list, err := tx.ListBlockings()
	return &look{tx: tx, rules: list, groups: map[access.UserID][]string{}}, err
}

// idle reports that there is nothing to look for in a record.
func (l *look) idle(as *access.Association) bool {
	return len(l.rules) == 0 && (as.Ruling == nil || len(as.Ruling.Rules) == 0)
}

func (l *look) in(person access.UserID, scope *access.Scope) (bool, error) {
	if scope == nil || person == "" {
		return scope == nil, nil
	}
	groups, known := l.groups[person]
	if !known {
		var err error
		if groups, err = l.tx.GroupsOf(person); err != nil {
			return false, err
		}
		l.groups[person] = groups
	}
	return scope.Covers(person, groups), nil
}

func (l *look) speaking(as *access.Association) (rules []access.BlockingID, err error) {
	for i := range l.rules {
		in, err := Speaks(&l.rules[i], as, l.tx.Now(), func(s *access.Scope) (bool, error) { return l.in(as.Person, s) })
		if err != nil {
			return nil, err
		}
		if in {
			rules = append(rules, l.rules[i].ID)
		}
	}
	return rules, nil
}

// Speaks reports whether a rule would be written into a record: it is in force, matches what the phone is, and the
// record's owner is one of those it is for, which in answers. Rules that look at requests and are for everybody are
// written into none: gateways ask of each request themselves.
func Speaks(b *store.Blocking, as *access.Association, now time.Time, in func(*access.Scope) (bool, error)) (bool, error) {
	if !b.Enabled {
		return false, nil
	}
	if b.Kind.ByRequest() {
		if b.ForEverybody() {
			return false, nil
		}
	} else if t := as.Traits(); !b.Matches(&t, now) {
		return false, nil
	}
	return in(b.Scope())
}

// Record writes into a record which blocking rules speak of it now. changed is true when gateways hear of it.
// as has to come from this transaction, and is brought up to date. Rules that were there when the record came hold it
// whatever their number, as long as it is new.
func Record(tx *store.Tx, as *access.Association) (changed bool, err error) {
	return record(tx, as, func(b *store.Blocking) bool {
		return !as.FirstSync.Before(b.Changed) && tx.Now().Sub(as.FirstSync) < newFor
	})
}

func record(tx *store.Tx, as *access.Association, isNew func(*store.Blocking) bool) (changed bool, err error) {
	l, err := newLook(tx)
	if err != nil || l.idle(as) {
		return false, err // the common case costs nothing
	}
	rules, err := l.speaking(as)
	if err != nil {
		return false, err
	}
	var anyway []access.BlockingID
	for i := range l.rules {
		if isNew(&l.rules[i]) {
			anyway = append(anyway, l.rules[i].ID)
		}
	}
	return tx.SetRuling(as, rules, anyway...)
}

// records is Record for many.
func (l *look) records(list []access.Association) (changed int, err error) {
	var ids []access.AssociationID
	for i := range list {
		ids = append(ids, list[i].ID)
	}
	if len(l.rules) == 0 {
		ids = nil
		for i := range list {
			if !l.idle(&list[i]) {
				ids = append(ids, list[i].ID)
			}
		}
	}
	known, err := l.tx.RulesOfAll(ids)
	if err != nil {
		return 0, err
	}
	for i := range list {
		if l.idle(&list[i]) {
			continue
		}
		rules, err := l.speaking(&list[i])
		if err != nil {
			return changed, err
		}
		moved, err := l.tx.SetRulingOf(&list[i], rules, known[list[i].ID])
		if err != nil {
			return changed, err
		}
		if moved {
			changed++
		} else if list[i].Ruling != nil {
			if err := l.tx.Rejudge(&list[i]); err != nil {
				return changed, err
			}
		}
	}
	return changed, nil
}

// Account holds the devices of a mailbox against their number (access.OverLimit). changed is how many records
// are another than before.
//
// Two gateways that report a first device each in the same moment may both find room for theirs on PostgreSQL;
// the next look at the account, at the latest the sweep, finds the one too many.
func Account(tx *store.Tx, realm, account string) (changed int, err error) {
	list, err := tx.RecordsOfAccount(realm, account, mostDevices)
	if err != nil {
		return 0, err
	}
	for i, over := range access.OverLimit(list, tx.DeviceLimit(), tx.Now()) {
		if over == (list[i].Ruling != nil && list[i].Ruling.OverLimit) {
			continue
		}
		as, err := tx.FindAssociation(list[i].ID)
		if err != nil {
			return changed, err
		}
		moved, err := tx.SetOverLimit(as, over)
		if err != nil {
			return changed, err
		}
		if moved {
			changed++
		}
	}
	return changed, nil
}

// Arrived does both for a record that is new. Whichever rule speaks of it holds it, however many it holds already:
// the number is for the phones that there are, and a full rule is no open door.
func Arrived(tx *store.Tx, as *access.Association) error {
	if _, err := record(tx, as, func(*store.Blocking) bool { return true }); err != nil {
		return err
	}
	if err := Servers(tx, []string{as.Pair.Device}); err != nil || tx.DeviceLimit() == 0 {
		return err
	}
	if _, err := Account(tx, as.Pair.Realm, as.Pair.Account); err != nil {
		return err
	}
	now, err := tx.FindAssociation(as.ID)
	if err == nil {
		as.Ruling, as.SyncStatus = now.Ruling, now.SyncStatus
	}
	return err
}

// Settle looks at the accounts that the transaction has changed (Tx.Moved): which rules speak of their records
// now, and which of their devices are too many. Who writes records, owners or users calls it at the end.
func Settle(tx *store.Tx) error {
	moved := tx.Moved()
	if len(moved) == 0 {
		return nil
	}
	l, err := newLook(tx)
	if err != nil {
		return err
	}
	if len(l.rules) == 0 && tx.DeviceLimit() == 0 && !tx.OneServerType() {
		return nil // what is left of rules that are gone, the walk finds
	}
	for _, a := range moved {
		list, err := tx.RecordsOfAccount(a.Realm, a.Account, mostDevices)
		if err != nil {
			return err
		}
		if _, err := l.records(list); err != nil {
			return err
		}
		if tx.DeviceLimit() > 0 {
			if _, err := Account(tx, a.Realm, a.Account); err != nil {
				return err
			}
		}
	}
	tx.Moved() // nothing of this moves anything else
	return nil
}

// Progress is how far a walk over all records has come.
type Progress struct {
	Next    int64 // where the next step begins; 0: the walk is over
	Seen    int
	Changed int // records that are another than before
}

// Step looks at the next records in the order in which they were made, at most n of them, in one short
// transaction: after a rule, a group or the limit has changed, and because time goes on for rules about phones
// that are not seen. Begin with after 0.
func Step(ctx context.Context, s *store.Store, after int64, n int) (p Progress, err error) {
	err = s.WithTx(ctx, func(tx *store.Tx) (err error) {
		p, err = StepIn(tx, after, n)
		return err
	})
	return p, err
}

// StepIn is Step inside a transaction.
func StepIn(tx *store.Tx, after int64, n int) (p Progress, err error) {
	list, next, err := tx.Stretch(after, n)
	if err != nil {
		return p, err
	}
	p.Next, p.Seen = next, len(list)
	l, err := newLook(tx)
	if err != nil {
		return p, err
	}
	if p.Changed, err = l.records(list); err != nil {
		return p, err
	}
	accounts := map[access.Account]bool{}
	var devices []string
	for i := range list {
		devices = append(devices, list[i].Pair.Device)
		over := list[i].Ruling != nil && list[i].Ruling.OverLimit
		a := access.Account{Realm: list[i].Pair.Realm, Account: list[i].Pair.Account}
		if accounts[a] || !over && tx.DeviceLimit() == 0 {
			continue
		}
		accounts[a] = true
		more, err := Account(tx, a.Realm, a.Account)
		if err != nil {
			return p, err
		}
		p.Changed += more
	}
	return p, Servers(tx, devices)
}
