// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/url"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

//
func TestTheQuestionNamesTheTwinAndLeavesItOutWhenAsked(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	const block, only = "/activesync/selection/block", "input[name=only]"
	if n := len(v.get(block + "?id=" + string(ids[0])).all(only)); n != 0 {
		t.Errorf("a record without a twin has %d boxes", n)
	}
	d, err := c.Store.FindAssociation(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	twin := &access.Association{Record: access.Record{Domain: access.Integrated, Pair: d.Pair}}
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(twin) }); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	are := func(what string, want, wantTwin access.OverrideKind) {
		t.Helper()
		a, err := c.Store.FindAssociation(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Store.FindAssociation(t.Context(), twin.ID)
		if err != nil || a.Override.Kind != want || b.Override.Kind != wantTwin {
			t.Errorf("%s: %q and %q, want %q and %q, %v", what, a.Override.Kind, b.Override.Kind, want, wantTwin, err)
		}
	}
	ask := v.get(block+"?id="+string(ids[0])).says(".note", "the other kind of Sentry")
	if n := len(ask.all(only)); n != 1 {
		t.Fatalf("a record with a twin has %d boxes", n)
	}
	ask.submit(v, block, url.Values{"only": {"yes"}})
	are("blocked alone", access.OverrideBlock, access.NoOverride)
	v.get(block+"?id="+string(ids[0])).submit(v, block, url.Values{"only": {}})
	are("both blocked", access.OverrideBlock, access.OverrideBlock)
}
