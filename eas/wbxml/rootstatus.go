// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import "bytes"

// RootStatus reads the Status directly under the root of an answer from its first bytes: the global
// form of [MS-ASCMD] 2.2.2, and the first thing most answers say. ok is false when there is none within
// b, as in a Sync that went well. Some servers write the element with the token of code page 0,
// whatever the command; that is taken too. It allocates nothing.
func RootStatus(b []byte) (status int, ok bool) {
	p, need, fault := readProlog(b, defaultStringTable, true)
	if need || fault != 0 || p.tag&bitContent == 0 {
		return 0, false
	}
	_, want := shape(CommandOf(Tag(p.page)<<8 | Tag(p.tag&lastToken)))
	page, depth := p.page, 1
	for i := p.n; i < len(b); {
		c := b[i]
		i++
		switch c {
		case tokSwitchPage:
			if i == len(b) {
				return 0, false
			}
			page = b[i]
			i++
			continue
		case tokEnd:
			if depth--; depth == 0 {
				return 0, false
			}
			continue
		case tokInline:
			n := bytes.IndexByte(b[i:], 0)
			if n < 0 {
				return 0, false
			}
			i += n + 1
			continue
		case tokOpaque:
			v, n, f := mbUint32(b[i:])
			if f != 0 || n == 0 || int64(v) > int64(len(b)-i-n) {
				return 0, false
			}
			i += n + int(v)
			continue
		}
		if tokenFault(c) != 0 {
			return 0, false
		}
		tag := Tag(page)<<8 | Tag(c&lastToken)
		if depth == 1 && c&bitContent != 0 && (tag == want && want != 0 || tag == AirSyncStatus) {
			return digits(b[i:])
		}
		if c&bitContent != 0 {
			if depth++; depth > defaultDepth {
				return 0, false
			}
		}
	}
	return 0, false
}

// digits reads an inline string of one to four digits, ended by its zero byte.
func digits(b []byte) (n int, ok bool) {
	if len(b) == 0 || b[0] != tokInline {
		return 0, false
	}
	for i, c := range b[1:] {
		switch {
		case c == 0:
			return n, i > 0
		case c < '0' || c > '9' || i == 4:
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return 0, false
}
