// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/browser"
)

// linking is the small office with people and devices: one phone may be bob's, which nothing proves, one is
// not compliant, and carla's is expected.
func linking(t *testing.T) where {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	must := func(r admin.Result, err error) access.DeviceID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return access.DeviceID(r.ID)
	}
	person := func(name, display string) access.UserID {
		return access.UserID(must(c.Admin.AddUser(t.Context(), who, admin.UserForm{Name: name, DisplayName: display,
			Accounts: []access.Account{{Realm: "lab", Account: name}}}, admin.Act{})))
	}
	bob, sales := person("bob", "Bob Baker"), person("sales", "Sales desk")
	must(c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: "Bob's Galaxy", Owner: bob, Model: "SM-S921B", OS: "Android", OSVersion: "14", Serial: "R5CX10ABCDE"}, admin.Act{}))
	desk := must(c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: "Desk iPhone", Owner: sales, Model: "iPhone 15 Pro", OS: "iOS", EASID: "APPLC39XK2QPN72J"}, admin.Act{}))
	must(c.Admin.SetCompliance(t.Context(), who, desk, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"passcode missing"}}, admin.Act{}))
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[1])}
}
