// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

type importVerb = func(context.Context, access.Actor, admin.ImportID, admin.Act) (admin.Result, error)

// expectedPage is the shadow report: who has yet to come through the gateway (Y-18).
type expectedPage struct {
	page
	Summary   string
	Realms    []expectedRealm
	Trend     []expectedDay
	List      *listPart
	MayImport bool
	Key       string
}

type expectedRealm struct {
	Realm       string
	Seen, Total int
	Text        string
}

type expectedDay struct {
	Day         string
	Seen, Total int
}

// expectedPhones declares the list of phones that are expected.
func (s *Server) expectedPhones() *list[access.Expected] {
	type phone = access.Expected
	type c = column[phone]
	return &list[phone]{
		Path: "/expected/phones", On: "/expected", Section: "expected", Words: "expected", File: "expected", Class: "roomy", Icon: "clock",
		Verb:     access.VerbViewAudit,
		Searches: true,
		Columns: []c{
			{Key: "who", Sort: "user", Heads: true, Class: "narrow-first", Value: func(x *phone) string { return firstWord(x.Who, x.Pair.Account) }},
			{Key: "device", Sort: "device", Class: "narrow-second", Value: func(x *phone) string { return x.Pair.Device }},
			{Key: "model", Sort: "model", Value: func(x *phone) string { return firstWord(x.Model, x.DeviceType) }},
			{Key: "os", Value: func(x *phone) string { return x.OS }},
			moment(c{Key: "last", Sort: "last_sync", Newest: true, Class: "nowrap"}, func(x *phone) time.Time { return x.LastSync }),
			{Key: "seen", Class: "nowrap", Value: func(x *phone) string { return exactTime(x.Seen) }, Cell: (*Server).seenCell},
			{Key: "account", Extra: true, Value: func(x *phone) string { return x.Pair.Account }},
			{Key: "realm", Extra: true, Value: func(x *phone) string { return x.Pair.Realm }},
			{Key: "state", Extra: true, Value: func(x *phone) string { return x.State }},
			{Key: "preset", Value: s.presetWord},
		},
		Filed:   []c{{Key: "id", Value: func(x *phone) string { return x.ID }}},
		Filters: []filter{{Name: "show", Kind: "select", Options: []string{"missing", "seen", "all"}}},
		Sort:    "who",
		ID:      func(x *phone) string { return x.ID },
		Name:    func(x *phone) (string, string) { return firstWord(x.Who, x.Pair.Account), x.Pair.Device },
		Find: func(ctx context.Context, who access.Actor, q query) (found[phone], error) {
			p, err := s.admin.ListExpected(ctx, who, admin.ExpectedQuery{Show: admin.Show(q.Filter["show"]), Search: q.Search, Sort: admin.Sort(q.Sort), Desc: q.Desc,
				Cursor: q.Cursor, Limit: q.Limit})
			out := found[phone]{Rows: p.Rows}
			pageMarks(&out, p.PageMarks)
			return out, err
		},
		ByID: s.admin.ExpectedByID,
	}
}

func firstWord(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *Server) presetWord(x *access.Expected) string {
	if x.Preset == access.OverrideBlock && x.Seen.IsZero() {
		return s.say("expected.preset-block")
	}
	return ""
}

func (s *Server) seenCell(x *access.Expected) template.HTML {
	if x.Seen.IsZero() {
		return s.chip("plain bare", "clock", s.say("expected.not-yet"), "")
	}
	return s.chip("good bare", "circle-check", s.say("expected.came"), "") + " " + s.ago(x.Seen)
}

// expectedShow answers GET /expected.
func (s *Server) expectedShow(w http.ResponseWriter, r *http.Request) error {
	if s.lists.expected.choosesColumns(w, r) {
		return nil
	}
	p, err := s.newPage(w, r, s.say("expected.title"), "expected")
	if err != nil {
		return err
	}
	report, err := s.admin.ShadowReport(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	ep := &expectedPage{page: p, MayImport: p.Actor.May(access.VerbImport) == nil, Key: s.newKey()}
	if report.Total > 0 {
		ep.Summary = s.say("expected.summary", report.Total, report.Seen, report.Total-report.Seen)
	}
	for _, realm := range report.Realms {
		ep.Realms = append(ep.Realms, expectedRealm{Realm: realm.Realm, Seen: realm.Seen, Total: realm.Total,
			Text: s.say("expected.of", realm.Total, realm.Seen)})
	}
	for i := len(report.Trend) - 1; i >= 0; i-- {
		d := report.Trend[i]
		ep.Trend = append(ep.Trend, expectedDay{d.Day.Format("2006-01-02"), d.Seen, report.Total})
	}
	if ep.List, err = s.lists.expected.part(w, r, ""); err != nil {
		return err
	}
	return s.showPage(w, r, "expected", ep)
}

// expectedForget answers POST /expected/forget.
func (s *Server) expectedForget(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid("expected", s.say("error.form"))
	}
	result, err := s.admin.ForgetExpected(r.Context(), login.Actor(r), admin.Act{Key: r.PostFormValue("key"), Reason: clip(r.PostFormValue("reason"), 500)})
	if err != nil {
		return s.refused(w, r, "/expected", err)
	}
	return s.done(w, r, "/expected", result)
}
