// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// patient has the parking time of the shipped gateway, so that a slow answer is waited for.
func patient(s *setting) { s.gateway.ParkAfter = 2 * time.Second }

func slowly(w *world, d time.Duration) {
	w.mail.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{Delay: d} })
}

// burst sends n FolderSyncs of bob at once and gives their HTTP statuses; 200 is 0.
func (w *world) burst(n int, password string) (statuses []int) {
	var group sync.WaitGroup
	statuses = make([]int, n)
	for i := range n {
		p := w.phone("bob")
		p.Password = password
		group.Go(func() {
			_, err := p.FolderSync(timeout(w.t), "0")
			if statuses[i] = statusOf(err); err != nil && statuses[i] == 0 {
				w.t.Error(err)
			}
		})
	}
	group.Wait()
	return statuses
}

// Y-11
func TestAnOldPasswordSentManyTimesAtOnceReachesTheServerOnce(t *testing.T) {
	w := newWorld(t, patient)
	slowly(w, 300*time.Millisecond)
	for _, s := range w.burst(30, "old") {
		if s != 401 {
			t.Errorf("status %d", s)
		}
	}
	if n := w.posts(); n != 1 {
		t.Errorf("the mail server saw the wrong password %d times", n)
	}
}

// TestAPasswordThatWasRightLongAgoIsTriedOnceToo: the phone of somebody who has just changed it. Y-11
func TestAPasswordThatWasRightLongAgoIsTriedOnceToo(t *testing.T) {
	now := &clock{at: time.Now()}
	w := newWorld(t, patient, func(s *setting) { s.gateway.Now = now.now })
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	w.mail.SetPassword("bob", "brandnew")
	now.add(time.Hour)
	w.holder.Touch(now.now())
	slowly(w, 300*time.Millisecond)
	before := w.posts()
	w.burst(30, "bobpw")
	if n := w.posts() - before; n != 1 {
		t.Errorf("the mail server saw the old password %d times", n)
	}
}

func TestARightPasswordSentManyTimesAtOnceWaitsForOneAnswerOnly(t *testing.T) {
	w := newWorld(t, patient)
	slowly(w, 300*time.Millisecond)
	began := time.Now()
	for _, s := range w.burst(20, "bobpw") {
		if s != 0 {
			t.Errorf("status %d", s)
		}
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	if n := w.posts(); n != 20 {
		t.Errorf("%d of 20 requests arrived", n)
	}
}

// TestAPingThatWaitsHoldsNobodyBack: its answer takes an hour, and until then the credentials are not
// known to be right.
func TestAPingThatWaitsHoldsNobodyBack(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.ping(ctx, w.phone("bob"))
	began := time.Now()
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
}

// Y-11
func TestFewPasswordsOfOneAccountAreTriedAtATime(t *testing.T) {
	w := newWorld(t, patient, func(s *setting) {
		s.gateway.Shield = gateway.ShieldConfig{PerNetwork: 100, PerAccount: 100}
	})
	slowly(w, 100*time.Millisecond)
	var most int
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			most = max(most, w.mail.Counters().Running)
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	var group sync.WaitGroup
	for i := range 20 {
		p := w.phone("bob")
		p.Password = fmt.Sprint("guess", i)
		group.Go(func() {
			if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
				t.Errorf("%v", err)
			}
		})
	}
	group.Wait()
	close(done)
	<-watched
	if most > 3 {
		t.Errorf("%d different passwords at once", most)
	}
	if n := w.posts(); n != 20 {
		t.Errorf("%d of 20 were tried in the end", n)
	}
}
