// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// W-01, W-02, W-03, W-04
func TestAWipedPhoneThatIsBackUnderAnotherIDLeavesItsOldRecordBehind(t *testing.T) {
	both(t, func(d *desk) {
		device := d.register("alma", func(r *access.RegisteredDevice) { r.IMEI = "353918057752103" })
		d.take(d.report(samsung("alma", "SEC1")))
		old := d.record("alma")
		if old.Device != device {
			t.Fatalf("not linked: %+v", old.Link)
		}
		order := &store.Wipe{Association: old.ID, Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "alice"}}
		d.change(func(tx *store.Tx) error { return tx.CreateWipe(order) })
		ack := samsung("alma", "SEC1")
		ack.Wipe = &access.WipeReport{ID: order.ID, State: access.WipeAcknowledged}
		d.take(d.report(ack))
		d.change(func(tx *store.Tx) error { // an administrator takes the phone into use again
			r, err := tx.FindRegistered(device)
			if err != nil {
				return err
			}
			if r.State != access.DeviceWiped {
				t.Errorf("the device is %s", r.State)
			}
			r.State = access.DeviceActive
			return tx.SaveRegistered(r)
		})
		back := samsung("alma", "SEC2")
		d.now = d.now.Add(time.Hour)
		d.take(d.report(back))
		byID := map[string]access.Association{}
		for _, a := range d.all() {
			byID[a.Pair.Device] = a
		}
		was, is := byID["SEC1"], byID["SEC2"]
		if was.Linked() || was.SyncStatus != access.Wiped || was.StatusLabel() != "Unregistered (Unlinked)" {
			t.Errorf("the old record: %q, %s", was.Device, was.SyncStatus)
		}
		if is.Device != device || is.SyncStatus != access.Allowed {
			t.Errorf("the new record: %q, %s, %+v", is.Device, is.SyncStatus, is.Suggestion)
		}
		said := false
		lines, _, err := d.s.ListAudit(t.Context(), store.AuditFilter{Object: string(was.ID), Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range lines {
			said = said || e.Event == "unlink" && strings.Contains(e.Detail, "another device id")
		}
		if !said {
			t.Error("nobody has written that down")
		}
	})
}

// A device that belongs to a user who is gone is wiped like any other: an acknowledgement that cannot be kept
// would be let go by its gateway, and the phone told again. W-01
func TestTheAcknowledgementOfADeviceWithoutItsOwnerIsKept(t *testing.T) {
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "X1"), sighting("ben", "X2")))
		a := d.pair("ana", "X1")
		dev := &access.Device{ID: "D1", State: access.DeviceActive, Owner: "nobody any more"}
		w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "root"}, Association: a.ID}
		d.change(func(tx *store.Tx) error {
			if err := tx.SaveDevice(dev); err != nil {
				return err
			}
			a.Device = dev.ID
			if err := tx.SaveAssociation(a); err != nil {
				return err
			}
			return tx.CreateWipe(w)
		})
		d.now = d.now.Add(time.Minute)
		s, beside := sighting("ana", "X1"), sighting("ben", "X2")
		s.Wipe = &access.WipeReport{ID: w.ID, State: access.WipeAcknowledged, At: d.now}
		beside.HTTP = 207
		d.take(d.report(s, beside))
		if got, err := d.s.FindWipe(t.Context(), w.ID); err != nil || got.State != access.WipeAcknowledged {
			t.Errorf("the order: %+v, %v", got, err)
		}
		if got, err := d.s.FindRegistered(t.Context(), dev.ID); err != nil || got.State != access.DeviceWiped || got.Owner != "nobody any more" {
			t.Errorf("the device: %+v, %v", got, err)
		}
		if got := d.pair("ben", "X2").LastHTTP; got != 207 {
			t.Errorf("what came beside it is not kept: %d", got)
		}
	})
}

// an acknowledged wipe of one record shows the device as wiped, and blocks no other account of the
// phone; nor does it let one through that somebody refuses by calling the device lost or retired.
func TestTheWipeOfOneRecordNeitherBlocksTheOthersNorLetsThemThrough(t *testing.T) {
	for _, c := range []struct {
		was, is access.DeviceState
		other   access.SyncStatus
		says    string
	}{
		{access.DeviceActive, access.DeviceWiped, access.Allowed, "active → wiped"},
		{access.DevicePending, access.DeviceWiped, access.Allowed, "pending → wiped"},
		{access.DeviceLost, access.DeviceLost, access.Blocked, "the device stays lost"},
		{access.DeviceRetired, access.DeviceRetired, access.Blocked, "the device stays retired"},
	} {
		t.Run(string(c.was), func(t *testing.T) {
			both(t, func(d *desk) {
				d.take(d.report(sighting("ana", "X1"), sighting("sales", "X1"), sighting("info", "X1")))
				a, linked := d.pair("ana", "X1"), d.pair("sales", "X1")
				dev := &access.RegisteredDevice{Device: access.Device{State: c.was}, Name: "Ana's"}
				w := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "root"}, Association: a.ID}
				d.change(func(tx *store.Tx) error {
					if err := tx.CreateDevice(dev); err != nil {
						return err
					}
					for _, as := range []*access.Association{a, linked} {
						as.Device, as.Link = dev.ID, access.Link{By: access.LinkedByHand, Who: "root"}
						if err := tx.SaveAssociation(as); err != nil {
							return err
						}
					}
					return tx.CreateWipe(w)
				})
				d.now = d.now.Add(time.Minute)
				ack := sighting("ana", "X1")
				ack.Wipe = &access.WipeReport{ID: w.ID, State: access.WipeAcknowledged, At: d.now}
				d.take(d.report(ack))
				if got, err := d.s.FindRegistered(t.Context(), dev.ID); err != nil || got.State != c.is {
					t.Errorf("the device: %+v, %v", got, err)
				}
				if got := d.pair("ana", "X1").SyncStatus; got != access.Wiped {
					t.Errorf("its own record is %s", got)
				}
				for _, user := range []string{"sales", "info"} {
					other := d.pair(user, "X1")
					if other.SyncStatus != c.other {
						t.Errorf("%s is %s", user, other.SyncStatus)
					}
					lines, _, err := d.s.ListAudit(t.Context(), store.AuditFilter{Object: string(other.ID), Limit: 20})
					if err != nil || !strings.Contains(fmt.Sprint(lines), "phone reset by the wipe of") {
						t.Errorf("%s is not told: %+v, %v", user, lines, err)
					}
				}
				lines, _, err := d.s.ListAudit(t.Context(), store.AuditFilter{Object: string(dev.ID), Limit: 20})
				if err != nil || !strings.Contains(fmt.Sprint(lines), c.says) {
					t.Errorf("the device does not say %q: %+v, %v", c.says, lines, err)
				}
			})
		})
	}
}
