// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// sentryPage is Services > Sentry: the gateways, and the mail servers as they see them.
type sentryPage struct {
	page
	Gateways *listPart
	Backends *listPart
	Every    string // interval of the full comparison; empty: there is no gateway
	Differ   []string
}

type gatewayRow struct {
	Name            string
	Server          string // what is typed into a phone's mail app; empty: the gateway was told none
	Connected       bool
	Version         string
	LastReport      time.Time
	Reconciled      time.Time
	Next            time.Time // the next reconciliation at the latest; zero: on connect
	Due             bool      // it should have come by now
	Repaired        int64
	Snapshot        int64
	Behind          string
	Skew            string
	SkewBad         bool
	Parked          int64
	PutOff          int64     // for storms, since it started
	Storm           time.Time // since when it puts off; zero: it does not
	Unkept          bool
	Spool           int64 // bytes
	SpoolFull       bool
	Certificate     time.Time
	LinkCertificate time.Time
}

type backendRow struct {
	access.BackendHealth
	Gateway string
}

func (s *Server) newGatewayRow(g *admin.GatewayRow) gatewayRow {
	st, now := &g.Status, s.now()
	row := gatewayRow{
		Name: string(g.ID), Server: serverName(st.ExternalURL), Next: g.NextReconcile,
		Due: g.Connected && !g.NextReconcile.After(now), Connected: g.Connected, Version: st.Version, LastReport: g.LastReport, Reconciled: st.Reconciled,
		Repaired: st.Repaired, Snapshot: st.Position.Number, Skew: s.skew(g.Skew), SkewBad: g.Skew.Abs() > 5*time.Second,
		Parked: int64(st.Parked), PutOff: max(st.PutOff, st.StormPutOff), Storm: st.StormSince, Unkept: st.Unkept, Spool: st.SpoolBytes, SpoolFull: st.SpoolFull, Certificate: st.CertExpires, LinkCertificate: st.LinkExpires,
	}
	switch {
	case g.Behind < 0:
		row.Behind = s.say("sentry.full-copy")
	case g.Behind > 0:
		row.Behind = s.say("sentry.behind", g.Behind)
	}
	return row
}

// serverName gives the part of a gateway's address that is typed into a phone's mail app.
func serverName(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return ""
}

// serverNames gives the different names of all gateways, in their order.
func serverNames(list []gatewayRow) []string {
	var names []string
	for _, g := range list {
		if g.Server != "" && !slices.Contains(names, g.Server) {
			names = append(names, g.Server)
		}
	}
	return names
}

// skew says how far a gateway's clock is off. What the network's own delay explains is no skew.
func (s *Server) skew(d time.Duration) string {
	switch {
	case d.Abs() < 500*time.Millisecond:
		return s.say("sentry.in-step")
	case d > 0:
		return s.say("sentry.clock-ahead", d.Round(100*time.Millisecond))
	}
	return s.say("sentry.clock-behind", (-d).Round(100*time.Millisecond))
}

func (s *Server) bytesize(n int64) string {
	switch {
	case n <= 0:
		return s.say("sentry.none")
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

func (s *Server) loadGateways(ctx context.Context, who access.Actor) ([]gatewayRow, error) {
	list, err := s.admin.ListGateways(ctx, who)
	rows := make([]gatewayRow, len(list))
	for i := range list {
		rows[i] = s.newGatewayRow(&list[i])
	}
	return rows, err
}

// gateways declares the first list of Services > Sentry.
func (s *Server) gateways() *list[gatewayRow] {
	type g = gatewayRow
	type c = column[g]
	l := &list[g]{
		Path: "/sentry/gateways", On: "/sentry", Section: "sentry", Words: "gateways", File: "gateways", Class: "wide gateways", Icon: "shield-check",
		Columns: []c{
			{Key: "name", Heads: true, Class: "narrow-first", Value: func(r *g) string { return r.Name }, Cell: (*Server).gatewayName},
			{Key: "server", Value: func(r *g) string { return r.Server }, Cell: (*Server).gatewayServer},
			{Key: "state", Value: func(r *g) string { return s.connectedWord(r.Connected) }, Cell: func(s *Server, r *g) template.HTML { return s.connected(r.Connected) }},
			moment(c{Key: "reported", Class: "nowrap", Newest: true}, func(r *g) time.Time { return r.LastReport }),
			reconciled(c{Key: "reconciled", Class: "nowrap", Newest: true}),
			{Key: "next", Value: func(r *g) string { return exactTime(r.Next) }, Cell: (*Server).gatewayNext},
			{Key: "snapshot", Class: "num", Value: func(r *g) string { return itoa(r.Snapshot) }, Cell: (*Server).gatewaySnapshot, Order: func(a, b *g) int { return cmp.Compare(a.Snapshot, b.Snapshot) }},
			{Key: "clock", Class: "num nowrap", Value: func(r *g) string { return r.Skew }, Cell: (*Server).gatewayClock},
			storming(number(c{Key: "parked", Newest: true}, func(r *g) int64 { return r.Parked })),
			number(c{Key: "put-off", Newest: true, Extra: true, Help: true}, func(r *g) int64 { return r.PutOff }),
			{Key: "spool", Class: "num", Newest: true, Help: true, Value: func(r *g) string { return itoa(r.Spool) }, Cell: (*Server).gatewaySpool, Order: func(a, b *g) int { return cmp.Compare(a.Spool, b.Spool) }},
			expiry(c{Key: "certificate", Class: "nowrap"}, func(r *g) time.Time { return r.Certificate }),
			expiry(c{Key: "link", Class: "nowrap"}, func(r *g) time.Time { return r.LinkCertificate }),
		},
		Filters:  stateFilter("state", "connected", "away"),
		Match:    func(r *g, _, state string) bool { return state == "all" || r.Connected == (state == "connected") },
		Searches: true,
		ID:       func(r *g) string { return r.Name },
		Name:     func(r *g) (string, string) { return r.Name, "" },
		State:    func(r *g) string { return r.Version + r.Behind + itoa(r.PutOff) },
	}
	return few(l, s.loadGateways)
}

// backends declares the second one.
func (s *Server) backends() *list[backendRow] {
	type b = backendRow
	type c = column[b]
	long := func(f func(*b) string, n int) func(*Server, *b) template.HTML {
		return func(_ *Server, r *b) template.HTML { return text(f(r), n) }
	}
	address, accounts := func(r *b) string { return r.URL }, func(r *b) string { return r.Accounts }
	l := &list[b]{
		Path: "/sentry/servers", On: "/sentry", Prefix: "servers-", Section: "sentry", Words: "backends", File: "mail-servers", Class: "wide backends", Icon: "mail",
		Columns: []c{
			{Key: "name", Heads: true, Class: "narrow-first", Value: func(r *b) string { return r.Name }},
			{Key: "type", Value: func(r *b) string { return r.Type }},
			{Key: "state", Value: func(r *b) string { return s.upWord(r.Up) + " " + r.Problem }, Cell: (*Server).backendState},
			{Key: "address", Class: "long", Value: address, Cell: long(address, 200)},
			{Key: "realm", Class: "long", Help: true, Value: func(r *b) string { return strings.Join(append([]string{r.Realm}, r.Domains...), " ") }, Cell: (*Server).backendRealm},
			{Key: "accounts", Class: "long", Value: accounts, Cell: long(accounts, 200)},
			{Key: "versions", Class: "nowrap", Value: func(r *b) string { return r.Versions }},
			{Key: "gateway", Value: func(r *b) string { return r.Gateway }},
		},
		Searches: true,
		ID:       func(r *b) string { return r.Gateway + " " + r.Name },
		Name:     func(r *b) (string, string) { return r.Name, r.Gateway },
	}
	return few(l, func(ctx context.Context, who access.Actor) ([]b, error) {
		var rows []b
		list, err := s.admin.ListGateways(ctx, who)
		for i := range list {
			for _, health := range list[i].Status.Backends {
				rows = append(rows, b{health, string(list[i].ID)})
			}
		}
		return rows, err
	})
}

// gatewayList answers GET /sentry.
func (s *Server) gatewayList(w http.ResponseWriter, r *http.Request) error {
	if s.lists.gateways.choosesColumns(w, r) || s.lists.backends.choosesColumns(w, r) {
		return nil
	}
	p, err := s.newPage(w, r, s.say("sentry.title"), "sentry")
	if err != nil {
		return err
	}
	list, err := s.admin.ListGateways(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	sp := &sentryPage{page: p}
	for i := range list {
		sp.Every = duration(list[i].ReconcileEvery)
		for _, n := range list[i].Problems {
			if n.Kind == admin.NeedDiffering {
				sp.Differ = append(sp.Differ, visible(clip(n.Text, 600)))
			}
		}
	}
	if sp.Gateways, err = s.lists.gateways.part(w, r, ""); err != nil {
		return err
	}
	if sp.Backends, err = s.lists.backends.part(w, r, ""); err != nil {
		return err
	}
	return s.showPage(w, r, "gateway_list", sp)
}
