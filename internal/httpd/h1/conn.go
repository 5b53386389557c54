// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"bytes"
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
	post   bool        // the last request was a POST
	served bool        // there was a request on this connection
	taken  bool
	broken bool // a handler ended by a panic

	req   *http.Request
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
	c.served = len(prefix) > 0
	return c
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
	}
}

// shakeHands reports whether HTTP/1.1 is what is spoken here.
func (c *conn) shakeHands(t *tls.Conn) bool {
	c.limit = time.Now().Add(c.s.cfg.HeaderTimeout)
	t.SetDeadline(c.limit)
	if t.Handshake() != nil { // which is nothing when hands have been shaken before
		c.cut()
		return false
	}
	t.SetWriteDeadline(time.Time{})
	if c.s.cfg.Other == nil || t.ConnectionState().NegotiatedProtocol != "h2" {
		return true
	}
	t.SetDeadline(time.Time{})
	if c.s.take(c) {
		c.s.cfg.Other(t)
	}
	return false
}

// errSilence ends a connection on which nothing more comes.
var errSilence = &fault{}

// next waits for a request and reads its head. Nil: it is there.
func (c *conn) next() *fault {
	c.state.Store(idle)
	if c.s.closing.Load() {
		return errSilence
	}
	if c.r == c.w && len(c.buf) > bufferSize {
		c.buf, c.r, c.w = c.room.in[:], 0, 0 // what a large head has made of it
	}
	begun := false
	var ends []int
	empty := 0
	for ends = c.room.ends[:0]; ; {
		if c.r < c.w {
			if !begun {
				if begun = true; !c.state.CompareAndSwap(idle, busy) {
					return errSilence
				}
			}
			// Old clients send empty lines behind a POST. RFC 9112 2.2
			if c.post && empty < maxEmpty && len(ends) == 0 && bytes.HasPrefix(c.buf[c.r:c.w], crlf) {
				c.r += len(crlf)
				empty++
				continue
			}
			var whole bool
			var f *fault
			ends, whole, f = lines(c.buf[c.r:c.w], ends)
			switch {
			case f != nil:
				return f
			case whole && ends[len(ends)-1] <= c.s.cfg.MaxHead:
				c.room.ends = ends
				return c.readHead(ends)
			case c.w-c.r > c.s.cfg.MaxHead:
				return errTooLarge
			}
		}
		c.setLimit(begun)
		if c.more() != nil {
			return errSilence
		}
	}
}

// readHead reads the head that ends where ends does.
func (c *conn) readHead(ends []int) *fault {
	if c.life == nil || c.life.used() { // somebody may still hold on to those of the last request
		c.life = &life{Context: c.base, c: c}
		c.req = new(http.Request).WithContext(c.life)
		c.req.URL, c.req.Header, c.req.RemoteAddr = &c.url, c.room.header, c.remote
	}
	head := string(c.buf[c.r : c.r+ends[len(ends)-1]])
	c.r += len(head)
	if f := c.parse(head, ends); f != nil {
		return f
	}
	c.post = c.req.Method == http.MethodPost
	c.body.start(c, &c.frame)
	c.life.begin(c.body.over)
	if c.req.Body = http.NoBody; !c.body.over {
		c.req.Body = &c.body
	}
	return nil
}

// setLimit moves the deadline for reading: to the end of the head when one has begun, else to the end
// of the wait for one. The latter is not moved for less than a tenth.
func (c *conn) setLimit(begun bool) {
	now := time.Now()
	wait := c.s.cfg.IdleTimeout
	if begun || !c.served {
		wait = c.s.cfg.HeaderTimeout
	}
	want := now.Add(wait)
	switch {
	case c.limit.IsZero() || c.limit.After(want):
	case begun || !c.served:
		return // it does not move while a head comes
	case want.Sub(c.limit) < wait/10:
		return
	}
	c.limit = want
	c.rw.SetReadDeadline(want)
}

// more reads what has come into the buffer.
func (c *conn) more() error {
	switch {
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.w == len(c.buf) && c.r > 0:
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	case c.w == len(c.buf):
		bigger := make([]byte, min(4*len(c.buf), c.s.cfg.MaxHead+bufferSize))
		c.w = copy(bigger, c.buf)
		c.buf = bigger
	}
	if c.w == len(c.buf) {
		return io.ErrShortBuffer
	}
	n, err := c.rw.Read(c.buf[c.w:])
	if c.w += n; n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// read reads past the buffer, for a body.
func (c *conn) read(p []byte) (int, error) {
	c.unlimited()
	return c.rw.Read(p)
}

// unlimited takes the deadline for heads away: how long a body may take the handler says.
func (c *conn) unlimited() {
	if !c.limit.IsZero() && !c.asked.Load() {
		c.rw.SetReadDeadline(time.Time{})
	}
	c.limit = time.Time{}
}

// line reads a line of a chunked body, of at most most bytes, and gives it without its end.
func (c *conn) line(most int) ([]byte, error) {
	for seen := 0; ; {
		if i := bytes.IndexByte(c.buf[c.r+seen:c.w], '\n'); i >= 0 {
			line := c.buf[c.r : c.r+seen+i]
			c.r += seen + i + 1
			if i := bytes.IndexByte(line, '\r'); i < 0 || i != len(line)-1 || i > most {
				return nil, errChunk
			}
			return line[:len(line)-1], nil
		}
		if seen = c.w - c.r; seen > most+1 {
			return nil, errChunk
		}
		c.unlimited()
		if err := c.more(); err != nil {
			return nil, err
		}
	}
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
			c.s.cfg.Logger.Error("a request was ended by a defect", logkeys.Error, fmt.Sprint(v), logkeys.Stack, string(debug.Stack()))
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
	c.s.left(c)
}

// cut closes so that nobody takes half an answer for a whole one: without TLS's farewell.
func (c *conn) cut() {
	abort(c.rw)
	c.s.left(c)
}
