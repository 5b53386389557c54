// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// besidePolicy says what else speaks for the phone beside its ActiveSync policy: the security policy of the registered
// device, and other mail apps of it that have another policy. Which of them wins nobody can tell (M-09, M-10, M-11).
func (s *Server) besidePolicy(ctx context.Context, who access.Actor, c *category, d *admin.Details, v view) error {
	if !d.Linked() {
		return nil
	}
	rows, err := s.admin.DevicesByID(ctx, who, []access.DeviceID{d.Association.Device})
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		c.html("details.security-policy", s.deviceCompliance(&rows[0]))
		if d.Policy.ID != "" {
			c.Note = joinSentences(c.Note, s.say("policy.which-wins"))
		}
	}
	if len(d.OtherPolicy) == 0 {
		return nil
	}
	c.Open = true
	c.html("details.other-policy", s.otherPolicies(d.OtherPolicy, v))
	c.Warn = s.say("policy.two")
	return nil
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// otherPolicies names records of other mail apps with their policies, and what the phone has said of each.
func (s *Server) otherPolicies(rows []admin.Row, v view) template.HTML {
	const named = 5
	var b template.HTML
	for i := range rows {
		if i == named {
			return b + s.html("list.and-more", len(rows)-i)
		}
		a := &rows[i]
		b += `<div>` + s.chip("warn", "alert-triangle", s.policyName(&a.Policy), "") + ` ` +
			anchor(v.href(string(a.ID), ""), joinWords(userOf(a), a.Client))
		if said := s.ackWord(a); said != "" {
			b += ` <span class="soft small">` + template.HTML(template.HTMLEscapeString(said)) + `</span>`
		}
		b += `</div>`
	}
	return b
}

// policiesCategory says which ActiveSync policy each record of a device has and what its phone has said of it. Two
// policies on one device are warned of (M-10, M-11).
func (s *Server) policiesCategory(p *thingPart, d *admin.DeviceDetails) thingCategory {
	names := map[access.PolicyID]bool{}
	ours := false
	c := s.thingCategory("details.policy", "")
	for i := range d.Linked {
		a := &d.Linked[i]
		names[a.Policy.ID] = true
		ours = ours || a.Policy.ID != ""
		c.Peek = s.policyName(&a.Policy)
		c.Things = append(c.Things, thingLine{Href: "/activesync/" + url.PathEscape(string(a.ID)), One: userOf(a), Two: joinWords(s.policyName(&a.Policy), a.Client), Chips: s.ackCell(a)})
	}
	switch {
	case len(names) > 1:
		c.Open, c.Peek = true, s.say("policy.several", len(names))
		p.Notes = append(p.Notes, note{"warn", s.say("policy.two-device")})
	case !ours:
		c.Things = nil
	default:
		c.Note = s.say("policy.which-wins")
	}
	return c
}

// severalAccounts says whether the phone's mail app holds several accounts, and who says so (M-13).
func (s *Server) severalAccounts(a *admin.Row) template.HTML {
	known := admin.SeveralOn(a)
	h := template.HTML(template.HTMLEscapeString(joinSentences(s.severalWord(a)+".", known.Text)))
	if known.Answer == provision.SeveralUnknown {
		return soft(s.severalWord(a))
	}
	return h + ` <span class="soft small">` + template.HTML(template.HTMLEscapeString(s.say("policy.source", known.Source, known.Date))) + `</span>`
}

func (s *Server) severalWord(a *admin.Row) string {
	return s.say("several." + string(admin.SeveralOn(a).Answer))
}
