// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// messageCookie carries a message over one redirect. It holds no more than the page would show anyhow,
// and whoever forges it in their own browser fools themselves alone.
const messageCookie = "vedette_message"

// message is what a page says about what has just been done.
type message struct {
	Kind    string   `json:"k,omitempty"` // "", "info", "warn" or "bad"
	Text    string   `json:"t"`
	Number  int64    `json:"n,omitempty"` // gateways have to reach it
	UndoID  string   `json:"u,omitempty"`
	Back    string   `json:"b,omitempty"`
	Shadow  bool     `json:"s,omitempty"` // what was done is not enforced: offer to change that
	Applied *applied `json:"-"`
	Undo    *undo    `json:"-"`
	Link    *link    `json:"-"`
}

type undo struct{ Undo, Key, Back, Token string }

type link struct{ Href, Label string }

// applied says how many gateways have carried out a change.
type applied struct {
	Number int64
	Text   string
	Done   bool
	Asked  int           // how often the page has asked already, this time included
	Delay  time.Duration // until it asks again
}

// again says how soon a page asks again that has asked so often and has no stream to tell it: ever more
// slowly while a gateway is away, which may be for weeks.
func again(asked int) time.Duration {
	const first, step, slowest = 2 * time.Second, 500 * time.Millisecond, 15 * time.Second
	return min(first+time.Duration(asked)*step, slowest)
}

func (s *Server) applied(number int64) *applied { return s.appliedAfter(number, 0) }

func (s *Server) appliedAfter(number int64, asked int) *applied {
	if number <= 0 {
		return nil
	}
	done, total := s.admin.Applied(number)
	a := &applied{Number: number, Done: total > 0 && done >= total, Asked: asked + 1, Delay: again(asked)}
	switch {
	case total == 0:
		a.Text = s.say("applied.waits")
	case a.Done && total == 1:
		a.Text = s.say("applied.by-one")
	case a.Done:
		a.Text = s.say("applied.by-all", total)
	default:
		a.Text = s.say("applied.by-some", total, done)
	}
	return a
}

// changeApplied answers GET /changes/{number}/applied, which a message asks until it is done.
func (s *Server) changeApplied(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil || number <= 0 {
		return &httpd.StatusError{Status: http.StatusNotFound, Text: s.say("applied.no-change")}
	}
	asked, err := strconv.Atoi(r.URL.Query().Get("asked"))
	if err != nil {
		asked = 0
	}
	return s.show(w, http.StatusOK, "applied", "applied", s.appliedAfter(number, min(max(asked, 0), 1000)))
}

// back redirects with a message. The page it came from shows it once.
func (s *Server) back(w http.ResponseWriter, r *http.Request, path string, m message) error {
	m.Text = clip(m.Text, 600)
	if len(m.Back) > 1500 {
		m.Back = "/activesync"
	}
	value, err := json.Marshal(m)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: messageCookie, Value: base64.RawURLEncoding.EncodeToString(value), Path: "/", MaxAge: 120,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// done redirects with what came of a verb.
func (s *Server) done(w http.ResponseWriter, r *http.Request, path string, result admin.Result) error {
	m := message{Text: result.Text, Number: result.Number, UndoID: result.Undo, Back: path}
	if result.Shadow {
		m.Kind, m.Shadow = "warn", true
	}
	return s.back(w, r, path, m)
}

// added redirects to what has just been made. It will not be there any more when it is taken back: that
// leads to the list.
func (s *Server) added(w http.ResponseWriter, r *http.Request, path, list string, result admin.Result) error {
	m := message{Text: result.Text, Number: result.Number, UndoID: result.Undo, Back: list}
	if result.Shadow {
		m.Kind, m.Shadow = "warn", true
	}
	return s.back(w, r, path, m)
}

// takeMessage reads the message and makes the browser forget it. A fragment leaves it for the page.
func (s *Server) takeMessage(w http.ResponseWriter, r *http.Request) *message {
	c, err := r.Cookie(messageCookie)
	if err != nil || isFragment(r) {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: messageCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteLaxMode})
	value, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	m := &message{}
	if json.Unmarshal(value, m) != nil || m.Text == "" {
		return nil
	}
	switch m.Kind {
	case "", "info", "warn", "bad":
	default:
		m.Kind = ""
	}
	m.Text = visible(s.hear(m.Text))
	m.Applied = s.applied(m.Number)
	if m.Shadow && login.Actor(r).May(access.VerbChangePreferences) == nil {
		m.Link = &link{"/sentry/preferences/preview?shadow=no", s.say("shadow.end")}
	}
	if m.UndoID != "" {
		m.Undo = &undo{Undo: m.UndoID, Key: s.newKey(), Back: localPath(m.Back, "/activesync"), Token: s.login.FormToken(r)}
	}
	return m
}
