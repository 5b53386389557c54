// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// X-04, Y-07
func TestAPreviewNamesWhatAChangeWouldDoAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	linked := func(a *access.Association) { a.Device = "reg-1" }
	for i := range 5 {
		w.record(fmt.Sprintf("u%d", i), fmt.Sprintf("D%d", i))
	}
	w.record("linked", "D9", linked)
	allowed := w.record("friend", "D8")
	if _, err := w.admin.AllowAssociation(ctx, root(), allowed, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	now, err := w.admin.Preferences(ctx, root())
	if err != nil || now.AutoBlock || now.Version != 0 {
		t.Fatalf("preferences %+v, %v", now, err)
	}
	after := now.Preferences
	after.AutoBlock = true
	pre, err := w.admin.PreviewPreferences(ctx, root(), after)
	if err != nil {
		t.Fatal(err)
	}
	if pre.Records != 7 || pre.ToBlocked != 5 || pre.ToAllowed != 0 || len(pre.Changes) != 5 || pre.Truncated || len(pre.Notes) != 1 {
		t.Errorf("preview %+v", pre)
	}
	for _, c := range pre.Changes {
		if c.Linked || c.Pair.Account == "friend" || c.Before.Verdict != "pass" || c.After.Rule != "unregistered" {
			t.Errorf("change %+v", c)
		}
	}
	if p, _ := w.admin.Preferences(ctx, root()); p.AutoBlock {
		t.Error("the preview has changed the preferences")
	}
	res, err := w.admin.ChangePreferences(ctx, root(), after, admin.Act{Version: now.Version, Reason: "audit finding 7"})
	if err != nil || res.Number == 0 || res.Version != 1 {
		t.Fatalf("result %+v, %v", res, err)
	}
	log, err := w.admin.ListAudit(ctx, root(), admin.AuditQuery{Object: "preferences"})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Number != res.Number ||
		!strings.Contains(log.Entries[0].Detail, "Auto Block Unregistered(unlinked) Devices: No → Yes; audit finding 7") {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
	w.run()
	w.eventually("the list follows", func() bool {
		p, err := w.admin.ListAssociations(ctx, root(), admin.Query{Show: admin.ShowBlocked})
		return err == nil && p.Total == 5
	})
}

// Y-18
func TestAPreviewOfShadowModeCountsWhoIsLetThrough(t *testing.T) {
	w := newWorld(t)
	id := w.record("a", "D1")
	w.record("b", "D2")
	if _, err := w.admin.BlockAssociation(t.Context(), root(), id, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	p := access.DefaultPreferences()
	p.Shadow = true
	pre, err := w.admin.PreviewPreferences(t.Context(), root(), p)
	if err != nil || pre.ToAllowed != 1 || pre.ToBlocked != 0 || pre.Changes[0].ID != id || pre.Changes[0].After.Enforced {
		t.Errorf("preview %+v, %v", pre, err)
	}
}

func TestAPreviewIsBounded(t *testing.T) {
	w := newWorld(t)
	w.records(250, "u")
	p := access.DefaultPreferences()
	p.AutoBlock = true
	pre, err := w.admin.PreviewPreferences(t.Context(), root(), p)
	if err != nil || pre.ToBlocked != 250 || len(pre.Changes) != 200 || !pre.Truncated {
		t.Errorf("%d to be blocked, %d listed, truncated %v, %v", pre.ToBlocked, len(pre.Changes), pre.Truncated, err)
	}
}

func TestTwoAdministratorsChangeThePreferencesAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	p := access.DefaultPreferences()
	p.AutoBlock = true
	if _, err := w.admin.ChangePreferences(ctx, root(), p, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	p.AutoBlock, p.MaxVerdictAge = false, time.Hour
	_, err := w.admin.ChangePreferences(ctx, second(), p, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if text := access.TextOf(err); !strings.Contains(text, "alice") || !strings.Contains(text, "No → Yes") {
		t.Errorf("the conflict says %q", text)
	}
	p.ReconcileEvery = time.Second
	_, err = w.admin.ChangePreferences(ctx, second(), p, admin.Act{Version: 1})
	wantKind(t, err, access.KindInvalid)
}

func TestSavingWithoutAChangeChangesNothing(t *testing.T) {
	w := newWorld(t)
	res, err := w.admin.ChangePreferences(t.Context(), root(), access.DefaultPreferences(), admin.Act{})
	if err != nil || res.Number != 0 || res.Version != 0 {
		t.Errorf("result %+v, %v", res, err)
	}
}
