// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// a change of the folding loses no record and no block.
func TestRecordsGetThePresentSpellingOfTheirAccount(t *testing.T) {
	for name, e := range map[string]storetest.Engine{"sqlite": sqlite(), "postgres": postgres()} {
		t.Run(name, func(t *testing.T) { refolds(t, e) })
	}
}

func refolds(t *testing.T, e storetest.Engine) {
	dsn, start := e.DSN(t), storetest.Start()
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Now: func() time.Time { return start }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	add := func(account, device string, first time.Time, o access.Override, comment string) access.AssociationID {
		t.Helper()
		a := &access.Association{FirstSync: first, LastSync: first.Add(time.Hour), User: account, Comment: comment}
		a.Domain, a.Pair, a.Override = access.Standalone, access.Pair{Realm: "lab", Account: account, Device: device}, o
		if err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(a) }); err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	day := func(n int) time.Time { return start.AddDate(0, 0, n-30) }
	allow := access.Override{Kind: access.OverrideAllow, By: "carol", At: day(9), Reason: "the boss"}
	block := access.Override{Kind: access.OverrideBlock, By: "dave", At: day(8), Reason: "lost"}
	gone := access.Override{Kind: access.OverrideBlock, By: "dave", At: day(8), Until: day(9)}
	alone := add("müller", "one", day(1), block, "")
	older := add("müller", "two", day(1), block, "from the old days")
	newer := add("muller", "two", day(2), allow, "a new phone")
	exact := add("muller", "three", day(2), block, "")
	add("müller", "three", day(3), access.Override{}, "")
	add("bøb", "four", day(1), gone, "")
	add("böb", "four", day(2), allow, "")
	add("bob", "four", day(3), access.Override{}, "")
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "müller", Disabled: true})
	}); err != nil {
		t.Fatal(err)
	}
	before, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	s = open()
	find := func(account, device string) *access.Association {
		t.Helper()
		var a *access.Association
		if err := s.WithTx(t.Context(), func(tx *store.Tx) (err error) {
			a, err = tx.FindPair(access.Standalone, access.Pair{Realm: "lab", Account: account, Device: device})
			return err
		}); err != nil {
			t.Fatalf("%s on %s: %v", account, device, err)
		}
		return a
	}
	if a := find("muller", "one"); a.ID != alone || a.Override.Kind != access.OverrideBlock || !a.FirstSync.Equal(day(1)) || a.User != "müller" {
		t.Errorf("alone: %+v", a)
	}
	if a := find("muller", "two"); a.ID != older || a.Override.Kind != access.OverrideBlock || a.Override.By != "dave" || !a.FirstSync.Equal(day(1)) ||
		!a.LastSync.Equal(day(2).Add(time.Hour)) || a.SyncStatus != access.Blocked ||
		a.Comment != "from the old days\na new phone\nBefore two spellings of the account became one: allow by carol. the boss" {
		t.Errorf("two of one: %+v", a)
	} else if len(a.MergedFrom) != 1 || a.MergedFrom[0] != newer {
		t.Errorf("joined from %v, want %v", a.MergedFrom, newer)
	}
	if a := find("muller", "three"); a.ID != exact || a.Override.Kind != access.OverrideBlock {
		t.Errorf("the newer one has nothing to say: %+v", a)
	}
	if a := find("bob", "four"); a.Override.Kind != access.OverrideAllow || !a.FirstSync.Equal(day(1)) {
		t.Errorf("three of one, with a block whose time is over: %+v", a)
	}
	c, err := s.CountAssociations(t.Context())
	if err != nil || c.Total != 4 {
		t.Errorf("%+v records, %v", c, err)
	}
	if a, err := s.FindAccount(t.Context(), "lab", "muller"); err != nil || !a.Disabled {
		t.Errorf("account: %+v, %v", a, err)
	}
	if _, err := s.FindAccount(t.Context(), "lab", "müller"); access.KindOf(err) != access.KindNotFound {
		t.Errorf("the old spelling is still there: %v", err)
	}
	after, err := s.Position(t.Context())
	if err != nil || after.Number <= before.Number {
		t.Errorf("gateways were told nothing: %v, then %v (%v)", before, after, err)
	}
	s.Close()

	s = open()
	defer s.Close()
	if again, err := s.Position(t.Context()); err != nil || again != after {
		t.Errorf("the next start changes something: %v, then %v (%v)", after, again, err)
	}
}
