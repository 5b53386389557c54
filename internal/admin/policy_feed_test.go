// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// heard lists what gateways that have everything up to a position are told since, as "kind key".
func (w *world) heard(pos access.Position) (list []string, now access.Position) {
	w.t.Helper()
	for more := true; more; {
		b, err := w.store.ChangesSince(w.t.Context(), pos, 500)
		if err != nil {
			w.t.Fatal(err)
		}
		if b.Full {
			w.t.Fatal("gateways are told everything anew")
		}
		for _, e := range b.Entries {
			list = append(list, string(e.Kind)+" "+e.Key)
		}
		pos, more = b.Position, b.More
	}
	return list, pos
}

// A change of a policy that every phone has costs the link as much as one that none has: gateways find out whose policy
// it is themselves.
//
// F-04, A-21, Y-22
func TestAChangeOfPolicyIsOneEntryHoweverManyPhonesHaveIt(t *testing.T) {
	for _, n := range []int{1, 40, 1000} {
		t.Run(fmt.Sprint(n, " records"), func(t *testing.T) {
			w := newWorld(t)
			ctx := t.Context()
			ids := w.records(n, "u")
			one, other := w.policy("One"), w.policy("Other")
			half := ids[:min(n/2, 50)]
			if len(half) > 0 {
				w.done(w.admin.AssignPolicy(ctx, root(), half, other, admin.Act{}))
			}
			pos, err := w.store.Position(ctx)
			if err != nil {
				t.Fatal(err)
			}
			longer := strict()
			longer.Name, longer.Settings["MinDevicePasswordLength"] = "Other", "9"
			for _, c := range []struct {
				what string
				do   func() (admin.Result, error)
				want string
			}{
				{"a default policy where there was none", func() (admin.Result, error) {
					return w.admin.MakeDefaultPolicy(ctx, root(), one, admin.Act{})
				}, "preferences "},
				{"another default policy", func() (admin.Result, error) {
					return w.admin.MakeDefaultPolicy(ctx, root(), other, admin.Act{})
				}, "preferences "},
				{"other settings of the policy that all have", func() (admin.Result, error) {
					return w.admin.ChangePolicy(ctx, root(), other, longer, admin.Act{})
				}, "policy " + string(other)},
				{"no default policy", func() (admin.Result, error) {
					return w.admin.MakeDefaultPolicy(ctx, root(), "", admin.Act{})
				}, "preferences "},
			} {
				before := pos.Number
				r := w.done(c.do())
				var list []string
				list, pos = w.heard(pos)
				if diff := cmp.Diff([]string{c.want}, list); diff != "" {
					t.Errorf("%s: gateways are told (-want +got):\n%s", c.what, diff)
				}
				if pos.Number != before+1 || r.Number != pos.Number {
					t.Errorf("%s: change number %d after %d, and the act says %d", c.what, pos.Number, before, r.Number)
				}
			}
		})
	}
}
