// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestTheMailServerHearsWhatPhonesSayAndNothingElse: headers that some server, or the front end it
// expects before it, would believe stay here.
func TestTheMailServerHearsWhatPhonesSayAndNothingElse(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	pass := map[string]string{
		"Accept": "*/*", "Accept-Language": "en-us", "Accept-Encoding": "gzip, deflate, br", "User-Agent": "Apple-iPhone11C8/2007.75",
		"X-MS-PolicyKey": "1234567", "X-MS-WL": "WindowsPhone/8.0", "X-WLAS-Tracing": "1", "MS-ASAcceptMultiPart": "T",
		"client-request-id": "1", "Date": "Sat, 21 Nov 2026 20:00:00 GMT",
	}
	stay := []string{"X-CommonAccessToken", "X-IsFromCafe", "X-WLID-MemberName", "X-SourceIPAddress", "X-Rps-CAT", "X-Rps-PUID", "Proxy",
		"X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "X-Forwarded-User", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP", "Via",
		"X-MS-Exchange-Impersonation", "X-AnchorMailbox", "X-BackEndOverrideCookie", "msExchLogonMailbox", "X-User", "Remote-User",
		"X_MS_PolicyKey", "MS_ASProtocolVersion", "Range", "If-None-Match", "Referer", "Origin", "Anything-Else"}
	var extra strings.Builder
	for k, v := range pass {
		extra.WriteString(k + ": " + v + "\r\n")
	}
	for _, k := range stay {
		extra.WriteString(k + ": hostile\r\n")
	}
	if resp, _ := w.say(w.dial(), post("FolderSync", extra.String(), folderSync)); resp.StatusCode != 200 {
		t.Fatalf("status %d", resp.StatusCode)
	}
	var got http.Header
	for _, r := range w.mail.Requests() {
		got = r.Header
	}
	for k, v := range pass {
		if !strings.HasPrefix(got.Get(k), v) {
			t.Errorf("%s: %q, want %q", k, got.Get(k), v)
		}
	}
	for k, values := range got {
		if strings.Contains(strings.Join(values, " "), "hostile") {
			t.Errorf("%s was passed on", k)
		}
	}
}
