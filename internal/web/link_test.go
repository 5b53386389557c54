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
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// registers makes a user with an account and a device of that user. It gives the device.
func registers(t *testing.T, c *browser.Console, user, account string, f admin.DeviceForm) access.DeviceID {
	t.Helper()
	u, err := c.Admin.AddUser(t.Context(), boss, admin.UserForm{Name: user, Accounts: []access.Account{{Realm: "lab", Account: account}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	f.Owner = access.UserID(u.ID)
	d, err := c.Admin.AddDevice(t.Context(), boss, f, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return access.DeviceID(d.ID)
}

// bobs is a device that bob's phone may be, without anything that tells phones of its model apart.
func bobs() admin.DeviceForm {
	return admin.DeviceForm{Name: "Bob's Galaxy", Model: "SM-S921B", OS: "Android", OSVersion: "14", Serial: "R5CX10ABCDE"}
}

// A-10 A-22 A-23
func TestLinkToShowsWhatSpeaksForADeviceAndBothSetsOfFacts(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	device := registers(t, c, "bob", "bob", bobs())
	v := signedIn(t, c)
	bob := string(ids[1])
	pane := v.get("/activesync/" + bob)
	said := category(pane, "Registration")
	for _, want := range []string{"May belong to", "Bob's Galaxy", "the account belongs to its owner", "Nothing else comes into question"} {
		if !strings.Contains(said, want) {
			t.Errorf("the details do not say %q but %q", want, said)
		}
	}
	a := v.get("/link/"+bob).wants(http.StatusOK).says("h1", "Which device is it?").says("main", "1 device comes into question")
	a.says(".candidates", "Bob's Galaxy").says(".candidates", "suggested").says(".candidates .signs .good", "the account belongs to its owner").
		says(".candidates .facts tbody", "SM-S921B").says(".candidates .facts tbody .good", "the same")
	manners(t, a)
	if n := len(a.all(`.candidates button[name="device"][value="` + string(device) + `"]`)); n != 1 {
		t.Fatalf("%d buttons that link", n)
	}
	a = a.submit(v, "/link/"+bob, url.Values{"device": {string(device)}, "reason": {"He showed it to me"}}).wants(http.StatusOK)
	a.says(".message", "is linked to Bob's Galaxy").says("#pane", "Registered(Linked)")
	if said := category(a, "Registration"); !strings.Contains(said, "by "+browser.Administrator) || strings.Contains(said, "May belong to") {
		t.Errorf("the details say %q", said)
	}
	if said := category(a, "Timeline"); !strings.Contains(said, "He showed it to me") {
		t.Errorf("the timeline says %q", said)
	}
	v.get("/link/"+bob).says(".candidates", "linked now").says("main", "has linked it by hand")
	a.submit(v, "/undo", nil).says(".message", "Undone")
}

//
func TestUnlinkKeepsTheMatcherAwayUntilTheRecordIsGivenBack(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	f := bobs()
	f.EASID = "SEC1A2B3C4D5E6F7"
	registers(t, c, "bob", "bob", f)
	v := signedIn(t, c)
	bob := string(ids[1])
	v.get("/activesync/"+bob).says("#pane", "Registered(Linked)").says("#pane", "by the matcher").says("#pane", "the registration names this ActiveSync device id")
	button := func(verb string) int {
		return len(v.get("/activesync/" + bob).all(`#pane .do a[href^="/activesync/selection/` + verb + `"]`))
	}
	if button("unlink") != 1 || button("match-again") != 0 {
		t.Error("a record that the matcher has linked can be unlinked, and not be given back")
	}
	act(v, "unlink", ids[1], nil).says(".message", "is not linked to any device")
	c.Settle(t)
	v.get("/activesync/"+bob).says("#pane", "Unregistered (Unlinked)").says("#pane", "the matcher leaves it alone")
	if button("unlink") != 0 || button("match-again") != 1 {
		t.Error("a record that a hand has unlinked can be given back, and not be unlinked")
	}
	act(v, "match-again", ids[1], nil).says(".message", "is linked to Bob's Galaxy")
}

//
func TestAnyDeviceIsFoundInLinkTo(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	device := registers(t, c, "carla", "carla", admin.DeviceForm{Name: "Spare iPhone", Model: "iPhone 15 Pro", OS: "iOS"})
	v := signedIn(t, c)
	path := "/link/" + string(ids[1])
	v.get(path).says("main", "No registered device comes into question")
	a := v.get(path+"?q=spare").says(".candidates", "Spare iPhone").says(".candidates", "carla").says(".candidates .facts .differs", "OS")
	a.submit(v, path, url.Values{"device": {string(device)}}).says(".message", "is linked to Spare iPhone")
	v.get(path+"?q=nosuchthing").says("main", "No registered device holds “nosuchthing”")
	v.get("/link/no-such-record").wants(http.StatusNotFound)
}

// A-23 Y-07
func TestAllThatAreClearAreLinkedAfterAPreview(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	registers(t, c, "bob", "bob", bobs())
	v := signedIn(t, c)
	v.get("/activesync?show=suggested").says(".list-foot", "1 record matches").says(".records tbody", "bob@")
	links := v.get("/activesync").all(".page-head .actions a")
	if len(links) == 0 || !strings.Contains(textOf(links[0]), "Link all that are clear") {
		t.Fatal("nothing leads to linking all that are clear")
	}
	a := v.get(attr(links[0], "href")).wants(http.StatusOK).says("h2", "1 record would be linked").says("tbody", "Bob's Galaxy").says("tbody", "65")
	manners(t, a)
	job := a.submit(v, "/activesync/selection/link", nil).wants(http.StatusOK)
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(job.words("main"), "Done.") {
		if time.Now().After(deadline) {
			t.Fatalf("the job stands at %s", job.words("main"))
		}
		time.Sleep(20 * time.Millisecond) // polling with a deadline: the job has no hook to wait on
		job = v.get(job.path)
	}
	c.Settle(t)
	v.get("/activesync/"+string(ids[1])).says("#pane", "Registered(Linked)")
	v.get(attr(links[0], "href")).says("main", "Nothing to link")
	several := v.get("/activesync/selection/link?id=" + string(ids[0]) + "&id=" + string(ids[2])).wants(http.StatusOK)
	several.says("main", "Nothing to link").says(".note", "2 records are left alone")
	v.get("/activesync/selection/link?id="+string(ids[2])).says("h1", "Which device is it?")
}

func TestWhoMayNotLinkIsShownNoWayTo(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := asAuditor(t, c)
	if n := len(v.get("/activesync/" + string(ids[1])).all(`a[href*="link"]`)); n != 0 {
		t.Errorf("%d links to link", n)
	}
	a := v.get("/link/"+string(ids[1])).wants(http.StatusOK).says("h1", "Which device is it?")
	if n := len(a.all(`main form[method="post"]`)); n > 0 && len(a.all(`main button[name="device"]`)) > 0 {
		t.Errorf("%d forms that link", n)
	}
	v.get("/activesync/selection/link?id="+string(ids[1])).wants(http.StatusForbidden).says("h1", "No permission")
}

// Y-05
func TestTheSamePhoneUnderANewIDLeadsToItsOldRecordAndBack(t *testing.T) {
	c := browser.Start(t, true)
	people := append(browser.Three(), browser.Person{User: "bob@lab.example", Device: "SEC9999999999999", Model: "SM-S921B", OS: "Android"})
	ids := c.Add(t, people...)
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveLink(ids[3], "", access.Link{}, access.Suggestion{}, ids[1])
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	now, before := category(v.get("/activesync/"+string(ids[3])), "Registration"), category(v.get("/activesync/"+string(ids[1])), "Registration")
	if !strings.Contains(now, "Came before as SEC1A2B3C4D5E6F7") {
		t.Errorf("the new record says %q", now)
	}
	if !strings.Contains(before, "Comes now as SEC9999999999999") {
		t.Errorf("the old record says %q", before)
	}
}

// Where nothing is clear enough to link, both panes put both sets of facts side by side and say why not.
func TestPanesSayWhyNothingIsLinked(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	f := bobs()
	f.OSVersion, f.Number = "13", "+49 170 1234567"
	device := registers(t, c, "bob", "bob", f)
	v := signedIn(t, c)
	for path, other := range map[string]string{"/activesync/" + string(ids[1]): "/devices/" + string(device), "/devices/" + string(device): "/activesync/" + string(ids[1])} {
		a := v.get(path).wants(http.StatusOK)
		links := a.all(`.comparison h3 a[href="` + other + `"]`)
		if len(links) != 1 || len(a.all(".comparison table.compared tr")) < 3 || len(a.all(".comparison .signs li")) == 0 {
			t.Errorf("%s does not compare with %s", path, other)
		}
	}
}
