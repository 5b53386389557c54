// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package linking

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Actor is who the audit log names for what the matcher does.
const Actor = "vedette"

// eventSuccessor is the audit event of a new device id of a known phone (Y-05).
const eventSuccessor = "successor"

// eventLookedAt is the audit event of an account of which the matcher has not looked at every record.
const eventLookedAt = string(access.VerbMatchAgain)

// mostNear is how many other records of a device id, or of an account, count as evidence. mostMoved is how
// many records of an account that changes hands are looked at, and mostRounds how often some records are
// gone through until nothing moves any more.
const (
	mostNear   = 200
	mostMoved  = 2000
	mostRounds = 8
)

// Seen is what the matcher thinks of a record, and the devices it has looked at.
type Seen struct {
	access.Matching
	Devices   []access.RegisteredDevice
	Successor access.AssociationID // the record it replaces
	Outlived  bool                 // what it was said to replace has been heard of since
	because   []string
}

// Device gives one of the devices that were looked at, nil when it was not.
func (s *Seen) Device(id access.DeviceID) *access.RegisteredDevice {
	for i := range s.Devices {
		if s.Devices[i].ID == id {
			return &s.Devices[i]
		}
	}
	return nil
}

// Look asks the matcher about a record and changes nothing.
func Look(tx *store.Tx, as *access.Association) (Seen, error) { return look(tx.Neighbours(), as) }

func look(near *store.Neighbours, as *access.Association) (Seen, error) {
	e := access.Evidence{Record: as}
	var err error
	if e.Devices, err = near.DeviceCandidates(as); err != nil {
		return Seen{}, err
	}
	if e.Near, err = near.Records(as, e.Devices, mostNear); err != nil {
		return Seen{}, err
	}
	s := Seen{Matching: access.Match(e), Devices: e.Devices}
	s.Successor, s.because = access.Successor(e)
	for i := range e.Near {
		s.Outlived = s.Outlived || e.Near[i].ID == as.Replaces && access.Outlives(&e.Near[i], as)
	}
	return s, nil
}

// Record lets the matcher look at one record and does what it says. A record that a person, or something
// else than the matcher, has linked or unlinked stays as it is. Where a link comes or goes the phone's
// other accounts are looked at too, once: what links one of them speaks for the others.
func Record(tx *store.Tx, as *access.Association) error {
	r := run{tx: tx, near: tx.Neighbours()}
	moved, err := r.record(as)
	if err != nil || !moved {
		return err
	}
	others, err := r.near.Siblings(as, mostNear)
	if err != nil {
		return err
	}
	for i := range others {
		if _, err := r.record(&others[i]); err != nil {
			return err
		}
	}
	return nil
}

// Around lets the matcher look at a record that a person has linked or unlinked, and at the phone's other
// accounts.
func Around(tx *store.Tx, as *access.Association) error {
	r := run{tx: tx, near: tx.Neighbours()}
	moved, err := r.record(as)
	if err == nil && !moved && as.Linked() {
		err = r.leaveBehind(as)
	}
	if err != nil {
		return err
	}
	others, err := r.near.Siblings(as, mostNear)
	if err != nil {
		return err
	}
	return r.records(others)
}

// Device lets the matcher look at every record that may belong to a device, after the device has come or
// changed, and at no other.
func Device(tx *store.Tx, d *access.RegisteredDevice) error {
	list, err := tx.RecordCandidates(d)
	if err != nil {
		return err
	}
	r := run{tx: tx, near: tx.Neighbours()}
	return r.records(list)
}

// Accounts lets the matcher look at the records of accounts whose owner has changed. Of an account that more
// phones share than can be looked at in one go, the audit log says that some are left.
func Accounts(tx *store.Tx, accounts ...access.Account) error {
	r := run{tx: tx, near: tx.Neighbours()}
	for _, a := range accounts {
		list, err := tx.RecordsOfAccount(a.Realm, a.Account, mostMoved+1)
		if err != nil {
			return err
		}
		if len(list) > mostMoved {
			list = list[:mostMoved]
			tx.Audit(access.AuditEntry{Actor: Actor, Event: eventLookedAt, Subject: a.Account + " (" + a.Realm + ")", Object: a.Realm + "/" + a.Account, Failed: true,
				Detail: fmt.Sprintf("%d records were looked at, there are more: give the others back to the matcher", mostMoved)})
		}
		if err := r.records(list); err != nil {
			return err
		}
	}
	return nil
}

// run is one change and what follows from it. What stands around its records is read once.
type run struct {
	tx   *store.Tx
	near *store.Neighbours
}

// records goes through them until nothing moves any more: a link of one may be what another needs.
func (r run) records(list []access.Association) error {
	for again, round := true, 0; again && round < mostRounds; round++ {
		again = false
		for i := range list {
			moved, err := r.record(&list[i])
			if err != nil {
				return err
			}
			again = again || moved
		}
	}
	return nil
}

// record does what the matcher says of one record. as is brought up to date.
func (r run) record(as *access.Association) (moved bool, err error) {
	now, err := r.tx.FindAssociation(as.ID)
	if err != nil {
		return false, err
	}
	*as = *now
	r.near.Keep(as)
	if as.Linked() && as.Link.By == access.LinkedByNobody || !as.Linked() && as.Wipe.State.Wiped() { // W-04
		return false, nil
	}
	s, err := look(r.near, as)
	if err != nil {
		return false, err
	}
	device, link, suggestion := as.Device, as.Link, s.Suggestion
	switch {
	case held(s.Device(as.Device), s.Link):
		suggestion = as.Suggestion
	case as.Link.By == access.LinkedByHand:
		suggestion = access.Suggestion{}
	case s.Link != nil:
		device = s.Link.Device
		link = access.Link{By: access.LinkedByMatcher, At: r.tx.Now(), Score: s.Link.Score, Reasons: s.Link.Reasons}
		if device == as.Device {
			link.At = as.Link.At
		}
	default:
		device, link = "", access.Link{}
	}
	replaces := as.Replaces
	if replaces == "" || s.Outlived {
		replaces = s.Successor
	}
	if device == as.Device && sameLink(link, as.Link) && sameSuggestion(suggestion, as.Suggestion) && replaces == as.Replaces {
		return false, nil
	}
	if err := r.tx.SaveLink(as.ID, device, link, suggestion, replaces); err != nil {
		return false, err
	}
	s.audit(r.tx, as, device)
	moved = device != as.Device
	as.Device, as.Link, as.Suggestion, as.Replaces = device, link, suggestion, replaces
	r.near.Keep(as)
	if moved && device != "" {
		err = r.leaveBehind(as)
	}
	return moved, err
}

// leaveBehind unlinks what a full wipe has left of a phone that is back under another device id and linked to
// the device again (W-03, W-04): the old record stays blocked, and is nobody's phone any more.
func (r run) leaveBehind(as *access.Association) error {
	linked, err := r.tx.LinkedRecords(as.Device)
	if err != nil {
		return err
	}
	d, err := r.tx.FindRegistered(as.Device)
	if err != nil {
		return err
	}
	for i := range linked {
		old := &linked[i]
		if old.Pair.Device == as.Pair.Device || !old.Wipe.State.Wiped() || old.Wipe.Kind != access.WipeFull {
			continue
		}
		if err := r.tx.SaveLink(old.ID, "", access.Link{}, access.Suggestion{}, old.Replaces); err != nil {
			return err
		}
		r.tx.Audit(access.AuditEntry{Actor: Actor, Event: string(access.VerbUnlink), Subject: old.Pair.String(), Object: string(old.ID),
			Detail: "linked to " + Name(d) + " → not linked; wiped, and the phone is back under another device id"})
	}
	return nil
}

// held says that a link stays whatever the matcher thinks: its device is lost, out of use or not compliant,
// and a phone must not get around that by telling something else of itself. Only a phone whose device is
// retired or wiped may go on to a new registration.
func held(d *access.RegisteredDevice, to *access.Candidate) bool {
	if d == nil {
		return false
	}
	switch d.State {
	case access.DeviceRetired, access.DeviceWiped:
		return to == nil || to.Device == d.ID
	case access.DeviceLost:
		return true
	}
	return d.Noncompliant != ""
}

func sameLink(a, b access.Link) bool {
	return a.By == b.By && a.Who == b.Who && a.Score == b.Score && slices.Equal(a.Reasons, b.Reasons)
}

func sameSuggestion(a, b access.Suggestion) bool {
	return a.Device == b.Device && a.Score == b.Score && a.Clear == b.Clear && slices.Equal(a.Reasons, b.Reasons)
}

// audit writes down what has become of a record that was as.
func (s *Seen) audit(tx *store.Tx, as *access.Association, device access.DeviceID) {
	line := func(event, detail string) {
		tx.Audit(access.AuditEntry{Actor: Actor, Event: event, Subject: as.Pair.String(), Object: string(as.ID), Detail: detail})
	}
	switch {
	case device == as.Device:
	case device == "":
		line(string(access.VerbUnlink), "linked → not linked; "+s.against(as.Device))
	default:
		line(string(access.VerbLink), fmt.Sprintf("linked to %s, score %d: %s", Name(s.Device(device)), s.Link.Score,
			strings.Join(s.Link.Reasons, ", ")))
	}
	if s.Outlived {
		line(eventSuccessor, "another phone than the one before after all: that has been in touch since")
	}
	if (as.Replaces == "" || s.Outlived) && s.Successor != "" {
		line(eventSuccessor, "the same phone as before under another device id: "+strings.Join(s.because, ", "))
	}
}

// against says what speaks against a device the record was linked to.
func (s *Seen) against(id access.DeviceID) string {
	for i := range s.Candidates {
		if c := &s.Candidates[i]; c.Device == id && len(c.Against) > 0 {
			return strings.Join(c.Against, ", ")
		}
	}
	return "nothing speaks for it any more"
}

// Name is how a device is called in messages and in the audit log.
func Name(d *access.RegisteredDevice) string {
	if d == nil {
		return "a device"
	}
	for _, s := range []string{d.Name, d.Model, d.Serial, d.EASID, string(d.ID)} {
		if s == "" {
			continue
		}
		if d.OwnerName != "" {
			return s + " of " + d.OwnerName
		}
		return s
	}
	return "a device"
}
