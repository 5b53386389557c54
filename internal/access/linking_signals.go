// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"slices"
	"strings"
	"time"
)

// lately is how long a phone may be silent and still be thought to be in use.
const lately = 7 * 24 * time.Hour

// matcher holds one record's evidence in the order in which it is asked for.
type matcher struct {
	Evidence
	weights   [signals]Weight
	own       identity
	model     model
	name      string            // what the owner calls the phone, "" when it is what phones come with
	number    string            // its digits, "" when they say nothing
	sameID    []*Association    // other accounts under the record's device id
	sameUser  []*Association    // other ids of the account in the same mail app that are linked
	loose     []*Association    // those that are not, and that no hand has unlinked
	rivals    []*Association    // of these who may be the same phone, as far as the facts tell
	asked     bool              // rivals have been looked for
	shared    bool              // the record's IMEI is that of two registered phones in use
	last      *RegisteredDevice // whose model is lastModel
	lastModel model
}

func newMatcher(e Evidence) *matcher {
	r := e.Record
	m := &matcher{Evidence: e, weights: table()}
	m.read()
	for i := range e.Near {
		n := &e.Near[i]
		switch {
		case n.ID == r.ID:
		case strings.EqualFold(n.Pair.Device, r.Pair.Device):
			if m.own.id != "" {
				m.sameID = append(m.sameID, n)
			}
		case n.Pair.Account != r.Pair.Account || n.Pair.Realm != r.Pair.Realm || !sameApp(n, r):
		case n.Device != "":
			m.sameUser = append(m.sameUser, n)
		case n.Link.By != LinkedByHand:
			m.loose = append(m.loose, n)
		}
	}
	if m.own.imei != "" {
		var first DeviceID
		for i := range e.Devices {
			if d := &e.Devices[i]; d.inUse() && imei(d.IMEI) == m.own.imei {
				m.shared = m.shared || first != "" && first != d.ID
				first = d.ID
			}
		}
	}
	return m
}

// read makes the record's facts comparable, once for all devices.
func (m *matcher) read() {
	r := m.Record
	m.own, m.model = identityOf(r), modelOf(r.Model, "")
	m.name, m.number = ownName(r.FriendlyName), usable(r.Number)
}

func (d *RegisteredDevice) inUse() bool {
	return d.State != DeviceWaiting && d.State != DeviceRetired && d.State != DeviceWiped
}

// signals lists what speaks for and against one device.
func (m *matcher) signals(d *RegisteredDevice) (l signalSet) {
	m.identifiers(d, &l)
	m.owner(d, &l)
	m.facts(d, &l)
	l.put(SignalTaken, m.taken(d))
	if !l.any(SignalEASID, SignalSerial, SignalIMEI, SignalSibling) {
		l.put(SignalRival, m.rival(d))
	}
	l.put(SignalSuperseded, !l.has(SignalEASID) && m.superseded(d))
	l.put(SignalRetired, d.State == DeviceRetired || d.State == DeviceWiped)
	return l
}

func (m *matcher) identifiers(d *RegisteredDevice, l *signalSet) {
	own := &m.own
	if d.EASID != "" && own.id != "" {
		if !l.put(SignalEASID, strings.EqualFold(d.EASID, own.id)) {
			l.put(SignalOtherEASID, appOf(d.EASID) == own.app)
		}
	}
	if own.serial != "" {
		if s := serial(d.Serial); s != "" && !l.put(SignalSerial, own.serial == s) {
			l.add(SignalOtherSerial)
		}
	}
	if own.imei != "" {
		switch theirs := imei(d.IMEI); {
		case theirs == "":
		case own.imei == theirs:
			l.put(SignalIMEI, !m.shared)
		case own.imeiGuessed:
		case own.imei[:8] == theirs[:8]: // the first eight digits name the type of phone
			l.add(SignalOtherSlot)
		default:
			l.add(SignalOtherIMEI)
		}
	}
	if !l.has(SignalEASID) { // the same id does not count twice
		l.put(SignalSibling, m.sibling(d))
	}
}

func (m *matcher) owner(d *RegisteredDevice, l *signalSet) {
	switch {
	case m.Record.Person == "" || d.Owner == "":
	case m.Record.Person == d.Owner:
		l.add(SignalOwner)
	case m.own.unique && l.any(SignalEASID, SignalSerial, SignalSibling):
		l.add(SignalGuest)
	default:
		l.add(SignalOtherOwner)
	}
}

func (m *matcher) facts(d *RegisteredDevice, l *signalSet) {
	r := m.Record
	if same, known := sameDigits(r.Number, m.number, d.Number); known && !l.put(SignalNumber, same) {
		l.add(SignalOtherNumber)
	}
	if same, known := m.model.is(m.modelOf(d)); known && !l.put(SignalModel, same) {
		l.add(SignalOtherModel)
	}
	if platform := platformOf(d.OS); m.own.platform != "" && platform != "" {
		if l.put(SignalOS, m.own.platform == platform) {
			if same, known := sameVersion(r.OSVersion, d.OSVersion); known && !l.put(SignalOSVersion, same) {
				l.add(SignalOtherVersion)
			}
		} else {
			l.add(SignalOtherOS)
		}
	}
	l.put(SignalName, m.name != "" && isName(d.Name, m.name))
	if !d.Enrolled.IsZero() && !r.FirstSync.IsZero() {
		after := r.FirstSync.Sub(d.Enrolled)
		l.put(SignalEnrolled, after >= -time.Hour && after <= lately)
	}
}

// modelOf reads a device's model. Companies buy many of one: the last one read is at hand.
func (m *matcher) modelOf(d *RegisteredDevice) model {
	if m.last == nil || m.last.Model != d.Model || m.last.Manufacturer != d.Manufacturer {
		m.last, m.lastModel = d, modelOf(d.Model, d.Manufacturer)
	}
	return m.lastModel
}

// sibling says that another account of the same phone is linked to the device, by a hand or on grounds
// of its own: two that lean on each other would hold each other up for ever. Ids are reused, by emulators
// and by phones made of one image: so the facts of both have to agree.
func (m *matcher) sibling(d *RegisteredDevice) bool {
	for _, n := range m.sameID {
		if n.Device != d.ID || !m.agrees(n) {
			continue
		}
		if n.Link.By == LinkedByHand {
			return true
		}
		alone := matcher{Evidence: Evidence{Record: n}, weights: m.weights}
		alone.read()
		c := Candidate{found: alone.signals(d)}
		alone.put(&c)
		if c.grounded() && c.points >= SuggestFrom {
			return true
		}
	}
	return false
}

// agrees says that the facts of another record may be of the same phone.
func (m *matcher) agrees(n *Association) bool {
	theirs := identityOf(n)
	if differ(theirs.platform, m.own.platform) || differ(theirs.imei, m.own.imei) {
		return false
	}
	same, known := m.model.is(modelOf(n.Model, ""))
	return same || !known
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }

// taken says that the record's account uses the device under another id of the same mail app. When the
// device was registered again after that id fell silent, the new id is what was to be expected (W-02).
func (m *matcher) taken(d *RegisteredDevice) bool {
	for _, n := range m.sameUser {
		if n.Device != d.ID {
			continue
		}
		again := !d.Enrolled.IsZero() && d.Enrolled.After(n.LastSync) && !m.Record.FirstSync.Before(d.Enrolled)
		if !again {
			return true
		}
	}
	return false
}

// superseded is the reverse: the device was registered again after the record fell silent, and comes
// under a later id since (W-04).
func (m *matcher) superseded(d *RegisteredDevice) bool {
	r := m.Record
	if d.Enrolled.IsZero() || !d.Enrolled.After(r.LastSync) {
		return false
	}
	for _, n := range m.sameUser {
		if n.Device == d.ID && !n.FirstSync.Before(d.Enrolled) {
			return true
		}
	}
	return false
}

// rival says that another phone of the account, linked to nothing, fits the device no worse.
func (m *matcher) rival(d *RegisteredDevice) bool {
	if !m.asked {
		m.rivals, m.asked = slices.DeleteFunc(m.loose, m.differs), true
	}
	if len(m.rivals) == 0 {
		return false
	}
	own, other := tells(m.Record, d), d.EASID != "" && appOf(d.EASID) == m.own.app
	for _, n := range m.rivals {
		if other && !strings.EqualFold(d.EASID, n.Pair.Device) {
			continue
		}
		if tells(n, d) >= own {
			return true
		}
	}
	return false
}

// differs says that another phone of the account is not in use at the same time, or another kind of phone.
func (m *matcher) differs(n *Association) bool {
	r := m.Record
	return r.FirstSync.Sub(n.LastSync) > lately || n.FirstSync.Sub(r.LastSync) > lately || !m.agrees(n)
}

// tells weighs what two phones of one kind may differ in.
func tells(r *Association, d *RegisteredDevice) (n int) {
	if same, known := sameNumber(r.Number, d.Number); same {
		n += 2
	} else if known {
		n--
	}
	if sameName(r.FriendlyName, d.Name) {
		n += 2
	}
	return n
}

// secondSamsung says that the record is an additional account in Samsung's own mail app, which stays
// unlinked until a person links it: of somebody else than the owner, or later than another
// account that is linked.
func (m *matcher) secondSamsung(d *RegisteredDevice) bool {
	r := m.Record
	if !samsungMail(r) {
		return false
	}
	if d.Owner != "" && d.Owner != r.Person {
		return true
	}
	for _, n := range m.sameID {
		// One that is not linked yet counts when it is the owner's, or may be: the order in which the two
		// are looked at is of no account.
		if n.Pair.Account != r.Pair.Account && (n.Device == d.ID || n.Device == "" && n.Person == d.Owner || d.Owner == "") &&
			(n.FirstSync.Before(r.FirstSync) || n.FirstSync.Equal(r.FirstSync) && n.ID < r.ID) {
			return true
		}
	}
	return false
}

func samsungMail(a *Association) bool {
	agent := fold(a.UserAgent)
	for _, other := range []string{"android-mail", "nine", "outlook", "touchdown"} {
		if strings.HasPrefix(agent, other) {
			return false
		}
	}
	return strings.HasPrefix(agent, "samsung") || strings.HasPrefix(agent, "android-samsung") ||
		strings.HasPrefix(fold(a.DeviceType), "samsung") || appOf(a.Pair.Device) == appSamsung
}
