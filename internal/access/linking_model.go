// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// model is the name of a model, made comparable: "Apple iPhone14C5" is iphone14c5, whose trade name is
// iphone13.
type model struct {
	bare   string // letters and digits; empty: says nothing
	family string // "iphone" and the like
	trade  string // under which name it is sold, where this table knows it
	kind   string // the letters that begin a maker's own numbers
	number bool   // a maker's number, not a trade name
}

func modelOf(s, maker string) (m model) {
	if s == "" {
		return m
	}
	m.bare = bareModel(s, maker)
	m.family = family(m.bare)
	m.kind = kindOf(m.bare)
	m.number = m.kind != "" || internalNumber(m.bare, m.family)
	m.trade = tradeName(m.bare)
	return m
}

// is compares two models. known is false when the names cannot be compared: a trade name against a
// number that no table here knows, or a bare family ("iPhone") against anything of that family.
func (m model) is(n model) (same, known bool) {
	switch {
	case m.bare == "" || n.bare == "":
		return false, false
	case m.bare == n.bare:
		// A bare family is no model: half the company has one.
		return m.bare != m.family, m.bare != m.family
	case m.family != n.family:
		return false, true
	case m.bare == m.family || n.bare == n.family:
		return false, false
	case m.number && n.number:
		return false, m.kind == n.kind
	case m.trade != "" && n.trade != "":
		return m.trade == n.trade, true
	case m.number != n.number:
		return false, false
	}
	return false, true
}

// bareModel leaves letters and digits, without the maker's name, the size of the memory and what marks a
// variant with two SIM cards.
func bareModel(s, maker string) string {
	s = fold(s)
	if len(s) > 64 {
		s = s[:64]
	}
	s = withoutMaker(s, fold(maker))
	for _, m := range [...]string{"apple", "samsung", "google", "huawei", "xiaomi", "motorola", "oneplus", "sony", "nokia",
		"hmd global", "lge", "htc", "fairphone"} {
		s = withoutMaker(s, m)
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "/ds"), "/dsn")
	if !strings.Contains(s, "gen") {
		s, _, _ = strings.Cut(s, "(")
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r == ',':
			b = append(b, 'c')
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '+':
			b = utf8.AppendRune(b, r)
		}
	}
	s = string(b)
	for _, size := range [...]string{"64gb", "128gb", "256gb", "512gb", "1tb"} {
		s = strings.TrimSuffix(s, size)
	}
	switch s {
	case "android", "smartphone", "phone", "tablet", "mobile", "unknown", "ios", "device", "generic", "outlook",
		"outlookforiosandandroid", "outlookforios", "outlookforandroid", "na", "null", "none":
		return ""
	}
	return s
}

func withoutMaker(s, maker string) string {
	rest, ok := strings.CutPrefix(s, maker)
	if !ok || maker == "" || rest == "" || rest[0] >= 'a' && rest[0] <= 'z' && !strings.HasPrefix(rest, "iph") && !strings.HasPrefix(rest, "ipa") {
		return s
	}
	return strings.TrimLeft(rest, " -_")
}

func family(s string) string {
	for _, f := range [...]string{"iphone", "ipad", "ipod"} {
		if strings.HasPrefix(s, f) {
			return f
		}
	}
	return ""
}

// internalNumber says that a name is of the kind "iphone14c5".
func internalNumber(s, family string) bool {
	left, right, ok := strings.Cut(strings.TrimPrefix(s, family), "c")
	return family != "" && ok && digitsOnly(left) && digitsOnly(right)
}

// kindOf tells order numbers ("smg991b") from trade names ("galaxys21"): they begin with the letters that
// makers begin theirs with.
func kindOf(s string) string {
	for _, p := range [...]string{"sm", "gt", "xt", "ta1", "cph", "rmx", "vog", "els", "ane", "m2", "v2", "ne", "in2", "le2"} {
		if rest, ok := strings.CutPrefix(s, p); ok && strings.ContainsAny(rest, "0123456789") {
			return p
		}
	}
	return ""
}

// tradeName gives the name a model is sold under, from its number or from a spelling of the name. What
// it does not know is "": it knows the phones that companies buy most.
func tradeName(s string) string {
	switch family(s) {
	case "iphone":
		return iPhone(s)
	case "ipad":
		return iPad(s)
	}
	if rest, ok := strings.CutPrefix(s, "galaxy"); ok {
		return "galaxy" + strings.TrimSuffix(strings.Replace(rest, "plus", "+", 1), "5g")
	}
	if rest, ok := strings.CutPrefix(s, "sm"); ok && len(rest) >= 4 {
		return galaxy(rest[:4])
	}
	return ""
}

func galaxy(number string) string {
	switch number {
	case "g973":
		return "galaxys10"
	case "g980", "g981":
		return "galaxys20"
	case "g991":
		return "galaxys21"
	case "g996":
		return "galaxys21+"
	case "g998":
		return "galaxys21ultra"
	case "s901":
		return "galaxys22"
	case "s906":
		return "galaxys22+"
	case "s908":
		return "galaxys22ultra"
	case "s911":
		return "galaxys23"
	case "s916":
		return "galaxys23+"
	case "s918":
		return "galaxys23ultra"
	case "s921":
		return "galaxys24"
	case "s926":
		return "galaxys24+"
	case "s928":
		return "galaxys24ultra"
	case "a525":
		return "galaxya52"
	case "a536":
		return "galaxya53"
	case "a546":
		return "galaxya54"
	case "a556":
		return "galaxya55"
	}
	return ""
}

func iPad(s string) string {
	switch s {
	case "ipad7c11", "ipad7c12", "ipad7thgeneration":
		return "ipad7"
	case "ipad11c6", "ipad11c7", "ipad8thgeneration":
		return "ipad8"
	case "ipad12c1", "ipad12c2", "ipad9thgeneration":
		return "ipad9"
	case "ipad13c18", "ipad13c19", "ipad10thgeneration":
		return "ipad10"
	case "ipad13c1", "ipad13c2", "ipadair4thgeneration":
		return "ipadair4"
	case "ipad13c16", "ipad13c17", "ipadair5thgeneration":
		return "ipadair5"
	case "ipad14c1", "ipad14c2", "ipadmini6thgeneration":
		return "ipadmini6"
	}
	return ""
}

func iPhone(s string) string {
	switch s {
	case "iphone8c1", "iphone6s":
		return "iphone6s"
	case "iphone8c4", "iphonese1stgeneration":
		return "iphonese1"
	case "iphone9c1", "iphone9c3", "iphone7":
		return "iphone7"
	case "iphone10c1", "iphone10c4", "iphone8":
		return "iphone8"
	case "iphone10c2", "iphone10c5", "iphone8plus":
		return "iphone8plus"
	case "iphone10c3", "iphone10c6", "iphonex":
		return "iphonex"
	case "iphone11c2", "iphonexs":
		return "iphonexs"
	case "iphone11c4", "iphone11c6", "iphonexsmax":
		return "iphonexsmax"
	case "iphone11c8", "iphonexr", "iphonexʀ":
		return "iphonexr"
	case "iphone12c1", "iphone11":
		return "iphone11"
	case "iphone12c3", "iphone11pro":
		return "iphone11pro"
	case "iphone12c5", "iphone11promax":
		return "iphone11promax"
	case "iphone12c8", "iphonese2ndgeneration", "iphonese2ndgen", "iphonese2":
		return "iphonese2"
	case "iphone13c1", "iphone12mini":
		return "iphone12mini"
	case "iphone13c2", "iphone12":
		return "iphone12"
	case "iphone13c3", "iphone12pro":
		return "iphone12pro"
	case "iphone13c4", "iphone12promax":
		return "iphone12promax"
	}
	return laterIPhone(s)
}

func laterIPhone(s string) string {
	switch s {
	case "iphone14c2", "iphone13pro":
		return "iphone13pro"
	case "iphone14c3", "iphone13promax":
		return "iphone13promax"
	case "iphone14c4", "iphone13mini":
		return "iphone13mini"
	case "iphone14c5", "iphone13":
		return "iphone13"
	case "iphone14c6", "iphonese3rdgeneration", "iphonese3rdgen", "iphonese3":
		return "iphonese3"
	case "iphone14c7", "iphone14":
		return "iphone14"
	case "iphone14c8", "iphone14plus":
		return "iphone14plus"
	case "iphone15c2", "iphone14pro":
		return "iphone14pro"
	case "iphone15c3", "iphone14promax":
		return "iphone14promax"
	case "iphone15c4", "iphone15":
		return "iphone15"
	case "iphone15c5", "iphone15plus":
		return "iphone15plus"
	case "iphone16c1", "iphone15pro":
		return "iphone15pro"
	case "iphone16c2", "iphone15promax":
		return "iphone15promax"
	case "iphone17c1", "iphone16pro":
		return "iphone16pro"
	case "iphone17c2", "iphone16promax":
		return "iphone16promax"
	case "iphone17c3", "iphone16":
		return "iphone16"
	case "iphone17c4", "iphone16plus":
		return "iphone16plus"
	case "iphone17c5", "iphone16e":
		return "iphone16e"
	}
	return ""
}
