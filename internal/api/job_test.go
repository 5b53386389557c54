// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

type jobPage struct {
	Job   api.Job      `json:"job"`
	Items []api.JobRow `json:"items"`
	Next  string       `json:"next"`
}

// run lets jobs be carried out for as long as the test lasts.
func (w *world) run() {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.admin.Run(ctx) // always the context's own error
	}()
	w.t.Cleanup(func() { cancel(); <-done })
}

// finished polls the job at a Location until it is over.
func (w *world) finished(location string) jobPage {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		p := read[jobPage](w.call("GET", location, nil).want(200))
		if p.Job.Over {
			return p
		}
		select {
		case <-time.After(20 * time.Millisecond): // the job has no hook to wait on
		case <-w.t.Context().Done():
		}
	}
	w.t.Fatalf("the job at %s does not end", location)
	return jobPage{}
}

func TestAJobActsOnManyAndTellsOfEach(t *testing.T) {
	w := newWorld(t)
	var ids []access.AssociationID
	for i := range 5 {
		ids = append(ids, w.record(fmt.Sprintf("user%d", i), fmt.Sprintf("appl%d", i)))
	}
	w.call("DELETE", w.path(ids[4], ""), nil).want(200)
	body := map[string]any{"verb": "block", "ids": ids[2:], "reason": "stolen van"}
	begun := w.call("POST", api.Prefix+"/bulk", body, "Idempotency-Key", "b1").want(202)
	location := begun.Header.Get("Location")
	if j := read[api.Job](begun); location != api.Prefix+"/jobs/"+string(j.ID) || j.Over || j.By != "ada (token script)" || j.Reason != "stolen van" {
		t.Fatalf("Location %q, job %+v", location, j)
	}
	w.run()
	p := w.finished(location)
	if p.Job.State != "done" || p.Job.Total != 3 || p.Job.Done != 3 || p.Job.Failed != 1 || p.Job.Number == 0 {
		t.Errorf("job %+v", p.Job)
	}
	var rows []string
	for _, r := range p.Items {
		rows = append(rows, string(r.ID)+" "+r.State)
	}
	want := []string{string(ids[2]) + " done", string(ids[3]) + " done", string(ids[4]) + " failed"}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if got := w.list("show=blocked&sort=user"); len(got.Items) != 2 || got.Items[0].Why.Detail != "stolen van" {
		t.Errorf("blocked now: %+v", accounts(got.Items))
	}

	var paged []access.AssociationID
	cursor := ""
	for range 5 {
		p := read[jobPage](w.call("GET", location+"?limit=1&cursor="+cursor, nil).want(200))
		for _, r := range p.Items {
			paged = append(paged, r.ID)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(ids[2:], paged); diff != "" {
		t.Error(diff)
	}
	if p := read[jobPage](w.call("GET", location+"?state=failed", nil).want(200)); len(p.Items) != 1 || p.Items[0].Result == "" {
		t.Errorf("failed rows: %+v", p.Items)
	}
	if again := w.call("POST", api.Prefix+"/bulk", body, "Idempotency-Key", "b1").want(202); again.Header.Get("Location") != location {
		t.Errorf("the same key began another job: %s", again.Header.Get("Location"))
	}

	all := w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "comment", "comment": "counted", "query": map[string]string{"show": "blocked"}}).want(202)
	if p := w.finished(all.Header.Get("Location")); p.Job.Total != 2 || p.Job.State != "done" {
		t.Errorf("job on a query: %+v", p.Job)
	}
	for _, a := range w.list("sort=user").Items {
		if (a.Comment == "counted") != (a.SyncStatus == access.Blocked) {
			t.Errorf("%s is %s with comment %q", a.Account, a.SyncStatus, a.Comment)
		}
	}
}

func TestAJobThatDoesNotSayOnWhomIsRefused(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	for name, body := range map[string]string{
		"nobody":               `{"verb": "remove"}`,
		"an empty list":        `{"verb": "remove", "ids": []}`,
		"a query of nothing":   `{"verb": "remove", "query": {}}`,
		"both":                 `{"verb": "remove", "ids": ["` + string(id) + `"], "query": {"show": "all"}}`,
		"a verb that is no":    `{"verb": "view", "query": {"show": "all"}}`,
		"a filter that is no":  `{"verb": "remove", "query": {"show": "everybody"}}`,
		"too many":             `{"verb": "remove", "ids": [` + strings.Repeat(`"x",`, 1000) + `"x"]}`,
		"an end that has been": `{"verb": "block", "ids": ["` + string(id) + `"], "until": "2020-01-01T00:00:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := w.call("POST", api.Prefix+"/bulk", body)
			a.t = t
			a.want(422)
		})
	}
	w.call("GET", api.Prefix+"/jobs/nothing", nil).want(404)
	if p := w.list(""); p.Total != 1 {
		t.Errorf("%d records are left, want 1", p.Total)
	}
}
