// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// What records and registered devices are brought together by. A key only says who is to be compared;
// whether the two are one phone is for the matcher to say. An empty key finds nothing.

// imeiKey is the part of an IMEI that names the phone: 14 digits, without the check digit or the version
// of the software that may follow. Numbers that makers fill in when they have none are no key.
func imeiKey(s string) string {
	d := onlyDigits(s)
	if len(d) < 14 || len(d) > 16 || alike(d[:14]) {
		return ""
	}
	return d[:14]
}

// recordIMEI is what a record says of the phone's IMEI, in words of its own or in its device id.
func recordIMEI(a *access.Association) string {
	if k := imeiKey(a.IMEI); k != "" {
		return k
	}
	d := strings.TrimLeft(a.Pair.Device, "abcdefghijklmnopqrstuvwxyz")
	if d != onlyDigits(d) {
		return ""
	}
	return imeiKey(d)
}

// numberTail is the end of a phone number, which all its spellings have in common.
func numberTail(s string) string {
	d := onlyDigits(s)
	if len(d) < 6 || alike(d) {
		return ""
	}
	return d[max(0, len(d)-8):]
}

// serialKey is a serial number, or another name a maker gives, without what people add to it.
func serialKey(s string) string {
	k := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
	if len(k) < 5 || alike(k) {
		return ""
	}
	return cut(k, capSortKey)
}

// easSerial is the serial number in the device ids of some of Apple's phones.
func easSerial(id string) string {
	if rest, ok := strings.CutPrefix(id, "appl"); ok {
		return serialKey(rest)
	}
	return ""
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// alike reports whether a text is one character over and over.
func alike(s string) bool { return strings.Count(s, s[:1]) == len(s) }
