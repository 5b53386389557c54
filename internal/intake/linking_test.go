// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// register makes a user and a device of the user's.
func (d *desk) register(name string, change ...func(*access.RegisteredDevice)) access.DeviceID {
	d.Helper()
	dev := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive}, Name: name + "'s phone", Model: "SM-S911B", OS: "Android"}
	d.change(func(tx *store.Tx) error {
		u := &access.User{Name: name, Accounts: []access.Account{{Realm: "lab", Account: name}}}
		if err := tx.CreateUser(u); err != nil {
			return err
		}
		dev.Owner = u.ID
		for _, f := range change {
			f(dev)
		}
		return tx.CreateDevice(dev)
	})
	return dev.ID
}

func (d *desk) record(account string) access.Association {
	d.Helper()
	for _, a := range d.all() {
		if a.Pair.Account == account {
			return a
		}
	}
	d.Fatalf("no record of %s", account)
	return access.Association{}
}

func samsung(account, device string) access.Sighting {
	s := sighting(account, device)
	s.DeviceType, s.UserAgent = "SAMSUNGSMS911B", "Android-SAMSUNG-SM-S911B/101.15"
	s.Info = &access.DeviceInfo{Model: "SM-S911B", OS: "Android 15", IMEI: "353918057752103"}
	return s
}

func TestANewRecordFindsItsDeviceInTheSameReport(t *testing.T) { // A-08 A-09 A-12 A-22 A-25
	both(t, func(d *desk) {
		id := d.register("alma", func(r *access.RegisteredDevice) { r.EASID = "SEC1" })
		if n := len(d.all()); n != 0 {
			t.Fatalf("registering has made %d records", n)
		}
		before := d.number()
		d.take(d.report(samsung("alma", "SEC1"), samsung("shared", "SEC1")))
		a := d.record("alma")
		if a.Device != id || a.Link.By != access.LinkedByMatcher || a.Link.Score < access.LinkFrom || len(a.Link.Reasons) == 0 || a.StatusLabel() != "Registered(Linked)" {
			t.Errorf("%+v %+v", a.Record, a.Link)
		}
		if d.number() == before {
			t.Error("gateways do not hear of the link")
		}
		if s := d.record("shared"); s.Linked() || s.Suggestion.Device != id { // a second account in Samsung's app
			t.Errorf("%+v %+v", s.Link, s.Suggestion)
		}
		lines, _, err := d.s.ListTimeline(t.Context(), []string{string(a.ID)}, 0, 10)
		if err != nil || len(lines) != 1 || lines[0].Actor != "vedette" || lines[0].Event != "link" || !strings.Contains(lines[0].Detail, "alma's phone") {
			t.Errorf("%+v, %v", lines, err)
		}
	})
}

func TestFactsThatComeLaterLinkAndStrangersDoNot(t *testing.T) { // A-08 R-16
	both(t, func(d *desk) {
		id := d.register("alma", func(r *access.RegisteredDevice) { r.IMEI = "353918057752103" })
		s := sighting("alma", "SEC1")
		d.take(d.report(s))
		if a := d.record("alma"); a.Linked() {
			t.Fatalf("%+v", a.Link)
		}
		d.now = d.now.Add(time.Minute)
		s = samsung("alma", "SEC1")
		s.Accepted = false
		d.take(d.report(s))
		if a := d.record("alma"); a.Linked() {
			t.Errorf("a refused request has linked it: %+v", a.Link)
		}
		d.now = d.now.Add(time.Minute)
		d.take(d.report(samsung("alma", "SEC1")))
		if a := d.record("alma"); a.Device != id {
			t.Errorf("%+v %+v", a.Link, a.Suggestion)
		}
	})
}

func TestWhatAHandHasDoneStays(t *testing.T) {
	both(t, func(d *desk) {
		d.register("alma", func(r *access.RegisteredDevice) { r.EASID = "SEC1" })
		d.take(d.report(sighting("alma", "SEC1")))
		d.change(func(tx *store.Tx) error {
			a := d.find(tx, "alma")
			a.Device, a.Link = "", access.Link{By: access.LinkedByHand, Who: "root"}
			return tx.SaveAssociation(a)
		})
		d.now = d.now.Add(time.Minute)
		d.take(d.report(samsung("alma", "SEC1")))
		if a := d.record("alma"); a.Linked() || a.Link.By != access.LinkedByHand {
			t.Errorf("%+v", a.Link)
		}
	})
}

func (d *desk) find(tx *store.Tx, account string) *access.Association {
	d.Helper()
	list, err := tx.RecordsOfAccount("lab", account, 10)
	if err != nil || len(list) != 1 {
		d.Fatalf("%+v, %v", list, err)
	}
	a, err := tx.FindAssociation(list[0].ID)
	if err != nil {
		d.Fatal(err)
	}
	return a
}

// A phone whose device is not compliant, lost or retired does not get away from it by telling that it is
// another phone.
func TestAPhoneDoesNotTalkItselfOutOfItsDevice(t *testing.T) { // M-06 R-14
	for name, change := range map[string]func(*access.RegisteredDevice){
		"not compliant": func(r *access.RegisteredDevice) { r.Compliance, r.Noncompliant = access.NotCompliant, "rooted" },
		"lost":          func(r *access.RegisteredDevice) { r.State = access.DeviceLost },
		"retired":       func(r *access.RegisteredDevice) { r.State = access.DeviceRetired },
		"fine":          func(*access.RegisteredDevice) {},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(d *desk) {
				id := d.register("alma", func(r *access.RegisteredDevice) { r.IMEI = "353918057752103" })
				d.take(d.report(samsung("alma", "SEC1")))
				d.change(func(tx *store.Tx) error {
					r, err := tx.FindRegistered(id)
					if err != nil {
						return err
					}
					change(r)
					return tx.SaveRegistered(r)
				})
				d.now = d.now.Add(time.Minute)
				s := samsung("alma", "SEC1")
				s.Info.IMEI = "864123037192643"
				d.take(d.report(s))
				if a := d.record("alma"); a.Linked() == (name == "fine") {
					t.Errorf("linked %t: %+v", a.Linked(), a.Link)
				}
			})
		})
	}
}

func TestAnotherNameOfAnAccountIsRecordedAsTheAccount(t *testing.T) {
	both(t, func(d *desk) {
		d.change(func(tx *store.Tx) error {
			return tx.SaveAlias(access.Alias{Realm: "lab", From: "a.maiden", To: "alma"})
		})
		d.take(d.report(sighting("a.maiden", "D1"), sighting("alma", "D1"), sighting("a.maiden", "D2")))
		var pairs []string
		for _, a := range d.all() {
			pairs = append(pairs, a.Pair.Account+" "+a.Pair.Device)
		}
		slices.Sort(pairs)
		if !slices.Equal(pairs, []string{"alma D1", "alma D2"}) {
			t.Errorf("%v", pairs)
		}
	})
}
