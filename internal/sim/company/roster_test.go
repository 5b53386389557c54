// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/company"
)

func TestTheSameSeedGivesTheSameRoster(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	a, b := company.New(1, 200).Roster(now), company.New(1, 200).Roster(now)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}

func TestARosterHasEveryStateAndKnowsItsOwners(t *testing.T) {
	r := company.New(1, 200).Roster(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	groups, states := map[string]int{}, map[access.DeviceState]int{}
	names, noncompliant := map[access.UserID]bool{}, 0
	for _, u := range r.Users {
		names[access.UserID(u.Name)] = true
		if len(u.Accounts) != 1 || len(u.Groups) == 0 {
			t.Errorf("%+v", u)
		}
		for _, g := range u.Groups {
			groups[g]++
		}
	}
	for _, d := range r.Devices {
		states[d.State]++
		if !names[d.Owner] {
			t.Errorf("nobody is %q", d.Owner)
		}
		if d.Noncompliant != "" {
			noncompliant++
		}
	}
	for _, s := range []access.DeviceState{access.DevicePending, access.DeviceActive, access.DeviceLost, access.DeviceRetired} {
		if states[s] == 0 {
			t.Errorf("none is %s", s)
		}
	}
	if noncompliant == 0 || len(groups) < 5 || len(r.Devices) < 120 || len(r.Devices) > 190 {
		t.Errorf("%d not compliant, groups %v, %d devices", noncompliant, groups, len(r.Devices))
	}
	given := map[access.UserID]access.UserID{}
	err := r.Enrol(func(u access.User) (access.UserID, error) {
		given[access.UserID("id of "+u.Name)] = access.UserID(u.Name)
		return access.UserID("id of " + u.Name), nil
	}, func(d access.RegisteredDevice) error {
		if given[d.Owner] == "" {
			t.Errorf("%s belongs to %q", d.Name, d.Owner)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
