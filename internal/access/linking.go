// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"cmp"
	"slices"
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

	device *RegisteredDevice
	points int // not cut to what Score may be
	found  signalSet
	traits traits
}

// Matching is what the matcher makes of the evidence.
type Matching struct {
	Link       *Candidate // what the record belongs to; nil: nothing is clear enough
	Suggestion Suggestion // the best of what is not clear enough
	Candidates []Candidate
}

// Match says which registered device a record belongs to. A record that a hand has linked or
// unlinked keeps its state: Link is then nil, and the candidates are for looking at. Link names the
// device the matcher has linked before, as long as something speaks for it and nothing clear against.
//
// Only what the evidence says counts: asked again, the answer is the same.
func Match(e Evidence) Matching {
	w := newMatcher(e)
	m := Matching{Candidates: w.candidates()}
	if e.Record.Link.By == LinkedByHand {
		return m
	}
	best, ahead := best(m.Candidates)
	kept := kept(m.Candidates, e.Record.Device)
	links := best != nil && best.links(ahead)
	switch {
	case links && !w.secondSamsung(best.device) && (kept == nil || best.beats(kept)):
		m.Link = best
	case kept != nil:
		m.Link = kept
	case best != nil && best.Score >= SuggestFrom:
		m.Suggestion = Suggestion{Device: best.Device, Score: best.Score, Reasons: best.Reasons,
			Clear: links || best.clear(ahead)}
	}
	return m
}

// candidates judges each device once, the best first.
func (m *matcher) candidates() []Candidate {
	list := make([]Candidate, 0, len(m.Devices))
	for i := range m.Devices {
		d := &m.Devices[i]
		if d.State == DeviceWaiting {
			continue
		}
		c := Candidate{Device: d.ID, device: d}
		c.found = m.signals(d)
		c.traits = m.count(c.found)
		if c.traits.reasons > 0 {
			list = append(list, c)
		}
	}
	m.alike(list)
	for i := range list {
		m.put(&list[i])
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(a.Device, b.Device))
	})
	return slices.CompactFunc(list, func(a, b Candidate) bool { return a.Device == b.Device })
}

// alike marks devices of the owner that fit the facts no worse than another one of his.
func (m *matcher) alike(list []Candidate) {
	fits := func(c *Candidate) bool {
		return c.found.has(SignalOwner) && !c.found.any(SignalOtherModel, SignalOtherOS, SignalOtherIMEI, SignalOtherSerial)
	}
	for i := range list {
		if !fits(&list[i]) {
			continue
		}
		for k := range i {
			if both := list[i].found & list[k].found; both.has(SignalAlike) {
				continue // nothing new to learn
			}
			if fits(&list[k]) && !samePiece(list[i].device, list[k].device) {
				list[i].found.add(SignalAlike)
				list[k].found.add(SignalAlike)
			}
		}
	}
}

// samePiece says that two registrations are of one phone: it was registered again.
func samePiece(a, b *RegisteredDevice) bool {
	x, y := imei(a.IMEI), serial(a.Serial)
	return a.ID == b.ID || x != "" && x == imei(b.IMEI) || y != "" && y == serial(b.Serial)
}

// best gives the first candidate that nothing forbids, and how far it is ahead of the next one. A retired
// device counts as the next one, unless an identifier tells: which of two equal phones is gone nobody
// knows for sure.
func best(list []Candidate) (*Candidate, int) {
	for i := range list {
		c := &list[i]
		if c.Barred || !c.grounded() {
			continue
		}
		ahead := 2 * fullScore
		for k := range list {
			n := &list[k]
			if k == i || !n.grounded() || n.found.any(SignalOtherOS, SignalOtherIMEI, SignalOtherSerial, SignalSuperseded) ||
				n.found.has(SignalRetired) && c.traits.identified {
				continue
			}
			ahead = min(ahead, c.points-n.points)
		}
		return c, ahead
	}
	return nil, 0
}

// grounded says that something leads from the record to the device. That both are of one model does not:
// it holds for half of the company.
func (c *Candidate) grounded() bool {
	return c.found.any(SignalEASID, SignalSerial, SignalIMEI, SignalSibling, SignalOwner, SignalNumber)
}

func (c *Candidate) links(ahead int) bool {
	return !c.Barred && !c.doubted() && c.points >= LinkFrom && ahead >= LinkAhead
}

// clear says that nothing speaks against it but that little speaks for it.
func (c *Candidate) clear(ahead int) bool {
	return !c.doubted() && !c.found.has(SignalOtherOwner) && c.points >= ClearFrom && ahead >= LinkAhead
}

func (c *Candidate) doubted() bool { return c.traits.doubts && !c.traits.identified }

// beats says that a link is to move. One of somebody else's phone does not: what is silent now may be of
// the time before the phone was handed on.
func (c *Candidate) beats(kept *Candidate) bool {
	if c.Device == kept.Device {
		return true
	}
	return c.traits.identified && !c.found.any(SignalGuest, SignalOtherOwner) &&
		(c.points >= kept.points+LinkAhead || kept.found.has(SignalRetired))
}

// kept is the device the record is linked to, unless it should not be any more. It stays when the device
// is retired: else its retirement would open the gateway to it.
func kept(list []Candidate, device DeviceID) *Candidate {
	for i := range list {
		c := &list[i]
		if device == "" || c.Device != device {
			continue
		}
		if c.Score < SuggestFrom || c.found.any(SignalOtherOS, SignalOtherIMEI, SignalOtherSerial, SignalSuperseded) ||
			c.found.has(SignalOtherEASID) && !c.traits.identified {
			return nil
		}
		return c
	}
	return nil
}

// traits is what a set of signals comes to.
type traits struct {
	reasons, against   int
	identified, doubts bool
}

func (m *matcher) count(found signalSet) (t traits) {
	for s := range signals {
		if found.has(s) {
			w := &m.weights[s]
			t.identified = t.identified || w.Identifies
			t.doubts = t.doubts || w.Doubts
			if w.Points > 0 {
				t.reasons++
			} else {
				t.against++
			}
		}
	}
	return t
}

// put writes down what the signals say.
func (m *matcher) put(c *Candidate) {
	c.traits = m.count(c.found)
	words := make([]string, c.traits.reasons+c.traits.against)
	c.Reasons, c.Against = words[:0:c.traits.reasons], words[c.traits.reasons:c.traits.reasons]
	for s := range signals {
		if !c.found.has(s) {
			continue
		}
		w := &m.weights[s]
		c.points += w.Points
		c.Barred = c.Barred || w.Forbids
		if w.Points > 0 {
			c.Reasons = append(c.Reasons, w.Says)
		} else {
			c.Against = append(c.Against, w.Says)
		}
	}
	c.Score = max(0, min(c.points, fullScore))
}

// signalSet is a set of signals.
type signalSet uint32

func (l signalSet) has(s Signal) bool { return l&(1<<s) != 0 }

func (l *signalSet) add(s Signal) { *l |= 1 << s }

// put adds a signal when it is so, and gives back whether it is.
func (l *signalSet) put(s Signal, is bool) bool {
	if is {
		l.add(s)
	}
	return is
}

func (l signalSet) any(list ...Signal) bool {
	for _, s := range list {
		if l.has(s) {
			return true
		}
	}
	return false
}
