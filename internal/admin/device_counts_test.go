// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Who sees some users only is told how many devices these have, and not that there are none.
func TestDevicesAreCountedInTheScopeOfWhoAsks(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for name, group := range map[string]string{"ana": "Board", "bob": "Sales"} {
		u, err := w.admin.AddUser(ctx, root(), admin.UserForm{Name: name, Groups: []string{group}}, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := w.admin.AddDevice(ctx, root(), admin.DeviceForm{Name: "phone", Owner: access.UserID(u.ID)}, admin.Act{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for groups, want := range map[string]int64{"Board": 2, "Nobody": 0} {
		who := access.Actor{Name: "dora", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{groups}}}
		c, err := w.admin.CountDevices(ctx, who)
		sum := int64(0)
		for _, n := range c.States {
			sum += n
		}
		if err != nil || sum != want {
			t.Errorf("%s: %+v, %v", groups, c, err)
		}
	}
	if c, err := w.admin.CountDevices(ctx, root()); err != nil || c.States[access.DeviceActive]+c.States[access.DevicePending] != 4 {
		t.Errorf("everybody: %+v, %v", c, err)
	}
}
