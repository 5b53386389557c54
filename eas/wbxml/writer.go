// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import (
	"errors"
	"io"
)

// Misuse of a Writer, not faults of data.
const (
	errNotOpen   = misuse("wbxml: end without open element")
	errOutside   = misuse("wbxml: value outside the root element")
	errSecond    = misuse("wbxml: second root element")
	errOpen      = misuse("wbxml: document not finished")
	errUnfilled  = misuse("wbxml: opaque value shorter or longer than announced")
	errZeroInRun = misuse("wbxml: zero byte in an inline string")
)

type misuse string

func (m misuse) Error() string { return string(m) }

// Writer writes one document to a stream, event by event. Its errors stay: check the one of Close.
// Fed with the events of a Reader it writes the same document, unknown tokens and empty forms included;
// only redundant page switches and long forms of integers are lost.
type Writer struct {
	dst   io.Writer
	buf   []byte
	page  uint8
	depth int
	begun bool
	skip  bool // the open element is in the short form: its End has no byte
	text  bool // inside an inline string
	left  int  // bytes of the opaque value still owed
	err   error
}

// NewWriter writes to w, in pieces of about 4 KiB.
func NewWriter(w io.Writer) *Writer { return &Writer{dst: w} }

// Start opens an element with content.
func (w *Writer) Start(t Tag) error { return w.open(t, true) }

// Empty writes an element without content.
func (w *Writer) Empty(t Tag) error {
	if err := w.open(t, false); err != nil {
		return err
	}
	return w.End()
}

// End closes the innermost element.
func (w *Writer) End() error {
	switch {
	case w.err != nil:
	case w.depth == 0:
		w.err = errNotOpen
	case w.left > 0 || w.text:
		w.err = errUnfilled
	case w.skip:
		w.skip = false
		w.depth--
	default:
		w.buf = append(w.buf, tokEnd)
		w.depth--
	}
	return w.flush(bufferSize)
}

// Text writes a whole inline string, or an opaque value if it holds a zero byte.
func (w *Writer) Text(s string) error {
	if w.ready() {
		w.buf = appendValue(w.buf, []byte(s), false)
	}
	return w.flush(bufferSize)
}

// Opaque writes a whole opaque value.
func (w *Writer) Opaque(b []byte) error {
	if w.ready() {
		w.buf = appendValue(w.buf, b, true)
	}
	return w.flush(bufferSize)
}

// Leaf writes an element with an inline string.
func (w *Writer) Leaf(t Tag, s string) error {
	return errors.Join(w.Start(t), w.Text(s), w.End())
}

// Write writes one event as a Reader gives it, pieces of values included.
func (w *Writer) Write(e Event) error {
	switch e.Kind {
	case KindStart:
		return w.open(e.Tag, !e.Empty)
	case KindEnd:
		return w.End()
	case KindText:
		return w.textPiece(e)
	case KindOpaque:
		return w.opaquePiece(e)
	}
	return w.err
}

// Close checks that the root element is closed and writes what is left. It does not close the stream.
func (w *Writer) Close() error {
	if w.err == nil && (w.depth > 0 || !w.begun) {
		w.err = errOpen
	}
	return w.flush(1)
}

func (w *Writer) open(t Tag, content bool) error {
	switch {
	case w.err != nil:
	case w.begun && w.depth == 0:
		w.err = errSecond
	case w.left > 0 || w.text || w.skip:
		w.err = errUnfilled
	default:
		if !w.begun {
			w.buf = appendHeader(w.buf)
			w.begun = true
		}
		w.buf = appendTag(w.buf, t, content, &w.page)
		w.depth++
		w.skip = !content
	}
	return w.flush(bufferSize)
}

// ready says whether a value may begin here.
func (w *Writer) ready() bool {
	switch {
	case w.err != nil:
	case w.depth == 0:
		w.err = errOutside
	case w.left > 0 || w.text || w.skip:
		w.err = errUnfilled
	}
	return w.err == nil
}

func (w *Writer) textPiece(e Event) error {
	if !w.text && w.ready() {
		w.buf = append(w.buf, tokInline)
		w.text = true
	}
	for _, c := range e.Data {
		if c == 0 && w.err == nil {
			w.err = errZeroInRun
		}
	}
	if w.err == nil {
		w.buf = append(w.buf, e.Data...)
		if !e.More {
			w.buf = append(w.buf, 0)
			w.text = false
		}
	}
	return w.flush(bufferSize)
}

func (w *Writer) opaquePiece(e Event) error {
	if w.left == 0 && w.ready() {
		w.buf = appendMB(append(w.buf, tokOpaque), uint32(e.Size))
		w.left = e.Size
	}
	if w.err == nil && (len(e.Data) > w.left || e.More == (len(e.Data) == w.left)) {
		w.err = errUnfilled
	}
	if w.err == nil {
		w.left -= len(e.Data)
		w.buf = append(w.buf, e.Data...)
	}
	return w.flush(bufferSize)
}

// flush hands on what is buffered once it is at least this much.
func (w *Writer) flush(least int) error {
	if w.err == nil && len(w.buf) >= least {
		_, w.err = w.dst.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}
