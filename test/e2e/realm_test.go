// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/api"
)

// A console whose file names no mail server learns from its gateways how accounts are spelt, and keeps it:
// what is approved on a page or by API in any spelling is what the phone comes as.
//
// R-13 Y-08
func TestAConsoleAloneSpellsAccountsAsItsGatewaysDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	eventually(t, soon, "the gateway has told of its mail server", func() bool {
		s := w.connected(0).Status.Backends
		return len(s) == 1 && s[0].Realm == "mail" && len(s[0].Domains) == 2
	})
	b := w.signIn()
	if page := b.show("/sentry"); !contains(page, "lab, lab.example") {
		t.Errorf("the page of gateways does not show the realm and its domains: %.2000s", page)
	}
	if _, page := b.get("/overrides/approve"); !contains(page, `<option value="mail" selected>mail (lab, lab.example)</option>`) {
		t.Errorf("the form does not offer the only realm: %.4000s", page)
	}

	approve := func(i int, account, device string) {
		t.Helper()
		if i == 0 { // no mail server is said: there is one
			var r api.Result
			w.call("POST", "/approvals", map[string]string{"account": account, "device_id": device, "reason": "new phone"}, &r)
			return
		}
		if code, body := b.submitTo("/overrides/approve", "/overrides/approve", url.Values{"realm": {"mail"}, "account": {account}, "device": {device}, "reason": {"new phone"}}); code != 200 || strings.Contains(body, `role="alert"`) {
			t.Fatalf("approve %s on the page: %d %.400s", account, code, body)
		}
	}
	spelt := []string{`LAB\bob`, "Bob@Lab.Example", "bob"}
	devices := [][]string{{"APIONE", "APITWO", "APITHREE"}, {"PAGEONE", "PAGETWO", "PAGETHREE"}}
	for i := range devices {
		for j, account := range spelt {
			approve(i, account, devices[i][j])
		}
	}
	var list struct{ Items []api.Approval }
	w.call("GET", "/approvals", nil, &list)
	if len(list.Items) != 6 {
		t.Fatalf("%d approvals, want 6", len(list.Items))
	}
	for _, a := range list.Items {
		if a.Realm != "mail" || a.Account != "bob" {
			t.Errorf("%s was approved as %s in realm %s", a.DeviceID, a.Account, a.Realm)
		}
	}
	expect(t, "refused", w.phone(0, "bob", "STRANGER"))
	for i := range devices {
		for _, d := range devices[i] {
			p := w.phone(0, "bob", d)
			eventually(t, soon, "the approval has reached the gateway", func() bool { return contact(t, p) == "passed" })
		}
	}
	other := w.phone(0, "bob", "PAGEONE")
	other.User = `lab\BOB`
	expect(t, "passed", other)

	// The console starts anew while its gateway is away: it still knows.
	w.gateways[0].stop()
	w.console.stop()
	w.startConsole()
	approve(0, `LAB\carol`, "LATER")
	w.call("GET", "/approvals", nil, &list)
	for _, a := range list.Items {
		if a.DeviceID == "LATER" && a.Account != "carol" {
			t.Errorf("after a restart without the gateway carol is %s", a.Account)
		}
	}
}
