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

// orders is a small office whose wipes are limited, with an order of somebody else for the first phones.
func orders(t *testing.T, limit admin.WipeSafety, phones int) (*browser.Console, []access.AssociationID) {
	t.Helper()
	c := browser.StartAt(t, moment())
	list := append(browser.Three(), browser.Person{User: "carla@lab.example", Device: "SEC7F6E5D4C3B2A1", Model: "SM-A546B", OS: "Android", Version: "14", Client: "Samsung Email",
		First: 30 * time.Hour, Last: 3 * time.Minute})
	for i := range list {
		list[i].Device2 = "" // no owner is known
	}
	ids := c.Add(t, list...)
	c.ThreeGateways(t)
	boss := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	if _, err := c.Settings.ChangeWipeSafety(t.Context(), boss, limit, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	olga := access.Actor{Name: "olga", Role: access.RoleAdministrator}
	for i, id := range ids[:phones] {
		c.Ago(time.Duration(phones-i) * 2 * time.Minute)
		if _, err := c.Admin.OrderWipe(t.Context(), olga, id, access.WipeFull, admin.Act{Reason: "Stolen out of the office."}); err != nil {
			t.Fatal(err)
		}
	}
	c.Ago(0)
	c.Settle(t)
	return c, ids
}

// wiping is an office whose phones can be wiped.
func wiping(t *testing.T) where {
	c, ids := orders(t, admin.WipeSafety{PerHour: 10, Delay: 15 * time.Minute}, 0)
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		for _, id := range []access.AssociationID{ids[0], ids[2]} { // both accounts of the iPhone
			a, err := tx.FindAssociation(id)
			if err != nil {
				return err
			}
			a.UserAgent = "Apple-iPhone16C1/2207.77"
			if err := tx.SaveFacts(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[0])}
}

// capped is an office where the cap has stopped an order.
func capped(t *testing.T) where {
	c, ids := orders(t, admin.WipeSafety{PerHour: 2, Delay: 15 * time.Minute}, 2)
	olga := access.Actor{Name: "olga", Role: access.RoleAdministrator}
	if _, err := c.Admin.OrderWipe(t.Context(), olga, ids[3], access.WipeFull, admin.Act{Reason: "And this one."}); access.KindOf(err) != access.KindConflict {
		t.Fatalf("over the cap: %v", err)
	}
	return where{URL: c.URL, ID: string(ids[3])}
}

// frozen is an office where all destructive orders are held.
func frozen(t *testing.T) where {
	c, ids := orders(t, admin.WipeSafety{PerHour: 10}, 2)
	boss := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	if _, err := c.Settings.SetFreeze(t.Context(), boss, true, admin.Act{Reason: "Olga's password is known to somebody."}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[3])}
}

// approving is an office where orders wait for a second administrator.
func approving(t *testing.T) where {
	c, ids := orders(t, admin.WipeSafety{PerHour: 10, Delay: 15 * time.Minute, SecondApprover: true}, 2)
	return where{URL: c.URL, ID: string(ids[3]), Also: string(ids[1])}
}

// twoApps is one registered phone with two mail apps, of which one has a policy of its own.
func twoApps(t *testing.T) where {
	c := browser.StartAt(t, moment())
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	must := func(r admin.Result, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	app := func(device, client string, last time.Duration) browser.Person {
		return browser.Person{User: "bob@lab.example", Device: device, Model: "SM-S921B", OS: "Android", Version: "14", Client: client, First: 50 * 24 * time.Hour, Last: last}
	}
	ids := c.Add(t, app("SEC1A2B3C4D5E6F7", "Samsung Email", 3*time.Minute), app("NINE00C0FFEE0001", "Nine", time.Minute))
	c.ThreeGateways(t)
	owner := must(c.Admin.AddUser(t.Context(), who, admin.UserForm{Name: "bob", DisplayName: "Bob Baker", Accounts: []access.Account{{Realm: "lab", Account: "bob"}}}, admin.Act{}))
	device := must(c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: "Bob's Galaxy", Owner: access.UserID(owner), Model: "SM-S921B", OS: "Android", OSVersion: "14", Serial: "R5CX10ABCDE"}, admin.Act{}))
	must(c.Admin.SetCompliance(t.Context(), who, access.DeviceID(device), admin.ComplianceForm{Compliance: access.Compliant, Source: "intune"}, admin.Act{}))
	for _, id := range ids {
		must(c.Admin.LinkAssociation(t.Context(), who, id, access.DeviceID(device), admin.Act{}))
	}
	policy := must(c.Admin.CreatePolicy(t.Context(), who, admin.PolicyForm{Name: "Board", Settings: map[string]string{"DevicePasswordEnabled": "1", "AllowCamera": "0"}}, admin.Act{}))
	c.Settle(t)
	must(c.Admin.AssignPolicy(t.Context(), who, ids[:1], access.PolicyID(policy), admin.Act{}))
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[0]), Also: string(ids[1]), Policy: policy, Device: device}
}
