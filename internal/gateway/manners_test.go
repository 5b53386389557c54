// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"compress/gzip"
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// TestAMailServerHasToProveItsName: passwords are sent to it.
func TestAMailServerHasToProveItsName(t *testing.T) {
	var reached atomic.Int64
	var asked sync.Map // names it was asked for in TLS
	start := func(version uint16) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{MaxVersion: version, MinVersion: tls.VersionTLS10, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			asked.Store(h.ServerName, true)
			return nil, nil
		}}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	modern, old := start(0), start(tls.VersionTLS11)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: modern.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url, ca, serverName string
		want                int
	}{
		"private authority":             {modern.URL, ca, "", 200},
		"another name, which it has":    {modern.URL, ca, "example.com", 200},
		"another name, which it hasn't": {modern.URL, ca, "mail.lab.example", 503},
		"an authority nobody knows":     {modern.URL, "", "", 503},
		"TLS 1.1":                       {old.URL, ca, "", 503},
		"no TLS where it is spoken":     {strings.Replace(modern.URL, "https", "http", 1), "", "", 400},
	} {
		t.Run(name, func(t *testing.T) {
			reached.Store(0)
			w := newWorld(t, func(s *setting) {
				s.plain = true
				s.gateway.Backends = []gateway.Backend{{Name: "mail", Default: true, URL: c.url, CAFile: c.ca, ServerName: c.serverName}}
			})
			resp, _ := w.say(w.dial(), post("FolderSync", "", folderSync))
			if resp.StatusCode != c.want {
				t.Errorf("status %d, want %d", resp.StatusCode, c.want)
			}
			if (reached.Load() > 0) != (c.want == 200) {
				t.Errorf("it got %d requests", reached.Load())
			}
			if c.serverName != "" {
				if _, ok := asked.Load(c.serverName); !ok {
					t.Errorf("it was not asked for %s", c.serverName)
				}
			}
		})
	}
}

// TestTheMailServerIsAskedByTheNameThePhoneKnows: servers make addresses of it. One that cannot be a name is
// not passed on.
func TestTheMailServerIsAskedByTheNameThePhoneKnows(t *testing.T) {
	hosts := make(chan string, 1)
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		if r, _, err := request(br); err == nil {
			hosts <- r.Host
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	})
	for name, c := range map[string]struct{ own, host, want string }{
		"the phone's":                {"", "mail.lab.example", "mail.lab.example"},
		"with port":                  {"", "mail.lab.example:8443", "mail.lab.example:8443"},
		"an IPv6 address":            {"", "[2001:db8::1]:443", "[2001:db8::1]:443"},
		"its own":                    {"exchange.corp.example", "mail.lab.example", "exchange.corp.example"},
		"what cannot be a name":      {"", "mail.lab.example/owa?x", m.addr},
		"what could be another user": {"", "user@mail.lab.example", m.addr},
		"far too long":               {"", strings.Repeat("a", 300), m.addr},
	} {
		w := m.behind(func(s *setting) { s.gateway.Backends[0].Host = c.own })
		resp, _ := w.say(w.dial(), strings.Replace(post("FolderSync", "", folderSync), "Host: mail.lab.example", "Host: "+c.host, 1))
		if resp.StatusCode == 400 { // net/http refuses some by itself
			if c.want != m.addr {
				t.Errorf("%s: refused", name)
			}
			continue
		}
		if got := <-hosts; got != c.want {
			t.Errorf("%s: the mail server was asked for %q, want %q", name, got, c.want)
		}
	}
}

// TestPackedAnswersPassAndThoseThatAreReadComeUnpacked: phones offer gzip, and the gateway looks into answers
// to Settings.
func TestPackedAnswersPassAndThoseThatAreReadComeUnpacked(t *testing.T) {
	inner := eastest.New(eastest.Config{AnyVersion: true})
	inner.AddUser(userNamed("bob"))
	packing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			inner.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		for k, v := range rec.Header() {
			if k != "Content-Length" {
				w.Header()[k] = v
			}
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(rec.Code)
		io.WriteString(w, gzipped(rec.Body.String()))
	})
	w := newWorld(t, func(s *setting) { s.plain, s.backend = true, packing })
	resp, body := w.say(w.dial(), post("FolderSync", "Accept-Encoding: gzip, br\r\n", folderSync))
	if resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("the phone's offer was not passed on: %v", resp.Header)
	}
	z, err := gzip.NewReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(z); err != nil || !strings.HasPrefix(string(plain), "\x03\x01\x6a") {
		t.Errorf("the packed answer was changed: %x %v", plain, err)
	}
	const userInformation = "\x03\x01\x6a\x00\x00\x12\x45\x5d\x07\x01\x01"
	resp, body = w.say(w.dial(), post("Settings", "Accept-Encoding: gzip, br\r\n", userInformation))
	if resp.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(string(body), "\x03\x01\x6a") {
		t.Errorf("the answer to Settings: %v %x", resp.Header, body)
	}
	w.sink.wait(t, "the mailbox", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		for _, s := range kept {
			if s.Mailbox == "bob@lab.example" {
				return true
			}
		}
		return false
	})
}

// TestWhatBelongsToOneConnectionStaysOnIt: headers of the answer that are about the leg to the mail server.
func TestWhatBelongsToOneConnectionStaysOnIt(t *testing.T) {
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		for {
			if _, _, err := request(br); err != nil {
				return
			}
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, X-Own\r\nKeep-Alive: timeout=5\r\nX-Own: 1\r\n"+
				"Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nX-MS-Location: https://inside.lab.example/\r\nMS-Server-ActiveSync: 15.2\r\nX-MS-RP: 2.5\r\n\r\n")
		}
	})
	w := m.behind()
	c := w.dial()
	br := bufio.NewReader(c)
	for range 2 {
		io.WriteString(c, post("FolderSync", "", folderSync))
		resp, _ := w.hear(br)
		for _, key := range []string{"Keep-Alive", "X-Own", "Proxy-Authenticate", "Upgrade", "X-Ms-Location", "Connection"} {
			if v, ok := resp.Header[key]; ok {
				t.Errorf("the phone got %s: %q", key, v)
			}
		}
		if h := resp.Header; h.Get("MS-Server-ActiveSync") != "15.2" || h.Get("X-MS-RP") != "2.5" || resp.Close {
			t.Errorf("the phone did not get all: %v", h)
		}
	}
	// And what the gateway says by itself looks like the same server.
	w.apply(record("bob", "PHONEBOB", block("no")))
	io.WriteString(c, post("FolderSync", "", folderSync))
	if resp, _ := w.hear(br); resp.Header.Get("MS-Server-ActiveSync") != "15.2" || resp.Header.Get("Cache-Control") != "private" {
		t.Errorf("the gateway's own answer: %v", resp.Header)
	}
}

// TestAutodiscoverIsNotLedAround: a mail server that would send a desktop client elsewhere.
func TestAutodiscoverIsNotLedAround(t *testing.T) {
	for _, status := range []string{"301 Moved", "302 Found", "307 Temporary", "451 Elsewhere"} {
		m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
			if _, _, err := request(br); err == nil {
				io.WriteString(c, "HTTP/1.1 "+status+"\r\nLocation: https://inside.lab.example/\r\nX-MS-Location: https://inside.lab.example/\r\nContent-Length: 0\r\n\r\n")
			}
		})
		w := m.behind(func(s *setting) {
			s.gateway.Backends[0].Autodiscover = "http://" + m.addr + "/autodiscover/autodiscover.xml"
		})
		doc := string(autodiscover.Request{Address: "bob@lab.example", Schema: "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"}.Document())
		resp, body := w.say(w.dial(), "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: m\r\nAuthorization: "+basic("bob")+"\r\nContent-Type: text/xml\r\nContent-Length: "+
			strconv.Itoa(len(doc))+"\r\n\r\n"+doc)
		if resp.StatusCode != 503 || resp.Header.Get("Location") != "" || resp.Header.Get("X-Ms-Location") != "" || len(body) != 0 {
			t.Errorf("%s: %d %v %q", status, resp.StatusCode, resp.Header, body)
		}
	}
}

// TestAPhoneMayBeginWithABurst: an account that is set up asks for everything at once.
func TestAPhoneMayBeginWithABurst(t *testing.T) {
	w := newWorld(t)
	p := w.phone("bob")
	var failed atomic.Int64
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() {
			if _, err := p.FolderSync(timeout(t), "0"); err != nil {
				failed.Add(1)
			}
		})
	}
	group.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of 30 were refused", n)
	}
	w.sink.wait(t, "one record", func(kept, _ []access.Sighting, _ []access.Tally) bool { return len(kept) == 1 })
}
