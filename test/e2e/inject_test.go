// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/vedette-mail/vedette/eas"
)

// attack is markup, a formula, a statement, a line of a log and an order to a terminal at once; %s names
// the field it came through.
const attack = "=1+1'\"><script>alert('%s')</script>';DROP TABLE association;--\r\ntime=2026-01-01 level=ERROR msg=forged\x1b[2J\x1b]0;owned\x07\u202e"

// A request has more than a dozen places for text, and each is tried alone, as it is and as a stranger's too:
// by somebody who can log in, it leaves a record or a refusal; pages, export and logs hold it as text only,
// and the next honest request is served.
//
// C-01 C-02 D-05
func TestEveryFieldOfARequestIsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	text := func(field string) string { return fmt.Sprintf(attack, field) }
	line := func(field string) string { // what a header can hold: everything but the end of its line
		return strings.NewReplacer("\r", "", "\n", " ").Replace(text(field))
	}
	tame := func(field string) string { // and nothing that ends a request for its control characters
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, text(field))
	}
	body := string([]byte{3, 1, 0x6a, 0, 0, 7, 0x56, 0x52, 3, '0', 0, 1, 1})
	query := func(change url.Values) string {
		q := url.Values{"Cmd": {"FolderSync"}, "User": {"bob"}, "DeviceId": {"HONESTPHONE"}, "DeviceType": {"iPhone"}}
		for k, v := range change {
			q[k] = v
		}
		return eas.Path + "?" + q.Encode()
	}
	plain := query(nil)
	raw := append([]byte{141, 9, 9, 4, 16}, "\x1b[2J\x00<b>=1+1\r\n\xff\xfe"...)
	raw = append(append(raw, 0, 9), "<i>\x1b[31m\r\n"...)
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	own := basic("bob", secret("bob"))
	find := `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"><Request><EMailAddress>` +
		"bob&lt;script>alert('mail')&lt;/script>@lab.example</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006</AcceptableResponseSchema></Request></Autodiscover>"
	for _, c := range []struct {
		name, method, target, login string
		header                      map[string]string
		body                        string
	}{
		{name: "Cmd", target: query(url.Values{"Cmd": {text("Cmd")}})},
		{name: "User", target: query(url.Values{"User": {text("User")}})},
		{name: "DeviceId", target: query(url.Values{"DeviceId": {tame("DeviceId")[:32]}})},
		{name: "DeviceId with control characters", target: query(url.Values{"DeviceId": {"\x1b[2J\r\n=1+1<b>"}})},
		{name: "DeviceId, long", target: query(url.Values{"DeviceId": {text("DeviceId")}})},
		{name: "DeviceType", target: query(url.Values{"DeviceId": {"TYPE"}, "DeviceType": {text("DeviceType")}})},
		{name: "a parameter nobody knows", target: plain + "&" + url.QueryEscape(text("name")) + "=" + url.QueryEscape(text("value"))},
		{name: "CollectionId", target: plain + "&CollectionId=" + url.QueryEscape(text("CollectionId"))},
		{name: "a query of bytes", target: eas.Path + "?" + base64.StdEncoding.EncodeToString(raw)},
		{name: "path", target: "/" + url.PathEscape(text("path"))},
		{name: "method", method: "SC<RIPT>"},
		{name: "a made-up method", method: "FORGED"},
		{name: "User-Agent", header: map[string]string{"User-Agent": line("User-Agent")}},
		{name: "User-Agent, printable", target: query(url.Values{"DeviceId": {"AGENT"}}), header: map[string]string{"User-Agent": tame("User-Agent")}},
		{name: "version", header: map[string]string{"MS-ASProtocolVersion": tame("version")}},
		{name: "policy key", header: map[string]string{"X-MS-PolicyKey": tame("policy key")}},
		{name: "Host", header: map[string]string{"Host": "<script>.lab.example"}},
		{name: "addresses", header: map[string]string{"X-Forwarded-For": tame("addresses"), "Forwarded": "for=" + tame("forwarded")}},
		{name: "Accept-Language", header: map[string]string{"Accept-Language": tame("language")}},
		{name: "Content-Type", header: map[string]string{"Content-Type": tame("type")}},
		{name: "Cookie", header: map[string]string{"Cookie": "a=" + tame("cookie")}},
		{name: "Referer", header: map[string]string{"Referer": tame("referer")}},
		{name: "request id", header: map[string]string{"X-Request-Id": tame("id"), "Client-Request-Id": tame("id")}},
		{name: "login", login: basic(tame("login"), secret("bob"))},
		{name: "login with control characters", login: basic(text("login"), secret("bob"))},
		{name: "login with markup for a domain", login: basic("<script>alert('domain')</script>\\bob", secret("bob"))},
		{name: "token", login: "Bearer " + tame("token")},
		{name: "scheme", login: tame("scheme")},
		{name: "body", body: text("body")},
		{name: "body with another root", body: string([]byte{3, 1, 0x6a, 0, 0, 7, 0x45, 3}) + text("value")},
		{name: "autodiscover", target: "/autodiscover/autodiscover.xml", header: map[string]string{"Content-Type": "text/xml"}, body: find},
		{name: "autodiscover v2", method: "GET", target: "/autodiscover/autodiscover.json?Protocol=ActiveSync&Email=" + url.QueryEscape(tame("mail")+"@lab.example")},
	} {
		if c.method == "" {
			c.method = "POST"
		}
		if c.target == "" {
			c.target = plain
		}
		if c.login == "" {
			c.login = own
		}
		if c.body == "" {
			c.body = body
		}
		header := map[string]string{"Host": "m.lab.example", "MS-ASProtocolVersion": "14.1", "User-Agent": "Apple-iPhone11C8/2007.75",
			"Content-Type": eas.TypeWBXML, "Authorization": c.login}
		for k, v := range c.header {
			header[k] = v
		}
		status, answer := w.raw(c.method, c.target, header, c.body)
		if status < 200 || status > 599 {
			t.Errorf("%s: status %d", c.name, status)
		}
		if bytes.Contains(answer, []byte("<script>")) || bytes.Contains(answer, []byte("\x1b")) && c.name != "a query of bytes" {
			t.Errorf("%s comes back: %q", c.name, answer)
		}
		t.Logf("%-32s %d", c.name, status)
		header["Authorization"] = basic("stranger", "of no importance")
		if status, _ := w.raw(c.method, c.target, header, c.body); status == http.StatusOK && !strings.HasPrefix(c.name, "autodiscover v2") {
			t.Errorf("%s: a stranger is served", c.name)
		}
	}
	expect(t, "passed", w.phone(0, "bob", "HONESTPHONE"))
	w.await("bob", "HONESTPHONE")
	w.await("bob", "TYPE")
	w.await("bob", "AGENT")

	boss := w.signIn()
	paths := []string{"/", "/activesync", "/audit", "/sentry"}
	for _, a := range w.list("") {
		paths = append(paths, "/activesync/"+string(a.ID), "/activesync?q="+url.QueryEscape(a.DeviceID), "/activesync/selection/block?id="+string(a.ID))
	}
	for _, path := range paths {
		code, page := boss.get(path)
		if code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
		for _, bad := range []string{"<script>alert", "<b>", "<i>\x1b", "\x1b", "\x07", "\u202e"} {
			if at := strings.Index(page, bad); at >= 0 {
				t.Errorf("%s holds %q: %.200q", path, bad, page[max(0, at-60):])
			}
		}
	}
	_, export := boss.get("/activesync/export.csv?col=device&col=user&col=phone&col=os&col=client&col=mailbox&col=backend&col=gateway&col=comment")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 4 {
		t.Fatalf("the export: %v, %d rows", err, len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.ContainsFunc(cell, unicode.IsControl) {
				t.Errorf("a spreadsheet or a terminal would obey %q", cell)
			}
		}
	}
	_, metrics := get(t, http.DefaultClient, "http://"+w.status[0]+"/metrics")
	for _, bad := range []string{"<script", "forged", "\x1b", "FORGED"} {
		if strings.Contains(metrics, bad) {
			t.Errorf("the metrics hold %q", bad)
		}
	}
	w.gateways[0].stop()
	w.console.stop()
	for _, pr := range []*process{w.gateways[0], w.console} {
		for line := range strings.Lines(pr.log.String()) {
			if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' }) ||
				!strings.HasPrefix(line, "time=") || strings.HasPrefix(line, "time=2026-01-01 ") {
				t.Errorf("%s logs %q", pr.name, line)
			}
		}
	}
}

// raw sends a request as it stands, whatever is in it, over a connection of its own.
func (w *world) raw(method, target string, header map[string]string, body string) (int, []byte) {
	w.t.Helper()
	trust := w.client(gatewayName(0), "gateway").Transport.(*http.Transport).TLSClientConfig
	conn, err := tls.Dial("tcp", w.fronts[0], trust)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\n", method, target)
	for k, v := range header {
		fmt.Fprintf(&head, "%s: %s\r\n", k, v)
	}
	fmt.Fprintf(&head, "Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if _, err := io.WriteString(conn, head.String()); err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		w.t.Fatalf("%s %.100s: %v", method, target, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Errorf("%s %.100s: %v", method, target, err)
	}
	return resp.StatusCode, answer
}
