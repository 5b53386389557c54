// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func passkeys(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		a, b := &store.Administrator{Name: "ada"}, &store.Administrator{Name: "bob"}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAdministrator(a) })
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAdministrator(b) })
		for _, k := range []*store.Passkey{{ID: "k1", Administrator: a.ID, Name: "laptop", Data: "{}"}, {ID: "k2", Administrator: a.ID, Name: "phone", Data: "{}"},
			{ID: "k3", Administrator: b.ID, Data: "{}"}} {
			tx(t, s, func(tx *store.Tx) error { return tx.CreatePasskey(k) })
		}
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreatePasskey(&store.Passkey{ID: "k1", Administrator: b.ID}) }), access.KindConflict)
		tx(t, s, func(tx *store.Tx) error {
			list, err := tx.ListPasskeys(a.ID)
			if err != nil || len(list) != 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			list[0].Name, list[0].LastUsed = "desk", Start().Add(time.Hour)
			return tx.SavePasskey(&list[0])
		})
		list, err := s.ListPasskeys(ctx, a.ID)
		if err != nil || list[0].Name != "desk" || !list[0].LastUsed.Equal(Start().Add(time.Hour)) {
			t.Fatalf("%+v, %v", list, err)
		}
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { return tx.DeletePasskey(b.ID, "k1") }), access.KindNotFound)
		tx(t, s, func(tx *store.Tx) error { return tx.DeletePasskey(a.ID, "k2") })
		tx(t, s, func(tx *store.Tx) error { return tx.CreateToken(&store.Token{Name: "ci", Hash: "h", Owner: a.ID}) })
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAdministrator(a.ID) })
		n, err := s.CountPasskeys(ctx)
		if err != nil || len(n) != 1 || n[b.ID] != 1 {
			t.Fatalf("%v, %v", n, err)
		}
		if tokens, err := s.ListTokens(ctx); err != nil || len(tokens) != 0 {
			t.Fatalf("%+v, %v", tokens, err)
		}
	}
}
