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
	"github.com/vedette-mail/vedette/test/browser"
)

// answers gives what the search says to a text, one line for each thing found.
func answers(v *visitor, text string) (list []string, page *answer) {
	v.t.Helper()
	page = v.get("/search?q=" + url.QueryEscape(text)).wants(http.StatusOK)
	for _, n := range page.all(".answers > li") {
		list = append(list, textOf(n))
	}
	return list, page
}

func TestTheSearchBoxStandsOnEveryPage(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	for _, path := range everyPage(string(ids[0])) {
		a := v.get(path)
		if n := len(a.all(`header.bar form[action="/search"] input[name="q"][data-search]`)); n != 1 {
			t.Errorf("%s has %d", path, n)
		}
		if n := len(a.all("[data-search]")); n != 1 {
			t.Errorf("%s: the key for it finds %d fields", path, n)
		}
	}
	v.get("/search").wants(http.StatusOK).says("main", "Whose phone is it?")
}

//
func TestTheSearchSaysWhyAPhoneIsBlockedAndHasTheButtonThatSolvesIt(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	list, page := answers(v, "bob")
	if len(list) == 0 || !strings.Contains(list[0], "Blocked since") || !strings.Contains(list[0], "Phone left in a taxi") {
		t.Fatalf("the first answer is %q", list)
	}
	buttons := page.all(".answers li.wrong .buttons a")
	if len(buttons) != 1 || textOf(buttons[0]) != "Allow" {
		t.Fatalf("%d buttons, want Allow alone", len(buttons))
	}
	if attr(buttons[0], "hx-target") != "#dialog" {
		t.Error("the question is asked on another page")
	}
	times := page.all(".answers li.wrong .sentence time[title]")
	if len(times) != 1 || !strings.HasPrefix(textOf(times[0]), "since ") || !strings.Contains(attr(times[0], "title"), "UTC") {
		t.Errorf("%d moments, the exact one must stand behind the words", len(times))
	}
	a := v.get(attr(buttons[0], "href")).wants(http.StatusOK).submit(v, "/activesync/selection/allow", nil)
	if !strings.HasPrefix(a.path, "/search?q=bob") {
		t.Errorf("afterwards the page is %s", a.path)
	}
	a.says(".message", "bob")
	c.Settle(t)
	if list, _ := answers(v, "bob"); !strings.Contains(list[0], "Nothing is wrong") {
		t.Errorf("afterwards the answer is %q", list)
	}
	manners(t, page)
}

func TestTheSearchFindsUsersAndDevicesAndLeadsToTheirOwnButtons(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	f := bobs()
	f.EASID = "SEC1A2B3C4D5E6F7"
	device := registers(t, c, "bob", "bob", f)
	if _, err := c.Admin.LoseDevice(t.Context(), boss, device, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	list, page := answers(v, "galaxy")
	if len(list) != 1 || !strings.Contains(list[0], "reported lost") {
		t.Fatalf("the answers are %q", list)
	}
	if got := attr(page.all(".answers .buttons a")[0], "href"); !strings.HasPrefix(got, "/devices/selection/"+string(access.VerbFind)+"?id="+string(device)) {
		t.Errorf("the button leads to %s", got)
	}
	users, _ := answers(v, "bob")
	if !strings.HasPrefix(strings.Join(users, " | "), "User bob") {
		t.Errorf("the answers are %q", users)
	}
}

// A phone that syncs is blocked, and one that waits for a link is allowed, from the answer itself.
func TestAnAnswerBlocksAndAllowsRightThere(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	button := func(label string) string {
		t.Helper()
		_, page := answers(v, "ana")
		for _, b := range page.all(".answers .buttons a") {
			if textOf(b) == label && attr(b, "hx-target") == "#dialog" {
				return attr(b, "href")
			}
		}
		t.Fatalf("no answer has %s", label)
		return ""
	}
	for label, verb := range map[string]string{"Block": "block"} {
		a := v.get(button(label)).wants(http.StatusOK).submit(v, "/activesync/selection/"+verb, nil)
		if !strings.HasPrefix(a.path, "/search?q=ana") {
			t.Errorf("after %s the page is %s", label, a.path)
		}
		c.Settle(t)
	}
	if list, _ := answers(v, "ana"); !strings.Contains(strings.Join(list, "|"), "Blocked since") {
		t.Errorf("%q", list)
	}
	button("Allow")
}

func TestNothingFoundSaysWhatToTry(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	list, page := answers(v, `<script>alert(1)</script>`)
	if len(list) != 0 {
		t.Errorf("found %q", list)
	}
	page.says("main", "Nothing is found").says("main", "<script>alert(1)</script>")
	if len(page.all("main script")) != 0 {
		t.Error("what was searched for became markup")
	}
	// Letters that run the other way do not turn round the sentence that they stand in.
	if _, page = answers(v, "נועה"); len(page.all(".page-head p > bdi")) != 1 {
		t.Error("what was searched for is not kept apart from the sentence")
	}
}

func TestAnAuditorIsAnsweredAndHasNoButton(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	list, page := answers(asAuditor(t, c), "bob")
	if len(list) == 0 || len(page.all(".answers .buttons")) != 0 {
		t.Errorf("%d answers, %d buttons", len(list), len(page.all(".answers .buttons")))
	}
	page.says(".advice", "Somebody with another role")
}
