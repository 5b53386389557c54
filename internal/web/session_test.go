// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/test/browser"
)

func TestTheSetUpLinkWorksOnceAndAsksHowToBegin(t *testing.T) {
	c := browser.Start(t, false)
	token, _, err := c.Login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.get("/setup?token=guess").wants(http.StatusNotFound)
	v.get("/sign-in").says(".message", "no administrator yet")
	page := v.get("/setup?token=" + token).wants(http.StatusOK)
	manners(t, page)
	page.says("form", "Observe first").says("form", "Enforce")
	fill := url.Values{"name": {"grace"}, "password": {"a long enough password"}, "again": {"something else entirely"}}
	page.submit(v, "/setup", fill).wants(http.StatusBadRequest).says(".message", "differ")
	fill.Set("again", "a long enough password")
	page.submit(v, "/setup", fill).wants(http.StatusOK).says(".message", "Shadow mode is on").says(".banner", "Shadow mode")
	v.get("/setup?token=" + token).wants(http.StatusNotFound)
	v.get("/audit").says("tbody", "grace")
}

func TestSigningInTakesToThePageAskedForButNeverElsewhere(t *testing.T) {
	c := browser.Start(t, true)
	tests := []struct{ name, path, ends string }{
		{"the page asked for", "/audit?event=block", "/audit?event=block"},
		{"not another site", "/sign-in?next=//example.invalid/", "/"},
		{"not another scheme", "/sign-in?next=javascript:alert(1)", "/"},
		{"not another site in disguise", `/sign-in?next=/\example.invalid`, "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newVisitor(t, c)
			a := v.get(tt.path).submit(v, "/sign-in", url.Values{"name": {browser.Administrator}, "password": {browser.Password}})
			if a.path != tt.ends {
				t.Errorf("ended at %s, want %s", a.path, tt.ends)
			}
		})
	}
}

func TestAWrongPasswordIsSaidOnThePage(t *testing.T) {
	c := browser.Start(t, true)
	v := newVisitor(t, c)
	a := v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {`"><script>`}, "password": {"wrong"}})
	a.wants(http.StatusUnauthorized).says(".message.bad", "not right")
	if n := a.all("main script"); len(n) != 0 {
		t.Error("the name became markup")
	}
}

func TestTheAccountPageMakesATokenThatIsShownOnce(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.get("/account").says("main", "Administrator").submit(v, "/account/tokens", url.Values{"name": {"scripts"}})
	secret := a.wants(http.StatusOK).words(".secret")
	if !strings.HasPrefix(secret, "vdt_") {
		t.Fatalf("the token is %q", secret)
	}
	again := v.get("/account").says("tbody", "scripts")
	if strings.Contains(again.body, secret) {
		t.Error("the token is shown again")
	}
	again.submit(v, "/account/tokens/revoke", nil).says(".message", "does not work any more")
}

func TestTheQRCodeIsDrawnHere(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.get("/account").submit(v, "/account/second-factor", url.Values{"password": {browser.Password}}).wants(http.StatusOK)
	if len(a.all("svg.qr path[d]")) != 2 || len(a.words(".secret")) < 16 {
		t.Error("no QR code or no key to type")
	}
	manners(t, a)
	a.submit(v, "/account/second-factor/confirm", url.Values{"code": {"000000"}}).says(".message.bad", "not right")
}

func TestAnAuditorMayLookAndIsOfferedNothingElse(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), "olga", browser.Password, access.RoleAuditor); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {"olga"}, "password": {browser.Password}}).wants(http.StatusOK)
	a := v.get("/activesync/" + string(ids[0])).wants(http.StatusOK)
	if len(a.all("#selection, .do")) != 0 {
		t.Error("an auditor is offered actions")
	}
	v.get("/activesync/selection/block?id=" + string(ids[0])).wants(http.StatusForbidden)
	v.get("/sentry/preferences/preview?shadow=yes").wants(http.StatusForbidden)
	v.get("/audit").wants(http.StatusOK)
	v.get("/account").wants(http.StatusOK)
	token := v.get("/account").fields("/account/password").Get("form_token")
	v.post("/activesync/selection/block", url.Values{"form_token": {token}, "id": {string(ids[0])}}).wants(http.StatusForbidden)
}
