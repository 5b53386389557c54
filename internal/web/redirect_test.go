// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// D-07 R-21
func TestARedirectIsShownOnlyWhereThereIsOneAndCanBeCleared(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	const hostile = `https://two.lab.example/<script>alert(1)</script>`
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		a, err := tx.FindAssociation(ids[0])
		if err != nil {
			return err
		}
		a.Redirect = hostile
		return tx.SaveFacts(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.ThreeGateways(t)
	v := signedIn(t, c)
	const form = `#pane form[action="/activesync/clear-redirect"]`
	other := v.get("/activesync/" + string(ids[1]))
	if len(other.all(form)) != 0 || strings.Contains(category(other, "Mailbox Details"), "Redirect URL") {
		t.Error("a record without a redirect shows one")
	}
	a := v.get("/activesync/" + string(ids[0])).wants(http.StatusOK)
	if got := category(a, "Mailbox Details"); !strings.Contains(got, "Redirect URL "+hostile) {
		t.Errorf("Mailbox Details: %s", got)
	}
	manners(t, a)
	a.says(form+" button", "Clear Redirect")
	fragment := v.get("/activesync/"+string(ids[0]), "HX-Request", "true")
	if fragment.fields("/activesync/clear-redirect").Get("form_token") == "" {
		t.Error("the pane alone has a form without a token")
	}
	stale := a.submit(v, "/activesync/clear-redirect", url.Values{"version": {"99"}, "key": {"another"}})
	stale.says(".message", "has changed since you looked at it")
	done := a.submit(v, "/activesync/clear-redirect", nil).wants(http.StatusOK)
	done.says(".message", "The redirect is cleared.").says(".message", "Applied by").says("#pane", "Redirect cleared")
	if len(done.all(form)) != 0 || strings.Contains(category(done, "Mailbox Details"), "Redirect URL") {
		t.Error("the redirect is still shown")
	}
	v.get("/audit").says("tbody", "Redirect cleared").says("tbody", "no redirect")
	v.post("/activesync/clear-redirect", url.Values{"id": {string(ids[0])}}).wants(http.StatusForbidden)
}
