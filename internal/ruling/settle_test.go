// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestATransactionThatMovesAccountsSettlesThemAndNoOthers(t *testing.T) { // Y-16
	d := open(t)
	d.limit(1)
	first, late, other := d.phone("ana", "d1"), d.phone("ana", "d2"), d.phone("ben", "d3")
	d.want(late, access.Blocked)
	rule := d.rule(oldIOS) // whose records nobody has looked at yet
	d.in(func(tx *store.Tx) error {
		if err := tx.DeleteAssociation(first); err != nil {
			return err
		}
		return ruling.Settle(tx)
	})
	d.want(late, access.Blocked, rule)
	if as := d.find(late); as.Ruling.OverLimit {
		t.Error("it is over the limit though the other is gone")
	}
	d.want(other, access.Allowed) // its account has not moved
	d.in(func(tx *store.Tx) error {
		u := &access.User{Name: "ben", Accounts: []access.Account{{Realm: "lab", Account: "ben"}}}
		if err := tx.CreateUser(u); err != nil {
			return err
		}
		return ruling.Settle(tx)
	})
	d.want(other, access.Blocked, rule)
}

func TestAPhoneIsOfTheServerThatItsEarliestRecordIsOn(t *testing.T) { // M-04, R-6
	d := open(t)
	on := func(backend string) func(*access.Association) {
		return func(a *access.Association) { a.Backend = backend }
	}
	d.phone("ana", "d1", on("old"))
	second := d.phone("board", "d1", on("new"))
	tell := func(gateway string, types map[string]string) {
		g := access.Gateway{ID: access.GatewayID(gateway), LastReport: d.now}
		for name, kind := range types {
			g.Status.Backends = append(g.Status.Backends, access.BackendHealth{Name: name, Type: kind, Realm: "lab"})
		}
		d.in(func(tx *store.Tx) error { return tx.SaveGateway(g) })
	}
	tell("g1", map[string]string{"old": "exchange", "new": "sogo"})
	kind := func() string {
		var list []access.Entry
		for pos := (access.Position{}); ; {
			b, err := d.s.ChangesSince(t.Context(), pos, 500)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, b.Entries...)
			if pos = b.Position; !b.More {
				break
			}
		}
		for _, e := range list {
			if e.Kind == access.EntryEASDevice && e.EASDevice != nil {
				return e.EASDevice.ServerType
			}
		}
		return ""
	}
	d.walk()
	if k := kind(); k != "" {
		t.Errorf("it is of %q though nobody wants to know", k)
	}
	d.in(func(tx *store.Tx) error {
		p, err := tx.FindPreferences()
		if err != nil {
			return err
		}
		p.Preferences.OneServerType = true
		return tx.SavePreferences(p.Preferences, p.Version, "root")
	})
	d.walk()
	if k := kind(); k != "exchange" {
		t.Errorf("it is of %q", k)
	}
	d.want(second, access.Blocked)
	d.now = d.now.Add(time.Hour)
	tell("g1", map[string]string{"old": "", "new": "sogo"})
	d.walk()
	if k := kind(); k != "exchange" {
		t.Errorf("what was known is forgotten: %q", k)
	}
	tell("g2", map[string]string{"old": "sogo"})
	d.walk()
	d.want(second, access.Allowed)
}
