// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/browser"
)

func ada() access.Actor {
	return access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
}

// office fills a console with three records, of two phones that wait, one user and two devices of hers.
func office(t *testing.T) (c *browser.Console, records []access.AssociationID, user access.UserID, tablet access.DeviceID) {
	t.Helper()
	c = browser.Start(t, true)
	people := browser.Three()
	for i := range people {
		people[i].Device2 = ""
	}
	records = c.Add(t, people...)
	u, err := c.Admin.AddUser(t.Context(), ada(), admin.UserForm{Name: "ana.silva", DisplayName: "Ana Silva", Email: "ana.silva@lab.example",
		Groups: []string{"Lisbon"}, Accounts: []access.Account{{Realm: "lab", Account: "ana.silva"}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	user = access.UserID(u.ID)
	d, err := c.Admin.AddDevice(t.Context(), ada(), admin.DeviceForm{Name: "Tablet of the lab", Owner: user, Model: "Galaxy Tab S9", OS: "Android",
		OSVersion: "14", Serial: "R52T30", Source: "uem"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return c, records, user, access.DeviceID(d.ID)
}

// idOf gives the id of the row that holds these words.
func (a *answer) idOf(words string) string {
	a.t.Helper()
	for _, n := range a.all(".records tbody tr") {
		var b strings.Builder
		gather(n, &b)
		if strings.Contains(b.String(), words) {
			return attr(n, "data-id")
		}
	}
	a.t.Fatalf("%s: no row holds %q", a.path, words)
	return ""
}

// A-06 A-24 R-9
func TestTheDevicesPageHasARowForEachRegisteredDeviceAndEachPhoneThatWaits(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	a := v.get("/devices").wants(http.StatusOK)
	a.says("nav", "Devices Users ActiveSync").says(`nav a[aria-current="page"]`, "Devices")
	if n := len(a.all(".records tbody tr")); n != 3 {
		t.Errorf("%d rows, want the tablet and two phones that wait, whatever the number of their accounts", n)
	}
	if got, want := a.words(".records thead th:not(.pick)"), "Name Owner Model OS Number Status Compliance Source Enrolled Last check-in Records"; got != want {
		t.Errorf("columns %q, want %q", got, want)
	}
	manners(t, a)
	tests := []struct{ query, names string }{
		{"?show=registered", "Tablet of the lab"},
		{"?show=active", "Tablet of the lab"},
		{"?show=waiting&sort=model&desc=1", "SM-S921B iPhone 15 Pro"},
		{"?show=waiting&q=S921", "SM-S921B"},
		{"?q=R52T30", "Tablet of the lab"},
		{"?q=ana.silva&show=registered", "Tablet of the lab"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			if got := v.get("/devices" + tt.query).words(`.records tbody [data-c="name"] a`); got != tt.names {
				t.Errorf("names %q, want %q", got, tt.names)
			}
		})
	}
	v.get("/devices?show=lost").says(".empty", "No device is Lost at the moment.")
	v.get("/devices?q=nowhere").says(".empty", "No device matches")
	v.get("/devices/no-such-device").wants(http.StatusNotFound).says("main a.button", "To the devices")
}

func TestDevicesAreExportedAsTheyAreShown(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	a := v.get("/devices?show=registered&cols=name.owner.state.serial.records")
	out := v.get(attr(a.all(`a[href^="/devices/export.csv"]`)[0], "href")).wants(http.StatusOK)
	lines, err := csv.NewReader(strings.NewReader(out.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(lines))
	for i := range lines {
		if got[i] = strings.Join(lines[i], "|"); i > 0 {
			got[i] = got[i][:strings.LastIndexByte(got[i], '|')+1] // an id is another one each time
		}
	}
	if want := "Name|Owner|Status|Records|Serial number|Vedette id\nTablet of the lab|ana.silva|active|0|R52T30|"; strings.Join(got, "\n") != want {
		t.Errorf("%q, want %q", strings.Join(got, "\n"), want)
	}
}

// A-26 M-06
func TestAPageShowsWhatOneHasJustDoneInAllItsParts(t *testing.T) {
	c, records, _, tablet := office(t)
	if _, err := c.Admin.LinkAssociation(t.Context(), ada(), records[0], tablet, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	device := "/devices/" + string(tablet)
	v.get(device).says(".pane .belongings", "Allowed")
	c.Lag(400 * time.Millisecond) // the pages are drawn faster than that
	ask := v.get("/devices/selection/lose?id=" + string(tablet) + "&back=" + url.QueryEscape(device))
	ask.submit(v, "/devices/selection/lose", nil).says(".pane .why", "Lost: the 2 records").says(".pane .belongings", "Blocked")
	user := attr(v.get(device).all(`.pane .belongings a[href^="/users/"]`)[0], "href")
	ask = v.get("/users/selection/disable-user?id=" + user[len("/users/"):] + "&back=" + url.QueryEscape(user))
	done := ask.submit(v, "/users/selection/disable-user", nil)
	for _, line := range done.all(".pane .belongings .marks") {
		if got := textOf(line); strings.Contains(got, "Allowed") {
			t.Errorf("a record of a user who is disabled is %q", got)
		}
	}
}

// A-24 A-13
func TestAPhoneThatWaitsIsRegisteredWithWhatItTellsOfItself(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	id := v.get("/devices?show=waiting").idOf("iPhone 15 Pro")
	pane := v.get("/devices/"+id).says(".pane .why", "waits to be registered").says(".pane", "sales@lab.example").says(".pane", "ana.silva@lab.example")
	if got := pane.words(".pane .do"); got != "Register" {
		t.Errorf("buttons %q: a phone that waits can only be registered", got)
	}
	form := v.get("/devices/register/"+id).wants(http.StatusOK).says("h1", "Register device")
	manners(t, form)
	fields := form.fields("/devices/register/" + id)
	if fields.Get("model") != "iPhone 15 Pro" || fields.Get("os") != "iOS" || fields.Has("eas") {
		t.Errorf("the form begins with %v", fields)
	}
	done := form.submit(v, "/devices/register/"+id, url.Values{"owner": {"Ana Silva"}, "name": {"Ana's iPhone"}}).wants(http.StatusOK)
	done.says(".message", "is registered. 2 records are linked to it.").says(".pane .why", "Active.").says(".pane", "Ana's iPhone")
	v.get("/activesync?show=linked").says(".list-foot", "2 records match")
	v.get("/devices?show=waiting").says(".list-foot", "1 device matches")
}

//
func TestADeviceOffersWhatItsStatusAllows(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(c *browser.Console, id access.DeviceID) error
		buttons string
	}{
		{"active", nil, "Compliance Edit Mark lost Retire Delete"},
		{"lost", func(c *browser.Console, id access.DeviceID) error {
			_, err := c.Admin.LoseDevice(t.Context(), ada(), id, admin.Act{})
			return err
		}, "Mark found Compliance Edit Retire Delete"},
		{"retired", func(c *browser.Console, id access.DeviceID) error {
			_, err := c.Admin.RetireDevice(t.Context(), ada(), id, admin.Act{})
			return err
		}, "Activate Edit Delete"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _, _, id := office(t)
			if tt.prepare != nil {
				if err := tt.prepare(c, id); err != nil {
					t.Fatal(err)
				}
			}
			a := signedIn(t, c).get("/devices/" + string(id)).wants(http.StatusOK)
			if got := a.words(".pane .do"); got != tt.buttons {
				t.Errorf("buttons %q, want %q", got, tt.buttons)
			}
			asAuditor(t, c).get("/devices/"+string(id)).says(".pane", "Tablet of the lab").says(".pane h2", "Device Details")
		})
	}
}

func TestWhoMayOnlyLookHasNoButtonsAndNoForms(t *testing.T) {
	c, _, user, tablet := office(t)
	v := asAuditor(t, c)
	for _, path := range []string{"/devices/" + string(tablet), "/users/" + string(user)} {
		if a := v.get(path).wants(http.StatusOK); len(a.all(".pane .do")) > 0 || strings.Contains(a.words(".page-head"), "Add") {
			t.Errorf("%s offers to change something", path)
		}
	}
	for _, path := range []string{"/devices/new", "/devices/edit/" + string(tablet), "/devices/compliance/" + string(tablet), "/devices/selection/lose?id=" + string(tablet),
		"/users/new", "/users/edit/" + string(user), "/users/merge", "/users/selection/disable-user?id=" + string(user)} {
		v.get(path).wants(http.StatusForbidden).says("h1", "No permission")
	}
}

// registered makes the iPhone of two accounts a device of ana's.
func registered(t *testing.T, c *browser.Console, v *visitor) string {
	t.Helper()
	id := v.get("/devices?show=waiting").idOf("iPhone 15 Pro")
	v.get("/devices/register/"+id).submit(v, "/devices/register/"+id, url.Values{"owner": {"ana.silva"}}).wants(http.StatusOK)
	c.Settle(t)
	return id
}

// A-26 R-14 Y-07
func TestMarkingADeviceLostSaysWhatItReachesAndCanBeUndone(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	id := registered(t, c, v)
	path := "/devices/selection/lose"
	ask := v.get(path + "?id=" + id + "&back=/devices/" + id).wants(http.StatusOK)
	ask.says("main", "Mark this device as lost?").says(".note", "This reaches 2 records. 2 records that may sync now are refused then.").says("main", "Kept in the audit log.")
	manners(t, ask)
	done := ask.submit(v, path, url.Values{"reason": {"Left in a taxi"}}).wants(http.StatusOK)
	done.says(".message", "is marked lost").says(".pane .why", "Lost: the 2 records of this phone are refused.")
	c.Settle(t)
	v.get("/devices?show=lost").says(".records", "Lost")
	v.get("/devices/"+id).says(".pane .belongings .chip", "Blocked").says(".pane", "Left in a taxi")
	done.submit(v, "/undo", nil).says(".message", "Undone")
	v.get("/devices?show=lost").says(".empty", "No device is Lost")
}

// M-06 M-08
func TestComplianceIsSetWithReasonsAndShownWithThem(t *testing.T) {
	c, _, _, _ := office(t)
	v := signedIn(t, c)
	id := registered(t, c, v)
	path := "/devices/compliance/" + id
	form := v.get(path).wants(http.StatusOK).says(".note", "This reaches 2 records.").says("main", "With “Not compliant”: 2 records that may sync now are refused then.")
	manners(t, form)
	form.submit(v, path, url.Values{"compliance": {"noncompliant"}}).wants(http.StatusBadRequest).says(".note", "Say why the device is not compliant")
	kept := form.submit(v, path, url.Values{"compliance": {"noncompliant"}, "reasons": {"passcode missing\nOS too old"}, "since": {"2999-01-01T10:00"}})
	kept.wants(http.StatusBadRequest).says("textarea", "passcode missing OS too old")
	done := form.submit(v, path, url.Values{"compliance": {"noncompliant"}, "reasons": {"passcode missing\nOS too old"}}).wants(http.StatusOK)
	done.says(".message", "is not compliant: passcode missing; OS too old").says(".pane .why", "Not compliant").says(".pane dl", "passcode missing")
	v.get("/devices?show=noncompliant").says(".records", "Not compliant")
	v.get("/activesync?show=blocked").wants(http.StatusOK)
	stale := form.submit(v, path, url.Values{"compliance": {"compliant"}, "key": {"another"}})
	stale.wants(http.StatusConflict).says(".note", "changed")
	v.get(path).submit(v, path, url.Values{"compliance": {"compliant"}}).wants(http.StatusOK).says(".message", "is compliant again").says(".pane .why", "Active.")
	passed := v.get(path).submit(v, path, url.Values{"compliance": {"noncompliant"}, "reasons": {"jailbroken"}, "source": {"intune"}}).wants(http.StatusOK)
	passed.says(".pane dl", "intune")
	v.get("/timeline?device="+id).says(".moments", "Not compliant").says(".moments", "by intune").says(".moments", "Enrolled").says(".moments", "Enrolled ActiveSync").says(".moments", "Last seen sales on iPhone 15 Pro")
	v.get("/devices/compliance/"+id, "HX-Request", "true").says("h2", "Does this device keep its security policy?")
}

func TestADeviceIsAddedAndChangedByHandAndNothingTypedIsLost(t *testing.T) {
	c, _, _, tablet := office(t)
	v := signedIn(t, c)
	v.get("/devices").says(".page-head", "Add device")
	form := v.get("/devices/new").wants(http.StatusOK)
	manners(t, form)
	again := form.submit(v, "/devices/new", url.Values{"name": {"New phone"}, "owner": {"nobody.like.this"}}).wants(http.StatusBadRequest)
	again.says(".message.bad", "No user is called “nobody.like.this”.")
	if f := again.fields("/devices/new"); f.Get("name") != "New phone" || f.Get("owner") != "nobody.like.this" {
		t.Errorf("the form has forgotten what was typed: %v", f)
	}
	done := again.submit(v, "/devices/new", url.Values{"owner": {"ANA.SILVA"}, "state": {"pending"}}).wants(http.StatusOK)
	done.says(".message", "New phone of ana.silva is registered.").says(".pane .why", "has not checked in yet")
	if !strings.HasPrefix(done.path, "/devices/") {
		t.Errorf("led to %s", done.path)
	}
	form.submit(v, "/devices/new", url.Values{"key": {"k2"}}).wants(http.StatusBadRequest).says(".message.bad", "Say at least what the device is called")
	path := "/devices/edit/" + string(tablet)
	edit := v.get(path).wants(http.StatusOK)
	if f := edit.fields(path); f.Get("owner") != "ana.silva" || f.Get("serial") != "R52T30" || f.Has("state") {
		t.Errorf("the form begins with %v", f)
	}
	edit.submit(v, path, url.Values{"owner": {""}, "comment": {"For visitors"}}).wants(http.StatusOK).says(".message", "is changed").says(".pane", "Registered for nobody.")
	conflict := edit.submit(v, path, url.Values{"name": {"Mine"}, "comment": {"For visitors"}, "ownership": {"company"}, "key": {"k3"}}).wants(http.StatusConflict)
	conflict.says(".message.bad", "changed")
	if got, want := conflict.words(".differ tbody"), "Name Mine Tablet of the lab Owner ana.silva – Ownership Company Not said"; got != want {
		t.Errorf("mine and theirs: %q, want %q", got, want)
	}
	if got := v.get("/users/names?owner=ana", "HX-Request", "true").all("option"); len(got) != 1 || attr(got[0], "value") != "ana.silva" {
		t.Errorf("%d names are offered", len(got))
	}
}
