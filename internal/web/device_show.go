// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// deviceDetails gives the pane of a device.
func (s *Server) deviceDetails(r *http.Request, id string, v view) (any, error) {
	who := login.Actor(r)
	found, err := s.admin.FindDevice(r.Context(), who, access.DeviceID(id))
	if err != nil {
		return nil, err
	}
	d := &found
	p := &thingPart{
		ID: id, Kind: s.say("devices.pane"), Title: deviceName(&d.RegisteredDevice), Sub: spaced(d.Manufacturer, d.Model), CloseHref: v.href("", v.Cursor),
		Acts: s.lists.devices.buttons(who, &d.DeviceRow, v.href(id, v.Cursor)),
	}
	if p.Sub == p.Title {
		p.Sub = spaced(d.OS, d.OSVersion)
	}
	s.deviceStands(p, d)
	p.Categories = []thingCategory{s.ownerCategory(d), s.linkedCategory(who, d, v.href(id, v.Cursor))}
	if d.State == access.DeviceWaiting {
		p.Categories = append(p.Categories, s.knownCategory(d))
	} else {
		if len(d.Linked) == 0 {
			unmatched, err := s.compareRecords(r.Context(), who, d)
			if err != nil {
				return nil, err
			}
			p.Categories = append(p.Categories, unmatched)
		}
		p.Categories = append(p.Categories, s.complianceCategory(d), s.knownCategory(d))
		both, err := s.comparedCategory(r, d)
		if err != nil {
			return nil, err
		}
		if len(both.Compared) > 0 {
			p.Categories = append(p.Categories, both)
		}
	}
	history, err := s.timelineOfThing(r, "device", id)
	p.Categories = append(p.Categories, history)
	return p, err
}

// deviceStands says in a sentence where a device stands and what that does to its phone.
func (s *Server) deviceStands(p *thingPart, d *admin.DeviceDetails) {
	reach := len(d.Linked) + len(d.Reached)
	p.Icon = "ban"
	switch {
	case d.State == access.DeviceWaiting:
		p.Icon, p.State = "clock", s.say("device.is-waiting")
		if d.Before.ID != "" {
			p.Notes = append(p.Notes, note{"", s.phoneBefore(&d.RegisteredDevice)})
		}
	case d.State == access.DeviceLost:
		p.State = s.say("device.is-lost", reach)
	case d.State == access.DeviceRetired:
		p.State = s.say("device.is-retired", reach)
	case d.Noncompliant != "":
		p.State, p.Reason = s.say("device.is-noncompliant", reach), d.Noncompliant
		if d.State == access.DeviceWiped {
			p.Notes = append(p.Notes, note{"", s.say("device.is-wiped")})
		}
	case d.State == access.DeviceWiped:
		p.Icon, p.State = "eraser", s.say("device.is-wiped")
	case d.State == access.DevicePending:
		p.Icon, p.State = "hourglass", s.say("device.is-pending")
	default:
		p.Icon, p.Good, p.State = "circle-check", true, s.say("device.is-active")
	}
	if d.Unlinked > 0 {
		p.Notes = append(p.Notes, note{"", s.phoneUnlinked(&d.RegisteredDevice)})
	}
	if len(d.Reached) > 0 && d.State != access.DeviceWaiting {
		p.Notes = append(p.Notes, note{"", s.say("device.reached", len(d.Reached))})
	}
}

// phoneBefore says which device a phone that waits was before.
func (s *Server) phoneBefore(d *access.RegisteredDevice) string {
	state := strings.ToLower(s.deviceWord(d.Before.State))
	switch {
	case d.Before.ID == admin.DeviceOutside:
		return s.say("device.before-outside", state)
	case d.Before.OwnerName == "":
		return s.say("device.before", state)
	}
	return s.say("device.before-of", state, clip(visible(d.Before.OwnerName), 80))
}

// phoneUnlinked says how many records of a device's phone hang on nothing, and whether a person wants it so.
func (s *Server) phoneUnlinked(d *access.RegisteredDevice) string {
	if d.UnlinkedByHand == d.Unlinked {
		return s.say("device.phone-unlinked-by-hand", d.Unlinked)
	}
	return s.say("device.phone-unlinked", d.Unlinked)
}

func (s *Server) ownerCategory(d *admin.DeviceDetails) thingCategory {
	c := s.thingCategory("device.owner", d.OwnerName)
	c.Open = true
	if d.User == nil {
		c.Empty = s.say("device.no-owner")
		return c
	}
	line := thingLine{Href: userHref(d.User.ID), One: d.User.Name, Two: d.User.DisplayName}
	if d.User.Disabled {
		line.Chips = s.userState(d.User)
	}
	c.Things = []thingLine{line}
	c.say("user.email", d.User.Email)
	c.say("user.groups", strings.Join(d.User.Groups, ", "))
	return c
}

// linkedCategory lists the device's records, those its status reaches as well, and those that may be its own.
func (s *Server) linkedCategory(who access.Actor, d *admin.DeviceDetails, here string) thingCategory {
	c := s.thingCategory("device.records", s.say("activesync.count", len(d.Linked)))
	c.Open = true
	c.Things = s.recordLines(d.Linked, userOf, phoneOf)
	wipeLinks(s, who, c.Things, d.Linked, here)
	s.markLives(c.Things, d)
	for i := range d.Reached {
		line := s.recordLines(d.Reached[i:i+1], userOf, phoneOf)[0]
		line.Chips += " " + s.chip("plain", "device-mobile", s.say("device.same-phone"), s.say("device.same-phone-why"))
		c.Things = append(c.Things, line)
	}
	for i := range d.Loose {
		line := s.recordLines(d.Loose[i:i+1], userOf, phoneOf)[0]
		if d.Loose[i].Link.By == access.LinkedByHand {
			line.Chips = s.syncChip(&d.Loose[i]) + " " + s.chip("plain", "unlink", s.say("device.by-hand-unlinked"), s.say("link.now-kept", d.Loose[i].Link.Who))
		}
		if who.May(access.VerbLink) == nil {
			line.Do = &link{"/link/" + url.PathEscape(string(d.Loose[i].ID)), s.say("act.link")}
		}
		c.Things = append(c.Things, line)
	}
	for i := range d.Suggested {
		line := s.recordLines(d.Suggested[i:i+1], userOf, phoneOf)[0]
		line.Chips += " " + s.chip("plain", "bulb", s.say("device.suggested"), s.hear(strings.Join(d.Suggested[i].Suggestion.Reasons, "; ")))
		c.Things = append(c.Things, line)
	}
	for i := range d.Lives {
		line := s.recordLines(d.Lives[i:i+1], userOf, phoneOf)[0]
		if d.Lives[i].Replaces != "" {
			line.Chips += " " + s.chip("plain", "history", s.say("device.since"), "")
		} else {
			line.Chips += " " + s.chip("plain", "history", s.say("device.earlier"), "")
		}
		c.Things = append(c.Things, line)
	}
	c.Empty = s.say("device.no-records")
	return c
}

// markLives marks the records of a phone that came before under another device id, and those that came since
// (Y-05).
func (s *Server) markLives(lines []thingLine, d *admin.DeviceDetails) {
	named := map[access.AssociationID]string{}
	for _, list := range [][]admin.Row{d.Linked, d.Reached, d.Loose, d.Suggested, d.Lives} {
		for i := range list {
			named[list[i].ID] = deviceOf(&list[i])
		}
	}
	since := map[access.AssociationID]string{}
	for _, list := range [][]admin.Row{d.Linked, d.Reached, d.Loose, d.Suggested, d.Lives} {
		for i := range list {
			since[list[i].Replaces] = deviceOf(&list[i])
		}
	}
	for i := range d.Linked {
		a := &d.Linked[i]
		if a.Replaces != "" {
			lines[i].Chips += " " + s.chip("plain", "history", s.say("device.since"), joinWords(s.say("details.before"), named[a.Replaces]))
		}
		if to := since[a.ID]; to != "" {
			lines[i].Chips += " " + s.chip("plain", "history", s.say("device.earlier"), joinWords(s.say("details.since-then"), to))
		}
	}
}

func (s *Server) complianceCategory(d *admin.DeviceDetails) thingCategory {
	c := s.thingCategory("device.compliance", s.complianceWord(d.Compliance))
	c.html("device.compliance", s.deviceCompliance(&d.DeviceRow))
	for reason := range strings.SplitSeq(d.Noncompliant, "; ") {
		c.say("device.reason", reason)
	}
	if !d.ComplianceSince.IsZero() {
		c.html("details.since", s.ago(d.ComplianceSince))
	}
	c.say("device.says", s.sourceWord(d.ComplianceSource))
	return c
}

// knownCategory holds what is known of the device: of one that waits, what its phone tells by mail.
func (s *Server) knownCategory(d *admin.DeviceDetails) thingCategory {
	c := s.thingCategory("device.facts", d.Model)
	c.Open = d.State == access.DeviceWaiting
	for _, p := range s.deviceFacts(d) {
		c.html(p.Name, p.HTML)
	}
	if d.State == access.DeviceWaiting {
		c.Note = s.say("device.told-by-mail")
	}
	return c
}

func (s *Server) deviceFacts(d *admin.DeviceDetails) (list []pair) {
	add := func(key, words string) {
		if words != "" {
			list = append(list, pair{key, text(words, 400)})
		}
	}
	at := func(key string, t time.Time) {
		if !t.IsZero() {
			list = append(list, pair{key, s.ago(t)})
		}
	}
	list = append(list, pair{"device.state", s.deviceState(&d.DeviceRow)})
	if d.Before.ID != "" {
		said := template.HTML(template.HTMLEscapeString(s.phoneBefore(&d.RegisteredDevice)))
		if d.Before.ID != admin.DeviceOutside {
			said = anchor(deviceHref(d.Before.ID), s.phoneBefore(&d.RegisteredDevice))
		}
		list = append(list, pair{"device.before-it", said})
	}
	add("device.name", d.Name)
	add("device.manufacturer", d.Manufacturer)
	add("details.model", d.Model)
	add("details.os", spaced(d.OS, d.OSVersion))
	add("details.number", d.Number)
	add("details.imei", d.IMEI)
	add("device.serial", d.Serial)
	add("device.udid", d.UDID)
	add("device.eas", d.EASID)
	add("device.ownership", s.ownershipWord(d.Ownership))
	if d.State != access.DeviceWaiting {
		add("device.source", s.sourceWord(d.Source))
	}
	at("device.enrolled", d.Enrolled)
	at("device.check-in", d.LastCheckIn)
	add("details.comment", d.Comment)
	at("device.added", d.Created)
	return list
}

func (s *Server) ownershipWord(o access.Ownership) string {
	switch o {
	case access.OwnedByCompany:
		return s.say("device.owned.company")
	case access.OwnedByEmployee:
		return s.say("device.owned.employee")
	}
	return ""
}

// sourceMail is the source of a phone that waits: nothing but its mail traffic tells of it.
const sourceMail = "activesync"

// sourceWord names where something comes from: by hand, or a system's name.
func (s *Server) sourceWord(source string) string {
	switch source {
	case access.SourceLocal:
		return s.say("device.by-hand")
	case sourceMail:
		return s.say("nav.activesync")
	}
	return source
}

// comparedCategory puts what the registration says beside what the phone last told by mail, as the matcher
// compares them. Without a record there is nothing to compare.
func (s *Server) comparedCategory(r *http.Request, d *admin.DeviceDetails) (c thingCategory, err error) {
	if len(d.Linked) == 0 {
		return c, nil
	}
	a := &d.Linked[0]
	for i := range d.Linked {
		if d.Linked[i].FactsAt.After(a.FactsAt) {
			a = &d.Linked[i]
		}
	}
	found, err := s.admin.LinkCandidates(r.Context(), login.Actor(r), a.ID, "")
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			return c, nil // it has gone meanwhile
		}
		return c, err
	}
	c = s.thingCategory("device.compared", userOf(a))
	for i := range found.List {
		if found.List[i].ID == d.ID {
			c.Compared = s.newCandidate(&found.List[i]).Facts
		}
	}
	if !a.FactsAt.IsZero() {
		c.html("details.confirmed", s.ago(a.FactsAt))
	}
	return c, nil
}
