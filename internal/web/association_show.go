// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// detailsPart is the ActiveSync Details pane (D-01).
type detailsPart struct {
	ID           string
	User, Device string
	Blocked      bool
	Why          access.Why
	CloseHref    string
	Acts         []actButton
	Categories   []category
	Applied      *applied
	MayPrefer    bool
}

// category is one that an arrow opens (D-02).
type category struct {
	Name  string
	Peek  string // shown while it is closed
	Open  bool
	Pairs []pair
	Note  string
	Warn  string
	Clear *clearForm
	Acts  []actButton
	// Beside are candidates that it is not linked to.
	Beside []comparison

	s *Server
}

type pair struct {
	Name string
	HTML template.HTML
}

func (s *Server) details(r *http.Request, id string, v view) (any, error) {
	who := login.Actor(r)
	found, err := s.admin.FindAssociation(r.Context(), who, access.AssociationID(id))
	if err != nil {
		return nil, err
	}
	a := &found.Row
	d := &detailsPart{
		ID: id, User: userOf(a), Device: deviceOf(a), Blocked: a.Decision.Blocked(), Why: a.Why, CloseHref: v.href("", v.Cursor),
		Acts: s.lists.associations.buttons(who, a, v.href(id, v.Cursor)), Applied: s.applied(a.Change),
		MayPrefer: who.May(access.VerbChangePreferences) == nil,
	}
	mailbox := s.mailboxCategory(a)
	if err := s.besidePolicy(r.Context(), who, &mailbox, &found, v); err != nil {
		return nil, err
	}
	if a.Redirect != "" && who.May(access.VerbClearRedirect) == nil {
		mailbox.Clear = &clearForm{Token: s.login.FormToken(r), Key: s.newKey(), ID: a.ID, Version: a.Version, Back: v.href(id, v.Cursor)}
	}
	link, err := s.linkCategory(r.Context(), who, &found, v)
	if err != nil {
		return nil, err
	}
	happened, err := s.admin.Timeline(r.Context(), who, admin.TimelineQuery{Record: a.ID})
	if err != nil {
		return nil, err
	}
	d.Categories = []category{
		s.userCategory(&found, v), s.phoneCategory(a), s.deviceCategory(&found, v), link, mailbox, s.verdictCategory(a),
		s.timesCategory(a), s.commentCategory(a), s.timelineCategory("record", id, &happened),
	}
	before, behind := s.quarantineButtons(&found, who, v.href(id, v.Cursor))
	d.Acts = slices.Concat(before, d.Acts, behind)
	if ruled, ok := s.rulesCategory(&found, who, v.href(id, v.Cursor)); ok {
		d.Categories = append([]category{ruled}, d.Categories...)
	}
	if wiped, ok := s.wipeCategory(&found, who, v.href(id, v.Cursor)); ok {
		d.Categories = append([]category{wiped}, d.Categories...)
	}
	return d, nil
}

// category begins one; name is a key.
func (s *Server) category(name, peek string) category {
	return category{Name: s.say(name), Peek: peek, s: s}
}

// say adds a pair when there is something to say; name is a key.
func (c *category) say(name, words string) {
	if words != "" {
		c.html(name, text(words, 400))
	}
}

func (c *category) html(name string, h template.HTML) {
	c.Pairs = append(c.Pairs, pair{c.s.say(name), h})
}

func (s *Server) userCategory(d *admin.Details, v view) category {
	a := &d.Row
	c := s.category("details.user", userOf(a))
	c.Open = true
	c.say("details.user", userOf(a))
	if a.Pair.Account != a.User {
		c.say("details.account", a.Pair.Account)
	}
	c.say("details.realm", a.Pair.Realm)
	c.say("details.backend", a.Backend)
	if userUnknown(a) {
		c.Note = s.say("unknown-user.pane")
	}
	if len(d.SameAccount) > 0 {
		c.html("details.other-devices", s.links(d.SameAccount, v, deviceOf))
		c.Note = s.say("details.user-note")
	}
	return c
}

// links names other records and leads to them.
func (s *Server) links(rows []admin.Row, v view, name func(*admin.Row) string) template.HTML {
	var b template.HTML
	for i := range rows {
		if i == 10 {
			return b + s.html("list.and-more", len(rows)-i)
		}
		a := &rows[i]
		b += template.HTML(`<div><a href="`+template.HTMLEscapeString(v.href(string(a.ID), ""))+`">`) + text(name(a), 60) + `</a> · ` +
			template.HTML(template.HTMLEscapeString(s.verdictWord(a))) + `</div>`
	}
	return b
}

func (s *Server) phoneCategory(a *admin.Row) category {
	c := s.category("details.phone", a.Model)
	c.Open = true
	c.say("details.number", a.Number)
	c.say("details.model", a.Model)
	c.say("details.friendly", a.FriendlyName)
	c.say("details.imei", a.IMEI)
	c.say("details.operator", a.Operator)
	if len(c.Pairs) == 0 {
		c.Note = s.say("details.phone-note")
	}
	return c
}

func (s *Server) deviceCategory(d *admin.Details, v view) category {
	a := &d.Row
	c := s.category("details.device", osOf(a))
	c.say("details.device-id", deviceOf(a))
	if a.Pair.Device != a.RawDevice {
		c.say("details.read-as", a.Pair.Device)
	}
	c.html("details.status", s.statusChip(a))
	c.say("details.os", osOf(a))
	c.say("details.type", a.DeviceType)
	c.say("details.client", a.Client)
	c.say("details.agent", a.UserAgent)
	c.html("details.several", s.severalAccounts(a))
	c.say("details.protocol", a.Protocol)
	c.say("details.language", a.Language)
	c.say("details.address", a.RemoteAddr)
	c.html("details.confirmed", s.ago(a.FactsAt))
	if len(d.SameDevice) > 0 {
		c.html("details.other-accounts", s.links(d.SameDevice, v, userOf))
		c.Note = s.say("details.device-note")
	}
	return c
}

func (s *Server) mailboxCategory(a *admin.Row) category {
	c := s.category("details.mailbox", a.Mailbox)
	c.say("details.mailbox-id", a.Mailbox)
	if a.MailboxDerived {
		c.Note = s.say("details.mailbox-note")
	}
	c.say("details.redirect", a.Redirect) // D-07: only when there is one
	s.policyPairs(&c, a)
	c.say("details.domain", s.hear(a.Domain.Label()))
	for _, t := range a.Twins {
		c.html("details.also", template.HTML(`<a href="/activesync/`+template.HTMLEscapeString(url.PathEscape(string(t.ID)))+`">`+
			template.HTMLEscapeString(s.hear(t.Domain.Label()))+`</a>`))
	}
	return c
}

// verdictCategory says what is decided now and on what it rests, and what a gateway did last (Y-01).
func (s *Server) verdictCategory(a *admin.Row) category {
	c := s.category("details.verdict-category", a.Why.Rule)
	c.say("details.now", s.hear(a.Why.Text))
	c.say("details.rule", a.Why.Rule)
	c.say("details.detail", s.hear(a.Why.Detail))
	c.say("details.by-whom", a.Why.By)
	if !a.Why.Since.IsZero() {
		c.html("details.since", s.ago(a.Why.Since))
	}
	if !a.Why.Until.IsZero() {
		c.html("details.until", s.ago(a.Why.Until))
	}
	rep := a.Reported
	if rep.At.IsZero() {
		c.Note = s.say("details.verdict-note")
		return c
	}
	c.say("details.gateway-last", s.reportedWords(rep))
	c.say("details.its-rule", rep.Rule)
	c.say("details.its-detail", s.hear(rep.Detail))
	c.say("details.gateway", string(rep.Gateway))
	c.html("details.when", s.ago(rep.At))
	c.say("details.snapshot", strconv.FormatInt(rep.Snapshot, 10))
	return c
}

// verdictWord is the verdict in one word.
func (s *Server) verdictWord(a *admin.Row) string {
	if a.Decision.Blocked() {
		return s.say("verdict.blocked")
	}
	return s.say("verdict.allowed")
}

// reportedWords says what a gateway did, or in shadow mode would have done.
func (s *Server) reportedWords(r access.Reported) string {
	switch r.Verdict {
	case "pass", "refuse", "challenge", "reject", "later":
		if !r.Enforced && r.Verdict != "pass" {
			return s.say("details.would." + r.Verdict)
		}
		return s.say("details.did." + r.Verdict)
	}
	return r.Verdict
}

func (s *Server) timesCategory(a *admin.Row) category {
	c := s.category("details.times", "")
	c.Open = true
	c.html("details.first", s.ago(a.FirstSync))
	c.html("details.last", s.ago(a.LastSync))
	c.html("details.success", s.ago(a.LastSuccess))
	if a.LastHTTP != 0 {
		c.say("details.answer", s.answerWords(a.LastHTTP, a.LastEAS))
	}
	c.Note = s.say("details.times-note")
	return c
}

func (s *Server) commentCategory(a *admin.Row) category {
	c := s.category("details.comment", a.Comment)
	c.Open = a.Comment != ""
	c.say("details.comment", a.Comment)
	if a.Comment == "" {
		c.Note = s.say("details.comment-note")
	}
	return c
}
