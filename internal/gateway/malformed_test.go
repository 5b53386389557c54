// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas"
)

// TestMalformedRequestsAreRefusedClearly: each has one outcome for a version, the same as its code, its
// headers and its body to the byte, and none reaches the mail server.
func TestMalformedRequestsAreRefusedClearly(t *testing.T) {
	const (
		bad     = "400"
		unknown = "501"
		none    = "a version that says nothing"
	)
	// In a body from 14.0 on: the command's root, Status 108. [MS-ASCMD] 2.2.2
	noDevice := func(root string) map[string]string {
		in108 := "200 03016a00" + root + "03313038000101"
		return map[string]string{"2.5": bad, "12.1": bad, "14.0": in108, "14.1": in108, "16.1": in108, none: bad, "99": bad}
	}
	always := func(code string) map[string]string {
		return map[string]string{"2.5": code, "12.1": code, "14.1": code, "16.1": code, none: code, "99": code}
	}
	w := newWorld(t, func(s *setting) { s.plain = true })
	for name, c := range map[string]struct {
		query string
		want  map[string]string // by version
	}{
		"no query":                {"", always(bad)},
		"no command":              {"User=bob&DeviceId=A&DeviceType=b", always(unknown)},
		"unknown command":         {"Cmd=DropTable&User=bob&DeviceId=A&DeviceType=b", always(unknown)},
		"options as a command":    {"Cmd=Options&User=bob&DeviceId=A&DeviceType=b", always(unknown)},
		"autodiscover as one":     {"Cmd=Autodiscover&User=bob&DeviceId=A&DeviceType=b", always(unknown)},
		"no device, FolderSync":   {"Cmd=FolderSync&User=bob&DeviceType=b", noDevice("0007564c")},
		"no device, Sync":         {"Cmd=Sync&User=bob&DeviceType=b", noDevice("454e")},
		"no device, Ping":         {"Cmd=Ping&User=bob&DeviceType=b", noDevice("000d4547")},
		"no device, SendMail":     {"Cmd=SendMail&User=bob&DeviceType=b", noDevice("00154552")},
		"no device, Provision":    {"Cmd=Provision&User=bob&DeviceType=b", noDevice("000e454b")},
		"no device, attachment":   {"Cmd=GetAttachment&User=bob&DeviceType=b", always(bad)},
		"an empty device":         {"Cmd=FolderSync&User=bob&DeviceId=&DeviceType=b", noDevice("0007564c")},
		"two devices":             {"Cmd=FolderSync&User=bob&DeviceId=A&DeviceId=B&DeviceType=b", always(bad)},
		"two commands":            {"Cmd=Ping&Cmd=FolderSync&User=bob&DeviceId=A&DeviceType=b", always(bad)},
		"two users":               {"Cmd=FolderSync&User=bob&User=alice&DeviceId=A&DeviceType=b", always(bad)},
		"device far too long":     {"Cmd=FolderSync&User=bob&DeviceId=" + strings.Repeat("A", 300) + "&DeviceType=b", always(bad)},
		"broken escape":           {"Cmd=FolderSync&User=bob&DeviceId=%zz&DeviceType=b", always(bad)},
		"truncated base64":        {"jAAJBAp2MTQw", always(bad)},
		"base64, no device":       {"jAAJBAAAAVA=", always(bad)},
		"base64, key of 3 bytes":  {"jAAJBAp2MTQwRGV2aWNlA2FiYwFQ", always(bad)},
		"base64, cut parameter":   {"jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25lCAVhYg==", always(bad)},
		"not base64":              {"Cmd%3DSync", always(bad)},
		"very long":               {"Cmd=FolderSync&User=" + strings.Repeat("u", 20000) + "&DeviceId=A&DeviceType=b", always(bad)},
		"a thousand of them":      {"Cmd=FolderSync&DeviceId=A&DeviceType=b" + strings.Repeat("&a=b", 1000), always(bad)},
		"nothing but separators":  {"&&&&=&=", always(bad)},
		"a command in characters": {"Cmd=%00%ff%0d%0aSet-Cookie:a&User=bob&DeviceId=A&DeviceType=b", always(unknown)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, version := range slices.Sorted(maps.Keys(c.want)) {
				target := eas.Path
				if c.query != "" {
					target += "?" + c.query
				}
				header := "MS-ASProtocolVersion: " + version + "\r\n"
				if version == none {
					header = ""
				}
				resp, body := w.say(w.dial(), fmt.Sprintf("POST %s HTTP/1.1\r\nHost: m\r\nAuthorization: %s\r\n%sContent-Length: %d\r\n\r\n%s",
					target, basic("bob"), header, len(folderSync), folderSync))
				got := strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", hex.EncodeToString(body)))
				if got != c.want[version] {
					t.Errorf("%s: %s, want %s", version, got, c.want[version])
				}
				typ := ""
				if len(body) > 0 {
					typ = eas.TypeWBXML
				}
				if h := resp.Header; h.Get("Content-Type") != typ || h.Get("Cache-Control") != "private" || resp.ContentLength != int64(len(body)) || h.Get("Set-Cookie") != "" {
					t.Errorf("%s: %v", version, h)
				}
			}
			if n := len(w.mail.Requests()); n != 0 {
				t.Fatalf("%d requests reached the mail server", n)
			}
		})
	}
}
