// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// plainRecord is a record that is compared field by field, of which a test may leave out some.
type plainRecord access.Record

// errPart ends a part of a transaction.
var errPart = errors.New("not this one")

// everything is what a transaction can leave behind.
type everything struct {
	Records  []access.Association
	Counts   store.Counts
	Devices  store.DeviceCounts
	Audit    []access.AuditEntry
	Entries  []access.Entry
	Trend    []store.TrendPoint
	Outcomes []bool
}

func parts(t *testing.T, e Engine) {
	// all does a little of everything, to which a name belongs.
	all := func(tx *store.Tx, name string) error {
		a := seen(name, "D"+name)
		if err := tx.CreateAssociation(a); err != nil {
			return err
		}
		a.Override = access.Override{Kind: access.OverrideBlock, By: "root", At: tx.Now()}
		if err := tx.SaveAssociation(a); err != nil {
			return err
		}
		if err := tx.CreateUser(&access.User{Name: name, Accounts: []access.Account{{Realm: "lab", Account: name}}}); err != nil {
			return err
		}
		if err := tx.CreateDevice(&access.RegisteredDevice{Name: name, Device: access.Device{State: access.DeviceActive}}); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: "root", Event: "block", Subject: name})
		return tx.KeepOutcome(store.Outcome{Actor: "root", Key: name, Verb: access.VerbBlock, Result: "{}"})
	}
	look := func(t *testing.T, s *store.Store) everything {
		t.Helper()
		var out everything
		p, err := s.ListAssociations(t.Context(), store.Query{Sort: store.SortUser})
		if err != nil {
			t.Fatal(err)
		}
		out.Records = p.Rows
		if out.Counts, err = s.CountAssociations(t.Context()); err != nil {
			t.Fatal(err)
		}
		if out.Devices, err = s.CountDevices(t.Context()); err != nil {
			t.Fatal(err)
		}
		if out.Audit, _, err = s.ListAudit(t.Context(), store.AuditFilter{}); err != nil {
			t.Fatal(err)
		}
		b, err := s.ChangesSince(t.Context(), access.Position{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		out.Entries = b.Entries
		if out.Trend, err = s.ListTrend(t.Context(), store.TrendNew, store.TrendHour, Start().Add(-time.Hour), Start().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"ana", "bert", "carl"} {
			tx(t, s, func(tx *store.Tx) error {
				_, err := tx.FindOutcome("root", key)
				out.Outcomes = append(out.Outcomes, err == nil)
				if err != nil && access.KindOf(err) != access.KindNotFound {
					return err
				}
				return nil
			})
		}
		return out
	}
	same := func(t *testing.T, got, want *store.Store) {
		t.Helper()
		made := cmp.FilterPath(func(p cmp.Path) bool {
			switch p.Last().String() {
			case ".ID", ".Key", ".Number", ".Change", ".Person":
				return true
			}
			return false
		}, cmp.Ignore())
		plain := cmp.Transformer("plain", func(r access.Record) plainRecord { return plainRecord(r) })
		if diff := cmp.Diff(look(t, got), look(t, want), made, plain, cmpopts.EquateEmpty(), cmp.AllowUnexported(store.Counts{}, store.DeviceCounts{}),
			cmpopts.SortSlices(func(a, b access.Entry) bool { return entryName(a) < entryName(b) })); diff != "" {
			t.Errorf("with the part that failed (-) and without it (+):\n%s", diff)
		}
	}
	t.Run("a part that fails leaves nothing, and the rest of its transaction stays", func(t *testing.T) {
		_, s := fresh(t, e)
		n := tx(t, s, func(tx *store.Tx) error {
			if err := all(tx, "ana"); err != nil {
				return err
			}
			if err := tx.Part(func() error { return errors.Join(all(tx, "bert"), errPart) }); !errors.Is(err, errPart) {
				t.Errorf("the part says %v", err)
			}
			return tx.Part(func() error { return all(tx, "carl") })
		})
		_, plain := fresh(t, e)
		if m := tx(t, plain, func(tx *store.Tx) error { return errors.Join(all(tx, "ana"), all(tx, "carl")) }); m != n {
			t.Errorf("change number %d, without the part that failed %d", n, m)
		}
		same(t, s, plain)
	})
	t.Run("a part in a part fails with it, and alone", func(t *testing.T) {
		_, s := fresh(t, e)
		tx(t, s, func(tx *store.Tx) error {
			_ = tx.Part(func() error {
				if err := tx.Part(func() error { return all(tx, "bert") }); err != nil {
					t.Errorf("the inner part: %v", err)
				}
				return errPart
			})
			return tx.Part(func() error {
				if err := tx.Part(func() error { return errors.Join(all(tx, "carl"), errPart) }); !errors.Is(err, errPart) {
					t.Errorf("the inner part: %v", err)
				}
				return all(tx, "ana")
			})
		})
		_, plain := fresh(t, e)
		tx(t, plain, func(tx *store.Tx) error { return all(tx, "ana") })
		same(t, s, plain)
	})
	t.Run("what the database refuses in a part ends the part alone", func(t *testing.T) {
		_, s := fresh(t, e)
		tx(t, s, func(tx *store.Tx) error {
			if err := all(tx, "ana"); err != nil {
				return err
			}
			err := tx.Part(func() error { return all(tx, "ana") })
			wantKind(t, err, access.KindConflict)
			return all(tx, "carl")
		})
		_, plain := fresh(t, e)
		tx(t, plain, func(tx *store.Tx) error { return errors.Join(all(tx, "ana"), all(tx, "carl")) })
		same(t, s, plain)
	})
	t.Run("the number that bulk work takes early goes with its part", func(t *testing.T) {
		_, s := fresh(t, e)
		create(t, s, seen("ana", "d1"))
		before := tx(t, s, func(tx *store.Tx) error {
			return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "ana", Disabled: true})
		})
		none := tx(t, s, func(tx *store.Tx) error {
			if err := tx.Part(func() error {
				return errors.Join(tx.CreateAssociations([]*access.Association{seen("bert", "d2")}), errPart)
			}); !errors.Is(err, errPart) {
				t.Errorf("the part says %v", err)
			}
			return nil
		})
		after := tx(t, s, func(tx *store.Tx) error {
			return tx.Part(func() error { return tx.CreateAssociations([]*access.Association{seen("bert", "d2")}) })
		})
		if none != 0 || after != before+1 {
			t.Errorf("numbers %d, %d and %d", before, none, after)
		}
	})
	t.Run("what a verdict is given from is read anew after a part that failed", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		tx(t, s, func(tx *store.Tx) error {
			disable := func() error {
				err := tx.SaveAccount(access.AccountState{Realm: "lab", Account: "ana", Disabled: true})
				if got := tx.SyncStatus(a); got != access.Blocked {
					t.Errorf("%s inside the part", got)
				}
				return errors.Join(err, errPart)
			}
			if err := tx.Part(disable); !errors.Is(err, errPart) {
				t.Errorf("the part says %v", err)
			}
			if got := tx.SyncStatus(a); got != access.Allowed {
				t.Errorf("%s after the part has failed", got)
			}
			return nil
		})
	})
	t.Run("a part whose end does not reach the database is no refusal", func(t *testing.T) {
		_, s := fresh(t, e)
		ctx, cancel := context.WithCancel(t.Context())
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			err := tx.Part(func() error {
				cancel()
				return access.Conflict("test", "no")
			})
			if err == nil || access.KindOf(err) == access.KindConflict {
				t.Errorf("the part says %v", err)
			}
			return nil
		})
		if err == nil {
			t.Error("the transaction went on")
		}
	})
}

// entryName orders entries by what they are, whatever their ids.
func entryName(e access.Entry) string {
	name := string(e.Kind)
	switch {
	case e.Record != nil:
		name += e.Record.Pair.String()
	case e.Account != nil:
		name += e.Account.Account
	}
	return name
}
