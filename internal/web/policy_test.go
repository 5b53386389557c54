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
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// policyMade makes a policy by its form and gives its address.
func policyMade(t *testing.T, v *visitor, name string, more url.Values) string {
	t.Helper()
	fill := url.Values{"name": {name}}
	for k, values := range more {
		fill[k] = values
	}
	a := v.get("/policies/new").wants(http.StatusOK).submit(v, "/policies/new", fill).wants(http.StatusOK)
	path, _, _ := strings.Cut(a.path, "?")
	if !strings.HasPrefix(path, "/policies/") || path == "/policies/new" {
		t.Fatalf("a policy that was made leads to %s: %s", a.path, a.words("main"))
	}
	return path
}

func TestWhoHasNoPolicyHearsWhatOneDoesAndWhoseIsInForce(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.get("/policies").wants(http.StatusOK)
	a.says("h2", "No policy of your own yet").says(".list-foot.own", "Mail server's own policy is in force for every phone").says(".empty a", "New policy")
	a.says("nav", "Policies & Configs").says("nav", "ActiveSync Policies")
}

func TestAPolicyIsMadeWithWhatIsTypedAndTheRestIsLeftOpen(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	form := v.get("/policies/new").wants(http.StatusOK)
	if n := len(form.all(".settings-grid .field")); n < 40 {
		t.Errorf("the form asks for %d settings", n)
	}
	path := policyMade(t, v, "Field staff", url.Values{"s.DevicePasswordEnabled": {"1"}, "s.MinDevicePasswordLength": {"6"}, "s.AllowCamera": {"0"}, "s.AllowBluetooth": {"1"}, "lenient": {"yes"}, "refresh": {"7 d"}})
	a := v.get(path).wants(http.StatusOK)
	a.says("h1", "Field staff").says(".settings", "Shortest password 6 characters").says(".settings", "Camera Forbidden").says(".settings", "Bluetooth Only hands-free").
		says(".settings", "Every 7 d").says("main", "settings are left open").says(".moments", "Revision 1")
	list := v.get("/policies").says("tbody", "Field staff").says("tbody", "no answer yet")
	if len(list.all(".empty")) != 0 {
		t.Error("the empty state is shown beside a policy")
	}
}

func TestAPolicyWithAValueThatNoPhoneCouldTakeIsShownAgainAsItWasTyped(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.get("/policies/new").submit(v, "/policies/new", url.Values{"name": {"Odd"}, "s.MinDevicePasswordLength": {"99"}, "s.AllowCamera": {"0"}}).wants(http.StatusBadRequest)
	a.says(`[role="alert"]`, "One setting has a value that no phone could take.")
	if len(a.all(`.field .wrong`)) != 1 {
		t.Error("nothing stands beside the wrong value")
	}
	q := a.fields("/policies/new")
	if q.Get("s.MinDevicePasswordLength") != "99" || q.Get("s.AllowCamera") != "0" || q.Get("name") != "Odd" {
		t.Errorf("what was typed is lost: %v", q)
	}
}

// Y-07
func TestAChangeOfAPolicyIsShownBeforeItIsSavedAndKeptAsARevision(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := policyMade(t, v, "Staff", url.Values{"s.DevicePasswordEnabled": {"1"}})
	id := strings.TrimPrefix(path, "/policies/")
	assign(t, v, string(ids[0]), id)
	form := v.get("/policies/edit/" + id).wants(http.StatusOK)
	preview := form.submit(v, "/policies/preview/"+id, url.Values{"s.MinDevicePasswordLength": {"8"}}).wants(http.StatusOK)
	preview.says("tbody", "Shortest password left open 8 characters").says(".note", "1 phone is asked to accept it")
	if again := preview.fields("/policies/edit/" + id); again.Get("s.MinDevicePasswordLength") != "8" {
		t.Errorf("the preview carries %v", again)
	}
	back := v.post("/policies/preview/"+id, withValue(preview.fields("/policies/edit/"+id), "again", "1")).wants(http.StatusOK)
	if got := back.fields("/policies/preview/" + id).Get("s.MinDevicePasswordLength"); got != "8" {
		t.Errorf("back in the form the length is %q", got)
	}
	v.get(path).says(".moments", "Revision 1")
	saved := preview.submit(v, "/policies/edit/"+id, url.Values{"note": {"the auditors want it"}}).wants(http.StatusOK)
	saved.says(".moments", "Revision 2").says(".moments", "the auditors want it").says(".moments .diff", "Shortest password left open → 8 characters").says(".moments", browser.Administrator)
	// The same form again is the version before: somebody else has changed it meanwhile.
	v.post("/policies/edit/"+id, withValue(preview.fields("/policies/edit/"+id), "key", "another")).wants(http.StatusConflict)
}

func withValue(q url.Values, name, value string) url.Values {
	q.Set(name, value)
	return q
}

// assign assigns a policy to a record by its dialog.
func assign(t *testing.T, v *visitor, record, policy string) *answer {
	t.Helper()
	ask := v.get("/activesync/selection/assign-policy?id=" + record + "&choice=" + policy).wants(http.StatusOK)
	return ask.submit(v, "/activesync/selection/assign-policy", nil).wants(http.StatusOK)
}

// A-15 A-21 D-06 R-4
func TestAPolicyIsAssignedToARecordAndTakenBack(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	pane := "/activesync/" + string(ids[0])
	v.get(pane).says(".cat", "ActiveSync policy Mail server's own policy")
	path := policyMade(t, v, "Staff", url.Values{"s.DevicePasswordEnabled": {"1"}})
	ask := v.get("/activesync/selection/assign-policy?id=" + string(ids[0])).wants(http.StatusOK)
	ask.says("h1", "Assign a policy to this record?").says("#ask-choice", "Staff").says(".note", "2 records have the policy then: Staff. It goes with the device id, so 1 record that was not chosen gets it too.")
	done := ask.submit(v, "/activesync/selection/assign-policy", nil).wants(http.StatusOK)
	if len(done.all(`form[action="/undo"]`)) != 1 {
		t.Error("the assignment cannot be undone")
	}
	a := v.get(pane)
	a.says(".cat", "Staff assigned, revision 1").says(".cat", "The phone says not asked yet")
	v.get(path).says("main", "It is assigned to 1 phone.")
	v.get("/activesync/selection/revert-policy?id="+string(ids[0])).wants(http.StatusOK).says(".note", "Mail server's own policy").
		submit(v, "/activesync/selection/revert-policy", nil).wants(http.StatusOK)
	v.get(pane).says(".cat", "ActiveSync policy Mail server's own policy")
}

//
func TestAPolicyIsAssignedToManyAndTakenBackFromThem(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	policyMade(t, v, "Staff", url.Values{"s.DevicePasswordEnabled": {"1"}})
	ask := v.get("/activesync/selection/assign-policy?all=1").wants(http.StatusOK).says(".note", "3 records get another policy")
	job := ask.submit(v, "/activesync/selection/assign-policy", nil).wants(http.StatusOK)
	finished(t, v, job.path)
	v.get("/policies").says(`td[data-c="assigned"]`, "2")
	back := v.get("/activesync/selection/revert-policy?all=1").wants(http.StatusOK).says(".note", "3 records get another policy")
	finished(t, v, back.submit(v, "/activesync/selection/revert-policy", nil).wants(http.StatusOK).path)
	v.get("/policies").says(`td[data-c="assigned"]`, "0")
}

// finished waits until a job is over.
func finished(t *testing.T, v *visitor, path string) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	deadline := time.Now().Add(20 * time.Second)
	for strings.Contains(v.get(path).body, `data-job=`) {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not end: %s", path, v.get(path).words("main"))
		}
	}
	v.c.Settle(t)
}

// D-06
func TestARecordSaysWhatItsPhoneHasMadeOfThePolicy(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	id := strings.TrimPrefix(policyMade(t, v, "Staff", url.Values{"s.DevicePasswordEnabled": {"1"}}), "/policies/")
	assign(t, v, string(ids[0]), id)
	assign(t, v, string(ids[1]), id)
	phoneAnswers(t, c, ids[0], access.PolicyID(id), access.PolicyApplied)
	phoneAnswers(t, c, ids[1], access.PolicyID(id), access.PolicyRefused)
	v.get("/activesync/"+string(ids[0])).says(".cat", "applied, revision 1").says(".cat", "version 16.1")
	v.get("/activesync/"+string(ids[1])).says(".cat", "refused, revision 1")
	page := v.get("/policies/"+id).says("tbody", "1, the present one 1 0 0 0 1")
	if len(page.all("svg.shares rect")) != 2 {
		t.Error("the bar has not two parts")
	}
	v.get("/policies").says("tbody", "1 applied, 1 refused")
}

// phoneAnswers keeps what a phone has answered, as a gateway reports it.
func phoneAnswers(t *testing.T, c *browser.Console, id access.AssociationID, policy access.PolicyID, answer access.PolicyAnswer) {
	t.Helper()
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SaveAck(id, access.PolicyAck{Policy: policy, Revision: 1, Answer: answer, Protocol: "16.1", At: c.Now().Add(-time.Minute)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// M-04
func TestTheDefaultPolicyIsChosenWithWhatItComesTo(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := policyMade(t, v, "Everybody", url.Values{"s.DevicePasswordEnabled": {"1"}})
	id := strings.TrimPrefix(path, "/policies/")
	button := v.get(path).all(`.actions a[href^="/policies/default"]`)
	if len(button) != 1 {
		t.Fatalf("%d buttons make it the default", len(button))
	}
	ask := v.get(attr(button[0], "href")).wants(http.StatusOK).says(".note", "2 phones are asked to accept it")
	if q := ask.fields("/policies/default"); q.Get("id") != id || q.Get("back") != path {
		t.Errorf("the question carries %v", q)
	}
	ask.submit(v, "/policies/default", nil).wants(http.StatusOK)
	v.get("/policies").says("tbody", "Default").says(".list-foot.own", "is in force for nobody")
	v.get("/activesync/"+string(ids[0])).says(".cat", "Everybody the default, revision 1")
	v.get("/sentry/preferences").says(`a[href="/policies"]`, "Everybody")
	if v.get(path).says("main", "It is the default").words(`a[href*="delete-policy"]`) != "" {
		t.Error("the default policy can be deleted")
	}
	v.get("/policies/default?id=").says(".note", "The mail server asks for its own policy again").submit(v, "/policies/default", nil).wants(http.StatusOK)
	v.get("/activesync/"+string(ids[0])).says(".cat", "Mail server's own policy")
}

func TestAPolicyIsCopiedAndDeleted(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	id := strings.TrimPrefix(policyMade(t, v, "Staff", url.Values{"s.AllowCamera": {"0"}}), "/policies/")
	v.get("/policies/copy/"+id).wants(http.StatusOK).submit(v, "/policies/copy/"+id, url.Values{"name": {"Guests"}}).wants(http.StatusOK).
		says("h1", "Guests").says(".settings", "Camera Forbidden")
	v.get("/policies/copy/"+id).submit(v, "/policies/copy/"+id, url.Values{"name": {"Guests"}}).wants(http.StatusConflict).says(`[role="alert"]`, "name")
	v.get("/policies/selection/delete-policy?id="+id).wants(http.StatusOK).submit(v, "/policies/selection/delete-policy", nil).wants(http.StatusOK)
	if got := v.get("/policies").words("tbody"); strings.Contains(got, "Staff") || !strings.Contains(got, "Guests") {
		t.Errorf("the list has %q", got)
	}
}

func TestWhoMayNotChangePoliciesLooksAtThem(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	path := policyMade(t, v, "Staff", url.Values{"s.AllowCamera": {"0"}})
	guest := as(t, c, access.RoleAuditor)
	a := guest.get(path).wants(http.StatusOK).says(".settings", "Camera Forbidden")
	if a.words(".page-head .actions a") != "All policies" {
		t.Errorf("an auditor is offered %q", a.words(".page-head .actions a"))
	}
	guest.get("/policies/new").wants(http.StatusForbidden)
	guest.get("/policies/default").wants(http.StatusForbidden)
}
