// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

func alias(from, to string) access.Entry {
	return access.Entry{Kind: access.EntryAccount, Key: "lab/" + from,
		Account: &access.AccountState{Realm: "lab", Account: from, AliasOf: to}}
}

// a name that turned out to be another name of an account is judged and reported as that account.
func TestAnotherNameOfAnAccountIsThatAccount(t *testing.T) {
	w := newWorld(t)
	w.apply(alias("bob", "robert"), record("robert", "PHONEBOB", block("lost")))
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err == nil {
		t.Fatal("the block of robert does not reach bob")
	}
	w.apply(record("robert", "PHONEBOB", access.Override{}))
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	want := access.Pair{Realm: "lab", Account: "robert", Device: "PHONEBOB"}
	w.sink.wait(t, "a sighting of robert", func(kept, offered []access.Sighting, _ []access.Tally) bool {
		for _, s := range append(kept, offered...) {
			if s.Pair.Account == "bob" {
				t.Fatalf("reported under the other name: %+v", s.Pair)
			}
			if s.Pair == want && s.Accepted && s.User == "bob" {
				return true
			}
		}
		return false
	})
}

// R-13 Y-02: a request that waits under a name that is joined to another comes back as the other, so that a
// block of the one record ends it.
func TestJoiningAccountsSendsWaitingRequestsBack(t *testing.T) {
	w := newWorld(t)
	bob := w.phone("bob")
	one := w.ping(timeout(t), bob)
	began := time.Now()
	w.apply(alias("bob", "robert"))
	got := <-one
	if got.err != nil {
		t.Fatal(got.err)
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	two := w.ping(timeout(t), bob)
	w.apply(record("robert", "PHONEBOB", block("lost")))
	<-two
	w.parked(0)
	if _, err := bob.FolderSync(timeout(t), "0"); err == nil {
		t.Error("the block does not reach the other name")
	}
}
