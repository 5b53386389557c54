// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
)

// TestSmuggledRequestsAreRefused: two readings of where a request ends must never be possible.
func TestSmuggledRequestsAreRefused(t *testing.T) {
	head := "POST " + eas.Path + "?Cmd=FolderSync&User=bob&DeviceId=PHONEBOB&DeviceType=iPhone HTTP/1.1\r\nHost: m\r\nAuthorization: " + basic("bob") +
		"\r\nMS-ASProtocolVersion: 14.1\r\n"
	hidden := "GET /hidden HTTP/1.1\r\nHost: m\r\n\r\n"
	for name, raw := range map[string]string{
		"length and chunked":        head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunked and length":        head + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden,
		"two lengths that differ":   head + "Content-Length: 13\r\nContent-Length: 14\r\n\r\n" + folderSync + hidden,
		"length list":               head + "Content-Length: 13, 14\r\n\r\n" + folderSync + hidden,
		"signed length":             head + "Content-Length: +13\r\n\r\n" + folderSync + hidden,
		"negative length":           head + "Content-Length: -1\r\n\r\n" + folderSync + hidden,
		"length in hex":             head + "Content-Length: 0xd\r\n\r\n" + folderSync + hidden,
		"folded header":             head + "X-A: b\r\n Content-Length: 13\r\nContent-Length: 0\r\n\r\n" + hidden,
		"space before the colon":    head + "Content-Length : 13\r\n\r\n" + folderSync + hidden,
		"unknown coding":            head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden,
		"misspelled coding":         head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
		"two codings":               head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
		"nul in a header":           head + "X-A: b\x00c\r\nContent-Length: 13\r\n\r\n" + folderSync,
		"carriage return in header": head + "X-A: b\rContent-Length: 13\r\n\r\n" + hidden,
		"no host":                   strings.Replace(head, "Host: m\r\n", "", 1) + "Content-Length: 13\r\n\r\n" + folderSync,
		"two hosts":                 head + "Host: n\r\nContent-Length: 13\r\n\r\n" + folderSync,
		"space in the target":       strings.Replace(head, "&User", " &User", 1) + "Content-Length: 13\r\n\r\n" + folderSync,
		"bad chunk size":            head + "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
		"huge chunk size":           head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n0\r\n\r\n",
		"bare line feed in header":  head + "X-A: b\nContent-Length: 13\r\n\r\n" + folderSync,
		"bare line feed in length":  head + "Content-Length: 13\n\r\n" + folderSync,
		"bare line feed ends head":  head + "Content-Length: 13\r\n\n" + folderSync + "\r\n\r\n",
		"bare line feed at first":   strings.Replace(head, "\r\n", "\n", 1) + "Content-Length: 13\r\n\r\n" + folderSync,
		"two credentials":           head + "Authorization: " + basic("alice") + "\r\nContent-Length: 13\r\n\r\n" + folderSync,
		"two versions":              head + "MS-ASProtocolVersion: 2.5\r\nContent-Length: 13\r\n\r\n" + folderSync,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) { s.plain = true })
			c := w.dial()
			c.SetDeadline(time.Now().Add(10 * time.Second))
			io.WriteString(c, raw)
			br := bufio.NewReader(c)
			resp, body := w.hear(br)
			want := []int{400}
			switch name {
			case "two credentials", "two versions": // one request, and only one reading of its end: status 101
				want = []int{200}
				if string(body) != "\x03\x01\x6a\x00\x00\x07\x56\x4c\x03101\x00\x01\x01" {
					t.Errorf("body %x", body)
				}
			case "unknown coding", "misspelled coding":
				want = []int{400, 501}
			}
			if !slices.Contains(want, resp.StatusCode) {
				t.Errorf("%d %q, want %d", resp.StatusCode, body, want)
			}
			// What came behind is not seen as a request: the connection ends, or nothing more is said on it.
			c.SetDeadline(time.Now().Add(200 * time.Millisecond))
			if rest, _ := io.ReadAll(br); resp.StatusCode != 200 && !resp.Close || bytes.Contains(rest, []byte("HTTP/1.1")) {
				t.Errorf("the connection goes on (close %v): %q", resp.Close, rest)
			}
			for _, r := range w.mail.Requests() {
				if r.Method == http.MethodPost {
					t.Errorf("reached the mail server: %+v", r)
				}
			}
		})
	}
}

// TestLineBreaksBetweenRequestsHideNothing: some clients send an empty line after a body, and servers pass
// over it. What follows is watched like every other request.
func TestLineBreaksBetweenRequestsHideNothing(t *testing.T) {
	honest := post("FolderSync", "", folderSync)
	twoLengths := strings.Replace(honest, "Content-Length", "Transfer-Encoding: chunked\r\nContent-Length", 1)
	for name, c := range map[string]struct {
		between, second string
		want            int
	}{
		"an empty line, an honest request": {"\r\n", honest, 200},
		"an empty line, two lengths":       {"\r\n", twoLengths, 400},
		"two empty lines, two lengths":     {"\r\n\r\n", twoLengths, 400},
		"a line feed, two lengths":         {"\n", twoLengths, 400},
		"a line feed, an honest request":   {"\n", honest, 400},
		"a carriage return, two lengths":   {"\r", twoLengths, 400},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) { s.plain = true })
			conn := w.dial()
			br := bufio.NewReader(conn)
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			io.WriteString(conn, honest)
			if resp, _ := w.hear(br); resp.StatusCode != 200 {
				t.Fatal(resp.Status)
			}
			io.WriteString(conn, c.between+c.second)
			resp, _ := w.hear(br)
			posts := 0
			for _, r := range w.mail.Requests() {
				if r.Method == http.MethodPost {
					posts++
				}
			}
			if resp.StatusCode != c.want || (posts == 2) != (c.want == 200) || resp.Close != (c.want != 200) {
				t.Errorf("%s, close %v, %d requests at the mail server", resp.Status, resp.Close, posts)
			}
		})
	}
}

// TestOnlyTheServicesPathsExist: nothing else answers, and no spelling of another path passes for ours.
func TestOnlyTheServicesPathsExist(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	for _, path := range []string{"/", "/favicon.ico", "/owa", "/metrics", "/healthz", "/Microsoft-Server-ActiveSyncX", eas.Path + "/x", eas.Path + "//",
		"//Microsoft-Server-ActiveSync", "/./Microsoft-Server-ActiveSync", "/owa/../Microsoft-Server-ActiveSync", "/%4dicrosoft-Server-ActiveSync",
		"/Microsoft-Server-ActiveSync%2f", "/Microsoft-Server-ActiveSync;x", "/Microsoft-Server-ActiveSync/../owa", "/autodiscover/../owa", "/autodiscover/x",
		"/autodiscover/autodiscover.json/../../owa"} {
		resp, body := w.say(w.dial(), fmt.Sprintf("POST %s?Cmd=FolderSync&User=bob&DeviceId=A&DeviceType=b HTTP/1.1\r\nHost: m\r\nAuthorization: %s\r\nContent-Length: 0\r\n\r\n", path, basic("bob")))
		if resp.StatusCode != 404 || len(body) != 0 {
			t.Errorf("%s: %d %q", path, resp.StatusCode, body)
		}
	}
	for _, path := range []string{eas.Path, strings.ToLower(eas.Path), strings.ToUpper(eas.Path) + "/", eas.Path + "/default.eas", eas.Path + "/Default.EAS"} {
		resp, _ := w.say(w.dial(), strings.Replace(post("FolderSync", "", folderSync), eas.Path, path, 1))
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	for _, r := range w.mail.Requests() {
		if r.Path != eas.Path {
			t.Errorf("the mail server was asked for %q", r.Path)
		}
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "PROPFIND", "TRACE"} {
		c := w.dial()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: m\r\n\r\n", method, eas.Path)
		resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
		if err != nil || resp.StatusCode != 501 {
			t.Errorf("%s: %v %v", method, resp, err)
		}
	}
}

// TestTheCommandThatIsJudgedIsTheCommandThatRuns: some servers run what the body's root names.
func TestTheCommandThatIsJudgedIsTheCommandThatRuns(t *testing.T) {
	for name, c := range map[string]struct {
		command, extra, body string
		version              string
		pass                 bool
		want                 int
	}{
		"agreeing":                      {"FolderSync", "", folderSync, "14.1", true, 200},
		"another command's root":        {"Ping", "", folderSync, "14.1", false, 200},
		"another command's root, old":   {"Ping", "", folderSync, "12.1", false, 400},
		"unknown command":               {"Nonsense", "", folderSync, "14.1", false, 501},
		"bodiless command with a root":  {"GetAttachment", "", folderSync, "12.1", false, 400},
		"mail command with a root":      {"SendMail", "", folderSync, "12.1", false, 400},
		"mail":                          {"SendMail", "", "From: bob@lab.example\r\nTo: bob@lab.example\r\n\r\nhi", "12.1", true, 200},
		"garbage":                       {"FolderSync", "", "garbage", "14.1", false, 200},
		"header only":                   {"FolderSync", "", "\x03\x01\x6a\x00", "14.1", false, 200},
		"gzip that hides another root":  {"Ping", "Content-Encoding: gzip\r\n", gzipped(folderSync), "14.1", false, 200},
		"empty ping":                    {"Ping", "", "", "14.1", true, 200},
		"a page switch before the root": {"FolderSync", "", "\x03\x01\x6a\x00\x00\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01", "14.1", true, 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) { s.plain = true; s.mail.RootDispatch = true })
			raw := strings.Replace(post(c.command, c.extra, c.body), "14.1", c.version, 1)
			resp, body := w.say(w.dial(), raw)
			posts := 0
			for _, r := range w.mail.Requests() {
				if r.Method == http.MethodPost {
					posts++
				}
			}
			if (posts == 1) != c.pass {
				t.Errorf("%d requests reached the mail server, pass should be %v (answer %d %x)", posts, c.pass, resp.StatusCode, body)
			}
			if !c.pass && resp.StatusCode != c.want {
				t.Errorf("status %d, want %d (%x)", resp.StatusCode, c.want, body)
			}
		})
	}
}
