// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// Roster is what the company's administrators know of its people and devices beside their mail traffic.
// The owner of a device is the login of a person, for Enrol to replace.
type Roster struct {
	Users   []access.User
	Devices []access.RegisteredDevice
}

// Roster gives the users with their groups and accounts, and the registered devices: most phones, some of
// them pending, lost, retired or not compliant. Some people and some phones nobody has written down. Most
// registrations know the phone's ActiveSync device id, the others leave it to the matcher to find out.
func (c *Company) Roster(now time.Time) Roster {
	rng := rand.New(rand.NewPCG(c.Seed, 0x205732))
	var r Roster
	known := map[string]Person{}
	for i, p := range c.People {
		if p.Group || i > 20 && rng.IntN(30) == 0 {
			continue
		}
		known[p.Login] = p
		r.Users = append(r.Users, access.User{Name: p.Login, DisplayName: p.Display, Email: p.Address(), Source: access.SourceLocal,
			Groups: groupsOf(rng, p, i), Accounts: []access.Account{accountOf(p)}})
	}
	for i := range c.Phones {
		p := &c.Phones[i]
		if _, ok := known[p.Owner]; !ok || !managed(p.Handset.Kind) || rng.IntN(14) == 0 {
			continue
		}
		r.Devices = append(r.Devices, c.registration(rng, p, len(r.Devices), now))
	}
	return r
}

// managed says that device management takes phones of a kind.
func managed(k phone.Kind) bool {
	switch k {
	case phone.IOS, phone.Samsung, phone.Gmail, phone.OutlookMobile, phone.Nine, phone.WindowsMail, phone.Android:
		return true
	}
	return false
}

func accountOf(p Person) access.Account {
	a, _ := eas.ParseAccount(p.Address())
	return access.Account{Realm: p.Site.Name, Account: a.Name}
}

func groupsOf(rng *rand.Rand, p Person, i int) []string {
	teams := []string{"Sales", "Engineering", "Field Service", "Finance", "Works Council"}
	list := []string{teams[rng.IntN(len(teams))]}
	if p.Site.Name != Sites()[0].Name {
		list = []string{"Atelier"}
	}
	if i < 6 {
		list = append(list, "Board")
	}
	return list
}

// registration is a phone as a management system has it, with what goes wrong in such lists: other model
// names, no numbers, no ids.
func (c *Company) registration(rng *rand.Rand, p *Phone, n int, now time.Time) access.RegisteredDevice {
	h := &p.Handset
	system, version, _ := strings.Cut(h.Device.OS, " ")
	version, _, _ = strings.Cut(version, " ")
	d := access.RegisteredDevice{
		Device: access.Device{Owner: access.UserID(p.Owner), State: access.DeviceActive},
		Name:   firstOf(h.Device.FriendlyName, h.Device.Model), OS: system, OSVersion: version, Model: h.Device.Model,
		Manufacturer: maker(h.Kind), Number: fmt.Sprintf("+49 1%d %07d", 51+rng.IntN(20), rng.IntN(10_000_000)), IMEI: h.Device.IMEI,
		Serial: serial(rng), Ownership: access.OwnedByCompany, Source: access.SourceLocal,
		Enrolled:    now.Add(-time.Duration(24+rng.IntN(300*24)) * time.Hour).Truncate(time.Minute),
		LastCheckIn: now.Add(-time.Duration(rng.IntN(8*60)) * time.Minute).Truncate(time.Minute),
		Compliance:  access.Compliant, ComplianceSource: "device management",
	}
	if h.Device.PhoneNumber != "" && h.Kind != phone.Hostile {
		d.Number = h.Device.PhoneNumber
	}
	if rng.IntN(4) == 0 {
		d.Ownership = access.OwnedByEmployee
	}
	if h.Kind == phone.OutlookMobile { // the app hides the phone it runs on
		d.Name, d.Model = "Phone of "+p.Owner, "Pixel 8"
	}
	chance := 92
	if h.Kind == phone.OutlookMobile {
		chance = 60
	}
	if id, ok := eas.ParseDeviceID(h.ID); ok && rng.IntN(100) < chance {
		d.EASID = string(id)
	}
	if h.Kind == phone.IOS && strings.HasPrefix(h.ID, "Appl") {
		d.Serial = strings.TrimPrefix(h.ID, "Appl")
	}
	switch n % 31 {
	case 4, 17:
		d.State, d.LastCheckIn, d.Enrolled, d.Compliance, d.ComplianceSource = access.DevicePending, time.Time{}, time.Time{}, access.ComplianceUnknown, ""
	case 11:
		d.State = access.DeviceLost
	case 23:
		d.State = access.DeviceRetired
	case 8, 20:
		d.Compliance, d.Noncompliant = access.NotCompliant, []string{"passcode missing", "system too old: update to the present version", "rooted"}[n/31%3]
	}
	return d
}

func maker(k phone.Kind) string {
	switch k {
	case phone.IOS:
		return "Apple"
	case phone.Samsung:
		return "Samsung"
	case phone.WindowsMail:
		return "Microsoft"
	}
	return ""
}

func serial(rng *rand.Rand) string {
	const letters = "BCDFGHJKLMNPQRTVWXYZ23456789"
	b := make([]byte, 10)
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// Enrol hands users and devices to those who keep them, and gives the devices their owners.
func (r *Roster) Enrol(user func(access.User) (access.UserID, error), device func(access.RegisteredDevice) error) error {
	ids := map[access.UserID]access.UserID{}
	for _, u := range r.Users {
		id, err := user(u)
		if err != nil {
			return err
		}
		ids[access.UserID(u.Name)] = id
	}
	for _, d := range r.Devices {
		d.Owner = ids[d.Owner]
		if err := device(d); err != nil {
			return err
		}
	}
	return nil
}
