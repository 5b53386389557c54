// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package linking_test

import (
	"fmt"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// A mailbox that more phones share than are evidence for one another changes hands with all of them, and asked
// again the matcher changes nothing.
func TestEveryPhoneOfASharedMailboxFollowsItsOwner(t *testing.T) {
	const phones = 260
	var none storetest.Template
	s, err := store.Open(t.Context(), store.Config{DSN: none.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.WithTx(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	shared := access.Account{Realm: "lab", Account: "sales"}
	records, devices := make([]access.AssociationID, phones), make([]access.DeviceID, phones)
	in(func(tx *store.Tx) error {
		owner := &access.User{Name: "ana", Accounts: []access.Account{{Realm: "lab", Account: "ana"}}}
		if err := tx.CreateUser(owner); err != nil {
			return err
		}
		for i := range phones {
			id := fmt.Sprintf("ANDROIDC%010d", 77_000_000+i*13)
			d := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive, Owner: owner.ID}, EASID: id, OS: "Android"}
			as := &access.Association{Record: access.Record{Pair: access.Pair{Realm: shared.Realm, Account: shared.Account, Device: id}}, User: "sales", OS: "Android"}
			if err := tx.CreateDevice(d); err != nil {
				return err
			}
			if err := tx.CreateAssociation(as); err != nil {
				return err
			}
			devices[i], records[i] = d.ID, as.ID
		}
		return nil
	})
	in(func(tx *store.Tx) error { return linking.Accounts(tx, shared) })
	linked := func() (list [phones]access.Association) {
		for i, id := range records {
			as, err := s.FindAssociation(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			list[i] = *as
		}
		return list
	}
	first := linked()
	for i := range first {
		if first[i].Device != devices[i] {
			t.Fatalf("the phone no. %d is linked to %q, want %q (%+v)", i, first[i].Device, devices[i], first[i].Suggestion)
		}
	}
	in(func(tx *store.Tx) error { return linking.Accounts(tx, shared) })
	for i, as := range linked() {
		if as.Device != first[i].Device || as.Version != first[i].Version || !as.Link.At.Equal(first[i].Link.At) {
			t.Errorf("asked again, the phone no. %d is another one's: %+v", i, as.Link)
		}
	}
}
