// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// single refuses a device that is registered already: one that has got, since before, a number of
// another device, or of a phone that nobody in the actor's groups uses. A retired or wiped one counts no more:
// its phone may be registered anew.
func (a *Admin) single(tx *store.Tx, who access.Actor, before, d *access.RegisteredDevice) error {
	for _, n := range []struct {
		is, was, what string
		key           store.DeviceKey
	}{
		{d.EASID, before.EASID, "this ActiveSync device id", store.DeviceKey{EASID: d.EASID}},
		{d.IMEI, before.IMEI, "this IMEI", store.DeviceKey{IMEI: d.IMEI}},
		{d.Serial, before.Serial, "this serial number", store.DeviceKey{Serial: d.Serial}},
		{d.UDID, before.UDID, "this UDID", store.DeviceKey{UDID: d.UDID}},
	} {
		if n.is == "" || n.is == n.was || n.key.IMEI != "" && access.MisreadIMEI(n.key.IMEI) {
			continue
		}
		list, err := tx.FindDevicesBy(n.key)
		if err != nil {
			return err
		}
		for i := range list {
			other := &list[i]
			if other.ID == d.ID || other.State == access.DeviceRetired || other.State == access.DeviceWiped {
				continue
			}
			name := "another device"
			if err := within(tx, who, other.Owner); err == nil {
				name = linking.Name(other)
			} else if known(err) != nil {
				return err
			}
			return access.Conflict("admin: device", "A phone with "+n.what+" is registered already: "+name+
				". Change that device, or retire it first if the phone is registered anew.")
		}
		if err := ownPhones(tx, who, &access.RegisteredDevice{IMEI: n.key.IMEI, EASID: n.key.EASID, Serial: n.key.Serial}); err != nil {
			return err
		}
	}
	return nil
}

// ownPhones refuses numbers that lead to a phone that nobody in the actor's groups uses. Whether the matcher
// links that to the device now does not count: it may tomorrow.
func ownPhones(tx *store.Tx, who access.Actor, d *access.RegisteredDevice) error {
	if who.Scope == nil {
		return nil
	}
	named, err := tx.RecordCandidates(d)
	if err != nil {
		return err
	}
	list, err := wholePhones(tx, named)
	if err != nil {
		return err
	}
	h, ours := horizonIn(tx, who), map[string]bool{}
	for i := range list {
		ok, err := h.covers(list[i].Person)
		if err != nil {
			return err
		}
		ours[list[i].Pair.Device] = ours[list[i].Pair.Device] || ok
	}
	for _, own := range ours {
		if !own {
			return errBeyond()
		}
	}
	return nil
}

func errBeyond() error {
	return access.Conflict("admin: scope", "By its numbers this device is a phone that does not belong to your groups alone. Somebody who looks after all users has to do this.")
}

// matchDevice lets the matcher look at the records of a device that has come or changed, and refuses the
// change when it would reach beyond the actor's groups.
func (a *Admin) matchDevice(tx *store.Tx, who access.Actor, d *access.RegisteredDevice) error {
	if err := linking.Device(tx, d); err != nil {
		return err
	}
	return a.staysWithin(tx, who, d.ID)
}

// staysWithin refuses what is done to a device that speaks about phones of people outside the actor's
// groups: else whoever may register devices for his own people could name another one's phone, and then
// lose it. A phone that somebody of his groups uses is his to answer for, whoever else has an account on it.
func (a *Admin) staysWithin(tx *store.Tx, who access.Actor, id access.DeviceID) error {
	if who.Scope == nil {
		return nil
	}
	list, err := reach(tx, id)
	if err != nil {
		return err
	}
	h, ours := horizonIn(tx, who), map[string]bool{} // phones
	beyond := make([]string, 0, len(list))
	for i := range list {
		as := &list[i]
		ok, err := h.covers(as.Person)
		switch {
		case err != nil:
			return err
		case !ok:
			beyond = append(beyond, as.Pair.Device)
		case as.Device == id:
			ours[as.Pair.Device] = true
		}
	}
	for _, phone := range beyond {
		if !ours[phone] {
			return errBeyond()
		}
	}
	return nil
}
