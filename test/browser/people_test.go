// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/browser"
)

// people is the small office before anybody has registered its phones: ana is known, with a tablet, and
// somebody signs in by two names.
func people(t *testing.T) where {
	c := browser.Start(t, true)
	list := browser.Three()
	for i := range list {
		list[i].Device2 = ""
	}
	ids := c.Add(t, append(list, browser.Person{User: "asilva@lab.example", Device: "OLDPHONE1", Model: "Pixel 6", OS: "Android"})...)
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
	return where{URL: c.URL, ID: string(ids[0])}
}
