// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/test/parts"
)

// Both engines have to settle races in their own way, so both are asked.
func TestRacesHaveOneWinner(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		races(t, newWorldOn(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db")))
	})
	t.Run("PostgreSQL", func(t *testing.T) { races(t, newWorldOn(t, parts.Postgres(t))) })
}

const racers = 8

// race runs fn in several goroutines at once and gives the results.
func race(fn func(i int) (admin.Result, error)) (results []admin.Result, errs []error) {
	results, errs = make([]admin.Result, racers), make([]error, racers)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(racers)
	for i := range racers {
		done.Go(func() {
			ready.Done()
			<-start
			results[i], errs[i] = fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return results, errs
}

func races(t *testing.T, w *world) {
	ctx := t.Context()
	t.Run("the same button pressed many times", func(t *testing.T) {
		id := w.record("bob", "DEV1")
		results, errs := race(func(int) (admin.Result, error) {
			return w.admin.BlockAssociation(ctx, root(), id, admin.Act{Key: "form-1", Version: 1})
		})
		first := 0
		for i, r := range results {
			if errs[i] != nil || r.Version != 2 || r.Number == 0 || r.Number != results[0].Number {
				t.Errorf("press %d: %+v, %v", i, r, errs[i])
			}
			if !r.Replayed {
				first++
			}
		}
		if d := w.find(id); first != 1 || d.Version != 2 || len(d.Timeline) != 1 {
			t.Errorf("%d acted, version %d, %d audit lines", first, d.Version, len(d.Timeline))
		}
	})
	t.Run("many people with the same version", func(t *testing.T) {
		id := w.record("bob", "DEV2")
		_, errs := race(func(i int) (admin.Result, error) {
			who := access.Actor{Name: "admin" + string(rune('a'+i)), Role: access.RoleAdministrator}
			return w.admin.AllowAssociation(ctx, who, id, admin.Act{Version: 1})
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			wantKind(t, err, access.KindConflict)
		}
		if d := w.find(id); won != 1 || d.Version != 2 {
			t.Errorf("%d have won, version %d", won, d.Version)
		}
	})
	t.Run("many people with the first preferences", func(t *testing.T) {
		_, errs := race(func(int) (admin.Result, error) {
			p := access.DefaultPreferences()
			p.AutoBlock = true
			return w.admin.ChangePreferences(ctx, root(), p, admin.Act{})
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			wantKind(t, err, access.KindConflict)
		}
		if won != 1 {
			t.Errorf("%d have won", won)
		}
	})
	t.Run("Remove and Undo against the phone's own return", func(t *testing.T) {
		id := w.record("eve", "DEV3")
		res, err := w.admin.RemoveAssociation(ctx, root(), id, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		back := w.record("eve", "DEV3")
		_, err = w.admin.Undo(ctx, root(), res.Undo, admin.Act{})
		wantKind(t, err, access.KindConflict)
		w.find(back)
	})
	t.Run("a bulk job", func(t *testing.T) {
		job, err := w.admin.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbAllow, Query: &admin.Query{}}, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		stop := w.run()
		w.eventually("the job ends", func() bool { j := w.job(job); return j.Over() })
		stop()
		if j := w.job(job); j.State != admin.JobDone || j.Done != 3 || j.Failed != 0 {
			t.Errorf("job %+v", j)
		}
	})
}

// Two consoles on one database work on what there is to do, and no record is acted on twice.
func TestTwoConsolesShareTheJobs(t *testing.T) {
	w := newWorld(t)
	other := newWorldOn(t, w.dsn)
	const jobs, each = 6, 40
	started := make([]admin.JobID, jobs)
	for i := range started {
		id, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbBlock, IDs: w.records(each, string(rune('a'+i)))}, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		started[i] = id
	}
	w.run()
	other.run()
	for _, id := range started {
		w.eventually("the job ends", func() bool { j := w.job(id); return j.Over() })
		if j := other.job(id); j.State != admin.JobDone || j.Done != each || j.Failed != 0 {
			t.Errorf("job %+v", j)
		}
	}
	acted := map[string]int{}
	for before := int64(0); ; {
		p, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: string(access.VerbBlock), Before: before, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Entries {
			acted[e.Object]++
		}
		if before = p.Older; before == 0 {
			break
		}
	}
	for _, id := range started {
		delete(acted, string(id)) // that it began
	}
	for record, n := range acted {
		if n != 1 {
			t.Errorf("%s was blocked %d times", record, n)
		}
	}
	if len(acted) != jobs*each {
		t.Errorf("%d records were blocked, want %d", len(acted), jobs*each)
	}
}
