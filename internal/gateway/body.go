// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// A body of at most this many bytes is read before anything is sent on: then it can be parked, and sent
// a second time where that is safe.
const smallBody = 64 << 10

// bodyPause is how long a phone may be silent in the middle of a body.
const bodyPause = 60 * time.Second

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2<<10); return &b }}

// copyBuffers carry bodies that stream.
var copyBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

func putBuffer(b *[]byte) {
	if b == nil || cap(*b) > 2*smallBody {
		return
	}
	*b = (*b)[:0]
	buffers.Put(b)
}

// body is the body of a request: what has been read of it, and the rest.
type body struct {
	src    io.ReadCloser
	length int64 // as declared; -1: chunked
	buf    *[]byte
	moved  []byte // instead of buf
	whole  bool   // buf holds all of it
	err    error
	by     time.Time           // when what is looked into has to be here
	w      http.ResponseWriter // whose deadline for reading bounds the phone's silence
}

func newBody(w http.ResponseWriter, r *http.Request) body {
	return body{src: r.Body, length: r.ContentLength, whole: r.ContentLength == 0, w: w}
}

// here reports whether all of the body has come already, so that no reading of it can take long.
func (b *body) here() bool {
	in, ok := b.src.(interface{ Ready() bool })
	return ok && in.Ready()
}

// fill reads until n bytes are there, the body ends, or reading fails. It never waits for more than n
// asks for.
func (b *body) fill(n int) error {
	if b.whole || b.err != nil {
		return b.err
	}
	if b.buf == nil {
		b.buf = getBuffer()
	}
	if !b.here() {
		phone := http.NewResponseController(b.w)
		if b.by.IsZero() {
			b.by = time.Now().Add(bodyPause)
		}
		phone.SetReadDeadline(b.by)
		defer func() {
			if b.whole {
				phone.SetReadDeadline(time.Time{})
			}
		}()
	}
	for len(*b.buf) < n {
		if len(*b.buf) == cap(*b.buf) {
			bigger := make([]byte, len(*b.buf), min(4*cap(*b.buf), smallBody+4096))
			copy(bigger, *b.buf)
			*b.buf = bigger
		}
		m, err := b.src.Read((*b.buf)[len(*b.buf):cap(*b.buf)])
		*b.buf = (*b.buf)[:len(*b.buf)+m]
		if err == io.EOF {
			b.whole = true
			break
		}
		if err != nil {
			b.err = err
			return err
		}
	}
	return nil
}

// fillSmall reads all of a body that is small, or declares to be.
func (b *body) fillSmall() error {
	if b.length > smallBody {
		return b.fill(1)
	}
	return b.fill(smallBody + 1)
}

// bytes is what has been read so far.
func (b *body) bytes() []byte {
	if b.buf == nil {
		return b.moved
	}
	return *b.buf
}

// moveTo says that what has been read lies in another buffer now.
func (b *body) moveTo(data []byte) {
	putBuffer(b.buf)
	b.buf, b.moved = nil, data
}

func (b *body) release() {
	b.moved = nil
	putBuffer(b.buf)
	b.buf = nil
}

// leastPace is how many bytes a second a body must bring, on average over a window. A phone on the worst
// of networks does; who sends a byte a minute only wants to occupy the mail server.
const leastPace = 1 << 10

// pace watches over the progress of a body.
type pace struct {
	window time.Duration
	since  time.Time
	bytes  int64 // since then
}

// slow reports whether the window that ends now was too slow, and begins the next one.
func (p *pace) slow(now time.Time) bool {
	d := now.Sub(p.since)
	if d < p.window {
		return false
	}
	slow := float64(p.bytes) < d.Seconds()*leastPace
	p.since, p.bytes = now, 0
	return slow
}
