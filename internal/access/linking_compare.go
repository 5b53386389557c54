// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
)

// sameNumber compares phone numbers by their last nine digits, which leaves out how country and area
// are written; two that both name their country have to agree in it. Shorter or masked ones say nothing.
func sameNumber(a, b string) (same, known bool) {
	x := usable(a)
	if x == "" {
		return false, false
	}
	return sameDigits(a, x, b)
}

// sameDigits compares a number whose usable digits are known already with another.
func sameDigits(a, x, b string) (same, known bool) {
	y := usable(b)
	if x == "" || y == "" {
		return false, false
	}
	if x == y {
		return true, true
	}
	const tail = 9
	if len(x) < tail || len(y) < tail || x[len(x)-tail:] != y[len(y)-tail:] {
		return false, true
	}
	p, q := international(a), international(b)
	return p == "" || q == "" || p == q, true
}

// usable gives the digits of a number that may be compared, "" of another.
func usable(s string) string {
	if s == "" || strings.ContainsAny(s, "*xX•") {
		return ""
	}
	n := digits(s)
	if len(n) < 7 || filler(n[len(n)-7:]) {
		return ""
	}
	return n
}

// international gives the digits of a number that names its country, "" of another.
func international(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "(0)", "")
	n := digits(s)
	if !strings.HasPrefix(s, "+") {
		rest, ok := strings.CutPrefix(n, "00")
		if !ok {
			return ""
		}
		n = rest
	}
	return n
}

// platformOf gives one word for an operating system, "" for one that says nothing.
func platformOf(os string) string {
	os = strings.TrimSpace(os)
	switch {
	case os == "":
		return ""
	case hasFold(os, "ipados"), hasFold(os, "ios"), hasFold(os, "iphone"), hasFold(os, "ipad"):
		return "ios"
	case hasFold(os, "android"), hasFold(os, "samsung"):
		return "android"
	case hasFold(os, "windows phone"), hasFold(os, "windows mobile"), hasFold(os, "windows 10 mobile"), hasFold(os, "wp"):
		return "windows phone"
	case hasFold(os, "windows"):
		return "windows"
	case hasFold(os, "mac"), hasFold(os, "os x"):
		return "macos"
	case hasFold(os, "blackberry"):
		return "blackberry"
	}
	return ""
}

// sameVersion compares versions as far as both are told: 17 and 17.1.2 are not known to differ, nor to
// be the same. Only whole numbers of Android say enough.
func sameVersion(a, b string) (same, known bool) {
	x, y := version(a), version(b)
	if x == "" || y == "" {
		return false, false
	}
	parts := 0
	for {
		p, restX, moreX := strings.Cut(x, ".")
		q, restY, moreY := strings.Cut(y, ".")
		if strings.TrimLeft(p, "0") != strings.TrimLeft(q, "0") {
			return false, true
		}
		parts++
		if !moreX || !moreY {
			return true, parts > 1 || moreX == moreY
		}
		x, y = restX, restY
	}
}

// version is the number at the beginning of a text, or behind words: "iOS 17.1 (21B74)" is 17.1.
func version(s string) string {
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return ""
	}
	s = s[i:]
	for k := range len(s) {
		if (s[k] < '0' || s[k] > '9') && s[k] != '.' {
			s = s[:k]
			break
		}
	}
	return strings.TrimRight(s, ".")
}

// sameName compares what phones are called. The name a phone comes with says nothing.
func sameName(a, b string) bool {
	name := ownName(a)
	return name != "" && isName(b, name)
}

// isName compares a name with one that ownName has given.
func isName(s, name string) bool {
	return strings.EqualFold(s, name) || len(s) > len(name) && plainName(s) == name
}

func plainName(s string) string { return strings.Join(strings.Fields(fold(s)), " ") }

// ownName gives a name that somebody has thought of, "" for one that phones come with.
func ownName(s string) string {
	s = plainName(s)
	if len(s) < 4 {
		return ""
	}
	switch s {
	case "android", "phone", "samsung", "galaxy", "pixel", "mein iphone", "my iphone", "mein handy", "smartphone", "mobile",
		"firmenhandy", "diensthandy", "work phone", "company phone":
		return ""
	}
	m := modelOf(s, "")
	if m.bare == "" || m.trade != "" || m.family == m.bare || m.kind != "" {
		return ""
	}
	return s
}
