// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/test/parts"
)

// TestVedette tells the stories through the product: what a phone lives through with SOGo it must live
// through in the same way with the gateway in between. The stories after them are about the gateway
// itself.
//
// F-01, F-06, X-03, Y-01, Y-02, Y-11, Y-13
func TestVedette(t *testing.T) {
	binary := parts.Vedette(t)
	s := parts.SOGo(t)
	t.Run("before SOGo alone", func(t *testing.T) {
		p := install(t, binary, settings{backend: s.URL()})
		at := p.site(s)
		tellStories(t, at, "V")
		for _, st := range []struct {
			name string
			tell func(*testing.T, *product, site, string)
		}{
			{"every spelling is one record and one block", storyOneRecord},
			{"a block ends the waiting Ping within a second", storyBlockEndsPing},
			{"a wrong password reaches SOGo once", storyStalePassword},
			{"the record shows what phone and server said", storyFacts},
			{"no POST fails because SOGo hangs up", storyHangingUp},
			{"check backend explains SOGo", storyCheckBackend},
		} {
			t.Run(st.name, func(t *testing.T) { st.tell(t, p, at, "V") })
		}
		p.keepsSecrets(t)
	})
	t.Run("before nginx with TLS", func(t *testing.T) {
		front := s.Front(t)
		p := install(t, binary, settings{backend: front.TLSURL, ca: front.CA, external: "https://mail." + parts.MailDomain,
			names: []string{"mail." + parts.MailDomain, "autodiscover." + parts.MailDomain}})
		at := p.site(s)
		for _, st := range []struct {
			name string
			tell func(*testing.T, site, string)
		}{
			{"OPTIONS names versions and commands", storyOptions},
			{"Ping waits and is woken by a new mail", storyPing},
			{"an attachment comes inline and in parts", storyAttachment},
			{"a request body may be chunked", storyChunked},
		} {
			t.Run(st.name, func(t *testing.T) { st.tell(t, at, "W") })
		}
		t.Run("a phone finds the gateway from the mail address alone", func(t *testing.T) { storyAutodiscover(t, p, at) })
		p.keepsSecrets(t)
	})
}

// refused reports whether an answer is the gateway's refusal of a FolderSync, in the form of the
// version. [MS-ASCMD] 2.2.2, common status 129
func refused(a answer) bool {
	if a.status == http.StatusForbidden {
		return true
	}
	if a.status != http.StatusOK {
		return false
	}
	n, err := wbxml.Parse(a.body, wbxml.Limits{})
	return err == nil && n.Child(wbxml.FolderHierarchyStatus).Value() == "129"
}

// forms are the ways one phone may write its requests: every spelling of the user, the device id in
// other cases, and the base64 query. R-13
func forms(s site, user, device string) map[string]func(*testing.T) answer {
	all := make(map[string]func(*testing.T) answer)
	folderSync := func(p phone) func(*testing.T) answer {
		return func(t *testing.T) answer {
			return p.do(t, t.Context(), http.MethodPost, p.query("FolderSync"), folderSync0(), nil)
		}
	}
	for _, sp := range spellings(user) {
		p := s.phoneOf(user, device)
		p.login, p.urlUser = sp.login, sp.urlUser
		all[fmt.Sprintf("login %s, User %s", sp.login, sp.urlUser)] = folderSync(p)
	}
	all["device id in lower case"] = folderSync(s.phoneOf(user, strings.ToLower(device)))
	all["base64 query"] = func(t *testing.T) answer {
		raw := append([]byte{141, 9, 0x09, 0x04, byte(len(device))}, device...) // [MS-ASHTTP] 2.2.1.1.1.1
		raw = append(append(raw, 0, byte(len("Interop"))), "Interop"...)
		return s.phoneOf(user, device).do(t, t.Context(), http.MethodPost, base64.StdEncoding.EncodeToString(raw), folderSync0(), nil)
	}
	return all
}

func storyOneRecord(t *testing.T, p *product, s site, prefix string) {
	device := prefix + "BLOCK"
	all := forms(s, "bob", device)
	for name, ask := range all {
		if a := ask(t); a.status != http.StatusOK || refused(a) {
			t.Fatalf("%s: status %d, body %.80q", name, a.status, a.body)
		}
	}
	r := p.record(t, "bob's record", device, func(r record) bool { return r.LastHTTP == http.StatusOK })
	if r.Account != "bob" || r.Realm != "lab" || r.SyncStatus != "allowed" || !strings.EqualFold(r.DeviceID, device) {
		t.Errorf("record %+v", r)
	}
	p.block(t, r)
	p.obeys(t, all["login bob, User bob"], true)
	before := s.asked(t, device)
	for name, ask := range all {
		if a := ask(t); !refused(a) {
			t.Errorf("%s: status %d, body %.80q, want a refusal", name, a.status, a.body)
		}
	}
	if after := s.asked(t, device); after != before {
		t.Errorf("SOGo was asked %d times for a blocked pair", after-before)
	}
	if s.phoneOf("alice", device).inbox(t) == "" {
		t.Error("another account on the device was refused too")
	}
	p.allow(t, r)
	p.obeys(t, all["base64 query"], false)
	if a := all["base64 query"](t); refused(a) {
		t.Errorf("allowed again: status %d", a.status)
	}
}

// obeys asks until the gateway refuses, or does not, and fails after a second.
func (p *product) obeys(t *testing.T, ask func(*testing.T) answer, refuse bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Second); ; {
		if refused(ask(t)) == refuse {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after a second the gateway still does not follow: refuse %v", refuse)
		}
	}
}

// asked counts what SOGo has logged of requests of a device.
func (s site) asked(t *testing.T, device string) (n int) {
	t.Helper()
	b, err := os.ReadFile(s.sogo.Log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		if bytes.Contains(line, []byte(`"POST /`)) && bytes.Contains(bytes.ToUpper(line), []byte("DEVICEID="+strings.ToUpper(device)+"&")) {
			n++
		}
	}
	return n
}

func storyBlockEndsPing(t *testing.T, p *product, s site, prefix string) {
	device := prefix + "ENDPING"
	box := s.phoneOf("carol", device).open(t)
	box.settle(t)
	r := p.record(t, "carol's record", device, func(record) bool { return true })
	done := pinging(t, box)
	until(t, "the Ping is parked", func() bool { return p.gauge(t, "vedette_gateway_parked_requests") == 1 })
	start := time.Now()
	p.block(t, r)
	select {
	case a := <-done:
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if a.status != http.StatusOK && a.status != http.StatusForbidden {
			t.Errorf("status %d, body %q", a.status, a.body)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the Ping goes on")
	}
	if a := box.phone.do(t, t.Context(), http.MethodPost, box.phone.query("FolderSync"), folderSync0(), nil); !refused(a) {
		t.Errorf("the next request: status %d, body %.80q", a.status, a.body)
	}
	until(t, "nothing waits any more", func() bool { return p.gauge(t, "vedette_gateway_waiting_requests") == 0 })
	p.record(t, "the record says blocked", device, func(r record) bool { return r.SyncStatus == "blocked" })
}

func storyStalePassword(t *testing.T, p *product, s site, prefix string) {
	device := prefix + "STALE"
	phone := s.phoneOf("carol", device)
	phone.password = "last year's"
	for i := range 5 {
		a := phone.do(t, t.Context(), http.MethodPost, phone.query("FolderSync"), folderSync0(), nil)
		if a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("try %d: status %d, challenge %q", i, a.status, a.header.Get("WWW-Authenticate"))
		}
	}
	until(t, "SOGo logs the try", func() bool { return s.asked(t, device) > 0 })
	if got := s.asked(t, device); got != 1 {
		t.Errorf("SOGo was asked %d times", got)
	}
	if list := p.records(t, device); len(list) != 0 {
		t.Errorf("a stranger left a record: %+v", list)
	}
	phone.password = "carolpw"
	if phone.inbox(t) == "" {
		t.Error("the right password does not pass")
	}
	p.record(t, "carol's record", device, func(r record) bool { return r.Account == "carol" })
}

func storyFacts(t *testing.T, p *product, s site, prefix string) {
	c := &easclient.Client{URL: s.url, User: "LAB\\bob", Password: "bobpw", HTTP: s.client, Version: eas.V14_1,
		DeviceID: prefix + "FACTS", DeviceType: "Interop", UserAgent: "Interop/1.0"}
	if _, err := c.FolderSync(t.Context(), "0"); err != nil {
		t.Fatal(err)
	}
	r := p.record(t, "the record", c.DeviceID, func(record) bool { return true })
	if !r.MailboxDerived {
		t.Errorf("mailbox %q before any answer named one", r.Mailbox)
	}
	if _, err := c.SetDevice(t.Context(), easclient.Device{Model: "Story 5", OS: "Android 14", FriendlyName: "Bob's <b>phone</b>"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UserInformation(t.Context()); err != nil {
		t.Fatal(err)
	}
	r = p.record(t, "model and mailbox", c.DeviceID, func(r record) bool { return r.Model == "Story 5" && !r.MailboxDerived })
	if r.Mailbox != "bob@"+parts.MailDomain || !strings.Contains(r.OS+" "+r.OSVersion, "Android") {
		t.Errorf("record %+v", r)
	}
}

// storyHangingUp: sogod closes each connection after its answer without saying so.
func storyHangingUp(t *testing.T, _ *product, s site, prefix string) {
	var wg sync.WaitGroup
	for worker := range 4 {
		phone := s.phoneOf("bob", fmt.Sprintf("%sHANG%d", prefix, worker))
		wg.Go(func() {
			for i := range 10 {
				method, query, body := http.MethodPost, phone.query("FolderSync"), folderSync0()
				if i%2 == 0 {
					method, query, body = http.MethodOptions, "", nil
				}
				a, err := phone.try(context.WithoutCancel(t.Context()), method, query, body, nil)
				if err != nil || a.status != http.StatusOK {
					t.Errorf("%s: status %d, %v", method, a.status, err)
				}
			}
		})
	}
	wg.Wait()
}

// storyCheckBackend: the command says of SOGo what these stories found out about it. Y-13
func storyCheckBackend(t *testing.T, p *product, _ site, _ string) {
	for password, want := range map[string][]string{
		"bobpw": {"refuses a wrong password already at OPTIONS", "The account can log in", "14.1", "FolderSync was answered", `"no policy"`, "not encrypted"},
		"wrong": {"It refuses the account or its password"},
	} {
		cmd := exec.Command(p.binary, "check", "backend", "-c", p.config, "--user", "bob")
		cmd.Stdin = strings.NewReader(password + "\n")
		out, err := cmd.CombinedOutput()
		if err == nil { // one finding is bad in any case: plain HTTP
			t.Errorf("password %s: nothing found wrong:\n%s", password, out)
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("password %s: %q is missing:\n%s", password, w, out)
			}
		}
		if strings.Contains(string(out), "bobpw") {
			t.Error("the password is shown")
		}
	}
}

func storyAutodiscover(t *testing.T, p *product, s site) {
	// What DNS would say: every name of the domain is the gateway, on the usual port.
	tr := s.client.Transport.(*http.Transport).Clone()
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(addr)
		if err != nil || port != "443" || host != "mail."+parts.MailDomain && host != "autodiscover."+parts.MailDomain {
			return nil, fmt.Errorf("nobody is at %s", addr)
		}
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(p.gateway, "https://"))
	}
	t.Cleanup(tr.CloseIdleConnections)
	web := &http.Client{Transport: tr}
	for _, password := range []string{"alicepw", "wrong"} {
		c := autodiscover.Client{HTTP: web, Password: password, LookupSRV: noSRV}
		found, err := c.Discover(t.Context(), "alice@"+parts.MailDomain)
		if err != nil {
			t.Fatalf("password %s: %v", password, err)
		}
		if want := "https://mail." + parts.MailDomain + eas.Path; found.URL != want {
			t.Errorf("password %s: found %q, want %q", password, found.URL, want)
		}
		// Version 1 asks for the password; version 2 asks for none and says nothing that is secret.
		if byV1 := len(found.Servers) > 0; byV1 != (password == "alicepw") {
			t.Errorf("password %s: answered by version 1: %v", password, byV1)
		}
		phone := &easclient.Client{URL: found.URL, User: "alice@" + parts.MailDomain, Password: password, HTTP: web, Version: eas.V14_1,
			DeviceID: "WFOUND", DeviceType: "Interop"}
		if _, err := phone.FolderSync(t.Context(), "0"); (err == nil) != (password == "alicepw") {
			t.Errorf("password %s at the address found: %v", password, err)
		}
	}
}

func noSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}
