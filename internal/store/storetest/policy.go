// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// newest gives the present state of one thing as a gateway that begins now is told it; nil: not at all.
func newest(t *testing.T, s *store.Store, kind access.EntryKind, key string) *access.Entry {
	t.Helper()
	var pos access.Position
	var found *access.Entry
	for {
		b, err := s.ChangesSince(t.Context(), pos, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Entries {
			if e.Kind == kind && e.Key == key {
				found = &e
			}
		}
		if pos = b.Position; !b.More {
			return found
		}
	}
}

// after gives what has changed of one thing since a position.
func after(t *testing.T, s *store.Store, pos access.Position, kind access.EntryKind, key string) *access.Entry {
	t.Helper()
	b, err := s.ChangesSince(t.Context(), pos, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries {
		if e.Kind == kind && e.Key == key {
			return &e
		}
	}
	return nil
}

func position(t *testing.T, s *store.Store) access.Position {
	t.Helper()
	var pos access.Position
	for {
		b, err := s.ChangesSince(t.Context(), pos, 500)
		if err != nil {
			t.Fatal(err)
		}
		if pos = b.Position; !b.More {
			return pos
		}
	}
}

func asks(element, value string) access.PolicySetting {
	return access.PolicySetting{Element: element, Value: value}
}

func policies(t *testing.T, e Engine) {
	make := func(t *testing.T, s *store.Store, name string, settings ...access.PolicySetting) *store.Policy {
		t.Helper()
		p := &store.Policy{Policy: access.Policy{Name: name, Settings: settings}, By: "root"}
		tx(t, s, func(tx *store.Tx) error { return tx.CreatePolicy(p, "the first") })
		return p
	}
	t.Run("other settings are another revision, and gateways hear of it", func(t *testing.T) {
		_, s := fresh(t, e)
		p := make(t, s, "Strict", asks("DevicePasswordEnabled", "1"))
		pos := position(t, s)
		p.Description = "for the board"
		p.AllowNonProvisionable, p.RefreshEvery = true, 24*time.Hour
		tx(t, s, func(tx *store.Tx) error { return tx.SavePolicy(p, "") })
		if p.Revision != 1 {
			t.Errorf("revision %d without other settings", p.Revision)
		}
		p.Settings = append(p.Settings, asks("MinDevicePasswordLength", "6"))
		tx(t, s, func(tx *store.Tx) error { return tx.SavePolicy(p, "longer") })
		got := after(t, s, pos, access.EntryPolicy, string(p.ID))
		if got == nil || got.Policy == nil {
			t.Fatal("gateways hear nothing")
		}
		if diff := cmp.Diff(p.Policy, *got.Policy); diff != "" {
			t.Errorf("told otherwise (-kept +told):\n%s", diff)
		}
		if diff := cmp.Diff(*got.Policy, *newest(t, s, access.EntryPolicy, string(p.ID)).Policy); diff != "" {
			t.Errorf("a full copy says otherwise:\n%s", diff)
		}
		list, err := s.PolicyRevisions(t.Context(), p.ID)
		if err != nil || len(list) != 2 || list[0].Revision != 2 || list[0].Note != "longer" || len(list[1].Settings) != 1 {
			t.Errorf("revisions %+v, %v", list, err)
		}
		stale := *p
		stale.Version--
		_, err = s.Change(t.Context(), func(tx *store.Tx) error { return tx.SavePolicy(&stale, "") })
		wantKind(t, err, access.KindConflict)
	})
	t.Run("two policies have two names", func(t *testing.T) {
		_, s := fresh(t, e)
		make(t, s, "Strict")
		_, err := s.Change(t.Context(), func(tx *store.Tx) error {
			return tx.CreatePolicy(&store.Policy{Policy: access.Policy{Name: "STRICT"}}, "")
		})
		wantKind(t, err, access.KindConflict)
	})
	// the assignment is the device id's, and every record of it has it.
	t.Run("a policy is assigned to a device id and taken back", func(t *testing.T) {
		_, s := fresh(t, e)
		p := make(t, s, "Strict")
		create(t, s, seen("ana", "X1"))
		pos := position(t, s)
		tx(t, s, func(tx *store.Tx) error {
			changed, err := tx.AssignPolicy("X1", p.ID, "root")
			if !changed {
				t.Error("nothing has changed")
			}
			return err
		})
		if got := after(t, s, pos, access.EntryEASDevice, "X1"); got == nil || got.EASDevice == nil || got.EASDevice.Policy != p.ID {
			t.Fatalf("told %+v", got)
		}
		if got := newest(t, s, access.EntryEASDevice, "X1"); got == nil || got.EASDevice.Policy != p.ID {
			t.Errorf("a full copy says %+v", got)
		}
		_, err := s.Change(t.Context(), func(tx *store.Tx) error { return tx.DeletePolicy(p.ID) })
		wantKind(t, err, access.KindConflict)
		tx(t, s, func(tx *store.Tx) error { _, err := tx.AssignPolicy("X1", "", "root"); return err })
		if got := newest(t, s, access.EntryEASDevice, "X1"); got != nil {
			t.Errorf("gateways still hear of %+v", got)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeletePolicy(p.ID) })
		if got := newest(t, s, access.EntryPolicy, string(p.ID)); got != nil {
			t.Errorf("deleted, and told: %+v", got)
		}
	})
	t.Run("the latest answer of a phone counts", func(t *testing.T) {
		_, s := fresh(t, e)
		p := make(t, s, "Strict")
		a := create(t, s, seen("ana", "X1"))
		for _, ack := range []access.PolicyAck{
			{Policy: p.ID, Revision: 2, Answer: access.PolicyApplied, Protocol: "16.1", At: Start().Add(time.Hour)},
			{Policy: p.ID, Revision: 1, Answer: access.PolicyPartial, Protocol: "16.1", At: Start()},
		} {
			tx(t, s, func(tx *store.Tx) error { _, err := tx.SaveAck(a.ID, ack); return err })
		}
		got, err := s.PolicyAcks(t.Context(), a.ID, "nobody")
		if err != nil || len(got) != 1 || got[a.ID].Revision != 2 || got[a.ID].Answer != access.PolicyApplied {
			t.Errorf("%+v, %v", got, err)
		}
		usage, err := s.PolicyUsage(t.Context(), p.ID)
		if diff := cmp.Diff([]store.PolicyCount{{Revision: 2, Answer: access.PolicyApplied, Records: 1}}, usage); diff != "" || err != nil {
			t.Errorf("usage: %v %s", err, diff)
		}
	})
	t.Run("gateways are told the site's secret, and hear when it is another", func(t *testing.T) {
		dsn := e.DSN(t)
		open := func(secret string) *store.Store {
			s, err := store.Open(t.Context(), store.Config{DSN: dsn, Now: fixed})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.TellSite(t.Context(), []byte(secret)); err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open("one")
		if got := newest(t, s, access.EntrySite, ""); got == nil || string(got.Site.Secret) != "one" {
			t.Fatalf("told %+v", got)
		}
		pos := position(t, s)
		s.Close()
		s = open("two")
		defer s.Close()
		if got := after(t, s, pos, access.EntrySite, ""); got == nil || string(got.Site.Secret) != "two" {
			t.Errorf("told %+v", got)
		}
	})
}

// as far as they are kept.
func wipes(t *testing.T, e Engine) {
	order := func(t *testing.T, s *store.Store, a *access.Association) *store.Wipe {
		t.Helper()
		w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "root"}, Association: a.ID, Reason: "lost in a taxi"}
		tx(t, s, func(tx *store.Tx) error { return tx.CreateWipe(w) })
		return w
	}
	t.Run("an order is its record's alone, and speaks until it is released", func(t *testing.T) {
		_, s := fresh(t, e)
		a, other := create(t, s, seen("ana", "X1")), create(t, s, seen("sales", "X1"))
		pos := position(t, s)
		w := order(t, s, a)
		got := after(t, s, pos, access.EntryRecord, string(a.ID))
		if got == nil || got.Record.Wipe != w.Wipe {
			t.Fatalf("told %+v", got)
		}
		if after(t, s, pos, access.EntryRecord, string(other.ID)) != nil {
			t.Error("the other account of the phone was touched")
		}
		if got := find(t, s, a.ID).SyncStatus; got != access.Blocked {
			t.Errorf("Sync Status %s", got)
		}
		_, err := s.Change(t.Context(), func(tx *store.Tx) error {
			return tx.CreateWipe(&store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending}, Association: a.ID})
		})
		wantKind(t, err, access.KindConflict)
		w.State, w.AnsweredAt = access.WipeAcknowledged, Start()
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(w) })
		if got := find(t, s, a.ID).SyncStatus; got != access.Wiped {
			t.Errorf("Sync Status %s", got)
		}
		w.State = access.WipeReleased
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(w) })
		if got := find(t, s, a.ID).SyncStatus; got != access.Allowed {
			t.Errorf("Sync Status %s", got)
		}
		// A later order takes the record over; what happens to the first one does not reach it any more.
		second := order(t, s, a)
		w.Reason = "told twice"
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(w) })
		if got := find(t, s, a.ID).Wipe; got.ID != second.ID || got.State != access.WipePending {
			t.Errorf("the record's order is %+v", got)
		}
	})
	t.Run("orders outlive their record", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "X1"))
		w := order(t, s, a)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
		w.State = access.WipeCancelled
		tx(t, s, func(tx *store.Tx) error { return tx.SaveWipe(w) })
		list, err := s.ListWipes(t.Context(), false, "", 10)
		if err != nil || len(list) != 1 || list[0].Pair.Account != "ana" || list[0].Reason != "lost in a taxi" {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = s.ListWipes(t.Context(), true, "", 10); err != nil || len(list) != 0 {
			t.Errorf("open: %+v, %v", list, err)
		}
	})
	t.Run("orders of the last hour are counted", func(t *testing.T) {
		_, s := fresh(t, e)
		for _, name := range []string{"ana", "bob"} {
			order(t, s, create(t, s, seen(name, "X1")))
		}
		tx(t, s, func(tx *store.Tx) error {
			n, err := tx.WipesSince(Start().Add(-time.Hour))
			if n != 2 {
				t.Errorf("%d orders", n)
			}
			return err
		})
	})
}
