// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// FillPeople loads n registered devices and their users, half as many, like a company's: one user in
// fifty disabled, two in three from a directory, in groups of very different sizes ("all" has nearly
// everybody, "help" one in twenty, "board" one in a thousand); one device in ten lost, retired or wiped,
// one in twelve not compliant. The same seed gives the same, but for the ids.
func FillPeople(ctx context.Context, s *store.Store, n int, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 2))
	for made := 0; made < n; {
		part := min(n-made, 500)
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			var owners []access.UserID
			for i := range (part + 1) / 2 {
				u := aUser(r, seed, made/2+i)
				if err := tx.CreateUser(u); err != nil {
					return err
				}
				owners = append(owners, u.ID)
			}
			list := make([]*access.RegisteredDevice, 0, part)
			for i := range part {
				owner := owners[r.IntN(len(owners))]
				if r.IntN(20) == 0 {
					owner = ""
				}
				list = append(list, aDevice(r, seed, made+i, owner))
			}
			return tx.CreateDevices(list)
		})
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		made += part
	}
	return nil
}

func aUser(r *rand.Rand, seed uint64, i int) *access.User {
	name := fmt.Sprintf("%s%d-%d", given(r), seed, i)
	u := &access.User{Name: name, DisplayName: "Dr. " + name + " " + given(r), Email: name + "@lab.example", Number: fmt.Sprintf("+49 40 %07d", r.IntN(10_000_000)),
		Disabled: r.IntN(50) == 0, Accounts: []access.Account{{Realm: "lab", Account: name}}}
	if r.IntN(3) > 0 {
		u.Source = "directory"
	}
	for group, one := range map[string]int{"help": 20, "board": 1000} {
		if r.IntN(one) == 0 {
			u.Groups = append(u.Groups, group)
		}
	}
	if r.IntN(30) > 0 {
		u.Groups = append(u.Groups, "all")
	}
	return u
}

func aDevice(r *rand.Rand, seed uint64, i int, owner access.UserID) *access.RegisteredDevice {
	models := [...][3]string{{"iPhone 15", "iOS", "17.1"}, {"iPhone SE", "iOS", "16.4"}, {"SM-G991B", "Android", "14"}, {"Pixel 8", "Android", "15"}}
	m := models[r.IntN(len(models))]
	states := [...]access.DeviceState{access.DeviceLost, access.DeviceRetired, access.DeviceWiped, access.DevicePending, access.DevicePending}
	d := &access.RegisteredDevice{Device: access.Device{ID: access.DeviceID(fmt.Sprintf("reg%d-%08d", seed, i)), Owner: owner, State: access.DeviceActive},
		Name: fmt.Sprintf("%s %d", m[0], i%1000), Model: m[0], OS: m[1], OSVersion: m[2], Number: fmt.Sprintf("+49 30 %07d", r.IntN(10_000_000)),
		IMEI: fmt.Sprintf("35%013d", r.Uint64()%10_000_000_000_000), Serial: fmt.Sprintf("SN%08X", r.Uint32()),
		Enrolled: Start().Add(-time.Duration(r.IntN(1000*3600)) * time.Second), Source: "csv"}
	d.LastCheckIn = d.Enrolled.Add(time.Duration(r.IntN(100*3600)) * time.Second)
	if r.IntN(6) == 0 {
		d.State = states[r.IntN(len(states))]
	}
	if r.IntN(12) == 0 {
		d.Compliance, d.Noncompliant = access.NotCompliant, "passcode missing"
	}
	if r.IntN(1000) == 0 {
		d.Model = "Rarephone Zx9"
	}
	return d
}
