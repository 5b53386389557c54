// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import (
	"strconv"
	"strings"
	"unicode"
)

// Client is what is believed about the program that talks and the device it runs on. All of it was said
// by the client and is for people to read, never for decisions. Texts are without control characters and
// at most 255 characters long. Empty means unknown.
type Client struct {
	Family     string // one of the Family constants
	App        string
	AppVersion string
	OS         string // iOS, Android, Windows, Windows Phone, Windows Mobile, BlackBerry
	OSVersion  string
	Model      string
	Build      string // of the operating system
}

// Families of clients.
const (
	FamilyIOS            = "ios"
	FamilyGmail          = "gmail-android"
	FamilySamsung        = "samsung-email"
	FamilyAndroid        = "android-mail"
	FamilyNine           = "nine"
	FamilyOutlookMobile  = "outlook-mobile"
	FamilyOutlookDesktop = "outlook-desktop"
	FamilyWindowsMail    = "windows-mail"
	FamilyWindowsPhone   = "windows-phone"
	FamilyWindowsMobile  = "windows-mobile"
	FamilyBlackBerry     = "blackberry"
	FamilyTouchDown      = "touchdown"
	FamilyThunderbird    = "thunderbird"
	FamilyNacho          = "nacho"
	FamilyTest           = "test"
)

const maxShown = 255

// ParseUserAgent reads a User-Agent header. What it cannot place keeps family "" and gives App and
// AppVersion from the first product. [MS-ASHTTP] 2.2.1.1.2.10
func ParseUserAgent(ua string) Client {
	ua = Shown(ua)
	product, rest, _ := strings.Cut(ua, "/")
	version, _, _ := strings.Cut(rest, " ")
	has := func(prefix string) bool { return hasPrefixFold(product, prefix) }
	switch {
	case has("Apple-"):
		return appleClient(product[len("Apple-"):], version)
	case strings.EqualFold(product, "iOS"):
		return appleClient("", version)
	case has("Android-SAMSUNG-"):
		return Client{Family: FamilySamsung, App: "Samsung Email", OS: "Android", Model: product[len("Android-SAMSUNG-"):]}
	case has("SAMSUNG"):
		return Client{Family: FamilySamsung, App: "Samsung Email", OS: "Android", Model: strings.TrimLeft(product[len("SAMSUNG"):], "- ")}
	case strings.EqualFold(product, "Android-Mail"):
		return Client{Family: FamilyGmail, App: "Gmail", AppVersion: strings.TrimSuffix(version, ".Release"), OS: "Android"}
	case has("Nine-"):
		return Client{Family: FamilyNine, App: "Nine", OS: "Android", Model: product[len("Nine-"):], Build: version}
	case has("Outlook-"):
		return outlookMobile(product, version)
	case strings.EqualFold(product, "Outlook"):
		return outlookDesktop(rest)
	case has("MSFT-WIN"):
		return Client{Family: FamilyWindowsMail, App: "Mail", OS: "Windows", OSVersion: version}
	case strings.EqualFold(product, "WindowsMail"):
		return Client{Family: FamilyWindowsMail, App: "Mail", AppVersion: version, OS: "Windows"}
	case has("MSFT-WP"):
		return Client{Family: FamilyWindowsPhone, OS: "Windows Phone", OSVersion: version}
	case has("MSFT-PPC"), has("MSFT-SPhone"), has("Microsoft-AirSync"):
		return Client{Family: FamilyWindowsMobile, App: product, AppVersion: version, OS: "Windows Mobile"}
	}
	return otherClient(product, version)
}

// otherClient places what the first list does not.
func otherClient(product, version string) Client {
	for _, f := range []struct{ prefix, family, app, os string }{
		{"RIM-", FamilyBlackBerry, "", "BlackBerry"},
		{"BlackBerry", FamilyBlackBerry, "", "BlackBerry"},
		{"TouchDown", FamilyTouchDown, "TouchDown", ""},
		{"Thunderbird", FamilyThunderbird, "Thunderbird", ""},
		{"NachoMail", FamilyNacho, "Nacho Mail", ""},
		{"ASOM", FamilyTest, "", ""},
		{"TestActiveSyncConnectivity", FamilyTest, "", ""},
	} {
		if hasPrefixFold(product, f.prefix) {
			app := f.app
			if app == "" {
				app = product
			}
			return Client{Family: f.family, App: app, AppVersion: version, OS: f.os}
		}
	}
	if os, app, ok := strings.Cut(version, "-EAS-"); ok {
		c := Client{Family: FamilyAndroid, App: "Email", AppVersion: app, OS: "Android", OSVersion: os}
		if !strings.EqualFold(product, "Android") {
			c.Model = product
		}
		return c
	}
	if hasPrefixFold(product, "Android") || hasPrefixFold(product, "MOTOROLA-") {
		_, model, _ := strings.Cut(product, "-")
		return Client{Family: FamilyAndroid, OS: "Android", Model: model}
	}
	return Client{App: product, AppVersion: version}
}

func outlookMobile(product, version string) Client {
	c := Client{Family: FamilyOutlookMobile, App: "Outlook", AppVersion: version}
	switch strings.ToLower(product) {
	case "outlook-ios":
		c.OS = "iOS"
	case "outlook-android":
		c.OS = "Android"
	}
	return c
}

// outlookDesktop reads "16.0 (16.0.14326; C2R; x86)".
func outlookDesktop(rest string) Client {
	version, detail, _ := strings.Cut(rest, " ")
	if detail, ok := strings.CutPrefix(detail, "("); ok {
		if build, _, _ := strings.Cut(strings.TrimSuffix(detail, ")"), ";"); build != "" {
			version = build
		}
	}
	return Client{Family: FamilyOutlookDesktop, App: "Outlook", AppVersion: version, OS: "Windows"}
}

// appleClient reads model and build, "iPhone14C5" and "2001.362".
func appleClient(model, version string) Client {
	c := Client{Family: FamilyIOS, App: "Mail", OS: "iOS", Model: appleModel(model)}
	c.Build, c.OSVersion = appleBuild(version)
	return c
}

// appleModel puts the comma back that the header cannot carry and a C stands for.
func appleModel(s string) string {
	if i := strings.LastIndexByte(s, 'C'); i > 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1]) {
		return s[:i] + "," + s[i+1:]
	}
	return s
}

// appleBuild turns "2007.75" into build 20G75 and its major release, 16. The letter is written as two
// digits behind the leading number, a closing letter as three zeros and two digits behind the rest.
// Releases follow the builds by a rule seen, not documented.
func appleBuild(s string) (build, release string) {
	left, right, ok := strings.Cut(s, ".")
	if !ok || len(left) < 3 || right == "" || len(s) > 20 || !allDigits(left) || !allDigits(right) {
		return "", ""
	}
	letter, ok := letterOf(left[len(left)-2:])
	if !ok {
		return "", ""
	}
	last := ""
	if n := len(right) - 5; n > 0 && right[n:n+3] == "000" {
		if l, ok := letterOf(right[n+3:]); ok {
			right, last = right[:n], l
		}
	}
	train := left[:len(left)-2]
	right = strings.TrimLeft(right[:len(right)-1], "0") + right[len(right)-1:]
	return train + letter + right + last, appleRelease(train)
}

func appleRelease(train string) string {
	n, err := strconv.Atoi(train)
	switch {
	case err != nil:
		return ""
	case n == 5:
		return "2"
	case n == 7:
		return "3"
	case n >= 8 && n <= 22:
		return strconv.Itoa(n - 4)
	case n == 23:
		return "26"
	}
	return ""
}

func letterOf(two string) (string, bool) {
	n, err := strconv.Atoi(two)
	if err != nil || n < 1 || n > 26 {
		return "", false
	}
	return string(rune('A' + n - 1)), true
}

// Shown makes a text from outside fit to be shown and stored: valid UTF-8 (Latin-1 if it was none),
// without control and direction characters, at most 255 characters, spaces around it gone.
func Shown(s string) string {
	if len(s) > 4*maxShown {
		s = strings.ToValidUTF8(s[:4*maxShown], "")
	}
	n := 0
	s = strings.Map(func(r rune) rune {
		if n == maxShown || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		n++
		return r
	}, decodeText(s))
	return strings.TrimSpace(s)
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && equalASCII(s[:len(prefix)], prefix)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}
