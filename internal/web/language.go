// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/web/words"
)

// languageCookie holds the language that a person has chosen in this browser, as columns are remembered.
const languageCookie = "language"

// router is what pages are registered on: a mux, or what keeps the handlers of one language.
type router interface {
	Handle(a httpd.Access, pattern string, h httpd.Handler)
}

// routes keeps the handlers of one language.
type routes map[string]httpd.Handler

func (m routes) Handle(_ httpd.Access, pattern string, h httpd.Handler) { m[pattern] = h }

// spoken registers every page once; which language answers is found out with each request.
type spoken struct {
	*httpd.Mux
	s     *Server
	other map[*Server]routes
}

func (m spoken) Handle(a httpd.Access, pattern string, h httpd.Handler) {
	m.Mux.Handle(a, pattern, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Add("Vary", "Accept-Language")
		if other, ok := m.other[m.s.in(r)]; ok {
			return other[pattern](w, r)
		}
		return h(w, r)
	})
}

func (s *Server) mountLanguages(mux *httpd.Mux) {
	if len(s.languages) < 2 {
		s.register(mux)
		return
	}
	m := spoken{mux, s, map[*Server]routes{}}
	for _, other := range s.languages[1:] {
		m.other[other] = routes{}
		other.register(m.other[other])
	}
	s.register(m)
}

// booksOf gives English and the languages that are asked for, or all there are.
func booksOf(others []*words.Book) ([]*words.Book, error) {
	names := words.Languages()
	if others != nil {
		names = nil
	}
	en, err := words.Load("en")
	if err != nil {
		return nil, err
	}
	list := append([]*words.Book{en}, others...)
	for _, name := range names {
		if name == en.Language() {
			continue
		}
		b, err := words.Load(name)
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, nil
}

// languageChoices names every language in itself; nil when there is but one.
func languageChoices(books []*words.Book, chosen *words.Book) []choice {
	if len(books) < 2 {
		return nil
	}
	var list []choice
	for _, b := range books {
		list = append(list, choice{Value: b.Language(), Label: b.Say("language.name"), Chosen: b == chosen})
	}
	return list
}

// in gives the server that speaks the language of a request: the one chosen in this browser, else the first of
// those the browser asks for, else English.
func (s *Server) in(r *http.Request) *Server {
	if len(s.languages) < 2 {
		return s
	}
	if c, err := r.Cookie(languageCookie); err == nil {
		if found := s.speaks(c.Value); found != nil {
			return found
		}
	}
	for _, tag := range wanted(r.Header.Get("Accept-Language")) {
		if found := s.speaks(tag); found != nil {
			return found
		}
	}
	return s
}

// speaks finds the server of a language: "de-CH" is served by "de" where there is nothing nearer.
func (s *Server) speaks(tag string) *Server {
	for ; tag != ""; tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)] {
		for _, one := range s.languages {
			if strings.EqualFold(one.words.Language(), tag) {
				return one
			}
		}
	}
	return nil
}

// wanted gives the languages of an Accept-Language header, the dearest first. [RFC 9110] 12.5.4
func wanted(header string) []string {
	type weighed struct {
		tag string
		q   float64
	}
	const most = 20
	var list []weighed
	for _, part := range strings.SplitN(clipBytes(header, 500), ",", most) {
		tag, rest, _ := strings.Cut(part, ";")
		w := weighed{strings.TrimSpace(tag), 1}
		if name, q, ok := strings.Cut(rest, "="); ok && strings.TrimSpace(name) == "q" {
			w.q, _ = strconv.ParseFloat(strings.TrimSpace(q), 64) // what is no number is not wanted
		}
		if w.tag != "" && w.tag != "*" && w.q > 0 {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(a, b weighed) int { return cmp.Compare(b.q, a.q) })
	tags := make([]string, len(list))
	for i, w := range list {
		tags[i] = w.tag
	}
	return tags
}

// languageChange answers POST /account/language.
func (s *Server) languageChange(w http.ResponseWriter, r *http.Request) error {
	tag := r.PostFormValue("language")
	if !slices.ContainsFunc(s.choices, func(c choice) bool { return c.Value == tag }) {
		return &httpd.StatusError{Status: http.StatusBadRequest, Text: s.say("language.unknown")}
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: tag, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

// textOf gives what an error says to a person.
func (s *Server) textOf(err error) string { return s.hear(access.TextOf(err)) }

// hear gives in the language of the page what a room behind it has said, see words.Book.Hear.
func (s *Server) hear(text string) string { return s.words.Hear(text) }
