// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

func TestASessionThatWasPlantedIsWorthNothing(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	b := w.signedIn()
	before := cookieOf(t, b, "session")
	b.must(200, "/password", "old", password, "new", "another fine phrase")
	after := cookieOf(t, b, "session")
	if before == after {
		t.Error("the session kept its token through a change of the password")
	}
	b.must(200, "/sign-out")
	old := w.browser()
	old.header.Set("Cookie", "session="+after)
	if status, _ := old.get("/me"); status != 401 {
		t.Errorf("a copy of the cookie outlives the sign-out: %d", status)
	}
	old.header.Set("Cookie", "session=chosen-by-an-attacker")
	old.must2(t, "name", "alice", "password", "another fine phrase")
	evil := w.browser()
	evil.header.Set("Cookie", "session=chosen-by-an-attacker")
	if status, _ := evil.get("/me"); status != 401 {
		t.Errorf("a session token of somebody else's choice was kept: %d", status)
	}
}

func (b *browser) must2(t *testing.T, fields ...string) {
	t.Helper()
	b.header.Set("Cookie", b.header.Get("Cookie")+"; form=0123456789abcdef0123")
	form := url.Values{httpd.FormTokenField: {httpd.FormToken([]byte("0123456789abcdef0123"))}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	if status, body := b.do(http.MethodPost, "/sign-in", form); status != 200 {
		t.Fatalf("sign-in: %d %s", status, body)
	}
}

func cookieOf(t *testing.T, b *browser, name string) string {
	t.Helper()
	u, err := url.Parse(b.w.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	t.Fatalf("no cookie %s", name)
	return ""
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	a, b := w.signedIn(), w.signedIn()
	_, list := a.get("/sessions")
	ids := strings.Fields(list)
	if len(ids) != 3 {
		t.Fatalf("sessions %v", ids)
	}
	if !strings.Contains(list, "current:") {
		t.Errorf("none is the current one: %s", list)
	}
	t.Run("one that is revoked", func(t *testing.T) {
		_, own := b.get("/sessions")
		for _, id := range strings.Fields(own) {
			if mine, found := strings.CutPrefix(id, "current:"); found {
				a.must(200, "/sessions/revoke", "id", mine)
			}
		}
		if status, _ := b.get("/me"); status != 401 {
			t.Errorf("still there: %d", status)
		}
	})
	t.Run("all others when the password changes", func(t *testing.T) {
		other := w.signedIn()
		a.must(422, "/password", "old", "wrong", "new", "a brand new phrase")
		a.must(200, "/password", "old", password, "new", "a brand new phrase")
		if status, _ := other.get("/me"); status != 401 {
			t.Errorf("another session is still there: %d", status)
		}
		if status, _ := a.get("/me"); status != 200 {
			t.Errorf("the one that changed it is gone: %d", status)
		}
	})
	t.Run("one that nobody uses for half an hour", func(t *testing.T) {
		idle := w.browser()
		idle.must(200, "/sign-in", "name", "alice", "password", "a brand new phrase")
		w.clock.forward(29 * time.Minute)
		if status, _ := idle.get("/me"); status != 200 {
			t.Errorf("gone too early: %d", status)
		}
		w.clock.forward(2 * time.Minute)
		if status, _ := idle.get("/me"); status != 401 {
			t.Errorf("still there: %d", status)
		}
	})
	t.Run("all of somebody who is disabled", func(t *testing.T) {
		err := w.login.CreateAdministrator(t.Context(), login.House(), "bob", "fine phrase to know", access.RoleAuditor)
		if err != nil {
			t.Fatal(err)
		}
		bob := w.browser()
		bob.must(200, "/sign-in", "name", "bob", "password", "fine phrase to know")
		if err := w.login.DisableAdministrator(t.Context(), login.House(), "bob"); err != nil {
			t.Fatal(err)
		}
		if status, _ := bob.get("/me"); status != 401 {
			t.Errorf("still there: %d", status)
		}
		bob.must(401, "/sign-in", "name", "bob", "password", "fine phrase to know")
		if err := w.login.DisableAdministrator(t.Context(), login.House(), "alice"); access.KindOf(err) != access.KindInvalid {
			t.Errorf("the last administrator was disabled: %v", err)
		}
	})
}

func TestABackgroundRequestDoesNotKeepASession(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	before := expiries(t, w)
	b.header.Set(login.BackgroundHeader, "1")
	w.clock.forward(10 * time.Minute)
	if status, _ := b.get("/me"); status != 200 {
		t.Fatal("the page's own request is refused")
	}
	if diff := cmp.Diff(before, expiries(t, w)); diff != "" {
		t.Errorf("the session was written: %s", diff)
	}
}

func expiries(t *testing.T, w *world) map[string][]byte {
	t.Helper()
	all, err := w.store.Sessions().AllCtx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}
