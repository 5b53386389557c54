// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// mountUnknownUsers registers what the second remedy for an account of nobody needs beside the list.
func (s *Server) mountUnknownUsers(mux router) {
	change := httpd.Verb(string(access.VerbChangeUser))
	mux.Handle(change, "GET /give/{id}", s.giveAsk)
	mux.Handle(change, "POST /give/{id}", s.giveChange)
}

func giveHref(id string) string { return "/give/" + url.PathEscape(id) }

func addUserNotes(s *Server, rows []admin.Row) []note {
	if len(rows) != 1 {
		return nil
	}
	p := rows[0].Pair
	return []note{{"", s.say("activesync.note-add-user", visible(clip(p.Account, 120)), p.Realm)}}
}

// giveAsk answers GET /give/{id}: to whom does the account of a record belong?
func (s *Server) giveAsk(w http.ResponseWriter, r *http.Request) error {
	return s.showGive(w, r, r.PathValue("id"), http.StatusOK, "")
}

func (s *Server) showGive(w http.ResponseWriter, r *http.Request, id string, status int, problem string) error {
	p, err := s.newPage(w, r, s.say("give.title"), "activesync")
	if err != nil {
		return err
	}
	found, err := s.admin.FindAssociation(r.Context(), p.Actor, access.AssociationID(id))
	if err != nil {
		return err
	}
	p.Width = "narrow"
	back := "/activesync/" + url.PathEscape(id)
	if asked := r.FormValue("back"); asked != "" {
		back = localPath(asked, back)
	}
	return s.show(w, status, "thing_form", "layout", &formPage{page: p, Action: giveHref(id), Back: back, Key: s.newKey(), Version: found.Version,
		Problem: problem, Button: s.say("give.button"), Lead: s.say("give.lead", visible(clip(found.Pair.Account, 120)), found.Pair.Realm),
		Fields: []formField{{Name: "owner", Label: s.say("give.user"), Value: r.PostFormValue("owner"), Hint: s.say("give.user-hint"), Kind: "owner", Required: true, Most: 200}}})
}

// giveChange answers POST /give/{id}.
func (s *Server) giveChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid("give", s.say("error.form"))
	}
	id := r.PathValue("id")
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version"))}
	result, err := s.admin.GiveAccount(r.Context(), login.Actor(r), access.AssociationID(id), strings.TrimSpace(r.PostFormValue("owner")), act)
	switch access.KindOf(err) {
	case access.KindInvalid:
		return s.showGive(w, r, id, http.StatusBadRequest, s.textOf(err))
	case access.KindConflict:
		return s.showGive(w, r, id, http.StatusConflict, s.textOf(err))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, localPath(r.PostFormValue("back"), "/activesync/"+url.PathEscape(id)), result)
}
