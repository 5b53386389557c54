// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
)

const (
	devicesPath = api.Prefix + "/devices"
	usersPath   = api.Prefix + "/users"
)

// user makes a user with one account of the same name, in the groups given.
func (w *world) user(name string, groups ...string) api.Result {
	w.t.Helper()
	return read[api.Result](w.call("POST", usersPath, map[string]any{"name": name, "groups": groups,
		"accounts": []map[string]string{{"realm": "lab", "account": strings.ToUpper(name)}}}).want(201))
}

func (w *world) device(form map[string]any) api.Result {
	w.t.Helper()
	return read[api.Result](w.call("POST", devicesPath, form).want(201))
}

func (w *world) details(id access.AssociationID) api.AssociationDetails {
	w.t.Helper()
	return read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil).want(200))
}

// M-06, M-08
func TestADeviceIsAddedChangedLostFoundAndDeleted(t *testing.T) {
	w := newWorld(t)
	ana := w.user("ana")
	id := w.record("ana", "APPL1")
	made := w.call("POST", devicesPath, map[string]any{"name": "Ana's phone", "owner": ana.ID, "model": "iPhone 15", "eas_id": "appl1",
		"imei": "35-209900-176148-1"}, "Idempotency-Key", "d1").want(201)
	r := read[api.Result](made)
	at := devicesPath + "/" + r.ID
	if made.Header.Get("Location") != at || made.Header.Get("ETag") != fmt.Sprintf("%q", fmt.Sprint(r.Version)) || !strings.Contains(r.Text, "1 record") {
		t.Fatalf("result %+v, headers %v", r, made.Header)
	}
	again := read[api.Result](w.call("POST", devicesPath, map[string]any{"name": "Ana's phone", "owner": ana.ID, "model": "iPhone 15", "eas_id": "appl1",
		"imei": "35-209900-176148-1"}, "Idempotency-Key", "d1").want(201))
	if !again.Replayed || again.ID != r.ID {
		t.Errorf("the same key made another device: %+v", again)
	}
	w.call("POST", devicesPath, map[string]any{"name": "Another"}, "Idempotency-Key", "d1").want(422)

	found := w.call("GET", at, nil).want(200)
	d := read[api.DeviceDetails](found)
	if d.State != "active" || d.Owner != access.UserID(ana.ID) || d.OwnerName != "ana" || d.User == nil || d.IMEI == "" ||
		len(d.Linked) != 1 || d.Linked[0].ID != id || d.Records != 1 || d.Compliance != "unknown" || !slices.Contains(d.Actions, access.VerbLose) {
		t.Errorf("details %+v", d)
	}

	form := map[string]any{"name": "Ana's old phone", "owner": ana.ID, "model": "iPhone 15", "eas_id": "APPL1"}
	w.call("PUT", at, form).want(428)
	w.call("PUT", at, form, "If-Match", `"77"`).want(412)
	changed := read[api.Result](w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(200))
	if d := read[api.DeviceDetails](w.call("GET", at, nil).want(200)); d.Name != "Ana's old phone" || d.IMEI != "" || d.Version != changed.Version {
		t.Errorf("after the change: %+v", d.Device)
	}

	p := read[api.Preview](w.call("POST", at+"/preview", map[string]any{"verb": "lose"}).want(200))
	if p.ToBlocked != 1 || len(p.Changes) != 1 || p.Changes[0].ID != id {
		t.Errorf("preview %+v", p)
	}
	lost := read[api.Result](w.call("POST", at+"/lose", map[string]any{"reason": "left in a taxi"}).want(200))
	if as := w.details(id); as.SyncStatus != access.Blocked || as.Why.Rule != p.Changes[0].After.Rule || lost.Number == 0 || lost.Undo == "" {
		t.Errorf("after lose: %+v, %+v", as.Why, lost)
	}
	w.call("POST", at+"/lose", nil).want(409)
	w.call("POST", at+"/find", nil, "If-Match", `"1"`).want(412)
	back := read[api.Result](w.call("POST", api.Prefix+"/undo", map[string]any{"undo": lost.Undo}).want(200))
	if as := w.details(id); as.SyncStatus != access.Allowed || back.Number <= lost.Number {
		t.Errorf("after undo: %+v, %+v", as.Why, back)
	}
	w.call("POST", api.Prefix+"/undo", map[string]any{"undo": "nothing"}).want(404)

	w.call("POST", at+"/set-compliance", map[string]any{"compliance": "noncompliant"}).want(422)
	w.call("POST", at+"/set-compliance", map[string]any{"compliance": "noncompliant", "reasons": []string{"passcode missing"}, "source": "fleet"}).want(200)
	if as := w.details(id); as.SyncStatus != access.Blocked || !strings.Contains(as.Why.Detail+as.Why.Text, "passcode missing") {
		t.Errorf("not compliant: %+v", as.Why)
	}
	w.call("POST", at+"/set-compliance", map[string]any{"compliance": "compliant", "source": "fleet"}).want(200)
	if d := read[api.DeviceDetails](w.call("GET", at, nil)); d.Compliance != "compliant" || d.ComplianceSource != "fleet" || d.Noncompliant != "" {
		t.Errorf("compliant again: %+v", d.Device)
	}

	var kinds []string
	line := read[page[api.Moment]](w.call("GET", at+"/timeline", nil).want(200))
	for _, m := range line.Items {
		kinds = append(kinds, m.Kind)
	}
	for _, want := range []string{"add-device", "change-device", "lose", "undo", "set-compliance", "first-seen"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("the timeline lacks %s: %v", want, kinds)
		}
	}
	first := read[page[api.Moment]](w.call("GET", at+"/timeline?limit=2", nil).want(200))
	if first.Next == "" {
		t.Fatal("a timeline of two lines a page has no second page")
	}
	if second := read[page[api.Moment]](w.call("GET", at+"/timeline?limit=2&cursor="+first.Next, nil).want(200)); len(second.Items) == 0 ||
		second.Items[0].ID >= first.Items[0].ID && first.Items[0].ID != 0 && second.Items[0].ID != 0 {
		t.Errorf("second page %+v", second.Items)
	}

	w.call("POST", at+"/retire", nil).want(200)
	w.call("POST", at+"/activate", nil).want(200)
	w.call("DELETE", at+"?reason=sold", nil, "If-Match", `"1"`).want(412)
	w.call("DELETE", at+"?reason=sold", nil).want(200)
	w.call("GET", at, nil).want(404)
	if as := w.details(id); as.Linked {
		t.Error("the record of a deleted device is still linked")
	}
}

//
func TestAPhoneThatWaitsIsRegistered(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "APPL1")
	waiting := read[page[api.Device]](w.call("GET", devicesPath+"?show=waiting", nil).want(200))
	if len(waiting.Items) != 1 || waiting.Items[0].State != "waiting" || waiting.Items[0].EASID != "APPL1" {
		t.Fatalf("waiting: %+v", waiting.Items)
	}
	at := devicesPath + "/" + string(waiting.Items[0].ID)
	w.call("POST", at+"/register", map[string]any{"name": "Ana's", "ownership": "employee"}).want(200)
	if as := w.details(id); !as.Linked || as.Link == nil || as.Link.By != access.LinkedByHand {
		t.Errorf("the record is not linked: %+v", as.Link)
	}
	if d := read[api.DeviceDetails](w.call("GET", at, nil).want(200)); d.State != "active" || d.Model != "iPhone" || d.Ownership != "employee" {
		t.Errorf("registered: %+v", d.Device)
	}
	w.call("POST", at+"/register", nil).want(409)
	c := look[struct {
		States map[string]int `json:"states"`
	}](w.call("GET", devicesPath+"/counts", nil).want(200))
	if c.States["active"] != 1 || c.States["waiting"] != 0 {
		t.Errorf("counts %v", c)
	}
}

//
func TestARecordIsLinkedUnlinkedAndGivenBack(t *testing.T) {
	w := newWorld(t)
	ana := w.user("ana")
	id := w.record("ana", "APPL1")
	other := w.device(map[string]any{"name": "Tablet", "owner": ana.ID, "model": "iPad"})
	c := look[struct {
		Items []api.Candidate `json:"items"`
		Hand  bool            `json:"hand"`
	}](w.call("GET", w.path(id, "/candidates"), nil).want(200))
	if len(c.Items) != 1 || string(c.Items[0].Device.ID) != other.ID || len(c.Items[0].Facts) == 0 || c.Hand {
		t.Fatalf("candidates %+v", c)
	}
	if c := look[page[api.Candidate]](w.call("GET", w.path(id, "/candidates?search=nothing"), nil).want(200)); len(c.Items) != 0 {
		t.Errorf("a search for nothing finds %+v", c.Items)
	}
	w.call("POST", w.path(id, "/link"), map[string]any{"device": "nothing"}).want(404)
	w.call("POST", w.path(id, "/link"), map[string]any{"device": other.ID}, "If-Match", `"9"`).want(412)
	r := read[api.Result](w.call("POST", w.path(id, "/link"), map[string]any{"device": other.ID, "reason": "Ana says so"}, "If-Match", `"1"`).want(200))
	if as := w.details(id); !as.Linked || string(as.Device) != other.ID || as.Link.By != access.LinkedByHand || as.Version != r.Version {
		t.Errorf("linked: %+v", as.Link)
	}
	w.call("POST", w.path(id, "/unlink"), nil).want(200)
	if as := w.details(id); as.Linked || as.Link == nil || as.Link.By != access.LinkedByHand {
		t.Errorf("unlinked: %+v", as.Link)
	}
	w.call("POST", w.path(id, "/match-again"), nil).want(200)
	if as := w.details(id); as.Link != nil && as.Link.By == access.LinkedByHand {
		t.Errorf("given back: %+v", as.Link)
	}
	moments := read[page[api.Moment]](w.call("GET", w.path(id, "/timeline"), nil).want(200))
	if len(moments.Items) < 4 {
		t.Errorf("timeline %+v", moments.Items)
	}
}

func TestAUserIsAddedChangedDisabledAndDeleted(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "APPL1")
	r := w.user("ana", "sales", "board")
	at := usersPath + "/" + r.ID
	found := w.call("GET", at, nil).want(200)
	u := read[api.UserDetails](found)
	if diff := cmp.Diff([]access.Account{{Realm: "lab", Account: "ana"}}, u.Accounts); diff != "" || len(u.Records) != 1 || u.Records[0].ID != id ||
		u.Records[0].Person != access.UserID(r.ID) || len(u.Owned) != 1 || u.Source != "local" {
		t.Errorf("%s: %+v", diff, u)
	}
	w.call("POST", usersPath, map[string]any{"name": "bob", "accounts": []map[string]string{{"realm": "lab", "account": "ana"}}}).want(409)
	w.call("POST", usersPath, map[string]any{"display_name": "nobody"}).want(422)
	groups := read[page[api.Group]](w.call("GET", api.Prefix+"/groups", nil).want(200))
	if diff := cmp.Diff([]api.Group{{Name: "board", Users: 1}, {Name: "sales", Users: 1}}, groups.Items); diff != "" {
		t.Error(diff)
	}

	form := map[string]any{"name": "ana", "display_name": "Ana Vidal", "groups": []string{"sales"}, "accounts": u.Accounts}
	w.call("PUT", at, form).want(428)
	w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(200)
	w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(412)
	if u := read[api.UserDetails](w.call("GET", at, nil)); u.DisplayName != "Ana Vidal" || len(u.Groups) != 1 {
		t.Errorf("after the change %+v", u.User)
	}

	p := read[api.Preview](w.call("POST", at+"/preview", map[string]any{"verb": "disable-user"}).want(200))
	if p.ToBlocked != 1 {
		t.Errorf("preview %+v", p)
	}
	off := read[api.Result](w.call("POST", at+"/disable", map[string]any{"reason": "has left"}, "Idempotency-Key", "u1").want(200))
	if as := w.details(id); as.SyncStatus != access.Blocked || as.Why.Rule != p.Changes[0].After.Rule || off.Number == 0 {
		t.Errorf("disabled: %+v, %+v", as.Why, off)
	}
	if l := read[page[api.User]](w.call("GET", usersPath+"?show=disabled", nil).want(200)); len(l.Items) != 1 || !l.Items[0].Disabled {
		t.Errorf("disabled users: %+v", l.Items)
	}
	if again := read[api.Result](w.call("POST", at+"/disable", map[string]any{"reason": "has left"}, "Idempotency-Key", "u1").want(200)); !again.Replayed {
		t.Error("the same key disabled twice")
	}
	w.call("POST", at+"/disable", map[string]any{"reason": "is ill"}, "Idempotency-Key", "u1").want(422)
	w.call("POST", at+"/enable", nil).want(200)
	if as := w.details(id); as.SyncStatus != access.Allowed {
		t.Errorf("enabled: %+v", as.Why)
	}
	w.call("GET", at+"/timeline", nil).want(200)
	w.call("DELETE", at, nil).want(200)
	w.call("GET", at, nil).want(404)
	w.call("POST", at+"/enable", nil).want(404)
}

//
func TestTwoNamesAreMergedAndPartAgain(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "APPL1")
	w.record("a.vidal", "APPL2", func(a *access.Association) {
		a.Override = access.Override{Kind: access.OverrideBlock, By: "ada", At: w.now}
	})
	merge := map[string]any{"realm": "lab", "from": "ana", "to": "a.vidal"}
	p := look[struct {
		Steps []api.MergeStep `json:"steps"`
		To    string          `json:"to"`
	}](w.call("POST", api.Prefix+"/accounts/merge/preview", merge).want(200))
	if len(p.Steps) != 1 || p.Steps[0].From.ID != id || p.To != "a.vidal" {
		t.Fatalf("preview %+v", p)
	}
	if as := w.details(id); as.Account != "ana" {
		t.Fatal("a preview has merged")
	}
	w.call("POST", api.Prefix+"/accounts/merge", merge, "Idempotency-Key", "m1").want(200)
	if as := w.details(id); as.Account != "a.vidal" {
		t.Errorf("the record is %s's", as.Account)
	}
	aliases := read[page[api.Alias]](w.call("GET", api.Prefix+"/accounts/aliases?limit=1", nil).want(200))
	if len(aliases.Items) != 1 || aliases.Items[0].From != "ana" || aliases.Items[0].To != "a.vidal" || aliases.Next == "" {
		t.Errorf("aliases %+v", aliases)
	}
	if rest := read[page[api.Alias]](w.call("GET", api.Prefix+"/accounts/aliases?limit=1&cursor="+aliases.Next, nil).want(200)); len(rest.Items) != 0 {
		t.Errorf("the page behind the last: %+v", rest.Items)
	}
	w.call("GET", api.Prefix+"/accounts/aliases?cursor=%21", nil).want(422)
	w.call("POST", api.Prefix+"/accounts/split", map[string]any{"realm": "lab", "from": "ana"}).want(200)
	if as := w.details(id); as.Account != "ana" {
		t.Errorf("after parting the record is %s's", as.Account)
	}
}

// Y-06, Y-08
func TestOverridesAndApprovalsSayWhatTheyMask(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "APPL1")
	w.call("POST", w.path(id, "/block"), map[string]any{"reason": "lost", "until": w.now.Add(time.Hour)}).want(200)
	list := read[page[api.LiveOverride]](w.call("GET", api.Prefix+"/overrides?kind=block", nil).want(200))
	if len(list.Items) != 1 || list.Items[0].Association.ID != id || list.Items[0].Masks.Verdict != "pass" || list.Items[0].Idle {
		t.Errorf("overrides %+v", list.Items)
	}
	if l := read[page[api.LiveOverride]](w.call("GET", api.Prefix+"/overrides?kind=allow", nil).want(200)); len(l.Items) != 0 {
		t.Errorf("allowed: %+v", l.Items)
	}
	w.call("POST", w.path(id, "/end-override"), nil, "If-Match", `"1"`).want(412)
	w.call("POST", w.path(id, "/end-override"), nil).want(200)
	w.call("POST", w.path(id, "/end-override"), nil).want(409)

	w.call("POST", api.Prefix+"/approvals", map[string]any{"realm": "lab", "account": "bob", "device_id": "x", "until": w.now.Add(-time.Hour)}).want(422)
	r := read[api.Result](w.call("POST", api.Prefix+"/approvals", map[string]any{"realm": "lab", "account": "BOB", "device_id": "appl9", "reason": "new phone"}).want(201))
	approvals := read[page[api.Approval]](w.call("GET", api.Prefix+"/approvals", nil).want(200))
	if len(approvals.Items) != 1 || approvals.Items[0].ID != r.ID || approvals.Items[0].Account != "bob" || approvals.Items[0].DeviceID != "APPL9" ||
		approvals.Items[0].Association != nil {
		t.Errorf("approvals %+v", approvals.Items)
	}
	gone := read[api.Result](w.call("DELETE", api.Prefix+"/approvals/"+r.ID, nil).want(200))
	w.call("DELETE", api.Prefix+"/approvals/"+r.ID, nil).want(404)
	w.call("POST", api.Prefix+"/undo", map[string]any{"undo": gone.Undo}).want(200)
	if l := read[page[api.Approval]](w.call("GET", api.Prefix+"/approvals", nil).want(200)); len(l.Items) != 1 {
		t.Errorf("after undo: %+v", l.Items)
	}
}

func TestASearchSaysWhatIsTheMatterAndWhatSolvesIt(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "APPL1")
	w.call("POST", w.path(id, "/block"), map[string]any{"reason": "lost"}).want(200)
	a := look[page[api.Answer]](w.call("GET", api.Prefix+"/search?q=ana", nil).want(200))
	if len(a.Items) == 0 || !a.Items[0].Wrong || a.Items[0].ID != string(id) || a.Items[0].Verb != access.VerbAllow || a.Items[0].On != string(id) {
		t.Errorf("answers %+v", a.Items)
	}
	header, value := as(w.auditor)
	if a := look[page[api.Answer]](w.call("GET", api.Prefix+"/search?q=ana", nil, header, value).want(200)); a.Items[0].Verb != "" || a.Items[0].Advice == "" {
		t.Errorf("an auditor is offered %+v", a.Items[0])
	}
	w.call("GET", api.Prefix+"/search", nil).want(422)
	w.call("GET", api.Prefix+"/search?q="+strings.Repeat("x", 201), nil).want(422)
}

// Scope limits reading too: what belongs to nobody in the token's groups is as if it were not there.
func TestATokenOfAGroupSeesTheGroupAlone(t *testing.T) {
	w := newWorld(t)
	ana, bob := w.user("ana", "sales"), w.user("bob", "board")
	mine, other := w.record("ana", "APPL1"), w.record("bob", "APPL2")
	w.device(map[string]any{"name": "Ana's", "owner": ana.ID})
	theirs := w.device(map[string]any{"name": "Bob's", "owner": bob.ID})
	w.call("POST", w.path(other, "/block"), nil).want(200)
	_, tokens := w.callers()
	header, value := as(tokens[2])
	ask := func(method, path string, body any) *answer { return w.call(method, path, body, header, value) }
	for path, want := range map[string]int{"/associations": 1, "/users": 1, "/groups": 1, "/overrides": 0, "/search?q=bob": 0} {
		if got := look[page[json.RawMessage]](ask("GET", api.Prefix+path, nil).want(200)); len(got.Items) != want {
			t.Errorf("%s: %d, want %d: %s", path, len(got.Items), want, got.Items)
		}
	}
	for _, d := range read[page[api.Device]](ask("GET", devicesPath, nil).want(200)).Items {
		if d.Owner != access.UserID(ana.ID) {
			t.Errorf("a device of somebody else: %+v", d)
		}
	}
	ask("GET", w.path(mine, ""), nil).want(200)
	for _, path := range []string{w.path(other, ""), w.path(other, "/timeline"), w.path(other, "/candidates"), usersPath + "/" + bob.ID,
		usersPath + "/" + bob.ID + "/timeline", devicesPath + "/" + theirs.ID, devicesPath + "/" + theirs.ID + "/timeline"} {
		ask("GET", path, nil).want(404)
	}
	for _, path := range []string{w.path(other, "/allow"), w.path(other, "/unlink"), w.path(other, "/end-override"), devicesPath + "/" + theirs.ID + "/lose"} {
		ask("POST", path, nil).want(404)
	}
	if c := string(ask("GET", devicesPath+"/counts", nil).want(200).Body); !strings.Contains(c, `"states":{"active":1}`) {
		t.Errorf("a token of a group is not told how many devices of the group there are: %s", c)
	}
}

func TestAnExportIsTheWholeListOneObjectALine(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.user(fmt.Sprintf("user%02d", i))
		w.record(fmt.Sprintf("user%02d", i), fmt.Sprintf("APPL%d", i))
	}
	for _, what := range []string{"associations", "devices", "users"} {
		a := w.call("GET", api.Prefix+"/"+what+"/export?search=user1", nil).want(200)
		lines := strings.Split(strings.TrimSuffix(string(a.Body), "\n"), "\n")
		if len(lines) != 10 || a.Header.Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("%s: %d lines of %s", what, len(lines), a.Header.Get("Content-Type"))
		}
	}
	audit := read[page[api.AuditEntry]](w.call("GET", api.Prefix+"/audit?event=export", nil).want(200))
	if len(audit.Items) != 3 {
		t.Errorf("%d exports in the audit log", len(audit.Items))
	}
	w.call("GET", api.Prefix+"/users/export?show=nobody", nil).want(422)
}

func TestListsOfDevicesAndUsersTurnPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		u := w.user(fmt.Sprintf("user%d", i))
		w.device(map[string]any{"name": fmt.Sprintf("phone%d", i), "owner": u.ID})
	}
	for _, path := range []string{devicesPath + "?sort=name&order=desc", usersPath + "?sort=name&order=desc"} {
		var names []string
		cursor := ""
		for range 4 {
			p := look[page[struct {
				Name string `json:"name"`
			}]](w.call("GET", path+"&limit=2&cursor="+url.QueryEscape(cursor), nil).want(200))
			for _, i := range p.Items {
				names = append(names, i.Name[len(i.Name)-1:])
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if diff := cmp.Diff([]string{"4", "3", "2", "1", "0"}, names); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// The choices that the description offers are those that there are.
func TestTheDescriptionOffersWhatThereIs(t *testing.T) {
	w := newWorld(t)
	var d struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name   string `json:"name"`
				Schema struct {
					Enum []string `json:"enum"`
				} `json:"schema"`
			} `json:"parameters"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Enum []string `json:"enum"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.call("GET", api.Prefix+"/openapi.json", nil).want(200).Body, &d); err != nil {
		t.Fatal(err)
	}
	check := func(path, parameter string, want any) {
		t.Helper()
		var offered []string
		for _, p := range d.Paths[path]["get"].Parameters {
			if p.Name == parameter {
				offered = p.Schema.Enum
			}
		}
		there := strings.Split(strings.Trim(fmt.Sprint(want), "[]"), " ")
		slices.Sort(offered)
		slices.Sort(there)
		if diff := cmp.Diff(there, offered); diff != "" {
			t.Errorf("%s of %s: %s", parameter, path, diff)
		}
	}
	check("/devices", "show", admin.DeviceShows())
	check("/devices", "sort", admin.DeviceSorts())
	check("/users", "show", admin.UserShows())
	check("/users", "sort", admin.UserSorts())
	for schema, want := range map[string][]access.Verb{"BulkRequest": admin.BulkVerbs(), "PeopleBulkRequest": admin.PeopleBulkVerbs(),
		"Job": append(admin.BulkVerbs(), admin.PeopleBulkVerbs()...)} {
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(d.Components.Schemas[schema].Properties["verb"].Enum)); diff != "" {
			t.Errorf("%s: %s", schema, diff)
		}
	}
}
