// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/test/browser"
)

func TestTheUsersPageShowsPeopleWithTheirAccountsAndDevices(t *testing.T) {
	c, _, user, _ := office(t)
	v := signedIn(t, c)
	a := v.get("/users").wants(http.StatusOK).says(`nav a[aria-current="page"]`, "Users")
	manners(t, a)
	if got, want := a.words(".records thead th:not(.pick)"), "Name Display name Address Accounts Groups Status Source Devices"; got != want {
		t.Errorf("columns %q, want %q", got, want)
	}
	a.says(".records tbody", "ana.silva Ana Silva ana.silva@lab.example ana.silva Lisbon Enabled By hand 1")
	v.get("/users?show=disabled").says(".empty", "No user is Disabled at the moment.")
	v.get("/users?q=silva").says(".list-foot", "1 user match")
	pane := v.get("/users/"+string(user)).wants(http.StatusOK).says(".pane .title", "ana.silva").says(".pane .why", "Enabled.")
	pane.says(".pane .belongings", "Tablet of the lab").says(".pane .belongings", "iPhone 15 Pro").says(".pane dl", "Lisbon")
	if got := pane.words(".pane .do"); got != "Edit Disable Merge names Delete" {
		t.Errorf("buttons %q", got)
	}
	v.get("/users/no-such-user").wants(http.StatusNotFound).says("main a.button", "To the users")
	export := v.get("/users/export.csv?cols=name.state.devices").wants(http.StatusOK)
	if want := "Name,Status,Devices\nana.silva,enabled,1\n"; export.body != want {
		t.Errorf("exported %q, want %q", export.body, want)
	}
}

func TestAUserIsAddedAndChangedWithAccounts(t *testing.T) {
	c, _, _, _ := office(t)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	form := v.get("/users/new").wants(http.StatusOK).says("main", "There are: Lisbon.")
	manners(t, form)
	if f := form.fields("/users/new"); len(f["account"]) != 2 || f["realm"][0] != "lab" {
		t.Errorf("the form begins with %v", f)
	}
	taken := form.submit(v, "/users/new", url.Values{"name": {"bob"}, "account": {"ana.silva", ""}, "realm": {"lab", ""}})
	taken.wants(http.StatusConflict).says(".message.bad", "ana.silva")
	if f := taken.fields("/users/new"); f.Get("name") != "bob" || f["account"][0] != "ana.silva" {
		t.Errorf("the form has forgotten what was typed: %v", f)
	}
	done := taken.submit(v, "/users/new", url.Values{"groups": {"Berlin, Field; Berlin"}, "account": {"BOB", ""}, "realm": {"lab", "lab"}}).wants(http.StatusOK)
	done.says(".message", "bob is a user now.").says(".pane .belongings", "bob lab").says(".pane .belongings", "SM-S921B").says(".pane dl", "Berlin, Field")
	path := "/users/edit/" + strings.TrimPrefix(done.path, "/users/")
	edit := v.get(path).wants(http.StatusOK)
	edit.submit(v, path, url.Values{"display": {"Bob B."}, "account": {"", ""}, "realm": {"lab", "lab"}}).wants(http.StatusOK).says(".pane", "No mail account belongs to this user yet.")
	conflict := edit.submit(v, path, url.Values{"display": {"Robert"}, "key": {"other"}}).wants(http.StatusConflict).says(".message.bad", "changed")
	conflict.says(".differ", "Robert Bob B.").says(".differ", "bob (lab) –")
	if n := len(conflict.all(".differ tbody tr")); n != 2 {
		t.Errorf("%d fields are compared", n)
	}
}

// M-15
func TestDisablingAUserSaysWhatItReachesAndRefusesEveryAccount(t *testing.T) {
	c, _, user, _ := office(t)
	v := signedIn(t, c)
	id := string(user)
	path := "/users/selection/disable-user"
	ask := v.get(path+"?id="+id+"&back=/users/"+id).wants(http.StatusOK).says("main", "Disable this user?")
	ask.says(".note", "This reaches 1 record. Accounts: 1. Devices: 1. 1 record that may sync now is refused then.")
	manners(t, ask)
	done := ask.submit(v, path, nil).wants(http.StatusOK).says(".message", "is disabled").says(".pane .why", "Disabled: the user's 1 record is refused.")
	c.Settle(t)
	v.get("/users/"+id).says(".pane .belongings .chip", "Blocked")
	if got := done.words(".pane .do"); got != "Edit Enable Merge names Delete" {
		t.Errorf("buttons %q", got)
	}
	path = "/users/selection/enable-user"
	v.get(path+"?id="+id).says(".note", "1 record that is refused now may sync then.").submit(v, path, nil).says(".message", "is enabled again")
	path = "/users/selection/delete-user"
	gone := v.get(path+"?id="+id+"&back=/users/"+id).submit(v, path, nil).wants(http.StatusOK)
	gone.says(".message", "ana.silva is deleted.")
	if gone.path != "/users" {
		t.Errorf("led to %s: the user is gone", gone.path)
	}
}

//
func TestTwoNamesAreMergedAfterAPreviewAndPartAgain(t *testing.T) {
	c, _, user, _ := office(t)
	c.Add(t, browser.Person{User: "asilva@lab.example", Device: "APPLC39XK2QPN72J", Model: "iPhone 15 Pro", OS: "iOS", Override: "block"},
		browser.Person{User: "asilva@lab.example", Device: "OLDPHONE1", Model: "Pixel 6", OS: "Android"})
	v := signedIn(t, c)
	start := v.get("/users/merge/" + string(user)).wants(http.StatusOK)
	if f := start.fields("/users/merge"); f.Get("to") != "ana.silva" || f.Get("realm") != "lab" {
		t.Errorf("the form begins with %v", f)
	}
	manners(t, start)
	preview := v.get("/users/merge?realm=lab&from=asilva&to=ana.silva").wants(http.StatusOK)
	manners(t, preview)
	preview.says("#steps", "2 records move. Joined with others: 1. Verdicts that change: 1.").says(".verdicts", "Joins the other name's record").says(".verdicts", "Moves").says(".verdicts", "Blocked")
	v.get("/activesync?q=asilva").says(".list-foot", "2 records match")
	form := url.Values{}
	for _, n := range preview.all(`form[method="post"][action="/users/merge"] input`) {
		form.Set(attr(n, "name"), attr(n, "value"))
	}
	form.Set("reason", "Has married")
	done := v.post("/users/merge", form).wants(http.StatusOK).says(".message", "Undo")
	c.Settle(t)
	v.get("/activesync").says(".list-foot", "4 records")
	pane := v.get("/users/"+string(user)).says(".pane .belongings", "asilva another name of ana.silva")
	v.get("/users/merge").says("#merged + *, .card", "asilva")
	v.get("/users/merge?realm=lab&from=asilva&to=bob").wants(http.StatusConflict).says(".message.bad", "another name of")
	done.submit(v, "/undo", nil).wants(http.StatusOK).says(".message", "asilva is an account of its own again")
	c.Settle(t)
	v.get("/activesync").says(".list-foot", "5 records")

	form.Set("key", "once-more")
	v.post("/users/merge", form).wants(http.StatusOK)
	split := attr(pane.all(`.pane a[href^="/users/split"]`)[0], "href")
	ask := v.get(split).wants(http.StatusOK).says("main", "Split these names again?").says(".who", "asilva")
	manners(t, ask)
	ask.submit(v, "/users/split", nil).wants(http.StatusOK).says(".message", "")
	c.Settle(t)
	v.get("/activesync").says(".list-foot", "5 records")
	v.get("/users/merge?realm=lab&from=x&to=x").wants(http.StatusBadRequest).says(".message.bad", "one name")
}
