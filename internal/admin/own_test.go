// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// TestWhatOneDidIsKnownByIDAndNotByName: names are given anew, and tokens may share one.
func TestWhatOneDidIsKnownByIDAndNotByName(t *testing.T) {
	ada := access.Actor{Name: "ada", Person: "1", Role: access.RoleAdministrator}
	robot := access.Actor{Name: "ada (token robot)", Person: "1", Token: "t1", Role: access.RoleAdministrator}
	twin := robot
	twin.Token = "t2"
	heir := ada
	heir.Person = "2"
	for name, c := range map[string]struct {
		does, undoes access.Actor
		may          bool
	}{
		"the same person":                 {ada, ada, true},
		"the same token":                  {robot, robot, true},
		"another token of the same name":  {robot, twin, false},
		"somebody new of the same name":   {ada, heir, false},
		"a token what its owner has done": {ada, robot, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			ctx := t.Context()
			r := w.do(w.admin.BlockAssociation(ctx, c.does, w.record["alma"], admin.Act{Key: "k"}))
			if r.Undo == "" {
				t.Fatal("cannot be undone")
			}
			_, err := w.admin.Undo(ctx, c.undoes, r.Undo, admin.Act{})
			if (err == nil) != c.may || err != nil && access.KindOf(err) != access.KindNotFound {
				t.Errorf("undone: %v", err)
			}
			if c.does.Key() != c.undoes.Key() {
				// The same key is another's here: the button is carried out, not answered from what somebody else did.
				if got := w.do(w.admin.CommentAssociation(ctx, c.undoes, w.record["bert"], "x", admin.Act{Key: "k"})); got.Replayed {
					t.Error("answered with what somebody else has done")
				}
			}
		})
	}
}

func TestAJobIsSeenAndTakenBackByThePersonWhoseItIs(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	north := &access.Scope{Groups: []string{"north"}}
	robot := access.Actor{Name: "ada (token robot)", Person: "1", Token: "t1", Role: access.RoleOperator, Scope: north}
	ada := access.Actor{Name: "ada", Person: "1", Role: access.RoleOperator, Scope: north}
	heir := access.Actor{Name: "ada (token robot)", Person: "2", Role: access.RoleOperator, Scope: north}
	job, err := w.admin.StartBulk(ctx, robot, admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{w.record["alma"]}}, admin.Act{})
	if err := w.carriedOut(job, err); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.FindJob(ctx, heir, job); access.KindOf(err) != access.KindNotFound {
		t.Errorf("somebody of the same name: %v", err)
	}
	if j, err := w.admin.FindJob(ctx, ada, job); err != nil || !j.Undoable {
		t.Fatalf("%+v, %v", j, err)
	}
	back, err := w.admin.UndoJob(ctx, ada, job, admin.Act{})
	if err := w.carriedOut(back, err); err != nil {
		t.Fatal(err)
	}
	if d, err := w.admin.FindAssociation(ctx, ada, w.record["alma"]); err != nil || d.Override.Kind != access.NoOverride {
		t.Errorf("%+v, %v", d.Override, err)
	}
}

// TestARemovedRecordComesBackToWhoeverStillSeesThePerson: between doing and undoing the groups of the one
// who does it may have changed.
func TestARemovedRecordComesBackToWhoeverStillSeesThePerson(t *testing.T) {
	w := newTown(t)
	who := access.Actor{Name: "ola", Person: "1", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"north"}}}
	r := w.do(w.admin.RemoveAssociation(t.Context(), who, w.record["alma"], admin.Act{}))
	who.Scope = &access.Scope{Groups: []string{"south"}}
	if _, err := w.admin.Undo(t.Context(), who, r.Undo, admin.Act{}); access.KindOf(err) != access.KindNotFound || err == nil {
		t.Errorf("brought back: %v", err)
	}
	who.Scope = &access.Scope{Groups: []string{"north"}}
	w.do(w.admin.Undo(t.Context(), who, r.Undo, admin.Act{}))
}

// TestAHelpDeskTakesNothingBackIntoUseThatWasTakenOutOfIt: its phone would be let through again.
func TestAHelpDeskTakesNothingBackIntoUseThatWasTakenOutOfIt(t *testing.T) {
	desk := access.Actor{Name: "hugo", Person: "1", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"north"}}}
	for state, may := range map[access.DeviceState]bool{access.DevicePending: true, access.DeviceRetired: false, access.DeviceWiped: false} {
		t.Run(string(state), func(t *testing.T) {
			w := newTown(t)
			id := access.DeviceID(w.do(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "tablet", Owner: w.user["alma"], State: access.DevicePending}, admin.Act{})).ID)
			if state != access.DevicePending {
				w.inState(id, state)
			}
			_, err := w.admin.PreviewDevice(t.Context(), desk, id, access.VerbActivate, admin.ComplianceForm{})
			if (err == nil) != may || err != nil && access.KindOf(err) != access.KindForbidden {
				t.Errorf("preview: %v", err)
			}
			_, err = w.admin.ActivateDevice(t.Context(), desk, id, admin.Act{})
			if (err == nil) != may || err != nil && access.KindOf(err) != access.KindForbidden {
				t.Errorf("activate: %v", err)
			}
			if !may {
				w.do(w.admin.ActivateDevice(t.Context(), root(), id, admin.Act{}))
			}
		})
	}
}

// inState puts a device into a state that no button leads to.
func (w *world) inState(id access.DeviceID, state access.DeviceState) {
	w.t.Helper()
	if err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		d, err := tx.FindRegistered(id)
		if err != nil {
			return err
		}
		d.State = state
		return tx.SaveRegistered(d)
	}); err != nil {
		w.t.Fatal(err)
	}
}
