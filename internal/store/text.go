// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The caps of what is kept, in bytes. A phone may say anything; it may not say it at any length.
const (
	capKey     = 320 // account, device id: longer ones are refused, for a cut key would be another key
	capShort   = 128
	capText    = 1024
	capReason  = 2000 // what an administrator writes
	capSortKey = 96
)

// clean makes text that both engines take and no reader chokes on: valid UTF-8 without NUL, at most
// max bytes, cut between runes. Everything else stays as it was sent.
func clean(s string, max int) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return cut(s, max)
}

func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}

// fold is how text is compared in search and sort: lower case, without control characters, so that a
// search term can never reach from one field into the next.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return unicode.ToLower(r)
	}, s)
}

func sortKey(s string) string { return cut(strings.TrimSpace(fold(s)), capSortKey) }

// digits drops what people put into phone numbers to make them readable.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// searchText is everything the search box looks into, a field a line.
func searchText(fields ...string) string {
	var b strings.Builder
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		f = fold(cut(f, capKey))
		if f == "" || seen[f] {
			continue
		}
		seen[f] = true
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f)
	}
	return b.String()
}
