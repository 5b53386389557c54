// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// errorPage says what went wrong and where to go from here.
type errorPage struct {
	page
	Icon, Heading, Text, RequestID, Href, Action string
}

// lacksRole reports whether an error says that the role of whoever asks does not cover a verb.
func lacksRole(err error) bool {
	var of *access.Error
	return access.KindOf(err) == access.KindForbidden && errors.As(err, &of) && slices.Contains(access.Verbs(), access.Verb(of.Op))
}

// roleWord names a role; one the catalogue does not know is shown as it is.
func (s *Server) roleWord(role access.Role) string {
	if key := "role." + string(role); s.words.Has(key) {
		return s.say(key)
	}
	return visible(clip(string(role), 40))
}

// answer turns an error into a page, or into the way to the sign-in page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	e := errorPage{Icon: "alert-circle", Href: "/", Action: s.say("error.to-dashboard")}
	status := s.explain(&e, err)
	for _, l := range []struct{ path, label string }{{"/devices", "error.to-devices"}, {"/users", "error.to-users"}} {
		if e.Href == "/activesync" && strings.HasPrefix(r.URL.Path, l.path) {
			e.Href, e.Action = l.path, s.say(l.label)
		}
	}
	if lacksRole(err) {
		e.Icon, e.Heading = "lock", s.say("error.no-permission")
		e.Text = s.say("error.no-permission-text", s.roleWord(login.Actor(r).Role))
	}
	if status == http.StatusUnauthorized {
		s.toSignIn(w, r)
		return
	}
	if login.OwesFactor(r) && !isFragment(r) && r.Method == http.MethodGet && status == http.StatusForbidden {
		http.Redirect(w, r, "/account", http.StatusSeeOther) // which says why
		return
	}
	if status == http.StatusInternalServerError || status == http.StatusServiceUnavailable {
		httpd.NoteError(r.Context(), err)
		e.RequestID = httpd.RequestID(r.Context())
	}
	if !login.IsSignedIn(r) {
		e.Href, e.Action = "/sign-in", s.say("error.to-sign-in")
	}
	part := "gate"
	e.page = page{Title: e.Heading, Token: s.login.FormToken(r)}
	if login.IsSignedIn(r) && !isFragment(r) && status != http.StatusInternalServerError && status != http.StatusServiceUnavailable {
		// Whoever is signed in keeps the navigation. It takes reading from the store, so not when that may be ill.
		if p, err := s.newPage(w, r, e.Heading, ""); err == nil {
			e.page, part = p, "layout"
		}
	}
	if err := s.show(w, status, "error", part, &e); err != nil {
		httpd.NoteError(r.Context(), err)
		http.Error(w, e.Heading, status)
	}
}

// explain fills in the words and gives the status. Of an internal error only a request id is shown.
func (s *Server) explain(e *errorPage, err error) int {
	e.Text = s.textOf(err)
	var of *httpd.StatusError
	if errors.As(err, &of) {
		e.Text = s.hear(of.Text)
		e.Heading = http.StatusText(of.Status)
		switch of.Status {
		case http.StatusNotFound:
			e.Heading = s.say("error.nothing")
		case http.StatusForbidden:
			e.Heading = s.say("error.not-allowed")
		}
		return of.Status
	}
	switch access.KindOf(err) {
	case access.KindInvalid:
		e.Heading = s.say("error.invalid")
		return http.StatusBadRequest
	case access.KindNotFound:
		e.Heading, e.Href, e.Action = s.say("error.nothing"), "/activesync", s.say("error.to-records")
		return http.StatusNotFound
	case access.KindConflict:
		e.Heading, e.Href, e.Action = s.say("error.conflict"), "/activesync", s.say("error.to-records")
		return http.StatusConflict
	case access.KindForbidden:
		e.Heading = s.say("error.not-allowed")
		return http.StatusForbidden
	case access.KindUnauthenticated:
		return http.StatusUnauthorized
	case access.KindUnavailable:
		e.Heading = s.say("error.unavailable")
		return http.StatusServiceUnavailable
	}
	e.Heading, e.Text = s.say("error.internal"), s.say("error.internal-text")
	return http.StatusInternalServerError
}

// eventStream is what a browser wants of the stream of a page.
const eventStream = "text/event-stream"

// toSignIn sends a person to the sign-in page and back afterwards. The script of a page is told with
// 401 instead: a sign-in page inside a table would help nobody.
func (s *Server) toSignIn(w http.ResponseWriter, r *http.Request) {
	if isFragment(r) || r.Header.Get(login.BackgroundHeader) != "" || r.Header.Get("Accept") == eventStream {
		http.Error(w, s.say("error.sign-in-first"), http.StatusUnauthorized)
		return
	}
	path := "/sign-in"
	if login.OwesCode(r) {
		path = "/sign-in/code"
	}
	if !httpd.Changes(r) && r.URL.Path != "/" {
		path += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}
