// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/url"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// rulesCategory names the rules that speak of a record, and what can be done about each.
func (s *Server) rulesCategory(d *admin.Details, who access.Actor, here string) (category, bool) {
	if len(d.Ruled) == 0 {
		return category{}, false
	}
	first := &d.Ruled[0]
	c := s.category("details.rules", s.ruledWord(string(first.State), first.Action))
	c.Open, c.Note = true, s.say("details.rules-note")
	several := 0
	for i := range d.Ruled {
		several += len(d.Ruled[i].Can)
	}
	for i := range d.Ruled {
		r := &d.Ruled[i]
		when := s.html("details.rule-since", s.ago(r.Since))
		if r.State == ruledReleased {
			when = s.byAt(r.ReleasedBy, s.ifEver(r.ReleasedAt))
		}
		h := anchor(ruleHref(r.ID), r.Name) + "<br>" + s.ruledChip(string(r.State), r.Action) + ` <span class="soft small">` + when + "</span>"
		if several < 2 {
			r.Can = nil // the button above is about this one
		}
		for _, b := range s.ruledButtons(ruleHref(r.ID)+"/records", string(d.ID), r.Can, who, here) {
			h += s.smallButton(b)
		}
		c.Pairs = append(c.Pairs, pair{s.ruleAction(r.Action), h})
	}
	return c, true
}

// quarantineButtons release a record from every rule that holds it, which stands before the other buttons, or
// have them hold it again, which stands behind.
func (s *Server) quarantineButtons(d *admin.Details, who access.Actor, here string) (before, behind []actButton) {
	var can []access.Verb
	for i := range d.Ruled {
		can = append(can, d.Ruled[i].Can...)
	}
	if slices.Contains(can, access.VerbReleaseRecord) { // who is held by one rule and released from another wants to sync
		return s.ruledButtons("/quarantine", string(d.ID), []access.Verb{access.VerbReleaseRecord}, who, here), nil
	}
	return nil, s.ruledButtons("/quarantine", string(d.ID), can, who, here)
}

// ruledButtons lead to the questions of a list of records, as far as they can be answered with yes.
func (s *Server) ruledButtons(path, id string, can []access.Verb, who access.Actor, here string) (list []actButton) {
	for _, a := range s.ruledActs("") {
		if slices.Contains(can, a.Verb) && who.May(a.Verb) == nil {
			list = append(list, actButton{Href: path + "/selection/" + a.name() + "?id=" + url.QueryEscape(id) + "&back=" + url.QueryEscape(here),
				Label: s.say("act." + a.name()), Icon: a.Icon, Key: a.Key})
		}
	}
	return list
}

// smallButton is a button among words.
func (s *Server) smallButton(b actButton) template.HTML {
	href := template.HTMLEscapeString(b.Href)
	return template.HTML(`<div class="buttons"><a class="button" href="`+href+`" hx-get="`+href+`" hx-target="#dialog">`) + s.icon(b.Icon) +
		template.HTML(template.HTMLEscapeString(b.Label)+`</a></div>`)
}
