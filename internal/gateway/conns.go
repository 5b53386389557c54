// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// conns counts the connections of phones from when they are accepted until they are closed, whether a
// request is served on them, one is parked, or they rest between two: in all, and per address (IPv6: per
// /64). Those that are too many are closed before TLS is spoken. Fronts, behind which everybody stands,
// networks that are exempt because many people share them, and this machine itself have no limit per
// address.
type conns struct {
	cfg    *Config
	mu     sync.Mutex
	total  int
	by     map[netip.Prefix]int
	turned [turnedKinds]turned
}

// turned are the connections that were turned away for one reason.
type turned struct {
	all    int64
	unsaid int64     // since the last line in the log
	said   time.Time // when that was
}

// spareDescriptors are those that are not for phones: the spool, the link, a database in the same process.
const spareDescriptors = 256

// afford is most when the process may have so many descriptors open, each connection of a phone needing a
// second one to the mail server while it waits. Without it a process would run out of them, and fail in
// places that matter more than one phone more.
func afford(most int, descriptors uint64) int {
	if descriptors == 0 || most > 0 && uint64(most) <= (max(descriptors, spareDescriptors)-spareDescriptors)/2 {
		return most
	}
	return max(10, int(min((max(descriptors, spareDescriptors)-spareDescriptors)/2, 1<<30)))
}

// Reasons why a connection is turned away.
const (
	turnedTooMany = iota
	turnedTooManyOfOne
	turnedNoProxyHeader
	turnedKinds
)

func turnedReason(kind int) string {
	return [turnedKinds]string{"too-many", "too-many-of-one-address", "no-proxy-header"}[kind]
}

// turnedEvery is how often one reason is logged: who opens connections in a loop must not fill the log.
const turnedEvery = time.Minute

// Enter is for the listener.
func (c *conns) Enter(client net.Addr) (leave func()) {
	p := c.seat(client)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.cfg.MaxConns > 0 && c.total >= c.cfg.MaxConns:
		c.turnAway(turnedTooMany, client)
		return nil
	case p.IsValid() && c.cfg.MaxConnsPerAddress > 0 && c.by[p] >= c.cfg.MaxConnsPerAddress:
		c.turnAway(turnedTooManyOfOne, client)
		return nil
	}
	c.total++
	if p.IsValid() {
		if c.by == nil {
			c.by = make(map[netip.Prefix]int)
		}
		c.by[p]++
	}
	return func() { c.leave(p) }
}

// Mute is for the listener.
func (c *conns) Mute(front net.Addr, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turnAway(turnedNoProxyHeader, front)
}

// turnAway counts, and logs at most once a minute.
func (c *conns) turnAway(kind int, from net.Addr) {
	t, now := &c.turned[kind], c.cfg.Now()
	t.all++
	t.unsaid++
	if now.Sub(t.said) < turnedEvery {
		return
	}
	c.cfg.Logger.Warn("connections turned away", logkeys.Reason, turnedReason(kind), logkeys.Count, t.unsaid, logkeys.Addr, from.String())
	t.unsaid, t.said = 0, now
}

// seat is what the limit per address counts a connection under; the zero prefix: nothing.
func (c *conns) seat(client net.Addr) netip.Prefix {
	at, err := netip.ParseAddrPort(client.String())
	if err != nil {
		return netip.Prefix{}
	}
	a := at.Addr().Unmap().WithZone("")
	if a.IsLoopback() || c.cfg.Fronts.Trust(a) || c.cfg.Shield.exempt(a) {
		return netip.Prefix{}
	}
	bits := 32
	if !a.Is4() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

func (c *conns) leave(p netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	if !p.IsValid() {
		return
	}
	if c.by[p]--; c.by[p] <= 0 {
		delete(c.by, p)
	}
}

// counts gives the connections that are open, and how many were turned away for each reason.
func (c *conns) counts() (open int, away [turnedKinds]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.turned {
		away[i] = c.turned[i].all
	}
	return c.total, away
}
