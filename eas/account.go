// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxAccount is how many bytes an account name may have, before and after folding.
const MaxAccount = 255

// Account is who a request speaks for, in the one spelling that all spellings share: lower case, composed
// letters. Domain is a mail domain or a directory's short name, as the client wrote it; which of them mean
// the same is configuration. It is empty for a bare name.
type Account struct {
	Domain string
	Name   string
}

// ParseAccount reads DOMAIN\user, user@domain, DOMAIN\user@domain (where the address decides) and bare
// names. The first backslash and the last @ cut. Spaces around the parts and dots behind the domain do
// not count. ok is false without a name, above MaxAccount, or with control characters.
func ParseAccount(s string) (a Account, ok bool) {
	if len(s) > MaxAccount {
		return Account{}, false
	}
	s = FoldName(s)
	if strings.ContainsFunc(s, unicode.IsControl) {
		return Account{}, false
	}
	if domain, rest, cut := strings.Cut(s, "\\"); cut {
		a.Domain, s = domain, rest
	}
	a.Name = s
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		a.Name = s[:at]
		if at+1 < len(s) {
			a.Domain = s[at+1:]
		}
	}
	a.Name = strings.TrimSpace(a.Name)
	a.Domain = strings.TrimRightFunc(strings.TrimSpace(a.Domain), func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
	if a.Name == "" || len(a.Name)+len(a.Domain) > MaxAccount {
		return Account{}, false
	}
	return a, true
}

// String is name@domain, or the bare name.
func (a Account) String() string {
	if a.Domain == "" {
		return a.Name
	}
	return a.Name + "@" + a.Domain
}

// FoldName gives the spelling that names differing only in case or in the composition of their letters
// share. Letters are folded one by one, never to more than one, whatever the language; a letter followed
// by a combining mark becomes the composed letter where there is one. Marks in unusual order are not
// reordered. Bytes that are no UTF-8 are read as Latin-1. A name in plain lower case comes back as it is.
func FoldName(s string) string {
	for i := 0; ; i++ {
		if i == len(s) {
			return s
		}
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			break
		}
	}
	out := make([]rune, 0, len(s))
	for _, r := range decodeText(s) {
		r = foldRune(r)
		if n := len(out); n > 0 {
			if c, ok := compose(out[n-1], r); ok {
				out[n-1] = foldRune(c)
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// foldRune picks one letter for all that differ by case only.
func foldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least)
}

// compose joins a letter and what follows it, Korean syllables included. [Unicode] 3.12
func compose(a, b rune) (rune, bool) {
	const (
		lead, vowel, tail, syllable = 0x1100, 0x1161, 0x11A7, 0xAC00
		leads, vowels, tails        = 19, 21, 28
	)
	switch {
	case lead <= a && a < lead+leads && vowel <= b && b < vowel+vowels:
		return syllable + ((a-lead)*vowels+b-vowel)*tails, true
	case syllable <= a && a < syllable+leads*vowels*tails && (a-syllable)%tails == 0 && tail < b && b < tail+tails:
		return a + b - tail, true
	}
	list := pairs(b)
	for list != "" {
		letter, n := utf8.DecodeRuneInString(list)
		both, m := utf8.DecodeRuneInString(list[n:])
		if letter == a {
			return both, true
		}
		list = list[n+m:]
	}
	return 0, false
}

// decodeText reads bytes as UTF-8, or as Latin-1 when they are none.
func decodeText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}
