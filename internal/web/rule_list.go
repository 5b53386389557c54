// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
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

// mountRules registers what belongs to Policies & Configs > Rules, and Devices & Users > Quarantine.
func (s *Server) mountRules(mux router) {
	mount(s, mux, s.lists.rules)
	mount(s, mux, s.lists.quarantine)
	s.mountRuled(mux)
	view, change, confirm := httpd.Verb(string(access.VerbView)), httpd.Verb(string(access.VerbChangeRule)), httpd.Verb(string(access.VerbConfirmRule))
	mux.Handle(view, "GET /rules/{id}", s.ruleShow)
	mux.Handle(change, "GET /rules/new", s.ruleNew)
	mux.Handle(change, "GET /rules/edit/{id}", s.ruleEdit)
	mux.Handle(change, "POST /rules/preview", s.rulePreview)
	mux.Handle(change, "POST /rules/save", s.ruleSave)
	mux.Handle(confirm, "GET /rules/confirm/{id}", s.ruleConfirmAsk)
	mux.Handle(confirm, "POST /rules/confirm/{id}", s.ruleConfirm)
}

// rules declares the list of blocking rules, in the order in which they speak.
func (s *Server) rules() *list[admin.RuleRow] {
	type b = admin.RuleRow
	type c = column[b]
	return few(&list[b]{
		Path: "/rules", Section: "rules", Words: "rules", File: "rules", Class: "roomy rules", Icon: "filter", Set: "rule_list",
		Columns: []c{
			{Key: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(r *b) string { return r.Name }},
			{Key: "does", Class: "break narrow-second", Value: func(r *b) string { return s.hear(r.Sentence) }},
			{Key: "action", Class: "nowrap", Value: func(r *b) string { return s.ruleAction(r.Action) }, Cell: func(s *Server, r *b) template.HTML { return s.ruleActionChip(r.Action) }},
			{Key: "whom", Class: "break", Value: s.ruleWhom},
			{Key: "held", Newest: true, Help: true, Class: "num", Value: func(r *b) string { return itoa(r.Held) }, Cell: (*Server).heldCell,
				Order: func(x, y *b) int { return cmp.Compare(x.Held, y.Held) }},
			{Key: "waiting", Newest: true, Help: true, Class: "num", Value: func(r *b) string { return itoa(r.Waiting) }, Cell: (*Server).waitingCell,
				Order: func(x, y *b) int { return cmp.Compare(x.Waiting, y.Waiting) }},
			number(c{Key: "released", Newest: true, Help: true}, func(r *b) int64 { return r.Released }),
			{Key: "enabled", Class: "nowrap", Value: s.ruleState, Cell: (*Server).ruleStateCell},
			number(c{Key: "place", Extra: true, Help: true}, func(r *b) int64 { return int64(r.Order) }),
			{Key: "kind", Extra: true, Value: func(r *b) string { return s.ruleKind(r.Kind) }},
			number(c{Key: "most", Extra: true}, func(r *b) int64 { return int64(r.Most) }),
			{Key: "note", Extra: true, Class: "break", Value: func(r *b) string { return r.Note }},
			moment(c{Key: "changed", Extra: true, Newest: true, Class: "nowrap"}, func(r *b) time.Time { return r.Changed }),
			{Key: "by", Extra: true, Value: func(r *b) string { return r.By }},
		},
		Filters: []filter{{Name: "show", Kind: "select", Options: []string{"all", "on", "off", "waiting"}}},
		Match: func(r *b, _, show string) bool {
			switch show {
			case "on":
				return r.Enabled
			case "off":
				return !r.Enabled
			case "waiting":
				return r.Waiting > 0
			}
			return true
		},
		Searches: true, Sort: "place",
		ID:      func(r *b) string { return string(r.ID) },
		Name:    func(r *b) (string, string) { return r.Name, s.hear(r.Sentence) },
		Version: func(r *b) int64 { return r.Version },
		State:   func(r *b) string { return strconv.Itoa(r.Walk.Percent) + strconv.FormatBool(r.Walk.On) },
		Href:    func(r *b) string { return ruleHref(r.ID) },
		Links:   []headLink{{Href: "/rules/new", Label: "rules.new", Icon: "plus", Verb: access.VerbChangeRule}},
		Acts:    s.ruleActs(),
		Extra: func(_ *http.Request, who access.Actor) (any, error) {
			return who.May(access.VerbChangeRule) == nil, nil
		},
	}, s.admin.ListRules)
}

// ruleActs are what can be done with a rule, on its page.
func (s *Server) ruleActs() []act[admin.RuleRow] {
	type doer = func(context.Context, access.Actor, access.BlockingID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			return f(ctx, who, access.BlockingID(id), a)
		}
	}
	form := func(path string) func(string) string {
		return func(id string) string { return path + url.PathEscape(id) }
	}
	turned := func(on bool) func(*http.Request, access.Actor, *admin.RuleRow) ([]note, error) {
		return func(r *http.Request, who access.Actor, row *admin.RuleRow) ([]note, error) {
			f := formOfRule(row)
			f.Enabled = on
			p, err := s.admin.PreviewRule(r.Context(), who, row.ID, f)
			return s.ruleNotes(&p, row.Action, on), err
		}
	}
	return []act[admin.RuleRow]{
		{Verb: access.VerbConfirmRule, Icon: "checks", Key: "o", Danger: true, InPlace: true, Form: form("/rules/confirm/"), Fits: func(r *admin.RuleRow) bool { return r.Enabled && r.Waiting > 0 && !r.Room() }},
		{Verb: access.VerbChangeRule, Name: "edit-rule", Icon: "pencil", Key: "e", Form: form("/rules/edit/")},
		{Verb: access.VerbChangeRule, Name: "enable-rule", Icon: "player-play", Key: "t", Refuses: true, Fits: func(r *admin.RuleRow) bool { return !r.Enabled }, Foresee: turned(true), Do: do(s.admin.EnableRule)},
		{Verb: access.VerbChangeRule, Name: "disable-rule", Icon: "player-pause", Key: "t", Fits: func(r *admin.RuleRow) bool { return r.Enabled }, Foresee: turned(false), Do: do(s.admin.DisableRule)},
		{Verb: access.VerbChangeRule, Name: "delete-rule", Icon: "trash", Danger: true, Gone: true,
			Foresee: func(r *http.Request, who access.Actor, row *admin.RuleRow) ([]note, error) {
				p, err := s.admin.PreviewDeleteRule(r.Context(), who, row.ID)
				return s.ruleNotes(&p, row.Action, false), err
			}, Do: do(s.admin.DeleteRule)},
	}
}

// ruleNotes says what a change of a rule would come to (Y-07). on says whether the rule is in force then.
func (s *Server) ruleNotes(p *admin.RulePreview, does access.BlockingAction, on bool) []note {
	kind := "info"
	if p.ToBlocked > 0 {
		kind = "warn"
	}
	list := []note{{kind, s.ruleEffect(p, does, on)}}
	for _, n := range p.Notes {
		list = append(list, note{"", n})
	}
	return list
}

// ruleEffect is how many records a rule would hold, and for how many of them that means something new.
func (s *Server) ruleEffect(p *admin.RulePreview, does access.BlockingAction, on bool) string {
	words := s.say("rule.lets-go")
	switch {
	case on && p.ByRequest:
		words = s.say("rule.asked-of-requests")
	case on:
		words = s.say("rule.would-hold."+string(does), p.WouldHold)
	}
	return words + " " + s.effectWords(&p.Preview)
}
