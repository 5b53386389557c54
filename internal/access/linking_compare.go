// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
	"unicode"
)

// identity is what a record says of its phone, made comparable.
type identity struct {
	platform string
	imei     string
	serial   string
}

func identityOf(a *Association) identity {
	id := fold(a.Pair.Device)
	own := identity{platform: platformOf(a.OS), imei: imei(a.IMEI)}
	// iOS up to 8 makes its id of "Appl" and the serial number.
	if rest, ok := strings.CutPrefix(id, "appl"); ok && len(rest) >= 10 && len(rest) <= 12 {
		own.serial = rest
	}
	if own.imei == "" {
		// Some Android clients make theirs of the IMEI.
		for _, p := range []string{"imei", "sec", "android", ""} {
			if rest, ok := strings.CutPrefix(id, p); ok && len(rest) == 15 && imei(rest) != "" {
				own.imei = rest
				break
			}
		}
	}
	return own
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// imei gives a usable IMEI: fifteen digits whose check digit is right, and no filler. A version number
// behind it (IMEISV) is no check digit, so those are not compared.
func imei(s string) string {
	n := digits(s)
	if len(n) != 15 || strings.ContainsFunc(s, unicode.IsLetter) {
		return ""
	}
	if strings.Count(n, n[:1]) == 15 {
		return ""
	}
	switch n {
	case "004999010640000", "012345678901237", "123456789012347", "352099001761481", "490154203237518", "358673013795895",
		"351451208401216", "865472030000006":
		return "" // printed in examples, given by emulators or left in by makers
	}
	sum := 0
	for i := range n {
		d := int(n[i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	if sum%10 != 0 {
		return ""
	}
	return n
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func serial(s string) string { return fold(s) }

// sameNumber compares phone numbers by their last nine digits, which leaves out how country and area
// are written. Shorter or masked ones say nothing.
func sameNumber(a, b string) (same, known bool) {
	if strings.ContainsAny(a+b, "*xX•") {
		return false, false
	}
	a, b = digits(a), digits(b)
	if len(a) < 7 || len(b) < 7 || filler(a) || filler(b) {
		return false, false
	}
	const tail = 9
	if len(a) < tail || len(b) < tail {
		return a == b, true
	}
	return a[len(a)-tail:] == b[len(b)-tail:], true
}

func filler(n string) bool { return strings.Count(n, n[:1]) == len(n) }

// platformOf gives one word for an operating system, "" for one that says nothing.
func platformOf(os string) string {
	os = fold(os)
	switch {
	case os == "":
		return ""
	case strings.HasPrefix(os, "ipados"), strings.HasPrefix(os, "ios"), strings.HasPrefix(os, "iphone"), strings.HasPrefix(os, "ipad"):
		return "ios"
	case strings.HasPrefix(os, "android"), strings.Contains(os, "samsung"):
		return "android"
	case strings.HasPrefix(os, "windows phone"), strings.HasPrefix(os, "windows mobile"), strings.HasPrefix(os, "wp"):
		return "windows phone"
	case strings.HasPrefix(os, "windows"):
		return "windows"
	case strings.HasPrefix(os, "mac"), strings.HasPrefix(os, "os x"):
		return "macos"
	case strings.HasPrefix(os, "blackberry"):
		return "blackberry"
	}
	return ""
}

// sameModel compares model names. Makers' names in front, spaces and signs do not count, "iPhone14C5" is
// "iPhone14,5", and a bare family ("iPhone") says nothing about which one. known is false when the two
// names are not of one kind: a trade name and an internal number cannot be compared.
func sameModel(a, b, maker string) (same, known bool) {
	a, b = bareModel(a, maker), bareModel(b, maker)
	if a == "" || b == "" {
		return false, false
	}
	if a == b {
		return true, true
	}
	fa, fb := family(a), family(b)
	if a == fa || b == fb {
		return false, fa != "" && fb != "" && fa != fb
	}
	if fa != fb {
		return false, fa != "" && fb != ""
	}
	if fa != "" && internalNumber(a) != internalNumber(b) {
		return false, false
	}
	return false, fa != "" || sort(a) == sort(b)
}

func bareModel(s, maker string) string {
	s = fold(s)
	for _, m := range []string{fold(maker), "apple", "samsung", "google", "huawei", "xiaomi", "motorola", "oneplus", "sony", "nokia", "hmd global", "lge", "htc"} {
		if m != "" && len(s) > len(m) {
			if rest, ok := strings.CutPrefix(s, m); ok && !unicode.IsLetter(rune(rest[0])) {
				s = strings.TrimSpace(rest)
			}
		}
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' {
			return r
		}
		if r == ',' {
			return 'c'
		}
		return -1
	}, s)
	switch s {
	case "android", "smartphone", "phone", "tablet", "mobile", "unknown", "ios", "device", "generic":
		return ""
	}
	return s
}

func family(s string) string {
	for _, f := range []string{"iphone", "ipad", "ipod"} {
		if strings.HasPrefix(s, f) {
			return f
		}
	}
	return ""
}

// internalNumber says that a name is of the kind "iphone14c5".
func internalNumber(s string) bool {
	s = strings.TrimPrefix(s, family(s))
	left, right, ok := strings.Cut(s, "c")
	return ok && left != "" && right != "" && digits(left) == left && digits(right) == right
}

// sort tells order numbers ("smg991b") from trade names ("galaxys21"): those that begin with the letters
// makers begin theirs with.
func sort(s string) string {
	for _, p := range []string{"sm", "gt", "xt", "ta", "cph", "rmx", "mi", "pixel", "nexus", "vog", "els", "ane"} {
		if rest, ok := strings.CutPrefix(s, p); ok && rest != "" && strings.ContainsAny(rest, "0123456789") {
			return p
		}
	}
	return ""
}

// sameVersion compares versions as far as both are told: 17 and 17.1.2 are not known to differ.
func sameVersion(a, b string) (same, known bool) {
	x, y := strings.Split(digitsAndDots(a), "."), strings.Split(digitsAndDots(b), ".")
	if x[0] == "" || y[0] == "" {
		return false, false
	}
	n := min(len(x), len(y))
	for i := range n {
		if x[i] != y[i] {
			return false, true
		}
	}
	return true, n > 1 || len(x) == len(y) && n > 1
}

func digitsAndDots(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return -1
	}, s), ".")
}

// sameName compares what phones are called. The name a phone comes with says nothing.
func sameName(a, b string) bool {
	a, b = strings.Join(strings.Fields(fold(a)), " "), strings.Join(strings.Fields(fold(b)), " ")
	if a != b || len(a) < 4 {
		return false
	}
	switch a {
	case "iphone", "ipad", "android", "phone", "samsung", "galaxy", "pixel", "mein iphone", "my iphone":
		return false
	}
	model := bareModel(a, "")
	return model != "" && family(model) != model && sort(model) == "" && !internalNumber(model)
}

// sameApp says that two ActiveSync device ids are of one mail app, as far as their shape tells: two apps
// on one phone have an id each, and both are right.
func sameApp(a, b string) bool { return appOf(a) == appOf(b) }

func appOf(id string) string {
	id = fold(id)
	switch {
	case strings.HasPrefix(id, "appl"):
		return "apple"
	case strings.HasPrefix(id, "sec"):
		return "samsung"
	case strings.HasPrefix(id, "androidc"), strings.HasPrefix(id, "android"):
		return "android"
	case strings.HasPrefix(id, "wp"):
		return "windows phone"
	}
	hex := len(id) == 32
	for _, r := range id {
		hex = hex && (r >= '0' && r <= '9' || r >= 'a' && r <= 'f')
	}
	if hex {
		return "hash"
	}
	if len(id) == 26 && strings.IndexFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0 {
		return "ios" // what iOS makes of random bytes since version 9
	}
	return "other"
}
