// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// A-06 A-23 A-24: one phone is one row, whatever became of its links.
func TestAPhoneWhoseRecordsAHandHasUnlinkedStaysOneRowThatOffersToLinkThem(t *testing.T) {
	c, records, _, _ := office(t)
	ctx := t.Context()
	must := func(_ admin.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	v := signedIn(t, c)
	phone := access.DeviceID(v.get("/devices?show=waiting").idOf("iPhone 15 Pro"))
	d, err := c.Admin.FindDevice(ctx, ada(), phone)
	if err != nil || len(d.Linked) == 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	form := admin.FormOf(&d.RegisteredDevice)
	form.State, form.EASID = access.DeviceActive, ""
	must(c.Admin.RegisterDevice(ctx, ada(), phone, form, admin.Act{}))
	unlinked := 0
	for _, id := range records {
		a, err := c.Admin.FindAssociation(ctx, ada(), id)
		if err != nil {
			t.Fatal(err)
		}
		if a.Row.Device == phone {
			must(c.Admin.UnlinkAssociation(ctx, ada(), id, admin.Act{}))
			unlinked++
		}
	}
	c.Settle(t)
	if unlinked == 0 {
		t.Fatal("nothing was linked")
	}
	list := v.get("/devices?show=all").wants(http.StatusOK)
	if n := len(list.all(".records tbody tr")); n != 3 {
		t.Errorf("%d rows, want the tablet, the phone and one that waits", n)
	}
	list.says(`tr[data-id="`+string(phone)+`"] [data-c="state"]`, "Phone not linked")
	pane := v.get("/devices/"+string(phone)).says(".pane .why", "unlinked by hand").says(".pane .belongings", "Unlinked by hand")
	if n := len(pane.all(`.pane .belongings a.button[href^="/link/"]`)); n != unlinked {
		t.Errorf("%d records can be linked, want %d", n, unlinked)
	}

	// The phone of a device that is retired waits again, and says whose it was.
	must(c.Admin.RetireDevice(ctx, ada(), phone, admin.Act{}))
	c.Settle(t)
	v.get("/devices/"+string(phone)).says(".pane .why", "Retired")
	again := v.get("/devices?show=waiting")
	id := again.idOf("iPhone 15 Pro")
	again.says(`tr[data-id="`+id+`"] [data-c="state"]`, "Registered before")
	pane = v.get("/devices/"+id).says(".pane .why", "This phone was a retired device")
	if n := len(pane.all(`.pane .pairs a[href="/devices/` + string(phone) + `"]`)); n != 1 {
		t.Errorf("%d ways to the retired device", n)
	}
}
