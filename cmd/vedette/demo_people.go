// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/sim/company"
)

// enrol registers the company's people and devices before their phones come, as an administrator would:
// most records then find their device by themselves.
func (c *console) enrol(ctx context.Context, people *company.Company) error {
	who := access.Actor{Name: "admin", Role: access.RoleAdministrator}
	roster := people.Roster(time.Now().UTC())
	err := roster.Enrol(func(u access.User) (access.UserID, error) {
		res, err := c.admin.AddUser(ctx, who, admin.UserFormOf(&u), admin.Act{})
		return access.UserID(res.ID), err
	}, func(d access.RegisteredDevice) error { return c.register(ctx, who, &d) })
	if err != nil || len(roster.Users) == 0 {
		return err
	}
	// One person who is known by two names at the mail server, and one who is expected with a new phone.
	u := roster.Users[len(roster.Users)/2]
	acc := u.Accounts[0]
	if _, err := c.admin.MergeAccounts(ctx, who, admin.Merge{Realm: acc.Realm, From: acc.Account + ".old-name", To: acc.Account},
		admin.Act{Reason: "Has changed the name"}); err != nil {
		return err
	}
	_, err = c.admin.PreApprove(ctx, who, admin.ApprovalForm{Realm: acc.Realm, Account: acc.Account, Device: "NEWPHONEOFMONDAY"},
		admin.Act{Reason: "New phone comes on Monday, to work from its first minute", Until: time.Now().Add(7 * 24 * time.Hour)})
	return err
}

func (c *console) register(ctx context.Context, who access.Actor, d *access.RegisteredDevice) error {
	form := admin.FormOf(d)
	if d.State != access.DevicePending {
		form.State = access.DeviceActive
	}
	res, err := c.admin.AddDevice(ctx, who, form, admin.Act{})
	if err != nil {
		return err
	}
	id := access.DeviceID(res.ID)
	switch d.State {
	case access.DeviceLost:
		_, err = c.admin.LoseDevice(ctx, who, id, admin.Act{Reason: "Left on a train"})
	case access.DeviceRetired:
		_, err = c.admin.RetireDevice(ctx, who, id, admin.Act{Reason: "Replaced"})
	}
	if err != nil || d.Compliance == access.ComplianceUnknown {
		return err
	}
	comp := admin.ComplianceForm{Compliance: d.Compliance, Source: d.ComplianceSource}
	if d.Noncompliant != "" {
		comp.Reasons = []string{d.Noncompliant}
	}
	if d.State == access.DeviceActive {
		_, err = c.admin.SetCompliance(ctx, who, id, comp, admin.Act{})
	}
	return err
}
