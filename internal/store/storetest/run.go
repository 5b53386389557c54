// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Open gives a fresh, empty store that ends with the test. now is its clock.
type Open func(t testing.TB, now func() time.Time) *store.Store

// Run proves the whole contract on stores that open makes.
func Run(t *testing.T, open Open) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"associations", associations},
		{"lists", lists},
		{"sweeps", sweeps},
		{"following", following},
		{"console", console},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

// Start is the moment test clocks begin at.
func Start() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC) }

func fixed() time.Time { return Start() }

func fresh(t *testing.T, open Open) (context.Context, *store.Store) {
	t.Helper()
	return t.Context(), open(t, fixed)
}

func tx(t *testing.T, s *store.Store, fn func(*store.Tx) error) int64 {
	t.Helper()
	n, err := s.Change(t.Context(), fn)
	if err != nil {
		t.Fatalf("transaction: %v", err)
	}
	return n
}

func pair(account, device string) access.Pair {
	return access.Pair{Realm: "lab", Account: account, Device: device}
}

func seen(account, device string) *access.Association {
	return &access.Association{Record: access.Record{Domain: access.Standalone, Pair: pair(account, device)},
		User: account, RawDevice: device}
}

func create(t *testing.T, s *store.Store, a *access.Association) *access.Association {
	t.Helper()
	tx(t, s, func(tx *store.Tx) error {
		n := *a
		if err := tx.CreateAssociation(&n); err != nil {
			return err
		}
		*a = n
		return nil
	})
	return a
}

func find(t *testing.T, s *store.Store, id access.AssociationID) *access.Association {
	t.Helper()
	a, err := s.FindAssociation(t.Context(), id)
	if err != nil {
		t.Fatalf("find %s: %v", id, err)
	}
	return a
}

func wantKind(t *testing.T, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Fatalf("error %v has kind %d, want kind %d", err, access.KindOf(err), want)
	}
}
