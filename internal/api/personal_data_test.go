// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/api"
)

func TestAPersonIsHandedEverythingAndForgotten(t *testing.T) {
	w := newWorld(t)
	record := w.record("ana", "appl1")
	made := read[api.Result](w.call("POST", api.Prefix+"/users",
		map[string]any{"name": "ana", "accounts": []map[string]any{{"realm": "lab", "account": "ana"}}}).want(201))
	user := api.Prefix + "/users/" + made.ID

	a := w.call("POST", user+"/export-personal-data", nil).want(200)
	z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	if err != nil || a.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%q: %v", a.Header.Get("Content-Type"), err)
	}
	f, err := z.Open("personal-data.json")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(f); err != nil || !strings.Contains(string(text), string(record)) {
		t.Errorf("the record is missing, %v: %s", err, text)
	}

	p := read[api.ErasePreview](w.call("POST", user+"/preview-erase", nil).want(200))
	if p.Name != "ana" || p.Accounts != 1 || p.Records != 1 || p.Audit == 0 || len(p.Notes) == 0 {
		t.Errorf("preview %+v", p)
	}
	w.call("POST", user+"/erase", map[string]any{"name": "Ana"}).want(422)
	w.call("POST", user+"/erase", map[string]any{"reason": "case 7"}).want(422)
	w.call("GET", user, nil).want(200)
	body := map[string]any{"name": "ana", "reason": "case 7"}
	w.call("POST", user+"/erase", body, "Idempotency-Key", "e1").want(200)
	w.call("GET", user, nil).want(404)
	w.call("GET", w.path(record, ""), nil).want(404)
	w.call("POST", user+"/preview-erase", nil).want(404)
	w.call("POST", user+"/export-personal-data", nil).want(404)
	w.call("POST", user+"/erase", body).want(404)
}
