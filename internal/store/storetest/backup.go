// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func backups(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	if err := Fill(ctx, s, 250, 11); err != nil {
		t.Fatal(err)
	}
	a := create(t, s, full("ana", "d1"))
	ana := addUser(t, s, "ana", []string{"sales"}, "ana", "second")
	reg := addDevice(t, s, access.RegisteredDevice{Device: access.Device{Owner: ana.ID, State: access.DeviceActive}, Serial: "SN-BACKUP"})
	tx(t, s, func(tx *store.Tx) error {
		if err := tx.SaveAlias(access.Alias{Realm: "lab", From: "anna", To: "ana"}); err != nil {
			return err
		}
		if err := tx.SavePreApproval(&access.PreApproval{ID: "approval", Pair: pair("ana", "d7")}); err != nil {
			return err
		}
		return tx.SaveSetting("zone", "Europe/Berlin", "", 0, "root")
	})
	admin := &store.Administrator{Name: "root", Role: access.RoleAdministrator, TOTPSealed: "v1.sealed"}
	tx(t, s, func(tx *store.Tx) error {
		tx.Audit(access.AuditEntry{Actor: "root", Event: "block", Detail: "before the backup"})
		return tx.SaveAdministrator(admin)
	})
	if err := s.Sessions().Commit("token", []byte("x"), Start().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var m mirror
	m.catchUp(t, s, 100)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	t.Run("a backup never overwrites a file", func(t *testing.T) {
		if err := s.Backup(ctx, path); err == nil {
			t.Fatal("it did")
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Fatalf("the old backup is gone: %v", err)
		}
	})
	want := truth(t, s)
	for name, dsn := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "target.db"), "same engine": ""} {
		t.Run("a backup comes back into "+name, func(t *testing.T) {
			if dsn == "" {
				dsn = e.DSN(t)
			}
			cfg := store.Config{DSN: dsn, Now: fixed}
			old, err := store.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			create(t, old, seen("lost", "d9"))
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			if err := store.Restore(ctx, cfg, path); err != nil {
				t.Fatal(err)
			}
			n, err := store.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { n.Close() })
			restored(t, n, a, m, want)
			restoredPeople(t, n, ana, reg)
		})
	}
	t.Run("a file that is no backup is refused and nothing is lost", func(t *testing.T) {
		bad := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(bad, []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := store.Restore(ctx, store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "x.db")}, bad)
		wantKind(t, err, access.KindInvalid)
	})
}

func restoredPeople(t *testing.T, n *store.Store, ana *access.User, reg *access.RegisteredDevice) {
	t.Helper()
	ctx := t.Context()
	if got, err := n.UserOf(ctx, "lab", "anna"); err != nil || got.ID != ana.ID || got.Devices != 1 || len(got.Accounts) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if p, err := n.ListUsers(ctx, store.UserQuery{Scope: &access.Scope{Groups: []string{"sales"}}}); err != nil || len(p.Rows) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := n.ListDevices(ctx, store.DeviceQuery{Search: "sn-backup"}); err != nil || len(p.Rows) != 1 || p.Rows[0].ID != reg.ID || p.Rows[0].OwnerName != "ana" {
		t.Errorf("%+v, %v", p, err)
	}
	if c, err := n.CountDevices(ctx); err != nil || c.States[access.DeviceWaiting] == 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if got, err := n.FindPreApproval(ctx, "approval"); err != nil || got.Pair != pair("ana", "d7") {
		t.Errorf("%+v, %v", got, err)
	}
	var zone string
	if _, err := n.Setting(ctx, "zone", &zone); err != nil || zone != "Europe/Berlin" {
		t.Errorf("%q, %v", zone, err)
	}
	addDevice(t, n, access.RegisteredDevice{}) // the counted columns go on where they were
	addUser(t, n, "new", nil)
}

func restored(t *testing.T, n *store.Store, a *access.Association, m mirror, want map[access.AssociationID]access.Override) {
	t.Helper()
	ctx := t.Context()
	if got := truth(t, n); !maps.Equal(got, want) {
		t.Fatalf("%d records came back, want %d", len(got), len(want))
	}
	if got := find(t, n, a.ID); got.Model != a.Model || !got.FirstSync.Equal(a.FirstSync) {
		t.Errorf("%+v", got)
	}
	if c, err := n.CountAssociations(ctx); err != nil || c.Total != int64(len(want)) {
		t.Errorf("counts %+v, %v", c, err)
	}
	if p, err := n.ListAssociations(ctx, store.Query{Search: "iphone 15"}); err != nil || len(p.Rows) == 0 {
		t.Errorf("search finds %d, %v", len(p.Rows), err)
	}
	if who, err := n.FindAdministratorByName(ctx, "root"); err != nil || who.TOTPSealed != "v1.sealed" {
		t.Errorf("%+v, %v", who, err)
	}
	if _, ok, err := n.Sessions().Find("token"); ok || err != nil {
		t.Errorf("a session came back, %v", err)
	}
	if log, _, err := n.ListAudit(ctx, store.AuditFilter{}); err != nil || len(log) != 1 {
		t.Errorf("audit %+v, %v", log, err)
	}
	before := m.fulls
	m.catchUp(t, n, 100)
	if m.fulls != before+1 {
		t.Error("a follower of the old history got no full copy")
	}
	create(t, n, seen("new", "d9")) // the counted columns go on where they were
	tx(t, n, func(tx *store.Tx) error { tx.Audit(access.AuditEntry{Event: "x"}); return nil })
}
