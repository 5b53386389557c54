// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"

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
	Title, Sentence  string
	Wrong            bool
	Advice           string
	Button           *actButton
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
	out.Title, out.Sentence, out.Wrong, out.Advice, out.Href = a.Title, a.Sentence, a.Wrong, a.Advice, thingHref(a.Kind, a.ID)
	if a.Verb != "" && who.May(a.Verb) == nil {
		out.Button = s.solveButton(a, back)
	}
	return out
}

// thingHref leads to the details of a user, a device or a record.
func thingHref(kind, id string) string {
	path := map[string]string{admin.AnswerUser: "/users/", admin.AnswerDevice: "/devices/", admin.AnswerRecord: "/activesync/"}[kind]
	return path + url.PathEscape(id)
}

// solveButton is the one button that solves it: the question that the list of the thing asks before the verb.
func (s *Server) solveButton(a *admin.Answer, back string) *actButton {
	switch a.OnKind {
	case admin.AnswerUser:
		return solve(s.lists.users, a, back)
	case admin.AnswerDevice:
		return solve(s.lists.devices, a, back)
	}
	return solve(s.lists.associations, a, back)
}

func solve[R any](l *list[R], a *admin.Answer, back string) *actButton {
	for _, act := range l.Acts {
		if act.Verb != a.Verb || act.Name != "" {
			continue
		}
		b := l.button(act, "?id="+url.QueryEscape(a.On)+"&back="+url.QueryEscape(back))
		if act.Form != nil {
			b.Href, b.Whole = act.Form(a.On)+"?back="+url.QueryEscape(back), !act.InPlace
		}
		return &b
	}
	return nil
}
