// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/browser"
)

// people is the small office before anybody has registered its phones: ana is known, with a tablet, and
// somebody signs in by two names.
func people(t *testing.T) where {
	c, ids, _ := crew(t)
	return where{URL: c.URL, ID: string(ids[0])}
}

// elsewhereLost is people with an address that, asked, marks the tablet lost and, asked again, takes its record
// away from it.
func elsewhereLost(t *testing.T) where {
	c, ids, tablet := crew(t)
	who := access.Actor{Name: "somebody else", Role: access.RoleAdministrator}
	asked := false
	poke := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		var err error
		if asked {
			_, err = c.Admin.UnlinkAssociation(t.Context(), who, ids[3], admin.Act{})
		} else {
			_, err = c.Admin.LoseDevice(t.Context(), who, tablet, admin.Act{})
		}
		if asked = true; err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, ID: string(tablet), Poke: poke.URL}
}

func crew(t *testing.T) (c *browser.Console, ids []access.AssociationID, tablet access.DeviceID) {
	t.Helper()
	c = browser.Start(t, true)
	list := browser.Three()
	for i := range list {
		list[i].Device2 = ""
	}
	ids = c.Add(t, append(list, browser.Person{User: "asilva@lab.example", Device: "OLDPHONE1", Model: "Pixel 6", OS: "Android"})...)
	c.ThreeGateways(t)
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	u, err := c.Admin.AddUser(t.Context(), who, admin.UserForm{Name: "ana.silva", DisplayName: "Ana Silva", Email: "ana.silva@lab.example",
		Groups: []string{"Lisbon"}, Accounts: []access.Account{{Realm: "lab", Account: "ana.silva"}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: "Tablet of the lab", Owner: access.UserID(u.ID), Model: "Galaxy Tab S9",
		OS: "Android", OSVersion: "14", Serial: "R52T30"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Admin.LinkAssociation(t.Context(), who, ids[3], access.DeviceID(d.ID), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return c, ids, access.DeviceID(d.ID)
}
