// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Engine makes databases of one kind.
type Engine struct {
	// DSN names a fresh, empty database that ends with the test.
	DSN func(t testing.TB) string
	// Made names one that has all tables already, where that is quicker; nil: DSN does.
	Made func(t testing.TB) string
	// Migrations are the files that make its schema, for databases of earlier versions.
	Migrations fs.FS
}

// Open gives a fresh, empty store that ends with the test. now is its clock.
func (e Engine) Open(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	dsn := e.DSN
	if e.Made != nil {
		dsn = e.Made
	}
	s, err := store.Open(t.Context(), store.Config{DSN: dsn(t), Now: now})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// Run proves the whole contract on databases of an engine.
func Run(t *testing.T, e Engine) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Engine)
	}{
		{"associations", associations},
		{"lists", lists},
		{"sweeps", sweeps},
		{"following", following},
		{"console", console},
		{"backups", backups},
		{"upgrades", upgrades},
		{"people", people},
		{"devices", devices},
		{"links", links},
		{"approvals", approvals},
		{"settings", settings},
		{"timelines", timelines},
		{"lists of people", peopleLists},
		{"overrides", overrides},
		{"expected phones", expected},
		{"imports", imports},
		{"trends", trends},
		{"policies", policies},
		{"blocking rules", blockings},
		{"orders to wipe", wipes},
		{"unknown users", unknownUsers},
		{"parts", parts},
		{"device ids about which something is said", marked},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, e)
		})
	}
}

// Start is the moment test clocks begin at.
func Start() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC) }

func fixed() time.Time { return Start() }

func fresh(t *testing.T, e Engine) (context.Context, *store.Store) {
	t.Helper()
	return t.Context(), e.Open(t, fixed)
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
