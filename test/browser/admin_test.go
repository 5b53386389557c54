// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/login/oidctest"
	"github.com/vedette-mail/vedette/test/browser"
)

// staff is a console that several people look after: grace may read it and no more, oleg works with it, hans
// helps the group Sales, linus has not used the link yet.
func staff(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	for name, role := range map[string]access.Role{"grace": access.RoleAuditor, "oleg": access.RoleOperator, "hans": access.RoleHelpDesk} {
		if err := c.Login.CreateAdministrator(t.Context(), login.House(), name, browser.Password, role); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.Login.Invite(t.Context(), login.House(), login.NewAdministrator{Name: "linus", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"Sales"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login.CreateTokenFor(t.Context(), login.House(), browser.Administrator, login.NewToken{Name: "Inventory", Role: access.RoleAuditor}); err != nil {
		t.Fatal(err)
	}
	return where{URL: c.URL}
}

// elsewhere is a console beside a provider, which is told by an address of whom to vouch for.
func elsewhere(t *testing.T) where {
	c := browser.Start(t, true)
	p := oidctest.New(t, nil)
	poke := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p.Is(oidctest.Person{Subject: "7", Name: "Olga Petrova", Groups: []string{r.URL.Query().Get("groups")}})
	}))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, Poke: poke.URL, Also: p.URL}
}

// files is a console into which files are brought.
func files(t *testing.T) where {
	c := browser.Start(t, true)
	c.ThreeGateways(t)
	return where{URL: c.URL}
}

// broken has an address that, asked, takes the store away.
func broken(t *testing.T) where {
	c := browser.Start(t, true)
	poke := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { c.Break(t) }))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, Poke: poke.URL}
}
