// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// How fast requests that wait are ended where nothing hurries.
const (
	endStep   = 50 * time.Millisecond
	endLeast  = 20              // a step
	endWithin = 5 * time.Second // however many there are
	// drainPace is how many a second are ended at shutdown, unless the door says how many may come.
	drainPace = 2000
	drainLast = 2 // one part in so many of the time for shutting down is for what is not waiting
)

// changed is called after every change of the snapshot: waiting requests whose verdict turned are
// ended, at once or soon.
func (g *Gateway) changed(t snapshot.Touched) {
	pairs := t.Pairs
	if t.All {
		pairs = nil
	} else if len(pairs) == 0 {
		return
	}
	g.judgeWaiting(pairs)
}

func (g *Gateway) judgeWaiting(pairs []access.Pair) {
	var gently []*waiter
	for _, w := range g.waiting.of(pairs) {
		// Each gets a copy of the facts: the waiter's own may be looked at by its timer.
		e, over := g.judgeAgain(w)
		switch {
		case !over:
		case gentle(e.decision.Rule):
			// Whose turn is set is judged again when it comes: a second turn would end others faster.
			if !w.turn.Swap(true) {
				gently = append(gently, w)
			}
		default:
			w.end(e)
		}
	}
	if len(gently) > 0 {
		g.enders.Go(func() { g.spread(gently) })
	}
}

// gentle tells the verdicts that a change of a policy, a rule or a preference gives to many phones at once. Their
// requests are ended over some seconds, so that the phones do not come back together. What is meant for a
// phone, a user or a device, a block and a wipe above all, is carried out at once.
func gentle(r access.Rule) bool {
	switch r {
	case access.RuleProvisioning, access.RuleUnregistered, access.RuleUnknownUser, access.RuleOtherUser,
		access.RuleStaleVerdict, access.RuleUnknownConsoleAway, access.RuleBlockingRule, access.RuleQuarantine,
		access.RuleServerType, access.RuleDeviceLimit, access.RuleCommandFilter:
		return true
	}
	return false
}

// spread ends requests little by little, each by the verdict that holds when its turn comes.
func (g *Gateway) spread(list []*waiter) {
	for each := max(endLeast, perStep(len(list), endWithin)); len(list) > 0; {
		n := min(each, len(list))
		for _, w := range list[:n] {
			if g.draining.Load() {
				return // they are drained
			}
			w.turn.Store(false) // before the look: a change that comes after it sets another
			if e, over := g.judgeAgain(w); over {
				w.end(e)
			}
		}
		if list = list[n:]; len(list) > 0 && !pause(g.life, endStep) {
			return
		}
	}
}

// perStep is how many of n have to be ended in a step, so that the last is ended within a time.
func perStep(n int, within time.Duration) int { return n*int(endStep)/int(within) + 1 }

// drain answers what waits, and whatever else begins to wait meanwhile. Those phones go to another gateway, or
// to this one after its start: no faster than they would be let in there, as far as the time that is left
// allows.
func (g *Gateway) drain(ctx context.Context) {
	list := g.waiting.of(nil)
	pace := drainPace
	if g.storm != nil {
		pace = g.cfg.Storm.Rate
	}
	within := time.Duration(len(list)) * time.Second / time.Duration(pace)
	if end, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(end)/drainLast)
	} else {
		within = min(within, endWithin)
	}
	for each := perStep(len(list), max(endStep, within)); len(list) > 0; {
		n := min(each, len(list))
		for _, w := range list[:n] {
			w.end(ending{drain: true})
		}
		if list = list[n:]; len(list) > 0 && !pause(ctx, endStep) {
			each = len(list)
		}
	}
	// What was on its way into the register when draining began ends itself (judgeAgain).
	g.closeResting()
}
