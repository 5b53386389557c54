// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// linkCategory says to which registered device a record belongs and who says so, which device it may belong
// to, and under which device id the same phone came before or comes now (A-22, A-23, Y-05).
func (s *Server) linkCategory(ctx context.Context, who access.Actor, d *admin.Details, v view) (category, error) {
	a := &d.Row
	c := s.category("details.link", s.hear(a.StatusLabel()))
	names, err := s.namesOfDevices(ctx, who, a.Association.Device, a.Suggestion.Device)
	if err != nil {
		return c, err
	}
	if a.Linked() {
		c.html("details.registered", s.deviceLink(a.Association.Device, names))
	}
	s.linkedBy(&c, a)
	if to := a.Suggestion.Device; to != "" {
		c.Open = true
		c.html("details.suggested", s.deviceLink(to, names)+" "+s.score(a.Suggestion.Score))
		s.because(&c, a.Suggestion.Reasons)
		if a.Suggestion.Clear {
			c.Note = s.say("details.suggested-clear")
		} else {
			c.Note = s.say("details.suggested-note")
		}
	}
	if err := s.lives(ctx, who, &c, d, v); err != nil || a.Linked() {
		return c, err
	}
	return c, s.compareDevices(ctx, who, &c, a)
}

// linkedBy says who has linked the record, or that it should not be linked.
func (s *Server) linkedBy(c *category, a *admin.Row) {
	l := a.Link
	switch {
	case l.By == access.LinkedByHand && a.Linked():
		c.html("details.linked-by", s.html("details.event", s.ago(l.At), text(l.Who, 80)))
		s.because(c, l.Reasons)
	case l.By == access.LinkedByHand:
		c.html("details.unlinked-by", s.html("details.event", s.ago(l.At), text(l.Who, 80)))
		c.Note = s.say("details.left-alone")
	case l.By == access.LinkedByMatcher && a.Linked():
		c.html("details.linked-by", s.html("details.linked-itself", s.ago(l.At))+" "+s.score(l.Score))
		s.because(c, l.Reasons)
	}
}

// because lists what speaks for a link.
func (s *Server) because(c *category, reasons []string) {
	var h template.HTML
	for _, r := range reasons {
		h += `<div>` + text(s.hear(r), 200) + `</div>`
	}
	if h != "" {
		c.html("details.because", h)
	}
}

// score is how much speaks for a link, of 100.
func (s *Server) score(n int) template.HTML {
	return s.chip("plain", "scale", s.say("link.score", n), s.say("link.score-why"))
}

// namesOfDevices gives what some registered devices are called.
func (s *Server) namesOfDevices(ctx context.Context, who access.Actor, ids ...access.DeviceID) (map[access.DeviceID]string, error) {
	var wanted []access.DeviceID
	for _, id := range ids {
		if id != "" {
			wanted = append(wanted, id)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	rows, err := s.admin.DevicesByID(ctx, who, wanted)
	names := map[access.DeviceID]string{}
	for i := range rows {
		d := &rows[i].RegisteredDevice
		names[d.ID] = joinWords(deviceName(d), d.OwnerName)
	}
	return names, err
}

// deviceLink leads to a device that its reader may see.
func (s *Server) deviceLink(id access.DeviceID, names map[access.DeviceID]string) template.HTML {
	name, ok := names[id]
	if id == admin.DeviceOutside {
		return text(s.hear(admin.OutsideWords), 120)
	}
	if !ok {
		return text(string(id), 80)
	}
	return template.HTML(`<a href="/devices/`+template.HTMLEscapeString(url.PathEscape(string(id)))+`">`) + text(name, 120) + `</a>`
}

// lives names the records of the same phone under other device ids: the one it came as before, and those
// it has come as since.
func (s *Server) lives(ctx context.Context, who access.Actor, c *category, d *admin.Details, v view) error {
	if d.Replaces != "" {
		before, err := s.admin.RowsByID(ctx, who, []access.AssociationID{d.Replaces})
		if err != nil {
			return err
		}
		if len(before) > 0 {
			c.html("details.before", s.links(before, v, deviceOf))
		} else {
			c.say("details.before", s.say("details.before-gone"))
		}
	}
	var since []admin.Row
	for i := range d.SameAccount {
		if d.SameAccount[i].Replaces == d.ID {
			since = append(since, d.SameAccount[i])
		}
	}
	if len(since) > 0 {
		c.html("details.since-then", s.links(since, v, deviceOf))
	}
	return nil
}
