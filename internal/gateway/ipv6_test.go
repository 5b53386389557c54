// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// mailV6 puts the mail server on an IPv6 address.
func mailV6(t *testing.T, m http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(m)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// TestEverythingWorksOverIPv6: phone, gateway and mail server have no other addresses.
func TestEverythingWorksOverIPv6(t *testing.T) {
	for name, plain := range map[string]bool{"tls": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			mail := eastest.New(eastest.Config{AnyVersion: true, MinHeartbeat: 1})
			mail.AddUser(userNamed("bob"))
			url := mailV6(t, mail)
			w := newWorld(t, func(s *setting) {
				s.plain, s.at = plain, "[::1]:0"
				s.gateway.Backends = []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, Domains: []string{"lab.example"}, URL: url + eas.Path}}
			})
			p := w.phone("bob")
			in := inbox(t, p)
			w.sink.wait(t, "where it came from", func(kept, _ []access.Sighting, _ []access.Tally) bool {
				return len(kept) == 1 && kept[0].Accepted && kept[0].RemoteAddr == "::1"
			})
			woken := make(chan pinged, 1)
			go func() {
				r, err := p.Ping(timeout(t), 3000, in)
				woken <- pinged{r, err}
			}()
			w.parked(1)
			if _, err := mail.Deliver("bob", eastest.Message{Subject: "wake up"}); err != nil {
				t.Fatal(err)
			}
			if got := <-woken; got.err != nil || got.result.Status != 2 {
				t.Errorf("the Ping: %+v", got)
			}
			for _, r := range mail.Requests() {
				if got := r.Header["X-Forwarded-For"]; len(got) != 1 || got[0] != "::1" {
					t.Errorf("%s: X-Forwarded-For %q", r.RawQuery, got)
				}
			}
		})
	}
}

// TestTheClientsIPv6AddressIsTakenFromTheFront: from a PROXY header and from X-Forwarded-For, in every way it
// can be written.
func TestTheClientsIPv6AddressIsTakenFromTheFront(t *testing.T) {
	for name, c := range map[string]struct{ proxied, header, want string }{
		"PROXY header":               {"2001:db8::7", "", "2001:db8::7"},
		"PROXY header, long":         {"2001:0db8:0:0:0:0:0:7", "", "2001:db8::7"},
		"an IPv4 address inside":     {"::ffff:198.51.100.7", "", "198.51.100.7"},
		"header":                     {"", "2001:db8::8", "2001:db8::8"},
		"header with port":           {"", "[2001:db8::8]:443", "2001:db8::8"},
		"header with zone":           {"", "fe80::8%eth0", "fe80::8"},
		"header behind a stranger's": {"", "2001:db8::bad, 2001:db8::8", "2001:db8::8"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, limited)
			extra := ""
			if c.header != "" {
				extra = "X-Forwarded-For: " + c.header + "\r\n"
			}
			from := w.knock(c.proxied)
			if resp, _ := w.say(from, post("FolderSync", extra, folderSync)); resp.StatusCode != 200 {
				t.Fatal(resp.Status)
			}
			w.sink.wait(t, "where it came from", func(kept, _ []access.Sighting, _ []access.Tally) bool {
				return len(kept) == 1 && kept[0].RemoteAddr == c.want
			})
			for _, r := range w.mail.Requests() {
				if got := r.Header["X-Forwarded-For"]; len(got) != 1 || got[0] != c.want {
					t.Errorf("X-Forwarded-For %q, want %q", got, c.want)
				}
			}
		})
	}
}

// Y-11: a household or an office has a /56, and every phone in it as many addresses as it likes.
func TestGuessesCountByIPv6Network(t *testing.T) {
	w := newWorld(t, func(s *setting) {
		fronts, _ := httpd.ParseFronts([]string{"127.0.0.1"})
		s.gateway.Fronts = fronts
		s.gateway.Shield = gateway.ShieldConfig{PerNetwork: 2, PerAccount: 100}
	})
	p := w.phone("bob")
	for i, c := range []struct {
		addr string
		want int
	}{
		{"2001:db8:1:100::1", 401}, {"2001:db8:1:1ff:ffff::2", 401},
		{"2001:db8:1:101::3", 503}, {"2001:db8:1:1aa::4", 503}, // the same /56
		{"2001:db8:1:200::1", 401}, {"2001:db8:1:ff::1", 401}, // its neighbours
	} {
		p.Password = "guess" + string(rune('a'+i))
		if _, err := from(p, c.addr).FolderSync(timeout(t), "0"); statusOf(err) != c.want {
			t.Errorf("%s: %v, want %d", c.addr, err, c.want)
		}
	}
}

// Y-11: one network that tries a password with many names.
func TestOneNetworkMayGuessAtFewAccounts(t *testing.T) {
	w := newWorld(t, trusting, func(s *setting) {
		s.gateway.Shield = gateway.ShieldConfig{DistinctAccounts: 3}
		s.mail.AnyVersion = true
	})
	try := func(user, addr string) int {
		p := w.phone(user)
		p.Password = "Spring2026"
		_, err := from(p, addr).FolderSync(timeout(t), "0")
		return statusOf(err)
	}
	for i, user := range []string{"ana", "ben", "cem"} {
		if got := try(user, "198.51.100.7"); got != 401 {
			t.Errorf("account %d: %d", i, got)
		}
	}
	for _, user := range []string{"dee", "eva"} {
		if got := try(user, "198.51.100.9"); got != 503 {
			t.Errorf("%s, one account too many: %d", user, got)
		}
	}
	if got := try("dee", "203.0.113.7"); got != 401 {
		t.Errorf("from another network: %d", got)
	}
	if _, err := from(w.phone("bob"), "198.51.100.7").FolderSync(timeout(t), "0"); statusOf(err) != 503 {
		t.Errorf("an account that never signed in there: %v", err)
	}
	if _, err := from(w.phone("bob"), "203.0.113.8").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	if _, err := from(w.phone("bob"), "198.51.100.7").FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("a password that was accepted elsewhere passes: %v", err)
	}
}
