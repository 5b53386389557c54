// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import (
	"fmt"
	"strings"
)

// Tag is one element name: the code page in the high byte, the token (0x05 to 0x3F, without the content
// bit) in the low one. [MS-ASWBXML] 2.1.2.1
type Tag uint16

const (
	firstToken = 0x05
	lastToken  = 0x3F
	pages      = 26
)

// TagOf joins a code page and a token. Bits of the token beyond 0x3F are dropped.
func TagOf(page, token uint8) Tag { return Tag(page)<<8 | Tag(token&lastToken) }

// Page is the code page.
func (t Tag) Page() uint8 { return uint8(t >> 8) }

// Token is the token inside the page, without the content bit.
func (t Tag) Token() uint8 { return uint8(t) }

// Known says whether the published tables, or those of protocol 2.5, name this tag.
func (t Tag) Known() bool { return tagName(t) != "" }

// Name is the local name, "FolderSync", or the token in hex, "0x3F", when nobody has named it.
func (t Tag) Name() string {
	if n := tagName(t); n != "" {
		return n
	}
	return fmt.Sprintf("0x%02X", t.Token())
}

// String is page and name, "FolderHierarchy:FolderSync", or numbers, "26:0x05".
func (t Tag) String() string {
	if p := pageName(t.Page()); p != "" {
		return p + ":" + t.Name()
	}
	return fmt.Sprintf("%d:%s", t.Page(), t.Name())
}

// Lookup finds a tag by the names of its page and itself, as they are spelled in [MS-ASWBXML]. A colon
// behind the page, as older documents write it, is ignored.
func Lookup(page, name string) (Tag, bool) {
	page = strings.TrimSuffix(page, ":")
	if page == "" || name == "" {
		return 0, false
	}
	for p := range uint8(pages) {
		if pageName(p) != page {
			continue
		}
		for tok := uint8(firstToken); tok <= lastToken; tok++ {
			if t := TagOf(p, tok); tagName(t) == name {
				return t, true
			}
		}
	}
	return 0, false
}
