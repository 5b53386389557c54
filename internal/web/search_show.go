// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// searchPage answers the question of the one search box: what is the matter, and what solves it.
type searchPage struct {
	page
	Asked    bool
	Headline string
	Answers  []answerRow
	More     []link // the lists, searched for the same
}

// answerRow is one thing that was found.
type answerRow struct {
	Kind, Icon, Href string
	Title            string
	Sentence         template.HTML // the moment that it names says the exact one
	Wrong            bool
	Advice           string
	Button           *actButton
	Also             []actButton // what may be done beside what solves it
}

// searchShow answers GET /search.
func (s *Server) searchShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("search.title"), "search")
	if err != nil {
		return err
	}
	p.Search = clipBytes(strings.TrimSpace(r.URL.Query().Get("q")), 800)
	found, err := s.admin.Answer(r.Context(), p.Actor, p.Search)
	if err != nil {
		return s.refused(w, r, "/search", err)
	}
	p.Width = "narrow"
	sp := &searchPage{page: p, Asked: p.Search != ""}
	for i := range found.List {
		sp.Answers = append(sp.Answers, s.newAnswer(p.Actor, &found.List[i], r.URL.RequestURI()))
	}
	sp.Headline = s.say("search.count", len(sp.Answers))
	if found.More {
		sp.Headline = s.say("list.more-than", sp.Headline)
	}
	if sp.Asked {
		q := "?" + url.Values{"q": {p.Search}}.Encode()
		sp.More = []link{{"/activesync" + q, s.say("nav.activesync")}, {"/devices" + q, s.say("nav.devices")}, {"/users" + q, s.say("nav.users")}}
	}
	return s.showPage(w, r, "search", sp)
}

func (s *Server) newAnswer(who access.Actor, a *admin.Answer, back string) answerRow {
	out := answerRow{Icon: "device-mobile", Kind: s.say("search.record")}
	switch a.Kind {
	case admin.AnswerUser:
		out = answerRow{Icon: "user", Kind: s.say("search.user")}
	case admin.AnswerDevice:
		out = answerRow{Icon: "devices", Kind: s.say("search.device")}
	}
	out.Title, out.Sentence, out.Wrong, out.Advice, out.Href = a.Title, s.sentence(a), a.Wrong, s.hear(a.Advice), thingHref(a.Kind, a.ID)
	if a.Verb != "" && who.May(a.Verb) == nil {
		out.Button = s.solveButton(a.Verb, a.OnKind, a.On, back)
	}
	for _, v := range a.Also {
		if b := s.solveButton(v, a.Kind, a.ID, back); b != nil && who.May(v) == nil {
			out.Also = append(out.Also, *b)
		}
	}
	return out
}

// sentence marks the moment in an answer's sentence and puts the exact one behind it.
func (s *Server) sentence(a *admin.Answer) template.HTML {
	words, at := visible(s.hear(a.Sentence)), visible(s.hear(a.AtWords))
	before, after, ok := strings.Cut(words, at)
	if !ok || a.AtWords == "" || a.At.IsZero() {
		return mixed(words)
	}
	return mixed(before) + template.HTML(`<time datetime="`+a.At.UTC().Format(time.RFC3339)+`" title="`+
		template.HTMLEscapeString(s.exact(a.At))+`">`+template.HTMLEscapeString(at)+`</time>`) + mixed(after)
}

// thingHref leads to the details of a user, a device or a record.
func thingHref(kind, id string) string {
	path := map[string]string{admin.AnswerUser: "/users/", admin.AnswerDevice: "/devices/", admin.AnswerRecord: "/activesync/"}[kind]
	return path + url.PathEscape(id)
}

// solveButton is the button of a verb on a thing: the question that the list of the thing asks before the verb,
// asked here, and back here afterwards.
func (s *Server) solveButton(v access.Verb, kind, id, back string) *actButton {
	switch kind {
	case admin.AnswerUser:
		return solve(s.lists.users, v, id, back)
	case admin.AnswerDevice:
		return solve(s.lists.devices, v, id, back)
	}
	if v == access.VerbReleaseRecord {
		return solve(s.lists.quarantine, v, id, back)
	}
	return solve(s.lists.associations, v, id, back)
}

func solve[R any](l *list[R], v access.Verb, id, back string) *actButton {
	for _, act := range l.Acts {
		if act.Verb != v || act.Name != "" {
			continue
		}
		b := l.button(act, "?id="+url.QueryEscape(id)+"&back="+url.QueryEscape(back))
		if act.Form != nil {
			b.Href, b.Whole = andBack(act.Form(id), back), !act.InPlace
		}
		return &b
	}
	return nil
}
