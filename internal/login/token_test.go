// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

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
