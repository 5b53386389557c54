// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// linkPage asks which registered device a record belongs to.
type linkPage struct {
	page
	Whole        bool
	ID, Action   string
	Find         string // where a search goes
	User, Device string
	Now          string // how the record is linked at present
	Search       string
	Candidates   []candidate
	Version      int64
	Key          string
	Back         string
}

// candidate is one device that comes into question.
type candidate struct {
	ID, Href, Name, Owner, What string
	State                       template.HTML
	Score                       int
	Reasons, Against            []string
	Barred, Present, Suggested  bool
	Facts                       []factRow
	Open                        bool // the facts stand open
	Choose                      bool // it can be linked to here
}

// factRow is one fact as the phone tells it and as the registration has it.
type factRow struct {
	Name, Record, Device string
	Agrees, Differs      bool
}

// mountLinks registers what Link To needs beside the list of records.
func (s *Server) mountLinks(mux router) {
	view, link := httpd.Verb(string(access.VerbView)), httpd.Verb(string(access.VerbLink))
	mux.Handle(view, "GET /link/{id}", s.linkAsk)
	mux.Handle(link, "POST /link/{id}", s.linkChange)
	mux.Handle(link, "GET /activesync/selection/link", s.linkMany)
	mux.Handle(link, "POST /activesync/selection/link", s.linkStart)
}

// linkAsk answers GET /link/{id}, with q a search among all registered devices.
func (s *Server) linkAsk(w http.ResponseWriter, r *http.Request) error {
	return s.showLink(w, r, r.PathValue("id"))
}

func (s *Server) showLink(w http.ResponseWriter, r *http.Request, id string) error {
	p, err := s.newPage(w, r, s.say("act.link"), "activesync")
	if err != nil {
		return err
	}
	search := clipBytes(strings.TrimSpace(r.URL.Query().Get("q")), 400)
	found, err := s.admin.LinkCandidates(r.Context(), p.Actor, access.AssociationID(id), search)
	if err != nil {
		return err
	}
	a := &found.Record
	path := "/activesync/" + url.PathEscape(id)
	lp := &linkPage{page: p, Whole: !isFragment(r), ID: id, Action: "/link/" + url.PathEscape(id), User: userOf(a), Device: deviceOf(a), Now: s.linkedHow(&found),
		Search: search, Version: a.Version, Key: s.newKey(), Back: localPath(r.URL.Query().Get("back"), path)}
	if lp.Find = "/activesync/selection/link"; p.Actor.May(access.VerbLink) != nil {
		lp.Find = lp.Action
	}
	for i := range found.List {
		c := s.newCandidate(&found.List[i])
		c.Choose = !c.Present && p.Actor.May(access.VerbLink) == nil
		lp.Candidates = append(lp.Candidates, c)
	}
	if len(lp.Candidates) > 0 {
		lp.Candidates[0].Open = true
	}
	return s.showPage(w, r, "link", lp)
}

// linkedHow says how a record is linked, and whether a person has said so.
func (s *Server) linkedHow(c *admin.Candidates) string {
	linked := c.Record.Linked()
	switch {
	case linked && c.Hand:
		return s.say("link.now-hand", c.Record.Link.Who)
	case linked:
		return s.say("link.now-linked")
	case c.Hand:
		return s.say("link.now-kept", c.Record.Link.Who)
	}
	return s.say("link.now-none")
}

func (s *Server) newCandidate(c *admin.LinkCandidate) candidate {
	d := &c.RegisteredDevice
	out := candidate{ID: string(d.ID), Href: "/devices/" + url.PathEscape(string(d.ID)), Name: deviceName(d), Owner: cmp.Or(d.OwnerName, s.say("link.nobodys")),
		What: joinWords(d.Model, spaced(d.OS, d.OSVersion)), State: s.deviceState(&c.DeviceRow), Score: c.Score, Reasons: c.Reasons, Against: c.Against,
		Barred: c.Barred, Present: c.Present, Suggested: c.Suggested}
	for _, f := range c.Facts {
		if f.Record == "" && f.Device == "" {
			continue
		}
		out.Facts = append(out.Facts, factRow{s.factWord(f.Name), f.Record, f.Device, f.Agrees, f.Known && !f.Agrees})
	}
	return out
}

// joinWords puts what is known side by side.
func joinWords(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " · ")
}

// factWord names a fact that record and device may share.
func (s *Server) factWord(name string) string {
	if key := "link.fact." + name; s.words.Has(key) {
		return s.say(key)
	}
	return name
}

// linkChange answers POST /link/{id}.
func (s *Server) linkChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbLink), s.say("error.form"))
	}
	id := r.PathValue("id")
	back := localPath(r.PostFormValue("back"), "/activesync/"+url.PathEscape(id))
	device := r.PostFormValue("device")
	if device == "" {
		return s.back(w, r, back, message{Kind: "bad", Text: s.say("link.pick")})
	}
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	result, err := s.admin.LinkAssociation(r.Context(), login.Actor(r), access.AssociationID(id), access.DeviceID(device), act)
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
