// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// where accounts live is chosen, not typed, and where gateways disagree about it somebody is told.
func TestFormsOfferTheRealmsThatGatewaysTellOf(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	tell := func(id string, servers ...access.BackendHealth) {
		t.Helper()
		g := access.Gateway{ID: access.GatewayID(id), FirstSeen: c.Now(), LastReport: c.Now(), Status: access.GatewayStatus{Backends: servers}}
		if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SaveGateway(g) }); err != nil {
			t.Fatal(err)
		}
	}
	server := func(name string, domains ...string) access.BackendHealth {
		return access.BackendHealth{Name: name, Type: "other", Realm: name + "-realm", Domains: domains}
	}
	forms := []string{"/overrides/approve", "/users/merge", "/users/new"}
	tell("gw1", server("one", "lab"))
	for _, path := range forms {
		a := v.get(path).wants(http.StatusOK)
		if got := a.words("select[name=realm] option[selected]"); got == "" || got[:len("one-realm (lab)")] != "one-realm (lab)" {
			t.Errorf("%s: of one realm %q is chosen", path, got)
		}
	}
	if got := v.get("/sentry").words(".differ"); got != "" {
		t.Errorf("one gateway disagrees with itself: %s", got)
	}

	tell("gw2", server("one", "lab", "lab.example"), server("two"))
	for _, path := range forms {
		v.get(path).wants(http.StatusOK).says("select[name=realm]", "two-realm")
		if got := v.get(path).words("select[name=realm] option[selected]"); got == "" || got[:len("Choose")] != "Choose" {
			t.Errorf("%s: of two realms %q is chosen", path, got)
		}
	}
	v.get("/sentry").says(".differ", "gateway gw2 names lab.example, and gateway gw1 does not").says("table.backends", "one-realm")
}
