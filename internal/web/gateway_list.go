// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// sentryPage is Services > Sentry.
type sentryPage struct {
	page
	Gateways []gatewayRow
	Backends []backendRow
	Every    string // interval of the full comparison
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
	Parked          string
	Spool           string
	SpoolFull       bool
	Certificate     time.Time
	LinkCertificate time.Time
}

type backendRow struct {
	access.BackendHealth
	Gateway string
}

func newGatewayRow(g *admin.GatewayRow, now time.Time) gatewayRow {
	st := &g.Status
	row := gatewayRow{
		Name: string(g.ID), Server: serverName(st.ExternalURL), Next: g.NextReconcile,
		Due: g.Connected && !g.NextReconcile.After(now), Connected: g.Connected, Version: st.Version, LastReport: g.LastReport, Reconciled: st.Reconciled,
		Repaired: st.Repaired, Snapshot: st.Position.Number, Skew: skew(g.Skew), SkewBad: g.Skew.Abs() > 5*time.Second,
		Parked: count(st.Parked), Spool: bytesize(st.SpoolBytes), SpoolFull: st.SpoolFull, Certificate: st.CertExpires, LinkCertificate: st.LinkExpires,
	}
	switch {
	case g.Behind < 0:
		row.Behind = "needs a full copy"
	case g.Behind > 0:
		row.Behind = count(g.Behind) + " behind"
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
func skew(d time.Duration) string {
	switch {
	case d.Abs() < 500*time.Millisecond:
		return "in step"
	case d > 0:
		return d.Round(100*time.Millisecond).String() + " ahead"
	}
	return (-d).Round(100*time.Millisecond).String() + " behind"
}

func bytesize(n int64) string {
	switch {
	case n <= 0:
		return "none"
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// gatewayList answers GET /sentry.
func (s *Server) gatewayList(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Sentry", "sentry")
	if err != nil {
		return err
	}
	list, err := s.admin.ListGateways(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	sp := &sentryPage{page: p}
	for i := range list {
		sp.Gateways = append(sp.Gateways, newGatewayRow(&list[i], s.now()))
		sp.Every = duration(list[i].ReconcileEvery)
		for _, b := range list[i].Status.Backends {
			sp.Backends = append(sp.Backends, backendRow{b, string(list[i].ID)})
		}
	}
	return s.showPage(w, r, "gateway_list", sp)
}
