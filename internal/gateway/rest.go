// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// resting is a phone's connection between a parked request and the next one. It costs no goroutine and
// no buffer; when the phone speaks, the engine gets it back.
type resting struct {
	g    *Gateway
	conn net.Conn
	raw  syscall.RawConn

	mu    sync.Mutex
	id    uint64
	timer *time.Timer
	over  bool
}

// release gives a phone's connection back to keep-alive. prefix is what the phone has already sent of
// its next request.
func (g *Gateway) release(conn net.Conn, raw syscall.RawConn, prefix []byte) {
	if g.draining.Load() {
		conn.Close()
		return
	}
	if len(prefix) == 0 {
		// TLS may hold bytes that the socket no longer shows. A read whose deadline is over gives
		// them and touches nothing else.
		var b [1]byte
		conn.SetReadDeadline(past())
		n, err := conn.Read(b[:])
		if n == 0 && err != nil && !isTimeout(err) {
			conn.Close()
			return
		}
		prefix = b[:n]
	}
	conn.SetReadDeadline(time.Time{})
	if len(prefix) > 0 {
		g.handBack(conn, prefix)
		return
	}
	r := &resting{g: g, conn: conn, raw: raw}
	r.mu.Lock()
	r.id = g.poll.add(r)
	g.rest(r)
	r.timer = time.AfterFunc(g.cfg.IdleTimeout, r.close)
	r.mu.Unlock()
	if g.draining.Load() || g.poll.arm(r.id, sidePhone, raw, eventsData) != nil {
		r.close()
	}
}

func (g *Gateway) rest(r *resting) {
	g.restMu.Lock()
	g.restingConns[r] = struct{}{}
	g.restMu.Unlock()
}

func (r *resting) claim() bool {
	r.mu.Lock()
	over := r.over
	r.over = true
	r.mu.Unlock()
	if over {
		return false
	}
	r.timer.Stop()
	r.g.poll.drop(r.id)
	r.g.restMu.Lock()
	delete(r.g.restingConns, r)
	r.g.restMu.Unlock()
	return true
}

// ready is called by the poller: the phone speaks again, or is gone, which the engine will notice.
func (r *resting) ready(_ int, _ bool) {
	if !r.claim() {
		return
	}
	go func() {
		defer r.g.rescue(func() { closeNow(r.conn) })
		r.g.poll.disarm(r.raw)
		r.g.handBack(r.conn, nil)
	}()
}

func (r *resting) close() {
	if r.claim() {
		r.conn.Close()
	}
}

func (g *Gateway) handBack(conn net.Conn, prefix []byte) {
	if !g.phones.Hand(conn, prefix) {
		conn.Close()
	}
}
