// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// ask sends an autodiscover request.
func (w *world) discover(method, path, user, password, body string) (*http.Response, []byte) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(timeout(w.t), method, "https://"+w.addr+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := w.client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, b
}

func TestAutodiscoverNamesTheGatewayToWhoCanLogIn(t *testing.T) {
	w := newWorld(t)
	doc := string(autodiscover.Request{Address: "bob@lab.example"}.Document())
	for _, path := range []string{"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.XML"} {
		resp, body := w.discover("POST", path, "bob@lab.example", "bobpw", doc)
		got, err := autodiscover.ParseResponse(body)
		if err != nil || resp.StatusCode != 200 || got.MobileSync() != "https://"+w.addr+eas.Path || got.Address != "bob@lab.example" {
			t.Errorf("%s: %d %s %v", path, resp.StatusCode, body, err)
		}
	}
	// What was found works.
	p := w.phone("bob")
	p.URL = "https://" + w.addr + eas.Path
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Error(err)
	}
	if resp, _ := w.discover("POST", "/autodiscover/autodiscover.xml", "", "", doc); resp.StatusCode != 401 || resp.Header.Get("Www-Authenticate") == "" {
		t.Errorf("without credentials: %d", resp.StatusCode)
	}
	before := w.posts()
	for range 5 {
		if resp, _ := w.discover("POST", "/autodiscover/autodiscover.xml", "bob@lab.example", "wrong", doc); resp.StatusCode != 401 {
			t.Errorf("wrong password: %d", resp.StatusCode)
		}
	}
	if n := w.posts() - before; n != 1 { // Y-11
		t.Errorf("the mail server saw the wrong password %d times", n)
	}
}

func TestAutodiscoverRefusesWhatIsNotForPhones(t *testing.T) {
	w := newWorld(t)
	outlook := string(autodiscover.Request{Address: "bob@lab.example", Schema: "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"}.Document())
	if _, body := w.discover("POST", "/autodiscover/autodiscover.xml", "bob", "bobpw", outlook); !bytes.Contains(body, []byte("601")) {
		t.Errorf("desktop request: %s", body)
	}
	for _, doc := range []string{"", "<x>", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", strings.Repeat("<a>", 1000)} {
		if resp, body := w.discover("POST", "/autodiscover/autodiscover.xml", "bob", "bobpw", doc); resp.StatusCode != 200 || !bytes.Contains(body, []byte("600")) {
			t.Errorf("%.20q: %d %s", doc, resp.StatusCode, body)
		}
	}
	if resp, _ := w.discover("POST", "/autodiscover/autodiscover.xml", "bob", "bobpw", strings.Repeat("x", 200<<10)); resp.StatusCode != 413 {
		t.Errorf("too long: %d", resp.StatusCode)
	}
	if resp, _ := w.discover("GET", "/autodiscover/autodiscover.xml", "", "", ""); resp.StatusCode != 501 {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

func TestAutodiscoverOfDesktopsGoesToTheServerOnlyWhenConfigured(t *testing.T) {
	w := newWorld(t)
	url := w.backend.URL
	w.mail.AddUser(userNamed("bob"))
	two := newWorld(t, func(s *setting) {
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, URL: url + eas.Path, Autodiscover: url + "/autodiscover/autodiscover.xml"}}
	})
	outlook := string(autodiscover.Request{Address: "bob@lab.example", Schema: "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"}.Document())
	two.discover("POST", "/autodiscover/autodiscover.xml", "bob", "bobpw", outlook)
	seen := false
	for _, r := range w.mail.Requests() {
		seen = seen || strings.EqualFold(r.Path, "/autodiscover/autodiscover.xml") && r.Method == "POST"
	}
	if !seen {
		t.Errorf("the mail server was not asked: %+v", w.mail.Requests())
	}
}

func TestAutodiscoverVersionTwoNeedsNoCredentialsAndTellsNothingElse(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.gateway.ExternalURL = "https://mail.lab.example" + eas.Path })
	for path, want := range map[string]string{
		"/autodiscover/autodiscover.json?Email=bob@lab.example&Protocol=ActiveSync&RedirectCount=1": `"Url":"https://mail.lab.example/Microsoft-Server-ActiveSync"`,
		"/Autodiscover/Autodiscover.json?email=nobody@lab.example&PROTOCOL=activesync":              `"Url":"https://mail.lab.example/Microsoft-Server-ActiveSync"`,
		"/autodiscover/autodiscover.json/v1.0/bob@lab.example?Protocol=ActiveSync":                  `"Url":"https://mail.lab.example/Microsoft-Server-ActiveSync"`,
		"/autodiscover/autodiscover.json?Email=bob@lab.example&Protocol=AutodiscoverV1":             `"Url":"https://mail.lab.example/autodiscover/autodiscover.xml"`,
		"/autodiscover/autodiscover.json?Email=bob@lab.example&Protocol=Ews":                        "InvalidProtocol",
		"/autodiscover/autodiscover.json?Protocol=ActiveSync":                                       "MandatoryParameterMissing",
		"/autodiscover/autodiscover.json?@evil.example/owa/?&Email=autodiscover/autodiscover.json":  "ErrorCode",
	} {
		resp, body := w.discover("GET", path, "", "", "")
		if !bytes.Contains(body, []byte(want)) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	if len(w.mail.Requests()) != 0 {
		t.Error("the mail server was asked")
	}
}

func TestHTTP2WaitsTooAndIsEndedLikeTheOthers(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.gateway.HTTP2 = true })
	p := w.phone("bob")
	tr := p.HTTP.Transport.(*http.Transport)
	tr.ForceAttemptHTTP2 = true
	resp, err := p.Open(timeout(t), easclient.Request{Command: eas.FolderSync, Body: []byte(folderSync)})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatalf("spoke %s", resp.Proto)
	}
	ch := make(chan pinged, 1)
	go func() {
		r, err := p.Ping(timeout(t), 3000, "5")
		if easStatus(err) != 0 {
			err = nil
		}
		ch <- pinged{r, err}
	}()
	until(t, "the Ping waits", func() bool { return w.gw.Status().Parked == 1 })
	w.apply(record("bob", "PHONEBOB", block("lost")))
	if got := <-ch; got.err != nil || got.result.Status != 7 {
		t.Errorf("%+v %v", got.result, got.err)
	}
	// And a phone that gives up ends the request at the mail server.
	w.apply(record("bob", "PHONEBOB", noOverride()))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		r, err := p.Ping(ctx, 3000, "5")
		ch <- pinged{r, err}
	}()
	until(t, "the second Ping waits", func() bool { return w.gw.Status().Parked == 1 })
	cancel()
	<-ch
	until(t, "the mail server's request ended", func() bool { return w.mail.Counters().Running == 0 })
}
