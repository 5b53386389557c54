// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func wantReleased(t *testing.T, s *store.Store, id access.BlockingID, n int64) {
	t.Helper()
	if b := rule(t, s, id); b.Released != n {
		t.Errorf("of rule %s %d are released, want %d", b.Name, b.Released, n)
	}
}

// fullRule proves what a rule does that holds as many records as it may. Y-16
func fullRule(t *testing.T, e Engine) {
	_, s := fresh(t, e)
	b := addRule(t, s, "New kinds", access.ActionQuarantine, func(b *store.Blocking) { b.Most = 3 })
	arrives := func(id access.AssociationID) {
		tx(t, s, func(tx *store.Tx) error {
			a, err := tx.FindAssociation(id)
			if err == nil {
				_, err = tx.SetRuling(a, []access.BlockingID{b.ID}, b.ID)
			}
			return err
		})
	}
	var old, late []*access.Association
	for i := range 5 {
		old = append(old, create(t, s, seen("ana", fmt.Sprint("d", i))))
		setRuling(t, s, old[i].ID, b.ID)
	}
	wantCounts(t, rule(t, s, b.ID), 3, 2)
	for i := range 2 {
		late = append(late, create(t, s, seen("ben", fmt.Sprint("n", i))))
		arrives(late[i].ID)
		if a := find(t, s, late[i].ID); a.SyncStatus != access.Blocked {
			t.Errorf("who arrives at a full rule is %s", a.SyncStatus)
		}
	}
	wantCounts(t, rule(t, s, b.ID), 5, 2)
	release := func(a *access.Association) {
		tx(t, s, func(tx *store.Tx) error { return tx.Release(b.ID, a.ID, "root") })
		for _, a := range old[3:] {
			setRuling(t, s, a.ID, b.ID)
			if find(t, s, a.ID).SyncStatus != access.Allowed {
				t.Error("a release has taken one that waited")
			}
		}
	}
	for i, a := range []*access.Association{old[0], old[1], old[2], late[0]} {
		release(a)
		wantReleased(t, s, b.ID, int64(i+1))
	}
	wantCounts(t, rule(t, s, b.ID), 1, 2)
	if rule(t, s, b.ID).Room() {
		t.Error("four that were released have made room")
	}
	// Once those are gone of whom it speaks, there is room for one of the two.
	for _, a := range []*access.Association{old[0], old[1], late[0]} {
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
	}
	wantReleased(t, s, b.ID, 1)
	for _, a := range old[3:] {
		setRuling(t, s, a.ID, b.ID)
	}
	wantCounts(t, rule(t, s, b.ID), 2, 1)
	// One that waits, and is new to the rule after all, waits no more; and who is removed comes back as it was.
	for _, a := range old[3:] {
		arrives(a.ID)
	}
	wantCounts(t, rule(t, s, b.ID), 3, 0)
	gone := find(t, s, late[1].ID)
	tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(gone.ID) })
	more := create(t, s, seen("carl", "m1"))
	setRuling(t, s, more.ID, b.ID)
	setRuling(t, s, create(t, s, seen("carl", "m2")).ID, b.ID)
	tx(t, s, func(tx *store.Tx) error { return tx.RestoreAssociation(gone) })
	if a := find(t, s, gone.ID); a.SyncStatus != access.Blocked {
		t.Errorf("who comes back into a full quarantine is %s", a.SyncStatus)
	}
}

// releasesBack proves that who was let out of a rule's quarantine is so when the rule is brought back.
func releasesBack(t *testing.T, e Engine) {
	_, s := fresh(t, e)
	b := addRule(t, s, "New kinds", access.ActionQuarantine)
	var list []*access.Association
	for i := range 4 {
		list = append(list, create(t, s, seen("ana", fmt.Sprint("d", i))))
		setRuling(t, s, list[i].ID, b.ID)
	}
	var out []store.Ruled
	tx(t, s, func(tx *store.Tx) (err error) {
		for _, a := range list[:3] {
			if err := tx.Release(b.ID, a.ID, "anna"); err != nil {
				return err
			}
		}
		if out, err = tx.ReleasedBy(b.ID, 10); err == nil {
			err = tx.DeleteBlocking(b.ID)
		}
		return err
	})
	if len(out) != 3 {
		t.Fatalf("released: %+v", out)
	}
	setRuling(t, s, list[0].ID) // the walk has come to two of them; one is removed
	setRuling(t, s, list[3].ID)
	tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(list[2].ID) })
	tx(t, s, func(tx *store.Tx) error {
		if err := tx.RestoreBlocking(b); err != nil {
			return err
		}
		return tx.RestoreReleases(b.ID, out)
	})
	wantReleased(t, s, b.ID, 2)
	for i, a := range list[:2] {
		setRuling(t, s, a.ID, b.ID)
		if a = find(t, s, a.ID); a.SyncStatus != access.Allowed || !a.Ruling.ReleasedFrom(b.ID) {
			t.Errorf("released before, %d is %s, %+v", i, a.SyncStatus, a.Ruling)
		}
		if r, err := s.RulesOf(t.Context(), a.ID); err != nil || len(r) != 1 || r[0].ReleasedBy != "anna" || r[0].ReleasedAt.IsZero() {
			t.Errorf("%+v, %v", r, err)
		}
	}
	setRuling(t, s, list[3].ID, b.ID)
	wantCounts(t, rule(t, s, b.ID), 1, 0)
	tx(t, s, func(tx *store.Tx) error { // held again by hand, it stays so
		if err := tx.HoldAgain(b.ID, list[0].ID); err != nil {
			return err
		}
		return tx.RestoreReleases(b.ID, out)
	})
	wantReleased(t, s, b.ID, 1)
	wantCounts(t, rule(t, s, b.ID), 2, 0)
}
