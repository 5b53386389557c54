// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// M-06, R-14: a purge takes nothing that holds a phone back, or that a hand has said of it: else the phone's
// other accounts pass again, and the matcher links what somebody has said belongs to nobody.
func TestAPurgeLeavesWhatOthersHangOn(t *testing.T) {
	w := newWorld(t)
	s, ctx := newSettings(t, w), t.Context()
	device := func(f admin.DeviceForm) access.DeviceID {
		r, err := w.admin.AddDevice(ctx, root(), f, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		return access.DeviceID(r.ID)
	}
	must := func(_ admin.Result, err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	first := stale(w, "FIRST", 300)
	rooted := device(admin.DeviceForm{Name: "rooted", EASID: "DEVICEFIRST"})
	other := w.record("second", "DEVICEFIRST") // another account of the phone, seen lately
	must(w.admin.UnlinkAssociation(ctx, root(), other, admin.Act{}))
	must(w.admin.SetCompliance(ctx, root(), rooted, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
	if d := w.find(first); !d.Linked() || d.Link.By != access.LinkedByMatcher {
		t.Fatalf("%+v", d.Link)
	}
	byHand, nobodys := stale(w, "hand", 300), stale(w, "nobodys", 300)
	healthy := device(admin.DeviceForm{Name: "healthy"})
	must(w.admin.LinkAssociation(ctx, root(), byHand, healthy, admin.Act{}))
	must(w.admin.UnlinkAssociation(ctx, root(), nobodys, admin.Act{}))
	loose := stale(w, "loose", 300)

	set := keeping(100)
	p, err := s.PreviewPurge(ctx, root(), set)
	if err != nil || p.Records != 1 || p.Held != 3 || len(p.Rows) != 1 || p.Rows[0].ID != loose {
		t.Errorf("%+v, %v", p, err)
	}
	must(s.ChangeRetention(ctx, root(), set, admin.Act{}))
	if got, err := s.Purge(ctx); err != nil || got.Records != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, id := range []access.AssociationID{first, byHand, nobodys} {
		w.find(id)
	}
	if d := w.find(other); d.SyncStatus != access.Blocked {
		t.Error("the phone of a device that is not compliant passes again")
	}
	set.Held = true
	must(s.ChangeRetention(ctx, root(), set, admin.Act{Version: 1}))
	if got, err := s.Purge(ctx); err != nil || got.Records != 3 {
		t.Errorf("%+v, %v", got, err)
	}
}
