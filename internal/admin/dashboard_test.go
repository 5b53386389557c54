// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

func (w *world) dashboard() admin.Dashboard {
	w.t.Helper()
	d, err := w.admin.Dashboard(w.t.Context(), root())
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func kinds(needs []admin.Need) []admin.NeedKind {
	var out []admin.NeedKind
	for _, n := range needs {
		out = append(out, n.Kind)
	}
	return out
}

func TestTheDashboardCountsRecordsAndRefusals(t *testing.T) {
	w := newWorld(t)
	w.record("a", "D1")
	w.record("b", "D2", func(a *access.Association) { a.Device = "reg-1" })
	blocked := w.record("c", "D3")
	if d := w.dashboard(); d.Counts != (admin.Counts{Total: 3, Allowed: 3, Linked: 1, Unlinked: 2}) {
		t.Errorf("counts %+v", d.Counts)
	}
	if _, err := w.admin.BlockAssociation(t.Context(), root(), blocked, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	now := w.clock.Now()
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.AddTallies("gw1", []access.Tally{
			{Minute: now.Add(-time.Minute), Rule: "manual-block", Verdict: "refuse", Count: 3},
			{Minute: now.Add(-5 * time.Hour), Rule: "manual-block", Verdict: "refuse", Count: 4},
			{Minute: now.Add(-5 * time.Hour), Rule: "brute-force", Verdict: "later", Count: 9},
			{Minute: now.Add(-26 * time.Hour), Rule: "manual-block", Verdict: "refuse", Count: 100},
			{Minute: now, Rule: "pass", Verdict: "pass", Count: 1000},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.forward(time.Minute)
	d := w.dashboard()
	if d.Counts != (admin.Counts{Total: 3, Allowed: 2, Blocked: 1, Linked: 1, Unlinked: 2}) {
		t.Errorf("counts %+v", d.Counts)
	}
	if len(d.Blocked) != 1 || d.Blocked[0].Rule != "manual-block" || d.Blocked[0].Count != 1 {
		t.Errorf("blocked by %+v", d.Blocked)
	}
	if len(d.Refusals) != 2 || d.Refusals[0].Rule != "brute-force" || d.Refusals[0].Total != 9 || d.Refusals[1].Total != 7 {
		t.Fatalf("refusals %+v", d.Refusals)
	}
	if len(d.Hours) != 24 || d.Refusals[1].Hours[23] != 3 || d.Refusals[1].Hours[18] != 4 {
		t.Errorf("hours %v of %v", d.Refusals[1].Hours, d.Hours)
	}
}

func TestTheDashboardSaysWhatNeedsSomebody(t *testing.T) {
	w := newWorld(t)
	if got := kinds(w.dashboard().Needs); !slices.Equal(got, []admin.NeedKind{admin.NeedNoGateway}) {
		t.Errorf("an empty console needs %v", got)
	}
	w.preferences(func(p *access.Preferences) { p.AutoBlock, p.Shadow = true, true })
	w.record("newcomer", "D1")
	old := w.clock.Now()
	w.record("old", "D2", func(a *access.Association) { a.FirstSync = old.Add(-25 * time.Hour) })
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveGateway(access.Gateway{ID: "gone", LastReport: old, FirstSeen: old})
	})
	if err != nil {
		t.Fatal(err)
	}
	position, err := w.store.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.live = []access.Gateway{{ID: "gw1", Connected: true, LastReport: old, Skew: -8 * time.Second, Status: access.GatewayStatus{
		Started: old, Position: position, CertExpires: old.Add(10 * 24 * time.Hour), SpoolBytes: 9 << 20,
		StormSince: old, StormPutOff: 4711,
		Backends: []access.BackendHealth{{Name: "sogo", Problem: "connection refused"}, {Name: "fine", Up: true}},
	}}}
	w.clock.forward(time.Second)
	d := w.dashboard()
	want := []admin.NeedKind{admin.NeedShadow, admin.NeedGatewayAway, admin.NeedBackendDown,
		admin.NeedCertificate, admin.NeedClockSkew, admin.NeedSpool, admin.NeedStorm, admin.NeedNewcomers}
	if got := kinds(d.Needs); !slices.Equal(got, want) {
		t.Errorf("needs %v, want %v", got, want)
	}
	for i, n := range d.Needs {
		if n.Urgent != (i < 3) {
			t.Errorf("%s: urgent %v", n.Kind, n.Urgent)
		}
		if n.Kind == admin.NeedStorm && !strings.Contains(n.Text, "4711") { // Y-22
			t.Errorf("the storm: %s", n.Text)
		}
		if n.Kind == admin.NeedNewcomers && (n.Count != 1 || !strings.Contains(n.Text, "One new phone")) {
			t.Errorf("newcomers: %+v", n)
		}
	}
	if len(d.Gateways) != 2 || d.Gateways[1].Behind != 0 {
		t.Errorf("gateways %+v", d.Gateways)
	}
}

// Whoever looks after some users is told which of their phones get no mail, and of nobody else's; whoever has
// been given none is told that, and who gives them.
func TestTheDashboardOfAHelpDeskSaysWhatItWouldActOn(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	old := w.clock.Now().Add(-48 * time.Hour)
	for _, x := range []struct{ name, group string }{{"ana", "Board"}, {"bob", "Board"}, {"eve", "Sales"}} {
		if _, err := w.admin.AddUser(ctx, root(), admin.UserForm{Name: x.name, Groups: []string{x.group}, Accounts: []access.Account{{Realm: "lab", Account: x.name}}}, admin.Act{}); err != nil {
			t.Fatal(err)
		}
		id := w.record(x.name, "D"+x.name, func(a *access.Association) { a.FirstSync = old })
		if _, err := w.admin.BlockAssociation(ctx, root(), id, admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]struct {
		scope access.Scope
		kinds []admin.NeedKind
		text  string
		count int
	}{
		"two of hers": {access.Scope{Groups: []string{"Board"}}, []admin.NeedKind{admin.NeedNoGateway, admin.NeedBlocked}, "2 phones of the users you look after are blocked.", 2},
		"one of hers": {access.Scope{Groups: []string{"Sales"}}, []admin.NeedKind{admin.NeedNoGateway, admin.NeedBlocked}, "One phone of the users you look after is blocked.", 1},
		"none":        {access.Scope{Groups: []string{"Empty"}}, []admin.NeedKind{admin.NeedNoGateway}, "", 0},
		"no groups":   {access.Scope{}, []admin.NeedKind{admin.NeedNoGroups, admin.NeedNoGateway}, "An administrator gives them under Administrators.", 0},
	} {
		d, err := w.admin.Dashboard(ctx, access.Actor{Name: "dora", Role: access.RoleHelpDesk, Scope: &want.scope})
		if err != nil || !slices.Equal(kinds(d.Needs), want.kinds) {
			t.Errorf("%s: needs %+v, %v", name, d.Needs, err)
			continue
		}
		for _, n := range d.Needs {
			if (n.Kind == admin.NeedBlocked || n.Kind == admin.NeedNoGroups) && (!strings.Contains(n.Text, want.text) || n.Count != want.count) {
				t.Errorf("%s: %+v", name, n)
			}
		}
	}
	if got := kinds(w.dashboard().Needs); !slices.Equal(got, []admin.NeedKind{admin.NeedNoGateway}) {
		t.Errorf("who sees everybody is told %v", got)
	}
}

// Y-02
func TestAChangeIsCountedAsApplied(t *testing.T) {
	w := newWorld(t)
	if applied, total := w.admin.Applied(4711); applied != 2 || total != 3 {
		t.Errorf("applied by %d of %d", applied, total)
	}
}
