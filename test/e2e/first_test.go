// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// The first start of a console and a gateway in one process: the printed link makes one administrator,
// and phones sync.
//
// A-01 A-02 Y-18
func TestTheFirstStartMakesOneAdministrator(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"shadow", "enforce"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t, plan{early: true, serve: true})
			w.startServe()
			w.console.says("There is no administrator yet.")
			link := strings.TrimPrefix(w.console.says("https://"), w.pages)
			fill := url.Values{"name": {"boss"}, "password": {"a dozen dull dogs"}, "again": {"a dozen dull dogs"}, "mode": {mode}}
			b := w.browser()
			if code, _ := b.get("/activesync"); code != http.StatusOK { // the sign-in page
				t.Errorf("nobody is signed in: %d", code)
			}
			if code, _ := b.get("/setup?token=guess"); code != http.StatusNotFound {
				t.Errorf("a guessed link: %d", code)
			}
			code, body := b.submit(link, fill)
			if code != http.StatusOK {
				t.Fatalf("the link: %d %s", code, body)
			}
			if got := strings.Contains(words(t, body), "Shadow mode is on"); got != (mode == "shadow") {
				t.Errorf("after choosing %s the page says %.400s", mode, words(t, body))
			}
			if code, _ := w.browser().get(link); code != http.StatusNotFound {
				t.Errorf("the link a second time: %d", code)
			}
			if page := b.show("/activesync"); !strings.Contains(page, "Devices & Users") || !strings.Contains(page, "ActiveSync") {
				t.Errorf("the list of records: %.300s", page)
			}
			expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
			eventually(t, soon, "the phone is on the page", func() bool { return strings.Contains(b.show("/activesync"), "PHONEONE") })

			// Started again, it prints no link, and the same administrator can sign in.
			w.console.stop()
			w.startServe()
			w.admin = "a dozen dull dogs"
			w.signIn()
			if out := w.console.out.String(); strings.Contains(out, "setup") {
				t.Errorf("a second start prints %s", out)
			}
		})
	}
}

// The demo says in one line where everything is, and leaves nothing behind.
func TestTheDemoComesAndGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := launch(t, "demo", []string{"TMPDIR=" + dir}, "demo", "--json", "--console-port", "0", "--gateway-port", "0", "--phones", "6")
	p.says("{")
	if n := strings.Count(p.out.String(), "\n"); n != 1 {
		t.Errorf("%d lines: %s", n, p.out.String())
	}
	var card map[string]string
	if err := json.Unmarshal([]byte(p.out.String()), &card); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"console_url", "admin_user", "admin_password", "gateway_url", "mail_user", "mail_password", "api_token"} {
		if card[key] == "" {
			t.Errorf("no %s", key)
		}
	}
	c := trusting(t, filepath.Join(dir, "*", "certificates", "*.crt"))
	phone := &easclient.Client{URL: card["gateway_url"] + eas.Path, User: card["mail_user"], Password: card["mail_password"],
		DeviceID: "SPARE", DeviceType: "iPhone", UserAgent: "Apple-iPhone11C8/2007.75", Version: eas.V14_1, HTTP: c}
	if _, err := phone.Provision(timeout(t), easclient.Device{Model: "iPhone"}); err != nil {
		t.Fatal(err)
	}
	expect(t, "passed", phone)
	w := &world{t: t, pages: strings.TrimPrefix(card["console_url"], "https://"), token: card["api_token"], trusted: c}
	eventually(t, soon, "the phone is on the list", func() bool { return len(w.list("SPARE")) == 1 })
	eventually(t, soon, "the company's phones are on the list", func() bool { return len(w.list("")) >= 7 })

	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(40 * time.Second):
		t.Fatal("Ctrl-C does not end it")
	}
	if c := p.cmd.ProcessState.ExitCode(); c != 0 {
		t.Errorf("it ended with %d", c)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	for _, key := range []string{"console_url", "gateway_url", "status_url"} {
		if conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimPrefix(card[key], "https://"), "http://")); err == nil {
			conn.Close()
			t.Errorf("somebody still listens on %s", card[key])
		}
	}
}

// trusting is a client that trusts the certificates in some files.
func trusting(t *testing.T, pattern string) *http.Client {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no certificates in %s: %v", pattern, err)
	}
	var all bytes.Buffer
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(all.Bytes())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 2 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
