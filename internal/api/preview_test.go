// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/login"
)

// Y-07: what the preview of a bulk says will be refused is what the job's failed rows say then.
func TestAPreviewNamesTheRowsThatFail(t *testing.T) {
	w := newWorld(t)
	ana := read[api.Result](w.call("POST", api.Prefix+"/users", map[string]any{"name": "ana",
		"accounts": []any{map[string]any{"realm": "lab", "account": "ana"}}}).want(201)).ID
	phone := read[api.Result](w.call("POST", devicesPath, map[string]any{"name": "phone", "owner": ana}).want(201)).ID
	bad, good := w.record("ana", "APPLANA"), w.record("bob", "APPLBOB")
	w.call("POST", w.path(bad, "/link"), map[string]any{"device": phone}).want(200)
	w.call("POST", devicesPath+"/"+phone+"/set-compliance", map[string]any{"compliance": "noncompliant", "reasons": []string{"rooted"}}).want(200)
	header, value := as(w.token(login.NewToken{Name: "script", Role: access.RoleOperator, Verbs: []access.Verb{access.VerbView, access.VerbUnlink, access.VerbLink, access.VerbLose, access.VerbSeePlain}}))
	compare := func(preview, start string, body map[string]any, refused []api.Refusal) {
		t.Helper()
		p := read[api.Preview](w.call("POST", api.Prefix+preview, body, header, value).want(200))
		if diff := cmp.Diff(api.Refusing{Rows: len(body["ids"].([]string)), Refusals: len(refused), Refused: refused}, p.Refusing, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%v: %s", body, diff)
		}
		j := read[api.Job](w.call("POST", api.Prefix+start, body, header, value).want(202))
		w.work()
		rows := look[struct {
			Items []api.JobRow `json:"items"`
		}](w.call("GET", api.Prefix+"/jobs/"+string(j.ID)+"?state=failed", nil, header, value).want(200)).Items
		var failed []api.Refusal
		for _, r := range rows {
			failed = append(failed, api.Refusal{ID: string(r.ID), Label: r.Label, Text: r.Result})
		}
		if diff := cmp.Diff(failed, p.Refused, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%v: the job's rows (-) and the preview (+):\n%s", body, diff)
		}
	}
	const stays = "The device it is linked to is not compliant, and its phone is refused for that. Taking the record off it is for those who may end that."
	const gone = "This record is gone. Somebody has removed it, or it was never there."
	compare("/bulk/preview", "/bulk", map[string]any{"verb": "unlink", "ids": []string{string(bad), string(good), "gone"}},
		[]api.Refusal{{ID: string(bad), Label: "ana on APPLANA", Text: stays}, {ID: "gone", Text: gone}})
	compare("/bulk/preview", "/bulk", map[string]any{"verb": "link", "ids": []string{string(good), "gone"}}, []api.Refusal{{ID: "gone", Text: gone}})
	links := read[api.LinkPreview](w.call("POST", api.Prefix+"/bulk/preview-links", map[string]any{"ids": []string{string(good), "gone"}}, header, value).want(200))
	if links.Rows != 2 || links.Refusals != 1 || links.Unclear != 1 || links.Refused[0].ID != "gone" {
		t.Errorf("links %+v", links)
	}
	w.call("POST", devicesPath+"/"+phone+"/retire", nil).want(200)
	compare("/bulk/people/preview", "/bulk/people", map[string]any{"verb": "lose", "ids": []string{phone}},
		[]api.Refusal{{ID: phone, Label: "phone of ana", Text: "This device is retired, so that this cannot be done."}})
}
