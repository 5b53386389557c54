// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// A job goes on with the rights that whoever began it has by now: it ends where none are left, and passes over
// what lies beyond the groups that are.
func TestAJobGoesOnWithTheRightsOfNow(t *testing.T) {
	for name, tt := range map[string]struct {
		now  func(access.Actor) (access.Actor, error)
		want admin.JobState
		done int
	}{
		"nothing has changed": {func(who access.Actor) (access.Actor, error) { return who, nil }, admin.JobDone, 300},
		"disabled":            {func(who access.Actor) (access.Actor, error) { return who, access.Forbidden("", "disabled") }, admin.JobFailed, 100},
		"gone":                {func(who access.Actor) (access.Actor, error) { return who, access.NotFound("", "gone") }, admin.JobFailed, 100},
		"another role": {func(who access.Actor) (access.Actor, error) {
			who.Role = access.RoleAuditor
			return who, nil
		}, admin.JobFailed, 100},
		"fewer groups": {func(who access.Actor) (access.Actor, error) {
			who.Scope = &access.Scope{Groups: []string{"north"}}
			return who, nil
		}, admin.JobDone, 100},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			w := newWorld(t)
			var err error
			w.admin, err = admin.New(admin.Config{Store: w.store, Snapshot: w.view.load, Now: w.clock.Now,
				Present: func(_ context.Context, who access.Actor) (access.Actor, error) {
					if asked.Add(1) == 1 { // the first step is done before anything changes
						return who, nil
					}
					return tt.now(who)
				}})
			if err != nil {
				t.Fatal(err)
			}
			ids := w.records(300, "u")
			job, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbBlock, IDs: ids}, admin.Act{})
			if err := w.carriedOut(job, err); err != nil {
				t.Fatal(err)
			}
			j, err := w.admin.FindJob(t.Context(), root(), job)
			if err != nil || j.State != tt.want || j.Done-j.Failed != tt.done {
				t.Errorf("%+v, %v", j, err)
			}
			blocked, err := w.admin.ListAssociations(t.Context(), root(), admin.Query{Show: admin.ShowBlocked})
			if err != nil || blocked.Total != tt.done {
				t.Errorf("%d are blocked, want %d, %v", blocked.Total, tt.done, err)
			}
		})
	}
}
