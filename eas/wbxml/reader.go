// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import (
	"bytes"
	"io"
	"math"
)

// Kind tells events apart.
type Kind uint8

// The events of a document.
const (
	KindStart  Kind = iota + 1 // an element opens
	KindEnd                    // the innermost element closes
	KindText                   // a piece of an inline string
	KindOpaque                 // a piece of an opaque value
)

// Event is one step through a document.
type Event struct {
	Kind Kind
	Tag  Tag    // the element that opens or closes, or that holds the data
	Data []byte // of KindText and KindOpaque; valid until the next call of Next
	Size int    // of KindOpaque: bytes of the whole value, as its first piece announces
	More bool   // of KindText and KindOpaque: another piece of the same value follows
	// Empty marks a KindStart without content bit: the KindEnd that follows has no byte of its own.
	Empty bool
}

// Reader pulls events out of a stream. It holds one buffer of 4 KiB and the open elements; long values
// come in pieces. Stop whenever you know enough.
type Reader struct {
	src   io.Reader
	lim   Limits
	buf   []byte
	r, w  int
	base  int64 // offset of buf[0] in the document
	page  uint8
	stack []Tag
	begun bool
	empty bool // the innermost element had no content bit
	text  int  // bytes of the inline string so far, plus one; 0 when not in one
	left  int  // bytes of the opaque value still to come
	size  int  // bytes of the opaque value in all
	nodes int
	err   error
}

const bufferSize = 4 << 10

// NewReader reads one document from r. It may read up to 4 KiB beyond what it has reported.
func NewReader(r io.Reader, l Limits) *Reader {
	return &Reader{src: r, lim: l.filled(defaultReaderSize, math.MaxInt), buf: make([]byte, bufferSize)}
}

func newBytesReader(b []byte, l Limits) *Reader {
	return &Reader{buf: b, w: len(b), lim: l}
}

// Offset is the number of bytes behind the last event: where a middlebox that edits a document in place
// cuts it.
func (d *Reader) Offset() int64 { return d.base + int64(d.r) }

// Depth is the number of open elements.
func (d *Reader) Depth() int { return len(d.stack) }

// Next gives the next event, or io.EOF behind the root element; bytes that follow the root are not
// looked at. Any other error is a *SyntaxError or comes from the stream, and stays.
func (d *Reader) Next() (Event, error) {
	if d.err != nil {
		return Event{}, d.err
	}
	e, err := d.next()
	d.err = err
	if err == nil && e.Kind == KindEnd && len(d.stack) == 0 {
		d.err = io.EOF
	}
	return e, err
}

func (d *Reader) next() (Event, error) {
	switch {
	case !d.begun:
		return d.root()
	case d.empty:
		d.empty = false
		return d.pop(), nil
	case d.text > 0:
		return d.textPiece()
	case d.left > 0:
		return d.opaquePiece()
	}
	for {
		c, err := d.byte()
		if err != nil {
			return Event{}, err
		}
		switch {
		case c == tokSwitchPage:
			if d.page, err = d.byte(); err != nil {
				return Event{}, err
			}
			if d.lim.KnownPages && d.page >= pages {
				return Event{}, d.fault(ErrPage)
			}
		case c == tokEnd:
			return d.pop(), nil
		case c == tokInline:
			d.text = 1
			return d.textPiece()
		case c == tokOpaque:
			return d.opaque()
		default:
			if f := tokenFault(c); f != 0 {
				return Event{}, d.fault(f)
			}
			return d.push(c)
		}
	}
}

// root reads the prolog out of the buffer, which is larger than any prolog we accept.
func (d *Reader) root() (Event, error) {
	for {
		p, need, f := readProlog(d.buf[d.r:d.w], d.lim.StringTable, d.lim.KnownPages)
		switch {
		case f != 0:
			d.r += min(p.n, d.w-d.r)
			return Event{}, d.fault(f)
		case !need:
			d.r += p.n
			d.begun, d.page = true, p.page
			return d.push(p.tag)
		}
		err := d.fill()
		if err == io.EOF {
			if d.w == d.r {
				return Event{}, d.fault(ErrEmpty)
			}
			return Event{}, d.fault(ErrTruncated)
		}
		if err != nil {
			return Event{}, err
		}
	}
}

func (d *Reader) push(c byte) (Event, error) {
	if len(d.stack) >= d.lim.Depth {
		return Event{}, d.fault(ErrDepth)
	}
	if d.nodes++; d.nodes > d.lim.Nodes {
		return Event{}, d.fault(ErrNodes)
	}
	if d.Offset() > int64(d.lim.Size) {
		return Event{}, d.fault(ErrSize)
	}
	t := TagOf(d.page, c)
	d.stack = append(d.stack, t)
	d.empty = c&bitContent == 0
	return Event{Kind: KindStart, Tag: t, Empty: d.empty}, nil
}

func (d *Reader) pop() Event {
	t := d.top()
	d.stack = d.stack[:len(d.stack)-1]
	return Event{Kind: KindEnd, Tag: t}
}

func (d *Reader) top() Tag { return d.stack[len(d.stack)-1] }

func (d *Reader) textPiece() (Event, error) {
	if err := d.have(); err != nil {
		return Event{}, err
	}
	b := d.buf[d.r:d.w]
	n := bytes.IndexByte(b, 0)
	e := Event{Kind: KindText, Tag: d.top(), Data: b, More: true}
	if n >= 0 {
		e.Data, e.More = b[:n], false
	}
	if d.text += len(e.Data); d.text-1 > d.lim.Text {
		return Event{}, d.fault(ErrText)
	}
	d.r += len(e.Data)
	if !e.More {
		d.r++
		d.text = 0
	}
	return e, d.sized()
}

func (d *Reader) opaque() (Event, error) {
	var raw [5]byte
	for i := range raw {
		c, err := d.byte()
		if err != nil {
			return Event{}, err
		}
		raw[i] = c
		if c&0x80 == 0 {
			break
		}
	}
	v, _, f := mbUint32(raw[:])
	if f != 0 {
		return Event{}, d.fault(f)
	}
	if int64(v) > int64(d.lim.Opaque) {
		return Event{}, d.fault(ErrOpaque)
	}
	d.left, d.size = int(v), int(v)
	if d.left == 0 {
		return Event{Kind: KindOpaque, Tag: d.top()}, nil
	}
	return d.opaquePiece()
}

func (d *Reader) opaquePiece() (Event, error) {
	if err := d.have(); err != nil {
		return Event{}, err
	}
	n := min(d.left, d.w-d.r)
	e := Event{Kind: KindOpaque, Tag: d.top(), Data: d.buf[d.r : d.r+n], Size: d.size}
	d.r += n
	d.left -= n
	e.More = d.left > 0
	return e, d.sized()
}

// sized refuses a document that has grown beyond the limit.
func (d *Reader) sized() error {
	if d.Offset() > int64(d.lim.Size) {
		return d.fault(ErrSize)
	}
	return nil
}

func (d *Reader) byte() (byte, error) {
	if err := d.have(); err != nil {
		return 0, err
	}
	c := d.buf[d.r]
	d.r++
	return c, d.sized()
}

// have makes sure that the buffer holds at least one byte.
func (d *Reader) have() error {
	if d.r < d.w {
		return nil
	}
	d.base += int64(d.r)
	d.r, d.w = 0, 0
	err := d.fill()
	if err == io.EOF {
		return d.fault(ErrTruncated)
	}
	return err
}

// fill reads behind what the buffer holds.
func (d *Reader) fill() error {
	if d.src == nil {
		return io.EOF
	}
	for range 100 {
		n, err := d.src.Read(d.buf[d.w:])
		if d.w += n; n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

func (d *Reader) fault(f Fault) error { return &SyntaxError{Fault: f, Offset: d.Offset()} }
