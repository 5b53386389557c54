// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/eas"
)

func FuzzDeviceID(f *testing.F) {
	for _, s := range []string{"v140Device", "76313430446576696365", "6F24CAD599A5BF1A690246B8C68FAE8D", "\x00\xff", "3631"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkDeviceID(t, s) })
}

func FuzzAccount(f *testing.F) {
	for _, s := range []string{"bob", "LAB\\bob", "bob@lab.example", "LAB\\bob@lab.example", "ju\u0308rgen", "j\xfcrgen"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fold := eas.FoldName(s)
		if again := eas.FoldName(fold); again != fold {
			t.Fatalf("%q folds to %q, then to %q", s, fold, again)
		}
		a, ok := eas.ParseAccount(s)
		if !ok {
			return
		}
		if b, ok := eas.ParseAccount(strings.ToLower(s)); utf8.ValidString(s) && isASCII(s) && (!ok || a != b) {
			t.Fatalf("%q: %+v, in lower case %+v", s, a, b)
		}
		if !utf8.ValidString(a.Name) || len(a.Name)+len(a.Domain) > eas.MaxAccount || strings.ContainsFunc(a.Name, unicode.IsControl) {
			t.Fatalf("%q: %+v", s, a)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func FuzzBasic(f *testing.F) {
	for _, v := range vectors(f, "basic-auth") {
		f.Add(v.Header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		b, err := eas.ParseBasic(header)
		if err != nil {
			return
		}
		if !utf8.ValidString(b.User) || strings.Contains(b.User, ":") || !utf8.ValidString(b.Password) {
			t.Fatalf("%q", b.User)
		}
		again, err := eas.ParseBasic("Basic " + base64.StdEncoding.EncodeToString(b.Raw))
		if err != nil || again.User != b.User || again.Password != b.Password {
			t.Fatalf("%q, %v", again.User, err)
		}
	})
}

func FuzzUserAgent(f *testing.F) {
	for _, v := range vectors(f, "user-agent") {
		f.Add(v.UserAgent, "iOS 16.6 20G75")
	}
	f.Fuzz(func(t *testing.T, ua, os string) {
		c := eas.ParseUserAgent(ua).Told(eas.DeviceInformation{OS: os, UserAgent: os})
		for _, s := range []string{c.Family, c.App, c.AppVersion, c.OS, c.OSVersion, c.Model, c.Build} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 260 || strings.ContainsFunc(s, unicode.IsControl) {
				t.Fatalf("%q", s)
			}
		}
	})
}
