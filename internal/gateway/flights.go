// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"slices"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
)

// flights are the tries of credentials at a mail server whose outcome is open: one per credential, and
// few per account. A phone with an old password sends many requests at once; were they all to go, one
// phone could lock its own account (Y-11). So the first goes alone, and the others are judged by its
// answer. Credentials that were accepted a short while ago never come here.
type flights struct {
	mu      sync.Mutex
	open    map[hash]*flight   // by credential
	account map[hash][]*flight // by holder, the oldest first
}

// flight is one try: a question of ours (check) or the phone's own request.
type flight struct {
	secret, holder hash
	check          bool
	began          time.Time
	done           chan struct{} // closed when it has landed
	landed         bool
	login          login // of a check
	err            error
}

const (
	// patience is how long others wait for a flight. One that has not come back by then was not refused,
	// and holds nobody back any longer.
	patience = 10 * time.Second
	// accountFlights is how many different credentials of one account may be tried at a time.
	accountFlights = 3
)

// board gives the caller a flight of its own, which it has to land, or one to wait for: that of the same
// credential, or, when the account has enough of them, the oldest of its others.
func (f *flights) board(c *credential, check bool, now time.Time) (fl *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.open[c.secret]; fl != nil {
		if now.Sub(fl.began) < patience {
			return fl, false
		}
		f.remove(fl)
	}
	for list := f.account[c.holder]; len(list) >= accountFlights; list = f.account[c.holder] {
		if now.Sub(list[0].began) < patience {
			return list[0], false
		}
		f.remove(list[0])
	}
	if f.open == nil {
		f.open, f.account = make(map[hash]*flight), make(map[hash][]*flight)
	}
	fl = &flight{secret: c.secret, holder: c.holder, check: check, began: now, done: make(chan struct{})}
	f.open[c.secret] = fl
	f.account[c.holder] = append(f.account[c.holder], fl)
	return fl, true
}

// land ends a flight and lets go who waits for it. Only the first time counts.
func (f *flights) land(fl *flight, l login, err error) {
	if fl == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.landed {
		return
	}
	fl.landed, fl.login, fl.err = true, l, err
	f.remove(fl)
	close(fl.done)
}

func (f *flights) remove(fl *flight) {
	if f.open[fl.secret] == fl {
		delete(f.open, fl.secret)
	}
	list := f.account[fl.holder]
	if i := slices.Index(list, fl); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(f.account, fl.holder)
	} else {
		f.account[fl.holder] = list
	}
}

// goesAlone makes a request whose credentials were not accepted lately the only one with them, or lets
// it wait for the one that is, and judges it once more by what that has taught. It reports whether the
// request goes on. It must be the last step before the mail server.
func (g *Gateway) goesAlone(q *ask) bool {
	if q.cred.sure || !q.cred.named {
		return true
	}
	var timer *time.Timer
	for {
		fl, mine := g.flights.board(q.cred, false, time.Now())
		if mine {
			q.flight = fl
			return true
		}
		if timer == nil {
			timer = time.NewTimer(patience)
			defer timer.Stop()
		}
		late := false
		select {
		case <-fl.done:
		case <-timer.C:
			late = true
		case <-q.r.Context().Done():
			q.phoneGone = true
			return false
		}
		q.facts.Shield = g.shield.admit(q.cred, q.client, g.now())
		if g.judge(q) && !g.obey(q) {
			return false
		}
		if late || q.cred.sure || fl.secret == q.cred.secret {
			return true
		}
	}
}

// lasts reports whether a command may wait for its answer because nothing has happened yet. One that
// does was not refused, and others need not wait for it.
func lasts(c eas.Command) bool { return c == eas.Ping || c == eas.Sync }
