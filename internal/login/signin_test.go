// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestSigningInAndOut(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	b := w.browser()
	if status, _ := b.get("/me"); status != 401 {
		t.Fatalf("before: %d", status)
	}
	_, unknown := b.post("/sign-in", "name", "nobody", "password", password)
	status, wrong := b.post("/sign-in", "name", "alice", "password", "something else")
	if status != 401 || wrong != unknown {
		t.Errorf("a wrong password says %d %q, an unknown name %q", status, wrong, unknown)
	}
	b.must(200, "/sign-in", "name", "Alice", "password", password)
	if status, me := b.get("/me"); status != 200 || me != "alice" {
		t.Errorf("signed in: %d %s", status, me)
	}
	b.must(200, "/sign-out")
	if status, _ := b.get("/me"); status != 401 {
		t.Errorf("signed out: %d", status)
	}
	want := []string{"set-up", "sign-in", "sign-in-failed", "sign-in-failed", "sign-in", "sign-out"}
	if diff := cmp.Diff(want, w.events()); diff != "" {
		t.Error(diff)
	}
}

// must2 signs in with a cookie header of its own and a matching form cookie.

func TestEveryChangeNeedsTheTokenOfItsForm(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	if status, _ := b.do(http.MethodPost, "/block", nil); status != 403 {
		t.Errorf("without a token: %d", status)
	}
	_, foreign := w.browser().get("/form")
	if status, _ := b.do(http.MethodPost, "/block", url.Values{httpd.FormTokenField: {foreign}}); status != 403 {
		t.Errorf("with somebody else's token: %d", status)
	}
	if body := b.must(200, "/block"); body != "blocked by alice" {
		t.Errorf("with its own: %s", body)
	}
	if status, _ := w.browser().do(http.MethodPost, "/sign-in", url.Values{"name": {"alice"}, "password": {password}}); status != 403 {
		t.Errorf("the sign-in form takes no token: %d", status)
	}
}

func TestABodyThatIsTooLongIsCalledThat(t *testing.T) {
	w := newWorld(t)
	mux := w.login.Middleware(httpd.LimitBodyBy(func(*http.Request) int64 { return 100 }, nil, w.mux(w.login.Guard))) // a length that is not said is met later
	r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("name="+strings.Repeat("x", 200)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.ContentLength = -1
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", rec.Code)
	}
}
