// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// mostDevices is how many records of one account are held against the limit of devices.
const mostDevices = 5000

// Record writes into a record which blocking rules speak of it now. changed is true when gateways hear of it.
// as has to come from this transaction, and is brought up to date.
func Record(tx *store.Tx, as *access.Association) (changed bool, err error) {
	list, err := tx.ListBlockings()
	if err != nil {
		return false, err
	}
	if len(list) == 0 && (as.Ruling == nil || len(as.Ruling.Rules) == 0) {
		return false, nil // the common case costs nothing
	}
	rules, err := speaking(tx, list, as)
	if err != nil {
		return false, err
	}
	return tx.SetRuling(as, rules)
}

// Speaking gives the rules of a list that would speak of a record, whatever number of records they may hold:
// what a preview shows.
func Speaking(tx *store.Tx, list []store.Blocking, as *access.Association) ([]access.BlockingID, error) {
	return speaking(tx, list, as)
}

func speaking(tx *store.Tx, list []store.Blocking, as *access.Association) (rules []access.BlockingID, err error) {
	traits := as.Traits()
	for i := range list {
		b := &list[i]
		switch {
		case !b.Enabled:
			continue
		case b.Kind.ByRequest():
			if b.ForEverybody() {
				continue // gateways ask of each request themselves
			}
		case !b.Matches(&traits, tx.Now()):
			continue
		}
		in, err := tx.InScope(as.Person, b.Scope())
		if err != nil {
			return nil, err
		}
		if in {
			rules = append(rules, b.ID)
		}
	}
	return rules, nil
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

// Arrived does both for a record that is new.
func Arrived(tx *store.Tx, as *access.Association) error {
	if _, err := Record(tx, as); err != nil || tx.DeviceLimit() == 0 {
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
	err = s.WithTx(ctx, func(tx *store.Tx) error {
		p = Progress{}
		list, next, err := tx.Stretch(after, n)
		if err != nil {
			return err
		}
		p.Next, p.Seen = next, len(list)
		accounts := map[access.Account]bool{}
		for i := range list {
			changed, err := Record(tx, &list[i])
			if err != nil {
				return err
			}
			if changed {
				p.Changed++
			}
			over := list[i].Ruling != nil && list[i].Ruling.OverLimit
			a := access.Account{Realm: list[i].Pair.Realm, Account: list[i].Pair.Account}
			if accounts[a] || !over && tx.DeviceLimit() == 0 {
				continue
			}
			accounts[a] = true
			more, err := Account(tx, a.Realm, a.Account)
			if err != nil {
				return err
			}
			p.Changed += more
		}
		return nil
	})
	return p, err
}
