// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// conns counts the connections that the engine serves, in all and per address (IPv6: per /64), and closes
// those that are too many. Parked requests and what rests after them do not count: they have cost a
// log-in and need next to nothing. Fronts, behind which everybody stands, and this machine itself have no
// limit per address.
type conns struct {
	mu    sync.Mutex
	total int
	by    map[netip.Prefix]int
}

// state is called by the engine whenever a connection begins, ends or is handed to us.
func (g *Gateway) state(c net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		if !g.conns.enter(g.seat(c), g.cfg.MaxConns, g.cfg.MaxConnsPerAddress) {
			if g.reports.events.allow(g.now()) {
				g.log.Warn("connection closed, there are too many", logkeys.Addr, c.RemoteAddr().String())
			}
			closeNow(c)
		}
	case http.StateHijacked, http.StateClosed:
		g.conns.leave(g.seat(c))
	}
}

// seat is what the limit per address counts a connection under; the zero prefix: nothing.
func (g *Gateway) seat(c net.Conn) netip.Prefix {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Prefix{}
	}
	a := at.Addr().Unmap().WithZone("")
	if a.IsLoopback() || g.cfg.Fronts.Trust(a) {
		return netip.Prefix{}
	}
	bits := 32
	if !a.Is4() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

// enter counts a connection, also one that is too many: its end is counted as well.
func (c *conns) enter(p netip.Prefix, most, each int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	ok := most < 0 || c.total <= most
	if p.IsValid() {
		if c.by == nil {
			c.by = make(map[netip.Prefix]int)
		}
		c.by[p]++
		ok = ok && (each < 0 || c.by[p] <= each)
	}
	return ok
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
