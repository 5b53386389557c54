// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// When something becomes a need.
const (
	certificateDays = 21
	skewLimit       = 5 * time.Second
	spoolLimit      = 4 << 20         // bytes of reports that wait on a gateway's disk
	behindLimit     = 1000            // changes
)

// ListGateways gives every gateway that is or was there, with what is wrong with it: the store knows
// those that ever reported, the hub those that are connected.
func (a *Admin) ListGateways(ctx context.Context, who access.Actor) ([]GatewayRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	kept, err := a.store.ListGateways(ctx)
	if err != nil {
		return nil, err
	}
	position, err := a.store.Position(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[access.GatewayID]access.Gateway{}
	for _, g := range kept {
		byID[g.ID] = g
	}
	for _, g := range a.live() {
		if old, found := byID[g.ID]; found {
			g.FirstSeen = old.FirstSeen
			if g.LastReport.Before(old.LastReport) {
				g.LastReport, g.Skew = old.LastReport, old.Skew
			}
			if g.Status.Started.IsZero() {
				position := g.Status.Position
				g.Status = old.Status
				if position.Number > 0 {
					g.Status.Position = position
				}
			}
		}
		byID[g.ID] = g
	}
	b, err := a.bookNow(ctx)
	if err != nil {
		return nil, err
	}
	every := a.snapshot().Preferences().ReconcileEvery
	out := make([]GatewayRow, 0, len(byID))
	for _, g := range byID {
		row := gatewayRow(g, position, a.now())
		row.planReconciliation(every)
		for _, d := range b.differ {
			if d.gateway == g.ID {
				row.Problems = append(row.Problems, Need{Kind: NeedDiffering, Object: string(g.ID), Count: 1, Text: d.text})
			}
		}
		out = append(out, row)
	}
	slices.SortFunc(out, func(x, y GatewayRow) int { return strings.Compare(string(x.ID), string(y.ID)) })
	return out, nil
}

// planReconciliation says when the next comparison is due at the latest. One that is away is compared as
// soon as it is back, whenever that is.
func (r *GatewayRow) planReconciliation(every time.Duration) {
	r.ReconcileEvery = every
	if r.Connected && !r.Status.Reconciled.IsZero() {
		r.NextReconcile = r.Status.Reconciled.Add(every)
	}
}

func gatewayRow(g access.Gateway, p access.Position, now time.Time) GatewayRow {
	r := GatewayRow{Gateway: g, Behind: p.Number - g.Status.Position.Number}
	if g.Status.Position.History != p.History {
		r.Behind = -1
	} else if r.Behind < 0 {
		r.Behind = 0
	}
	name := string(g.ID)
	need := func(kind NeedKind, urgent bool, format string, args ...any) {
		r.Problems = append(r.Problems, Need{Kind: kind, Urgent: urgent, Object: name, Count: 1, Text: fmt.Sprintf(format, args...)})
	}
	if !g.Connected {
		need(NeedGatewayAway, true, "Gateway %s is not connected. It last reported %s.", name, sinceWords(g.LastReport, now))
		return r // what it said of itself then says little about now
	}
	for _, b := range g.Status.Backends {
		if !b.Up {
			need(NeedBackendDown, true, "Mail server %s does not answer gateway %s: %s", b.Name, name, orWords(b.Problem, "no reason known"))
		}
	}
	for _, c := range []struct {
		what string
		at   time.Time
	}{{"shown to phones", g.Status.CertExpires}, {"of the link to the console", g.Status.LinkExpires}} {
		switch left := c.at.Sub(now); {
		case c.at.IsZero() || left > certificateDays*24*time.Hour:
		case left <= 0:
			need(NeedCertificate, true, "The certificate %s by gateway %s has expired.", c.what, name)
		default:
			need(NeedCertificate, left < 7*24*time.Hour, "The certificate %s by gateway %s expires in %d days.", c.what, name, int(left.Hours()/24))
		}
	}
	if g.Skew.Abs() > skewLimit {
		need(NeedClockSkew, false, "The clock of gateway %s is off by %s.", name, g.Skew.Round(100*time.Millisecond))
	}
	switch {
	case g.Status.SpoolFull:
		need(NeedSpool, true, "Gateway %s cannot write down new phones: the disk space for its reports is used up.", name)
	case g.Status.SpoolBytes > spoolLimit:
		need(NeedSpool, false, "Reports pile up on gateway %s: %d MiB.", name, g.Status.SpoolBytes>>20)
	}
	if g.Status.Unkept {
		need(NeedSpool, true, "Gateway %s cannot write down what it is told. It acts on it, but would have forgotten it after a restart without this console.", name)
	}
	if at := g.Status.StormSince; !at.IsZero() {
		need(NeedStorm, false, "Gateway %s puts phones off since %s: too many came at once. It lets them in one after the other; requests put off so far: %d.",
			name, atTime(at), g.Status.StormPutOff)
	}
	if r.Behind > behindLimit {
		need(NeedBehind, true, "Gateway %s has not applied the last %d changes.", name, r.Behind)
	}
	return r
}

func sinceWords(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	if d := now.Sub(t).Truncate(time.Second); d < 2*time.Hour {
		return inWords(max(d, time.Second)) + " ago"
	}
	return "on " + atTime(t)
}

func orWords(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
