// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/store"
)

type preferences struct {
	Settings api.Settings `json:"settings"`
	Version  int64        `json:"version"`
	Changed  time.Time    `json:"changed"`
	By       string       `json:"by"`
	Reason   string       `json:"reason,omitempty"`
}

const preferencesPath = api.Prefix + "/preferences"

func TestPreferencesAreReadPreviewedAndReplaced(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	a := w.call("GET", preferencesPath, nil).want(200)
	before := read[preferences](a)
	if diff := cmp.Diff(api.Settings{UnknownWhenAway: access.AnswerRefuse, MaxVerdictAge: 7 * 24 * 3600, ReconcileEvery: 12 * 3600, UnknownUsers: "flag"}, before.Settings); diff != "" {
		t.Error(diff)
	}
	if before.Version != 0 || a.Header.Get("ETag") != `"0"` || !before.Changed.IsZero() {
		t.Errorf("untouched preferences: %+v, ETag %s", before, a.Header.Get("ETag"))
	}

	s := before.Settings
	s.AutoBlock, s.MaxVerdictAge = true, 0
	p := read[api.Preview](w.call("POST", preferencesPath+"/preview", map[string]any{"settings": s}).want(200))
	if p.Records != 1 || p.ToBlocked != 1 || len(p.Changes) != 1 || p.Changes[0].ID != id || p.Changes[0].Before.Verdict != "pass" ||
		p.Changes[0].After.Rule != "unregistered" || len(p.Notes) == 0 {
		t.Errorf("preview %+v", p)
	}

	change := map[string]any{"settings": s, "reason": "audit"}
	w.call("PUT", preferencesPath, change).want(428)
	w.call("PUT", preferencesPath, change, "If-Match", `"7"`).want(412)
	if got := read[preferences](w.call("GET", preferencesPath, nil)); got.Settings.AutoBlock {
		t.Fatal("refused changes and previews have changed something")
	}
	done := w.call("PUT", preferencesPath, change, "If-Match", `"0"`, "Idempotency-Key", "p1").want(200)
	if r := read[api.Result](done); r.Version != 1 || r.Number == 0 || done.Header.Get("ETag") != `"1"` {
		t.Errorf("result %+v, ETag %s", r, done.Header.Get("ETag"))
	}
	if r := read[api.Result](w.call("PUT", preferencesPath, change, "If-Match", `"0"`, "Idempotency-Key", "p1").want(200)); !r.Replayed {
		t.Error("the same key changed the preferences twice")
	}
	after := read[preferences](w.call("GET", preferencesPath, nil).want(200))
	if diff := cmp.Diff(s, after.Settings); diff != "" || after.By != "ada (token script)" {
		t.Errorf("by %s: %s", after.By, diff)
	}
	stale := w.call("PUT", preferencesPath, change, "If-Match", `"0"`).want(412)
	if d := stale.problem().Detail; !strings.Contains(d, "ada (token script)") {
		t.Errorf("the problem does not say who was faster: %s", d)
	}
	s.AutoBlock = false
	w.call("PUT", preferencesPath, map[string]any{"settings": s}, "If-Match", "*").want(200)
	if got := read[preferences](w.call("GET", preferencesPath, nil)); got.Settings.AutoBlock || got.Version != 2 {
		t.Errorf("after *: %+v", got)
	}
}

func TestSettingsThatCannotBeUsedAreRefused(t *testing.T) {
	w := newWorld(t)
	good := func() map[string]any {
		return map[string]any{"auto_block": false, "unknown_when_away": "refuse", "max_verdict_age_seconds": 0, "reconcile_every_seconds": 3600,
			"shadow": false, "refuse_other_user": false, "allow_overrides_compliance": false}
	}
	w.call("POST", preferencesPath+"/preview", map[string]any{"settings": good()}).want(200)
	for _, c := range []struct {
		name  string
		key   string
		value any
	}{
		{"an age below zero", "max_verdict_age_seconds", -1},
		{"an age that would wrap around", "max_verdict_age_seconds", int64(1) << 62},
		{"an interval too short", "reconcile_every_seconds", 59},
		{"a word that is no answer", "unknown_when_away", "maybe"},
		{"a word for a yes or no", "shadow", "yes"},
		{"a setting that is not there", "autoblock", true},
		{"a setting left out", "shadow", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good()
			s[c.key] = c.value
			if c.value == nil {
				delete(s, c.key)
			}
			for _, r := range [][2]string{{"POST", preferencesPath + "/preview"}, {"PUT", preferencesPath}} {
				a := w.call(r[0], r[1], map[string]any{"settings": s}, "If-Match", "*")
				a.t = t
				a.want(422)
			}
		})
	}
}

func TestDashboardGatewaysAndAuditAreThere(t *testing.T) {
	w := newWorld(t)
	started := w.now.Add(-time.Hour).In(time.FixedZone("CET", 3600))
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddTallies("gw1", []access.Tally{{Minute: w.now.Add(-time.Minute), Rule: "manual-block", Verdict: "refuse", Count: 3}}); err != nil {
			return err
		}
		return tx.SaveGateway(access.Gateway{ID: "gw1", FirstSeen: started, LastReport: w.now, Skew: 1500 * time.Millisecond,
			Status: access.GatewayStatus{Version: "1.0", Started: started, Backends: []access.BackendHealth{{Name: "sogo", Type: "sogo", Up: true, Since: started}}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.record("ana", "appl1", func(a *access.Association) { a.Override = access.Override{Kind: access.OverrideBlock} })
	w.record("bob", "appl2")

	g := read[page[api.Gateway]](w.call("GET", api.Prefix+"/gateways", nil).want(200))
	if len(g.Items) != 1 || g.Items[0].ID != "gw1" || g.Items[0].Skew != 1.5 || g.Items[0].Connected || len(g.Items[0].Problems) == 0 ||
		len(g.Items[0].Status.Backends) != 1 || g.Items[0].Status.Started.Location() != time.UTC {
		t.Errorf("gateways %+v", g.Items)
	}
	d := read[api.Dashboard](w.call("GET", api.Prefix+"/dashboard", nil).want(200))
	if diff := cmp.Diff(api.Counts{Total: 2, Allowed: 1, Blocked: 1, Unlinked: 2}, d.Counts); diff != "" {
		t.Error(diff)
	}
	if len(d.Hours) != 24 || len(d.Refusals) != 1 || d.Refusals[0].Total != 3 || len(d.Refusals[0].Hours) != 24 || len(d.Gateways) != 1 || len(d.Needs) == 0 {
		t.Errorf("dashboard %+v", d)
	}

	var events []string
	cursor := ""
	for range 20 {
		p := read[page[api.AuditEntry]](w.call("GET", api.Prefix+"/audit?limit=1&until=2026-11-22T00:00:00Z&cursor="+cursor, nil).want(200))
		for _, e := range p.Items {
			events = append(events, e.Event)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"create-token", "create-token", "create-administrator"}, events); diff != "" {
		t.Error(diff)
	}
	if p := read[page[api.AuditEntry]](w.call("GET", api.Prefix+"/audit?since=2026-11-22T00:00:00Z", nil).want(200)); len(p.Items) != 0 {
		t.Errorf("lines of tomorrow: %+v", p.Items)
	}
}
