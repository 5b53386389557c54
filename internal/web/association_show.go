// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
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
	Clear *clearForm
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
		Acts: s.lists.associations.buttons(who, id, v.href(id, v.Cursor)), Applied: s.applied(a.Change),
		MayPrefer: who.May(access.VerbChangePreferences) == nil,
	}
	mailbox := mailboxCategory(a)
	if a.Redirect != "" && who.May(access.VerbClearRedirect) == nil {
		mailbox.Clear = &clearForm{Token: s.login.FormToken(r), Key: s.newKey(), ID: a.ID, Version: a.Version, Back: v.href(id, v.Cursor)}
	}
	d.Categories = []category{
		s.userCategory(&found, v), phoneCategory(a), s.deviceCategory(&found, v), mailbox, s.verdictCategory(a),
		s.timesCategory(a), commentCategory(a), s.historyCategory(&found),
	}
	return d, nil
}

// say adds a pair when there is something to say.
func (c *category) say(name, words string) {
	if words != "" {
		c.Pairs = append(c.Pairs, pair{name, text(words, 400)})
	}
}

func (c *category) html(name string, h template.HTML) { c.Pairs = append(c.Pairs, pair{name, h}) }

func (s *Server) userCategory(d *admin.Details, v view) category {
	a := &d.Row
	c := category{Name: "User", Peek: userOf(a), Open: true}
	c.say("User", userOf(a))
	if a.Pair.Account != a.User {
		c.say("Account", a.Pair.Account)
	}
	c.say("Realm", a.Pair.Realm)
	c.say("Mail server", a.Backend)
	if len(d.SameAccount) > 0 {
		c.html("Other devices", links(d.SameAccount, v, deviceOf))
		c.Note = "What is done to this record leaves this user's other devices alone."
	}
	return c
}

// links names other records and leads to them.
func links(rows []admin.Row, v view, name func(*admin.Row) string) template.HTML {
	var b template.HTML
	for i := range rows {
		if i == 10 {
			return b + template.HTML(template.HTMLEscapeString("and "+strconv.Itoa(len(rows)-i)+" more"))
		}
		a := &rows[i]
		b += template.HTML(`<div><a href="`+template.HTMLEscapeString(v.href(string(a.ID), ""))+`">`) + text(name(a), 60) + `</a> · ` +
			template.HTML(template.HTMLEscapeString(word(a))) + `</div>`
	}
	return b
}

func phoneCategory(a *admin.Row) category {
	c := category{Name: "Phone", Peek: a.Model, Open: true}
	c.say("Number", a.Number)
	c.say("Model", a.Model)
	c.say("Friendly name", a.FriendlyName)
	c.say("IMEI", a.IMEI)
	c.say("Operator", a.Operator)
	if len(c.Pairs) == 0 {
		c.Note = "The phone has not told its number or model."
	}
	return c
}

func (s *Server) deviceCategory(d *admin.Details, v view) category {
	a := &d.Row
	c := category{Name: "Device Details", Peek: osOf(a)}
	c.say("DeviceID", deviceOf(a))
	if a.Pair.Device != a.RawDevice {
		c.say("Read as", a.Pair.Device)
	}
	c.html("Status", s.statusChip(a))
	c.say("Registered device", string(a.Association.Device))
	c.say("OS", osOf(a))
	c.say("Device type", a.DeviceType)
	c.say("Mail app", a.Client)
	c.say("User agent", a.UserAgent)
	c.say("Protocol version", a.Protocol)
	c.say("Language", a.Language)
	c.say("Address", a.RemoteAddr)
	c.html("Confirmed", s.ago(a.FactsAt))
	if len(d.SameDevice) > 0 {
		c.html("Other accounts", links(d.SameDevice, v, userOf))
		c.Note = "What is done to this record leaves the device's other accounts alone."
	}
	return c
}

func mailboxCategory(a *admin.Row) category {
	c := category{Name: "Mailbox Details", Peek: a.Mailbox}
	c.say("Mailbox ID", a.Mailbox)
	if a.MailboxDerived {
		c.Note = "Derived from the account: the phone has not asked for its address yet."
	}
	c.say("Redirect URL", a.Redirect) // D-07: only when there is one
	c.say("ActiveSync policy", "The mail server's own")
	c.say("Domain", a.Domain.Label())
	for _, t := range a.Twins {
		c.html("Also through", template.HTML(`<a href="/activesync/`+template.HTMLEscapeString(url.PathEscape(string(t.ID)))+`">`+
			template.HTMLEscapeString(t.Domain.Label())+`</a>`))
	}
	return c
}

// verdictCategory says what is decided now and on what it rests, and what a gateway did last (Y-01).
func (s *Server) verdictCategory(a *admin.Row) category {
	c := category{Name: "Verdict", Peek: a.Why.Rule}
	c.say("Now", a.Why.Text)
	c.say("Rule", a.Why.Rule)
	c.say("Detail", a.Why.Detail)
	c.say("By", a.Why.By)
	if !a.Why.Since.IsZero() {
		c.html("Since", s.ago(a.Why.Since))
	}
	if !a.Why.Until.IsZero() {
		c.html("Until", s.ago(a.Why.Until))
	}
	rep := a.Reported
	if rep.At.IsZero() {
		c.Note = "No gateway has reported a request of this record yet."
		return c
	}
	c.say("A gateway last", reportedWords(rep))
	c.say("Its rule", rep.Rule)
	c.say("Its detail", rep.Detail)
	c.say("Gateway", string(rep.Gateway))
	c.html("When", s.ago(rep.At))
	c.say("From snapshot", strconv.FormatInt(rep.Snapshot, 10))
	return c
}

func reportedWords(r access.Reported) string {
	words := map[string]string{"pass": "let it through", "refuse": "refused it", "challenge": "asked for the password",
		"reject": "could not read it", "later": "put it off"}[r.Verdict]
	if words == "" {
		words = r.Verdict
	}
	if !r.Enforced && r.Verdict != "pass" {
		words = "would have " + words + " (shadow mode)"
		if r.Verdict == "refuse" {
			words = "would have refused it (shadow mode)"
		}
	}
	return words
}

func (s *Server) timesCategory(a *admin.Row) category {
	c := category{Name: "Times", Open: true}
	c.html("First Sync Time", s.ago(a.FirstSync))
	c.html("Last Sync Time", s.ago(a.LastSync))
	c.html("Last success", s.ago(a.LastSuccess))
	if a.LastHTTP != 0 {
		c.say("Last answer", answerWords(a.LastHTTP, a.LastEAS))
	}
	c.Note = "Last Sync Time is the last attempt, successful or not. The mail server's own last sync time may differ."
	return c
}

func commentCategory(a *admin.Row) category {
	c := category{Name: "Comment", Peek: a.Comment, Open: a.Comment != ""}
	c.say("Comment", a.Comment)
	if a.Comment == "" {
		c.Note = "No comment."
	}
	return c
}

func (s *Server) historyCategory(d *admin.Details) category {
	c := category{Name: "History", Peek: plural(len(d.Timeline), "entry")}
	if n := len(d.Timeline); n != 1 {
		c.Peek = count(n) + " entries"
	}
	for i := range d.Timeline[:min(len(d.Timeline), 20)] {
		e := &d.Timeline[i]
		c.Pairs = append(c.Pairs, pair{e.Event, s.ago(e.At) + ` by ` + text(e.Actor, 60) + `<br>` + text(e.Detail, 200)})
	}
	return c
}
