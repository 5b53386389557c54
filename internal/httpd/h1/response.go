// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Sizes of what is written at once: an answer with its head where it fits, else as much as a TLS record
// holds.
const (
	outSize = 4 << 10
	outMost = 16 << 10

	lineRoom = 64 // for the lines around a chunk
)

var outBuffers = sync.Pool{New: func() any { b := make([]byte, 0, outSize); return &b }}

// mode is how the end of an answer's body is told.
type mode uint8

const (
	modeOpen    mode = iota // not decided: nothing has been written yet
	modeLength              // by Content-Length
	modeChunked             // by chunks
	modeClose               // by closing: HTTP/1.0
	modeNone                // there is none
)

// Response is the http.ResponseWriter that handlers get. http.ResponseController can flush it and set
// its deadlines; it is always full duplex.
type Response struct {
	c      *conn
	h      http.Header
	out    *[]byte // not written yet
	head   int     // bytes of the head in it, without its end, while the mode is open
	status int
	mode   mode
	left   int64 // of the declared length
	wrote  bool  // WriteHeader was called
	mute   bool  // the answer to a HEAD
	last   bool  // the connection is closed behind it
	err    error
}

func (w *Response) begin() {
	*w = Response{c: w.c, h: w.h, mute: w.c.req.Method == http.MethodHead, last: w.c.req.Close}
}

func (w *Response) release() {
	if w.out != nil {
		*w.out = (*w.out)[:0]
		outBuffers.Put(w.out)
	}
	w.out = nil
}

// Header is sent as it is when WriteHeader is called. Transfer-Encoding asks for a chunked answer.
func (w *Response) Header() http.Header { return w.h }

// WriteHeader readies the head, which is sent with the first of the body. Informational answers are not
// sent.
func (w *Response) WriteHeader(status int) {
	if w.wrote || w.c.taken || status < 200 {
		return
	}
	w.wrote, w.status = true, status
	w.out = outBuffers.Get().(*[]byte)
	b := w.c.body
	if !b.over && !b.droppable() {
		w.last = true
	}
	*w.out = w.appendHead((*w.out)[:0])
	w.head = len(*w.out)
}

// appendHead writes status line and headers, and the end of the head when it is known.
func (w *Response) appendHead(b []byte) []byte {
	old := w.c.req.ProtoMinor == 0
	b = append(b, "HTTP/1.1 "...)
	if old {
		b[len(b)-2] = '0'
	}
	b = strconv.AppendInt(b, int64(w.status), 10)
	b = append(b, ' ')
	b = append(append(b, http.StatusText(w.status)...), "\r\n"...)
	length, chunked, dated := int64(-1), false, false
	for key, values := range w.h {
		switch key {
		case "Content-Length":
			if len(values) > 0 {
				length = decimal(values[0])
			}
			continue
		case "Transfer-Encoding":
			chunked = len(values) > 0
			continue
		case "Connection":
			for _, v := range values {
				w.last = w.last || listed(v, "close")
			}
			continue
		case "Date":
			dated = true
		}
		if key == "" || !all(key, isToken) {
			continue
		}
		for _, v := range values {
			b = append(append(b, key...), ": "...)
			b = append(appendValue(b, v), "\r\n"...)
		}
	}
	if !dated {
		b = append(append(append(b, "Date: "...), w.c.s.date(time.Now())...), "\r\n"...)
	}
	switch {
	case w.status == http.StatusNoContent:
		w.mode, length = modeNone, -1
	case w.status == http.StatusNotModified:
		w.mode = modeNone
	case chunked:
		w.mode, length = modeChunked, -1
	case length >= 0:
		w.mode, w.left = modeLength, length
	default:
		return b
	}
	return w.appendEnd(b, length)
}

// appendEnd writes how the body ends and whether the connection does, and the end of the head.
func (w *Response) appendEnd(b []byte, length int64) []byte {
	old := w.c.req.ProtoMinor == 0
	if old && w.mode == modeChunked {
		w.mode, w.last = modeClose, true
	}
	if w.last || w.c.s.closing.Load() {
		w.last = true
		b = append(b, "Connection: close\r\n"...)
	} else if old {
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	switch {
	case length >= 0:
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, length, 10), "\r\n"...)
	case w.mode == modeChunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	return append(b, "\r\n"...)
}

// appendValue keeps a value inside its line.
func appendValue(b []byte, v string) []byte {
	if all(v, isField) {
		return append(b, v...)
	}
	for i := range len(v) {
		if classes[v[i]]&isField == 0 {
			b = append(b, ' ')
		} else {
			b = append(b, v[i])
		}
	}
	return b
}

// Write adds to the body. What is small waits for more, for Flush, or for the end.
func (w *Response) Write(p []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.c.taken:
		return 0, http.ErrHijacked
	case len(p) == 0:
		return 0, w.err
	case w.mode == modeNone:
		return 0, http.ErrBodyNotAllowed
	case w.mode == modeLength && int64(len(p)) > w.left:
		return 0, http.ErrContentLength
	case w.err != nil:
		return 0, w.err
	}
	w.left -= int64(len(p))
	if w.mute {
		return len(p), nil
	}
	if w.mode == modeOpen {
		if len(*w.out)+len(p) <= outSize {
			*w.out = append(*w.out, p...)
			return len(p), nil
		}
		w.decide()
	}
	w.add(p)
	return len(p), w.err
}

// decide makes an answer of unknown length a chunked one. What waits of its body moves.
func (w *Response) decide() {
	if w.mode != modeOpen {
		return
	}
	w.mode = modeChunked
	waiting := slices.Clone((*w.out)[w.head:])
	*w.out = w.appendEnd((*w.out)[:w.head], -1)
	if len(waiting) > 0 {
		w.add(waiting)
	}
}

// add puts p behind what waits, and writes when that is a record full.
func (w *Response) add(p []byte) {
	if len(*w.out)+len(p)+lineRoom > cap(*w.out) && cap(*w.out) < outMost {
		*w.out = append(make([]byte, 0, outMost+lineRoom), *w.out...)
	}
	if w.mode == modeChunked {
		*w.out = append(strconv.AppendInt(*w.out, int64(len(p)), 16), "\r\n"...)
	}
	for {
		n := min(max(0, outMost-len(*w.out)), len(p))
		*w.out = append(*w.out, p[:n]...)
		if p = p[n:]; len(p) == 0 {
			break
		}
		if w.send(); w.err != nil {
			return
		}
	}
	if w.mode == modeChunked {
		*w.out = append(*w.out, "\r\n"...)
	}
}

func (w *Response) send() {
	if len(*w.out) == 0 || w.err != nil {
		return
	}
	w.err = w.c.write(*w.out)
	*w.out = (*w.out)[:0]
}

// FlushError writes what waits.
func (w *Response) FlushError() error {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	if w.c.taken {
		return http.ErrHijacked
	}
	if w.mute && w.mode == modeOpen {
		return w.err // the head is not whole yet
	}
	w.decide()
	w.send()
	return w.err
}

// finish writes the rest of the answer. whole: the phone has all of it; last: nothing may follow it.
func (w *Response) finish() (whole, last bool) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	switch w.mode {
	case modeOpen:
		waiting := (*w.out)[w.head:]
		var room [96]byte
		end := w.appendEnd(room[:0], int64(len(waiting)))
		if w.mute {
			end = w.appendEnd(room[:0], -1)
		}
		*w.out = slices.Insert(*w.out, w.head, end...)
	case modeChunked:
		if !w.mute {
			*w.out = append(*w.out, "0\r\n\r\n"...)
		}
	case modeLength:
		if w.left > 0 && !w.mute {
			w.send()
			return false, true
		}
	}
	w.send()
	return w.err == nil, w.last
}

// SetReadDeadline bounds reading the body. A time in the past ends a read that is under way.
func (w *Response) SetReadDeadline(t time.Time) error {
	if w.c.taken {
		return http.ErrHijacked
	}
	w.c.asked.Store(true)
	return w.c.rw.SetReadDeadline(t)
}

// SetWriteDeadline bounds writing the answer. The zero time leaves it to the server again.
func (w *Response) SetWriteDeadline(t time.Time) error {
	if w.c.taken {
		return http.ErrHijacked
	}
	w.c.held, w.c.sendBy = !t.IsZero(), time.Time{}
	return w.c.rw.SetWriteDeadline(t)
}

// EnableFullDuplex says nothing new.
func (w *Response) EnableFullDuplex() error { return nil }

// Take takes the connection out of the server, when the body has been read, no answer has begun and the
// phone is still there. The server forgets the connection; prefix is what has come of the phone's next
// request. [Server.Hand] gives it back.
func (w *Response) Take() (rw net.Conn, prefix []byte, ok bool) {
	c := w.c
	if w.wrote || c.taken || !c.body.over || c.stopWatch() {
		return nil, nil, false
	}
	c.rw.SetReadDeadline(time.Time{})
	c.taken = c.s.forget(c)
	if c.r < c.w {
		prefix = slices.Clone(c.buf[c.r:c.w])
	}
	return c.rw, prefix, c.taken
}
