// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// mirror follows a store as a gateway does.
type mirror struct {
	pos     access.Position
	entries map[string]access.Entry
	fulls   int
}

func (m *mirror) catchUp(t *testing.T, s *store.Store, limit int) {
	t.Helper()
	for {
		b, err := s.ChangesSince(t.Context(), m.pos, limit)
		if err != nil {
			t.Fatalf("changes: %v", err)
		}
		if b.Full {
			m.fulls++
			m.entries = map[string]access.Entry{}
		}
		for _, n := range b.Entries {
			key := string(n.Kind) + " " + n.Key
			if n.Deleted {
				delete(m.entries, key)
				continue
			}
			m.entries[key] = n
		}
		m.pos = b.Position
		if !b.More {
			return
		}
	}
}

// records gives what the mirror holds, as id → override.
func (m *mirror) records() map[access.AssociationID]access.Override {
	out := map[access.AssociationID]access.Override{}
	for _, e := range m.entries {
		if e.Record != nil {
			out[e.Record.ID] = e.Record.Override
		}
	}
	return out
}

func truth(t *testing.T, s *store.Store) map[access.AssociationID]access.Override {
	t.Helper()
	out := map[access.AssociationID]access.Override{}
	if err := s.EachRecord(t.Context(), func(r *access.Record) error { out[r.ID] = r.Override; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func following(t *testing.T, e Engine) {
	t.Run("a follower gets a full copy, then what changes", func(t *testing.T) {
		_, s := fresh(t, e)
		a, b := create(t, s, seen("ana", "d1")), create(t, s, seen("bob", "d2"))
		dev := &access.Device{State: access.DeviceActive}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveDevice(dev) })
		a.Device = dev.ID
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
		tx(t, s, func(tx *store.Tx) error {
			return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "bob", Disabled: true})
		})
		var m mirror
		m.catchUp(t, s, 2)                       // smaller than the copy
		if m.fulls != 1 || len(m.entries) != 6 { // preferences, device, eas device, account, two records
			t.Fatalf("%d copies, %d entries: %v", m.fulls, len(m.entries), m.entries)
		}
		if e := m.entries["easdevice d1"]; e.EASDevice == nil || len(e.EASDevice.Devices) != 1 || e.EASDevice.Devices[0] != dev.ID {
			t.Errorf("eas device %+v", e)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(b.ID) })
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteDevice(dev.ID) })
		m.catchUp(t, s, 2)
		if m.fulls != 1 || len(m.entries) != 3 { // preferences, account, one record
			t.Fatalf("%d copies, %d entries: %v", m.fulls, len(m.entries), m.entries)
		}
		if now, _ := s.Position(t.Context()); now != m.pos {
			t.Errorf("follower at %+v, store at %+v", m.pos, now)
		}
	})
	t.Run("a copy that is read while things change ends complete", func(t *testing.T) {
		ctx, s := fresh(t, e)
		if err := Fill(ctx, s, 200, 5); err != nil {
			t.Fatal(err)
		}
		var m mirror
		for i := 0; ; i++ {
			b, err := s.ChangesSince(ctx, m.pos, 30)
			if err != nil {
				t.Fatal(err)
			}
			if b.Full {
				m.entries = map[string]access.Entry{}
			}
			for _, n := range b.Entries {
				m.entries[string(n.Kind)+" "+n.Key] = n
			}
			m.pos = b.Position
			a := create(t, s, seen(fmt.Sprintf("new%d", i), "d"))
			a.Override = access.Override{Kind: access.OverrideBlock, At: Start(), Reason: fmt.Sprint(i)}
			tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
			if i == 5 {
				break
			}
		}
		m.catchUp(t, s, 30)
		if !maps.Equal(m.records(), truth(t, s)) {
			t.Fatalf("the follower has %d records, the store %d, or other ones", len(m.records()), len(truth(t, s)))
		}
	})
	t.Run("a position that cannot be told from the log gets a full copy", func(t *testing.T) {
		_, s := fresh(t, e)
		create(t, s, seen("ana", "d1"))
		old, _ := s.Position(t.Context())
		create(t, s, seen("bob", "d1"))
		now, _ := s.Position(t.Context())
		for name, pos := range map[string]access.Position{
			"none": {}, "another history": {History: "x", Number: now.Number, Token: now.Token},
			"a commit that was lost": {History: now.History, Number: now.Number, Token: "x"},
			"the future":             {History: now.History, Number: now.Number + 9, Token: now.Token},
			"an older lost commit":   {History: now.History, Number: old.Number, Token: "x"},
			"a made-up copy":         {History: now.History, Token: "copy:99:x:0:"},
		} {
			b, err := s.ChangesSince(t.Context(), pos, 100)
			if err != nil || !b.Full || b.More || len(b.Entries) != 3 {
				t.Errorf("%s: %+v, %v", name, b, err)
			}
		}
		b, err := s.ChangesSince(t.Context(), old, 100)
		if err != nil || b.Full || len(b.Entries) != 1 {
			t.Errorf("a good position: %+v, %v", b, err)
		}
	})
	t.Run("a transaction that fails leaves no number behind", func(t *testing.T) {
		_, s := fresh(t, e)
		boom := errors.New("boom")
		before, _ := s.Position(t.Context())
		err := s.WithTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.CreateAssociation(seen("ana", "d1")), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatalf("error %v", err)
		}
		if after, _ := s.Position(t.Context()); after != before {
			t.Fatalf("from %+v to %+v", before, after)
		}
		if c, _ := s.CountAssociations(t.Context()); c.Total != 0 {
			t.Fatalf("%+v", c)
		}
	})
	t.Run("who waits is woken by a commit", func(t *testing.T) {
		_, s := fresh(t, e)
		pos, _ := s.Position(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Wait(t.Context(), pos.Number) }()
		create(t, s, seen("ana", "d1"))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Wait(ctx, pos.Number+1); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
	})
	t.Run("sixteen writers, some of whom fail, and a follower that sees every number", writersAndFollower(e))
}

func writersAndFollower(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		const writers, rounds = 16, 12
		s := e.Open(t, time.Now)
		create(t, s, seen("first", "d"))
		var m mirror
		m.catchUp(t, s, 7)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		taken := make(chan int64, writers*rounds)
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range rounds {
					n, err := s.Change(ctx, func(tx *store.Tx) error {
						a := seen(fmt.Sprintf("w%d-%d", w, i), "d")
						if err := tx.CreateAssociation(a); err != nil {
							return err
						}
						if i%4 == 3 {
							return errors.New("thought better of it")
						}
						return nil
					})
					if err == nil {
						taken <- n
					}
				}
			})
		}
		numbers := map[int64]int{}
		seenAll := make(chan struct{})
		go func() {
			defer close(seenAll)
			want := m.pos.Number + writers*rounds*3/4
			for m.pos.Number < want && ctx.Err() == nil {
				if err := s.Wait(ctx, m.pos.Number); err != nil {
					return
				}
				before := m.pos.Number
				b, err := s.ChangesSince(ctx, m.pos, 1)
				if err != nil || b.Full || b.Position.Number != before+1 || len(b.Entries) != 1 {
					t.Errorf("after %d: %+v, %v", before, b.Position, err)
					return
				}
				numbers[b.Position.Number]++
				m.entries["record "+b.Entries[0].Key] = b.Entries[0]
				m.pos = b.Position
			}
		}()
		group.Wait()
		close(taken)
		<-seenAll
		for n := range taken {
			if numbers[n] != 1 {
				t.Errorf("number %d was seen %d times", n, numbers[n])
			}
		}
		if len(numbers) != writers*rounds*3/4 || !maps.Equal(m.records(), truth(t, s)) {
			t.Errorf("the follower saw %d numbers and holds %d records", len(numbers), len(m.records()))
		}
	}
}
