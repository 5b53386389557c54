// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/api"
)

// An account of a known phone belongs to nobody. It is flagged; treated as unregistered, Auto Block refuses
// it within a second, and both remedies let it in again. The phone's known account never notices.
//
// M-14 M-15 R-20
func TestAnAccountOfNobodyIsTreatedAsUnregistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	device := w.register(w.engage("bob", nil, "bob").ID, "PHONEONE")
	bob, alice := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONEONE")
	eventually(t, soon, "the registered phone is let in", func() bool { return contact(t, bob) == "passed" })
	expect(t, "refused", alice)
	a := w.await("alice", "PHONEONE")
	w.call("POST", "/associations/"+string(a.ID)+"/link", map[string]any{"device": device, "reason": "the till is on it too"}, nil)
	inASecond(t, "passed", alice)
	if a, _ = w.find("alice", "PHONEONE"); a.Person != "" {
		t.Errorf("alice is no user, and belongs to %q", a.Person)
	}
	unknown := func() int {
		var page struct{ Items []api.Association }
		w.call("GET", "/associations?show=unknown-user", nil, &page)
		return len(page.Items)
	}
	page := w.signIn().show("/activesync/" + string(a.ID))
	for _, words := range []string{"User unknown", "Make a user of it", "Give it to a user"} {
		if !contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if n := unknown(); n != 1 {
		t.Errorf("%d records of unknown users", n)
	}
	ping := w.ping(t.Context(), 0, 1, alice)
	w.obeyed(w.change(func(s *api.Settings) { s.UnknownUsers = "unregistered" }).Number)
	ended := <-ping
	if ended.status != 7 {
		t.Errorf("the waiting request ended with %d, %v", ended.status, ended.err)
	}
	inASecond(t, "refused", alice)
	expect(t, "passed", bob)
	if a, _ = w.find("alice", "PHONEONE"); a.Why.Rule != "unknown-user" || a.SyncStatus != "blocked" {
		t.Errorf("the record says %+v", a.Why)
	}

	var made api.Result
	w.call("POST", "/associations/"+string(a.ID)+"/make-user", map[string]string{"reason": "the till"}, &made)
	inASecond(t, "passed", alice)
	w.call("POST", "/undo", map[string]string{"undo": made.Undo}, nil)
	inASecond(t, "refused", alice)
	w.call("POST", "/associations/"+string(a.ID)+"/give", map[string]string{"user": "Bob"}, nil)
	inASecond(t, "passed", alice)
	if n := unknown(); n != 0 {
		t.Errorf("%d records of unknown users", n)
	}
}
