// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"sync/atomic"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// who marks a device lost sees its records refused, however far the console's own copy was behind.
func TestAnActIsOverWhenTheConsoleDecidesByIt(t *testing.T) {
	w := newTown(t)
	// several does something as a job, of which it tells when it is done.
	several := func(verb access.Verb) (admin.Result, error) {
		job, err := w.admin.StartPeopleBulk(t.Context(), root(), admin.PeopleBulk{Verb: verb, IDs: []string{string(w.device["alma"]), string(w.device["bert"])}}, admin.Act{})
		return admin.Result{}, w.carriedOut(job, err)
	}
	const behind = 20 // looks for which the copy stays what it was
	var looks atomic.Int64
	var copied atomic.Pointer[admin.Snapshot]
	late := func() admin.Snapshot {
		if looks.Add(1)%behind == 0 {
			now := w.view.load()
			copied.Store(&now)
		}
		return *copied.Load()
	}
	start := w.view.load()
	copied.Store(&start)
	var err error
	w.admin, err = admin.New(admin.Config{Store: w.store, Snapshot: late, Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		do   func() (admin.Result, error)
		want access.SyncStatus
	}{
		{"lost", func() (admin.Result, error) {
			return w.admin.LoseDevice(t.Context(), root(), w.device["alma"], admin.Act{})
		}, access.Blocked},
		{"found", func() (admin.Result, error) {
			return w.admin.FoundDevice(t.Context(), root(), w.device["alma"], admin.Act{})
		}, access.Allowed},
		{"lost with another", func() (admin.Result, error) { return several(access.VerbLose) }, access.Blocked},
		{"found with another", func() (admin.Result, error) { return several(access.VerbFind) }, access.Allowed},
		{"disabled", func() (admin.Result, error) {
			return w.admin.DisableUser(t.Context(), root(), w.user["alma"], admin.Act{})
		}, access.Blocked},
	} {
		looks.Store(0)
		w.do(step.do())
		looks.Store(0)
		d, err := w.admin.FindAssociation(t.Context(), root(), w.record["alma"])
		if err != nil {
			t.Fatal(err)
		}
		if d.SyncStatus != step.want {
			t.Errorf("%s: the record is %s: %s", step.name, d.SyncStatus, d.Why.Text)
		}
	}
}
