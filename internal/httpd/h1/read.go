// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

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
	empty := 0
	for ends := c.room.ends[:0]; ; {
		// Old clients send empty lines behind a POST. RFC 9112 2.2
		for c.post && empty < maxEmpty && len(ends) == 0 && bytes.HasPrefix(c.buf[c.r:c.w], crlf) {
			c.r += len(crlf)
			empty++
		}
		half := c.post && empty < maxEmpty && string(c.buf[c.r:c.w]) == "\r"
		first := false
		if c.r < c.w && !half {
			if !begun {
				if begun, first = true, true; !c.state.CompareAndSwap(idle, busy) {
					return errSilence
				}
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
		c.setLimit(begun, first)
		if !begun && c.state.Load() == over || c.more() != nil {
			return errSilence
		}
	}
}

// readHead reads the head that ends where ends does.
func (c *conn) readHead(ends []int) *fault {
	if c.life == nil {
		c.life = &life{Context: c.base, c: c}
		c.req = new(http.Request).WithContext(c.life)
		c.req.URL, c.req.Header, c.req.RemoteAddr = &c.url, c.room.header, c.remote
		c.blank = *c.req
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

// setLimit moves the deadline for reading: to the end of the head when one has just begun, else to the end
// of the wait for one. The latter is not moved for less than a tenth.
func (c *conn) setLimit(begun, first bool) {
	now := time.Now()
	wait := c.s.cfg.IdleTimeout
	if begun || !c.served {
		wait = c.s.cfg.HeaderTimeout
	}
	want := now.Add(wait)
	switch {
	case c.limit.IsZero() || c.limit.After(want) || first && c.served:
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
