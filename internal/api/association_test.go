// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
)

func (w *world) list(query string) page[api.Association] {
	w.t.Helper()
	return read[page[api.Association]](w.call("GET", api.Prefix+"/associations?"+query, nil).want(200))
}

func accounts(list []api.Association) (names []string) {
	for _, a := range list {
		names = append(names, a.Account)
	}
	return names
}

func TestTheListShowsSearchesSortsAndTurnsPages(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.record(fmt.Sprintf("user%d", i), fmt.Sprintf("appl%d", i), func(a *access.Association) {
			a.LastSync = w.now.Add(-time.Duration(i) * time.Minute)
			if i%2 == 1 {
				a.Override = access.Override{Kind: access.OverrideBlock, Reason: "lost", By: "ada", At: w.now}
			}
		})
	}
	var all, back []string
	query, cursor := "sort=user&order=desc&limit=3", ""
	for range 3 {
		p := w.list(query + "&cursor=" + url.QueryEscape(cursor))
		all = append(all, accounts(p.Items)...)
		if p.Total != 7 {
			t.Errorf("total %d, want 7", p.Total)
		}
		if cursor = p.Next; cursor == "" {
			back = accounts(w.list(query + "&cursor=" + url.QueryEscape(p.Prev)).Items)
		}
	}
	if diff := cmp.Diff([]string{"user6", "user5", "user4", "user3", "user2", "user1", "user0"}, all); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"user3", "user2", "user1"}, back); diff != "" {
		t.Errorf("the page before the last: %s", diff)
	}
	for query, want := range map[string][]string{
		"":                                   {"user0", "user1", "user2", "user3", "user4", "user5", "user6"},
		"order=asc":                          {"user6", "user5", "user4", "user3", "user2", "user1", "user0"},
		"show=blocked&sort=user":             {"user1", "user3", "user5"},
		"show=linked":                        nil,
		"search=ser4":                        {"user4"},
		"search=appl2&show=allowed&sort=os":  {"user2"},
		"search=" + url.QueryEscape(`%' OR`): nil,
	} {
		if diff := cmp.Diff(want, accounts(w.list(query).Items)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	blocked := w.list("show=blocked&sort=user").Items[0]
	if blocked.SyncStatus != access.Blocked || blocked.Why.Rule != "manual-block" || blocked.Why.Verdict != "refuse" ||
		blocked.Why.Detail != "lost" || !blocked.Why.Enforced || blocked.Override == nil || blocked.Override.By != "ada" {
		t.Errorf("a blocked record does not say why: %+v", blocked)
	}
	if !blocked.LastSync.Equal(w.now.Add(-time.Minute)) || blocked.LastSync.Location() != time.UTC {
		t.Errorf("last_sync = %v", blocked.LastSync)
	}
	other := w.call("GET", api.Prefix+"/associations?sort=os&cursor="+url.QueryEscape(w.list("limit=1").Next), nil)
	other.want(422)
}

// R-21, D-07
func TestARedirectIsToldAndCleared(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1", func(a *access.Association) { a.Redirect = "https://two.lab.example/eas" })
	if d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil).want(200)); d.Redirect != "https://two.lab.example/eas" {
		t.Fatalf("redirect %q", d.Redirect)
	}
	w.call("POST", w.path(id, "/clear-redirect"), nil, "If-Match", `"7"`).want(412)
	r := read[api.Result](w.call("POST", w.path(id, "/clear-redirect"), map[string]any{"reason": "moved back"}, "If-Match", `"1"`).want(200))
	if r.Number == 0 || r.Version != 2 {
		t.Errorf("result %+v", r)
	}
	if d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil).want(200)); d.Redirect != "" || d.Timeline[0].Event != "clear-redirect" {
		t.Errorf("afterwards: redirect %q, history %+v", d.Redirect, d.Timeline)
	}
	w.call("POST", w.path(id, "/clear-redirect"), nil).want(409)
}

// D-08, Y-01
func TestVerbsChangeOneRecordAndSayWhat(t *testing.T) {
	w := newWorld(t)
	id, neighbour := w.record("ana", "appl1"), w.record("sales", "appl1")

	blocked := w.call("POST", w.path(id, "/block"), map[string]any{"reason": "left in a taxi", "until": w.now.Add(time.Hour)}).want(200)
	r := read[api.Result](blocked)
	if r.Version != 2 || r.Number == 0 || r.Shadow || r.Replayed || !strings.Contains(r.Text, "blocked") || blocked.Header.Get("ETag") != `"2"` {
		t.Errorf("result %+v, ETag %s", r, blocked.Header.Get("ETag"))
	}
	w.call("POST", w.path(id, "/comment"), map[string]any{"comment": "ask Ana"}).want(200)
	a := w.call("GET", w.path(id, ""), nil).want(200)
	d := read[api.AssociationDetails](a)
	if a.Header.Get("ETag") != `"3"` || d.Version != 3 || d.SyncStatus != access.Blocked || d.Comment != "ask Ana" ||
		d.Why.Detail != "left in a taxi" || d.Why.By != "ada (token script)" || !d.Override.Until.Equal(w.now.Add(time.Hour)) {
		t.Errorf("details %+v, ETag %s", d, a.Header.Get("ETag"))
	}
	var events []string
	for _, e := range d.Timeline {
		events = append(events, e.Event+" by "+e.Actor)
	}
	if diff := cmp.Diff([]string{"comment by ada (token script)", "block by ada (token script)"}, events); diff != "" {
		t.Error(diff)
	}
	if len(d.SameDevice) != 1 || d.SameDevice[0].ID != neighbour || d.SameDevice[0].SyncStatus != access.Allowed || d.SameDevice[0].Version != 1 {
		t.Errorf("the other account of the device: %+v", d.SameDevice)
	}

	w.call("POST", w.path(id, "/allow"), nil).want(200) // a body is not needed
	if d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil)); d.SyncStatus != access.Allowed || d.Why.Rule != "manual-allow" {
		t.Errorf("after Allow: %+v", d.Why)
	}
	gone := w.call("DELETE", w.path(id, "?reason=old"), nil).want(200)
	if r := read[api.Result](gone); r.Version != 0 || gone.Header.Get("ETag") != "" {
		t.Errorf("after Remove: %+v, ETag %q", r, gone.Header.Get("ETag"))
	}
	w.call("GET", w.path(id, ""), nil).want(404)
	w.call("POST", w.path(id, "/block"), nil).want(404)
	w.call("DELETE", w.path(id, ""), nil).want(404)
	w.call("GET", w.path(neighbour, ""), nil).want(200)
}

func TestWhatAdminRefusesIsToldInItsWords(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	a := w.call("POST", w.path(id, "/block"), map[string]any{"until": w.now.Add(-time.Hour)}).want(422)
	if p := a.problem(); p.Detail != "The end must lie in the future." {
		t.Errorf("detail %q", p.Detail)
	}
	w.call("POST", w.path(id, "/block"), map[string]any{"reason": strings.Repeat("x", 501)}).want(422)
	w.call("POST", w.path(id, "/comment"), map[string]any{}).want(422)
	w.call("POST", w.path(id, "/comment"), map[string]any{"comment": "x", "colour": "red"}).want(422)
	w.call("POST", w.path(id, "/block"), nil, "Idempotency-Key", "two words").want(422)
	tooMuch := `{"comment": "` + strings.Repeat("x", 1<<20) + `"}`
	unsaid := struct{ io.Reader }{strings.NewReader(tooMuch)} // a body that does not say its length
	w.call("POST", w.path(id, "/comment"), unsaid).want(413)
	if d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil)); d.Version != 1 {
		t.Errorf("something has changed: %+v", d)
	}
}

func TestIfMatchGuardsAgainstTwoAtOnce(t *testing.T) {
	tests := []struct {
		name, header string
		want         int
	}{
		{"nothing named: whatever is there", "", 200},
		{"anything named: whatever is there", "*", 200},
		{"the version that is there", `"2"`, 200},
		{"the version before", `"1"`, 412},
		{"version 0, which no record has, does not mean anything", `"0"`, 412},
		{"a negative version", `"-1"`, 412},
		{"a weak tag never matches", `W/"2"`, 412},
		{"a bare number is no tag", "2", 412},
		{"a list of tags", `"1", "2"`, 412},
		{"an empty tag", `""`, 412},
	}
	w := newWorld(t)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, verb := range []string{"allow", "block", "comment", "remove"} {
				id := w.record("ana", fmt.Sprintf("%s%d", verb, i), func(a *access.Association) { a.Version = 2 })
				method, path, body := "POST", w.path(id, "/"+verb), any(map[string]string{})
				switch verb {
				case "comment":
					body = map[string]string{"comment": "mine"}
				case "remove":
					method, path, body = "DELETE", w.path(id, ""), nil
				}
				a := w.call(method, path, body, "If-Match", tt.header)
				a.t = t
				a.want(tt.want)
				d, err := w.admin.FindAssociation(t.Context(), access.Actor{Name: "x", Role: access.RoleAuditor}, id)
				if changed := err != nil || d.Version != 2; changed != (tt.want == 200) {
					t.Errorf("%s: changed %v (version %d, %v)", verb, changed, d.Version, err)
				}
			}
		})
	}
}

func TestWhoComesTooLateIsToldWhoWasFaster(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	w.call("POST", w.path(id, "/comment"), map[string]string{"comment": "somebody else was here"}).want(200)
	a := w.call("POST", w.path(id, "/block"), nil, "If-Match", `"1"`).want(412)
	if d := a.problem().Detail; !strings.Contains(d, "somebody else was here") || !strings.Contains(d, "ada (token script)") {
		t.Errorf("detail %q", d)
	}
}

func TestTheSameKeyActsOnce(t *testing.T) {
	w := newWorld(t)
	id, other := w.record("ana", "appl1"), w.record("bob", "appl2")
	body := map[string]string{"reason": "lost"}
	first := read[api.Result](w.call("POST", w.path(id, "/block"), body, "Idempotency-Key", "k1", "If-Match", `"1"`).want(200))
	// The second time the version named is no longer there; it is the first time's answer that counts.
	second := w.call("POST", w.path(id, "/block"), body, "Idempotency-Key", "k1", "If-Match", `"1"`).want(200)
	again := read[api.Result](second)
	if !again.Replayed || first.Replayed {
		t.Errorf("replayed: first %v, second %v", first.Replayed, again.Replayed)
	}
	again.Replayed = false
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	if second.Header.Get("ETag") != `"2"` {
		t.Errorf("ETag %s", second.Header.Get("ETag"))
	}
	w.call("POST", w.path(other, "/block"), body, "Idempotency-Key", "k1").want(422)
	w.call("POST", w.path(id, "/allow"), nil, "Idempotency-Key", "k1").want(422)
	for _, other := range []map[string]string{{"reason": "stolen"}, {}, {"reason": "lost", "until": "2027-01-01T00:00:00Z"}} {
		p := w.call("POST", w.path(id, "/block"), other, "Idempotency-Key", "k1", "If-Match", `"1"`).want(422).problem()
		if !strings.Contains(p.Detail, "idempotency key") || !strings.Contains(p.Detail, "something else") {
			t.Errorf("%v: %+v", other, p)
		}
	}

	removed := read[api.Result](w.call("DELETE", w.path(id, ""), nil, "Idempotency-Key", "k2").want(200))
	gone := read[api.Result](w.call("DELETE", w.path(id, ""), nil, "Idempotency-Key", "k2").want(200))
	if !gone.Replayed || gone.Number != removed.Number {
		t.Errorf("first %+v, second %+v", removed, gone)
	}
	var verbs int
	audit := read[page[api.AuditEntry]](w.call("GET", api.Prefix+"/audit?object="+string(id), nil).want(200))
	for _, e := range audit.Items {
		if e.Event == "block" || e.Event == "remove" {
			verbs++
		}
	}
	if verbs != 2 {
		t.Errorf("%d lines in the audit log, want 2: %+v", verbs, audit.Items)
	}
}

// What a phone says comes back as it said it, and cannot become anything but text on the way.
func TestHostileTextComesBackAsItWas(t *testing.T) {
	hostile := []string{
		`<script>alert(1)</script>`,
		`=HYPERLINK("http://example.invalid")`,
		`'; DROP TABLE association; --`,
		"\x1b[31mred\x1b[0m\r\nSet-Cookie: a=b",
		"\u202Egnp.exe\u202C مرحبا",
		"a\u2028b\u2029c \"quoted\" \\ back",
		`"},"sync_status":"allowed","x":{"y":"`,
		"🏳️‍🌈 e\u0301\u0301",
	}
	w := newWorld(t)
	for i, h := range hostile {
		id := w.record("ana", fmt.Sprintf("hostile%d", i), func(a *access.Association) {
			a.User, a.RawDevice, a.Model, a.OS, a.UserAgent, a.FriendlyName, a.Number, a.Client = h, h, h, h, h, h, h, h
			a.Told = access.DeviceInfo{Model: h, OS: h}
		})
		w.call("POST", w.path(id, "/comment"), map[string]string{"comment": h}).want(200)
		w.call("POST", w.path(id, "/block"), map[string]string{"reason": h}).want(200)
		a := w.call("GET", w.path(id, ""), nil).want(200)
		d := read[api.AssociationDetails](a)
		got := []string{d.User, d.RawDeviceID, d.Model, d.OS, d.UserAgent, d.FriendlyName, d.Number, d.Client, d.Told.Model, d.Comment, d.Why.Detail, d.Override.Reason}
		for _, g := range got {
			if g != h {
				t.Errorf("%q came back as %q", h, g)
			}
		}
		if d.SyncStatus != access.Blocked {
			t.Errorf("%q changed what the record says: %s", h, d.SyncStatus)
		}
		if strings.ContainsAny(string(a.Body), "<>\x1b\r\u2028\u2029") {
			t.Errorf("the body holds characters that should be escaped: %s", a.Body)
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("headers %v", a.Header)
		}
		found := w.list("search=" + url.QueryEscape(h) + "&limit=500")
		if i == 0 && len(found.Items) == 0 {
			t.Errorf("searching for %q finds nothing", h)
		}
	}
}

// Y-18: in shadow mode every answer says that nothing is enforced.
func TestAResultSaysWhenItIsNotEnforced(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	p := access.DefaultPreferences()
	p.Shadow = true
	if _, err := w.admin.ChangePreferences(t.Context(), access.Actor{Name: "ada", Role: access.RoleAdministrator}, p, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if r := read[api.Result](w.call("POST", w.path(id, "/block"), nil).want(200)); !r.Shadow || !strings.Contains(r.Text, "shadow mode") {
		t.Errorf("result %+v", r)
	}
	if d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil)); d.Why.Enforced || d.SyncStatus != access.Blocked {
		t.Errorf("details %+v", d.Why)
	}
}
