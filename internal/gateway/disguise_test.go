// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// behindOf is a gateway before a mail server of a kind, which runs what the root says.
func behindOf(t *testing.T, kind string) (*world, *eastest.Server) {
	t.Helper()
	mail := eastest.New(eastest.Config{AnyVersion: true, RootDispatch: true})
	mail.AddUser(userNamed("bob"))
	at := httptest.NewServer(mail)
	w := newWorld(t, func(s *setting) {
		s.plain = true
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Type: kind, Realm: "lab", Default: true,
			Domains: []string{"lab.example", "LAB"}, URL: at.URL + eas.Path}}
	})
	t.Cleanup(func() {
		w.stop()
		mail.Close()
		at.Close()
	})
	return w, mail
}

// TestADisguisedBodyDoesNotPass: SOGo, met in test/interop, unpacks nothing, takes any WBXML version and
// prolog, and tells a mail by the spelling of its type alone. A body must not pass as what it is not.
func TestADisguisedBodyDoesNotPass(t *testing.T) {
	const (
		wbxml  = "Content-Type: application/vnd.ms-sync.wbxml\r\n"
		rfc822 = "Content-Type: message/rfc822\r\n"
		mail   = "From: bob@lab.example\r\nTo: bob@lab.example\r\n\r\nhi"
	)
	letter := "C" + folderSync[1:] // a version that is a letter
	for name, c := range map[string]struct {
		server, command, header, body string
		pass                          bool
	}{
		"mail":                                   {"sogo", "SendMail", rfc822, mail, true},
		"mail without a type":                    {"sogo", "SendMail", "", mail, true},
		"mail elsewhere, type with a charset":    {"other", "SendMail", "Content-Type: Message/RFC822; charset=utf-8\r\n", mail, true},
		"mail that calls itself WBXML":           {"other", "SendMail", wbxml, mail, true},
		"mail of a type SOGo does not take":      {"sogo", "SendMail", "Content-Type: Message/RFC822; charset=utf-8\r\n", mail, false},
		"mail that calls itself WBXML to SOGo":   {"sogo", "SendMail", wbxml, mail, false},
		"WBXML that begins like a mail":          {"sogo", "SendMail", wbxml, letter, false},
		"the same without a proper type":         {"sogo", "SmartReply", "Content-Type: text/plain\r\n", letter, false},
		"a prolog only lenient readers take":     {"sogo", "GetAttachment", wbxml, "\x03\x00\x00\x6a\x00" + folderSync[4:], false},
		"a version only lenient readers take":    {"other", "GetAttachment", wbxml, letter, false},
		"a word about packing and plain bytes":   {"other", "Ping", wbxml + "Content-Encoding: gzip\r\n", folderSync, false},
		"a packing nobody here knows":            {"other", "Ping", wbxml + "Content-Encoding: br\r\n", folderSync, false},
		"two words about packing":                {"other", "Ping", wbxml + "Content-Encoding: identity, identity\r\n", folderSync, false},
		"packed and agreeing":                    {"other", "FolderSync", wbxml + "Content-Encoding: gzip\r\n", gzipped(folderSync), true},
		"packed and agreeing, SOGo reads it raw": {"sogo", "FolderSync", wbxml + "Content-Encoding: gzip\r\n", gzipped(folderSync), false},
		"said not to be packed":                  {"sogo", "FolderSync", wbxml + "Content-Encoding: identity\r\n", folderSync, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, server := behindOf(t, c.server)
			raw := strings.Replace(post(c.command, c.header, c.body), "Content-Type: application/vnd.ms-sync.wbxml\r\n"+c.header, c.header, 1)
			if strings.HasPrefix(c.body, "From") {
				raw = strings.Replace(raw, "14.1", "12.1", 1)
			}
			resp, body := w.say(w.dial(), raw)
			posts := 0
			for _, r := range server.Requests() {
				if r.Method == http.MethodPost {
					posts++
				}
			}
			if (posts == 1) != c.pass {
				t.Errorf("%d requests reached the mail server (answer %d %x)", posts, resp.StatusCode, body)
			}
		})
	}
}

// TestSOGoGetsALengthForASmallChunkedBody: it answers chunked requests with 500.
func TestSOGoGetsALengthForASmallChunkedBody(t *testing.T) {
	for kind, want := range map[string]int64{"sogo": int64(len(folderSync)), "other": -1} {
		t.Run(kind, func(t *testing.T) {
			got := make(chan int64, 1)
			at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					got <- r.ContentLength
				}
			}))
			w := newWorld(t, func(s *setting) {
				s.plain = true
				s.gateway.Backends = []gateway.Backend{{Name: "mail", Type: kind, Realm: "lab", Default: true, URL: at.URL + eas.Path}}
			})
			t.Cleanup(func() {
				w.stop()
				at.Close()
			})
			raw := strings.Replace(post("FolderSync", "", ""), "Content-Length: 0\r\n\r\n",
				fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(folderSync), folderSync), 1)
			if resp, body := w.say(w.dial(), raw); resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d, %q", resp.StatusCode, body)
			}
			if n := <-got; n != want {
				t.Errorf("length %d, want %d", n, want)
			}
		})
	}
}
