// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// Y-13
func TestABackendIsTriedAndExplained(t *testing.T) {
	good := eastest.New(eastest.Config{AnyVersion: true})
	open := eastest.New(eastest.Config{AnyVersion: true, OpenOptions: true, Provision: eastest.ProvisionStrict})
	for _, m := range []*eastest.Server{good, open} {
		m.AddUser(eastest.User{Name: "bob", Password: "bobpw"})
	}
	secure := httptest.NewUnstartedServer(good)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	for name, c := range map[string]struct {
		url, user, password string
		want                []string
		fail                bool // the last finding is bad
	}{
		"in order": {serveMail(t, good), "bob", "bobpw", []string{"stands after", "not encrypted", "offers Basic", "refuses a wrong password",
			"account can log in", "speaks versions 2.5", "Provision among them", "FolderSync was answered", "\"no policy\""}, false},
		"open options":        {serveMail(t, open), "bob", "bobpw", []string{"OPTIONS without credentials", "to a wrong password, so", "policy of its own"}, false},
		"wrong password":      {serveMail(t, good), "bob", "nope", []string{"refuses the account"}, true},
		"stranger only":       {serveMail(t, good), "", "", []string{"refuses a wrong password"}, false},
		"nobody there":        {nobody, "", "", []string{"refuses the connection"}, true},
		"unknown authority":   {secure.URL, "", "", []string{"authority nobody here knows"}, true},
		"not an address":      {"mail.example", "", "", []string{"not the address of a mail server"}, true},
		"wrong path":          {strings.TrimSuffix(serveMail(t, good), eas.Path) + "/elsewhere", "", "", []string{"no ActiveSync service"}, true},
		"TLS spoken to plain": {strings.Replace(serveMail(t, good), "http", "https", 1), "", "", []string{"does not speak TLS"}, true},
		"garbage":             {answering(t, "\x1b[31m220 mail ready\r\n\r\n"), "", "", []string{"what it answers is not HTTP"}, true},
		"colours in a header": {answering(t, "HTTP/1.1 401 No\r\nWWW-Authenticate: \x1b[31mBasic\r\nContent-Length: 0\r\n\r\n"), "", "", []string{"what it answers is not HTTP"}, true},
		"colours in a status": {answering(t, "HTTP/1.1 500 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n"), "", "", []string{"HTTP status 500"}, true},
		"cuts":                {answering(t, "HTTP/1.1 401 No\r\n"), "", "", []string{"it closed the connection"}, true},
		"plain spoken to it":  {strings.Replace(secure.URL, "https", "http", 1), "", "", []string{"HTTP status 400"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			list := gateway.CheckBackend(context.Background(), gateway.Backend{Name: "x", URL: c.url}, c.user, c.password)
			var text strings.Builder
			for _, f := range list {
				text.WriteString(f.Topic + ": " + f.Text + " " + f.Advice + "\n")
				if strings.ContainsFunc(f.Text+f.Advice, unicode.IsControl) {
					t.Errorf("a terminal would obey %q", f.Text)
				}
				if !f.OK && f.Advice == "" {
					t.Errorf("no advice: %+v", f)
				}
			}
			for _, want := range c.want {
				if !strings.Contains(text.String(), want) {
					t.Errorf("%q is missing:\n%s", want, text.String())
				}
			}
			if last := list[len(list)-1]; last.OK == c.fail {
				t.Errorf("last: %+v", last)
			}
		})
	}
}

// A certificate that is wrong is named with what to do about it, the status page says the same, and nothing
// of a phone, its password least of all, reaches a server that has not proved who it is.
//
// Y-13
func TestAWrongCertificateOfAMailServerIsExplained(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		from, until  time.Duration
		host         string
		trusted      bool
		want, advice string
	}{
		"has ended":     {-30 * day, -day, "127.0.0.1", true, "is not valid", "Renew it"},
		"has not begun": {day, 30 * day, "127.0.0.1", true, "is not valid", "clocks"},
		"another name":  {-day, 30 * day, "127.0.0.2", true, "for another name", "server_name"},
		"self-made":     {-day, 30 * day, "127.0.0.1", false, "an authority nobody here knows", "Set ca"},
	} {
		t.Run(name, func(t *testing.T) {
			m := eastest.New(eastest.Config{AnyVersion: true})
			m.AddUser(eastest.User{Name: "bob", Password: "bobpw"})
			srv := httptest.NewUnstartedServer(m)
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			pair := selfMade(t, c.host, time.Now().Add(c.from), time.Now().Add(c.until))
			srv.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
			srv.StartTLS()
			t.Cleanup(func() { m.Close(); srv.Close() })
			b := gateway.Backend{Name: "mail", Default: true, URL: srv.URL + eas.Path}
			if c.trusted {
				b.CAFile = filepath.Join(t.TempDir(), "ca.pem")
				if err := os.WriteFile(b.CAFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			list := gateway.CheckBackend(t.Context(), b, "bob", "bobpw")
			if len(list) != 1 || list[0].OK || !strings.Contains(list[0].Text, c.want) || !strings.Contains(list[0].Advice, c.advice) {
				t.Errorf("%+v", list)
			}
			w := newWorld(t, func(s *setting) { s.plain, s.gateway.Backends = true, []gateway.Backend{b} })
			if resp, _ := w.say(w.dial(), post("FolderSync", "", folderSync)); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
				t.Errorf("%d %v", resp.StatusCode, resp.Header)
			}
			if st := w.gw.Status(); len(st.Backends) != 1 || !strings.Contains(st.Backends[0].Problem, c.want) {
				t.Errorf("the status: %+v", st.Backends)
			}
			if n := len(m.Requests()); n != 0 {
				t.Errorf("the mail server saw %d requests", n)
			}
		})
	}
}

// selfMade gives a certificate that signs itself.
func selfMade(t *testing.T, host string, from, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until, IPAddresses: []net.IP{net.ParseIP(host)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// answering gives the address of a server that says the same to everybody and hangs up.
func answering(t *testing.T, words string) string {
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		if _, _, err := request(br); err == nil {
			io.WriteString(c, words)
		}
	})
	return "http://" + m.addr + eas.Path
}
