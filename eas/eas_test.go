// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/eas"
)

type vector struct {
	ID, Kind, Header string
	UserAgent        string `json:"user_agent"`
	Expect           json.RawMessage
}

func vectors(t testing.TB, kind string) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var list []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no vectors of kind %s", kind)
	}
	return list
}

func TestCommandsHaveNamesAndCodes(t *testing.T) {
	published := map[uint8]string{0: "Sync", 1: "SendMail", 2: "SmartForward", 3: "SmartReply", 4: "GetAttachment", 9: "FolderSync",
		10: "FolderCreate", 11: "FolderDelete", 12: "FolderUpdate", 13: "MoveItems", 14: "GetItemEstimate", 15: "MeetingResponse",
		16: "Search", 17: "Settings", 18: "Ping", 19: "ItemOperations", 20: "Provision", 21: "ResolveRecipients", 22: "ValidateCert", 23: "Find"}
	for code := range 256 {
		c := eas.CommandOf(uint8(code))
		if c.String() != published[uint8(code)] {
			t.Errorf("%d is %v, want %s", code, c, published[uint8(code)])
		}
		if n, ok := c.Code(); ok != (c != 0) || ok && int(n) != code {
			t.Errorf("%v has code %d, %v", c, n, ok)
		}
	}
	for _, c := range eas.Commands() {
		for _, name := range []string{c.String(), strings.ToUpper(c.String()), strings.ToLower(c.String())} {
			if got := eas.ParseCommand(name); got != c {
				t.Errorf("%s is %v", name, got)
			}
		}
	}
	for _, name := range []string{"", "Sync ", "Nonsense", "\u017fync", "\u212Fync", "sYncx"} {
		if got := eas.ParseCommand(name); got != eas.CommandUnknown {
			t.Errorf("%q is %v", name, got)
		}
	}
}

func TestWhatCommandsAreLike(t *testing.T) {
	for _, c := range []struct {
		command          eas.Command
		version          eas.Version
		long, safe, mail bool
	}{
		{eas.Ping, eas.V2_5, true, true, false},
		{eas.Sync, eas.V12_0, false, false, false},
		{eas.Sync, eas.V12_1, true, false, false},
		{eas.Sync, eas.VersionUnknown, true, false, false},
		{eas.SendMail, eas.V12_1, false, false, true},
		{eas.SendMail, eas.V14_0, false, false, false},
		{eas.SmartReply, eas.V2_5, false, false, true},
		{eas.FolderSync, eas.V16_1, false, true, false},
		{eas.MoveItems, eas.V16_1, false, false, false},
		{eas.Provision, eas.V16_1, false, false, false},
		{eas.CommandUnknown, eas.V16_1, false, false, false},
	} {
		got := []bool{c.command.LongPoll(c.version), c.command.Safe(), c.command.MailBody(c.version)}
		if d := cmp.Diff([]bool{c.long, c.safe, c.mail}, got); d != "" {
			t.Errorf("%v %v: %s", c.command, c.version, d)
		}
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		text string
		want eas.Version
		ok   bool
	}{
		{"2.5", eas.V2_5, true}, {"12.0", eas.V12_0, true}, {"14.1", eas.V14_1, true}, {"16.1", eas.V16_1, true},
		{"1.0", 10, true}, {"2.0", 20, true}, {"17.0", 170, true}, {"25.5", 255, true},
		{"25.6", 0, false}, {"99.9", 0, false}, {"", 0, false}, {"14", 0, false}, {"14.10", 0, false}, {".1", 0, false},
		{"014.1", 0, false}, {"04.1", 0, false}, {"1x.1", 0, false}, {"14.1 ", 0, false}, {"-1.0", 0, false},
	} {
		v, ok := eas.ParseVersion(c.text)
		if v != c.want || ok != c.ok {
			t.Errorf("%q: %v, %v", c.text, v, ok)
		}
		if ok && v.String() != c.text {
			t.Errorf("%q became %s", c.text, v)
		}
		if b, bok := eas.VersionOf(uint8(v)); ok && (b != v || !bok) {
			t.Errorf("%q as a byte: %v", c.text, b)
		}
	}
	for i, v := range eas.Versions() {
		if !v.Known() || i > 0 && v <= eas.Versions()[i-1] {
			t.Errorf("%v out of order", v)
		}
	}
	if _, ok := eas.VersionOf(9); ok || eas.Version(170).Known() || eas.VersionUnknown.String() != "" {
		t.Error("an unknown version passes for a known one")
	}
}

func TestStatusesAsCodes(t *testing.T) {
	for _, c := range []struct {
		status eas.Status
		keyed  bool
		code   int
	}{
		{101, false, 400}, {106, false, 400}, {108, false, 400}, {109, false, 400}, {110, false, 500}, {111, false, 503},
		{112, false, 403}, {113, false, 507}, {125, false, 403}, {126, false, 403}, {129, false, 403}, {130, false, 403},
		{132, false, 403}, {137, false, 501}, {138, false, 400}, {139, false, 403}, {140, false, 403}, {140, true, 449},
		{141, true, 449}, {142, false, 449}, {143, true, 449}, {144, true, 449}, {145, true, 403}, {177, true, 403}, {184, true, 500},
	} {
		if got := c.status.HTTP(c.keyed); got != c.code {
			t.Errorf("%d: %d, want %d", c.status, got, c.code)
		}
	}
	for s := range eas.Status(200) {
		if s.NeedsProvision() != (s >= 140 && s <= 144) || s.Common() != (s >= 101 && s <= 184) {
			t.Errorf("%d misjudged", s)
		}
	}
}

func TestAllSpellingsOfADeviceMeet(t *testing.T) { // R-13, A-17
	guid := "\x6F\x24\xCA\xD5\x99\xA5\xBF\x1A\x69\x02\x46\xB8\xC6\x8F\xAE\x8D"
	for _, c := range []struct {
		name      string
		want      eas.DeviceID
		spellings []string
	}{
		{"sixteen raw bytes and their hex", "6F24CAD599A5BF1A690246B8C68FAE8D",
			[]string{guid, "6F24CAD599A5BF1A690246B8C68FAE8D", "6f24cad599a5bf1a690246b8c68fae8d"}},
		{"a text, its cases and the hex some servers report", "V140DEVICE",
			[]string{"v140Device", "V140DEVICE", "76313430446576696365", "76313430646576696365", "5631343044455649434" + "5"}},
		{"hex of hex", "V140DEVICE", []string{"3736333133343330343436353736363936333635"}},
		{"Nine", "NINE12AB", []string{"nine12ab", "6E696E6531326162", "6e696e6531324142"}},
		{"a text with a hyphen", "0123-4567-89AB-CD", []string{"0123-4567-89ab-cd"}},
		{"Samsung", "SEC17CD1A3E9E3F2", []string{"SEC17CD1A3E9E3F2", "sec17cd1a3e9e3f2"}},
		{"iOS", "K6CKULJTID3SDEAIV0ELHBBTTO", []string{"K6CKULJTID3SDEAIV0ELHBBTTO"}},
		{"bytes that are no text", "7B61207D", []string{"{a }", "7B61207D", "7b61207d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range c.spellings {
				if id, ok := eas.ParseDeviceID(s); !ok || id != c.want {
					t.Errorf("%q is %q, %v", s, id, ok)
				}
			}
		})
	}
	for _, s := range []string{"", strings.Repeat("a", 256), strings.Repeat("\x00", 128)} {
		if id, ok := eas.ParseDeviceID(s); ok {
			t.Errorf("%d bytes are %q", len(s), id)
		}
	}
	if a, b := eas.DeviceIDText("v140Device"), eas.DeviceIDText("\x00\xff"); a != "v140Device" || b != "00FF" {
		t.Error(a, b)
	}
}

func TestDeviceIDsAreStableAndSpellingProof(t *testing.T) { // R-13
	rapid.Check(t, func(t *rapid.T) {
		raw := string(rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "raw"))
		if rapid.Bool().Draw(t, "text") {
			raw = rapid.StringMatching("[A-Za-z0-9._-]{1,60}").Draw(t, "id")
		}
		checkDeviceID(t, raw)
	})
}

func checkDeviceID(t interface{ Fatalf(string, ...any) }, raw string) {
	id, ok := eas.ParseDeviceID(raw)
	if !ok {
		return
	}
	forms := []string{string(id), strings.ToLower(string(id))}
	if text := eas.DeviceIDText(raw) == raw; text {
		forms = append(forms, strings.ToUpper(raw), strings.ToLower(raw))
	}
	if len(raw) < 100 {
		forms = append(forms, fmt.Sprintf("%x", raw), fmt.Sprintf("%X", raw))
	}
	for _, s := range forms {
		if got, ok := eas.ParseDeviceID(s); !ok || got != id {
			t.Fatalf("%q is %q, its spelling %q is %q", raw, id, s, got)
		}
	}
}

func TestCanonicalDeviceIDCostsNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		if id, ok := eas.ParseDeviceID("SEC17CD1A3E9E3F2"); !ok || id == "" {
			t.Error(id)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAllSpellingsOfAnAccountMeet(t *testing.T) { // R-13
	for _, c := range []struct {
		text string
		want eas.Account
		ok   bool
	}{
		{"bob", eas.Account{Name: "bob"}, true},
		{"BOB", eas.Account{Name: "bob"}, true},
		{" bob ", eas.Account{Name: "bob"}, true},
		{"LAB\\bob", eas.Account{Domain: "lab", Name: "bob"}, true},
		{"lab\\BOB", eas.Account{Domain: "lab", Name: "bob"}, true},
		{"bob@Lab.Example", eas.Account{Domain: "lab.example", Name: "bob"}, true},
		{"bob@lab.example.", eas.Account{Domain: "lab.example", Name: "bob"}, true},
		{"LAB\\bob@lab.example", eas.Account{Domain: "lab.example", Name: "bob"}, true},
		{"LAB\\bob@", eas.Account{Domain: "lab", Name: "bob"}, true},
		{"\\bob", eas.Account{Name: "bob"}, true},
		{"bob@", eas.Account{Name: "bob"}, true},
		{"a@b@c", eas.Account{Domain: "c", Name: "a@b"}, true},
		{"CONTOSO\\j\u00dcrgen", eas.Account{Domain: "contoso", Name: "j\u00fcrgen"}, true},
		{"ju\u0308rgen", eas.Account{Name: "j\u00fcrgen"}, true},
		{"jU\u0308RGEN", eas.Account{Name: "j\u00fcrgen"}, true},
		{"j\xfcrgen", eas.Account{Name: "j\u00fcrgen"}, true},
		{"\u0130stanbul", eas.Account{Name: "istanbul"}, true},
		{"\u03a3\u0391\u03a3", eas.Account{Name: "\u03c3\u03b1\u03c3"}, true},
		{"\u03c3\u03b1\u03c2", eas.Account{Name: "\u03c3\u03b1\u03c3"}, true},
		{"\u212Aim", eas.Account{Name: "kim"}, true},
		{"\u1112\u1161\u11ab", eas.Account{Name: "\ud55c"}, true},
		{"user#other", eas.Account{Name: "user#other"}, true},
		{"", eas.Account{}, false}, {"@lab", eas.Account{}, false}, {"LAB\\", eas.Account{}, false}, {"  ", eas.Account{}, false},
		{"bob\x00", eas.Account{}, false}, {"bob\r\nx", eas.Account{}, false}, {strings.Repeat("b", 256), eas.Account{}, false},
	} {
		if got, ok := eas.ParseAccount(c.text); got != c.want || ok != c.ok {
			t.Errorf("%q: %+v, %v", c.text, got, ok)
		}
	}
	if s := (eas.Account{Domain: "d", Name: "n"}).String() + (eas.Account{Name: "n"}).String(); s != "n@dn" {
		t.Error(s)
	}
}

func TestFoldingEveryLetterIsStable(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		once := eas.FoldName(string(r))
		if again := eas.FoldName(once); again != once {
			t.Errorf("%U: %q, then %q", r, once, again)
		}
		if f := unicode.SimpleFold(r); eas.FoldName(string(f)) != once {
			t.Errorf("%U and %U differ", r, f)
		}
	}
}

func TestPlainNamesFoldForFree(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _ = eas.FoldName("bob@lab.example") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBasicVectors(t *testing.T) {
	for _, v := range vectors(t, "basic-auth") {
		t.Run(v.ID, func(t *testing.T) {
			var want struct{ User, Domain, Password string }
			if err := json.Unmarshal(v.Expect, &want); err != nil {
				t.Fatal(err)
			}
			got, err := eas.ParseBasic(v.Header)
			if err != nil {
				t.Fatal(err)
			}
			a, ok := eas.ParseAccount(got.User)
			if !ok || a.Name != want.User || a.Domain != strings.ToLower(want.Domain) || got.Password != want.Password {
				t.Errorf("%+v, %+v", got, a)
			}
			if v.ID == "A03" && string(got.Raw) != "j\xfcrgen:p\xe4" {
				t.Errorf("bytes changed: %q", got.Raw)
			}
		})
	}
}

func TestOtherAuthorizationHeaders(t *testing.T) {
	for _, c := range []struct {
		header string
		want   error
	}{
		{"basic YTpi", nil}, {"BASIC   YTpi", nil}, {" Basic YTpi ", nil}, {"Basic YTo", nil}, {"Basic Og==", nil},
		{"", eas.ErrNotBasic}, {"Bearer", eas.ErrNotBasic}, {"Bearer YTpi", eas.ErrNotBasic}, {"BasicYTpi", eas.ErrNotBasic},
		{"Basic", eas.ErrCredentials}, {"Basic YQ==", eas.ErrCredentials}, {"Basic %%%", eas.ErrCredentials},
		{"Basic " + strings.Repeat("A", 8192), eas.ErrLongHeader},
	} {
		if _, err := eas.ParseBasic(c.header); !errors.Is(err, c.want) {
			t.Errorf("%.20q: %v, want %v", c.header, err, c.want)
		}
	}
}

func TestUserAgentVectors(t *testing.T) {
	for _, v := range vectors(t, "user-agent") {
		t.Run(v.ID, func(t *testing.T) {
			var want struct {
				Family, Model, Build, OS string
				App                      string `json:"app_version"`
			}
			if err := json.Unmarshal(v.Expect, &want); err != nil {
				t.Fatal(err)
			}
			got := eas.ParseUserAgent(v.UserAgent)
			os := ""
			if want.OS != "" {
				os = got.OS + " " + got.OSVersion
			}
			if got.Family != want.Family || got.Model != want.Model || got.Build != want.Build || os != want.OS ||
				want.App != "" && got.AppVersion != want.App {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestUserAgentsOfTheCatalogue(t *testing.T) {
	for _, c := range []struct {
		ua   string
		want eas.Client
	}{
		{"Apple-iPhone14C5/2001.362", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "16", Model: "iPhone14,5", Build: "20A362"}},
		{"Apple-iPhone11C8/2007.75", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "16", Model: "iPhone11,8", Build: "20G75"}},
		{"Apple-iPhone4C1/1104.201", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "7", Model: "iPhone4,1", Build: "11D201"}},
		{"Android-Mail/2020.11.29.346182102.Release", eas.Client{Family: "gmail-android", App: "Gmail", AppVersion: "2020.11.29.346182102", OS: "Android"}},
		{"SAMSUNG-SM-N900V/101.403", eas.Client{Family: "samsung-email", App: "Samsung Email", OS: "Android", Model: "SM-N900V"}},
		{"MSFT-WIN-3/10.0.18363", eas.Client{Family: "windows-mail", App: "Mail", OS: "Windows", OSVersion: "10.0.18363"}},
		{"Apple-iPhone/705.18", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "3", Model: "iPhone", Build: "7E18"}},
		{"Apple-iPad13C4/2301.341", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "26", Model: "iPad13,4", Build: "23A341"}},
		{"iOS/1002.329", eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "6", Build: "10B329"}},
		{"Apple-iPhone/99", eas.Client{Family: "ios", App: "Mail", OS: "iOS", Model: "iPhone"}},
		{"Apple-iPhone/1027.5", eas.Client{Family: "ios", App: "Mail", OS: "iOS", Model: "iPhone"}},
		{"SAMSUNG GT-S5830/100.20303", eas.Client{Family: "samsung-email", App: "Samsung Email", OS: "Android", Model: "GT-S5830"}},
		{"Android-SAMSUNG-SM-G998B/101.13000", eas.Client{Family: "samsung-email", App: "Samsung Email", OS: "Android", Model: "SM-G998B"}},
		{"SAMSUNGSMG998B/101.1", eas.Client{Family: "samsung-email", App: "Samsung Email", OS: "Android", Model: "SMG998B"}},
		{"Android/4.4.2-EAS-1.3", eas.Client{Family: "android-mail", App: "Email", AppVersion: "1.3", OS: "Android", OSVersion: "4.4.2"}},
		{"HTCOnemini2/4.4.2-EAS-2.0", eas.Client{Family: "android-mail", App: "Email", AppVersion: "2.0", OS: "Android", OSVersion: "4.4.2", Model: "HTCOnemini2"}},
		{"Android/0.3", eas.Client{Family: "android-mail", OS: "Android"}},
		{"MOTOROLA-Droid(4D2)/2.1707", eas.Client{Family: "android-mail", OS: "Android", Model: "Droid(4D2)"}},
		{"Nine-Pixel 7/TQ3A.230805", eas.Client{Family: "nine", App: "Nine", OS: "Android", Model: "Pixel 7", Build: "TQ3A.230805"}},
		{"TouchDown(MSRPC)/7.1.0005", eas.Client{Family: "touchdown", App: "TouchDown", AppVersion: "7.1.0005"}},
		{"Outlook-iOS/2.0", eas.Client{Family: "outlook-mobile", App: "Outlook", AppVersion: "2.0", OS: "iOS"}},
		{"Outlook-Android/2.0", eas.Client{Family: "outlook-mobile", App: "Outlook", AppVersion: "2.0", OS: "Android"}},
		{"Outlook/16.0 (16.0.14326; C2R; x86)", eas.Client{Family: "outlook-desktop", App: "Outlook", AppVersion: "16.0.14326", OS: "Windows"}},
		{"Outlook/15.0", eas.Client{Family: "outlook-desktop", App: "Outlook", AppVersion: "15.0", OS: "Windows"}},
		{"WindowsMail/17.4.9600.16384", eas.Client{Family: "windows-mail", App: "Mail", AppVersion: "17.4.9600.16384", OS: "Windows"}},
		{"MSFT-WP/8.10.14219", eas.Client{Family: "windows-phone", OS: "Windows Phone", OSVersion: "8.10.14219"}},
		{"MSFT-PPC/5.2.5", eas.Client{Family: "windows-mobile", App: "MSFT-PPC", AppVersion: "5.2.5", OS: "Windows Mobile"}},
		{"Thunderbird ActiveSync", eas.Client{Family: "thunderbird", App: "Thunderbird"}},
		{"Foo/1.2 (bar)", eas.Client{App: "Foo", AppVersion: "1.2"}},
		{"", eas.Client{}},
		{"Evil\x1b[31m\r\n\u202e/1", eas.Client{App: "Evil[31m", AppVersion: "1"}},
	} {
		if d := cmp.Diff(c.want, eas.ParseUserAgent(c.ua)); d != "" {
			t.Errorf("%q: %s", c.ua, d)
		}
	}
}

func TestWhatThePhoneTellsWins(t *testing.T) {
	base := eas.ParseUserAgent("Apple-iPhone11C8/2007.75")
	for _, c := range []struct {
		name string
		from eas.Client
		told eas.DeviceInformation
		want eas.Client
	}{
		{"nothing told", base, eas.DeviceInformation{}, base},
		{"the system as iOS tells it", base, eas.DeviceInformation{OS: "iOS 16.6 20G75", Model: "iPhone12C1"},
			eas.Client{Family: "ios", App: "Mail", OS: "iOS", OSVersion: "16.6", Model: "iPhone12C1", Build: "20G75"}},
		{"Gmail knows its model only so", eas.ParseUserAgent("Android-Mail/2025.1.Release"), eas.DeviceInformation{OS: "Android 13", Model: "Pixel 7"},
			eas.Client{Family: "gmail-android", App: "Gmail", AppVersion: "2025.1", OS: "Android", OSVersion: "13", Model: "Pixel 7"}},
		{"a system of two words", eas.Client{}, eas.DeviceInformation{OS: "Windows Phone 8.10"}, eas.Client{OS: "Windows Phone", OSVersion: "8.10"}},
		{"a User-Agent of its own", eas.Client{}, eas.DeviceInformation{UserAgent: "MSFT-WP/10.0.15254"},
			eas.Client{Family: "windows-phone", OS: "Windows Phone", OSVersion: "10.0.15254"}},
		{"an odd User-Agent does not hide a known one", base, eas.DeviceInformation{UserAgent: "x"}, base},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.from.Told(c.told)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestShownTextsAreShortAndClean(t *testing.T) {
	if s := eas.Shown(strings.Repeat("\u00e4", 5000)); len([]rune(s)) != 255 {
		t.Errorf("%d characters", len([]rune(s)))
	}
	if s := eas.Shown(" a\x00\x1b\u202e\u2028b "); s != "ab" {
		t.Errorf("%q", s)
	}
	if s := eas.Shown("p\xe4"); s != "p\u00e4" {
		t.Errorf("%q", s)
	}
}

func ExampleParseDeviceID() {
	for _, raw := range []string{"v140Device", "76313430446576696365", "\x6F\x24\xCA\xD5"} {
		id, _ := eas.ParseDeviceID(raw)
		fmt.Println(id)
	}
	// Output:
	// V140DEVICE
	// V140DEVICE
	// 6F24CAD5
}

func ExampleParseAccount() {
	for _, s := range []string{"BOB", "LAB\\bob", "bob@lab.example"} {
		a, _ := eas.ParseAccount(s)
		fmt.Println(a)
	}
	// Output:
	// bob
	// bob@lab
	// bob@lab.example
}
