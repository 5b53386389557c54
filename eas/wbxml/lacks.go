// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import "bytes"

// Lacks reports that b is a whole document in which none of the elements stands, at whatever depth.
// False says that one of them does, or that there is any doubt: b is cut, malformed, or uses what
// ActiveSync does not. It allocates nothing. A middlebox asks so whether a request changes anything.
func Lacks(b []byte, elements ...Tag) bool {
	p, need, fault := readProlog(b, defaultStringTable, true)
	if need || fault != 0 {
		return false
	}
	page, depth := p.page, 0
	for i := p.n - 1; i < len(b); {
		c := b[i]
		i++
		switch c {
		case tokSwitchPage:
			if i == len(b) {
				return false
			}
			page = b[i]
			i++
			continue
		case tokEnd:
			if depth--; depth == 0 {
				return true
			}
			continue
		case tokInline:
			n := bytes.IndexByte(b[i:], 0)
			if n < 0 {
				return false
			}
			i += n + 1
			continue
		case tokOpaque:
			v, n, f := mbUint32(b[i:])
			if f != 0 || n == 0 || int64(v) > int64(len(b)-i-n) {
				return false
			}
			i += n + int(v)
			continue
		}
		if tokenFault(c) != 0 {
			return false
		}
		tag := Tag(page)<<8 | Tag(c&lastToken)
		for _, e := range elements {
			if tag == e {
				return false
			}
		}
		if c&bitContent != 0 {
			if depth++; depth > defaultDepth {
				return false
			}
		} else if depth == 0 {
			return true // a root without content
		}
	}
	return false
}
