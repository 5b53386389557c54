// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func blockingParts(t *testing.T, e Engine) {
	_, s := fresh(t, e)
	a := create(t, s, seen("ana", "d1"))
	b := addRule(t, s, "Relics", access.ActionBlock)
	setRuling(t, s, a.ID, b.ID)
	a = find(t, s, a.ID)
	tx(t, s, func(tx *store.Tx) error {
		off := func() error {
			b, err := tx.FindBlocking(b.ID)
			if err != nil {
				return err
			}
			b.Enabled = false
			err = tx.SaveBlocking(b)
			if got := tx.SyncStatus(a); got != access.Allowed {
				t.Errorf("%s by a rule out of force", got)
			}
			return errors.Join(err, errPart)
		}
		if err := tx.Part(off); !errors.Is(err, errPart) {
			t.Errorf("the part says %v", err)
		}
		if got := tx.SyncStatus(a); got != access.Blocked {
			t.Errorf("%s after the part has failed", got)
		}
		return nil
	})
}
