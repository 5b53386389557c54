// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// perCandidate is how many rows the matcher may look at for each record or device that comes into question
// and each record it is asked about, and mostRows for one record of what thousands share.
const (
	perCandidate = 60
	mostRows     = 3_000
)

func TestTheMatcherTouchesCandidatesAloneOnSQLite(t *testing.T)   { matcherPlans(t, sqlite()) }
func TestTheMatcherTouchesCandidatesAloneOnPostgres(t *testing.T) { matcherPlans(t, postgres()) }

// matcherPlans lets the matcher run anew for one user, one device and one record, in a small world and in
// one five times as large: it looks at the same rows, and changes nothing but that user's records.
func matcherPlans(t *testing.T, e storetest.Engine) {
	t.Helper()
	var before map[string]int
	for _, n := range []int{1_000, 5_000} {
		s := e.Open(t, storetest.Start)
		if err := storetest.FillWorld(t.Context(), s, storetest.WorldOf(n), 1); err != nil {
			t.Fatal(err)
		}
		p := addProbe(t, s)
		analyze(t, s)
		p.onlyItsRecordsChange(t, s)
		w := newPlanWatch(t, s)
		w.indexes = true
		w.allow = func(complaint string) bool { return !scans(complaint) } // what shares one key is few, and may be sorted
		rows := map[string]int{}
		run := func(what string, fn func(*store.Tx) error) {
			t.Helper()
			w.what, w.rows = fmt.Sprintf("%s among %d records", what, n), 0
			if err := s.WithTx(t.Context(), fn); err != nil && !errors.Is(err, errUndone) {
				t.Fatalf("%s: %v", w.what, err)
			}
			rows[what] = w.rows
		}
		run("a user with three phones", p.matchUser)
		if most := perCandidate * (len(p.records) + len(p.devices)); rows["a user with three phones"] > most {
			t.Errorf("%d rows for %d records and %d devices, at most %d wanted", rows["a user with three phones"], len(p.records), len(p.devices), most)
		}
		run("a device", func(tx *store.Tx) error {
			d, err := tx.FindRegistered(p.devices[0])
			if err != nil {
				return err
			}
			return linking.Device(tx, d)
		})
		run("a record", func(tx *store.Tx) error {
			as, err := tx.FindAssociation(p.records[0])
			if err != nil {
				return err
			}
			_, err = linking.Look(tx, as)
			return err
		})
		if before == nil {
			before = maps.Clone(rows)
		} else if diff := cmp.Diff(before, rows); diff != "" {
			t.Errorf("rows among 1,000 (-) and 5,000 records (+):\n%s", diff)
		}
		// What thousands share: an account, an owner, a number.
		run("a record of an account on many phones", func(tx *store.Tx) error {
			list, err := tx.RecordsOfAccount("lab", "kiosk", 1)
			if err != nil {
				return err
			}
			_, err = linking.Look(tx, &list[0])
			return err
		})
		if n := rows["a record of an account on many phones"]; n > mostRows {
			t.Errorf("%d rows for a record of an account on many phones", n)
		}
	}
}

// perShared is how many rows may be read for each record of an account that very many share: many times less
// than it has neighbours.
const perShared = 80

func TestGivingAwayASharedAccountReadsItsNeighboursOnceOnSQLite(t *testing.T) {
	sharedPlans(t, sqlite())
}
func TestGivingAwayASharedAccountReadsItsNeighboursOnceOnPostgres(t *testing.T) {
	sharedPlans(t, postgres())
}

// sharedPlans gives an account on 300 phones of one model to the user whom the phones belong to: what its
// records have in common is read once, not for each of them.
func sharedPlans(t *testing.T, e storetest.Engine) {
	t.Helper()
	const phones = 300
	s := e.Open(t, storetest.Start)
	shared := access.Account{Realm: "lab", Account: "sales"}
	ana, bea := &access.User{Name: "ana", Accounts: []access.Account{shared}}, &access.User{Name: "bea"}
	records := make([]access.AssociationID, phones)
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		if err := errors.Join(tx.CreateUser(ana), tx.CreateUser(bea)); err != nil {
			return err
		}
		for i := range phones {
			id := fmt.Sprintf("ANDROIDC%010d", 77_000_000+i*13)
			d := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive, Owner: bea.ID}, OS: "Android", Model: "SM-S921B"}
			if i%2 == 0 { // of the others only the model is known
				d.EASID = id
			}
			a := &access.Association{Record: access.Record{Pair: access.Pair{Realm: shared.Realm, Account: shared.Account, Device: id}}, OS: "Android", Model: "SM-S921B"}
			if err := errors.Join(tx.CreateDevice(d), tx.CreateAssociation(a)); err != nil {
				return err
			}
			records[i] = a.ID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	analyze(t, s)
	w := newPlanWatch(t, s)
	w.indexes, w.what = true, "an account on many phones"
	w.allow = func(complaint string) bool { return !scans(complaint) }
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		ana.Accounts, bea.Accounts = nil, []access.Account{shared}
		if err := errors.Join(tx.SaveUser(ana), tx.SaveUser(bea)); err != nil {
			return err
		}
		return linking.Accounts(tx, shared)
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows for %d records", w.rows, phones)
	if w.rows > perShared*phones {
		t.Errorf("%d rows for %d records, at most %d wanted", w.rows, phones, perShared*phones)
	}
	s.SpyOn(nil)
	for i, id := range records {
		a, err := s.FindAssociation(t.Context(), id)
		if err != nil || a.Person != bea.ID || a.Linked() != (i%2 == 0) {
			t.Fatalf("the record no. %d is of %q, linked to %q, %v", i, a.Person, a.Device, err)
		}
	}
}

// scans says that a table, or an index from one end to the other, is read; the first row of an index is not
// all of it.
func scans(complaint string) bool {
	return strings.HasPrefix(complaint, "SCAN ") && !strings.Contains(complaint, "COVERING INDEX") || strings.HasPrefix(complaint, "Seq Scan")
}

// probe is a user whose phones have nothing in common with anybody's.
type probe struct {
	user    access.UserID
	account access.Account
	devices []access.DeviceID
	records []access.AssociationID
}

func addProbe(t testing.TB, s *store.Store) *probe {
	t.Helper()
	p := &probe{account: access.Account{Realm: "lab", Account: "probe"}}
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		*p = probe{account: p.account}
		u := &access.User{Name: "probe", Accounts: []access.Account{p.account}}
		if err := tx.CreateUser(u); err != nil {
			return err
		}
		p.user = u.ID
		for i := range 3 {
			d := &access.RegisteredDevice{Device: access.Device{Owner: u.ID, State: access.DeviceActive}, Model: "Probe", OS: "Android", OSVersion: "15",
				Number: fmt.Sprintf("+49 170 999000%d", i), Serial: fmt.Sprintf("PROBE000%d", i), Enrolled: storetest.Start()}
			if err := tx.CreateDevice(d); err != nil {
				return err
			}
			p.devices = append(p.devices, d.ID)
			a := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "probe", Device: fmt.Sprintf("PROBEPHONE%d", i)}},
				Model: "Probe", OS: "Android", OSVersion: "15", Number: d.Number, FirstSync: storetest.Start().Add(time.Minute)}
			if err := tx.CreateAssociation(a); err != nil {
				return err
			}
			p.records = append(p.records, a.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// matchUser gives the account away and back, and leaves the database as it was.
func (p *probe) matchUser(tx *store.Tx) error {
	u, err := tx.FindUser(p.user)
	if err != nil {
		return err
	}
	for _, accounts := range [][]access.Account{nil, {p.account}} {
		u.Accounts = accounts
		if err := tx.SaveUser(u); err != nil {
			return err
		}
		if err := linking.Accounts(tx, p.account); err != nil {
			return err
		}
	}
	return errUndone
}

// onlyItsRecordsChange compares every record before and after the user's has been matched anew.
func (p *probe) onlyItsRecordsChange(t *testing.T, s *store.Store) {
	t.Helper()
	all := func() map[access.AssociationID]string {
		m := map[access.AssociationID]string{}
		if err := s.EachAssociation(t.Context(), store.Query{Sort: store.SortAdded}, func(a *access.Association) error {
			m[a.ID] = fmt.Sprint(*a)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	before := all()
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error { return linking.Accounts(tx, p.account) }); err != nil {
		t.Fatal(err)
	}
	linked := 0
	for id, now := range all() {
		switch {
		case now == before[id]:
		case !slices.Contains(p.records, id):
			t.Errorf("a record of somebody else has changed from\n%s to\n%s", before[id], now)
		default:
			linked++
		}
	}
	if linked != len(p.records) {
		t.Errorf("%d of %d records of the user are linked now", linked, len(p.records))
	}
}
