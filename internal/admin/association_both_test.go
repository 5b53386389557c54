// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

//
func TestAWordAboutAPhoneGoesForBothKindsOfSentry(t *testing.T) {
	w := newWorld(t)
	one := w.record("ana", "D1")
	other := w.record("ana", "D1", func(as *access.Association) { as.Domain = access.Integrated })
	stranger := w.record("bob", "D1", func(as *access.Association) { as.Domain = access.Integrated })
	kinds := func(want, wantOther access.OverrideKind) {
		t.Helper()
		if got, gotOther := w.find(one).Override.Kind, w.find(other).Override.Kind; got != want || gotOther != wantOther {
			t.Errorf("the record has %q and the other kind's %q, want %q and %q", got, gotOther, want, wantOther)
		}
		if got := w.find(stranger).Override.Kind; got != access.NoOverride {
			t.Errorf("another account on the device has %q", got)
		}
	}
	must := func(r admin.Result, err error) admin.Result {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := must(w.admin.BlockAssociation(t.Context(), root(), one, admin.Act{Reason: "lost"}))
	kinds(access.OverrideBlock, access.OverrideBlock)
	must(w.admin.Undo(t.Context(), root(), r.Undo, admin.Act{}))
	kinds(access.NoOverride, access.NoOverride)

	must(w.admin.AllowAssociation(t.Context(), root(), other, admin.Act{Only: true}))
	kinds(access.NoOverride, access.OverrideAllow)
	must(w.admin.AllowAssociation(t.Context(), root(), one, admin.Act{}))
	kinds(access.OverrideAllow, access.OverrideAllow)
	must(w.admin.EndOverride(t.Context(), root(), one, admin.Act{}))
	kinds(access.NoOverride, access.NoOverride)

	r = must(w.admin.BlockAssociation(t.Context(), root(), other, admin.Act{}))
	kinds(access.OverrideBlock, access.OverrideBlock)
	must(w.admin.AllowAssociation(t.Context(), root(), one, admin.Act{Only: true}))
	if _, err := w.admin.Undo(t.Context(), root(), r.Undo, admin.Act{}); access.KindOf(err) != access.KindConflict {
		t.Errorf("a word that somebody has changed since was taken back: %v", err)
	}
	kinds(access.OverrideAllow, access.OverrideBlock)
}
