// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// mountPolicies registers what belongs to Policies & Configs > ActiveSync Policies.
func (s *Server) mountPolicies(mux router) {
	mount(s, mux, s.lists.policies)
	view, change := httpd.Verb(string(access.VerbView)), httpd.Verb(string(access.VerbChangePolicy))
	mux.Handle(view, "GET /policies/{id}", s.policyShow)
	mux.Handle(change, "GET /policies/new", s.policyNew)
	mux.Handle(change, "POST /policies/new", s.policyCreate)
	mux.Handle(change, "GET /policies/edit/{id}", s.policyEdit)
	mux.Handle(change, "POST /policies/edit/{id}", s.policySave)
	mux.Handle(change, "POST /policies/preview/{id}", s.policyPreview)
	mux.Handle(change, "GET /policies/copy/{id}", s.policyCopyShow)
	mux.Handle(change, "POST /policies/copy/{id}", s.policyCopy)
	mux.Handle(change, "GET /policies/default", s.policyDefaultShow)
	mux.Handle(change, "POST /policies/default", s.policyDefaultChange)
}

func policyHref(id access.PolicyID) string { return "/policies/" + url.PathEscape(string(id)) }

// policies declares the list of ActiveSync policies.
func (s *Server) policies() *list[admin.PolicyRow] {
	type p = admin.PolicyRow
	type c = column[p]
	answered := func(a access.PolicyAnswer) func(*p) int64 {
		return func(r *p) int64 { return tallyOf(r).Of[a] }
	}
	// A record whose phone goes on without the policy, or has another keeper, has not applied it either.
	without := func(r *p) int64 {
		t := tallyOf(r)
		return t.Of[access.PolicyRefused] + t.Of[access.PolicyIgnored] + t.Of[access.PolicyExternal]
	}
	return few(&list[p]{
		Path: "/policies", Section: "policies", Words: "policies", File: "policies", Class: "roomy", Icon: "checklist", Set: "policy_list",
		Columns: []c{
			{Key: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(r *p) string { return r.Name }},
			{Key: "default", Class: "nowrap narrow-second", Value: s.defaultWord, Cell: (*Server).defaultCell},
			number(c{Key: "assigned", Newest: true, Help: true}, func(r *p) int64 { return r.Assigned }),
			number(c{Key: "revision", Newest: true, Help: true}, func(r *p) int64 { return r.Revision }),
			{Key: "answers", Help: true, Class: "break", Value: s.answersWord, Cell: (*Server).answersCell, Order: func(a, b *p) int {
				return int(tallyOf(a).Of[access.PolicyApplied] - tallyOf(b).Of[access.PolicyApplied])
			}},
			number(c{Key: "applied", Extra: true, Newest: true}, answered(access.PolicyApplied)),
			number(c{Key: "partial", Extra: true, Newest: true}, answered(access.PolicyPartial)),
			number(c{Key: "without", Extra: true, Newest: true}, without),
			{Key: "lenient", Extra: true, Value: func(r *p) string { return yesNo(r.AllowNonProvisionable) }, Cell: func(s *Server, r *p) template.HTML {
				return template.HTML(template.HTMLEscapeString(s.say("preferences." + yesNo(r.AllowNonProvisionable))))
			}},
			moment(c{Key: "changed", Newest: true, Class: "nowrap"}, func(r *p) time.Time { return r.Changed }),
			{Key: "by", Value: func(r *p) string { return r.By }},
			{Key: "description", Extra: true, Class: "break", Value: func(r *p) string { return r.Description }},
		},
		Searches: true, Sort: "name",
		ID:      func(r *p) string { return string(r.ID) },
		Name:    func(r *p) (string, string) { return r.Name, r.Description },
		Version: func(r *p) int64 { return r.Version },
		Href:    func(r *p) string { return policyHref(r.ID) },
		State:   func(r *p) string { return strconv.FormatBool(r.Default) },
		Links:   []headLink{{Href: "/policies/new", Label: "policies.new", Icon: "plus", Verb: access.VerbChangePolicy}},
		Acts: []act[p]{
			{Verb: access.VerbChangePolicy, Name: "edit-policy", Icon: "pencil", Key: "e", Form: func(id string) string { return "/policies/edit/" + url.PathEscape(id) }},
			{Verb: access.VerbChangePolicy, Name: "copy-policy", Icon: "copy", Key: "c", Form: func(id string) string { return "/policies/copy/" + url.PathEscape(id) }, InPlace: true},
			{Verb: access.VerbChangePolicy, Name: "default-policy", Icon: "star", Fits: func(r *p) bool { return !r.Default },
				Form: func(id string) string { return "/policies/default?id=" + url.QueryEscape(id) }, InPlace: true},
			{Verb: access.VerbChangePolicy, Name: "delete-policy", Icon: "trash", Danger: true, Gone: true, Fits: func(r *p) bool { return !r.Default && r.Assigned == 0 },
				Do: func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
					return s.admin.DeletePolicy(ctx, who, access.PolicyID(id), a)
				}},
		},
		Extra: s.serversOwn,
	}, s.admin.ListPolicies)
}

// serversOwnPart says what is in force for who has no policy of ours.
type serversOwnPart struct {
	Default   bool // there is a default one, and the mail server's own is in force for nobody
	MayChange bool
}

func (s *Server) serversOwn(r *http.Request, who access.Actor) (any, error) {
	prefs, err := s.admin.Preferences(r.Context(), who)
	if err != nil {
		return nil, err
	}
	return &serversOwnPart{Default: prefs.DefaultPolicy != "", MayChange: who.May(access.VerbChangePolicy) == nil}, nil
}

// tally is what phones have answered to the present revision of a policy, or had asked of them.
type tally struct {
	Of    map[access.PolicyAnswer]int64
	Older int64 // whose last answer was to a revision before
	All   int64
}

func tallyOf(r *admin.PolicyRow) tally {
	t := tally{Of: map[access.PolicyAnswer]int64{}}
	for _, c := range r.Usage {
		t.All += c.Records
		if c.Revision == r.Revision {
			t.Of[c.Answer] += c.Records
		} else {
			t.Older += c.Records
		}
	}
	return t
}

// policyAnswers are the answers in the order in which pages count them, best first.
func policyAnswers() []access.PolicyAnswer {
	return []access.PolicyAnswer{access.PolicyApplied, access.PolicyPartial, access.PolicyExternal, access.PolicyIgnored, access.PolicyRefused}
}

// answerKind is how an answer is coloured.
func answerKind(a access.PolicyAnswer) string {
	switch a {
	case access.PolicyApplied:
		return "good"
	case access.PolicyRefused, access.PolicyIgnored:
		return "bad"
	}
	return "warn"
}

// answerWord is an answer in a word.
func (s *Server) answerWord(a access.PolicyAnswer) string {
	switch a {
	case access.PolicyApplied, access.PolicyPartial, access.PolicyRefused, access.PolicyExternal, access.PolicyIgnored:
		return s.say("policy.answer." + string(a))
	}
	return s.say("policy.answer.none")
}

func (s *Server) defaultWord(r *admin.PolicyRow) string {
	if r.Default {
		return s.say("policies.default")
	}
	return ""
}

func (s *Server) defaultCell(r *admin.PolicyRow) template.HTML {
	if r.Default {
		return s.chip("good bare", "star", s.say("policies.default"), s.say("policies.default-why"))
	}
	return ""
}

// answersWord says the same as the bar, for an export and for who hears the page.
func (s *Server) answersWord(r *admin.PolicyRow) string {
	t := tallyOf(r)
	if t.All == 0 {
		return s.say("policies.no-answers")
	}
	words := ""
	for _, a := range policyAnswers() {
		if n := t.Of[a]; n > 0 {
			words += ", " + s.say("policies.answered", n, s.answerWord(a))
		}
	}
	if t.Older > 0 {
		words += ", " + s.say("policies.older", t.Older)
	}
	return words[2:]
}

func (s *Server) answersCell(r *admin.PolicyRow) template.HTML {
	t := tallyOf(r)
	if t.All == 0 {
		return soft(s.say("policies.no-answers"))
	}
	return s.sharesBar(t) + template.HTML(`<span class="soft small">`+template.HTMLEscapeString(s.answersWord(r))+`</span>`)
}

// sharesBar draws the shares of the answers; words beside it say the same.
func (s *Server) sharesBar(t tally) template.HTML {
	const width = 1000
	var b template.HTML
	at := int64(0)
	part := func(kind string, n int64) {
		if n <= 0 || t.All <= 0 {
			return
		}
		w := max(n*width/t.All, 12)
		b += template.HTML(`<rect class="` + kind + `" x="` + itoa(at) + `" y="0" width="` + itoa(w) + `" height="10"/>`)
		at += w
	}
	for _, a := range policyAnswers() {
		part(answerKind(a), t.Of[a])
	}
	part("calm", t.Older)
	return template.HTML(`<svg class="shares" viewBox="0 0 `+itoa(max(at, 1))+` 10" preserveAspectRatio="none" aria-hidden="true">`) + b + "</svg>"
}
