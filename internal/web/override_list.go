// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// overridePage is Devices & Users > Overrides: what people have decided against the rules, and what each of
// these words masks (Y-06), and pairs that were approved before they came (Y-08).
type overridePage struct {
	page
	Overrides  *listPart
	Approvals  *listPart
	MayApprove bool
	NewHref    string
}

// mountOverrides registers the addresses of the page.
func (s *Server) mountOverrides(mux router) {
	approve := httpd.Verb(string(access.VerbPreApprove))
	mux.Handle(httpd.Verb(string(access.VerbView)), "GET /overrides", s.overrideList)
	mount(s, mux, s.lists.overrides)
	mount(s, mux, s.lists.approvals)
	mux.Handle(approve, "GET /overrides/approve", s.approvalAsk)
	mux.Handle(approve, "POST /overrides/approve", s.approvalCreate)
}

// overrides declares the first list.
func (s *Server) overrides() *list[admin.OverrideRow] {
	type o = admin.OverrideRow
	type c = column[o]
	return &list[o]{
		Path: "/overrides/records", On: "/overrides", Section: "overrides", Words: "overrides", File: "overrides", Class: "roomy overrides", Icon: "gavel",
		Columns: []c{
			{Key: "user", Link: true, Class: "narrow-first", Value: func(r *o) string { return userOf(&r.Row) }},
			{Key: "device", Class: "narrow-second", Value: func(r *o) string { return deviceOf(&r.Row) }},
			{Key: "kind", Class: "nowrap", Value: func(r *o) string { return string(r.Override.Kind) }, Cell: func(s *Server, r *o) template.HTML { return s.overrideChip(r.Override.Kind) }},
			{Key: "reason", Class: "break", Value: func(r *o) string { return r.Override.Reason }},
			{Key: "by", Value: func(r *o) string { return r.Override.By }},
			moment(c{Key: "at", Sort: "at", Newest: true, Class: "nowrap"}, func(r *o) time.Time { return r.Override.At }),
			moment(c{Key: "until", Sort: "until", Class: "nowrap"}, func(r *o) time.Time { return r.Override.Until }),
			{Key: "masks", Help: true, Class: "break", Value: func(r *o) string { return r.Masks.Text }, Cell: func(s *Server, r *o) template.HTML { return s.masks(r.Masks, r.Idle) }},
		},
		Filters:  []filter{{Name: "kind", Kind: "select", Options: []string{"all", string(access.OverrideAllow), string(access.OverrideBlock)}}},
		Searches: true,
		Sort:     "until",
		ID:       func(r *o) string { return string(r.ID) },
		Version:  func(r *o) int64 { return r.Version },
		Name:     func(r *o) (string, string) { return userOf(&r.Row), deviceOf(&r.Row) },
		Href:     func(r *o) string { return "/activesync/" + url.PathEscape(string(r.ID)) },
		Acts: []act[o]{{Verb: access.VerbAllow, Name: "end-override", Icon: "player-stop", Notes: endNotes,
			Foresee: s.foreseeEnd, Do: func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
				return s.admin.EndOverride(ctx, who, access.AssociationID(id), a)
			}}},
		InRow: true, Still: true,
		Bulk: s.endOverrides, Forecast: s.forecastEnd,
		Find: s.findOverrides,
		ByID: s.overridesByID,
	}
}

func (s *Server) findOverrides(ctx context.Context, who access.Actor, q query) (found[admin.OverrideRow], error) {
	oq := admin.OverrideQuery{Kind: overrideKind(&q), Search: q.Search, Sort: admin.Sort(q.Sort), Desc: q.Desc, Cursor: q.Cursor, Limit: q.Limit}
	p, err := s.admin.ListOverrides(ctx, who, oq)
	return found[admin.OverrideRow]{Rows: p.Rows, Next: p.Next, Prev: p.Prev, Total: p.Total, More: p.TotalIsMore, Partial: p.Partial}, err
}

// overridesByID gives the records of overrides that still speak, without what they mask.
func (s *Server) overridesByID(ctx context.Context, who access.Actor, ids []string) ([]admin.OverrideRow, error) {
	rows, err := s.admin.RowsByID(ctx, who, associationIDs(ids))
	var out []admin.OverrideRow
	for i := range rows {
		if rows[i].Override.Speaks(s.now()) {
			out = append(out, admin.OverrideRow{Row: rows[i]})
		}
	}
	return out, err
}

// endNotes says what else is worth knowing before an override ends.
func endNotes(s *Server, rows []admin.OverrideRow) []note {
	list := make([]admin.Row, len(rows))
	for i := range rows {
		list[i] = rows[i].Row
	}
	return twinNotes(s, list)
}

// foreseeEnd says what the override is, and why somebody has said it.
func (s *Server) foreseeEnd(_ *http.Request, _ access.Actor, r *admin.OverrideRow) ([]note, error) {
	reason := r.Override.Reason
	if reason == "" {
		reason = s.say("overrides.no-reason")
	}
	return []note{{"", s.say("overrides.said", r.Override.By, clip(visible(reason), 300))}}, nil
}

// overrideBulk is what ending several overrides asks for.
func overrideBulk(ids []string, q *query) admin.Bulk {
	b := admin.Bulk{Verb: access.VerbAllow, End: true, IDs: associationIDs(ids)}
	if q != nil {
		b.IDs, b.Overrides = nil, &admin.OverrideQuery{Kind: overrideKind(q), Search: q.Search}
	}
	return b
}

func overrideKind(q *query) access.OverrideKind {
	if kind := q.Filter["kind"]; kind != "all" {
		return access.OverrideKind(kind)
	}
	return ""
}

func (s *Server) endOverrides(ctx context.Context, who access.Actor, _ string, ids []string, q *query, a admin.Act) (admin.JobID, error) {
	return s.admin.StartBulk(ctx, who, overrideBulk(ids, q), a)
}

func (s *Server) forecastEnd(ctx context.Context, who access.Actor, _ string, ids []string, q *query) (admin.Preview, error) {
	return s.admin.PreviewBulk(ctx, who, overrideBulk(ids, q), admin.Act{})
}

// overrideChip is what an administrator has said, in a word.
func (s *Server) overrideChip(k access.OverrideKind) template.HTML {
	if k == access.OverrideBlock {
		return s.chip("bad", "ban", s.say("verdict.blocked"), "")
	}
	return s.chip("good bare", "circle-check", s.say("verdict.allowed"), "")
}

// masks says what a gateway would say without an override or approval.
func (s *Server) masks(why access.Why, idle bool) template.HTML {
	if why.Text == "" {
		return ""
	}
	words := text(s.hear(why.Text), 200)
	if idle {
		return words + " " + s.chip("plain", "equal", s.say("overrides.idle"), s.say("overrides.idle-why"))
	}
	return words
}

// overrideList answers GET /overrides.
func (s *Server) overrideList(w http.ResponseWriter, r *http.Request) error {
	if s.lists.overrides.choosesColumns(w, r) || s.lists.approvals.choosesColumns(w, r) {
		return nil
	}
	p, err := s.newPage(w, r, s.say("overrides.title"), "overrides")
	if err != nil {
		return err
	}
	op := &overridePage{page: p, MayApprove: p.Actor.May(access.VerbPreApprove) == nil, NewHref: "/overrides/approve"}
	if op.Overrides, err = s.lists.overrides.part(w, r, ""); err != nil {
		return err
	}
	if op.Approvals, err = s.lists.approvals.part(w, r, ""); err != nil {
		return err
	}
	return s.showPage(w, r, "override_list", op)
}
