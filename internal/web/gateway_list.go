// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
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
}

type gatewayRow struct {
	Name            string
	Connected       bool
	Version         string
	LastReport      time.Time
	Reconciled      time.Time
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

func newGatewayRow(g *admin.GatewayRow) gatewayRow {
	st := &g.Status
	row := gatewayRow{
		Name: string(g.ID), Connected: g.Connected, Version: st.Version, LastReport: g.LastReport, Reconciled: st.Reconciled,
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
		sp.Gateways = append(sp.Gateways, newGatewayRow(&list[i]))
		for _, b := range list[i].Status.Backends {
			sp.Backends = append(sp.Backends, backendRow{b, string(list[i].ID)})
		}
	}
	return s.showPage(w, r, "gateway_list", sp)
}
