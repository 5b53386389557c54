// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/netip"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/access"
)

// wipes is what a gateway remembers of orders until its snapshot says so.
type wipes struct {
	answered  boundedMap[access.WipeID, bool] // acknowledged with accepted credentials: never told again
	delivered boundedMap[access.WipeID, bool]
	asks      boundedMap[netip.Prefix, wipeAsks]
}

// wipeAsks are the pairs for which requests without accepted credentials have come from one network.
type wipeAsks struct {
	since time.Time
	pairs []hash
}

const (
	maxOrders      = 100_000
	wipeAsksWindow = time.Hour
	wipeAsksPairs  = 10 // different pairs of one network in it
)

// due is the order that a pair's request has to hear of now, whatever its credentials are worth, or nil.
func (g *Gateway) due(v access.View, pair access.Pair, now time.Time) *access.Wipe {
	r := v.Record(access.Canonical(v, pair))
	if r == nil || !r.Wipe.Due(now) {
		return nil
	}
	return &r.Wipe
}

// hearsOrder makes room for an order: a stolen phone's password has mostly been changed, so what the
// shield says of it does not count. It does when one network asks for many pairs, which is
// guessing.
func (g *Gateway) hearsOrder(q *ask, v access.View) {
	s := q.facts.Shield
	if s != access.ShieldStale && s != access.ShieldLimited || g.due(v, q.facts.Pair, q.arrived) == nil {
		return
	}
	if g.mayAsk(q) {
		q.facts.Shield = access.ShieldSilent
	}
}

// mayAsk counts a request without accepted credentials for a pair that has an order.
func (g *Gateway) mayAsk(q *ask) (ok bool) {
	pair := g.shield.digest([]byte(q.pair.Realm), []byte(q.pair.Account), []byte(q.pair.Device))
	g.wipes.asks.change(network(q.client), maxOrders, func(a *wipeAsks) {
		if q.arrived.Sub(a.since) > wipeAsksWindow {
			*a = wipeAsks{since: q.arrived}
		}
		if ok = slices.Contains(a.pairs, pair); !ok && len(a.pairs) < wipeAsksPairs {
			a.pairs, ok = append(a.pairs, pair), true
		}
	})
	return ok
}

// mayTell reports whether the order of a pair may be told in answer to this request. If not, the request
// has been answered as one that has none.
func (g *Gateway) mayTell(q *ask) bool {
	w := &q.decision.Record.Wipe
	if g.answeredWipe(w) || w.Kind == access.WipeAccount && !accountWipe(q.query.Version) {
		g.refuseWiped(q)
		return false
	}
	if g.shield.fresh(q.cred, q.arrived) {
		q.login = loginAccepted
	} else if !g.mayAsk(q) {
		return g.known(q)
	}
	if w.State != access.WipeUnverified {
		return true
	}
	// Somebody says to have been wiped who could not log in. Who can is not that phone.
	if q.login != loginAccepted {
		q.login, _ = g.ask(q)
	}
	if q.login == loginAccepted {
		g.refuseWiped(q)
		return false
	}
	return true
}

func (g *Gateway) answeredWipe(w *access.Wipe) bool {
	done, _ := g.wipes.answered.get(w.ID)
	return done
}

func (g *Gateway) refuseWiped(q *ask) {
	q.decision.Verdict = access.VerdictRefuse
	if g.answeredWipe(&q.decision.Record.Wipe) {
		q.decision.Rule = access.RuleWiped
	}
	g.write(q, reply.Refuse(q.form))
}

// accountWipe reports whether a version knows how to wipe one account. [MS-ASPROV] 2.2.2.1
func accountWipe(v eas.Version) bool { return v >= eas.V16_1 }

// wipe answers a Provision of a phone that is to be wiped, in whatever shape it comes. [MS-ASPROV] 3.2.5.1.2
func (g *Gateway) wipe(q *ask, req provision.Request) {
	if !g.mayTell(q) {
		return
	}
	w := q.decision.Record.Wipe
	kind := provision.WipeDevice
	if w.Kind == access.WipeAccount {
		kind = provision.WipeAccount
	}
	resp := provision.Response{Status: 1, Wipe: kind}
	if req.Device != nil {
		resp.DeviceStatus = 1
	}
	switch {
	case req.Wipe == kind && req.WipeOK:
		if q.login != loginAccepted {
			q.login, _ = g.ask(q)
		}
		state := access.WipeUnverified
		if q.login == loginAccepted {
			state = access.WipeAcknowledged
		}
		if !g.keepNow(q, wipeReport(q, w.ID, state, g.now())) {
			return
		}
		if state == access.WipeAcknowledged {
			g.wipes.answered.put(w.ID, true, maxOrders)
			if w.Server {
				g.wiped(q)
			}
		}
		resp.Wipe = provision.NoWipe
	case req.Wipe == kind:
		if !g.keepNow(q, wipeReport(q, w.ID, access.WipeFailed, g.now())) {
			return
		}
		resp.Status = 2
	default:
		if told, _ := g.wipes.delivered.get(w.ID); !told && w.State == access.WipePending {
			if !g.keepNow(q, wipeReport(q, w.ID, access.WipeDelivered, g.now())) {
				return
			}
			g.wipes.delivered.put(w.ID, true, maxOrders)
		}
	}
	g.write(q, provisionReply(q.form, resp))
}

func wipeReport(q *ask, id access.WipeID, state access.WipeState, now time.Time) func(*access.Sighting) {
	return func(s *access.Sighting) {
		s.Wipe = &access.WipeReport{ID: id, State: state, At: now.UTC(), Protocol: q.query.Version.String(), Addr: q.client.String()}
	}
}
