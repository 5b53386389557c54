// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"bytes"
	"errors"
	"io"
)

// Bounds of a chunked body.
const (
	maxChunkLine = 256
	maxTrailer   = 4 << 10
	maxOverhead  = 16 << 10 // bytes beside the data, more than the chunks excuse
)

var (
	errChunk    = errors.New("h1: the chunked body is malformed")
	errAnswered = errors.New("h1: the phone was answered without being told to send its body")
	crlf        = []byte("\r\n")
	goOn        = []byte("HTTP/1.1 100 Continue\r\n\r\n")
	noTrailers  = []byte("\r\n")
)

// body reads a request's body from the connection: what lies in its buffer first. Everything that is
// wrong with it ends the connection behind the answer.
type body struct {
	c       *conn
	left    int64 // of the body, or of the chunk
	excess  int64 // overhead of chunks
	chunked bool
	begun   bool // a chunk has been read: its line end follows
	expect  bool // the phone waits for 100 Continue
	over    bool // read to its end
	err     error
}

func (b *body) start(c *conn, f *framing) {
	*b = body{c: c, left: f.length, chunked: f.length < 0, expect: f.expect && f.length != 0, over: f.length == 0}
	if b.chunked {
		b.left = 0
	}
}

// Ready reports whether the rest of the body has come already, so that reading it takes no time.
func (b *body) Ready() bool {
	return b.over || b.err != nil || !b.chunked && b.left <= int64(b.c.w-b.c.r)
}

// Close does nothing: what a handler leaves unread the connection deals with.
func (b *body) Close() error { return nil }

// Read gives the end together with the last bytes where it can.
func (b *body) Read(p []byte) (n int, err error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case b.over:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	if b.expect {
		b.expect = false
		if b.c.resp.wrote {
			return 0, b.fail(errAnswered)
		}
		if err := b.c.write(goOn); err != nil {
			return 0, b.fail(err)
		}
	}
	if b.chunked {
		return b.readChunks(p)
	}
	return b.read(p)
}

// read reads bytes of the body or the chunk: from the buffer, or past it.
func (b *body) read(p []byte) (n int, err error) {
	c := b.c
	p = p[:min(int64(len(p)), b.left)]
	if c.r < c.w {
		n = copy(p, c.buf[c.r:c.w])
		c.r += n
	} else if n, err = c.read(p); n > 0 {
		err = nil
	}
	b.left -= int64(n)
	switch {
	case err != nil:
		return n, b.fail(err)
	case b.left == 0 && !b.chunked:
		b.end()
		return n, io.EOF
	}
	return n, nil
}

// readChunks reads at least one byte of data, or the end. It does not wait for more than that.
func (b *body) readChunks(p []byte) (n int, err error) {
	for n < len(p) {
		if b.left > 0 {
			if n > 0 && b.c.r == b.c.w {
				return n, nil
			}
			m, err := b.read(p[n:])
			if n += m; err != nil {
				return n, err
			}
			continue
		}
		if n > 0 && !b.hasChunkLine() {
			return n, nil
		}
		more, err := b.nextChunk()
		if err != nil {
			return n, b.fail(err)
		}
		if !more {
			b.end()
			return n, io.EOF
		}
	}
	return n, nil
}

// hasChunkLine reports whether reading the next chunk's size takes no time.
func (b *body) hasChunkLine() bool {
	rest := b.c.buf[b.c.r:b.c.w]
	if b.begun {
		if len(rest) < 2 {
			return false
		}
		rest = rest[2:]
	}
	i := bytes.IndexByte(rest, '\n')
	if i < 0 {
		return false
	}
	if c := rest[0]; c == '0' { // the last one: its trailer has to be there too
		return bytes.HasPrefix(rest[i+1:], noTrailers)
	}
	return true
}

// nextChunk reads the line end behind a chunk and the next one's size. false: that was the last. RFC
// 9112 7.1
func (b *body) nextChunk() (more bool, err error) {
	if b.begun {
		line, err := b.c.line(len(crlf))
		if err != nil {
			return false, err
		}
		if len(line) != 0 {
			return false, errChunk
		}
	}
	b.begun = true
	line, err := b.c.line(maxChunkLine)
	if err != nil {
		return false, err
	}
	size, ok := chunkSize(line)
	if !ok {
		return false, errChunk
	}
	b.excess = max(0, b.excess+int64(len(line))+4-16-2*size)
	if b.excess > maxOverhead {
		return false, errChunk
	}
	if size > 0 {
		b.left = size
		return true, nil
	}
	return false, b.trailer()
}

// trailer reads header lines behind the last chunk and drops them.
func (b *body) trailer() error {
	for room := maxTrailer; ; {
		line, err := b.c.line(room)
		if err != nil || len(line) == 0 {
			return err
		}
		room -= len(line) + 2
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || !all(line[:colon], isToken) || !all(line[colon+1:], isField) {
			return errChunk
		}
	}
}

// chunkSize reads "1a2b", with blanks or extensions behind it, which are passed over. Blanks and then an
// extension some readers take and some do not.
func chunkSize(line []byte) (n int64, ok bool) {
	i := 0
	for ; i < len(line); i++ {
		d, isHex := hexDigit(line[i])
		if !isHex {
			break
		}
		if n = n<<4 | int64(d); n > maxLength || i >= 16 {
			return 0, false
		}
	}
	if i == 0 {
		return 0, false
	}
	rest := line[i:]
	if len(rest) > 0 && rest[0] != ';' {
		return n, len(bytes.TrimLeft(rest, " \t")) == 0
	}
	return n, all(rest, isField)
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

func (b *body) end() {
	b.over = true
	b.c.life.bodyOver()
}

// fail remembers why the body cannot be read.
func (b *body) fail(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
	return err
}
