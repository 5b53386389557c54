// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// SkewLimit is the difference of clocks that the console calls out.
const SkewLimit = 5 * time.Second

// gateway is what the hub knows of one of them.
type gateway struct {
	id         access.GatewayID
	applied    access.Position
	status     access.GatewayStatus
	lastReport time.Time
	skew       time.Duration
	link       *link // nil while it has none
}

// link is one open stream to a gateway.
type link struct{ end context.CancelCauseFunc }

func (h *Hub) gateway(id access.GatewayID) *gateway {
	g := h.gateways[id]
	if g == nil {
		g = &gateway{id: id}
		h.gateways[id] = g
	}
	return g
}

// join puts a link on the list. A gateway has one: a second link means that the first is dead and has
// not noticed, so the first ends.
func (h *Hub) join(ctx context.Context, id access.GatewayID, hi hello) (context.Context, func()) {
	ctx, end := context.WithCancelCause(ctx)
	h.mu.Lock()
	g := h.gateway(id)
	before, mine := g.link, &link{end}
	g.link, g.applied, g.status.Version = mine, hi.position, hi.version
	h.mu.Unlock()
	if before != nil {
		h.cfg.Logger.Warn("a new link of a gateway replaces its old one", logkeys.Gateway, string(id))
		before.end(errReplaced)
	}
	h.cfg.Logger.Info("gateway connected", logkeys.Gateway, string(id), logkeys.Version, hi.version,
		logkeys.Number, hi.position.Number)
	return ctx, func() {
		end(nil)
		h.mu.Lock()
		last := g.link == mine
		if last {
			g.link = nil
		}
		h.mu.Unlock()
		if last {
			h.cfg.Logger.Info("gateway disconnected", logkeys.Gateway, string(id))
		}
	}
}

func (h *Hub) acknowledge(id access.GatewayID, p access.Position) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gateway(id).applied = p
}

func (h *Hub) report(ctx context.Context, id access.GatewayID, r access.Report) (access.Receipt, error) {
	r.Gateway = id
	now := h.cfg.Now()
	receipt, err := h.cfg.Intake.Take(ctx, r)
	if err != nil {
		return receipt, err
	}
	if receipt.Now.IsZero() {
		receipt.Now = now
	}
	skew := r.Now.Sub(now)
	h.mu.Lock()
	g := h.gateway(id)
	called := g.skew.Abs() > SkewLimit
	g.status, g.lastReport, g.skew = r.Status, now, skew
	h.mu.Unlock()
	if skew.Abs() > SkewLimit && !called {
		h.cfg.Logger.Warn("the clocks of a gateway and the console differ", logkeys.Gateway, string(id), logkeys.Duration, skew)
	}
	return receipt, nil
}

func (h *Hub) repair(c comparison) repair {
	v := h.feed.since(access.Position{}, false).view
	if v == nil {
		v = h.holder.Load()
	}
	return repair{
		batch: access.Batch{Position: v.Position(), Entries: v.Repair(c.buckets, c.items)},
		sums:  sums{v.Position(), *v.Sums()},
	}
}

// Applied says how many gateways have applied the change of a number, and how many there are.
func (h *Hub) Applied(number int64) (applied, total int) {
	history := h.holder.Load().Position().History
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.gateways {
		if g.applied.History == history && g.applied.Number >= number {
			applied++
		}
	}
	return applied, len(h.gateways)
}

// Gateways lists the gateways the hub expects or has seen since it started, by id, with what they last
// said. FirstSeen is the store's to know.
func (h *Hub) Gateways() []access.Gateway {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]access.Gateway, 0, len(h.gateways))
	for _, g := range h.gateways {
		s := g.status
		s.Position = g.applied
		list = append(list, access.Gateway{ID: g.id, Status: s, LastReport: g.lastReport, Skew: g.skew, Connected: g.link != nil})
	}
	slices.SortFunc(list, func(a, b access.Gateway) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list
}
