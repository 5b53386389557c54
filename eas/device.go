// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import (
	"encoding/hex"
	"strings"
)

// MaxDeviceID is how many bytes a device id may have, raw and canonical. The documented limit is 32; the
// wild has more. [MS-ASHTTP] 2.2.1.1.1.1.1
const MaxDeviceID = 255

// DeviceID is the canonical form of a device id: the one spelling all its spellings share. Phones send
// the same id in any case, as text or as raw bytes, and some servers report the hex of a text; a block
// that knew only one spelling would be no block.
//
// The form is found thus. Bytes that are all letters, digits, dash, underscore or dot are text, in upper
// case; text that is the hex of such text is that text, again, until no more hex comes off. Other bytes
// are their upper-case hex. So 16 raw bytes equal their 32 hex digits, and
// "76313430446576696365" equals "v140Device".
type DeviceID string

// ParseDeviceID makes the canonical form of an id as it was sent, decoded from query escapes or base64
// but otherwise raw. ok is false for an empty id and one above MaxDeviceID in either form. It allocates
// nothing when the id is canonical already.
func ParseDeviceID(raw string) (id DeviceID, ok bool) {
	if raw == "" || len(raw) > MaxDeviceID {
		return "", false
	}
	s := raw
	for isIDText(s) {
		text, ok := unhexText(s)
		if !ok {
			return DeviceID(upperASCII(s)), true
		}
		s = text
	}
	if hex.EncodedLen(len(s)) > MaxDeviceID {
		return "", false
	}
	return DeviceID(strings.ToUpper(hex.EncodeToString([]byte(s)))), true
}

// DeviceIDText is how people read the raw id: the text as sent, or upper-case hex when it is no text.
// Inventories keep it beside the canonical form.
func DeviceIDText(raw string) string {
	if isIDText(raw) {
		return raw
	}
	return strings.ToUpper(hex.EncodeToString([]byte(raw)))
}

// unhexText takes one layer of hex off a text, if text is beneath it.
func unhexText(s string) (string, bool) {
	if len(s)%2 != 0 {
		return "", false
	}
	for i := 0; i < len(s); i += 2 {
		h, l := unhex(s[i]), unhex(s[i+1])
		if h > 15 || l > 15 || !isIDByte(h<<4|l) {
			return "", false
		}
	}
	b, err := hex.DecodeString(s)
	return string(b), err == nil
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xFF
}

func isIDText(s string) bool {
	for i := range len(s) {
		if !isIDByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isIDByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
}

func upperASCII(s string) string {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			return strings.ToUpper(s)
		}
	}
	return s
}
