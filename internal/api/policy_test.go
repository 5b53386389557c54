// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

const policiesPath = api.Prefix + "/policies"

func (w *world) policy(name string) api.Result {
	w.t.Helper()
	return read[api.Result](w.call("POST", policiesPath, map[string]any{"name": name,
		"settings": map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "6"}}).want(201))
}

// D-06
func TestAPolicyIsMadeChangedAssignedAndReverted(t *testing.T) {
	w := newWorld(t)
	id, twin := w.record("ana", "appl1"), w.record("ben", "appl1")
	made := w.policy("Strict")
	at := policiesPath + "/" + made.ID
	found := w.call("GET", at, nil).want(200)
	if p := read[api.Policy](found); p.Revision != 1 || p.Settings["MinDevicePasswordLength"] != "6" || p.Usage == nil {
		t.Errorf("%+v", p)
	}
	form := map[string]any{"name": "Strict", "settings": map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "8"}, "note": "audit"}
	w.call("PUT", at, form).want(428)
	w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(200)
	w.call("PUT", at, form, "If-Match", found.Header.Get("ETag")).want(412)
	w.call("PUT", at, map[string]any{"name": "Strict", "settings": map[string]string{"MinDevicePasswordLength": "77"}}, "If-Match", "*").want(422)
	revisions := w.call("GET", at+"/revisions", nil).want(200)
	if body := string(revisions.Body); !strings.Contains(body, `"before":"6"`) || !strings.Contains(body, `"note":"audit"`) {
		t.Errorf("%s", body)
	}
	pre := read[api.AssignPreview](w.call("POST", w.path(id, "/preview-policy"), map[string]any{"policy": made.ID}).want(200))
	if len(pre.Records) != 2 || pre.Before.From != "server" || pre.After.Name != "Strict" || pre.Notes == nil {
		t.Errorf("%+v", pre)
	}
	r := read[api.Result](w.call("POST", w.path(id, "/assign-policy"), map[string]any{"policy": made.ID, "reason": "lent"}).want(200))
	if d := w.details(twin); d.Policy.From != "assigned" || d.Policy.Revision != 2 {
		t.Errorf("%+v", d.Policy)
	}
	w.call("DELETE", at, nil).want(409)
	w.call("POST", api.Prefix+"/undo", map[string]any{"undo": r.Undo}).want(200)
	w.call("PUT", policiesPath+"/default", map[string]any{"policy": made.ID}).want(200)
	if d := w.details(id); d.Policy.From != "default" {
		t.Errorf("%+v", d.Policy)
	}
	w.call("POST", w.path(id, "/ask-policy-anew"), nil).want(200)
	w.call("PUT", policiesPath+"/default", map[string]any{"policy": ""}).want(200)
	clone := read[api.Result](w.call("POST", at+"/copy", map[string]any{"name": "Second"}).want(201))
	w.call("DELETE", policiesPath+"/"+clone.ID, nil).want(200)
	w.call("POST", w.path(id, "/assign-policy"), map[string]any{"policy": clone.ID}).want(404)
}

// Y-10, R-2, R-19
func TestAWipeIsOrderedApprovedCancelledAndLimited(t *testing.T) {
	w := newWorld(t)
	id, other := w.record("ana", "appl1"), w.record("ben", "appl2")
	pre := read[api.WipePreview](w.call("POST", w.path(id, "/preview-wipe"), map[string]any{"kind": "full"}).want(200))
	if pre.Effect == "" || pre.CapLeft != 10 || pre.Refused != "" || pre.Others == nil {
		t.Errorf("%+v", pre)
	}
	w.call("POST", w.path(id, "/wipe"), map[string]any{"kind": "everything"}).want(422)
	made := w.call("POST", w.path(id, "/wipe"), map[string]any{"kind": "full", "reason": "lost"}, "Idempotency-Key", "k").want(201)
	r := read[api.Result](made)
	at := api.Prefix + "/wipes/" + r.ID
	if made.Header.Get("Location") != at {
		t.Errorf("location %s", made.Header.Get("Location"))
	}
	if d := w.details(id); d.Wipe == nil || d.Wipe.State != access.WipePending || d.SyncStatus != access.Blocked {
		t.Errorf("%+v", d.Wipe)
	}
	o := read[api.WipeOrder](w.call("GET", at, nil).want(200))
	if o.Reason != "lost" || len(o.Can) != 1 || o.Can[0] != access.VerbCancelWipe || !o.RecordThere {
		t.Errorf("%+v", o)
	}
	w.call("POST", at+"/release", nil).want(409)
	w.call("POST", at+"/cancel", map[string]any{"reason": "found"}).want(200)
	w.call("GET", api.Prefix+"/wipes?open=true", nil).want(200)
	w.call("PUT", api.Prefix+"/settings/wipe-safety", map[string]any{"setting": map[string]any{"per_hour": 5, "delay_seconds": 0, "second_approver": true,
		"exempt_groups": []string{}}}, "If-Match", "*").want(200)
	waiting := read[api.Result](w.call("POST", w.path(other, "/wipe"), map[string]any{"kind": "full"}).want(201))
	w.call("POST", api.Prefix+"/wipes/"+waiting.ID+"/approve", nil).want(403) // the same administrator
	w.call("POST", api.Prefix+"/settings/freeze", map[string]any{"reason": "a stolen account"}).want(200)
	if f := read[api.Freeze](w.call("GET", api.Prefix+"/settings/freeze", nil).want(200)); !f.Frozen || f.Reason != "a stolen account" {
		t.Errorf("%+v", f)
	}
	w.call("POST", w.path(id, "/wipe"), map[string]any{"kind": "full"}).want(409)
	w.call("POST", api.Prefix+"/settings/unfreeze", nil).want(200)
}
