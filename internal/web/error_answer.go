// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// errorPage says what went wrong and where to go from here.
type errorPage struct {
	page
	Heading, Text, RequestID, Href, Action string
}

// answer turns an error into a page, or into the way to the sign-in page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	e := errorPage{Href: "/", Action: "To the dashboard"}
	status := e.explain(err)
	if status == http.StatusUnauthorized {
		s.toSignIn(w, r)
		return
	}
	if status == http.StatusInternalServerError || status == http.StatusServiceUnavailable {
		httpd.NoteError(r.Context(), err)
		e.RequestID = httpd.RequestID(r.Context())
	}
	if !login.IsSignedIn(r) {
		e.Href, e.Action = "/sign-in", "To the sign-in page"
	}
	e.page = page{Title: e.Heading, Token: s.login.FormToken(r)}
	if err := s.show(w, status, "error", "gate", &e); err != nil {
		httpd.NoteError(r.Context(), err)
		http.Error(w, e.Heading, status)
	}
}

// explain fills in the words and gives the status. Of an internal error only a request id is shown.
func (e *errorPage) explain(err error) int {
	e.Text = access.TextOf(err)
	var of *httpd.StatusError
	if errors.As(err, &of) {
		e.Text = of.Text
		e.Heading = http.StatusText(of.Status)
		switch of.Status {
		case http.StatusNotFound:
			e.Heading = "Nothing here"
		case http.StatusForbidden:
			e.Heading = "Not allowed"
		}
		return of.Status
	}
	switch access.KindOf(err) {
	case access.KindInvalid:
		e.Heading = "That does not work"
		return http.StatusBadRequest
	case access.KindNotFound:
		e.Heading, e.Href, e.Action = "Nothing here", "/activesync", "To the records"
		return http.StatusNotFound
	case access.KindConflict:
		e.Heading, e.Href, e.Action = "Somebody was faster", "/activesync", "To the records"
		return http.StatusConflict
	case access.KindForbidden:
		e.Heading = "Not allowed"
		return http.StatusForbidden
	case access.KindUnauthenticated:
		return http.StatusUnauthorized
	case access.KindUnavailable:
		e.Heading = "Not at the moment"
		return http.StatusServiceUnavailable
	}
	e.Heading, e.Text = "Something went wrong", "It is not your fault. The log says more about it."
	return http.StatusInternalServerError
}

// toSignIn sends a person to the sign-in page and back afterwards. The script of a page is told with
// 401 instead: a sign-in page inside a table would help nobody.
func (s *Server) toSignIn(w http.ResponseWriter, r *http.Request) {
	if isFragment(r) || r.Header.Get(login.BackgroundHeader) != "" {
		http.Error(w, "Sign in first.", http.StatusUnauthorized)
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
