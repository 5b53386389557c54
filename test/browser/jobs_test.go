// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// TestTheTenCommonestJobsTakeNoMoreClicksThanTheGuideSays does what docs/operate/ten-jobs.md lists, as
// somebody would who has not read it, and counts.
//
// A-17 A-23 A-24 A-26 X-07 Y-06 Y-08
func TestTheTenCommonestJobsTakeNoMoreClicksThanTheGuideSays(t *testing.T) {
	tell(t, "jobs", map[string]func(*testing.T) where{"jobs": jobs})
}

// jobs is an office under Auto Block in which each of seven people has something the matter.
func jobs(t *testing.T) where {
	c := browser.Start(t, true)
	p := access.DefaultPreferences()
	p.AutoBlock = true
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "test") }); err != nil {
		t.Fatal(err)
	}
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	must := func(r admin.Result, err error) access.DeviceID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return access.DeviceID(r.ID)
	}
	person := func(name, device, model, os, version string) browser.Person {
		return browser.Person{User: name + "@lab.example", Device: device, Model: model, OS: os, Version: version, First: 90 * time.Minute, Last: 2 * time.Minute}
	}
	people := []browser.Person{
		person("ana", "APPLC39XK2QPN72J", "iPhone 15 Pro", "iOS", "18.1"),
		person("bob", "SEC1A2B3C4D5E6F7", "SM-S921B", "Android", "14"),
		person("carla", "SEC7F6E5D4C3B2A1", "SM-A546B", "Android", "14"),
		person("dora", "APPLDMPXK1TABLET", "iPad13,1", "iPadOS", "18.1"),
		person("erik", "ANDROIDC100000001", "Pixel 9", "Android", "15"),
		person("frida", "ANDROIDC100000002", "Pixel 8", "Android", "15"),
		person("gus", "ANDROIDC100000003", "Pixel 7", "Android", "15"),
	}
	ids := c.Add(t, people...)
	c.ThreeGateways(t)
	for i, p := range people {
		name := p.User[:len(p.User)-len("@lab.example")]
		u := must(c.Admin.AddUser(t.Context(), who, admin.UserForm{Name: name, Accounts: []access.Account{{Realm: "lab", Account: name}}}, admin.Act{}))
		if name == "carla" || name == "dora" {
			continue // nobody has registered these phones
		}
		d := must(c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: name + "'s phone", Owner: access.UserID(u), Model: p.Model, OS: p.OS,
			OSVersion: p.Version, Serial: "R5CX" + name}, admin.Act{}))
		if name != "bob" { // nothing proves that it is his
			must(c.Admin.LinkAssociation(t.Context(), who, ids[i], d, admin.Act{}))
		}
		if name == "ana" {
			must(c.Admin.SetCompliance(t.Context(), who, d, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"passcode missing"}}, admin.Act{}))
		}
	}
	must(c.Admin.BlockAssociation(t.Context(), who, ids[5], admin.Act{Reason: "Left in a taxi"}))
	c.Settle(t)
	return where{URL: c.URL}
}
