// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func change(n int64, ids ...string) access.Batch {
	b := access.Batch{Position: at(n)}
	for _, id := range ids {
		e := recordEntry(id)
		e.Record.Override = access.Override{Kind: access.OverrideBlock, Reason: fmt.Sprint(n)}
		b.Entries = append(b.Entries, e)
	}
	return b
}

// crowded is a full copy of many records, saved.
func crowded(t testing.TB, dir string, records int) *keeper {
	t.Helper()
	b := access.Batch{Position: at(1), Full: true}
	for n := range records {
		b.Entries = append(b.Entries, recordEntry(fmt.Sprint("r", n)))
	}
	k := opened(t, dir)
	if k.unkept() {
		t.Fatal("a gateway that has heard nothing lacks something on its disk")
	}
	k.take([]access.Batch{b})
	if _, ok := k.applied(); ok || k.unkept() {
		t.Fatal("a full copy counts as applied before it is saved, or as refused by the disk")
	}
	k.save()
	if _, ok := k.applied(); !ok || k.behind() {
		t.Fatal("a saved copy does not count")
	}
	return k
}

// opened is what a process that starts now would know.
func opened(t testing.TB, dir string) *keeper {
	t.Helper()
	k, err := openKeeper(dir, snapshot.NewHolder(nil, time.Time{}), slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sameAs(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want *snapshot.View) {
	t.Helper()
	if got.Position() != want.Position() || *got.Sums() != *want.Sums() {
		t.Errorf("%s: at %v with %d entries, want %v with %d", what, got.Position(), got.Len(), want.Position(), want.Len())
	}
}

// The moment a verdict can change, a killed process would already know why when it starts again.
//
// A-15 S-15 Y-14
func TestWhatActsIsOnDiskBefore(t *testing.T) {
	dir := t.TempDir()
	k := crowded(t, dir, 10)
	told := 0
	k.holder.OnChange(func(touched snapshot.Touched) {
		told++
		if again := opened(t, dir).holder.Load(); again.Position().Number < touched.Position.Number {
			t.Errorf("change %d acts, and a start would know no more than %d", touched.Position.Number, again.Position().Number)
		}
	})
	k.take([]access.Batch{change(2, "r1"), change(3, "r2")})
	k.take([]access.Batch{{Position: at(4), Entries: []access.Entry{{Kind: access.EntryRecord, Key: "r3", Deleted: true}}}})
	k.take([]access.Batch{change(4, "r4")}) // a repair goes no further
	if told != 4 {
		t.Errorf("told %d times", told)
	}
	again := opened(t, dir)
	sameAs(t, "killed now", again.holder.Load(), k.holder.Load())
	again.save()
	if left, _ := filepath.Glob(filepath.Join(dir, "changes-*")); len(left) != 0 {
		t.Errorf("%v are left beside a snapshot that holds it all", left)
	}
	sameAs(t, "saved, and killed", opened(t, dir).holder.Load(), k.holder.Load())
}

// A bulk action on many records costs the disk what it has to and no more: no snapshot is written for it,
// let alone one for each change.
func TestFiveThousandChangesDoNotWriteTheSnapshotAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		crowded(t, dir, 5000)
		before, err := os.Stat(filepath.Join(dir, snapshotFile))
		if err != nil {
			t.Fatal(err)
		}
		c := &scripted{}
		for n := range int64(5000) {
			b := change(n+2, fmt.Sprint("r", n))
			c.say = append(c.say, news{batch: &b})
		}
		s, err := newSpoke(SpokeConfig{Dir: dir, Holder: snapshot.NewHolder(nil, time.Time{})}, c)
		if err != nil {
			t.Fatal(err)
		}
		defer s.spool.close()
		appends := 0
		write := s.keeper.append
		s.keeper.append = func(from access.Position, batches []access.Batch) error {
			appends++
			return write(from, batches)
		}
		s.follow(t.Context())
		if p, ok := s.keeper.applied(); !ok || p.Number != 5001 {
			t.Errorf("applied %v, %v", p, ok)
		}
		after, err := os.Stat(filepath.Join(dir, snapshotFile))
		if err != nil || !os.SameFile(before, after) {
			t.Errorf("the snapshot has been written anew: %v", err)
		}
		sameAs(t, "killed now", opened(t, dir).holder.Load(), s.cfg.Holder.Load())
		t.Logf("the journal was written to %d times and holds %d bytes", appends, s.keeper.journal.Size())
	})
}

// R-10 A-15
func TestAChangeActsWhenTheDiskIsFullAndIsSavedWhenThereIsRoom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	k := crowded(t, dir, 10)
	os.RemoveAll(dir)
	k.take([]access.Batch{change(2, "r1")})
	k.save()
	k.take([]access.Batch{change(3, "r2")})
	if p, ok := k.applied(); !ok || p.Number != 3 || !k.behind() || !k.unkept() {
		t.Errorf("applied %v %v, behind %v, unkept %v", p, ok, k.behind(), k.unkept())
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	k.take([]access.Batch{change(4, "r3")})
	if !k.behind() {
		t.Error("changes that continue nothing count as kept")
	}
	k.save()
	k.take([]access.Batch{change(5, "r4")})
	if k.behind() || k.unkept() {
		t.Error("still behind")
	}
	sameAs(t, "killed now", opened(t, dir).holder.Load(), k.holder.Load())
}

//
func TestABlockDoesNotWaitForADiskThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		k := crowded(t, dir, 10)
		goesOn, write := make(chan struct{}), k.append
		k.append = func(from access.Position, batches []access.Batch) error {
			<-goesOn
			return write(from, batches)
		}
		began := time.Now()
		k.take([]access.Batch{change(2, "r1")})
		k.take([]access.Batch{change(3, "r2")})
		if d := time.Since(began); d != patience {
			t.Errorf("two changes took %v", d)
		}
		if p, ok := k.applied(); !ok || p.Number != 3 || !k.behind() {
			t.Errorf("applied %v %v, behind %v", p, ok, k.behind())
		}
		done := make(chan struct{})
		go func() { defer close(done); k.save() }()
		synctest.Wait()
		k.take([]access.Batch{change(4, "r3")}) // while the save waits as well
		close(goesOn)
		<-done
		if k.behind() {
			t.Error("still behind after a save")
		}
		k.take([]access.Batch{change(5, "r4")})
		sameAs(t, "killed now", opened(t, dir).holder.Load(), k.holder.Load())
	})
}

// Under any order of changes, copies, repairs, saves and failures of the disk, whoever starts after a kill
// knows all that acted, unless the gateway knows itself to be behind.
//
// A-15 S-15
func TestNoKillForgetsWhatActed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		root := t.TempDir()
		dir := filepath.Join(root, "disk")
		if err := os.Mkdir(dir, 0o700); err != nil {
			r.Fatal(err)
		}
		k := crowded(t, dir, 5)
		n, there := int64(1), true
		id := func() string { return fmt.Sprint("r", rapid.IntRange(0, 9).Draw(r, "record")) }
		r.Repeat(map[string]func(*rapid.T){
			"changes": func(r *rapid.T) {
				var list []access.Batch
				for range rapid.IntRange(1, 3).Draw(r, "batches") {
					n++
					list = append(list, change(n, id(), id()))
				}
				k.take(list)
			},
			"gone": func(*rapid.T) {
				n++
				k.take([]access.Batch{{Position: at(n), Entries: []access.Entry{{Kind: access.EntryRecord, Key: id(), Deleted: true}}}})
			},
			"repair": func(*rapid.T) { b := change(1000+n, id()); b.Position = at(n); k.take([]access.Batch{b}) },
			"copy": func(r *rapid.T) {
				n++
				first, last := change(n, id()), change(n, id())
				first.Full, first.More = true, true
				k.take([]access.Batch{first, last})
			},
			"broken copy": func(*rapid.T) {
				b := change(n+5, id())
				b.Full, b.More = true, true
				k.take([]access.Batch{b})
				k.begin()
			},
			"save while a change comes": func(r *rapid.T) {
				refused, write := rapid.Bool().Draw(r, "the change is refused by the disk"), k.append
				if refused {
					k.append = func(access.Position, []access.Batch) error { return errors.New("no") }
				}
				n++
				b, done := change(n, id(), id()), make(chan struct{})
				go func() { defer close(done); k.save() }()
				if rapid.Bool().Draw(r, "late") {
					for range 1000 {
						runtime.Gosched()
					}
				}
				k.take([]access.Batch{b})
				<-done
				k.append = write
			},
			"save": func(*rapid.T) { k.save() },
			"disk": func(*rapid.T) {
				from, to := dir, root+"/away"
				if there = !there; there {
					from, to = to, from
				}
				if err := os.Rename(from, to); err != nil {
					r.Fatal(err)
				}
			},
			"kill": func(*rapid.T) {
				if there && !k.behind() {
					was := k.holder.Load()
					k = opened(t, dir)
					sameAs(r, "after a kill", k.holder.Load(), was)
				}
			},
		})
	})
}

func BenchmarkFiveThousandChangesAmongAHundredThousandRecords(b *testing.B) {
	for _, kept := range []bool{false, true} {
		b.Run(map[bool]string{false: "only applied", true: "written down first"}[kept], func(b *testing.B) {
			dir := b.TempDir()
			k := crowded(b, dir, 100_000)
			if !kept {
				k.append = func(access.Position, []access.Batch) error { return nil }
			}
			n := int64(1)
			for b.Loop() {
				s := &Spoke{keeper: k, cfg: SpokeConfig{Holder: k.holder, Now: time.Now}, applied: make(chan struct{}, 1)}
				said := make(chan news, waiting)
				go func() {
					defer close(said)
					for i := range 5000 {
						n++
						c := change(n, fmt.Sprint("r", i))
						said <- news{batch: &c}
					}
				}()
				s.listen(b.Context(), said)
			}
			b.ReportMetric(float64(k.journal.Size())/float64(b.N), "bytes/op")
		})
	}
}
