// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// oldIOS is what somebody types to hold the two records of iOS in browser.Three.
func oldIOS(more ...string) url.Values {
	q := url.Values{"name": {"Old iPhones"}, "os": {"iOS"}, "below": {"19"}, "action": {"quarantine"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

// previewed fills in the form of a new rule and gives its preview.
func previewed(t *testing.T, v *visitor, kind string, fill url.Values) *answer {
	t.Helper()
	return v.get("/rules/new?kind="+kind).wants(http.StatusOK).submit(v, "/rules/preview", fill)
}

// ruleMade makes a rule by its form and its preview, waits until all records have been looked at, and gives its address.
func ruleMade(t *testing.T, v *visitor, kind string, fill url.Values, confirm ...string) string {
	t.Helper()
	preview := previewed(t, v, kind, fill).wants(http.StatusOK)
	var more url.Values
	if len(confirm) > 0 {
		more = url.Values{"confirm": confirm}
	}
	a := preview.submit(v, "/rules/save", more).wants(http.StatusOK)
	path, _, _ := strings.Cut(a.path, "?")
	if !strings.HasPrefix(path, "/rules/") || path == "/rules/save" {
		t.Fatalf("a rule that was made leads to %s: %s", a.path, a.words("main"))
	}
	walked(t, v, path)
	return path
}

// walked waits until the console has looked at all records.
func walked(t *testing.T, v *visitor, path string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for len(v.get(path).wants(http.StatusOK).all(".walk")) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("%s is looked at for ever: %s", path, v.get(path).words("main"))
		}
		time.Sleep(10 * time.Millisecond) // polling with a deadline: a page has no hook to wait on
	}
	v.c.Settle(t)
}

func TestWhoHasNoRuleSeesAnExampleAndTheKinds(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.get("/rules").wants(http.StatusOK)
	a.says("h2", "No rule yet").says(".example", "iOS below 17").says(".empty a", "Keep old systems out").says("nav", "Rules").says("nav", "Quarantine")
	kinds := v.get("/rules/new").wants(http.StatusOK)
	if n := len(kinds.all(".kinds a")); n != 7 {
		t.Errorf("%d kinds to choose from", n)
	}
	v.get("/quarantine").wants(http.StatusOK).says(".empty", "No rule holds phones here yet").says(".empty a", "New rule")
}

// Y-16
func TestEveryKindHasAFormWithItsOwnFieldsAlone(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	for kind, fields := range map[string]string{"os-below": "#f-os, #f-below", "client": "#f-names", "model": "#f-names", "protocol-below": "#f-below", "unseen": "#f-days",
		"network": "#f-outside, #f-networks", "command": `input[name="command"][value="GetAttachment"], input[name="command"][value="DocumentLibrary"]`} {
		a := v.get("/rules/new?kind=" + kind).wants(http.StatusOK)
		if want, got := strings.Count(fields, ",")+1, len(a.all(fields)); got != want {
			t.Errorf("%s: %d of %d fields", kind, got, want)
		}
		for _, other := range []string{"#f-os", "#f-names", "#f-days", "#f-networks"} {
			if !strings.Contains(fields, other) && len(a.all(other)) > 0 {
				t.Errorf("%s asks for %s", kind, other)
			}
		}
		if n := len(a.all(`input[name="action"]`)); n != 3 && (kind != "command" && kind != "network" || n != 2) {
			t.Errorf("%s can do %d things", kind, n)
		}
		if got := attr(a.all("#f-most")[0], "value"); got != "50" {
			t.Errorf("%s may hold %q records; the store begins with %d", kind, got, store.DefaultMost)
		}
	}
}

// Y-07 Y-16
func TestARuleIsShownBeforeItIsMadeAndThenDoesThat(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	preview := previewed(t, v, "os-below", oldIOS()).wants(http.StatusOK)
	preview.says(".sentence", "iOS below 19").says("#records", "It holds 2 records in quarantine.").says("#records", "2 records that may sync now are refused then").
		says("tbody", "ana.silva").says("tbody", "sales")
	if len(preview.all(`input[name="confirm"]`)) != 0 {
		t.Error("two records ask for a confirmation")
	}
	back := v.post("/rules/preview", withValue(preview.fields("/rules/save"), "again", "1")).wants(http.StatusOK)
	if q := back.fields("/rules/preview"); q.Get("below") != "19" || q.Get("name") != "Old iPhones" || q.Get("action") != "quarantine" {
		t.Errorf("back in the form: %v", q)
	}
	v.get("/quarantine").says("main", "No rule holds phones here yet")
	made := preview.submit(v, "/rules/save", nil).wants(http.StatusOK).says(".message", "Old iPhones")
	if len(made.all(`form[action="/undo"]`)) != 1 {
		t.Error("the new rule cannot be taken back")
	}
	path, _, _ := strings.Cut(made.path, "?")
	walked(t, v, path)
	page := v.get(path)
	page.says(".figures", "2 In quarantine").says("tbody", "ana.silva@lab.example").says(".pairs", "Lowest good version 19").says(".pairs", "For whom Everybody").says(".moments", "Rule changed")
	list := v.get("/rules").says("tbody", "Old iPhones").says(`td[data-c="held"]`, "2").says(`td[data-c="enabled"]`, "In force").says(`td[data-c="whom"]`, "Everybody")
	if len(list.all(".empty")) != 0 {
		t.Error("the empty state is shown beside a rule")
	}
	v.get("/activesync/"+string(ids[0])).says(".verdict", "Held in quarantine").says(".cat", "Old iPhones In quarantine").says(".do", "Release")
	v.get("/activesync").says(`td[data-c="sync"]`, "Blocked in quarantine")
	v.get("/rules/export.csv").wants(http.StatusOK).contains("Old iPhones")
	v.get(path + "/records/export.csv").wants(http.StatusOK).contains("ana.silva@lab.example")
}

func (a *answer) contains(words string) {
	a.t.Helper()
	if !strings.Contains(a.body, words) {
		a.t.Errorf("%s does not hold %q: %s", a.path, words, a.body)
	}
}

func TestAFormThatCannotBeReadIsShownAgainAsItWasTyped(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	for _, tt := range []struct {
		what, kind string
		fill       url.Values
		says       string
		field      string
	}{
		{"a version with letters", "os-below", oldIOS("below", "seventeen"), "lowest good version", "below"},
		{"a network that is none", "network", url.Values{"name": {"Home"}, "networks": {"10.0.0.0/8\nhome"}, "action": {"block"}}, "“home” is no network", "networks"},
		{"days that are no number", "unseen", url.Values{"name": {"Old"}, "days": {"many"}, "action": {"warn"}}, "Days without a sync: write a whole number", "days"},
		{"a user nobody knows", "os-below", oldIOS("users", "nobody@lab.example"), "nobody@lab.example", "users"},
		{"no command", "command", url.Values{"name": {"None"}, "action": {"block"}}, "Choose at least one command", "name"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			a := previewed(t, v, tt.kind, tt.fill).wants(http.StatusBadRequest).says(`[role="alert"]`, tt.says)
			if got := a.fields("/rules/preview").Get(tt.field); got != strings.TrimSpace(tt.fill.Get(tt.field)) {
				t.Errorf("what was typed is lost: %q", got)
			}
		})
	}
}

// Y-16
func TestPhonesInQuarantineAreReleasedAndHeldAgain(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	ruleMade(t, v, "os-below", oldIOS())
	v.get("/").says("main", "2 phones wait in quarantine until somebody releases them.").says("main a", "See quarantine")
	v.get("/search?q=ana").says(".sentence", "In quarantine").says(".buttons a", "Release")
	page := v.get("/quarantine").wants(http.StatusOK).says("tbody", "ana.silva@lab.example").says("tbody", "Old iPhones").says(".nav a[href='/quarantine']", "2 records in quarantine")
	buttons := page.all(`tbody td.acts a`)
	if len(buttons) != 2 {
		t.Fatalf("%d buttons beside 2 rows", len(buttons))
	}
	ask := v.get("/quarantine/selection/release?id="+string(ids[0])).wants(http.StatusOK).says("h1", "Release this record?").says(".who", "ana.silva").says(".note", "1 record that is refused now may sync then")
	done := ask.submit(v, "/quarantine/selection/release", url.Values{"reason": {"Known to us"}}).wants(http.StatusOK).says(".message", "released")
	if len(done.all(`form[action="/undo"]`)) != 1 {
		t.Error("the release cannot be undone")
	}
	c.Settle(t)
	if got := v.get("/quarantine").words("tbody"); strings.Contains(got, "ana.silva") || !strings.Contains(got, "sales@") {
		t.Errorf("in quarantine are %s", got)
	}
	v.get("/quarantine?state=released").says("tbody", "ana.silva").says("tbody", "Released").says("tbody", "by "+browser.Administrator)
	record := v.get("/activesync/"+string(ids[0])).says(".cat", "Released").says(".do", "Hold again")
	if got := record.words(".verdict"); !strings.Contains(got, "Allowed") {
		t.Errorf("who is released is told: %s", got)
	}
	v.get("/quarantine/selection/hold-again?id="+string(ids[0])).wants(http.StatusOK).submit(v, "/quarantine/selection/hold-again", nil).wants(http.StatusOK)
	c.Settle(t)
	v.get("/quarantine?state=held").says("tbody", "ana.silva")
}

// Y-16
func TestSeveralAreReleasedByAJob(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS())
	q := url.Values{"back": {path}}
	for _, box := range v.get(path).all(`tbody input[name="id"]`) {
		q.Add("id", attr(box, "value"))
	}
	ask := v.get(path+"/records/selection/release?"+q.Encode()).wants(http.StatusOK).says("h1", "Release 2 records?")
	job := ask.submit(v, path+"/records/selection/release", nil).wants(http.StatusOK)
	finished(t, v, job.path)
	v.get(path).says(".figures", "2 Released")
	v.get(path+"?state=released").says("tbody", "ana.silva").says("tbody", "sales@")
	v.get("/quarantine?state=held").says(".empty", "Nobody is in quarantine")
	// All that match are not chosen here: nobody has looked at each of them.
	if n := len(v.get("/quarantine?state=released").all("#pick-matching")); n != 0 {
		t.Error("all that match can be chosen")
	}
}

// Y-16
func TestARuleThatMeansMoreThanItMayHoldWaitsForAPerson(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	preview := previewed(t, v, "os-below", oldIOS("most", "1")).wants(http.StatusOK)
	preview.says(".note", "1 more record").says(".check", "all 2 are meant").says("#otherwise", "those beyond 1 stay free")
	path := ruleMade(t, v, "os-below", oldIOS("most", "1"))
	page := v.get(path).says(".waits", "1 more record matches than the rule may hold").says(".waits a", "Confirm").says(".figures", "1 Waiting")
	v.get("/").says(".banner", "Rule Old iPhones waits for you : 1 more match than it may hold.")
	v.get("/rules?show=waiting").says("tbody", "Old iPhones")
	confirm := attr(page.all(".waits a")[0], "href")
	ask := v.get(confirm).wants(http.StatusOK).says("h1", "Are all of these meant by Old iPhones?").says("button", "Confirm 2 records")
	action := "/rules/confirm/" + strings.TrimPrefix(path, "/rules/")
	stale := withValue(ask.fields(action), "number", "7")
	v.post(action, stale).wants(http.StatusOK).says(".message.bad", "by now")
	v.get("/quarantine?state=waiting").says("tbody", "Waiting for confirmation")
	v.get(confirm).submit(v, action, nil).wants(http.StatusOK).says(".message", "Old iPhones")
	walked(t, v, path)
	v.get(path).says(".figures", "2 In quarantine").says(".pairs", "(2 are confirmed)")
	if got := v.get("/").words(".banner"); strings.Contains(got, "waits for you") {
		t.Errorf("the banner stays: %s", got)
	}
}

// Y-16
func TestWhatWasSeenCanBeConfirmedWithTheRuleAndAnotherNumberCannot(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	preview := previewed(t, v, "os-below", oldIOS("most", "1")).wants(http.StatusOK)
	again := preview.submit(v, "/rules/save", url.Values{"confirm": {"9"}}).wants(http.StatusConflict)
	again.says(`[role="alert"]`, "by now").says("#records", "It holds 1 record in quarantine")
	path := ruleMade(t, v, "os-below", oldIOS("most", "1"), "2")
	v.get(path).says(".figures", "2 In quarantine").says(".figures", "0 Waiting")
}

func TestWhoIsSlowerSeesBothVersionsOfARule(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS())
	edit := "/rules/edit/" + strings.TrimPrefix(path, "/rules/")
	first, second := v.get(edit).wants(http.StatusOK), v.get(edit)
	preview := first.submit(v, "/rules/preview", url.Values{"below": {"20"}}).wants(http.StatusOK)
	preview.says("tbody", "Lowest good version 19 20")
	preview.submit(v, "/rules/save", nil).wants(http.StatusOK)
	slow := second.submit(v, "/rules/preview", url.Values{"below": {"21"}}).wants(http.StatusOK)
	late := slow.submit(v, "/rules/save", nil).wants(http.StatusConflict)
	late.says(".differ", "Lowest good version 21 20").says(`[role="alert"]`, "changed")
	late.submit(v, "/rules/preview", nil).wants(http.StatusOK).submit(v, "/rules/save", nil).wants(http.StatusOK)
	v.get(path).says(".pairs", "Lowest good version 21")
	v.get(edit).submit(v, "/rules/preview", nil).wants(http.StatusOK).says("h2", "Nothing would change")
}

func TestARuleIsSwitchedOffOnAndDeletedWithWhatThatComesTo(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS("action", "block"))
	id := strings.TrimPrefix(path, "/rules/")
	v.get("/activesync/"+string(ids[0])).says(".verdict", "Blocked by a rule")
	v.get("/rules/selection/disable-rule?id="+id).wants(http.StatusOK).says(".note", "2 records that are refused now may sync then").
		submit(v, "/rules/selection/disable-rule", nil).wants(http.StatusOK)
	walked(t, v, path)
	v.get(path).says("main", "Not in force")
	v.get("/activesync/"+string(ids[0])).says(".verdict", "Allowed")
	v.get("/rules?show=off").says("tbody", "Old iPhones")
	v.get("/rules/selection/enable-rule?id="+id).wants(http.StatusOK).says(".note", "It blocks 2 records.").submit(v, "/rules/selection/enable-rule", nil).wants(http.StatusOK)
	walked(t, v, path)
	v.get("/activesync/"+string(ids[0])).says(".verdict", "Blocked by a rule")
	gone := v.get("/rules/selection/delete-rule?id="+id+"&back="+url.QueryEscape("/rules")).wants(http.StatusOK).says(".note", "The rule holds no record then.").
		submit(v, "/rules/selection/delete-rule", nil).wants(http.StatusOK).says(".message", "Old iPhones")
	v.get(path).wants(http.StatusNotFound)
	gone.submit(v, "/undo", nil).wants(http.StatusOK)
	v.get("/rules?show=all").says("tbody", "Old iPhones")
}

// Y-16
func TestAWarningStandsBesideTheStatus(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	previewed(t, v, "os-below", oldIOS("action", "warn")).wants(http.StatusOK).says("#records", "It warns of 2 records.")
	path := ruleMade(t, v, "os-below", oldIOS("action", "warn"))
	v.get("/activesync").says(`td[data-c="sync"]`, "Allowed a rule warns")
	v.get("/activesync/"+string(ids[0])).says(".verdict", "Allowed, with a warning").says(".cat", "Old iPhones Warned of")
	page := v.get(path).says(".figures", "2 Warned of")
	if len(page.all("#selection")) != 0 || len(page.all("tbody td.acts a")) != 0 {
		t.Error("who is warned of can be released")
	}
	if got := page.words("#state"); strings.Contains(got, "Released") {
		t.Errorf("released ones can be asked for: %s", got)
	}
}

// Y-12
func TestARuleAboutCommandsSaysThatNoListCanNameWhoAsks(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	fill := url.Values{"name": {"No files"}, "command": {"GetAttachment", "DocumentLibrary"}, "action": {"block"}}
	previewed(t, v, "command", fill).wants(http.StatusOK).says(".note", "")
	path := ruleMade(t, v, "command", fill)
	v.get(path).says(".pairs", "GetAttachment").says(".pairs", "Search and read files of file shares").says(".note", "No list of records can name who will.")
	edit := v.get("/rules/edit/" + strings.TrimPrefix(path, "/rules/")).wants(http.StatusOK)
	if n := len(edit.all(`input[name="command"][checked]`)); n != 2 {
		t.Errorf("%d commands are ticked", n)
	}
}

func TestARuleForAGroupSaysSo(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS("groups", "Sales\nField staff"))
	v.get(path).says(".pairs", "For whom Field staff, Sales").says(".sentence", "Sales")
	v.get("/rules").says(`td[data-c="whom"]`, "Sales")
}

func TestEveryPageOfARuleKeepsTheManners(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS("most", "1"))
	id := strings.TrimPrefix(path, "/rules/")
	for _, page := range []string{path, path + "?state=waiting", "/rules/edit/" + id, "/rules/confirm/" + id, "/rules", "/quarantine", "/activesync/" + string(ids[0]),
		"/rules/selection/disable-rule?id=" + id, path + "/records/selection/release?id=" + string(ids[0])} {
		t.Run(page, func(t *testing.T) { manners(t, v.get(page).wants(http.StatusOK)) })
	}
	for _, kind := range []string{"client", "model", "protocol-below", "unseen", "network"} {
		manners(t, v.get("/rules/new?kind="+kind))
	}
	manners(t, previewed(t, v, "os-below", oldIOS("below", "18.5", "name", "Another", "most", "1")).wants(http.StatusOK))
	manners(t, previewed(t, v, "os-below", oldIOS("below", "x")).wants(http.StatusBadRequest))
}

func TestWhoMayOnlyLookSeesRulesWithoutTheirButtons(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := ruleMade(t, v, "os-below", oldIOS("most", "1"))
	auditor := asAuditor(t, c)
	page := auditor.get(path).wants(http.StatusOK).says(".waits", "1 more record matches")
	if n := len(page.all(".page-head .actions a")); n != 1 {
		t.Errorf("%d buttons for somebody who may only look", n)
	}
	if len(page.all(".waits a")) != 0 || len(page.all("#selection")) != 0 {
		t.Error("an auditor is offered what is not allowed")
	}
	auditor.get("/rules/new").wants(http.StatusForbidden)
	if got := auditor.get("/").words(".banner"); strings.Contains(got, "waits for you") {
		t.Error("who cannot confirm is asked to")
	}
}

func TestUsersOfHeldPhonesAreWrittenToUnlessThatIsTurnedOff(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	form := v.get("/settings/mail").wants(http.StatusOK).says("label", "Write to users whose phones are held in quarantine")
	if got := form.fields("/settings/mail").Get("users"); got != "yes" {
		t.Errorf("a new console begins with %q", got)
	}
	form.submit(v, "/settings/mail", url.Values{"users": {"no"}}).wants(http.StatusOK)
	if got := v.get("/settings/mail").fields("/settings/mail").Get("users"); got != "no" {
		t.Errorf("it was turned off and is %q", got)
	}
}
