// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// associations declares the ActiveSync page. The first eleven columns are those of the field, in its order
// and its words (C-01 to C-11); the others can be chosen. The filters are F-01 to F-03; Allowed and Blocked
// are a bonus.
func (s *Server) associations() *list[admin.Row] {
	l := &list[admin.Row]{
		Path: "/activesync", Section: "activesync", Words: "activesync", File: "activesync", Class: "associations",
		Columns: s.associationColumns(),
		Filters: []filter{{Name: "show", Kind: "select", Options: choices(admin.AssociationShows())},
			{Name: "year", Kind: "select", Raw: true, Offers: s.offerYears, Most: 4}},
		Searches: true,
		Sort:     "first", Desc: true,
		Newest: "first", When: func(a *admin.Row) time.Time { return a.FirstSync },
		ID:      func(a *admin.Row) string { return string(a.ID) },
		Version: func(a *admin.Row) int64 { return a.Version },
		Name:    func(a *admin.Row) (string, string) { return userOf(a), deviceOf(a) },
		State:   func(a *admin.Row) string { return a.Why.Rule + strconv.FormatBool(a.Decision.Shadow) },
		Acts:    s.associationActs(),
		Bulk:    s.startBulk, Forecast: s.forecastBulk,
		Find: s.findAssociations,
		ByID: func(ctx context.Context, who access.Actor, ids []string) ([]admin.Row, error) {
			return s.admin.RowsByID(ctx, who, associationIDs(ids))
		},
		Each: func(ctx context.Context, who access.Actor, q query, fn func(*admin.Row) error) error {
			return s.admin.ExportAssociations(ctx, who, associationQuery(q), func(a admin.Row) error { return fn(&a) })
		},
		Pane:  s.details,
		Links: []headLink{{Href: clearHref, Label: "activesync.link-clear", Icon: "wand", Verb: access.VerbLink}},
		Set:   "association_list",
		Extra: s.freshness,
	}
	return l
}

// choices are the options of a filter.
func choices(list []admin.Show) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func associationQuery(q query) admin.Query {
	return admin.Query{Show: admin.Show(q.Filter["show"]), Search: q.Search, Sort: admin.Sort(q.Sort), Desc: q.Desc, Cursor: q.Cursor, Limit: q.Limit,
		Year: yearIn(q.Filter["year"])}
}

// yearIn is the year that an address names; 0, for the present one, when it names none.
func yearIn(s string) int {
	y, err := strconv.Atoi(s)
	if err != nil || y < 1970 || y > 9999 {
		return 0
	}
	return y
}

// offerYears offers the calendar years back to the first action, where actions are asked for (F-05).
func (s *Server) offerYears(r *http.Request, who access.Actor, q query) ([]choice, error) {
	if q.Filter["show"] != string(admin.ShowActed) {
		return nil, nil
	}
	years, err := s.admin.ActionYears(r.Context(), who)
	var list []choice
	for i, y := range years {
		c := choice{Value: strconv.Itoa(y), Label: strconv.Itoa(y)}
		if i == 0 {
			c.Value, c.Label = "", s.say("activesync.this-year", c.Label)
		}
		list = append(list, c)
	}
	return list, err
}

func associationIDs(ids []string) []access.AssociationID {
	out := make([]access.AssociationID, len(ids))
	for i, id := range ids {
		out[i] = access.AssociationID(id)
	}
	return out
}

func (s *Server) findAssociations(ctx context.Context, who access.Actor, q query) (found[admin.Row], error) {
	p, err := s.admin.ListAssociations(ctx, who, associationQuery(q))
	if err != nil {
		return found[admin.Row]{}, err
	}
	out := found[admin.Row]{Rows: p.Rows, Next: p.Next, Prev: p.Prev, Total: p.Total, More: p.TotalIsMore, Partial: p.Partial}
	switch {
	case p.Partial:
		out.Order = "activesync.order-partial"
	case p.SearchOrder == admin.OrderNewest:
		out.Order = "activesync.order-newest"
	case p.SearchOrder == admin.OrderAdded:
		out.Order = "activesync.order-added"
	case p.SearchOrder == admin.OrderPolicy:
		out.Order = "activesync.order-policy"
	case p.SearchOrder == admin.OrderActed:
		out.Order = "activesync.order-acted"
	case p.SearchOrder == admin.OrderMatch:
		out.Order = "activesync.order-match"
	}
	return out, nil
}

// freshnessPart says when the gateways last reported and last reconciled.
type freshnessPart struct {
	Gateways []gatewayRow
	More     int      // beside those; at most 0: none
	Servers  []string // names to type into a phone's mail app
}

func (s *Server) freshness(r *http.Request, who access.Actor) (any, error) {
	list, err := s.admin.ListGateways(r.Context(), who)
	if err != nil {
		return nil, err
	}
	f := &freshnessPart{}
	for i := range list {
		f.Gateways = append(f.Gateways, s.newGatewayRow(&list[i]))
	}
	f.Servers = serverNames(f.Gateways)
	const named = 4
	if f.More = len(list) - named; f.More > 0 {
		f.Gateways = f.Gateways[:named]
	}
	return f, nil
}

func (s *Server) associationColumns() []column[admin.Row] {
	type c = column[admin.Row]
	return []c{
		{Key: "device", Sort: string(admin.SortDevice), Link: true, Class: "narrow-second", Value: deviceOf},
		{Key: "user", Sort: string(admin.SortUser), Class: "narrow-first", Value: userOf},
		{Key: "number", Sort: string(admin.SortNumber), Help: true, Class: "pane-none", Value: numberOf, Cell: (*Server).numberCell},
		{Key: "phone", Sort: string(admin.SortPhone), Value: func(a *admin.Row) string { return a.Model }},
		{Key: "os", Sort: string(admin.SortOS), Class: "pane-none", Value: osOf},
		{Key: "status", Sort: string(admin.SortStatus), Value: func(a *admin.Row) string { return a.StatusLabel() }, Cell: (*Server).statusChip},
		{Key: "sync", Sort: string(admin.SortSyncStatus), Value: word, Cell: (*Server).syncChip},
		moment(c{Key: "first", Sort: string(admin.SortFirst), Newest: true, Class: "pane-none"}, func(a *admin.Row) time.Time { return a.FirstSync }),
		moment(c{Key: "last", Sort: string(admin.SortLast), Newest: true}, func(a *admin.Row) time.Time { return a.LastSync }),
		{Key: "mailbox", Sort: string(admin.SortMailbox), Class: "narrow-none pane-none", Value: func(a *admin.Row) string { return a.Mailbox }, Cell: (*Server).mailboxCell},
		{Key: "domain", Sort: string(admin.SortDomain), Class: "narrow-none pane-none", Value: func(a *admin.Row) string { return a.Domain.Label() }, Cell: func(s *Server, a *admin.Row) template.HTML {
			return template.HTML(template.HTMLEscapeString(s.hear(a.Domain.Label())))
		}},
		moment(c{Key: "success", Extra: true}, func(a *admin.Row) time.Time { return a.LastSuccess }),
		{Key: "client", Extra: true, Value: func(a *admin.Row) string { return a.Client }},
		{Key: "backend", Extra: true, Value: func(a *admin.Row) string { return a.Backend }},
		{Key: "gateway", Extra: true, Value: func(a *admin.Row) string { return string(a.Gateway) }},
		{Key: "known", Extra: true, Value: knownWord},
		{Key: "comment", Extra: true, Value: func(a *admin.Row) string { return a.Comment }},
		{Key: "policy", Extra: true, Value: s.policyWord},
		{Key: "revision", Extra: true, Class: "num", Value: revisionOf},
		{Key: "answer", Extra: true, Class: "nowrap", Value: s.ackWord, Cell: (*Server).ackCell},
		{Key: "answered-revision", Extra: true, Class: "num", Value: answeredRevision},
		moment(c{Key: "answered", Extra: true}, func(a *admin.Row) time.Time {
			if a.Ack == nil {
				return time.Time{}
			}
			return a.Ack.At
		}),
	}
}
