// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
	"unicode"
)

// identity is what a record says of its phone, made comparable.
type identity struct {
	id          string // the ActiveSync device id, unless it is one that names nobody
	app         app
	unique      bool // ids of this kind are not copied from one phone to another
	platform    string
	imei        string
	imeiGuessed bool // read out of the device id: the same one says much, another one nothing
	serial      string
}

func identityOf(a *Association) identity {
	id := a.Pair.Device
	own := identity{platform: platformOf(a.OS), imei: imei(a.IMEI), app: appOf(id), unique: uniqueID(id)}
	if !junkID(id) {
		own.id = id
	}
	// iOS up to 7 makes its id of "Appl" and the serial number.
	if own.app == appApple && len(id) < 20 {
		own.serial = serial(id[len("appl"):])
	}
	if own.imei == "" {
		// Some Android clients make theirs of the IMEI.
		for _, p := range [...]string{"imei", "samsung", "sec", "android", ""} {
			if hasFold(id, p) && len(id) == len(p)+15 && digitsOnly(id[len(p):]) {
				own.imei, own.imeiGuessed = imei(id[len(p):]), true
				break
			}
		}
	}
	return own
}

// app is a kind of mail program, as far as the shape of a device id tells.
type app uint8

const (
	appOther app = iota
	appApple
	appSamsung
	appAndroid
	appWindowsPhone
	appHash // Outlook, and Windows
	appNine
	appThunderbird
	appNacho
	appBlackBerry
)

// appOf reads the shape of a device id.
func appOf(id string) app {
	switch {
	case len(id) == 26 && alphanumeric(id):
		return appApple // what iOS makes of random bytes
	case hasFold(id, "appl") && len(id) >= 12 && len(id) <= 18 && alphanumeric(id):
		return appApple
	case hasFold(id, "sec") && len(id) >= 16 && len(id) <= 19 && hexOnly(id[3:]), hasFold(id, "samsung"):
		return appSamsung
	case hasFold(id, "android"):
		return appAndroid
	case hasFold(id, "nine"):
		return appNine
	case hasFold(id, "mztb"):
		return appThunderbird
	case hasFold(id, "ncho"):
		return appNacho
	case len(id) == 32 && hexOnly(id):
		return appHash
	case hasFold(id, "wp"):
		return appWindowsPhone
	case hasFold(id, "bb"):
		return appBlackBerry
	}
	return appOther
}

// uniqueID says that a mail app makes the id so that phones installed from one image do not share it: of
// the hardware, or anew at every setup.
func uniqueID(id string) bool {
	switch appOf(id) {
	case appApple, appSamsung:
		return true
	case appAndroid: // a hash of the IMEI; without the c it is the time at which an image was made
		return hasFold(id, "androidc")
	}
	return false
}

// junkID says that an id names no phone: what apps send while they try a server, and fillers.
func junkID(id string) bool {
	switch strings.ToLower(id) {
	case "validate", "unknown", "default", "null", "none", "android", "deviceid", "test", "emulator", "phone",
		"0123456789abcdef", "123456789", "1234567890", "1234567890abcdef", "9774d56d682e549c":
		return true
	}
	return len(id) < 4 || strings.Count(id, id[:1]) == len(id)
}

// sameApp says that two records are of one mail app, as far as known: two apps on one phone have an id
// each, and both are right.
func sameApp(a, b *Association) bool {
	return appOf(a.Pair.Device) == appOf(b.Pair.Device) && (a.Client == "" || b.Client == "" || strings.EqualFold(a.Client, b.Client))
}

// imei gives the fourteen digits of an IMEI that name a phone, "" where there is none to rely on: a wrong
// check digit, a filler, digits that a spreadsheet has rounded. The check digit may be missing, and two
// digits of a software version may stand in its place (IMEISV).
func imei(s string) string {
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return ""
	}
	n := digits(s)
	if len(n) < 14 || len(n) > 16 || filler(n[:14]) || strings.HasSuffix(n[:14], "000000") {
		return ""
	}
	if len(n) == 15 && !luhn(n) {
		return ""
	}
	switch n[:14] {
	case "00499901064000", "01234567890123", "12345678901234", "35209900176148", "49015420323751", "35867301379589",
		"35145120840121", "86547203000000":
		return "" // printed in examples, given by emulators or left in by makers
	}
	return n[:14]
}

// MisreadIMEI reports whether a text has as many digits as an IMEI with its check digit, and the check digit
// does not fit: somebody has mistyped it.
func MisreadIMEI(s string) bool {
	n := digits(s)
	return len(n) == 15 && !luhn(n)
}

// luhn says that the last digit is the check digit of the others.
func luhn(n string) bool {
	sum := 0
	for i := range len(n) {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// serial is a serial number without what people add to it; "" for what makers fill in.
func serial(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
	if len(s) < 8 || filler(s) {
		return ""
	}
	switch s {
	case "unknown", "notavailable", "notapplicable", "tobefilledbyoem", "123456789", "1234567890", "0123456789", "0123456789abcdef":
		return ""
	}
	return s
}

// filler says that a text is one letter or digit over and over.
func filler(s string) bool { return s != "" && strings.Count(s, s[:1]) == len(s) }

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// hasFold reports whether s begins with a prefix of ASCII letters, in any case.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func hexOnly(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}
