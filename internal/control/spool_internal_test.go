// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

func named(account string) []access.Sighting {
	return []access.Sighting{{Pair: access.Pair{Account: account}, UserAgent: "a phone"}}
}

func open(t *testing.T, dir string, limit int64) *spool {
	t.Helper()
	s, err := openSpool(dir, limit, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keep(t *testing.T, s *spool, accounts ...string) {
	t.Helper()
	for _, a := range accounts {
		if err := s.keep(t.Context(), named(a)); err != nil {
			t.Fatal(err)
		}
	}
}

// drain reads and takes all there is, and gives (spool, number) to account.
func drain(t *testing.T, s *spool) (got []string, numbers map[string]string) {
	t.Helper()
	numbers = map[string]string{}
	for {
		name, sightings, err := s.head(3)
		if err != nil {
			t.Fatal(err)
		}
		if len(sightings) == 0 {
			return got, numbers
		}
		for _, x := range sightings {
			got = append(got, x.Pair.Account)
			numbers[fmt.Sprint(name, " ", x.Seq)] = x.Pair.Account
		}
		s.taken(name, sightings[len(sightings)-1].Seq)
	}
}

func TestASpoolGivesBackInOrderWhatWasKeptAndForgetsWhatWasTaken(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	keep(t, s, "a", "b", "c", "d")
	if _, first, _ := s.head(2); len(first) != 2 || first[0].Seq != 1 || first[1].UserAgent != "a phone" {
		t.Fatalf("head: %+v", first)
	}
	name, again, _ := s.head(2)
	if again[0].Pair.Account != "a" {
		t.Fatal("reading alone moved on")
	}
	s.taken(name, 2)
	// No close: this is a crash.
	s = open(t, dir, 0)
	keep(t, s, "e")
	got, numbers := drain(t, s)
	if fmt.Sprint(got) != "[c d e]" || numbers[name+" 3"] != "c" || numbers[name+" 5"] != "e" {
		t.Errorf("got %v, numbers %v", got, numbers)
	}
	s.close()
	if s = open(t, dir, 0); s.bytes() != 0 {
		t.Error("taken sightings are back")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"+spoolSuffix))
	if len(files) != 0 {
		t.Errorf("files left: %v", files)
	}
}

func TestATailTornAnywhereCostsOnlyTheTornSighting(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	keep(t, s, "a", "b", "c")
	path, size, name := s.segments[0].path, s.segments[0].size, s.name
	_, two, _ := s.head(2)
	s.close()
	whole, err := os.ReadFile(path)
	if err != nil || int64(len(whole)) != size || len(two) != 2 {
		t.Fatalf("%d bytes, want %d: %v", len(whole), size, err)
	}
	third := (size - s.segments[0].start) / 3
	for cut := size - third + 1; cut < size; cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, 0)
		if s.name == name {
			t.Fatalf("cut at %d: the name stays, so that numbers the console has seen may come again", cut)
		}
		keep(t, s, "x")
		_, sightings, err := s.head(9)
		if err != nil || len(sightings) != 2 || sightings[1].Pair.Account != "b" {
			t.Fatalf("cut at %d: %v %v", cut, sightings, err)
		}
		s.close()
		os.Remove(s.segments[len(s.segments)-1].path)
	}
	for i := s.segments[0].start; i < size; i++ {
		b := append([]byte(nil), whole...)
		b[i] ^= 0x40
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, 0)
		n := 0
		if _, sightings, err := s.head(9); err == nil {
			n = len(sightings)
		}
		if want := int((i - s.segmentStart(0)) / third); n != want && len(s.segments) > 0 {
			t.Fatalf("byte %d changed: %d sightings, want %d", i, n, want)
		}
		s.close()
	}
}

func (s *spool) segmentStart(i int) int64 {
	if i < len(s.segments) {
		return s.segments[i].start
	}
	return 0
}

// A disk that lied about a sync may lose whole sightings that the console has already taken.
func TestNumbersTheConsoleHasSeenAreNeverGivenOutAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	keep(t, s, "a", "b", "c")
	seg := *s.segments[0]
	name, _, _ := s.head(9)
	s.taken(name, 3)
	s.close()
	if err := os.Truncate(seg.path, seg.start+(seg.size-seg.start)/3); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, 0)
	keep(t, s, "x")
	again, sightings, err := s.head(9)
	if err != nil || len(sightings) != 1 || again == name && sightings[0].Seq <= 3 {
		t.Errorf("%s %+v, %v", again, sightings, err)
	}
	s.close()
}

func TestAFileThatIsNoSpoolIsSetAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "0001-x"+spoolSuffix)
	if err := os.WriteFile(path, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, 0)
	keep(t, s, "a")
	if got, _ := drain(t, s); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	if _, err := os.Stat(path + ".damaged"); err != nil {
		t.Errorf("it is gone: %v", err)
	}
	s.close()
}

func TestManyWhoKeepAtOnceAllSurviveACrash(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			if err := s.keep(t.Context(), named(fmt.Sprint(n))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s = open(t, dir, 0)
	got, numbers := drain(t, s)
	seen := map[string]bool{}
	for _, a := range got {
		seen[a] = true
	}
	if len(seen) != 64 || len(numbers) != 64 {
		t.Errorf("%d sightings under %d numbers", len(seen), len(numbers))
	}
	s.close()
}

func TestASpoolRollsItsFilesAndDropsTheTakenOnes(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 64<<10)
	for n := range 50 {
		var twenty []access.Sighting
		for i := range 20 {
			twenty = append(twenty, named(fmt.Sprint("user", 20*n+i))...)
		}
		if err := s.keep(t.Context(), twenty); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.segments) < 2 {
		t.Fatalf("%d files", len(s.segments))
	}
	got, _ := drain(t, s)
	if len(got) != 1000 || got[999] != "user999" {
		t.Errorf("%d sightings, the last %q", len(got), got[len(got)-1])
	}
	if len(s.segments) > 1 {
		t.Errorf("%d files left", len(s.segments))
	}
	s.close()
}

func TestADiskThatCannotBeWrittenIsAFullSpool(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir, 0)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.keep(t.Context(), named("a")); !errors.Is(err, ErrFull) {
		t.Errorf("no directory: %v", err)
	}
	if _, full := s.state(); !full {
		t.Error("the state does not say so")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	keep(t, s, "b")
	// A file that fails in the middle: its number is never given to another.
	s.file.Close()
	if err := s.keep(t.Context(), named("c")); !errors.Is(err, ErrFull) {
		t.Errorf("closed file: %v", err)
	}
	keep(t, s, "d")
	got, numbers := drain(t, s)
	if fmt.Sprint(got) != "[b d]" || numbers[s.name+" 3"] != "d" {
		t.Errorf("got %v, numbers %v", got, numbers)
	}
	s.close()
}

func TestWhoGivesUpWaitingIsTold(t *testing.T) {
	s := open(t, t.TempDir(), 0)
	defer s.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.commit.Lock() // a disk that hangs
	lead := make(chan error)
	go func() { lead <- s.keep(t.Context(), named("lead")) }()
	for joined := false; !joined; {
		s.mu.Lock()
		joined = s.group != nil
		s.mu.Unlock()
	}
	if err := s.keep(ctx, named("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	s.commit.Unlock()
	if err := <-lead; err != nil {
		t.Error(err)
	}
}

// An order that was acknowledged is remembered from the files of the last run, whether the console has taken the
// report or not. W-01
func TestASpoolRecallsAcknowledgedOrders(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 0)
	say := func(id access.WipeID, state access.WipeState) {
		t.Helper()
		list := named("a")
		list[0].Wipe = &access.WipeReport{ID: id, State: state}
		if err := s.keep(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	say("told", access.WipeDelivered)
	say("w1", access.WipeAcknowledged)
	say("somebody says so", access.WipeUnverified)
	name, list, err := s.head(10)
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	s.taken(name, list[2].Seq)
	say("w2", access.WipeAcknowledged)
	// No close: this is a crash.
	if got := open(t, dir, 0).wiped; fmt.Sprint(got) != "[w1 w2]" {
		t.Errorf("recalled %v", got)
	}
}
