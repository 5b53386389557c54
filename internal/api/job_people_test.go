// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/login"
)

// work carries out the jobs that wait.
func (w *world) work() {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.admin.Run(ctx) // always the context's own error
	}()
	defer func() { stop(); <-done }()
	for end := time.Now().Add(20 * time.Second); ; {
		list, err := w.admin.ListJobs(w.t.Context(), login.House(), 100)
		if err != nil {
			w.t.Fatal(err)
		}
		waits := false
		for i := range list {
			waits = waits || !list[i].Over()
		}
		if !waits {
			return
		}
		if time.Now().After(end) {
			w.t.Fatal("the jobs do not end")
		}
		time.Sleep(5 * time.Millisecond) // jobs have no hook to wait on
	}
}

// Y-07
func TestManyDevicesAndUsersAreChangedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for _, name := range []string{"ana", "bob"} {
		ids = append(ids, read[api.Result](w.call("POST", api.Prefix+"/users", map[string]any{"name": name,
			"accounts": []any{map[string]any{"realm": "lab", "account": name}}}).want(201)).ID)
		w.record(name, "APPL"+name)
	}
	body := map[string]any{"verb": "disable-user", "ids": ids, "reason": "both have left"}
	p := read[api.Preview](w.call("POST", api.Prefix+"/bulk/people/preview", body).want(200))
	if p.ToBlocked != 2 {
		t.Errorf("preview %+v", p)
	}
	started := w.call("POST", api.Prefix+"/bulk/people", body, "Idempotency-Key", "hr-1").want(202)
	j := read[api.Job](started)
	if started.Header.Get("Location") != api.Prefix+"/jobs/"+string(j.ID) || j.Of != "user" || j.Verb != access.VerbDisableUser {
		t.Errorf("job %+v", j)
	}
	if again := read[api.Job](w.call("POST", api.Prefix+"/bulk/people", body, "Idempotency-Key", "hr-1").want(202)); again.ID != j.ID {
		t.Errorf("a second job %+v", again)
	}
	w.work()
	state := func(want string) {
		t.Helper()
		for _, id := range ids {
			if u := look[api.User](w.call("GET", api.Prefix+"/users/"+id, nil).want(200)); u.Disabled != (want == "disabled") {
				t.Errorf("%s is not %s", u.Name, want)
			}
		}
	}
	state("disabled")
	done := look[struct {
		Job api.Job `json:"job"`
	}](w.call("GET", api.Prefix+"/jobs/"+string(j.ID), nil).want(200)).Job
	if !done.Undoable || done.Failed > 0 {
		t.Fatalf("job %+v", done)
	}
	u := read[api.Job](w.call("POST", api.Prefix+"/jobs/"+string(j.ID)+"/undo", map[string]any{"reason": "a mistake"}).want(202))
	if u.Undoes != j.ID {
		t.Errorf("job %+v", u)
	}
	w.work()
	state("active")
	w.call("POST", api.Prefix+"/jobs/"+string(j.ID)+"/undo", nil).want(409)
	w.call("POST", api.Prefix+"/bulk/people", map[string]any{"verb": "retire"}).want(422)
	w.call("POST", api.Prefix+"/bulk/people", map[string]any{"verb": "allow", "ids": ids}).want(422)
	w.call("GET", api.Prefix+"/jobs", nil).want(200)
}

// Y-06
func TestOverridesAreTakenOffTogether(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"ana", "bob"} {
		id := w.record(name, "APPL"+name)
		w.call("POST", w.path(id, "/block"), map[string]any{"reason": "x"}).want(200)
	}
	w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "allow", "end": true}).want(422)
	j := read[api.Job](w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "allow", "end": true, "overrides": "block"}).want(202))
	if !j.Ends {
		t.Errorf("job %+v", j)
	}
	w.work()
	if p := look[page[api.LiveOverride]](w.call("GET", api.Prefix+"/overrides", nil).want(200)); len(p.Items) != 0 {
		t.Errorf("%d overrides are left", len(p.Items))
	}
}

// Y-13
func TestTheAuditStreamSaysHowFarItIs(t *testing.T) {
	w := newWorld(t)
	path := api.Prefix + "/settings/audit-stream"
	w.call("POST", path+"/check", nil).want(422) // no collector is set
	w.call("PUT", path, map[string]any{"setting": map[string]any{"syslog": false, "file": true, "path": "/var/log/vedette.json"}}, "If-Match", "*").want(200)
	if _, err := w.settings.SaveStreamCursor(t.Context(), admin.StreamFile, admin.StreamCursor{Line: 7, At: w.now, Trouble: "the disk is full", Since: w.now}); err != nil {
		t.Fatal(err)
	}
	got := look[page[api.StreamState]](w.call("GET", path+"/state", nil).want(200)).Items
	if len(got) != 1 || got[0].Way != admin.StreamFile || got[0].Line != 7 || got[0].Trouble != "the disk is full" {
		t.Errorf("%+v", got)
	}
}
