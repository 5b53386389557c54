// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"bytes"
	"net"
)

// Conn is a connection as a strict Listener hands it out. It follows the framing of HTTP/1 in the bytes
// that net/http reads, and spoils every request whose end could be read in two ways, so that net/http
// refuses it with 400: Content-Length together with Transfer-Encoding, either of them twice,
// Transfer-Encoding in HTTP/1.0, folded header lines, lines of the head and empty lines before it that end
// without a carriage return. net/http by itself takes some of these and hides that it did. RFC 9112 2.2, 5.2, 6.1, 6.3
type Conn struct {
	net.Conn
	prefix []byte
	frame  framing
}

func newConn(c net.Conn, prefix []byte) *Conn { return &Conn{Conn: c, prefix: prefix} }

// Read gives the prefix first.
func (c *Conn) Read(b []byte) (n int, err error) {
	if len(c.prefix) > 0 {
		n = copy(b, c.prefix)
		c.prefix = c.prefix[n:]
		if len(c.prefix) == 0 {
			c.prefix = nil
		}
	} else {
		n, err = c.Conn.Read(b)
	}
	c.frame.follow(b[:n])
	return n, err
}

// NetConn gives the connection below.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// framing is how far the bytes of a connection have been followed.
type framing struct {
	state   frameState
	started bool     // a byte of the request line has come
	oldHTTP bool     // not HTTP/1.1
	length  int      // Content-Length headers seen
	coding  int      // Transfer-Encoding headers seen
	left    int64    // bytes of body or chunk still to come
	n       int      // bytes of the present line
	name    [20]byte // lower-cased beginning of a header's name, or the end of the request line
	digits  bool
	cr      bool // the last byte of a header's value was a carriage return
}

type frameState uint8

const (
	frameRequestLine frameState = iota
	frameLineStart              // at the first byte of a header line
	frameName
	frameValue
	frameLength // in the value of Content-Length
	frameBody
	frameChunkSize
	frameChunkRest // of a size line: extensions
	frameChunkData
	frameChunkEnd // the line break behind the data
	frameTrailerStart
	frameTrailer
	frameLost // nothing sensible follows: net/http has refused what came
)

// spoiled is a byte no header may hold.
const spoiled = 0

// follow goes through bytes that were read, and spoils the one at which a request becomes ambiguous.
func (f *framing) follow(b []byte) {
	for i := 0; i < len(b); {
		switch f.state {
		case frameBody, frameChunkData:
			n := min(int64(len(b)-i), f.left)
			i += int(n)
			if f.left -= n; f.left == 0 {
				f.bodyEnds()
			}
			continue
		case frameLost:
			return
		case frameValue:
			// The value of a header that does not matter: on to its end.
			for i < len(b) && b[i] != '\n' {
				f.cr = b[i] == '\r'
				i++
			}
			if i < len(b) {
				if !f.cr {
					b[i] = spoiled
					f.state = frameLost
					return
				}
				f.state = frameLineStart
				i++
			}
			continue
		}
		if !f.step(b[i]) {
			b[i] = spoiled
			f.state = frameLost
			return
		}
		i++
	}
}

func (f *framing) bodyEnds() {
	if f.state == frameChunkData {
		f.state = frameChunkEnd
		return
	}
	f.nextRequest()
}

func (f *framing) nextRequest() { *f = framing{} }

// step takes one byte; false spoils it.
func (f *framing) step(c byte) bool {
	switch f.state {
	case frameRequestLine:
		return f.requestLine(c)
	case frameLineStart:
		switch c {
		case ' ', '\t', '\n':
			return false // a folded line, or a line break without carriage return
		case '\r':
			f.n, f.state = -1, frameName // only a line break may follow
		default:
			f.n, f.state = 0, frameName
			f.note(c)
		}
	case frameName:
		return f.inName(c)
	case frameLength:
		return f.inLength(c)
	default:
		f.inChunk(c)
	}
	return true
}

func (f *framing) requestLine(c byte) bool {
	if !f.started {
		// Empty lines before a request: net/http passes over some after a POST, as old clients send them.
		switch {
		case c == '\n':
			whole := f.cr
			f.cr = false
			return whole
		case f.cr:
			return false
		case c == '\r':
			f.cr = true
			return true
		}
	}
	if c != '\n' {
		// The last nine bytes are kept: the version, and perhaps a carriage return.
		f.started = true
		copy(f.name[:8], f.name[1:9])
		f.name[8] = c
		return true
	}
	if f.name[8] != '\r' {
		return false
	}
	f.oldHTTP = !bytes.HasSuffix(bytes.TrimSuffix(f.name[:9], []byte("\r")), []byte("/1.1"))
	f.state = frameLineStart
	return true
}

func (f *framing) note(c byte) {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	if f.n >= 0 && f.n < len(f.name) {
		f.name[f.n] = c
	}
	f.n++
}

func (f *framing) inName(c byte) bool {
	switch {
	case f.n == -1:
		if c != '\n' {
			return false
		}
		f.headEnds()
		return true
	case c == '\n':
		return false // no colon
	case c != ':':
		f.note(c)
		return true
	}
	f.state, f.cr = frameValue, false
	if f.n > len(f.name) {
		return true
	}
	switch string(f.name[:f.n]) {
	case "content-length":
		f.length++
		f.state, f.left, f.digits = frameLength, 0, false
	case "transfer-encoding":
		f.coding++
	}
	return f.length <= 1 && f.coding <= 1 && f.length+f.coding <= 1 && (f.coding == 0 || !f.oldHTTP)
}

func (f *framing) inLength(c byte) bool {
	switch {
	case '0' <= c && c <= '9':
		if f.left > 1<<50 {
			return false
		}
		f.left, f.digits = f.left*10+int64(c-'0'), true
	case c == '\n':
		f.state = frameLineStart
		return f.digits && f.cr
	case c != ' ' && c != '\t' && c != '\r':
		return false
	}
	f.cr = c == '\r'
	return true
}

func (f *framing) headEnds() {
	switch {
	case f.coding > 0:
		f.state, f.left, f.digits = frameChunkSize, 0, false
	case f.length > 0 && f.left > 0:
		f.state = frameBody
	default:
		f.nextRequest()
	}
}

// inChunk follows a chunked body. What net/http would not take ends the following.
func (f *framing) inChunk(c byte) {
	switch f.state {
	case frameChunkSize:
		if v, ok := hexDigit(c); ok && f.left < 1<<50 {
			f.left, f.digits = f.left<<4|int64(v), true
			return
		}
		f.state = frameChunkRest
		if !f.digits {
			f.state = frameLost
			return
		}
		f.inChunk(c)
	case frameChunkRest:
		if c != '\n' {
			return
		}
		f.state = frameChunkData
		if f.left == 0 {
			f.state = frameTrailerStart
		}
	case frameChunkEnd:
		if c == '\n' {
			f.state, f.left, f.digits = frameChunkSize, 0, false
		}
	case frameTrailerStart:
		switch c {
		case '\n':
			f.nextRequest()
		case '\r':
		default:
			f.state = frameTrailer
		}
	case frameTrailer:
		if c == '\n' {
			f.state = frameTrailerStart
		}
	}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
