// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// mountRuled registers the list of the records of each rule: it stands on the page of the rule.
func (s *Server) mountRuled(mux router) {
	of := func(h func(l *list[admin.RuledRow]) httpd.Handler) httpd.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return h(s.ruled(access.BlockingID(r.PathValue("id"))))(w, r)
		}
	}
	view := httpd.Verb(string(access.VerbView))
	mux.Handle(view, "GET /rules/{id}/records/rows", of(func(l *list[admin.RuledRow]) httpd.Handler { return l.rows }))
	mux.Handle(httpd.Verb(string(access.VerbExport)), "GET /rules/{id}/records/export.csv", of(func(l *list[admin.RuledRow]) httpd.Handler { return l.export }))
	mux.Handle(view, "GET /rules/{id}/records/selection/{verb}", of(func(l *list[admin.RuledRow]) httpd.Handler { return l.ask }))
	mux.Handle(view, "POST /rules/{id}/records/selection/{verb}", of(func(l *list[admin.RuledRow]) httpd.Handler { return l.act }))
}

// quarantine declares Devices & Users > Quarantine: the records that rules hold until somebody has looked at them.
func (s *Server) quarantine() *list[admin.RuledRow] {
	l := s.ruledList("")
	l.Path, l.Section, l.Words, l.File, l.Icon, l.Set = "/quarantine", "quarantine", "quarantine", "quarantine", "hand-stop", "quarantine"
	l.Extra = func(r *http.Request, who access.Actor) (any, error) {
		return s.hasQuarantine(r.Context(), who)
	}
	return l
}

// ruled declares the list of the records of one rule.
func (s *Server) ruled(rule access.BlockingID) *list[admin.RuledRow] {
	l := s.ruledList(rule)
	l.Path, l.On, l.Section, l.Words, l.File, l.Icon = ruleHref(rule)+"/records", ruleHref(rule), "rules", "ruled", "rule", "device-mobile"
	l.bind(s)
	return l
}

// heldAlone leaves out what only quarantine has: nobody is released from another rule.
func heldAlone(l *list[admin.RuledRow]) {
	l.Acts, l.Bulk, l.InRow = nil, nil, false
	l.Filters = []filter{{Name: "state", Kind: "select", Options: []string{ruledHeld, ruledWaiting}}}
	l.bind(l.s)
}

// ruledList is what both have in common. rule "" is every rule that quarantines: a record that several of
// them hold has a row for each.
func (s *Server) ruledList(rule access.BlockingID) *list[admin.RuledRow] {
	type o = admin.RuledRow
	type c = column[o]
	columns := []c{
		{Key: "user", Heads: true, Link: true, Class: "narrow-first", Value: func(r *o) string { return userOf(&r.Row) }},
		{Key: "device", Class: "narrow-second", Value: func(r *o) string { return deviceOf(&r.Row) }},
		{Key: "phone", Value: func(r *o) string { return r.Model }},
		{Key: "os", Class: "nowrap", Value: func(r *o) string { return osOf(&r.Row) }},
		{Key: "rule", Value: func(r *o) string { return r.Rule.Name }, Cell: func(_ *Server, r *o) template.HTML { return anchor(ruleHref(r.Rule.ID), r.Rule.Name) }},
		{Key: "state", Class: "nowrap", Value: func(r *o) string { return s.ruledWord(string(r.Rule.State), r.Rule.Action) }, Cell: (*Server).ruledCell},
		moment(c{Key: "since", Class: "nowrap"}, func(r *o) time.Time { return r.Rule.Since }),
		{Key: "sync", Class: "nowrap", Value: func(r *o) string { return word(&r.Row) }, Cell: func(s *Server, r *o) template.HTML { return s.verdictChip(&r.Row) }},
		moment(c{Key: "last", Extra: rule == "", Class: "nowrap narrow-none"}, func(r *o) time.Time { return r.LastSync }),
		{Key: "client", Extra: true, Value: func(r *o) string { return r.Client }},
		{Key: "protocol", Extra: true, Value: func(r *o) string { return r.Protocol }},
		{Key: "agent", Extra: true, Class: "break", Value: func(r *o) string { return r.UserAgent }},
		{Key: "addr", Extra: true, Value: func(r *o) string { return r.RemoteAddr }},
		moment(c{Key: "first", Extra: true, Class: "nowrap"}, func(r *o) time.Time { return r.FirstSync }),
		{Key: "known", Extra: true, Value: func(r *o) string { return knownWord(&r.Row) }},
	}
	if rule != "" {
		columns = append(columns[:4], columns[5:]...)
	}
	return &list[o]{
		Columns: columns, Class: "roomy ruled",
		Filters: []filter{{Name: "state", Kind: "select", Options: []string{ruledHeld, ruledWaiting, ruledReleased}}},
		ID: func(r *o) string {
			if rule != "" {
				return string(r.ID)
			}
			return string(r.ID) + "." + string(r.Rule.ID)
		},
		Name:    func(r *o) (string, string) { return userOf(&r.Row), deviceOf(&r.Row) },
		Version: func(r *o) int64 { return r.Version },
		Href:    func(r *o) string { return "/activesync/" + url.PathEscape(string(r.ID)) },
		Acts:    s.ruledActs(rule), InRow: true, ByHand: true, Still: true,
		Bulk: func(ctx context.Context, who access.Actor, name string, ids []string, _ *query, a admin.Act) (admin.JobID, error) {
			return s.admin.StartBulk(ctx, who, ruledBulk(name, rule, ids), a)
		},
		Forecast: func(ctx context.Context, who access.Actor, name string, ids []string, _ *query) (admin.Preview, error) {
			return s.admin.PreviewBulk(ctx, who, ruledBulk(name, rule, ids), admin.Act{})
		},
		Find: func(ctx context.Context, who access.Actor, q query) (found[o], error) {
			rq := admin.RuledQuery{Rule: rule, State: ruledHeld, Cursor: q.Cursor, Limit: q.Limit}
			switch q.Filter["state"] {
			case ruledWaiting:
				rq.State = ruledWaiting
			case ruledReleased:
				rq.State = ruledReleased
			}
			p, err := s.admin.ListRuled(ctx, who, rq)
			return found[o]{Rows: p.Rows, Next: p.Next, Total: -1, Partial: p.Partial}, err
		},
		ByID: func(ctx context.Context, who access.Actor, ids []string) ([]o, error) {
			return s.ruledByID(ctx, who, rule, ids)
		},
	}
}

// recordOf gives the record of a row: behind it may stand the rule that the row is about.
func recordOf(id string) (record access.AssociationID, rule access.BlockingID) {
	a, b, _ := strings.Cut(id, ".")
	return access.AssociationID(a), access.BlockingID(b)
}

// ruledByID gives the records that rules still speak of. What is masked in a list is masked here too.
func (s *Server) ruledByID(ctx context.Context, who access.Actor, rule access.BlockingID, ids []string) ([]admin.RuledRow, error) {
	records := make([]access.AssociationID, len(ids))
	for i, id := range ids {
		records[i], _ = recordOf(id)
	}
	rows, err := s.admin.RowsByID(ctx, who, records)
	if err != nil {
		return nil, err
	}
	at := make(map[access.AssociationID]*admin.Row, len(rows))
	for i := range rows {
		at[rows[i].ID] = &rows[i]
	}
	var out []admin.RuledRow
	for _, id := range ids {
		record, of := recordOf(id)
		if row := at[record]; row != nil {
			if of == "" {
				of = rule
			}
			out = append(out, admin.RuledRow{Row: *row, Rule: admin.RecordRule{ID: of}})
		}
	}
	return out, nil
}

// ruledActs let a record out of quarantine, and back into it. On the page of a rule they are about that rule
// alone; on that of the quarantine about all that hold the record, since a phone syncs when none does.
func (s *Server) ruledActs(rule access.BlockingID) []act[admin.RuledRow] {
	type doer = func(context.Context, access.Actor, access.AssociationID, access.BlockingID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			record, _ := recordOf(id)
			return f(ctx, who, record, rule, a)
		}
	}
	in := func(state string) func(query) bool {
		return func(q query) bool { return q.Filter["state"] == state }
	}
	foresee := func(verb access.Verb) func(*http.Request, access.Actor, *admin.RuledRow) ([]note, error) {
		return func(r *http.Request, who access.Actor, row *admin.RuledRow) ([]note, error) {
			p, err := s.admin.PreviewBulk(r.Context(), who, ruledBulk(string(verb), rule, []string{string(row.ID)}), admin.Act{})
			if err != nil {
				return nil, err
			}
			list := []note{{"info", s.effectWords(&p)}}
			for _, n := range p.Notes {
				list = append(list, note{"", n})
			}
			for _, f := range p.Refused {
				list = append(list, note{"bad", f.Text})
			}
			return list, nil
		}
	}
	can := func(verb access.Verb) func(*admin.RuledRow) bool {
		return func(r *admin.RuledRow) bool { return slices.Contains(r.Rule.Can, verb) }
	}
	return []act[admin.RuledRow]{
		{Verb: access.VerbReleaseRecord, Icon: "lock-open", Key: "q", When: in(ruledHeld), Fits: can(access.VerbReleaseRecord), Foresee: foresee(access.VerbReleaseRecord), Do: do(s.admin.ReleaseRecord)},
		{Verb: access.VerbHoldAgain, Icon: "hand-stop", Key: "h", Danger: true, Refuses: true, When: in(ruledReleased), Fits: can(access.VerbHoldAgain), Foresee: foresee(access.VerbHoldAgain), Do: do(s.admin.HoldAgain)},
	}
}

func ruledBulk(name string, rule access.BlockingID, ids []string) admin.Bulk {
	b := admin.Bulk{Verb: access.Verb(name), Rule: rule}
	seen := map[access.AssociationID]bool{}
	for _, id := range ids {
		if record, _ := recordOf(id); !seen[record] {
			seen[record] = true
			b.IDs = append(b.IDs, record)
		}
	}
	return b
}

// ruledCell is how the rule and the record stand to each other, and whose work that is.
func (s *Server) ruledCell(r *admin.RuledRow) template.HTML {
	chip := s.ruledChip(string(r.Rule.State), r.Rule.Action)
	if r.Rule.State == ruledReleased {
		chip += " " + template.HTML(`<span class="soft small under">`) + s.byAt(r.Rule.ReleasedBy, s.ifEver(r.Rule.ReleasedAt)) + template.HTML(`</span>`)
	}
	return chip
}

// hasQuarantine reports whether any rule quarantines, for the empty page.
func (s *Server) hasQuarantine(ctx context.Context, who access.Actor) (any, error) {
	list, err := s.admin.ListRules(ctx, who)
	if err != nil {
		return nil, err
	}
	e := quarantineExtra{MayChange: who.May(access.VerbChangeRule) == nil}
	for i := range list {
		e.Rules = e.Rules || list[i].Enabled && list[i].Action == access.ActionQuarantine
	}
	return &e, nil
}

// quarantineExtra says what the page tells beside its rows.
type quarantineExtra struct {
	Rules     bool // a rule quarantines
	MayChange bool
}
