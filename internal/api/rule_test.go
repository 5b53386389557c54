// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/store"
)

const rulesPath = api.Prefix + "/rules"

func oldPhones(most int) map[string]any {
	return map[string]any{"name": "Old phones", "kind": "os-below", "os": "iOS", "below": "17.4", "action": "quarantine", "enabled": true, "most": most}
}

// old makes a record of a phone with an old system.
func (w *world) old(account, device string) access.AssociationID {
	w.t.Helper()
	return w.record(account, device, func(a *access.Association) { a.OSVersion, a.LastSuccess = "16.1", w.now })
}

// walked waits until all records have been looked at, and gives the rule.
func (w *world) walked(id string) (r api.RuleDetails) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; <-time.After(5 * time.Millisecond) { // walks have no hook to wait on
		if r = read[api.RuleDetails](w.call("GET", rulesPath+"/"+id, nil).want(200)); !r.Looking {
			return r
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("the look at all records does not end: %+v", r)
		}
	}
}

// Y-16 Y-07
func TestARuleIsPreviewedMadeConfirmedChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	w.run()
	var olds []access.AssociationID
	for i := range 3 {
		olds = append(olds, w.old("ana", fmt.Sprint("appl", i)))
	}
	w.record("ben", "appl9", func(a *access.Association) { a.OSVersion = "18.1" })

	pre := read[api.RulePreview](w.call("POST", rulesPath+"/preview", oldPhones(2)).want(200))
	if pre.Speaks != 3 || pre.WouldHold != 2 || pre.WouldWait != 1 || pre.Confirm != 3 || pre.ToBlocked != 2 || pre.Sentence == "" {
		t.Errorf("the preview: %+v", pre)
	}
	add := w.call("POST", rulesPath, oldPhones(2), "Idempotency-Key", "k1").want(201)
	made := read[api.Result](add)
	at := rulesPath + "/" + made.ID
	if add.Header.Get("Location") != at || !strings.HasPrefix(add.Header.Get("ETag"), `"`) {
		t.Errorf("made at %v", add.Header)
	}
	if again := read[api.Result](w.call("POST", rulesPath, oldPhones(2), "Idempotency-Key", "k1").want(201)); !again.Replayed || again.ID != made.ID {
		t.Errorf("sent twice: %+v", again)
	}
	w.call("POST", rulesPath, oldPhones(2)).want(409) // the name
	if r := w.walked(made.ID); r.Held != 2 || r.Waiting != 1 || r.Most != 2 || r.Below != "17.4" || len(r.Timeline) == 0 {
		t.Errorf("the rule: %+v", r)
	}
	if list := look[struct{ Items []api.Rule }](w.call("GET", rulesPath, nil).want(200)); len(list.Items) != 1 || list.Items[0].ID != access.BlockingID(made.ID) {
		t.Errorf("the list: %+v", list)
	}
	waiting := look[page[api.RuledRecord]](w.call("GET", at+"/records?state=waiting", nil).want(200))
	if len(waiting.Items) != 1 || waiting.Items[0].Rule.State != "waiting" || waiting.Items[0].Association.SyncStatus != "allowed" {
		t.Errorf("waiting: %+v", waiting)
	}

	pre = read[api.RulePreview](w.call("POST", at+"/preview-confirm", nil).want(200))
	if pre.Confirm != 3 || pre.WouldHold != 3 {
		t.Errorf("confirming: %+v", pre)
	}
	w.call("POST", at+"/confirm", map[string]any{"number": 2}).want(409)
	w.call("POST", at+"/confirm", map[string]any{}).want(422)
	w.call("POST", at+"/confirm", map[string]any{"number": 3, "reason": "seen"}).want(200)
	if r := w.walked(made.ID); r.Held != 3 || r.Waiting != 0 || r.Confirmed != 3 {
		t.Errorf("confirmed: %+v", r)
	}

	form := oldPhones(2)
	form["below"] = "15"
	w.call("PUT", at, form).want(428)
	w.call("PUT", at, form, "If-Match", `"1"`).want(412)
	found := w.call("GET", at, nil).want(200)
	w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(200)
	if r := w.walked(made.ID); r.Held != 0 || r.Waiting != 0 {
		t.Errorf("changed: %+v", r)
	}
	w.call("PUT", at, oldPhones(0), "If-Match", "*").want(200)
	if r := w.walked(made.ID); r.Held != 3 {
		t.Errorf("changed back: %+v", r)
	}
	w.call("POST", at+"/disable", map[string]any{"reason": "too early"}).want(200)
	if r := w.walked(made.ID); r.Held != 0 || r.Enabled {
		t.Errorf("out of force: %+v", r)
	}
	w.call("POST", at+"/enable", nil).want(200)
	if r := w.walked(made.ID); r.Held != 3 || !r.Enabled {
		t.Errorf("in force: %+v", r)
	}
	if d := w.details(olds[0]); len(d.Ruled) != 1 || d.Ruled[0].State != "held" || d.SyncStatus != access.Blocked {
		t.Errorf("a record of it: %+v", d.Ruled)
	}

	if pre = read[api.RulePreview](w.call("POST", at+"/preview-delete", nil).want(200)); pre.ToAllowed != 3 {
		t.Errorf("without it: %+v", pre)
	}
	gone := read[api.Result](w.call("DELETE", at+"?reason=over", nil).want(200))
	w.call("GET", at, nil).want(404)
	w.call("POST", api.Prefix+"/undo", map[string]any{"undo": gone.Undo}).want(200)
	if r := w.walked(made.ID); r.Held != 3 {
		t.Errorf("brought back: %+v", r)
	}
}

// Y-16
func TestConfirmingWithTheRuleIsHeldAgainstTheNumber(t *testing.T) {
	w := newWorld(t)
	w.run()
	for i := range 3 {
		w.old("ana", fmt.Sprint("appl", i))
	}
	form := oldPhones(1)
	form["confirm"] = 2
	w.call("POST", rulesPath, form).want(409)
	form["confirm"] = read[api.RulePreview](w.call("POST", rulesPath+"/preview", form).want(200)).Confirm
	made := read[api.Result](w.call("POST", rulesPath, form).want(201))
	if r := w.walked(made.ID); r.Held != 3 || r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
}

// Y-16
func TestARecordIsLetOutOfQuarantineAndHeldAgain(t *testing.T) {
	w := newWorld(t)
	w.run()
	id := w.old("ana", "appl1")
	w.old("ben", "appl2")
	made := read[api.Result](w.call("POST", rulesPath, oldPhones(0)).want(201))
	w.walked(made.ID)
	held := func(want int) {
		t.Helper()
		items := look[page[api.RuledRecord]](w.call("GET", api.Prefix+"/quarantine", nil).want(200)).Items
		n := look[struct{ Held int }](w.call("GET", api.Prefix+"/quarantine/count", nil).want(200)).Held
		if len(items) != want || n != want {
			t.Errorf("%d in quarantine, %d counted, want %d", len(items), n, want)
		}
	}
	held(2)
	w.call("POST", w.path(id, "/hold-again"), nil).want(409)
	w.call("POST", w.path(id, "/release"), map[string]any{"rule": "nothing"}).want(409)
	r := read[api.Result](w.call("POST", w.path(id, "/release"), map[string]any{"reason": "new phone ordered"}, "Idempotency-Key", "k").want(200))
	held(1)
	if d := w.details(id); d.SyncStatus != access.Allowed || d.Ruled[0].State != "released" || !strings.HasPrefix(d.Ruled[0].ReleasedBy, "ada") {
		t.Errorf("let out: %+v", d.Ruled)
	}
	w.call("POST", api.Prefix+"/undo", map[string]any{"undo": r.Undo}).want(200)
	held(2)
	w.call("POST", w.path(id, "/release"), map[string]any{"rule": made.ID}).want(200)
	w.call("POST", w.path(id, "/hold-again"), map[string]any{"rule": made.ID}).want(200)
	held(2)
	job := w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "release", "query": map[string]any{"show": "all"}, "reason": "all of them"}).want(202)
	if p := w.finished(job.Header.Get("Location")); p.Job.Failed != 0 {
		t.Errorf("the job: %+v", p)
	}
	held(0)
	if out := look[page[api.RuledRecord]](w.call("GET", rulesPath+"/"+made.ID+"/records?state=released", nil).want(200)); len(out.Items) != 2 {
		t.Errorf("let out: %+v", out)
	}
}

// What a rule cannot say is refused in words before anything is kept. Y-12 Y-16
func TestARuleThatMeansNothingIsRefused(t *testing.T) {
	w := newWorld(t)
	for what, change := range map[string]map[string]any{
		"an unknown kind":     {"kind": "weather"},
		"an unknown action":   {"action": "shout"},
		"no name":             {"name": ""},
		"no platform":         {"os": ""},
		"a field of no use":   {"days": 3},
		"a network in words":  {"kind": "network", "os": "", "below": "", "networks": []string{"the office"}},
		"an unknown field":    {"colour": "red"},
		"a negative number":   {"most": -1},
		"the policy itself":   {"kind": "command", "os": "", "below": "", "action": "block", "commands": []string{"Provision"}},
		"a quarantined Sync":  {"kind": "command", "os": "", "below": "", "commands": []string{"Sync"}},
		"too many groups":     {"groups": make([]string, 501)},
		"a version in words":  {"below": "seventeen"},
		"too much to be read": {"note": strings.Repeat("x", 600)},
	} {
		form := oldPhones(2)
		for k, v := range change {
			form[k] = v
		}
		for _, path := range []string{rulesPath, rulesPath + "/preview"} {
			if a := w.call("POST", path, form); a.Status != 422 && a.Status != 404 {
				t.Errorf("%s at %s: %d %s", what, path, a.Status, a.Body)
			}
		}
	}
	form := map[string]any{"name": "Abroad", "kind": "network", "action": "warn", "networks": []string{"203.0.113.9", "2001:db8::1/32", "10.1.2.3/8"},
		"outside": true, "enabled": false}
	made := read[api.Result](w.call("POST", rulesPath, form).want(201))
	r := read[api.RuleDetails](w.call("GET", rulesPath+"/"+made.ID, nil).want(200))
	if got := strings.Join(r.Networks, " "); got != "203.0.113.9/32 2001:db8::/32 10.0.0.0/8" || r.Most != store.DefaultMost || r.Enabled {
		t.Errorf("%s, %+v", got, r)
	}
}

// Y-16
func TestARuleThatIsNotThereIsNotFound(t *testing.T) {
	w := newWorld(t)
	at := rulesPath + "/nothing"
	for path, method := range map[string]string{"": "GET", "/records": "GET", "/enable": "POST", "/disable": "POST", "/preview-confirm": "POST",
		"/preview-delete": "POST"} {
		w.call(method, at+path, nil).want(404)
	}
	w.call("PUT", at, oldPhones(1), "If-Match", "*").want(404)
	w.call("POST", at+"/preview", oldPhones(1)).want(404)
	w.call("POST", at+"/confirm", map[string]any{"number": 1}).want(404)
	w.call("DELETE", at, nil).want(404)
}

// A help desk sees and releases its own people's phones alone, and an auditor's token may only look. Y-16
func TestQuarantineIsOfOnesOwnPeople(t *testing.T) {
	w := newWorld(t)
	w.run()
	ana, ben := w.user("ana", "sales"), w.user("ben")
	hers, his := w.old("ana", "appl1"), w.old("ben", "appl2")
	for id, u := range map[access.AssociationID]string{hers: ana.ID, his: ben.ID} {
		if d := w.details(id); string(d.Person) != u {
			t.Fatalf("%s belongs to %s", id, d.Person)
		}
	}
	made := read[api.Result](w.call("POST", rulesPath, oldPhones(0)).want(201))
	w.walked(made.ID)
	_, tokens := w.callers()
	desk, value := as(tokens[2])
	list := look[page[api.RuledRecord]](w.call("GET", api.Prefix+"/quarantine", nil, desk, value).want(200)).Items
	if len(list) != 1 || list[0].Association.ID != hers {
		t.Errorf("a help desk of sales sees %+v", list)
	}
	if n := look[struct{ Held int }](w.call("GET", api.Prefix+"/quarantine/count", nil, desk, value).want(200)).Held; n != 1 {
		t.Errorf("and counts %d", n)
	}
	w.call("POST", w.path(his, "/release"), nil, desk, value).want(404)
	w.call("POST", w.path(hers, "/release"), nil, desk, value).want(200)
	auditor, token := as(w.auditor)
	w.call("GET", api.Prefix+"/quarantine", nil, auditor, token).want(200)
	w.call("POST", w.path(his, "/release"), nil, auditor, token).want(403)
}

// R-6 Y-16 Y-07
func TestLimitsArePreferencesAndOldCallersNeedNotKnowThem(t *testing.T) {
	w := newWorld(t)
	w.record("ana", "appl1")
	w.record("ana", "appl2", func(a *access.Association) { a.FirstSync = w.now })
	type prefs struct {
		Settings map[string]any `json:"settings"`
	}
	now := look[prefs](w.call("GET", api.Prefix+"/preferences", nil).want(200))
	if now.Settings["device_limit"] != 0.0 || now.Settings["one_server_type"] != false {
		t.Errorf("%v", now.Settings)
	}
	now.Settings["device_limit"] = 1
	if pre := read[api.Preview](w.call("POST", api.Prefix+"/preferences/preview", now).want(200)); pre.ToBlocked != 1 {
		t.Errorf("the preview: %+v", pre)
	}
	now.Settings["device_limit"] = -1
	w.call("PUT", api.Prefix+"/preferences", now, "If-Match", "*").want(422)
	delete(now.Settings, "device_limit")
	delete(now.Settings, "one_server_type")
	w.call("PUT", api.Prefix+"/preferences", now, "If-Match", "*").want(200)
}

// Y-16: programs hear of rules, and whether users are written to is a setting.
func TestRulesAreHeardOfAndUsersAreToldByASetting(t *testing.T) {
	w, url := eventWorld(t)
	w.record("ana", "appl1") // something to begin from
	l := w.listen(url, w.root, "")
	made := read[api.Result](w.call("POST", rulesPath, oldPhones(0)).want(201))
	if e := l.next().change(t); e.Kind != "rule" || e.ID != made.ID || e.Gone {
		t.Errorf("heard of %+v", e)
	}
	w.call("DELETE", rulesPath+"/"+made.ID, nil).want(200)
	if e := l.next().change(t); e.Kind != "rule" || !e.Gone {
		t.Errorf("heard of %+v", e)
	}
	mail := map[string]any{"on": false, "host": "mail.lab.example", "port": 465, "encryption": "tls", "from": "v@lab.example", "users_untold": true}
	at := api.Prefix + "/settings/mail"
	untold := func() bool {
		t.Helper()
		return look[struct{ Setting api.Mail }](w.call("GET", at, nil).want(200)).Setting.UsersUntold
	}
	w.call("PUT", at, map[string]any{"setting": mail}, "If-Match", "*").want(200)
	if !untold() {
		t.Error("users are still written to")
	}
	delete(mail, "users_untold")
	w.call("PUT", at, map[string]any{"setting": mail}, "If-Match", "*").want(200)
	if untold() {
		t.Error("users are not written to, though nobody has said so")
	}
}
