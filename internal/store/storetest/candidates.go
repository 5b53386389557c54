// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// foundByKey compares every record with every device, in all the spellings that people and phones use.
// What the matcher would suggest, the indexes have to find, in both directions: the matcher is only ever
// asked about what they find.
func foundByKey(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		_, s := fresh(t, e)
		var devices []*access.RegisteredDevice
		for _, d := range spelledDevices() {
			devices = append(devices, addDevice(t, s, d))
		}
		var records []*access.Association
		for i, a := range spelledRecords() {
			a.Pair.Account = fmt.Sprint("user", i)
			records = append(records, create(t, s, a))
		}
		said := map[string]int{}
		tx(t, s, func(tx *store.Tx) error {
			for _, a := range records {
				found, err := tx.DeviceCandidates(a)
				if err != nil {
					return err
				}
				for _, d := range devices {
					m := access.Match(access.Evidence{Record: a, Devices: []access.RegisteredDevice{*d}})
					if m.Link == nil && m.Suggestion.Device == "" {
						continue
					}
					said[m.Candidates[0].Reasons[0]]++
					if !slices.ContainsFunc(found, func(x access.RegisteredDevice) bool { return x.ID == d.ID }) {
						t.Errorf("%s %q %q does not find %q %q %q %q: %v", a.Pair.Device, a.IMEI, a.Number, d.EASID, d.IMEI, d.Serial, d.Number, m.Candidates[0].Reasons)
					}
					back, err := tx.RecordCandidates(d)
					if err != nil {
						return err
					}
					if !slices.ContainsFunc(back, func(x access.Association) bool { return x.ID == a.ID }) {
						t.Errorf("%q %q %q %q does not find %s %q %q: %v", d.EASID, d.IMEI, d.Serial, d.Number, a.Pair.Device, a.IMEI, a.Number, m.Candidates[0].Reasons)
					}
				}
			}
			return nil
		})
		if len(said) < 4 {
			t.Errorf("only these grounds came up: %v", said)
		}
	}
}

const spelledIMEI = "354500111222338" // with its check digit

func spelledDevices() (list []access.RegisteredDevice) {
	d := access.RegisteredDevice{Model: "Pixel 7", OS: "Android", OSVersion: "14"}
	for _, imei := range []string{spelledIMEI, spelledIMEI[:14], spelledIMEI[:14] + "78", "35-450011-122233-8", "35 450011 122233 8", "000000000000000", "3.545E+14"} {
		d := d
		d.IMEI = imei
		list = append(list, d)
	}
	for _, serial := range []string{"F17AAAA0001X", "f17aaaa0001x", " F17A-AAA0-001X "} {
		list = append(list, access.RegisteredDevice{Serial: serial})
	}
	for _, id := range []string{"APPLF17AAAA0001X", "ANDROIDC1628606379", "K6CKULJTID3SDEAIV0ELHBBTTO", "00000000"} {
		list = append(list, access.RegisteredDevice{EASID: id})
	}
	for _, number := range []string{"+49 171 1200001", "0171/1200001", "0049 (0)171 1200001", "5550108", "555 0108", "+354 555 0108", "0000000000", "**** 0001"} {
		d := d
		d.Number = number
		list = append(list, d)
	}
	return list
}

func spelledRecords() (list []*access.Association) {
	a := func(id string) *access.Association {
		a := seen("", strings.ToUpper(id)) // as the gateway makes it
		a.Model, a.OS, a.OSVersion = "Pixel 7", "Android", "14"
		list = append(list, a)
		return a
	}
	for i, imei := range []string{spelledIMEI, spelledIMEI[:14], spelledIMEI[:14] + "99", "35 450011 122233 8", "000000000000000"} {
		a(fmt.Sprint("imeis", i)).IMEI = imei
	}
	for _, p := range []string{"imei", "samsung", "android", ""} {
		a(p + spelledIMEI)
	}
	for _, id := range []string{"ApplF17AAAA0001X", "androidc1628606379", "k6ckuljtid3sdeaiv0elhbbtto", "00000000"} {
		n := a(id)
		n.Model, n.OS, n.OSVersion = "", "", ""
	}
	for i, number := range []string{"+491711200001", "01711200001", "00491711200001", "5550108", "555-0108", "0000000000"} {
		a(fmt.Sprint("numbers", i)).Number = number
	}
	return list
}
