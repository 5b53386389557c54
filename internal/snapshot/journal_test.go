// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func journal(t testing.TB, dir string) *snapshot.Journal {
	t.Helper()
	j, err := snapshot.OpenJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func appended(t testing.TB, j *snapshot.Journal, from *snapshot.View, batches ...access.Batch) *snapshot.View {
	t.Helper()
	if err := j.Append(from.Position(), batches); err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		from = from.Apply(b)
	}
	return from
}

func replayed(t testing.TB, dir string, v *snapshot.View) (*snapshot.View, int) {
	t.Helper()
	v, n, err := journal(t, dir).Replay(v)
	if err != nil {
		t.Fatal(err)
	}
	return v, n
}

func sameView(t testing.TB, what string, got, want *snapshot.View) {
	t.Helper()
	if diff := cmp.Diff(contents(want), contents(got)); diff != "" || got.Position() != want.Position() {
		t.Errorf("%s: position %v, want %v\n%s", what, got.Position(), want.Position(), diff)
	}
}

func TestAJournalLeadsFromWhateverWasSavedToWhatWasKnown(t *testing.T) {
	dir := t.TempDir()
	v := filled(5)
	start := v
	j := journal(t, dir)
	past := []*snapshot.View{v}
	for n := range int64(6) {
		if n == 3 {
			j.Turn()
		}
		v = appended(t, j, v, at(10+n, record("new", 20+int(n)), device("d", access.DeviceLost), gone(access.EntryRecord, "r1")))
		past = append(past, v)
	}
	for i, from := range past {
		got, n := replayed(t, dir, from)
		sameView(t, "from a later one", got, v)
		if n != len(past)-1-i {
			t.Errorf("%d batches from view %d", n, i)
		}
	}
	stranger := filled(3).Apply(access.Batch{Position: access.Position{History: "other", Number: 5, Token: "t"}})
	if got, n := replayed(t, dir, stranger); n != 0 || got != stranger {
		t.Errorf("%d batches of another past were applied", n)
	}
	// What is in a file up to a turn is superfluous once the View of then is saved.
	j = journal(t, dir)
	before := j.Size()
	mark := j.Turn()
	v = appended(t, j, v, at(30, record("later", 31)))
	if err := j.Forget(mark); err != nil {
		t.Fatal(err)
	}
	if _, n := replayed(t, dir, start); n != 0 || j.Size() >= before || j.Size() == 0 {
		t.Errorf("%d batches of forgotten files; %d bytes, before %d", n, j.Size(), before)
	}
	got, _ := replayed(t, dir, past[len(past)-1])
	sameView(t, "after a turn", got, v)
}

// Whatever is left of the last file after a crash, the whole batches in it count, and what the next run
// writes continues them.
func TestATornTailCostsNoMoreThanItself(t *testing.T) {
	dir := t.TempDir()
	one := filled(5)
	two := appended(t, journal(t, dir), one, at(10, record("a", 20)))
	path := filepath.Join(dir, "changes-000000000001")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j := journal(t, t.TempDir())
	three := appended(t, j, two, at(11, record("b", 21)))
	for i := range whole {
		for what, b := range map[string][]byte{"cut": whole[:i], "changed": append(append(append([]byte(nil), whole[:i]...), whole[i]^0x10), whole[i+1:]...)} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, n := replayed(t, dir, one); n != 0 || got != one {
				t.Fatalf("%s at %d: a batch that is not whole was applied", what, i)
			}
		}
	}
	if err := os.WriteFile(path, append(append([]byte(nil), whole...), whole[18:len(whole)-1]...), 0o600); err != nil {
		t.Fatal(err)
	}
	next := journal(t, dir)
	got := appended(t, next, two, at(11, record("b", 21)))
	sameView(t, "what the next run knows", got, three)
	got, _ = replayed(t, dir, one)
	sameView(t, "over the torn tail", got, three)
}

func TestAJournalThatCannotBeWrittenSaysSoAndGoesOnLater(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	j := journal(t, dir)
	v := filled(3)
	os.RemoveAll(dir)
	if err := j.Append(v.Position(), []access.Batch{at(10, record("a", 20))}); err == nil {
		t.Error("nothing can be written there, and it says nothing")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	v2 := appended(t, j, v, at(10, record("a", 20)))
	got, _ := replayed(t, dir, v)
	sameView(t, "after the disk came back", got, v2)
}

func TestAnyRunOfBatchesSurvivesTheJournal(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		j := journal(t, dir)
		v := snapshot.Empty().Apply(at(1))
		saved := v
		for n := range rapid.IntRange(1, 8).Draw(r, "appends") {
			var list []access.Batch
			for range rapid.IntRange(1, 3).Draw(r, "batches") {
				list = append(list, at(int64(10*n+len(list)+2), rapid.SliceOfN(rapid.Custom(drawEntry), 0, 20).Draw(r, "entries")...))
			}
			v = appended(t, j, v, list...)
			switch rapid.IntRange(0, 5).Draw(r, "then") {
			case 0: // killed and started again
				j = journal(t, dir)
			case 1: // saved
				mark := j.Turn()
				saved = v
				if err := j.Forget(mark); err != nil {
					r.Fatal(err)
				}
			case 2: // saved, and killed before the files went
				saved = v
				j = journal(t, dir)
			}
		}
		got, _ := replayed(t, dir, saved)
		if diff := cmp.Diff(contents(v), contents(got)); diff != "" || got.Position() != v.Position() {
			r.Fatalf("position %v, want %v\n%s", got.Position(), v.Position(), diff)
		}
	})
}

func BenchmarkJournalAppendsAChange(b *testing.B) {
	j := journal(b, b.TempDir())
	v := filled(1)
	for n := int64(100); b.Loop(); n++ {
		v = appended(b, j, v, at(n, record("r1", 1)))
	}
}

func BenchmarkSave(b *testing.B) {
	v := filled(100_000)
	path := filepath.Join(b.TempDir(), "snapshot")
	for b.Loop() {
		if err := v.Save(path, noon); err != nil {
			b.Fatal(err)
		}
	}
}
