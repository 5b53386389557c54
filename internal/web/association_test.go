// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// A-01 A-04 A-05 A-11 C-01 C-02 C-03 C-04 C-05 C-06 C-07 C-08 C-09 C-10 C-11
func TestTheListShowsOneRowForEachAccountOnEachDeviceWithTheFieldsColumns(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	a := v.get("/activesync").wants(http.StatusOK)
	a.says("nav h2", "Devices & Users").says(`nav a[aria-current="page"]`, "ActiveSync")
	var heads []string
	for _, n := range a.all(".records th[scope=col] a") {
		var b strings.Builder
		gather(n, &b)
		heads = append(heads, strings.TrimSpace(b.String()))
	}
	want := "DeviceID User Number Phone OS Status Sync Status First Sync Time Last Sync Time Mailbox ID Domain"
	if got := strings.Join(heads, " "); got != want {
		t.Errorf("columns %q, want %q", got, want)
	}
	if n := len(a.all(".records tbody tr")); n != 3 {
		t.Errorf("%d rows, want 3: two accounts on one device are two", n)
	}
	a.says(".records tbody", "Unregistered (Unlinked)").says(".records tbody", "Registered(Linked)").says(".records tbody", "Standalone")
	for _, n := range a.all(".records time") {
		if attr(n, "datetime") == "" || !strings.Contains(attr(n, "title"), "UTC") {
			t.Error("a time without the exact one behind it")
		}
	}
}

// F-01 F-02 F-03 F-06
func TestTheViewIsInTheAddress(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	tests := []struct {
		name, query string
		users       string
	}{
		{"registered", "show=linked", "ana.silva@lab.example"},
		{"unregistered, by user", "show=unlinked&sort=user", "bob@lab.example sales@lab.example"},
		{"unregistered, by user backwards", "show=unlinked&sort=user&desc=1", "sales@lab.example bob@lab.example"},
		{"blocked", "show=blocked", "bob@lab.example"},
		{"allowed", "show=allowed&sort=user", "ana.silva@lab.example sales@lab.example"},
		{"by user name", "q=sales", "sales@lab.example"},
		{"by model and status", "q=iphone&show=unlinked", "sales@lab.example"},
		{"nonsense is left out", "show=everything&sort=colour&limit=-1&q=bob", "bob@lab.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := v.get("/activesync?" + tt.query)
			if got := a.words(`.records td[data-c="user"]`); got != tt.users {
				t.Errorf("users %q, want %q", got, tt.users)
			}
			if q, err := url.ParseQuery(tt.query); err != nil || q.Get("show") == "linked" && len(a.all(`#show option[value="linked"][selected]`)) != 1 {
				t.Error("the Show menu does not say what is shown")
			}
		})
	}
	v.get("/activesync?q=nobody-like-this").says(".empty", "No record matches")
}

func TestPagesFollowEachOtherWithoutGapsOrRepeats(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, append(browser.Three(), browser.Odd()...)...)
	v := signedIn(t, c)
	seen := map[string]bool{}
	path := "/activesync?limit=5&sort=user"
	for range 10 {
		a := v.get(path)
		for _, n := range a.all(".records tbody tr") {
			if id := attr(n, "data-id"); seen[id] {
				t.Errorf("%s shows %s again", path, id)
			} else {
				seen[id] = true
			}
		}
		next := a.all(`a[rel="next"]`)
		if len(next) == 0 {
			break
		}
		path = attr(next[0], "href")
	}
	if want := len(browser.Three()) + len(browser.Odd()); len(seen) != want {
		t.Errorf("%d records on all pages, want %d", len(seen), want)
	}
}

func TestChosenColumnsAreRememberedAndTheAddressWins(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	a := v.get("/activesync?col=user&col=comment")
	if a.path != "/activesync?cols=user.comment" {
		t.Errorf("ended at %s", a.path)
	}
	heads := func(path string) string { return v.get(path).words(".records th[scope=col]:not(.pick)") }
	if got := heads("/activesync"); got != "User Comment" {
		t.Errorf("next time the columns are %q", got)
	}
	if got := heads("/activesync?cols=os"); got != "OS" {
		t.Errorf("the address asks for OS and gets %q", got)
	}
	if got := heads("/activesync?cols=default"); !strings.HasPrefix(got, "DeviceID User") {
		t.Errorf("the usual columns are %q", got)
	}
}

// D-01 D-02 D-03 D-04 D-05 D-06 D-08 Y-01 Y-03
func TestTheDetailsPaneHoldsEveryCategory(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	a := v.get("/activesync/" + string(ids[1])).wants(http.StatusOK)
	a.says("#pane h2", "ActiveSync Details").says(".why", "Blocked by an administrator.").says(".why", "Phone left in a taxi")
	for _, name := range []string{"User", "Phone", "Device Details", "Mailbox Details", "Verdict", "Times", "Comment"} {
		a.says("#pane details summary", name)
	}
	a.says("#pane", "bob@lab.example").says("#pane", "SM-S921B").says("#pane", "+49 30 0000 117").says("#pane", "Last success").
		says("#pane", "refused it").says("#pane", "gw-berlin").says("#pane", "The mail server's own")
	fragment := v.get("/activesync/"+string(ids[1]), "HX-Request", "true")
	if len(fragment.all("nav")) != 0 || len(fragment.all("details")) < 7 {
		t.Error("the script of the page is not given the pane alone")
	}
	v.get("/activesync/"+string(ids[0])).says("#pane", "sales@lab.example").says("#pane", "other accounts alone")
}

// S-14
func TestTheTimesSayThatTheMailServersOwnMayDiffer(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	a := signedIn(t, c).get("/activesync/" + string(ids[0]))
	times := category(a, "Times")
	for _, want := range []string{"First Sync Time", "Last Sync Time", "The mail server's own last sync time may differ."} {
		if !strings.Contains(times, want) {
			t.Errorf("Times does not say %q but %q", want, times)
		}
	}
}

// Y-03
func TestTheLastAnswerIsShownWithWhatItMeans(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	tests := []struct {
		name      string
		http, eas int
		want      string
	}{
		{"an answer without a status", 401, 0, "HTTP 401"},
		{"a success", 200, 1, "HTTP 200, status 1 (success)"},
		{"refused inside an answer that looks well", 200, 142, "HTTP 200, status 142 (needs provisioning)"},
		{"blocked by the mail server", 200, 129, "HTTP 200, status 129 (device blocked)"},
		{"a status whose meaning depends on the command", 200, 7, "HTTP 200, status 7"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := c.Add(t, browser.Person{User: "u" + strconv.Itoa(i) + "@lab.example", Device: "D" + strconv.Itoa(i), Model: "Pixel 9"})[0]
			c.Answer(t, id, tt.http, tt.eas)
			a := v.get("/activesync/" + string(id))
			if times := category(a, "Times"); !strings.Contains(times, "Last success") || !strings.Contains(times, "Last answer "+tt.want+" Last Sync Time is") {
				t.Errorf("Times does not say %q but %q", tt.want, times)
			}
		})
	}
}

// category gives the words of one category of the details.
func category(a *answer, name string) string {
	a.t.Helper()
	for _, n := range a.all("#pane details.cat") {
		if words := textOf(n); strings.HasPrefix(words, name+" ") {
			return words
		}
	}
	a.t.Fatalf("%s has no category %s", a.path, name)
	return ""
}

// act carries out a verb the way a person without script does.
func act(v *visitor, verb string, id access.AssociationID, fill url.Values) *answer {
	v.t.Helper()
	path := "/activesync/selection/" + verb
	return v.get(path+"?id="+url.QueryEscape(string(id))).wants(http.StatusOK).submit(v, path, fill)
}

// A-14 A-15 A-17 A-18 D-08 Y-02
func TestBlockAllowCommentAndUndoSayWhatTheyDid(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)

	a := act(v, "block", ids[0], url.Values{"reason": {"lost <b>phone</b>"}}).wants(http.StatusOK)
	a.says(".message", "blocked").says(".message", "Applied by")
	v.get("/activesync?show=blocked&sort=user").says(`.records td[data-c="user"]`, "ana.silva@lab.example bob@lab.example")
	v.get("/activesync?q=sales").says(".records tbody", "Allowed") // the same device's other account
	v.get("/activesync/"+string(ids[0])).says(".why", "lost <b>phone</b>")

	a.submit(v, "/undo", nil).wants(http.StatusOK).says(".message", "Undone")
	v.get("/activesync?show=blocked").says(`.records td[data-c="user"]`, "bob@lab.example")

	act(v, "comment", ids[2], url.Values{"reason": {"shared mailbox"}}).says(".message", "omment")
	if got := v.get("/activesync/selection/comment?id=" + string(ids[2])).words("textarea"); got != "shared mailbox" {
		t.Errorf("the comment to edit is %q", got)
	}
	act(v, "allow", ids[1], nil).says(".message", "allowed")
	v.get("/activesync?show=blocked").says(".empty", "No record is Blocked")
	v.get("/audit").says("tbody", "block").says("tbody", "allow").says("tbody", "comment")
}

func TestTheQuestionSaysWhatWillHappenAndToWhom(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	ask := func(verb string, id access.AssociationID) *answer {
		return v.get("/activesync/selection/" + verb + "?id=" + string(id))
	}
	ask("remove", ids[1]).says(".note.warn", "judged anew").says(".who", "bob@lab.example")
	if got := ask("remove", ids[0]).words(".note.warn"); got != "" {
		t.Errorf("removing an allowed record warns: %q", got)
	}
	ask("block", ids[0]).says("form", "within a second").says("form", "left alone")
	v.get("/activesync/selection/block?all=1&show=unlinked").says("h1", "Block 2 records?").says(".who", "sales@lab.example")
}

func TestAFormSentTwiceActsOnce(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	form := v.get("/activesync/selection/block?id=" + string(ids[0])).fields("/activesync/selection/block")
	v.post("/activesync/selection/block", form).wants(http.StatusOK)
	v.post("/activesync/selection/block", form).wants(http.StatusOK)
	if n := strings.Count(v.get("/audit?event=block").words("tbody"), "ana.silva"); n != 1 {
		t.Errorf("the audit log has the act %d times", n)
	}
}

func TestTwoAdministratorsAtOnceAreToldOfEachOther(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	one, two := signedIn(t, c), signedIn(t, c)
	path := "/activesync/selection/block"
	form := one.get(path + "?id=" + string(ids[0])).fields(path)
	act(two, "allow", ids[0], url.Values{"reason": {"is fine"}})
	one.post(path, form).says(".message.bad", browser.Administrator)
	one.get("/activesync?show=blocked").says(".list-foot", "1 record matches")
}

//
func TestManyRecordsBecomeAJobWithAResultForEach(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	path := "/activesync/selection/block"
	a := v.get(path+"?all=1&show=unlinked").submit(v, path, url.Values{"reason": {"spring cleaning"}})
	if !strings.HasPrefix(a.path, "/jobs/") {
		t.Fatalf("ended at %s", a.path)
	}
	job := a.path
	for range 400 {
		if a = v.get(job, "X-Background", "1"); !strings.Contains(a.words("main"), "Under way") && !strings.Contains(a.words("main"), "Finding") {
			break
		}
	}
	a.says("main", "Done.").says("tbody", "sales").says("main", "spring cleaning")
	if n := len(a.all("tbody tr")); n != 2 {
		t.Errorf("%d results, want 2", n)
	}
	v.get("/jobs").says("tbody", "Block 2 records").says("tbody", "spring cleaning")
}

//
func TestRowsInViewAreGivenAnewAndNewcomersCounted(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	query := attr(v.get("/activesync").all(".records")[0], "data-live")
	rows := func() *answer {
		return v.get("/activesync/rows?" + query + "&id=" + string(ids[0]) + "&id=" + string(ids[1]))
	}
	before := rows()
	if n := attr(before.all("[data-new]")[0], "data-new"); n != "" {
		t.Errorf("news before there are any: %q", n)
	}
	act(v, "block", ids[0], nil)
	c.Add(t, browser.Person{User: "late@lab.example", Device: "LATE1", First: -1})
	after := rows()
	if n := attr(after.all("[data-new]")[0], "data-new"); n != "1 new record" {
		t.Errorf("news %q", n)
	}
	rev := func(a *answer, i int) string { return attr(a.all("tr")[i], "data-rev") }
	if rev(before, 0) == rev(after, 0) || rev(before, 1) != rev(after, 1) {
		t.Error("the changed row and only it has to have another revision")
	}
}

func TestTheExportIsExactlyTheViewAndNoFormula(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, append(browser.Three(), browser.Odd()...)...)
	v := signedIn(t, c)
	href := attr(v.get("/activesync?show=unlinked&sort=user&cols=user.phone.number").all(`a[href^="/activesync/export.csv"]`)[0], "href")
	a := v.get(href).wants(http.StatusOK)
	if ct := a.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/csv") {
		t.Errorf("content type %q", ct)
	}
	lines, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines[0], ","); got != "User,Number,Phone" {
		t.Errorf("heading %q", got)
	}
	if want := len(browser.Three()) + len(browser.Odd()) - 2; len(lines)-1 != want {
		t.Errorf("%d lines, want %d", len(lines)-1, want)
	}
	found := false
	for _, line := range lines[1:] {
		for _, field := range line {
			if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
				t.Errorf("%q could be run by a spreadsheet", field)
			}
			found = found || strings.HasPrefix(field, "'=HYPERLINK")
		}
	}
	if !found {
		t.Error("the formula of the test data is missing: the test proves nothing")
	}
}

func TestHostileTextIsShownAsText(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Odd()...)
	v := signedIn(t, c)
	pages := []string{"/activesync?cols=device.user.number.phone.os.client.comment", "/audit", "/activesync/selection/comment?all=1",
		"/activesync?q=" + url.QueryEscape(browser.Hostile()[1])}
	for _, id := range ids {
		pages = append(pages, "/activesync/"+string(id))
	}
	for _, path := range pages {
		a := v.get(path).wants(http.StatusOK)
		if n := len(a.all("main script, main img, main b")); n != 0 {
			t.Errorf("%s: %d elements out of hostile text", path, n)
		}
		for _, bad := range []string{"\x1b", "\u202e", "\u202E"} {
			if strings.Contains(a.body, bad) {
				t.Errorf("%s holds the bare character %q", path, bad)
			}
		}
	}
	list := v.get("/activesync?cols=phone")
	list.says("tbody", "<script>alert(1)</script>").says("tbody", "مرحبا")
	for _, n := range list.all(`td[data-c="phone"] > *`) {
		if n.Data != "bdi" {
			t.Errorf("<%s> in the Phone column is not isolated", n.Data)
		}
	}
}

// Y-18
func TestShadowModeIsSaidWhereItMatters(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	p := access.DefaultPreferences()
	p.Shadow = true
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "test") }); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	v.get("/").says(".banner", "nothing is enforced")
	v.get("/activesync?show=blocked").says(".records tbody", "not enforced")
	v.get("/activesync/"+string(ids[1])).says(".why", "not enforced")
	v.get("/activesync/selection/block?id="+string(ids[0])).says(".note.warn", "not enforced").says(".note.warn a", "Turn enforcement on")
	act(v, "block", ids[0], nil).says(".message", "shadow mode").says(".message a", "Turn enforcement on")
	a := v.get("/sentry/preferences/preview?shadow=no").says("tbody", "Enforce")
	a.submit(v, "/sentry/preferences", nil).wants(http.StatusOK).says(".message", "Saved")
	if got := v.get("/").words(".banner"); got != "" {
		t.Errorf("after enforcement is on the banner still says %q", got)
	}
}

// Y-18
func TestEveryActionThatWouldRefuseSaysInShadowModeThatItIsNotEnforced(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	const block = "/activesync/selection/block"
	several := block + "?id=" + string(ids[0]) + "&id=" + string(ids[2])
	notes := func(a *answer) string { return a.words("main .note.warn, main .message") }

	// While enforcement is on nobody is told otherwise.
	for _, path := range []string{block + "?id=" + string(ids[0]), several, "/sentry/preferences/preview?auto_block=yes"} {
		if got := notes(v.get(path)); strings.Contains(got, "not enforced") {
			t.Errorf("%s says %q while enforcement is on", path, got)
		}
	}
	v.get("/sentry/preferences/preview?shadow=yes").submit(v, "/sentry/preferences", nil).wants(http.StatusOK)

	offers := func(name string, a *answer, selector string) {
		t.Helper()
		a.says(selector, "not enforced").says(selector+" a", "Turn enforcement on")
		for _, n := range a.all(selector + ` a`) {
			if q, err := url.Parse(attr(n, "href")); err != nil || q.Path != "/sentry/preferences/preview" || q.Query().Get("shadow") != "no" {
				t.Errorf("%s: the offer leads to %q", name, attr(n, "href"))
			}
		}
	}
	offers("block one", v.get(block+"?id="+string(ids[0])), ".note.warn")
	offers("block several", v.get(several), ".note.warn")
	offers("block all that match", v.get(block+"?all=1"), ".note.warn")
	done := act(v, "block", ids[0], nil).says(".message", "shadow mode").says(".message a", "Turn enforcement on")
	done.submit(v, "/undo", nil).says(".message a", "Turn enforcement on")
	job := v.get(several).submit(v, block, nil)
	offers("the job", v.get(job.path), ".note.warn")
	gone := act(v, "remove", ids[1], nil)
	gone.submit(v, "/undo", nil).says(".message", "back").says(".message a", "Turn enforcement on")
	v.get("/activesync/"+string(ids[1])).says(".why .note.warn", "not enforced").says(".why .note.warn a", "Turn enforcement on")

	for _, setting := range []string{"auto_block=yes", "refuse_other_user=yes", "max_verdict_age=1h"} {
		offers(setting, v.get("/sentry/preferences/preview?"+setting), ".note.warn")
	}
	preview := v.get("/sentry/preferences/preview?auto_block=yes")
	both := v.get(attr(preview.all(".note.warn a")[0], "href"))
	both.says("tbody", "Auto Block Unregistered(unlinked) Devices").says("tbody", "Enforce")
	preview.submit(v, "/sentry/preferences", nil).says(".message.warn", "not enforced").says(".message a", "Turn enforcement on")
	if got := notes(v.get("/sentry/preferences/preview?auto_block=no")); strings.Contains(got, "not enforced") {
		t.Errorf("what refuses nobody says %q", got)
	}
}

// Y-02
func TestTheMessageSaysHowManyGatewaysHaveAppliedAChange(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	c.Hold()
	a := act(v, "block", ids[0], nil).says(".message .applied", "Applied by 1 of 3 gateways.")
	again := attr(a.all(".message .applied")[0], "hx-get")
	if !strings.HasPrefix(again, "/changes/") {
		t.Fatalf("the message does not ask again: %q", again)
	}
	v.get(again, "HX-Request", "true").says(".applied", "1 of 3")
	c.Release()
	// One that is away is waited for: it has not applied anything.
	v.get(again, "HX-Request", "true").says(".applied", "Applied by 2 of 3 gateways.")
	late := v.get(strings.Replace(again, "asked=1", "asked=100", 1), "HX-Request", "true").all(".applied")[0]
	if early := attr(a.all(".message .applied")[0], "hx-trigger"); early != "applied from:body, load delay:2000ms" || attr(late, "hx-trigger") != "applied from:body, load delay:15000ms" {
		t.Errorf("it asks again after %q, and after asking 100 times after %q", early, attr(late, "hx-trigger"))
	}
	c.Reconnect()
	done := v.get(again, "HX-Request", "true").says(".applied", "Applied by all 3 gateways.")
	if attr(done.all(".applied")[0], "hx-get") != "" {
		t.Error("the message goes on asking")
	}
}
