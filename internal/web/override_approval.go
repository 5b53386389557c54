// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// approvals declares the list of pairs that were approved before their first contact (Y-08).
func (s *Server) approvals() *list[admin.ApprovalRow] {
	type p = admin.ApprovalRow
	type c = column[p]
	l := few(&list[p]{
		Path: "/overrides/approvals", On: "/overrides", Prefix: "approvals-", Section: "overrides", Words: "approvals", File: "approvals", Class: "roomy approvals", Icon: "calendar-check",
		Columns: []c{
			{Key: "account", Link: true, Class: "narrow-first", Value: func(r *p) string { return r.Pair.Account }},
			{Key: "device", Class: "narrow-second", Value: func(r *p) string { return r.Pair.Device }},
			{Key: "come", Class: "nowrap", Value: s.cameWord, Cell: (*Server).cameCell},
			{Key: "reason", Class: "break", Value: func(r *p) string { return r.Reason }},
			{Key: "by", Value: func(r *p) string { return r.By }},
			moment(c{Key: "at", Newest: true, Class: "nowrap"}, func(r *p) time.Time { return r.At }),
			moment(c{Key: "until", Class: "nowrap"}, func(r *p) time.Time { return r.Until }),
			{Key: "masks", Help: true, Class: "break", Value: func(r *p) string { return r.Masks.Text }, Cell: func(s *Server, r *p) template.HTML { return s.masks(r.Masks, r.Idle) }},
			{Key: "realm", Extra: true, Value: func(r *p) string { return r.Pair.Realm }},
		},
		ID:   func(r *p) string { return r.ID },
		Name: func(r *p) (string, string) { return r.Pair.Account, r.Pair.Device },
		Href: func(r *p) string {
			if r.Record == nil {
				return ""
			}
			return "/activesync/" + url.PathEscape(string(r.Record.ID))
		},
		Acts: []act[p]{{Verb: access.VerbWithdrawApproval, Icon: "player-stop", Do: s.admin.WithdrawApproval}},
		// Approvals have no version: one that is made anew is another one.
		InRow: true, Still: true,
		Searches: true, Sort: "at", Desc: true,
		Filters: stateFilter("come", "waiting", "came"),
		Match:   func(r *p, _, come string) bool { return come == "all" || (r.Record != nil) == (come == "came") },
	}, s.loadApprovals)
	l.ByID = s.admin.ApprovalsByID
	find := l.Find
	l.Find = func(ctx context.Context, who access.Actor, q query) (found[p], error) {
		f, err := find(ctx, who, q)
		if err == nil && f.Total >= mostApprovals {
			f.Order = "approvals.newest-only"
		}
		return f, err
	}
	return l
}

// mostApprovals is how many approvals are held at once. They are made by hand, one by one, and end.
const mostApprovals = 2000

func (s *Server) loadApprovals(ctx context.Context, who access.Actor) (all []admin.ApprovalRow, err error) {
	for after := ""; len(all) < mostApprovals; {
		page, err := s.admin.ListPreApprovals(ctx, who, after, mostRows)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Rows...)
		if after = page.Next; after == "" {
			break
		}
	}
	return all, nil
}

func (s *Server) cameWord(r *admin.ApprovalRow) string {
	if r.Record == nil {
		return s.say("approvals.waiting")
	}
	return s.say("approvals.came")
}

// cameCell says whether the phone has come since.
func (s *Server) cameCell(r *admin.ApprovalRow) template.HTML {
	if r.Record == nil {
		return s.chip("plain bare", "clock", s.cameWord(r), "")
	}
	return s.chip("good bare", "circle-check", s.cameWord(r), "")
}

// approvePage is the form that approves a pair before its first contact.
type approvePage struct {
	page
	Whole   bool
	Realms  []choice
	Account string
	Device  string
	Reason  string
	Key     string
	Back    string
	Problem string
}

// approvalAsk answers GET /overrides/approve.
func (s *Server) approvalAsk(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := admin.ApprovalForm{Realm: clipBytes(q.Get("realm"), 200), Account: clipBytes(q.Get("account"), 320), Device: clipBytes(q.Get("device"), 200)}
	return s.showApprove(w, r, http.StatusOK, f, "", "", localPath(q.Get("back"), "/overrides"))
}

func (s *Server) showApprove(w http.ResponseWriter, r *http.Request, status int, f admin.ApprovalForm, reason, problem, back string) error {
	p, err := s.newPage(w, r, s.say("act.pre-approve"), "overrides")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	ap := &approvePage{page: p, Whole: !isFragment(r), Account: f.Account, Device: f.Device, Reason: reason, Key: s.newKey(), Back: back, Problem: problem}
	if ap.Realms, err = s.realms(r.Context(), p.Actor, f.Realm); err != nil {
		return err
	}
	part := "layout"
	if isFragment(r) {
		part = "fragment"
	}
	return s.show(w, status, "override_approve", part, ap)
}

// approvalCreate answers POST /overrides/approve.
func (s *Server) approvalCreate(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbPreApprove), s.say("error.form"))
	}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := admin.ApprovalForm{Realm: get("realm"), Account: get("account"), Device: get("device")}
	do := admin.Act{Key: get("key"), Reason: get("reason")}
	if d, err := time.ParseDuration(get("until")); err == nil && d > 0 {
		do.Until = s.now().Add(d)
	}
	back := localPath(get("back"), "/overrides")
	result, err := s.admin.PreApprove(r.Context(), login.Actor(r), f, do)
	switch access.KindOf(err) {
	case access.KindInvalid, access.KindConflict:
		return s.showApprove(w, r, http.StatusBadRequest, f, do.Reason, s.textOf(err), back)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, back, result)
}
