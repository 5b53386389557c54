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

// twoServers is a console with two mail servers, on both of which the same name is an account, with devices of
// every state, a phone that waits, and words that a file of commas has its difficulties with.
func twoServers(t *testing.T) *browser.Console {
	t.Helper()
	c := browser.Start(t, true)
	who := access.Actor{Name: "alice", Role: access.RoleAdministrator}
	must := func(r admin.Result, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	ctx, now := t.Context(), c.Now().UTC().Truncate(time.Millisecond)
	err := c.Store.WithTx(ctx, func(tx *store.Tx) error {
		return tx.SaveGateway(access.Gateway{ID: "gw1", FirstSeen: now, LastReport: now, Status: access.GatewayStatus{Version: "1", Backends: []access.BackendHealth{
			{Name: "atelier", Realm: "atelier", Up: true}, {Name: "company", Realm: "company", Up: true, Rest: true}}}})
	})
	must(admin.Result{}, err)
	var owners []access.UserID
	for _, u := range []admin.UserForm{
		{Name: "dmitri", DisplayName: "Dmitri, the \"second\"", Email: "d@example.com", Number: "+41 79 123 45 67", Groups: []string{"Sales, EMEA"}, Comment: "=1+1",
			Accounts: []access.Account{{Realm: "atelier", Account: "dmitri"}}},
		{Name: "amelia", DisplayName: "Amélie d’Été", Groups: []string{"Board", "Sales, EMEA"}, Comment: "two\r\nlines ",
			Accounts: []access.Account{{Realm: "company", Account: "dmitri"}, {Realm: "company", Account: "amelia"}}},
		{Name: "لیلا", Comment: "-"},
	} {
		owners = append(owners, access.UserID(must(c.Admin.AddUser(ctx, who, u, admin.Act{}))))
	}
	must(c.Admin.DisableUser(ctx, who, owners[0], admin.Act{}))
	device := func(f admin.DeviceForm) access.DeviceID {
		f.Enrolled, f.LastCheckIn = now.Add(-48*time.Hour-7*time.Millisecond), now.Add(-time.Hour)
		return access.DeviceID(must(c.Admin.AddDevice(ctx, who, f, admin.Act{})))
	}
	device(admin.DeviceForm{Name: "plain; simple", Owner: owners[0], OS: "iOS", OSVersion: "18.1", Number: "+41791234567", IMEI: "352099001761481", EASID: "APPLDN6Q7XYZ0F17"})
	device(admin.DeviceForm{Model: "SM-S921B", Owner: owners[1], OS: "Android", Serial: "R5CW1", Ownership: access.OwnedByCompany, State: access.DevicePending})
	device(admin.DeviceForm{Serial: "XSERIAL99", OSVersion: "14", Comment: "@home"})
	device(admin.DeviceForm{Model: "no numbers at all", Source: "intune"})
	lost := device(admin.DeviceForm{Name: "lost", UDID: "00008030-001C2D3E4F50802E"})
	retired, rooted := device(admin.DeviceForm{Name: "retired"}), device(admin.DeviceForm{Name: "rooted", Owner: owners[2]})
	must(c.Admin.SetCompliance(ctx, who, retired, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"old"}}, admin.Act{}))
	must(c.Admin.SetCompliance(ctx, who, rooted, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted", "passcode, missing"}, Source: "api"}, admin.Act{}))
	must(c.Admin.LoseDevice(ctx, who, lost, admin.Act{}))
	must(c.Admin.RetireDevice(ctx, who, retired, admin.Act{}))
	must(c.Admin.RetireDevice(ctx, who, device(admin.DeviceForm{Name: "came back", Owner: owners[0], EASID: "WAITS1"}), admin.Act{}))
	_, err = c.Store.Change(ctx, func(tx *store.Tx) error {
		a := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "atelier", Account: "dmitri", Device: "WAITS1"}}}
		a.Model, a.Number, a.FirstSync, a.LastSync = "iPhone 15", "+41790000001", now, now
		return tx.CreateAssociation(a)
	})
	must(admin.Result{}, err)
	c.Settle(t)
	return c
}

// every names all columns of a list, so that its export has them.
func every(v *visitor, path string) string {
	v.t.Helper()
	var keys []string
	for _, box := range v.get(path).wants(http.StatusOK).all(`input[name="col"]`) {
		for _, a := range box.Attr {
			if a.Key == "value" {
				keys = append(keys, a.Val)
			}
		}
	}
	if len(keys) < 8 {
		v.t.Fatalf("%s lets %d columns be chosen", path, len(keys))
	}
	return strings.Join(keys, ".")
}

// Y-18: what the console gives it takes, and understands it as it was meant: nothing changes.
func TestAListThatIsExportedAndBroughtInAgainChangesNothing(t *testing.T) {
	c := twoServers(t)
	v := signedIn(t, c)
	for path, kind := range map[string]string{"/devices": "devices", "/users": "users"} {
		for columns, query := range map[string]string{"the usual columns": "", "every column": "?cols=" + every(v, path)} {
			for _, realm := range []string{"", "atelier", "company"} {
				name := kind + ", " + columns + ", mail server " + realm
				file := v.get(path + "/export.csv" + query).wants(http.StatusOK).body
				lines := strings.Count(file, "\n") - 1
				a := bring(v, file, url.Values{"kind": {kind}, "realm": {realm}})
				at, _, _ := strings.Cut(a.wants(http.StatusOK).path, "?")
				settled(v, at)
				all, err := c.Admin.ListImportLines(t.Context(), access.Actor{Name: "alice", Role: access.RoleAdministrator},
					admin.ImportID(strings.TrimPrefix(at, "/import/")), admin.ImportLineFilter{Limit: 500})
				if err != nil || len(all) < 3 || len(all) > lines {
					t.Errorf("%s: %d lines of %d, %v", name, len(all), lines, err)
				}
				for _, l := range all {
					if l.State != admin.LineSame {
						t.Errorf("%s: %s is %s: %s", name, l.Label, l.State, l.Result)
					}
				}
			}
		}
	}
}

// Y-18: so is the list of phones that have not been seen yet.
func TestThePhonesThatAreExpectedAreExportedAndBroughtInAgain(t *testing.T) {
	c := twoServers(t)
	v := signedIn(t, c)
	alice := access.Actor{Name: "alice", Role: access.RoleAdministrator}
	lines := func(a *answer, state admin.LineState, want int) {
		t.Helper()
		at, _, _ := strings.Cut(a.wants(http.StatusOK).path, "?")
		settled(v, at)
		all, err := c.Admin.ListImportLines(t.Context(), alice, admin.ImportID(strings.TrimPrefix(at, "/import/")), admin.ImportLineFilter{Limit: 500})
		if err != nil || len(all) != want {
			t.Errorf("%d lines, want %d, %v", len(all), want, err)
		}
		for _, l := range all {
			if l.State != state {
				t.Errorf("%s is %s: %s", l.Label, l.State, l.Result)
			}
		}
		if state == admin.LineCreate {
			v.get(at).submit(v, at+"/run", nil)
			settled(v, at)
		}
	}
	const list = "User,Device id,Account,Model,OS,Device type,Number,First sync,Last sync,Mail server,Sync Status\n" +
		"\"Dmitri, the \"\"second\"\"\",APPLNEW1,dmitri,iPhone 16,iOS 18.1,iPhone,+41790000009,2026-01-02T03:04:05Z,2026-02-03T04:05:06Z,atelier,Blocked\n" +
		"=1+1,WAITS1,amelia,,,,,,,company,Allowed\n,ANDROID77,لیلا,SM-S921B,Android 14,SamsungDevice,,,,company,\n"
	lines(bring(v, list, url.Values{"kind": {"expected"}, "realm": {"company"}}), admin.LineCreate, 3)
	for _, query := range []string{"?show=all", "?show=all&cols=" + every(v, "/expected?show=all")} {
		file := v.get("/expected/phones/export.csv" + query).wants(http.StatusOK).body
		if n := strings.Count(file, "\n"); n != 4 {
			t.Fatalf("%d lines: %s", n, file)
		}
		for _, realm := range []string{"atelier", "company"} {
			lines(bring(v, file, url.Values{"kind": {"expected"}, "realm": {realm}}), admin.LineSame, 3)
		}
	}
}

// Nothing is taken for granted where there are several mail servers.
func TestAnAccountWithoutItsMailServerIsRefusedWhereThereAreSeveral(t *testing.T) {
	c := twoServers(t)
	v := signedIn(t, c)
	if chosen := v.get("/import").wants(http.StatusOK).words(`#import-realm option[selected]`); chosen != "As the file says" {
		t.Errorf("the form begins with %q", chosen)
	}
	a := bring(v, "Name,Accounts\nnew,newuser\ndmitri,dmitri\n", url.Values{"kind": {"users"}})
	at, _, _ := strings.Cut(a.wants(http.StatusOK).path, "?")
	lines := settled(v, at).words("tbody")
	if !strings.Contains(lines, "Say which mail server the account “newuser” is of") || !strings.Contains(lines, "dmitri is so already") {
		t.Errorf("lines: %s", lines)
	}
}
