// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/access"
)

// admitted asks whether there is room for a request that nothing else speaks against, once for each. OPTIONS
// is never put off, nor is autodiscover: they are about no device, a phone that is refused them looks for
// another server, and the command that follows them comes through here. So is nobody whom an administrator
// lets in whatever the rules say: he takes his place, and the others have to make room.
func (g *Gateway) admitted(q *ask) bool {
	if g.storm == nil || q.through || q.pair.IsZero() || q.command == eas.Options {
		return true
	}
	pair := g.pairName(q.pair)
	if q.through = g.storm.knows(pair, q.arrived); q.through {
		return true
	}
	if r := q.decision.Rule; r == access.RuleManualAllow || r == access.RulePreApproved {
		g.storm.pass(pair, q.arrived)
		q.through = true
		return true
	}
	q.later = g.storm.enter(pair, binary.LittleEndian.Uint64(q.cred.secret[:8]), q.lineOf(), q.arrived)
	q.through = q.later == 0
	return q.through
}

// pairName is a pair as the door knows it.
func (g *Gateway) pairName(p access.Pair) uint64 { return maphash.Comparable(g.reports.seed, p) }

// putOff sends the phone away until its turn.
func (g *Gateway) putOff(q *ask) { g.write(q, reply.Busy(q.form, q.later)) }

// mayBeAsked reports whether the mail server may be asked about the credentials of a phone that has to be told
// of its policy. If not, the phone has been put off.
func (g *Gateway) mayBeAsked(q *ask) bool {
	if g.shield.fresh(q.cred, q.arrived) || g.admitted(q) {
		return true
	}
	q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleStorm, Record: q.decision.Record}
	g.putOff(q)
	return false
}

// lineOf tells how well a request's pair is known. Every pair on record was accepted by its mail server
// once. One that does not do as its policy asks, or is only about to, stands behind those that have.
func (q *ask) lineOf() line {
	f := &q.facts
	switch {
	case f.Policy != nil && f.Key == access.KeyCurrent:
		return lineKnown
	case q.decision.Record == nil, f.Policy != nil && (!f.Key.Passes() || f.Key == access.KeyExcused || q.command == eas.Provision):
		return lineOthers
	}
	return lineKnown
}
