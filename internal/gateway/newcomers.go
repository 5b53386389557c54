// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"slices"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
)

// newcomers counts the devices nobody knew that came with an account within an hour. Every one of them
// becomes a record at the console, so one valid password could otherwise fill it with invented phones.
type newcomers struct {
	mu  sync.Mutex
	all map[hash]*arrivals // by account
}

type arrivals struct {
	since   time.Time
	devices []hash
}

const (
	newcomerHour = time.Hour
	maxArrivals  = 10000 // accounts; one that is forgotten begins anew
)

// room reports whether the device is among those of the hour or still fits, and takes it in when take
// is set.
func (n *newcomers) room(account, device hash, limit int, now time.Time, take bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.all[account]
	if a != nil && now.Sub(a.since) >= newcomerHour {
		delete(n.all, account)
		a = nil
	}
	switch {
	case a == nil && !take:
		return true
	case a == nil:
		if n.all == nil {
			n.all = make(map[hash]*arrivals)
		}
		for old := range n.all {
			if len(n.all) < maxArrivals {
				break
			}
			delete(n.all, old)
		}
		a = &arrivals{since: now}
		n.all[account] = a
	case slices.Contains(a.devices, device):
		return true
	}
	if len(a.devices) >= limit {
		return false
	}
	if take {
		a.devices = append(a.devices, device)
	}
	return true
}

func (g *Gateway) newcomer(p access.Pair) hash { return g.shield.digest([]byte(p.Device)) }

// tooManyNew puts a device off that nobody knows when its account has brought many of them lately. Only
// accounts whose password was right are counted, so no stranger can use up the room of another.
func (g *Gateway) tooManyNew(q *ask) bool {
	if g.cfg.NewDevices <= 0 || q.decision.Record != nil || q.pair.IsZero() || q.command == eas.Options {
		return false
	}
	if _, said := g.reports.known.get(q.pair); said {
		return false
	}
	if g.newcomers.room(q.cred.holder, g.newcomer(q.pair), g.cfg.NewDevices, g.now(), q.cred.sure) {
		return false
	}
	q.login = loginUnknown // or it would be recorded all the same
	q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleStorm, Detail: "too many new devices of one account"}
	g.write(q, g.verdictReply(&q.trail, &q.decision))
	return true
}
