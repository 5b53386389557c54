// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package linking

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// What is remembered of a record's neighbours while records move is what the database says of them.
func TestWhatIsRememberedOfNeighboursIsHowTheyAre(t *testing.T) {
	var none storetest.Template
	moved := 0
	for seed := range uint64(4) {
		s, err := store.Open(t.Context(), store.Config{DSN: none.DSN(t)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
			accounts, err := household(tx, rand.New(rand.NewPCG(seed, 1)))
			if err != nil {
				return err
			}
			r := run{tx: tx, near: tx.Neighbours()}
			for _, a := range accounts {
				list, err := tx.RecordsOfAccount(a.Realm, a.Account, mostMoved)
				if err != nil {
					return err
				}
				for i := range list {
					if _, err := look(r.near, &list[i]); err != nil { // so that much is remembered before anything moves
						return err
					}
				}
				if err := r.records(list); err != nil {
					return err
				}
			}
			for _, a := range accounts {
				list, err := tx.RecordsOfAccount(a.Realm, a.Account, mostMoved)
				if err != nil {
					return err
				}
				for i := range list {
					as := &list[i]
					if as.Linked() {
						moved++
					}
					remembered, err1 := around(r.near, as)
					read, err2 := around(tx.Neighbours(), as)
					if err := errors.Join(err1, err2); err != nil {
						return err
					}
					if !slices.Equal(remembered, read) {
						t.Errorf("seed %d: around %s\nremembered %v\nread       %v", seed, as.Pair, remembered, read)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if moved < 10 {
		t.Errorf("%d records were linked: nothing has moved", moved)
	}
}

// around tells in words what the matcher sees of a record.
func around(near *store.Neighbours, as *access.Association) ([]string, error) {
	devices, err := near.DeviceCandidates(as)
	if err != nil {
		return nil, err
	}
	records, err := near.Records(as, devices, mostNear)
	if err != nil {
		return nil, err
	}
	s, err := look(near, as)
	if err != nil {
		return nil, err
	}
	list := []string{fmt.Sprintf("successor of %s, outlived %v, suggests %v", s.Successor, s.Outlived, s.Suggestion)}
	for i := range s.Candidates {
		list = append(list, fmt.Sprintf("%s %d %v %v", s.Candidates[i].Device, s.Candidates[i].Score, s.Candidates[i].Reasons, s.Candidates[i].Against))
	}
	var others []string
	for i := range records {
		r := &records[i]
		others = append(others, fmt.Sprintf("%s on %q by %q, %v, after %q", r.Pair, r.Device, r.Link.By, r.Suggestion, r.Replaces))
	}
	slices.Sort(others)
	return append(list, others...), nil
}

// household is four users with phones of two models, some of which have the mail of several.
func household(tx *store.Tx, rnd *rand.Rand) (accounts []access.Account, err error) {
	var users []*access.User
	for i := range 4 {
		accounts = append(accounts, access.Account{Realm: "lab", Account: fmt.Sprintf("user%d", i)})
		users = append(users, &access.User{Name: accounts[i].Account, Accounts: accounts[i:]})
		users[i].Accounts = users[i].Accounts[:1:1]
		if err := tx.CreateUser(users[i]); err != nil {
			return nil, err
		}
	}
	for i := range 14 {
		id := fmt.Sprintf("ANDROIDC%010d", 77_000_000+i*13)
		model, number := []string{"SM-S921B", "Pixel 9"}[rnd.IntN(2)], fmt.Sprintf("+49 170 99900%02d", i)
		d := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive, Owner: users[rnd.IntN(4)].ID}, OS: "Android", Model: model}
		if rnd.IntN(2) == 0 {
			d.EASID = id
		}
		if rnd.IntN(2) == 0 {
			d.Number = number
		}
		if err := tx.CreateDevice(d); err != nil {
			return nil, err
		}
		for _, k := range rnd.Perm(4)[:1+rnd.IntN(3)] {
			a := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: accounts[k].Account, Device: id}}, OS: "Android", Model: model,
				FirstSync: storetest.Start().AddDate(0, 0, rnd.IntN(90))}
			if rnd.IntN(2) == 0 {
				a.Number = number
			}
			if err := tx.CreateAssociation(a); err != nil {
				return nil, err
			}
		}
	}
	return accounts, nil
}
