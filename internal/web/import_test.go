// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// bring sends a file as the form does.
func bring(v *visitor, file string, fill url.Values) *answer {
	v.t.Helper()
	form := v.get("/import").wants(http.StatusOK).fields("/import")
	for name, values := range fill {
		form[name] = values
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range form {
		for _, value := range values {
			if name != "file" {
				if err := m.WriteField(name, value); err != nil {
					v.t.Fatal(err)
				}
			}
		}
	}
	part, err := m.CreateFormFile("file", "phones<b>.csv")
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		v.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.c.URL+"/import", &b)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	return v.do(r)
}

// settled asks for an import's page until nothing goes on any more.
func settled(v *visitor, path string) *answer {
	v.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		a := v.get(path).wants(http.StatusOK)
		if len(a.all("#import[hx-get]")) == 0 {
			return a
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("still %q", a.words("#how-far"))
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-v.t.Context().Done():
			v.t.Fatal("cut off")
		}
	}
}

func TestAFileIsCheckedCarriedOutAndTakenBack(t *testing.T) { // Y-07
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := bring(v, "Name,Display name\nana,Ana <script>\n,Nobody\n", url.Values{"kind": {"users"}})
	a.wants(http.StatusOK)
	path, _, _ := strings.Cut(a.path, "?")
	if !strings.HasPrefix(path, "/import/") {
		t.Fatalf("led to %s: %s", a.path, a.words("main"))
	}
	a = settled(v, path)
	manners(t, a)
	if got := a.words("#how-far"); got != "Checked: nothing is changed yet" {
		t.Errorf("%q", got)
	}
	if got := a.words("tbody"); !strings.Contains(got, "New") || !strings.Contains(got, "The line has no name.") {
		t.Errorf("lines: %q", got)
	}
	if n, _, err := c.Store.CountUsers(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d users after the check, %v", n, err)
	}
	a.submit(v, path+"/run", nil)
	a = settled(v, path)
	if n, _, err := c.Store.CountUsers(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d users, %v: %s", n, err, a.words("main"))
	}
	refused := v.get(path + "?show=refused").words("tbody")
	if !strings.Contains(refused, "The line has no name.") || strings.Contains(refused, "ana") {
		t.Errorf("refused: %q", refused)
	}
	a.submit(v, path+"/undo", nil)
	if settled(v, path); true {
		if n, _, err := c.Store.CountUsers(t.Context()); err != nil || n != 0 {
			t.Errorf("%d users are left, %v", n, err)
		}
	}
	if got := v.get("/import").words("#files ~ *, section:last-of-type"); !strings.Contains(got, "Taken back") {
		t.Errorf("files: %q", got)
	}
}

func TestAFileThatCannotBeReadIsRefusedOnItsPage(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := bring(v, "Shoe size\n43\n", url.Values{"kind": {"devices"}})
	if a.status != http.StatusBadRequest || !strings.Contains(a.words(".message.bad"), "names no column") {
		t.Errorf("%d %q", a.status, a.words(".message.bad"))
	}
	if a := bring(v, "", url.Values{"kind": {"devices"}, "form_token": {"wrong"}}); a.status != http.StatusForbidden {
		t.Errorf("a file without the form's token: %d", a.status)
	}
	if a := bring(as(t, c, access.RoleOperator), "Name\nana\n", url.Values{"kind": {"users"}}); a.status != http.StatusOK {
		t.Errorf("an operator: %d", a.status)
	}
	auditor := as(t, c, access.RoleAuditor)
	if n := len(auditor.get("/import").wants(http.StatusOK).all(`form[method="post"][action="/import"]`)); n != 0 {
		t.Error("an auditor is asked for a file")
	}
	token := auditor.get("/account").fields("/account/password")["form_token"]
	if a := bring(auditor, "Name\nana\n", url.Values{"kind": {"users"}, "form_token": token}); a.status != http.StatusForbidden {
		t.Errorf("an auditor: %d", a.status)
	}
}

func TestWhoHasYetToComeStandsOnAPageOfItsOwn(t *testing.T) { // Y-18
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	if got := v.get("/expected").wants(http.StatusOK).words(".empty h2"); got != "Nobody is expected" {
		t.Errorf("empty: %q", got)
	}
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.CreateAssociation(&access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "carl", Device: "APPLCARL1"}}})
	}); err != nil {
		t.Fatal(err)
	}
	// As the console's own list is exported.
	a := bring(v, "User,DeviceID,Phone,Sync Status\nCarl,ApplCARL1,iPhone 15,Blocked\nnewcomer,APPLNEW9,iPhone 16,Allowed\n",
		url.Values{"kind": {string(admin.ImportExpected)}, "realm": {"lab"}, "presets": {"yes"}})
	path, _, _ := strings.Cut(a.path, "?")
	a = settled(v, path)
	a.submit(v, path+"/run", nil)
	settled(v, path)
	a = v.get("/expected").wants(http.StatusOK)
	manners(t, a)
	if got := a.words("#report"); got != "1 of 2 phones have come through the gateway, 1 have not yet." {
		t.Errorf("%q", got)
	}
	if got := a.words("tbody"); !strings.Contains(got, "newcomer") || strings.Contains(got, "Since") {
		t.Errorf("missing: %q", got)
	}
	for q, want := range map[string]string{"?q=ewcom": "newcomer", "?q=ewcom&show=seen": "", "?q=phone+15&show=all": "carl", "?q=nobody": ""} {
		got := v.get("/expected" + q).wants(http.StatusOK)
		if rows := strings.ToLower(got.words("tbody")); (want == "") != (rows == "") || !strings.Contains(rows, want) {
			t.Errorf("%s: %q, want %q", q, rows, want)
		}
	}
	a.submit(v, "/expected/forget", nil)
	if got := v.get("/expected?q=").words(".empty h2"); got != "Nobody is expected" {
		t.Errorf("forgotten: %q", got)
	}
}
