// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import (
	"bytes"
	"math"
)

// Node is one element of a small document. It has text or children, never both.
type Node struct {
	Tag    Tag
	Text   []byte // nil: none; not nil and empty: an empty inline string, as some phones send
	Opaque bool   // Text is an opaque value on the wire
	Empty  bool   // as read: no content bit. Marshal goes by Text and Kids alone
	Kids   []*Node
}

// Elem is an element with children, nil ones left out; without any it is written in the short form.
func Elem(tag Tag, kids ...*Node) *Node {
	n := &Node{Tag: tag}
	for _, k := range kids {
		if k != nil {
			n.Kids = append(n.Kids, k)
		}
	}
	n.Empty = len(n.Kids) == 0
	return n
}

// Text is an element with an inline string.
func Text(tag Tag, s string) *Node { return &Node{Tag: tag, Text: append([]byte{}, s...)} }

// Opaque is an element with an opaque value; b is not copied.
func Opaque(tag Tag, b []byte) *Node {
	if b == nil {
		b = []byte{}
	}
	return &Node{Tag: tag, Text: b, Opaque: true}
}

// EmptyElem is an element without content, the one-byte form. As a boolean it means true.
// [MS-ASDTYPE] 2.1
func EmptyElem(tag Tag) *Node { return &Node{Tag: tag, Empty: true} }

// Child is the first child with this tag, or nil. A nil node has no children.
func (n *Node) Child(tag Tag) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Tag == tag {
			return k
		}
	}
	return nil
}

// Find walks down, taking the first child of each tag, and gives nil where the path ends.
func (n *Node) Find(path ...Tag) *Node {
	for _, t := range path {
		n = n.Child(t)
	}
	return n
}

// Value is the text, inline or opaque, or "" for nil and for elements without any.
func (n *Node) Value() string {
	if n == nil {
		return ""
	}
	return string(n.Text)
}

// Parse makes a tree of a small document, at most 1 MiB unless the limits say otherwise. Adjacent runs
// of text and opaque data in one element become one value. Bytes behind the root element are ignored, as
// phones have been seen to send the document twice. Errors are *SyntaxError.
func Parse(b []byte, l Limits) (*Node, error) {
	l = l.filled(defaultParseSize, defaultNodes)
	if len(b) > l.Size {
		return nil, &SyntaxError{Fault: ErrSize, Offset: int64(l.Size)}
	}
	d := newBytesReader(b, l)
	var open []*Node
	for {
		e, err := d.Next()
		if err != nil {
			return nil, err
		}
		switch e.Kind {
		case KindStart:
			n := &Node{Tag: e.Tag, Empty: e.Empty}
			if len(open) > 0 {
				p := open[len(open)-1]
				if p.Text != nil {
					return nil, d.fault(ErrMixed)
				}
				p.Kids = append(p.Kids, n)
			}
			open = append(open, n)
		case KindEnd:
			n := open[len(open)-1]
			if open = open[:len(open)-1]; len(open) == 0 {
				return n, nil
			}
		default:
			n := open[len(open)-1]
			if n.Kids != nil {
				return nil, d.fault(ErrMixed)
			}
			if n.Text == nil {
				n.Text = []byte{}
			}
			n.Text = append(n.Text, e.Data...)
			n.Opaque = n.Opaque || e.Kind == KindOpaque
		}
	}
}

// Marshal writes a document in canonical form: the header 03 01 6A 00, a page switch only where the page
// changes, the short form for elements without content, the shortest lengths.
func Marshal(n *Node) []byte { return n.AppendTo(nil) }

// AppendTo appends the document whose root is n. A text that holds a zero byte, which no inline string
// can carry, goes out as an opaque value. A nil node appends nothing.
func (n *Node) AppendTo(dst []byte) []byte {
	if n == nil {
		return dst
	}
	page := uint8(0)
	return n.append(appendHeader(dst), &page)
}

func (n *Node) append(dst []byte, page *uint8) []byte {
	content := n.Text != nil || len(n.Kids) > 0
	dst = appendTag(dst, n.Tag, content, page)
	if !content {
		return dst
	}
	for _, k := range n.Kids {
		dst = k.append(dst, page)
	}
	if n.Text != nil {
		dst = appendValue(dst, n.Text, n.Opaque)
	}
	return append(dst, tokEnd)
}

func appendHeader(dst []byte) []byte { return append(dst, 0x03, 0x01, charsetUTF8, 0x00) }

func appendTag(dst []byte, t Tag, content bool, page *uint8) []byte {
	if t.Page() != *page {
		*page = t.Page()
		dst = append(dst, tokSwitchPage, *page)
	}
	c := t.Token() & lastToken
	if content {
		c |= bitContent
	}
	return append(dst, c)
}

// appendValue writes one run. Values beyond the 32 bits of a length do not fit in memory here.
func appendValue(dst, v []byte, opaque bool) []byte {
	if opaque || bytes.IndexByte(v, 0) >= 0 {
		dst = appendMB(append(dst, tokOpaque), uint32(min(len(v), math.MaxUint32)))
		return append(dst, v...)
	}
	return append(append(append(dst, tokInline), v...), 0)
}
