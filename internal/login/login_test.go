// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestTheSetUpLinkWorksOnce(t *testing.T) {
	w := newWorld(t)
	first, _, err := w.login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, expires, err := w.login.SetupLink(t.Context())
	if err != nil || !expires.Equal(w.clock.Now().Add(24*time.Hour)) {
		t.Fatalf("expires %v, %v", expires, err)
	}
	b := w.browser()
	b.must(404, "/set-up", "token", first, "name", "mallory", "password", password)
	b.must(404, "/set-up", "token", "", "name", "mallory", "password", password)
	b.must(422, "/set-up", "token", second, "name", "alice", "password", "short")
	b.must(422, "/set-up", "token", second, "name", "ali\u202ece", "password", password)
	b.must(200, "/set-up", "token", second, "name", "alice", "password", password)
	if status, me := b.get("/me"); status != 200 || me != "alice" {
		t.Errorf("after set-up: %d %s", status, me)
	}
	w.browser().must(404, "/set-up", "token", second, "name", "mallory", "password", password)
	if _, _, err := w.login.SetupLink(t.Context()); access.KindOf(err) != access.KindConflict {
		t.Errorf("another link: %v", err)
	}
}

func TestAnOldSetUpLinkIsWorthNothing(t *testing.T) {
	w := newWorld(t)
	token, _, err := w.login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.clock.forward(24*time.Hour + time.Second)
	w.browser().must(404, "/set-up", "token", token, "name", "alice", "password", password)
}

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

// must2 signs in with a cookie header of its own and a matching form cookie.
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

func TestTheSecondFactor(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	b.must(422, "/code/begin", "password", "not it")
	seed := b.must(200, "/code/begin", "password", password)
	b.must(422, "/code/confirm", "code", "000000")
	recovery := strings.Fields(b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now())))
	if len(recovery) != 10 {
		t.Fatalf("recovery codes %v", recovery)
	}

	other := w.browser()
	if body := other.must(200, "/sign-in", "name", "alice", "password", password); body != "code?" {
		t.Fatalf("no code is asked for: %q", body)
	}
	if status, _ := other.get("/me"); status != 401 {
		t.Fatalf("the password alone opens: %d", status)
	}
	other.must(401, "/code", "code", codeAt(t, seed, w.clock.Now()))
	w.clock.forward(30 * time.Second)
	code := codeAt(t, seed, w.clock.Now())
	other.must(200, "/code", "code", code)
	if status, _ := other.get("/me"); status != 200 {
		t.Fatalf("with the code: %d", status)
	}

	third := w.browser()
	third.must(200, "/sign-in", "name", "alice", "password", password)
	third.must(401, "/code", "code", code)
	third.must(200, "/code", "code", recovery[0])
	fourth := w.browser()
	fourth.must(200, "/sign-in", "name", "alice", "password", password)
	fourth.must(401, "/code", "code", recovery[0])
	w.clock.forward(6 * time.Minute)
	fourth.must(401, "/code", "code", codeAt(t, seed, w.clock.Now()))

	a, err := w.store.FindAdministratorByName(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(a.TOTPSealed, seed) || a.TOTPSealed == "" || a.TOTPPending != "" {
		t.Errorf("the seed is kept as %q, pending %q", a.TOTPSealed, a.TOTPPending)
	}
	third.must(200, "/code/disable", "password", password)
	if body := w.browser().must(200, "/sign-in", "name", "alice", "password", password); body == "code?" {
		t.Error("a code is still asked for")
	}
}

func codeAt(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAKnownPasswordDoesNotAllowGuessingCodes(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	seed := b.must(200, "/code/begin", "password", password)
	b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now()))
	thief := w.browser()
	refused := 0
	for range 12 {
		if status, _ := thief.post("/sign-in", "name", "alice", "password", password); status == 503 {
			refused++
			continue
		}
		if status, _ := thief.post("/code", "code", "123456"); status == 503 {
			refused++
		}
	}
	if refused < 6 {
		t.Errorf("only %d of 12 rounds had to wait", refused)
	}
}

func TestGuessingIsSlowedDownAndTheAdministratorStillGetsIn(t *testing.T) {
	w := newWorld(t)
	known := w.setUp()
	known.must(200, "/sign-out")
	thief := w.browser()
	statuses := map[int]int{}
	for i := range 10 {
		status, _ := thief.post("/sign-in", "name", "alice", "password", fmt.Sprintf("guess number %d", i))
		statuses[status]++
	}
	if statuses[401] != 5 || statuses[503] != 5 {
		t.Errorf("answers %v, want five wrong and five put off", statuses)
	}
	// The same network, but a browser that has signed in before.
	known.must(200, "/sign-in", "name", "alice", "password", password)
	w.clock.forward(20 * time.Minute)
	w.signedIn()
}

func TestAFloodOfFailuresDoesNotFillTheAuditLog(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	b := w.browser()
	for i := range 60 {
		b.post("/sign-in", "name", fmt.Sprintf("name%d", i), "password", "x")
	}
	n := 0
	for _, e := range w.events() {
		if e == login.EventSignInFailed {
			n++
		}
	}
	if n < 20 || n > 40 {
		t.Errorf("%d lines for 60 failures", n)
	}
	w.clock.forward(time.Minute)
	b.post("/sign-in", "name", "alice", "password", "x")
	list, _, err := w.store.ListAudit(t.Context(), store.AuditFilter{Event: login.EventSignInFailed, Limit: 1})
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Detail, "more like this were not written down") {
		t.Errorf("last line %+v, %v", list, err)
	}
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

func TestAnAuditorMayLookOnly(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	if err := w.login.CreateAdministrator(t.Context(), login.House(), "bob", "fine phrase to know", access.RoleAuditor); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	b.must(200, "/sign-in", "name", "bob", "password", "fine phrase to know")
	if status, _ := b.get("/records"); status != 200 {
		t.Errorf("looking: %d", status)
	}
	b.must(403, "/block")
	b.must(403, "/tokens", "name", "x", "role", "administrator")
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	secret := b.must(200, "/tokens", "name", "backup script", "role", "auditor")
	b.must(422, "/tokens", "name", "", "role", "auditor")
	all, err := w.login.ListTokens(t.Context(), login.House())
	if err != nil || len(all) != 1 || all[0].Owner != "alice" || strings.Contains(fmt.Sprintf("%+v", all), secret) {
		t.Fatalf("list %+v, %v", all, err)
	}
	kept, err := w.store.ListTokens(t.Context())
	if err != nil || strings.Contains(kept[0].Hash, secret) {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	script := w.browser()
	script.header.Set("Authorization", "Bearer "+secret)
	if status, who := script.get("/records"); status != 200 || who != "alice (token backup script)" {
		t.Errorf("looking: %d %s", status, who)
	}
	if status, _ := script.do(http.MethodPost, "/block", nil); status != 403 {
		t.Errorf("a token that may look only has blocked: %d", status)
	}
	if status, _ := script.get("/me"); status != 403 {
		t.Errorf("a token was let in to the account page: %d", status)
	}
	strong := b.must(200, "/tokens", "name", "robot", "role", "administrator")
	robot := w.browser()
	robot.header.Set("Authorization", "Bearer "+strong)
	if status, body := robot.do(http.MethodPost, "/block", nil); status != 200 || body != "blocked by alice (token robot)" {
		t.Errorf("without a form token, as scripts are: %d %s", status, body)
	}
	if err := w.login.RevokeToken(t.Context(), login.House(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	if status, _ := script.get("/records"); status != 401 {
		t.Errorf("after it was revoked: %d", status)
	}
	// A browser's cookie does not make up for a token that is none.
	b.header.Set("Authorization", "Bearer nonsense")
	if status, _ := b.get("/records"); status != 401 {
		t.Errorf("cookie and a wrong token: %d", status)
	}
}

func TestTheWayBackIn(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	seed := b.must(200, "/code/begin", "password", password)
	b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now()))
	fresh, err := w.login.ResetPassword(t.Context(), login.House(), "ALICE")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := b.get("/me"); status != 401 {
		t.Errorf("the old session is still there: %d", status)
	}
	w.browser().must(200, "/sign-in", "name", "alice", "password", fresh)
	if _, err := w.login.ResetPassword(t.Context(), login.House(), "nobody"); access.KindOf(err) != access.KindNotFound {
		t.Errorf("for nobody: %v", err)
	}
}
