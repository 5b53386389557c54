// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// several is the address of a question about rows.
func several(verb string, ids ...access.AssociationID) string {
	q := url.Values{}
	for _, id := range ids {
		q.Add("id", string(id))
	}
	return "/activesync/selection/" + verb + "?" + q.Encode()
}

// Y-10 A-19
func TestSeveralPhonesAreWipedWhenTheirNumberIsTyped(t *testing.T) {
	c, ids, v := enforced(t)
	page := v.get("/activesync")
	if got := page.words("#selection button[formaction]"); strings.Count(got, "Wipe") != 1 {
		t.Errorf("several records can be: %s", got)
	}
	ask := v.get(several("wipe-all", ids[0], ids[1])).wants(http.StatusOK).says("h1", "Wipe 2 records?").says(`label[for="ask-confirm"]`, "Type 2 to confirm")
	if len(ask.all(`select[name="choice"] option`)) != 2 || len(ask.all(`textarea[name="reason"][required]`)) != 1 {
		t.Error("what goes cannot be chosen, or nobody has to say why")
	}
	notes := ask.words(".note")
	if !strings.Contains(notes, "more wipes can be ordered within this hour after that") || !strings.Contains(notes, " with ") {
		t.Errorf("the question says %q", notes)
	}
	refused := ask.submit(v, "/activesync/selection/wipe-all", url.Values{"choice": {"full"}, "confirm": {"3"}, "reason": {"a theft"}})
	refused.says(".message", "Nothing was done")
	if list, err := c.Store.ListWipes(t.Context(), false, "", 10); err != nil || len(list) != 0 {
		t.Fatalf("ordered all the same: %+v, %v", list, err)
	}
	v.get(several("wipe-all", ids[0], ids[1])).submit(v, "/activesync/selection/wipe-all", url.Values{"choice": {"full"}, "confirm": {"2"}, "reason": {"a theft"}}).over(v)
	if list, err := c.Store.ListWipes(t.Context(), false, "", 10); err != nil || len(list) != 2 || list[0].Reason != "a theft" {
		t.Fatalf("ordered: %+v, %v", list, err)
	}
	v.get("/activesync/selection/wipe-all?all=1").wants(http.StatusBadRequest).says("main", "one by one")
	as(t, c, access.RoleAuditor).get(several("wipe-all", ids[2])).wants(http.StatusForbidden)
}

// Y-10: who could do something about it is told that the cap has stopped orders, on every page.
func TestACapThatStopsOrdersIsABannerUntilTheLimitsAreSaved(t *testing.T) {
	c, ids, v := enforced(t)
	v.get("/settings/wipe-safety").submit(v, "/settings/wipe-safety", url.Values{"per_hour": {"1"}}).wants(http.StatusOK)
	v.get(several("wipe-all", ids[0], ids[1])).says(".note", "0 more wipes").
		submit(v, "/activesync/selection/wipe-all", url.Values{"choice": {"full"}, "confirm": {"2"}, "reason": {"a theft"}}).over(v)
	v.get("/activesync").says(`.banner[role="alert"]`, "The cap of wipes has stopped 1 order")
	if got := as(t, c, access.RoleAuditor).get("/activesync").words(`.banner[role="alert"]`); got != "" {
		t.Errorf("an auditor is told %q", got)
	}
	v.get("/settings/wipe-safety").submit(v, "/settings/wipe-safety", url.Values{"per_hour": {"5"}}).wants(http.StatusOK)
	if got := v.get("/activesync").words(`.banner[role="alert"]`); got != "" {
		t.Errorf("still told: %q", got)
	}
}

// F-04 F-05
func TestShowLeavesAssignedPhonesAndThoseWithAnActionInAYear(t *testing.T) {
	c, ids, v := enforced(t)
	r, err := c.Admin.CreatePolicy(t.Context(), ada(), admin.PolicyForm{Name: "Strict", Settings: map[string]string{"DevicePasswordEnabled": "1"}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(show string) int {
		t.Helper()
		return len(v.get("/activesync?show=" + show).wants(http.StatusOK).all("tbody tr"))
	}
	if n := rows("policy-assigned") + rows("action-in-year"); n != 0 {
		t.Errorf("%d rows before anything was assigned", n)
	}
	v.get(several("assign-policy", ids[0])).says(".note", "Phones with iOS").submit(v, "/activesync/selection/assign-policy", url.Values{"choice": {r.ID}}).wants(http.StatusOK)
	c.Settle(t)
	assigned := rows("policy-assigned")
	if assigned == 0 || rows("action-in-year") != assigned {
		t.Errorf("%d rows assigned, %d acted on", assigned, rows("action-in-year"))
	}
	page := v.get("/activesync?show=action-in-year").says(`select[name="year"]`, "this year")
	if len(page.all(`a[href*="export.csv"][href*="action-in-year"]`)) == 0 {
		t.Error("the export is of something else")
	}
	if len(v.get("/activesync?show=all").all(`select[name="year"]`)) != 0 {
		t.Error("a year is asked for where it says nothing")
	}
	if n := rows("action-in-year&year=1999"); n != 0 {
		t.Errorf("%d rows in 1999", n)
	}
	v.get("/activesync?show=action-in-year&year=1999").says(`select[name="year"] option[selected]`, "1999").says(".empty", "ActiveSync Action Applied in CY")
	v.get("/activesync?show=action-in-year&year=12").wants(http.StatusOK)
	v.get(several("revert-policy", ids[0])).submit(v, "/activesync/selection/revert-policy", nil).wants(http.StatusOK)
	c.Settle(t)
	if a, b := rows("policy-assigned"), rows("action-in-year"); a != 0 || b != assigned {
		t.Errorf("taken back: %d rows assigned, %d acted on", a, b)
	}
}

// A-16 Y-07
func TestAPolicyForSeveralSaysForWhichPhonesItIsNotAdvised(t *testing.T) {
	c, ids, v := enforced(t)
	r, err := c.Admin.CreatePolicy(t.Context(), ada(), admin.PolicyForm{Name: "Strict", Settings: map[string]string{"DevicePasswordEnabled": "1"}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	ask := v.get(several("assign-policy", ids...)).wants(http.StatusOK).says(".note.info", "get another policy").says(".who .warn", "iOS")
	if got := len(ask.all(".who li")); got != len(ids) {
		t.Errorf("%d rows are named", got)
	}
	ask.submit(v, "/activesync/selection/assign-policy", url.Values{"choice": {r.ID}}).over(v)
	c.Settle(t)
	file := v.get("/activesync/export.csv?cols=user.policy.revision.answer.answered-revision.answered").wants(http.StatusOK).body
	if !strings.HasPrefix(file, "User,Policy,Policy revision,Phone says of the policy,Answered revision,Answered") || !strings.Contains(file, ",Strict (assigned),1,not asked yet,,") {
		t.Errorf("the export says\n%s", file)
	}
}
