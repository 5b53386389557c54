// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

func TestTheDevicesThatCameFirstStay(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	phone := func(device string, hour int, change ...func(*access.Association)) access.Association {
		a := access.Association{FirstSync: now.Add(time.Duration(hour) * time.Hour)}
		a.ID, a.Pair.Device = access.AssociationID(device+fmt.Sprint(hour)), device
		for _, fn := range change {
			fn(&a)
		}
		return a
	}
	wiped := func(a *access.Association) { a.Wipe.State = access.WipeAcknowledged }
	blocked := func(a *access.Association) { a.Override.Kind = access.OverrideBlock }
	ended := func(a *access.Association) { a.Override.Until = now }
	allowed := func(a *access.Association) { a.Override.Kind = access.OverrideAllow }
	for _, c := range []struct {
		name  string
		limit int
		list  []access.Association
		want  string
	}{
		{"without a limit everybody stays", 0, []access.Association{phone("a", 1), phone("b", 2)}, "[false false]"},
		{"the last one goes, wherever it stands", 1, []access.Association{phone("b", 2), phone("a", 1)}, "[true false]"},
		{"who came in the same moment goes by name", 1, []access.Association{phone("b", 1), phone("a", 1)}, "[true false]"},
		{"a device counts once", 1, []access.Association{phone("a", 1), phone("a", 5), phone("b", 3)}, "[false false true]"},
		{"a wiped device leaves its place", 1, []access.Association{phone("a", 1, wiped), phone("b", 2)}, "[false false]"},
		{"a blocked one leaves its place", 1, []access.Association{phone("a", 1, blocked), phone("b", 2)}, "[false false]"},
		{"a block that has ended does not", 1, []access.Association{phone("a", 1, blocked, ended), phone("b", 2)}, "[false true]"},
		{"one that is allowed by hand takes a place", 1, []access.Association{phone("a", 1, allowed), phone("b", 2)}, "[false true]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint(access.OverLimit(c.list, c.limit, now)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
