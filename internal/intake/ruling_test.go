// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestRulesLookAtNewRecordsAndAtNewFacts(t *testing.T) { // Y-16
	both(t, func(d *desk) {
		b := &store.Blocking{Blocking: access.Blocking{Name: "No S23", Kind: access.BlockingModel, Action: access.ActionQuarantine, Names: []string{"SM-S911*"}}, Enabled: true}
		d.change(func(tx *store.Tx) error { return tx.CreateBlocking(b) })
		d.take(d.report(samsung("alma", "SEC1"), sighting("ben", "SEC2")))
		if a := d.record("alma"); !a.Ruling.Names(b.ID) || a.SyncStatus != access.Blocked {
			t.Errorf("alma's phone is %s, %+v", a.SyncStatus, a.Ruling)
		}
		if a := d.record("ben"); a.Ruling != nil || a.SyncStatus != access.Allowed {
			t.Errorf("ben's phone is %s, %+v", a.SyncStatus, a.Ruling)
		}
		before := d.number()
		d.take(d.report(samsung("ben", "SEC2"))) // the phone tells what it is
		if a := d.record("ben"); !a.Ruling.Names(b.ID) || d.number() == before {
			t.Errorf("ben's phone is %s, %+v", a.SyncStatus, a.Ruling)
		}
		before = d.number()
		d.take(d.report(samsung("ben", "SEC2")))
		if d.number() != before {
			t.Error("gateways hear again of what they know")
		}
	})
}

func TestAMailboxHasItsNumberOfDevices(t *testing.T) {
	both(t, func(d *desk) {
		d.change(func(tx *store.Tx) error {
			p := access.DefaultPreferences()
			p.DeviceLimit = 1
			return tx.SavePreferences(p, 0, "root")
		})
		d.take(d.report(sighting("alma", "SEC1")))
		d.now = d.now.Add(time.Hour)
		d.take(d.report(sighting("alma", "SEC2")))
		over := 0
		for _, a := range d.all() {
			if a.Ruling != nil && a.Ruling.OverLimit {
				if over++; a.SyncStatus != access.Blocked || a.Pair.Device != "SEC2" {
					t.Errorf("over the limit: %s, %s", a.Pair, a.SyncStatus)
				}
			}
		}
		if over != 1 {
			t.Errorf("%d over the limit", over)
		}
	})
}

func TestAWipedPhoneMakesRoomInItsMailbox(t *testing.T) { // W-01, Y-16
	both(t, func(d *desk) {
		d.change(func(tx *store.Tx) error {
			p := access.DefaultPreferences()
			p.DeviceLimit = 1
			return tx.SavePreferences(p, 0, "root")
		})
		d.take(d.report(samsung("alma", "SEC1")))
		first := d.record("alma")
		d.now = d.now.Add(time.Hour)
		d.take(d.report(samsung("alma", "SEC2")))
		if second := d.pair("alma", "SEC2"); second.SyncStatus != access.Blocked {
			t.Fatalf("the second phone is %s", second.SyncStatus)
		}
		order := &store.Wipe{Association: first.ID, Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "alice"}}
		d.change(func(tx *store.Tx) error { return tx.CreateWipe(order) })
		ack := samsung("alma", "SEC1")
		ack.Wipe = &access.WipeReport{ID: order.ID, State: access.WipeAcknowledged}
		d.take(d.report(ack))
		if second := d.pair("alma", "SEC2"); second.SyncStatus != access.Allowed || second.Ruling != nil {
			t.Errorf("the second phone is %s, %+v", second.SyncStatus, second.Ruling)
		}
	})
}
