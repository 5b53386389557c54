// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// describes has a phone tell about itself.
func (r *roamer) describes(d easclient.Device) {
	r.w.t.Helper()
	if _, err := r.next().SetDevice(timeout(r.w.t), d); err != nil {
		r.w.t.Fatalf("%s on %s describes itself: %v", r.user, r.device, err)
	}
}

// A wiped phone is set up anew under another device id: it is another record, which the order does not reach. Once the
// phone is in use again under its registration the new record belongs to that and the old one, still wiped and
// refused, to none; each names the other.
//
// W-01 W-02 W-03 W-04 Y-05
func TestAWipedPhoneComesBackUnderAnotherIDAndIsShownWithTheRecordItReplaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	told := easclient.Device{Model: "iPhone12,1", IMEI: "353918057752103", OS: "iOS 17.1 21B74"}
	var made api.Result
	w.call("POST", "/devices", api.NewDevice{DeviceForm: api.DeviceForm{Name: "phone of bob", Owner: access.UserID(w.engage("bob", nil, "bob").ID),
		OS: "iOS", Model: "iPhone 11", IMEI: told.IMEI, Source: "the story"}}, &made)
	device := access.DeviceID(made.ID)
	before, after := w.roam("bob", "PHONEONE", eas.V14_1), w.roam("bob", "PHONETWO", eas.V14_1)
	before.fares("passed")
	before.describes(told)
	old := w.await("bob", "PHONEONE")
	eventually(t, soon, "bob's phone is linked", func() bool { a, _ := w.find("bob", "PHONEONE"); return a.Device == device })

	order := w.orderWipe(old.ID, access.WipeFull)
	if full, _ := before.isOrdered(); !full {
		t.Fatal("asks, and is not told")
	}
	before.says(false, 1)
	w.wipeIs(order, access.WipeAcknowledged)
	before.fares("refused")
	w.ask("POST", "/devices/"+string(device)+"/activate", map[string]string{"reason": "set up anew"})

	after.fares("passed")
	after.describes(told)
	if full, account := after.isOrdered(); full || account {
		t.Error("the order reaches another record")
	}
	eventually(t, soon, "the new record belongs to the registration, and the old one to none", func() bool {
		now, _ := w.find("bob", "PHONETWO")
		was, _ := w.find("bob", "PHONEONE")
		return now.Device == device && now.Replaces == old.ID && !was.Linked
	})
	before.fares("refused")
	after.fares("passed")
	was, now := w.await("bob", "PHONEONE"), w.await("bob", "PHONETWO")
	if was.SyncStatus != "wiped" || was.Why.Rule != "wiped" || was.Linked {
		t.Errorf("the old record: %s, linked to %q, %+v", was.SyncStatus, was.Device, was.Why)
	}
	if now.SyncStatus != "allowed" {
		t.Errorf("the new record: %s, %+v", now.SyncStatus, now.Why)
	}
	pages := w.signIn()
	if page := pages.show("/activesync/" + string(now.ID)); !contains(page, "Came before as PHONEONE") || !contains(page, "Registered(Linked)") {
		t.Errorf("the details of the new record do not name the one it replaces: %.2000s", page)
	}
	if page := pages.show("/activesync/" + string(old.ID)); !contains(page, "Comes now as PHONETWO") || !contains(page, "Unregistered (Unlinked)") {
		t.Errorf("the details of the old record do not name the one that has replaced it: %.2000s", page)
	}
	if page := pages.show("/devices/" + string(device)); !contains(page, "Earlier device id") {
		t.Error("the device does not name its earlier id")
	}
}
