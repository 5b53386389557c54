// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// timelinePage is all that has happened to a record, a device or a user, page by page (Y-19).
type timelinePage struct {
	page
	Moments []momentRow
	Back    string
	Older   string
	Newest  string // the first page; empty: it is this one
}

type momentRow struct {
	At    template.HTML
	What  string
	About string
	Who   string
	Text  string
}

// timelineOf names what a timeline is about: a record, a device or a user.
type timelineOf struct{ kind, id, section, path string }

// timelineShow answers GET /timeline.
func (s *Server) timelineShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	of := timelineOf{"record", q.Get("record"), "activesync", "/activesync/"}
	query := admin.TimelineQuery{Record: access.AssociationID(of.id), Before: atoi(q.Get("before"))}
	switch {
	case q.Get("device") != "":
		of = timelineOf{"device", q.Get("device"), "devices", "/devices/"}
		query.Record, query.Device = "", access.DeviceID(of.id)
	case q.Get("user") != "":
		of = timelineOf{"user", q.Get("user"), "users", "/users/"}
		query.Record, query.User = "", access.UserID(of.id)
	}
	p, err := s.newPage(w, r, s.say("timeline.title"), of.section)
	if err != nil {
		return err
	}
	t, err := s.admin.Timeline(r.Context(), p.Actor, query)
	if err != nil {
		return err
	}
	p.Width = "narrow"
	tp := &timelinePage{page: p, Moments: s.momentRows(t.Moments), Back: localPath(q.Get("back"), of.path+url.PathEscape(of.id))}
	if query.Before > 0 {
		tp.Newest = of.href(0)
	}
	if t.Older > 0 {
		tp.Older = of.href(t.Older)
	}
	return s.showPage(w, r, "timeline", tp)
}

func (of timelineOf) href(before int64) string {
	q := url.Values{of.kind: {of.id}}
	if before > 0 {
		q.Set("before", itoa(before))
	}
	return "/timeline?" + q.Encode()
}

func (s *Server) momentRows(list []admin.Moment) []momentRow {
	out := make([]momentRow, len(list))
	for i := range list {
		m := &list[i]
		out[i] = momentRow{At: s.ago(m.At), What: s.momentWord(m.Kind), Who: s.whoWord(m.Who), Text: s.hear(m.Text)}
		switch m.Kind {
		case "enrolled":
			out[i].Text = s.sourceWord(m.Text)
		case "not-compliant":
			if m.Who == access.SourceLocal {
				out[i].Who = "" // somebody here: the line about it names them
			}
		}
		if m.About != m.Text {
			out[i].About = m.About
		}
	}
	return out
}

// momentWord is what happened, in a word or two; an event the catalogue does not know is shown as it is.
func (s *Server) momentWord(kind string) string {
	if key := "moment." + kind; s.words.Has(key) {
		return s.say(key)
	}
	return visible(clip(kind, 60))
}

// house is whom the audit log names for what machines do.
const house = "vedette"

// whoWord names who did it: a person, or the house itself.
func (s *Server) whoWord(who string) string {
	if who == house {
		return s.say("timeline.house")
	}
	return s.hear(who)
}

// timelineCategory is the newest part of a timeline, for a pane. kind is "record", "device" or "user".
func (s *Server) timelineCategory(kind, id string, t *admin.Timeline) category {
	const most = 20
	list := s.momentRows(t.Moments)
	c := s.category("timeline.title", s.say("details.entries", len(list)))
	for _, m := range list[:min(len(list), most)] {
		h := m.At
		if m.About != "" {
			h += ` · ` + text(m.About, 80)
		}
		if m.Who != "" {
			h = s.html("details.event", m.At, text(m.Who, 60))
		}
		if m.Text != "" {
			h += `<br>` + text(m.Text, 200)
		}
		c.Pairs = append(c.Pairs, pair{m.What, h})
	}
	if len(list) > most || t.Older > 0 {
		of := timelineOf{kind: kind, id: id}
		c.html("timeline.more", template.HTML(`<a href="`+template.HTMLEscapeString(of.href(0))+`">`)+template.HTML(template.HTMLEscapeString(s.say("timeline.whole")))+`</a>`)
	}
	return c
}
