// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas/easclient"
)

// Passwords, tokens, cookies and set-up links pass through, and none of them stays: not in a log, the
// database, the spool or the snapshot.
func TestNoSecretIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	link := w.console.says("https://")
	setup := link[strings.LastIndex(link, "=")+1:]
	boss := w.signIn()
	boss.show("/activesync")
	if code, _ := w.browser().submit("/sign-in", url.Values{"name": {"boss"}, "password": {"Sesame-page-guess"}}); code/100 != 4 {
		t.Errorf("a wrong password on the page: %d", code)
	}
	secrets := []string{setup, w.admin, w.token, "Sesame-page-guess"}
	for _, c := range boss.c.Jar.Cookies(&url.URL{Scheme: "https", Host: w.pages, Path: "/"}) {
		secrets = append(secrets, c.Value)
	}
	if len(secrets) < 5 {
		t.Fatal("no cookie to look for")
	}
	for _, user := range []string{"bob", "alice"} {
		p := w.phone(0, user, "PHONE"+user)
		secrets = append(secrets, p.Password)
		expect(t, "refused", p)
		w.obeyed(w.say("allow", w.await(user, "PHONE"+strings.ToUpper(user)).ID).Number)
		expect(t, "passed", p)
		if _, err := p.SetDevice(timeout(t), easclient.Device{Model: "iPhone11,8", FriendlyName: user + "'s phone"}); err != nil {
			t.Error(err)
		}
		wrong := w.phone(0, user, "PHONE"+user)
		wrong.Password = "Sesame-wrong-" + user
		secrets = append(secrets, wrong.Password)
		expect(t, "challenged", wrong)
		bearer := w.phone(0, user, "PHONE"+user)
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"upn":"` + user + `@lab.example"}`))
		bearer.Bearer = "Sesame-head." + claims + ".Sesame-signature-" + user
		secrets = append(secrets, bearer.Bearer, "Sesame-signature-"+user)
		if got := contact(t, bearer); got == "passed" {
			t.Error("a made-up token passes")
		}
	}
	w.console.kill() // so that there is something in the spool and in the write-ahead log
	expect(t, "refused", w.phone(0, "carol", "PHONECAROL"))
	secrets = append(secrets, secret("carol"))
	w.spooled(0, "PHONECAROL")
	w.gateways[0].stop() // which writes down what it knows

	files := map[string][]byte{}
	for _, p := range []*process{w.console, w.gateways[0]} {
		files["log of "+p.name] = []byte(p.log.String())
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, w.dir)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/console/console.db", "/console/console.db-wal", "/gw1/gateway/snapshot"} {
		if len(files[want]) == 0 {
			t.Errorf("%s was not looked at", want)
		}
	}
	for name, content := range files {
		for i, s := range secrets {
			for _, form := range forms(s) {
				if bytes.Contains(content, []byte(form)) {
					t.Errorf("%s holds secret %d (%.12s…)", name, i, s)
				}
			}
		}
	}
}

// forms are the ways in which a secret may lie around: as it is, quoted, in hex, and inside base64 at each
// of the three ways to begin.
func forms(s string) []string {
	out := []string{s, hex.EncodeToString([]byte(s)), fmt.Sprintf("%X", s), url.QueryEscape(s)}
	for lead := range 3 {
		b := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + s))
		out = append(out, strings.TrimRight(b, "=")[(lead*8+5)/6:len(strings.TrimRight(b, "="))-2])
	}
	return out
}

func TestTheSearchForSecretsFindsThem(t *testing.T) {
	for _, user := range []string{"u", "us", "usr"} {
		s := secret("anybody")
		for _, text := range []string{s, base64.StdEncoding.EncodeToString([]byte(user + ":" + s)), fmt.Sprintf("%x", user+s+"!")} {
			found := false
			for _, form := range forms(s) {
				found = found || strings.Contains(text, form)
			}
			if !found {
				t.Errorf("%q is not found in %q", s, text)
			}
		}
	}
}
