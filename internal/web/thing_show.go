// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// thingPart is the details of a device or a user.
type thingPart struct {
	ID         string
	Kind       string // what it is, above the title
	Title, Sub string
	CloseHref  string
	Acts       []actButton
	Good       bool
	Icon       string
	State      string // in one sentence
	Reason     string // somebody else's words
	Notes      []note
	Categories []thingCategory
}

// thingCategory is one that an arrow opens: pairs, things that belong to it, or a table that compares.
type thingCategory struct {
	category
	Things   []thingLine
	Compared []factRow // what the registration and the phone say
	Empty    string    // when there is nothing
	Link     *link
}

// thingLine is another thing in a category, and the way to it.
type thingLine struct {
	Href, One, Two string
	Chips          template.HTML
	Do             *link
}

func (s *Server) thingCategory(name, peek string) thingCategory {
	return thingCategory{category: s.category(name, peek)}
}

// wipeLinks adds the way to a wipe to lines of records, for a lost phone.
func wipeLinks(s *Server, who access.Actor, lines []thingLine, rows []admin.Row, back string) {
	if who.May(access.VerbWipe) != nil {
		return
	}
	for i := range rows {
		if rows[i].Wipe.State != access.WipeWaiting && !rows[i].Wipe.Speaks() {
			lines[i].Do = &link{wipeHref(rows[i].ID) + "?back=" + url.QueryEscape(back), s.say("user.wipe")}
		}
	}
}

// recordLines lists records, each with its verdict; by device or, for who knows that, by user.
func (s *Server) recordLines(rows []admin.Row, one, two func(*admin.Row) string) []thingLine {
	lines := make([]thingLine, len(rows))
	for i := range rows {
		a := &rows[i]
		lines[i] = thingLine{Href: "/activesync/" + url.PathEscape(string(a.ID)), One: one(a), Two: two(a), Chips: s.syncChip(a)}
		if !a.Linked() {
			lines[i].Chips += " " + s.chip("plain", "unlink", s.say("device.unlinked"), "")
		}
	}
	return lines
}

func phoneOf(a *admin.Row) string {
	if a.Model == "" {
		return deviceOf(a)
	}
	return a.Model + " · " + deviceOf(a)
}

// timelineOfThing is the newest part of what happened to a device or a user and to their records (Y-19).
func (s *Server) timelineOfThing(r *http.Request, kind, id string) (thingCategory, error) {
	q := admin.TimelineQuery{Device: access.DeviceID(id)}
	if kind == "user" {
		q = admin.TimelineQuery{User: access.UserID(id)}
	}
	t, err := s.admin.Timeline(r.Context(), login.Actor(r), q)
	return thingCategory{category: s.timelineCategory(kind, id, &t)}, err
}
