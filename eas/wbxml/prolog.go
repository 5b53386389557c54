// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

// Global tokens, [MS-ASWBXML] 2.1.1. They are told apart on the whole byte, before the content bit is
// masked: OPAQUE masked with 0x3F would look like an inline string.
const (
	tokSwitchPage = 0x00
	tokEnd        = 0x01
	tokInline     = 0x03
	tokTableRef   = 0x83
	tokOpaque     = 0xC3

	bitContent    = 0x40
	bitAttributes = 0x80
)

const charsetUTF8 = 106

// prolog is what stands before the content of the root element.
type prolog struct {
	page uint8
	tag  uint8 // the root's byte, content bit included
	n    int   // bytes up to and with the root's byte
}

// readProlog reads header, string table and page switches up to the root's byte. need means that b is a
// good beginning and too short. It allocates nothing.
func readProlog(b []byte, table int, known bool) (p prolog, need bool, fault Fault) {
	if len(b) == 0 {
		return p, true, 0
	}
	if b[0] < 1 || b[0] > 3 { // WBXML 1.1 to 1.3
		return p, false, ErrHeader
	}
	p.n = 1
	for field := range 3 {
		v, n, f := mbUint32(b[p.n:])
		if f != 0 {
			p.n += n
			return p, false, f
		}
		if n == 0 {
			return p, true, 0
		}
		switch {
		case field == 0 && v == 0, // a public id in the string table
			field == 1 && v != charsetUTF8:
			return p, false, ErrHeader
		case field == 2 && int64(v) > int64(table):
			return p, false, ErrStringTable
		case field == 2:
			n += int(v)
		}
		if p.n += n; p.n > len(b) {
			return p, true, 0
		}
	}
	for p.n < len(b) {
		c := b[p.n]
		if c != tokSwitchPage {
			p.tag = c
			fault = elementFault(c)
			if fault == 0 || fault == ErrAttributes {
				p.n++
			}
			return p, false, fault
		}
		if p.n+2 >= maxProlog {
			return p, false, ErrNoRoot
		}
		if p.n+1 == len(b) {
			return p, true, 0
		}
		p.page = b[p.n+1]
		if known && p.page >= pages {
			return p, false, ErrPage
		}
		p.n += 2
	}
	return p, true, 0
}

// elementFault says why a byte cannot start an element where only an element may stand.
func elementFault(c byte) Fault {
	switch f := tokenFault(c); {
	case f != 0:
		return f
	case c == tokEnd || c == tokInline || c == tokOpaque:
		return ErrNoRoot
	}
	return 0
}

// tokenFault refuses the bytes ActiveSync never uses; 0 means a usable token.
func tokenFault(c byte) Fault {
	switch c {
	case tokSwitchPage, tokEnd, tokInline, tokOpaque:
		return 0
	case tokTableRef:
		return ErrStringTable
	}
	switch {
	case c&lastToken < firstToken: // ENTITY, LITERAL, extensions, PI
		return ErrToken
	case c&bitAttributes != 0:
		return ErrAttributes
	}
	return 0
}

// mbUint32 reads a multi-byte integer: seven bits a byte, most significant first. n is 0 when b ends
// inside it.
func mbUint32(b []byte) (v uint32, n int, fault Fault) {
	var w uint64
	for i, c := range b {
		if i == 5 {
			return 0, i, ErrInteger
		}
		w = w<<7 | uint64(c&0x7F)
		if c&0x80 == 0 {
			if w > 0xFFFFFFFF {
				return 0, i, ErrInteger
			}
			return uint32(w), i + 1, 0
		}
	}
	if len(b) >= 5 { // five bytes that all promise another
		return 0, len(b), ErrInteger
	}
	return 0, 0, 0
}

// appendMB writes v as a multi-byte integer.
func appendMB(dst []byte, v uint32) []byte {
	n := 1
	for x := v >> 7; x != 0; x >>= 7 {
		n++
	}
	for i := n - 1; i > 0; i-- {
		dst = append(dst, byte(v>>(7*i))|0x80)
	}
	return append(dst, byte(v&0x7F))
}

// Root names the root element from the first bytes of a body, without reading on and without
// allocating. need means: a good beginning, give me more bytes (an empty b included). At 1,024 bytes it
// always has an answer. It names the same root as a Reader does, or both refuse.
func Root(b []byte) (tag Tag, need bool, err error) {
	p, need, fault := readProlog(b, defaultStringTable, false)
	if fault != 0 {
		return 0, false, fault
	}
	if need {
		return 0, true, nil
	}
	return TagOf(p.page, p.tag), false, nil
}
