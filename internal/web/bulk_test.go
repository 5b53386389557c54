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
)

// over waits until a job that a page shows is over, and gives the page then.
func (a *answer) over(v *visitor) *answer {
	a.t.Helper()
	path, _, _ := strings.Cut(a.path, "?")
	if !strings.HasPrefix(path, "/jobs/") {
		a.t.Fatalf("%s is no page of a job", a.path)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if p := v.get(path).wants(http.StatusOK); len(p.all("[data-job]")) == 0 {
			return p
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-a.t.Context().Done():
		}
	}
	a.t.Fatalf("%s is not over within half a minute", path)
	return nil
}

// Y-07
func TestSeveralDevicesAreRetiredTogetherAndTakenBack(t *testing.T) {
	c, records, user, tablet := office(t)
	r, err := c.Admin.AddDevice(t.Context(), ada(), admin.DeviceForm{Name: "Phone of Ana", Owner: user, Model: "Pixel 9"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	phone := r.ID
	if _, err := c.Admin.LinkAssociation(t.Context(), ada(), records[0], access.DeviceID(phone), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)

	list := v.get("/devices?show=registered")
	if got := list.words("#selection button[formaction]"); got != "Activate Mark found Mark lost Retire Delete Mark compliant Mark not compliant" {
		t.Errorf("several devices can be: %s", got)
	}
	if got := v.get("/devices/" + phone).words("#pane .buttons"); strings.Contains(got, "Mark compliant") {
		t.Errorf("one device has both the form and the act for several: %s", got)
	}
	path := "/devices/selection/retire"
	ask := v.get(path + "?id=" + phone + "&id=" + string(tablet)).wants(http.StatusOK)
	ask.says("h1", "Retire 2 devices?").says(".who", "Phone of Ana").says(".note.info", "2 records that may sync now are refused then")
	job := ask.submit(v, path, url.Values{"reason": {"sold"}}).wants(http.StatusOK).over(v)
	job.says("h1", "Retire 2 devices").says("#job tbody", "Tablet of the lab").says("main", "2 of 2 devices").says("main", "note: sold")
	if got := job.all(`#job a[href="/devices/` + phone + `"]`); len(got) != 1 {
		t.Error("the job's row does not lead to its device")
	}
	v.get("/devices?show=retired").says(".records tbody", "Phone of Ana").says(".records tbody", "Tablet of the lab")
	undo := strings.Replace(job.path, "?", "/undo?", 1)
	undo, _, _ = strings.Cut(undo, "?")
	if !strings.HasSuffix(undo, "/undo") {
		undo += "/undo"
	}
	back := job.submit(v, undo, nil).wants(http.StatusOK).over(v)
	back.says("h1", "Undo: Retire 2 devices").says("main", "This takes another action back.")
	v.get("/devices?show=active").says(".records tbody", "Phone of Ana").says(".records tbody", "Tablet of the lab")
	again := v.get(job.path).says("main", "This has been taken back.")
	if len(again.all(`form[action="`+undo+`"]`)) != 0 {
		t.Error("what has been taken back can be taken back again")
	}

	// The lines of the audit log lead to the jobs.
	if links := v.get("/audit?event=undo").all(`.records a[href^="/jobs/"]`); len(links) != 1 {
		t.Errorf("%d lines about the undo lead to its job", len(links))
	}
}

func TestComplianceIsSaidOfSeveralDevicesAtOnce(t *testing.T) {
	c, _, user, tablet := office(t)
	r, err := c.Admin.AddDevice(t.Context(), ada(), admin.DeviceForm{Name: "Phone of Ana", Owner: user}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	v := signedIn(t, c)
	path := "/devices/selection/mark-noncompliant"
	ask := v.get(path+"?id="+r.ID+"&id="+string(tablet)).says("h1", "Mark 2 devices as not compliant?")
	if !has(ask.all("textarea")[0], "required") {
		t.Error("the reason is not asked for")
	}
	ask.submit(v, path, url.Values{"reason": {""}}).says(".message.bad", "Say why")
	ask.submit(v, path, url.Values{"reason": {"passcode missing"}}).over(v)
	v.get("/devices?show=noncompliant&cols=name.reason").says(".records tbody", "Phone of Ana passcode missing").says(".records tbody", "Tablet of the lab passcode missing")
	path = "/devices/selection/mark-compliant"
	job := v.get(path+"?all=1&show=noncompliant").says("h1", "2 devices").submit(v, path, nil).over(v)
	job.says("h1", "Mark compliant 2 devices")
	v.get("/devices?show=noncompliant").says(".empty", "")
}

// M-15
func TestSeveralUsersAreDisabledTogether(t *testing.T) {
	c, _, _, _ := office(t)
	if _, err := c.Admin.AddUser(t.Context(), ada(), admin.UserForm{Name: "zoe"}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	v := signedIn(t, c)
	if got := v.get("/users").words("#selection button[formaction]"); got != "Disable Enable Delete" {
		t.Errorf("several users can be: %s", got)
	}
	path := "/users/selection/disable-user"
	job := v.get(path+"?all=1&show=all").says("h1", "Disable 2 users?").submit(v, path, url.Values{"reason": {"left"}}).over(v)
	job.says("h1", "Disable 2 users").says("main", "zoe is disabled")
	v.get("/users?show=disabled").says(".records tbody", "ana.silva").says(".records tbody", "zoe")
	path = "/users/selection/delete-user"
	gone := v.get(path+"?all=1&show=disabled&q=zoe").says("h1", "Delete this user?").submit(v, path, nil).over(v)
	if strings.Contains(gone.words("main"), "Undo") {
		t.Error("what is deleted is said to be undone")
	}
}

// Y-06
func TestSeveralOverridesEndTogether(t *testing.T) {
	c, records, _, _ := office(t)
	v := signedIn(t, c)
	for _, id := range records[:2] {
		act(v, "block", id, nil)
	}
	act(v, "allow", records[2], nil)
	path := "/overrides/records/selection/end-override"
	ask := v.get(path + "?all=1&kind=block").wants(http.StatusOK)
	ask.says(".note.info", "2 records that are refused now may sync then")
	job := ask.submit(v, path, url.Values{"reason": {"found"}}).over(v)
	job.says("h1", "End 2 overrides")
	left := v.get("/overrides").words(".overrides tbody")
	if strings.Contains(left, "Blocked") || !strings.Contains(left, "Allowed") {
		t.Errorf("overrides that are left: %s", left)
	}
	if len(v.get(job.path).all(`form[action$="/undo"]`)) != 1 {
		t.Error("it cannot be taken back")
	}
}

// what is asked about many says what it comes to for each.
func TestTheQuestionAboutSeveralRecordsSaysWhatItComesTo(t *testing.T) {
	c, records, _, _ := office(t)
	v := signedIn(t, c)
	q := "?id=" + string(records[0]) + "&id=" + string(records[1])
	v.get("/activesync/selection/block"+q).says(".note.info", "1 record that may sync now is refused then")
	v.get("/activesync/selection/remove"+q).says("form", "judged anew")
}

// What was added can be taken back where it was added.
func TestAddingADeviceOrAUserIsUndone(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	added := v.get("/devices/new").submit(v, "/devices/new", url.Values{"name": {"Spare"}}).wants(http.StatusOK)
	added.says(".message", "Spare is registered").submit(v, "/undo", nil).wants(http.StatusOK).says(".message", "no registered device any more")
	added = v.get("/users/new").submit(v, "/users/new", url.Values{"name": {"zoe"}}).wants(http.StatusOK)
	added.says(".message", "zoe is a user now").submit(v, "/undo", nil).wants(http.StatusOK).says(".message", "zoe is no user any more")
	wait := v.get("/devices?show=waiting").idOf("SM-S921B")
	path := "/devices/register/" + wait
	reg := v.get(path).submit(v, path, nil).wants(http.StatusOK)
	reg.says(".message", "is registered").submit(v, "/undo", nil).wants(http.StatusOK).says(".message", "The phone waits again")
	v.get("/devices?show=waiting").idOf("SM-S921B")
}

// a list is shown again as it was left, until it is reset; an address that says anything wins.
func TestAListComesBackAsItWasLeft(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	v.get("/devices?show=registered&sort=model&desc=1")
	plain := v.get("/devices").says("[data-recalled]", "As you left it. Reset")
	if n := len(plain.all(".records tbody tr")); n != 1 {
		t.Errorf("%d rows, want the one registered device", n)
	}
	if len(plain.all(`th[data-c="model"][aria-sort="descending"]`)) != 1 {
		t.Error("the order is not as it was left")
	}
	if got := attr(plain.all(`select[name="show"] option[selected]`)[0], "value"); got != "registered" {
		t.Errorf("the filter shows %s", got)
	}
	other := v.get("/devices?show=waiting&q=SM-S")
	if len(other.all("[data-recalled]")) != 0 || len(other.all(`th[data-c="name"][aria-sort="ascending"]`)) != 1 {
		t.Error("an address that says something is mixed with what was left")
	}
	v.get("/devices").says(".records tbody", "iPhone 15").says(".records tbody", "SM-S921B") // the search is not kept
	v.get("/devices?q=tablet")
	v.get("/devices").says("[data-recalled]", "As you left it") // a link with a search alone changes nothing of it
	reset := v.get(attr(v.get("/devices").all("[data-recalled] a")[0], "href"))
	if reset.path != "/devices" || len(reset.all("[data-recalled]")) != 0 || len(reset.all(".records tbody tr")) != 3 {
		t.Errorf("after the reset %s has %d rows", reset.path, len(reset.all(".records tbody tr")))
	}
	v.get("/devices?sort=model")
	head := attr(v.get("/devices").all(`th[data-c="name"] a`)[0], "href")
	if v.get(head); len(v.get("/devices").all("[data-recalled]")) != 0 {
		t.Errorf("%s does not bring the usual order back", head)
	}
}

func TestWhatOneLeavesIsNotAnothers(t *testing.T) {
	c, records, _, _ := office(t)
	v := signedIn(t, c)
	v.get("/audit?object=" + string(records[0]))
	if len(v.get("/audit").all("[data-recalled]")) != 0 {
		t.Error("what only a link asks for is kept")
	}
	v.get("/users?show=disabled")
	if len(v.get("/devices").all("[data-recalled]")) != 0 {
		t.Error("one list is shown as another was left")
	}
	for _, cookie := range v.client.Jar.Cookies(mustURL(t, c.URL+"/users")) {
		if cookie.Name == "view" {
			cookie.Value = "someone" + cookie.Value[strings.Index(cookie.Value, "."):]
			cookie.Path = "/users"
			v.client.Jar.SetCookies(mustURL(t, c.URL+"/users"), []*http.Cookie{cookie})
		}
	}
	if len(v.get("/users").all("[data-recalled]")) != 0 {
		t.Error("what somebody else left in this browser is shown")
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Y-07: before the button is pressed the dialog names what the job will be refused for, and why.
func TestADialogNamesTheRowsThatWillBeRefused(t *testing.T) {
	c, records, user, tablet := office(t)
	r, err := c.Admin.AddDevice(t.Context(), ada(), admin.DeviceForm{Name: "Phone of Ana", Owner: user}, admin.Act{})
	if err == nil {
		_, err = c.Admin.RetireDevice(t.Context(), ada(), tablet, admin.Act{})
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	path := "/devices/selection/lose"
	ask := v.get(path + "?id=" + r.ID + "&id=" + string(tablet)).wants(http.StatusOK)
	ask.says(".refused p", "1 of 2 will be refused:").says(".refused li .strong", "Tablet of the lab").says(".refused li", "This device is retired, so that this cannot be done.")
	if got := len(ask.all("form.ask .refused li")); got != 1 {
		t.Errorf("%d rows are named", got)
	}
	if got := v.get(path + "?id=" + r.ID + "&id=" + string(tablet) + "&id=nothing").words(".refused"); !strings.Contains(got, "2 of 3") || !strings.Contains(got, "no longer there") {
		t.Errorf("of a device that is gone it is said: %s", got)
	}
	job := ask.submit(v, path, nil).over(v)
	job.says("#job tbody", "This device is retired, so that this cannot be done.").says("#job tbody", "Phone of Ana")
	// One of two records that were chosen is gone meanwhile: it is a job still, and says so.
	for _, verb := range []string{"block", "unlink", "remove"} {
		gone := v.get("/activesync/selection/" + verb + "?id=" + string(records[0]) + "&id=nothing").wants(http.StatusOK)
		gone.says(".refused", "1 of 2 will be refused:").says(".refused li", "no longer there This record is gone.")
	}
	links := v.get("/activesync/selection/link?id=" + string(records[0]) + "&id=nothing").wants(http.StatusOK)
	links.says(".refused", "1 of 2 will be refused:").says(".refused li", "This record is gone.")
	if got := v.get(path + "?id=" + r.ID).all(".refused"); len(got) != 0 {
		t.Error("a dialog that refuses nothing has the place for it")
	}
	if got := v.get("/activesync/selection/block?id=" + string(records[0]) + "&id=" + string(records[1])).all(".refused"); len(got) != 0 {
		t.Error("a bulk that is refused nothing has the place for it")
	}
}
