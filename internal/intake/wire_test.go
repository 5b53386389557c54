// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func (d *desk) pair(account, device string) *access.Association {
	d.Helper()
	var a *access.Association
	d.change(func(tx *store.Tx) (err error) {
		a, err = tx.FindPair(access.Standalone, access.Pair{Realm: "lab", Account: account, Device: device})
		return err
	})
	return a
}

// D-06, C-07, Y-19: what a phone answers is kept, whatever the order it comes in.
func TestWhatAPhoneAnswersToItsPolicyIsKept(t *testing.T) {
	both(t, func(d *desk) {
		p := &store.Policy{Policy: access.Policy{Name: "Strict"}}
		d.change(func(tx *store.Tx) error { return tx.CreatePolicy(p, "") })
		s := sighting("ana", "X1")
		s.Policy = &access.PolicyAck{Policy: p.ID, Revision: 1, Answer: access.PolicyApplied, Protocol: "16.1", At: d.now}
		gone := sighting("bob", "X2")
		gone.Policy = &access.PolicyAck{Policy: "no such policy", Revision: 1, Answer: access.PolicyApplied, At: d.now}
		guess := sighting("ana", "X1")
		guess.Accepted = false
		guess.Policy = &access.PolicyAck{Policy: p.ID, Revision: 7, Answer: access.PolicyRefused, At: d.now.Add(time.Second)}
		d.take(d.report(s, gone, guess))
		a := d.pair("ana", "X1")
		acks, err := d.s.PolicyAcks(d.Context(), a.ID)
		if err != nil || acks[a.ID].Revision != 1 || acks[a.ID].Answer != access.PolicyApplied {
			d.Errorf("%+v, %v", acks, err)
		}
	})
}

// W-01: an order goes forward only, and nobody without credentials ends it.
func TestAnOrderGoesForwardOnly(t *testing.T) {
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "X1"), sighting("sales", "X1")))
		a := d.pair("ana", "X1")
		dev := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive}, Name: "Ana's"}
		w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "root"}, Association: a.ID}
		d.change(func(tx *store.Tx) error {
			if err := tx.CreateDevice(dev); err != nil {
				return err
			}
			a.Device = dev.ID
			if err := tx.SaveAssociation(a); err != nil {
				return err
			}
			return tx.CreateWipe(w)
		})
		say := func(state access.WipeState, accepted bool) access.WipeState {
			d.now = d.now.Add(time.Minute)
			s := sighting("ana", "X1")
			s.Accepted = accepted
			s.Wipe = &access.WipeReport{ID: w.ID, State: state, At: d.now, Protocol: "16.1", Addr: "192.0.2.1"}
			d.take(d.report(s))
			got, err := d.s.FindWipe(d.Context(), w.ID)
			if err != nil {
				d.Fatal(err)
			}
			return got.State
		}
		steps := []struct {
			say      access.WipeState
			accepted bool
			want     access.WipeState
		}{
			{access.WipeDelivered, true, access.WipeDelivered},
			{access.WipeAcknowledged, false, access.WipeDelivered},
			{access.WipeUnverified, false, access.WipeUnverified},
			{access.WipeDelivered, true, access.WipeUnverified},
			{access.WipeAcknowledged, true, access.WipeAcknowledged},
			{access.WipeFailed, true, access.WipeAcknowledged},
			{access.WipeUnverified, false, access.WipeAcknowledged},
			{access.WipeDelivered, true, access.WipeAcknowledged},
		}
		for i, step := range steps {
			if got := say(step.say, step.accepted); got != step.want {
				d.Fatalf("step %d: %s, want %s", i, got, step.want)
			}
		}
		if got := d.pair("ana", "X1").SyncStatus; got != access.Wiped {
			d.Errorf("Sync Status %s", got)
		}
		if got, err := d.s.FindRegistered(d.Context(), dev.ID); err != nil || got.State != access.DeviceWiped {
			d.Errorf("device %+v, %v", got, err)
		}
		other := d.pair("sales", "X1")
		if other.Wipe != (access.Wipe{}) {
			d.Errorf("the other account has the order: %+v", other.Wipe)
		}
	})
}

// F-05 W-01: an order that was taken back, while a gateway that had not heard of it told the phone.
func TestACancelledOrderThatWasToldAllTheSameIsNotForgotten(t *testing.T) {
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "X1")))
		a := d.pair("ana", "X1")
		w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "root"}, Association: a.ID}
		d.change(func(tx *store.Tx) error { return tx.CreateWipe(w) })
		d.change(func(tx *store.Tx) error { w.State = access.WipeCancelled; return tx.SaveWipe(w) })
		say := func(state access.WipeState, accepted bool) *store.Wipe {
			d.now = d.now.Add(time.Minute)
			s := sighting("ana", "X1")
			s.Accepted, s.Wipe = accepted, &access.WipeReport{ID: w.ID, State: state, At: d.now}
			d.take(d.report(s))
			got, err := d.s.FindWipe(d.Context(), w.ID)
			if err != nil {
				d.Fatal(err)
			}
			return got
		}
		if got := say(access.WipeAcknowledged, false); got.State != access.WipeCancelled || !got.DeliveredAt.IsZero() {
			d.Errorf("somebody without the password says that it is done: %+v", got)
		}
		told := say(access.WipeDelivered, true)
		if told.State != access.WipeCancelled || told.DeliveredAt.IsZero() {
			d.Errorf("told: %+v", told)
		}
		if got := say(access.WipeDelivered, true); got.Version != told.Version {
			d.Errorf("told once more: %+v", got)
		}
		if got := d.pair("ana", "X1"); got.SyncStatus != access.Allowed || got.Wipe.Speaks() {
			d.Errorf("%s, %+v", got.SyncStatus, got.Wipe)
		}
		for _, state := range []access.WipeState{access.WipeFailed, access.WipeUnverified} {
			if got := say(state, true); got.State != access.WipeCancelled {
				d.Errorf("%s: %+v", state, got)
			}
		}
		if got := say(access.WipeAcknowledged, true); got.State != access.WipeAcknowledged || got.DeliveredAt.IsZero() {
			d.Errorf("acknowledged: %+v", got)
		}
		if got := d.pair("ana", "X1").SyncStatus; got != access.Wiped {
			d.Errorf("Sync Status %s", got)
		}
	})
}

func TestTheMailServersOrderIsKeptOnce(t *testing.T) {
	both(t, func(d *desk) {
		for range 2 {
			s := sighting("ana", "X1")
			s.Backend = "exchange"
			s.Wipe = &access.WipeReport{State: access.WipePending, At: d.now}
			s.ServerKey = "sealed"
			d.take(d.report(s))
		}
		a := d.pair("ana", "X1")
		if !a.Wipe.Server || a.Wipe.State != access.WipePending || a.ServerKey != "sealed" {
			d.Errorf("%+v", a.Record)
		}
		if list, err := d.s.ListWipes(d.Context(), false, "", 10); err != nil || len(list) != 1 {
			d.Errorf("%d orders, %v", len(list), err)
		}
	})
}
