// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

//
func TestAWordGoesForTheTwinUnlessItIsForOneRecordAlone(t *testing.T) {
	w := newWorld(t)
	one := w.record("ana", "appl1")
	twin := w.record("ana", "appl1", func(a *access.Association) { a.Domain = access.Integrated })
	are := func(what string, want, wantTwin access.OverrideKind) {
		t.Helper()
		kind := func(id access.AssociationID) access.OverrideKind {
			d := read[api.AssociationDetails](w.call("GET", w.path(id, ""), nil).want(200))
			if d.Override == nil {
				return access.NoOverride
			}
			return d.Override.Kind
		}
		if a, b := kind(one), kind(twin); a != want || b != wantTwin {
			t.Errorf("%s: %q and %q, want %q and %q", what, a, b, want, wantTwin)
		}
	}
	only := map[string]any{"only": true}
	w.call("POST", w.path(one, "/block"), only).want(200)
	are("blocked alone", access.OverrideBlock, access.NoOverride)
	w.call("POST", w.path(one, "/allow"), map[string]any{"reason": "both"}).want(200)
	are("both allowed", access.OverrideAllow, access.OverrideAllow)
	w.call("POST", w.path(twin, "/end-override"), only).want(200)
	are("ended alone", access.OverrideAllow, access.NoOverride)
}
