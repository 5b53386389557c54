// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Evidence is all that a match is judged from.
type Evidence struct {
	Record *Association
	// Devices are the registered devices that come into question. One that is missing is not found; one
	// that has nothing to do with the record changes nothing.
	Devices []RegisteredDevice
	// Near are other records that share the record's device id or account, or are linked to one of Devices.
	Near []Association
}

// Candidate is one registered device that a record may belong to, with what speaks for and against it.
type Candidate struct {
	Device  DeviceID
	Score   int // 0 to 100
	Reasons []string
	Against []string
	// Barred: something speaks against it so clearly that only a person may link it.
	Barred bool

	identified bool
}

// Matching is what the matcher makes of the evidence.
type Matching struct {
	Link       *Candidate // what the record belongs to; nil: nothing is clear enough
	Suggestion Suggestion // the best of what is not clear enough
	Candidates []Candidate
}

// Match says which registered device a record belongs to. A record that a hand has linked or
// unlinked keeps its state: Link is then nil, and the candidates are for looking at. Link names the
// device the record has already, as long as nothing speaks against it.
func Match(e Evidence, now time.Time) Matching {
	m := Matching{Candidates: candidates(e, now)}
	if e.Record.Link.By == LinkedByHand {
		return m
	}
	best, ahead := best(m.Candidates)
	kept := e.kept(m.Candidates)
	switch {
	case best != nil && best.links(ahead) && !e.secondSamsung(best.Device) && (kept == nil || best.Score >= kept.Score+LinkAhead && best.identified):
		m.Link = best
	case kept != nil:
		m.Link = kept
	case best != nil && best.Score >= SuggestFrom:
		m.Suggestion = Suggestion{Device: best.Device, Score: best.Score, Reasons: best.Reasons, Clear: best.links(ahead)}
	}
	return m
}

// best gives the first candidate that nothing bars, and how far it is ahead of the next one. A retired
// device counts as the next one: which of two equal phones is gone nobody knows for sure.
func best(list []Candidate) (*Candidate, int) {
	for i := range list {
		if list[i].Barred {
			continue
		}
		ahead := fullScore
		for j := range list {
			if j != i && (!list[j].Barred || list[j].Score > 0) {
				ahead = min(ahead, list[i].Score-list[j].Score)
			}
		}
		return &list[i], ahead
	}
	return nil, 0
}

func (c *Candidate) links(ahead int) bool {
	return !c.Barred && c.Score >= LinkFrom && ahead >= LinkAhead
}

// kept is the device the matcher has linked before, unless something bars it now.
func (e *Evidence) kept(list []Candidate) *Candidate {
	if e.Record.Device == "" {
		return nil
	}
	for i := range list {
		if list[i].Device == e.Record.Device && !list[i].Barred {
			return &list[i]
		}
	}
	return nil
}

// secondSamsung says that the record is an additional account in Samsung's own mail app, which stays
// unlinked until a person links it.
func (e *Evidence) secondSamsung(device DeviceID) bool {
	if !samsungMail(e.Record) {
		return false
	}
	for i := range e.Devices {
		if d := &e.Devices[i]; d.ID == device && d.Owner != "" && d.Owner == e.Record.Person {
			return false
		}
	}
	return true
}

func samsungMail(a *Association) bool {
	return strings.HasPrefix(fold(a.UserAgent), "samsung") || strings.HasPrefix(fold(a.DeviceType), "samsung") ||
		strings.HasPrefix(fold(a.Pair.Device), "sec")
}

func candidates(e Evidence, now time.Time) []Candidate {
	w := make(map[Signal]Weight)
	for _, x := range Weights() {
		w[x.Signal] = x
	}
	own := identityOf(e.Record)
	list := make([]Candidate, 0, len(e.Devices))
	seen := make(map[DeviceID]bool, len(e.Devices))
	for i := range e.Devices {
		d := &e.Devices[i]
		if d.State == DeviceWaiting || seen[d.ID] {
			continue
		}
		seen[d.ID] = true
		c := Candidate{Device: d.ID}
		for _, s := range e.signals(d, own, now) {
			x := w[s]
			c.Score += x.Points
			c.identified = c.identified || x.Identifies
			c.Barred = c.Barred || x.Forbids
			if x.Points > 0 {
				c.Reasons = append(c.Reasons, x.Says)
			} else {
				c.Against = append(c.Against, x.Says)
			}
		}
		c.Score = max(0, min(c.Score, fullScore))
		if len(c.Reasons) > 0 {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Device, b.Device))
	})
	return list
}

// signals lists what speaks for and against one device.
func (e *Evidence) signals(d *RegisteredDevice, own identity, now time.Time) (list []Signal) {
	add := func(s Signal, is bool) bool {
		if is {
			list = append(list, s)
		}
		return is
	}
	r := e.Record
	if d.EASID != "" {
		if !add(SignalEASID, fold(d.EASID) == fold(r.Pair.Device)) {
			add(SignalOtherEASID, sameApp(d.EASID, r.Pair.Device))
		}
	}
	if own.serial != "" && d.Serial != "" {
		if !add(SignalSerial, own.serial == serial(d.Serial)) {
			add(SignalOtherSerial, true)
		}
	}
	if theirs := imei(d.IMEI); own.imei != "" && theirs != "" {
		if !add(SignalIMEI, own.imei == theirs && !e.sharedIMEI(theirs)) {
			add(SignalOtherIMEI, own.imei != theirs)
		}
	}
	add(SignalSibling, e.sibling(d))
	if same, known := sameNumber(r.Number, d.Number); known && !add(SignalNumber, same) {
		add(SignalOtherNumber, true)
	}
	if r.Person != "" && d.Owner != "" && !add(SignalOwner, r.Person == d.Owner) {
		add(SignalOtherOwner, true)
	}
	if same, known := sameModel(r.Model, d.Model, d.Manufacturer); known && !add(SignalModel, same) {
		add(SignalOtherModel, true)
	}
	if platform := platformOf(d.OS); own.platform != "" && platform != "" {
		if add(SignalOS, own.platform == platform) {
			if same, known := sameVersion(r.OSVersion, d.OSVersion); known && !add(SignalOSVersion, same) {
				add(SignalOtherVersion, true)
			}
		} else {
			add(SignalOtherOS, true)
		}
	}
	add(SignalName, sameName(r.FriendlyName, d.Name))
	add(SignalEnrolled, !d.Enrolled.IsZero() && r.FirstSync.Sub(d.Enrolled).Abs() <= 7*24*time.Hour)
	add(SignalTaken, e.taken(d, now))
	add(SignalDeviceRetired, d.State == DeviceRetired || d.State == DeviceWiped)
	return list
}

// sharedIMEI says that an IMEI names nobody: two devices have it.
func (e *Evidence) sharedIMEI(n string) bool {
	var first DeviceID
	for i := range e.Devices {
		if d := &e.Devices[i]; imei(d.IMEI) == n && d.State != DeviceWaiting {
			if first != "" && first != d.ID {
				return true
			}
			first = d.ID
		}
	}
	return false
}

// sibling says that another account of the same phone is linked to the device. Ids are reused, by
// emulators and by phones made of one image: so the facts of both have to agree.
func (e *Evidence) sibling(d *RegisteredDevice) bool {
	r := e.Record
	for i := range e.Near {
		n := &e.Near[i]
		if n.ID == r.ID || n.Device != d.ID || fold(n.Pair.Device) != fold(r.Pair.Device) {
			continue
		}
		a, b := identityOf(n), identityOf(r)
		if differ(a.platform, b.platform) || differ(a.imei, b.imei) {
			continue
		}
		if same, known := sameModel(n.Model, r.Model, ""); known && !same {
			continue
		}
		return true
	}
	return false
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }

// taken says that the record's account uses the device under another id of the same mail app, and did
// so after the record had come: two phones, not one that has changed its id.
func (e *Evidence) taken(d *RegisteredDevice, now time.Time) bool {
	r := e.Record
	for i := range e.Near {
		n := &e.Near[i]
		if n.ID == r.ID || n.Device != d.ID || n.Pair.Account != r.Pair.Account || n.Pair.Realm != r.Pair.Realm ||
			n.Pair.Device == r.Pair.Device || !sameApp(n.Pair.Device, r.Pair.Device) {
			continue
		}
		if n.LastSync.After(r.FirstSync) || r.FirstSync.IsZero() || now.Sub(n.LastSync) < time.Hour {
			return true
		}
	}
	return false
}

// Successor gives the record that this one has replaced: the same account in the same mail app on a
// phone with the same facts, which has not been heard of since this one came (Y-05, W-01). Empty: none,
// or more than one may be it.
func Successor(e Evidence) (AssociationID, []string) {
	r := e.Record
	var found AssociationID
	var reasons []string
	for i := range e.Near {
		n := &e.Near[i]
		if n.ID == r.ID || n.Pair.Account != r.Pair.Account || n.Pair.Realm != r.Pair.Realm || n.Pair.Device == r.Pair.Device ||
			n.Domain != r.Domain || !n.FirstSync.Before(r.FirstSync) || n.LastSync.After(r.FirstSync) ||
			!sameApp(n.Pair.Device, r.Pair.Device) {
			continue
		}
		why := samePhone(n, r)
		if len(why) == 0 {
			continue
		}
		if found != "" {
			return "", nil
		}
		found, reasons = n.ID, why
	}
	return found, reasons
}

// samePhone says in words why two records under different ids are one phone.
func samePhone(a, b *Association) (why []string) {
	x, y := identityOf(a), identityOf(b)
	if differ(x.platform, y.platform) || differ(x.imei, y.imei) {
		return nil
	}
	switch {
	case x.imei != "" && x.imei == y.imei:
		return []string{"both report the same IMEI"}
	case a.Device != "" && a.Device == b.Device:
		return []string{"both are linked to the same device"}
	}
	model, known := sameModel(a.Model, b.Model, "")
	name := sameName(a.FriendlyName, b.FriendlyName)
	number, _ := sameNumber(a.Number, b.Number)
	if known && model && (name || number) {
		return []string{"both report the same model, name or number, and the earlier one has been silent since"}
	}
	return nil
}
