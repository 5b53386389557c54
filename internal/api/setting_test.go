// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/api"
)

func TestEverySettingIsReadAndReplaced(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]map[string]any{
		"time-zone":    {"zone": "Europe/Zurich"},
		"retention":    {"records": 365, "held": false, "audit": 500, "tallies": 20, "jobs": 20},
		"masking":      {"numbers": false, "devices": true, "addresses": true},
		"backups":      {"on": true, "at": "02:15", "keep": 3},
		"audit-stream": {"syslog": true, "addr": "logs.lab.example:6514", "file": false},
		"mail":         {"on": false, "host": "mail.lab.example", "port": 465, "encryption": "tls", "from": "v@lab.example", "user": "v", "password": "hush"},
	} {
		path := api.Prefix + "/settings/" + name
		before := w.call("GET", path, nil).want(200)
		body := map[string]any{"setting": change, "reason": "ticket 1"}
		w.call("PUT", path, body).want(428)
		w.call("PUT", path, body, "If-Match", `"7"`).want(412)
		w.call("PUT", path, map[string]any{"setting": map[string]any{"colour": "red"}}, "If-Match", "*").want(422)
		r := read[api.Result](w.call("PUT", path, body, "If-Match", before.Header.Get("ETag"), "Idempotency-Key", "s1"+name).want(200))
		again := read[api.Result](w.call("PUT", path, body, "If-Match", before.Header.Get("ETag"), "Idempotency-Key", "s1"+name).want(200))
		if r.Version != 1 || again.Version != 1 || !again.Replayed {
			t.Errorf("%s: %+v, then %+v", name, r, again)
		}
		w.call("PUT", path, body, "If-Match", before.Header.Get("ETag")).want(412)
		after := w.call("GET", path, nil).want(200)
		got := look[struct {
			Setting map[string]any `json:"setting"`
			By      string         `json:"by"`
		}](after)
		if after.Header.Get("ETag") != `"1"` || got.By != "ada (token script)" || strings.Contains(string(after.Body), "hush") {
			t.Errorf("%s: %s, ETag %s", name, after.Body, after.Header.Get("ETag"))
		}
		for k, v := range change {
			if n, isInt := v.(int); isInt {
				v = float64(n)
			}
			if k != "password" && got.Setting[k] != v && v != false && v != true || k == "password" && got.Setting["has_password"] != true {
				t.Errorf("%s: %s is %v, want %v", name, k, got.Setting[k], v)
			}
		}
	}
	w.call("PUT", api.Prefix+"/settings/time-zone", map[string]any{"setting": map[string]any{"zone": "Mars"}}, "If-Match", "*").want(422)
}

func TestTasksAreAskedForAndPurgesTriedOut(t *testing.T) {
	w := newWorld(t)
	w.record("ana", "APPL1")
	p := look[api.PurgePreview](w.call("POST", api.Prefix+"/settings/retention/preview",
		map[string]any{"setting": map[string]any{"records": 7, "held": false, "audit": 400, "tallies": 10, "jobs": 10}}).want(200))
	if p.Records != 0 || len(p.Items) != 0 {
		t.Errorf("preview %+v", p)
	}
	w.call("POST", api.Prefix+"/tasks/backup/run", nil).want(202)
	if k := look[api.Task](w.call("GET", api.Prefix+"/tasks/backup", nil).want(200)); k.AskedBy != "ada (token script)" || k.Asked.IsZero() {
		t.Errorf("task %+v", k)
	}
	w.call("POST", api.Prefix+"/tasks/nothing/run", nil).want(422)
}
