// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// bufferSize holds a phone's usual request whole.
const bufferSize = 4 << 10

// scratch is what a connection needs while it is served, and leaves behind when it is taken or closed.
type scratch struct {
	in     [bufferSize]byte
	header http.Header // of the request
	answer http.Header
	values []string // of the request's headers, one after the other
	ends   []int    // of the lines of its head
}

var scratches = sync.Pool{New: func() any {
	return &scratch{header: make(http.Header, 16), answer: make(http.Header, 16), values: make([]string, 0, 24), ends: make([]int, 0, 24)}
}}

// States of a connection. An idle one may be closed by anybody, a busy one by its own goroutine only.
const (
	idle int32 = iota
	busy
	over
)

// conn is one connection and the request that is read from it. Everything a request needs lies here and
// is used again for the next.
type conn struct {
	s      *Server
	rw     net.Conn
	remote string
	state  atomic.Int32

	room *scratch
	buf  []byte // room.in, or what has outgrown it
	r, w int    // what has come and was not used: buf[r:w]

	limit  time.Time   // the deadline for reading that is set; zero: none is known
	asked  atomic.Bool // the handler has set one
	sendBy time.Time   // the deadline for writing that is set; zero: none is known
	held   bool        // the handler has set that one
	post   bool        // the last request was a POST
	served bool        // there was a request on this connection
	taken  bool
	broken bool // a handler ended by a panic

	req   *http.Request
	blank http.Request // what req is before a request is read into it
	url   url.URL
	frame framing
	body  body
	resp  Response
	base  context.Context
	life  *life
}

func (s *Server) newConn(rw net.Conn, prefix []byte) *conn {
	c := &conn{s: s, rw: rw, room: scratches.Get().(*scratch), base: context.Background()}
	c.buf = c.room.in[:]
	if len(prefix) > len(c.buf) {
		c.buf = make([]byte, len(prefix)+bufferSize)
	}
	c.w = copy(c.buf, prefix)
	// There was a request before, perhaps a POST: a prefix comes from a connection that was taken.
	c.served, c.post = len(prefix) > 0, len(prefix) > 0
	return c
}

// manyHeaders is how many headers of a request a connection keeps room for.
const manyHeaders = 64

// forget lets go of the last request and its answer, which otherwise would stay for as long as the
// connection is idle.
func (c *conn) forget() {
	room := c.room
	if len(room.values) > manyHeaders || len(room.answer) > manyHeaders {
		room.header, room.answer = make(http.Header, 16), make(http.Header, 16)
		room.values, room.ends = make([]string, 0, 24), make([]int, 0, 24)
		c.blank.Header, c.resp.h = room.header, room.answer
	}
	clear(room.header)
	clear(room.answer)
	clear(room.values)
	c.url = url.URL{}
	if c.life.used() { // somebody may still hold on to them
		c.life, c.req = nil, nil
		return
	}
	*c.req = c.blank
}

// release gives the memory back. Nobody reads from the connection any more.
func (c *conn) release() {
	room := c.room
	if c.room, c.buf, c.req = nil, nil, nil; c.broken {
		return // who knows what still holds on to it
	}
	clear(room.header)
	clear(room.answer)
	clear(room.values[:cap(room.values)])
	scratches.Put(room)
}

// serve reads requests and has them answered until the connection ends, is taken, or belongs to another
// protocol.
func (c *conn) serve() {
	defer c.release()
	defer func() {
		if v := recover(); v != nil { // not the handler's: see answer
			c.defect(v)
			c.cut()
		}
	}()
	if t, ok := c.rw.(*tls.Conn); ok && !c.shakeHands(t) {
		return
	}
	c.remote = c.rw.RemoteAddr().String()
	if c.s.cfg.Base != nil {
		c.base = c.s.cfg.Base(c.rw)
	}
	c.resp.c, c.resp.h = c, c.room.answer
	for {
		switch f := c.next(); {
		case f == errSilence:
			c.close()
			return
		case f != nil:
			c.refuse(f)
			return
		}
		if !c.answer() {
			return
		}
		c.served = true
		c.forget()
	}
}

// shakeHands reports whether HTTP/1.1 is what is spoken here.
func (c *conn) shakeHands(t *tls.Conn) bool {
	c.limit = time.Now().Add(c.s.cfg.HeaderTimeout)
	t.SetDeadline(c.limit)
	if c.state.Load() == over {
		c.cut()
		return false
	}
	if err := t.Handshake(); err != nil { // which is nothing when hands have been shaken before
		c.s.cfg.Logger.Debug("no TLS connection", logkeys.Error, err, logkeys.Addr, t.RemoteAddr().String())
		c.cut()
		return false
	}
	t.SetWriteDeadline(time.Time{})
	if c.s.cfg.Other == nil || t.ConnectionState().NegotiatedProtocol != "h2" {
		return true
	}
	t.SetDeadline(time.Time{})
	if c.s.forget(c) {
		c.s.cfg.Other(t)
	} else {
		t.Close()
	}
	return false
}

// answer has the request answered. It reports whether the connection goes on.
func (c *conn) answer() (goesOn bool) {
	c.resp.begin()
	broken := true
	defer func() {
		if !broken {
			return
		}
		goesOn = false
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			c.defect(v)
		}
		c.stopWatch()
		c.life.end()
		c.broken = true
		if !c.taken {
			c.cut()
		}
	}()
	c.s.cfg.Handler.ServeHTTP(&c.resp, c.req)
	if c.taken {
		broken = false
		c.life.end()
		c.resp.release()
		return false
	}
	whole, last := c.resp.finish()
	gone := c.stopWatch()
	c.life.end()
	c.resp.release()
	if c.asked.Swap(false) {
		c.limit = time.Time{} // the handler has moved it
	}
	if c.held {
		c.held, c.sendBy = false, time.Time{}
	}
	broken = false
	switch {
	case !whole || gone:
		c.cut()
	case last || !c.drop():
		c.linger()
	default:
		return true
	}
	return false
}

// write writes what belongs to an answer. A deadline that is far enough away stays.
func (c *conn) write(p []byte) error {
	if now := time.Now(); !c.held && c.sendBy.Sub(now) < c.s.cfg.WriteTimeout {
		c.sendBy = now.Add(2 * c.s.cfg.WriteTimeout)
		c.rw.SetWriteDeadline(c.sendBy)
	}
	_, err := c.rw.Write(p)
	return err
}

func (c *conn) defect(v any) {
	c.broken = true
	c.s.cfg.Logger.Error("a request was ended by a defect", logkeys.Error, fmt.Sprint(v), logkeys.Stack, string(debug.Stack()))
}

// Bounds of what is read only to be thrown away, so that a phone in the middle of sending sees its
// answer and not a reset.
const (
	dropMost    = 256 << 10
	dropTime    = 10 * time.Second
	lingerTime  = 500 * time.Millisecond
	refuseWrite = 5 * time.Second
)

// droppable reports whether what is left of the body is worth reading, to keep the connection.
func (b *body) droppable() bool {
	return b.err == nil && !b.expect && (b.chunked || b.left <= dropMost)
}

// drop reads what the handler has left of the body.
func (c *conn) drop() bool {
	b := &c.body
	if b.over {
		return true
	}
	if !b.droppable() {
		return false
	}
	if !b.Ready() {
		c.limit = time.Time{}
		c.rw.SetReadDeadline(time.Now().Add(dropTime))
	}
	_, err := io.CopyN(io.Discard, onlyReader{b}, dropMost+1)
	return err == io.EOF && b.over
}

type onlyReader struct{ io.Reader }

// refuse answers a request that nobody sees, and closes.
func (c *conn) refuse(f *fault) {
	c.rw.SetWriteDeadline(time.Now().Add(refuseWrite))
	fmt.Fprintf(c.rw, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		f.status, http.StatusText(f.status), c.s.date(time.Now()))
	c.s.cfg.Logger.Debug("request refused", logkeys.Error, f.why, logkeys.Addr, c.remote)
	c.linger()
}

// linger closes after the last answer: first for writing, so that what the phone is still sending does
// not turn into a reset that takes the answer with it.
func (c *conn) linger() {
	c.rw.SetDeadline(time.Now().Add(lingerTime))
	closeWrite(c.rw)
	_, _ = io.CopyN(io.Discard, onlyReader{c.rw}, dropMost)
	c.close()
}

func (c *conn) close() {
	c.rw.Close()
	c.s.forget(c)
}

// cut closes so that nobody takes half an answer for a whole one: without TLS's farewell, and by a reset
// where closing is what ends an answer.
func (c *conn) cut() {
	if c.resp.mode == modeClose {
		reset(c.rw)
	}
	abort(c.rw)
	c.s.forget(c)
}
