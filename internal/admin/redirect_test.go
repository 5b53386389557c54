// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// R-21, D-07
func TestClearRedirectTellsGatewaysAndLeavesNeighboursAlone(t *testing.T) {
	w := newWorld(t)
	sent := func(a *access.Association) { a.Redirect = "https://two.lab.example/eas" }
	hit, neighbour := w.record("userx", "DEV1", sent), w.record("usery", "DEV1", sent)
	before := w.find(hit)
	res, err := w.admin.ClearRedirect(t.Context(), root(), hit, admin.Act{Key: "k", Version: before.Version, Reason: "moved back"})
	if err != nil {
		t.Fatal(err)
	}
	d := w.find(hit)
	if d.Redirect != "" || d.RedirectClears != 1 || d.Version != res.Version || d.Version != before.Version+1 {
		t.Errorf("the record says %q, cleared %d times, version %d", d.Redirect, d.RedirectClears, d.Version)
	}
	if res.Number == 0 || d.Change != res.Number || res.Undo != "" {
		t.Errorf("result %+v, record at change %d", res, d.Change)
	}
	if r := w.view.load().Record(d.Pair); r == nil || r.RedirectClears != 1 {
		t.Errorf("gateways know %+v", r)
	}
	if o := w.find(neighbour); o.Redirect == "" || o.RedirectClears != 0 {
		t.Errorf("the device's other account was touched: %+v", o)
	}
	line := d.Timeline[0]
	if line.Event != "clear-redirect" || line.Actor != "alice" || line.Number != res.Number ||
		!strings.Contains(line.Detail, "https://two.lab.example/eas → no redirect") || !strings.Contains(line.Detail, "moved back") {
		t.Errorf("audit line %+v", line)
	}

	again, err := w.admin.ClearRedirect(t.Context(), root(), hit, admin.Act{Key: "k", Version: before.Version, Reason: "moved back"})
	if err != nil || !again.Replayed || w.find(hit).RedirectClears != 1 {
		t.Errorf("the same form sent twice: %+v, %v", again, err)
	}
	if _, err := w.admin.ClearRedirect(t.Context(), second(), hit, admin.Act{Key: "other"}); access.KindOf(err) != access.KindConflict {
		t.Errorf("a record that is not redirected: %v", err)
	}
	if _, err := w.admin.ClearRedirect(t.Context(), second(), neighbour, admin.Act{Version: 99}); access.KindOf(err) != access.KindConflict {
		t.Errorf("another version than the one looked at: %v", err)
	}
	if _, err := w.admin.ClearRedirect(t.Context(), auditor(), neighbour, admin.Act{}); access.KindOf(err) != access.KindForbidden {
		t.Errorf("an auditor: %v", err)
	}
}
