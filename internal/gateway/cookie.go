// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/textproto"
	"strings"
)

// Cookies of a mail server belong to the account it gave them to. A verdict is about the account that the
// Authorization header names, and some servers believe a session cookie more than that header: the
// session of one user beside the password of another would let somebody in who was refused. So every
// cookie goes to the phone with a tag in front of its value, "name=tag.value", that only this process can
// make, and comes back to the mail server only with the tag of that account; all others stay here: those
// of another account, of web mail, and made-up ones, by which Exchange's front end lets itself be told
// where to send a request. The mail server never sees a tag. What another gateway has tagged, or this one
// before a restart, is left out as well: the mail server gives a new one. [MS-ASHTTP] 2.2.1.1.2

// tagLength is the length of a tag in letters: 96 bits, which can only be tried one request at a time.
const tagLength = 16

// cookieTag is the tag of a cookie of the account c is for. Quotes around a value are not part of it:
// some clients take them off.
func (s *shield) cookieTag(c *credential, name, value string) (tag [tagLength]byte) {
	if n := len(value); n >= 2 && value[0] == '"' && value[n-1] == '"' {
		value = value[1 : n-1]
	}
	// No mail server's name has a colon, so no other digest of ours begins like this.
	sum := s.digest([]byte("cookie:"), c.holder[:], []byte(name), []byte(value))
	base64.RawURLEncoding.Encode(tag[:], sum[:tagLength/4*3])
	return tag
}

// bindCookies tags the cookies in an answer's header.
func (s *shield) bindCookies(c *credential, h http.Header) {
	lines := h["Set-Cookie"]
	for i, line := range lines {
		pair, attributes, _ := strings.Cut(line, ";")
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue // without a name: it will not pass when it comes back
		}
		name, value = textproto.TrimString(name), textproto.TrimString(value)
		tag, quote := s.cookieTag(c, name, value), ""
		if strings.HasPrefix(value, `"`) {
			quote, value = value[:1], value[1:]
		}
		bound := name + "=" + quote + string(tag[:]) + "." + value
		if len(pair) < len(line) {
			bound += ";" + attributes
		}
		lines[i] = bound
	}
}

// ownCookies leaves of a request's cookies those that were bound to its account, as the mail server made
// them.
func (s *shield) ownCookies(c *credential, h http.Header) {
	lines := h["Cookie"]
	if len(lines) == 0 {
		return
	}
	var kept []string
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(textproto.TrimString(one), "=")
			quote := ""
			if strings.HasPrefix(value, `"`) {
				quote, value = value[:1], value[1:]
			}
			if len(value) <= tagLength || value[tagLength] != '.' {
				continue
			}
			tag, own := value[:tagLength], quote+value[tagLength+1:]
			if want := s.cookieTag(c, name, own); subtle.ConstantTimeCompare([]byte(tag), want[:]) == 1 {
				kept = append(kept, name+"="+own)
			}
		}
	}
	if len(kept) == 0 {
		delete(h, "Cookie")
		return
	}
	h["Cookie"] = []string{strings.Join(kept, "; ")}
}
