// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// A device names the records its phone had under earlier ids, and those it has had since, whichever of them
// is linked.
func TestADeviceNamesTheEarlierAndLaterIDsOfItsPhone(t *testing.T) { // Y-05
	w := newTown(t)
	before := w.world.record("alma", "DEARLIER")
	since := w.world.record("alma", "DLATER", func(as *access.Association) { as.Replaces = w.record["alma"] })
	w.world.record("alma", "DOTHER")
	if _, err := w.admin.UnlinkAssociation(t.Context(), root(), since, admin.Act{}); err != nil && access.KindOf(err) != access.KindConflict {
		t.Fatal(err)
	}
	if _, err := w.admin.UnlinkAssociation(t.Context(), root(), before, admin.Act{}); err != nil && access.KindOf(err) != access.KindConflict {
		t.Fatal(err)
	}
	if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		as, err := tx.FindAssociation(w.record["alma"])
		if err != nil {
			return err
		}
		return tx.SaveLink(as.ID, as.Device, as.Link, as.Suggestion, before)
	}); err != nil {
		t.Fatal(err)
	}
	d, err := w.admin.FindDevice(t.Context(), root(), w.device["alma"])
	if err != nil {
		t.Fatal(err)
	}
	var lives []access.AssociationID
	for _, list := range [][]admin.Row{d.Suggested, d.Lives} {
		for i := range list {
			lives = append(lives, list[i].ID)
		}
	}
	for _, id := range []access.AssociationID{before, since} {
		if !slices.Contains(lives, id) {
			t.Errorf("%s is not named: %v", id, lives)
		}
	}
	if len(d.Lives) > 2 {
		t.Errorf("%d lives", len(d.Lives))
	}
	bert, err := w.admin.FindDevice(t.Context(), root(), w.device["bert"])
	if err != nil || len(bert.Lives) != 0 {
		t.Errorf("%+v, %v", bert.Lives, err)
	}
}
