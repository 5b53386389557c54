// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/browser"
)

// boss is an administrator for what a test does without a page.
var boss = access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}

// Y-06
func TestOverridesShowWhoWhyUntilWhenAndWhatTheyMaskSoonestEndFirst(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	if _, err := c.Admin.AllowAssociation(t.Context(), boss, ids[2], admin.Act{Reason: "Fair in Porto", Until: c.Now().Add(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	a := v.get("/overrides").wants(http.StatusOK).says(`nav a[aria-current="page"]`, "Overrides")
	rows := a.all("table.overrides tbody tr")
	if len(rows) != 2 {
		t.Fatalf("%d overrides, want 2", len(rows))
	}
	first, second := textOf(rows[0]), textOf(rows[1])
	for _, want := range []string{"sales@lab.example", "Allowed", "Fair in Porto", browser.Administrator, "in 2 d", "Allowed: nothing speaks against it.", "changes nothing now"} {
		if !strings.Contains(first, want) {
			t.Errorf("what ends soonest does not say %q but %q", want, first)
		}
	}
	for _, want := range []string{"bob@lab.example", "Blocked", "Phone left in a taxi on Friday.", "never"} {
		if !strings.Contains(second, want) {
			t.Errorf("the other one does not say %q but %q", want, second)
		}
	}
	if strings.Contains(second, "changes nothing") {
		t.Error("a block that keeps somebody out is said to change nothing")
	}
	v.get("/overrides?kind=block").says("table.overrides tbody", "bob@")
	if n := len(v.get("/overrides?kind=allow").all("table.overrides tbody tr")); n != 1 {
		t.Errorf("%d allowed by hand, want 1", n)
	}
}

// Y-06
func TestAnOverrideIsEndedAndThatIsUndone(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	links := v.get("/overrides").all("table.overrides td.acts a")
	if len(links) != 1 {
		t.Fatalf("%d buttons, want one beside the one override", len(links))
	}
	ask := v.get(attr(links[0], "href")).wants(http.StatusOK)
	ask.says("h1", "End this override?").says("main", "has decided so: Phone left in a taxi on Friday.")
	a := ask.submit(v, "/overrides/records/selection/end-override", url.Values{"reason": {"Found again"}}).wants(http.StatusOK)
	a.says(".message", "is judged like all others").says("main", "Nothing is decided by hand")
	c.Settle(t)
	v.get("/activesync/"+string(ids[1])).says(".why", "Allowed").says("#pane", "Override ended").says("#pane", "Found again")
	a = a.submit(v, "/undo", nil).says(".message", "Undone")
	if len(a.all("table.overrides tbody tr")) != 1 {
		t.Error("the override is not back")
	}
}

// Y-08
func TestAPhoneIsApprovedBeforeItComesAndTheApprovalIsWithdrawn(t *testing.T) {
	c := browser.Start(t, true)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	form := v.get("/overrides/approve").wants(http.StatusOK).says("h1", "before it comes")
	bad := form.submit(v, "/overrides/approve", url.Values{"account": {"eva@lab.example"}, "device": {""}})
	bad.wants(http.StatusBadRequest).says(".note.bad", "no ActiveSync device id")
	if got := bad.fields("/overrides/approve").Get("account"); got != "eva@lab.example" {
		t.Errorf("what was typed is %q after a mistake", got)
	}
	a := form.submit(v, "/overrides/approve", url.Values{"account": {"eva@lab.example"}, "device": {"APPLNEW0001"}, "reason": {"New in sales"}})
	a.wants(http.StatusOK).says(".message", "is let through until")
	c.Settle(t)
	a = v.get("/overrides")
	for _, want := range []string{"eva", "APPLNEW0001", "Has not come yet", "New in sales", browser.Administrator, "in 7 d"} {
		a.says("table.approvals tbody", want)
	}
	v.get(attr(a.all("table.approvals td.acts a")[0], "href")).wants(http.StatusOK).
		submit(v, "/overrides/approvals/selection/withdraw-approval", nil).says(".message", "is judged like all others").
		says("main", "No phone is approved before it comes")
}

func TestAnAuditorSeesOverridesAndHasNoButtons(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	a := asAuditor(t, c).get("/overrides").wants(http.StatusOK).says("table.overrides tbody", "bob@")
	if n := len(a.all("td.acts, .page-head .actions a")); n != 0 {
		t.Errorf("%d things to press", n)
	}
}

// Y-19
func TestTheTimelineHasPeopleMachinesAndTheNewestFirst(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	act(v, "block", ids[0], url.Values{"reason": {"Lost <b>again</b>"}})
	act(v, "allow", ids[0], nil)
	a := v.get("/activesync/" + string(ids[0]))
	said := category(a, "Timeline")
	order := []string{"Allowed", "Blocked", "Lost <b>again</b>", "First seen"}
	at := 0
	for _, want := range order {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("the timeline does not say %q after %q: %q", want, said[:at], said)
		}
		at += i
	}
	whole := v.get("/timeline?record=" + string(ids[0])).wants(http.StatusOK)
	whole.says("h1", "Timeline").says(".moments", "Blocked by "+browser.Administrator).says(".moments", "First seen")
	manners(t, whole)
	v.get("/timeline?record=no-such-record").wants(http.StatusNotFound)
	v.get("/timeline").wants(http.StatusBadRequest)
}
