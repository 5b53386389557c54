// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/sim/company"
)

// Enrol registers a company's people and devices before their phones come, as vedette demo does.
func (c *Console) Enrol(t testing.TB, people *company.Company) {
	t.Helper()
	c.enrolled = true
	who := access.Actor{Name: Administrator, Role: access.RoleAdministrator, Addr: "192.0.2.10"}
	roster := people.Roster(c.Now())
	err := roster.Enrol(func(u access.User) (access.UserID, error) {
		res, err := c.Admin.AddUser(t.Context(), who, admin.UserFormOf(&u), admin.Act{})
		return access.UserID(res.ID), err
	}, func(d access.RegisteredDevice) error { return c.register(t, who, &d) })
	if err != nil {
		t.Fatal(err)
	}
	if len(roster.Users) > 0 { // one person whom the mail server knows by two names, one expected with a new phone
		acc := roster.Users[len(roster.Users)/2].Accounts[0]
		if _, err := c.Admin.MergeAccounts(t.Context(), who, admin.Merge{Realm: acc.Realm, From: acc.Account + ".old-name", To: acc.Account},
			admin.Act{Reason: "Has changed the name"}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Admin.PreApprove(t.Context(), who, admin.ApprovalForm{Realm: acc.Realm, Account: acc.Account, Device: "NEWPHONEOFMONDAY"},
			admin.Act{Reason: "New phone comes on Monday, to work from its first minute", Until: c.Now().Add(7 * 24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	c.Settle(t)
}

func (c *Console) register(t testing.TB, who access.Actor, d *access.RegisteredDevice) error {
	t.Helper()
	form := admin.FormOf(d)
	if d.State != access.DevicePending {
		form.State = access.DeviceActive
	}
	res, err := c.Admin.AddDevice(t.Context(), who, form, admin.Act{})
	if err != nil {
		return err
	}
	id := access.DeviceID(res.ID)
	switch d.State {
	case access.DeviceLost:
		_, err = c.Admin.LoseDevice(t.Context(), who, id, admin.Act{Reason: "Left on a train"})
	case access.DeviceRetired:
		_, err = c.Admin.RetireDevice(t.Context(), who, id, admin.Act{Reason: "Replaced"})
	}
	if err != nil || d.State != access.DeviceActive || d.Compliance == access.ComplianceUnknown {
		return err
	}
	f := admin.ComplianceForm{Compliance: d.Compliance, Source: d.ComplianceSource}
	if d.Noncompliant != "" {
		f.Reasons = []string{d.Noncompliant}
	}
	_, err = c.Admin.SetCompliance(t.Context(), who, id, f, admin.Act{})
	return err
}
