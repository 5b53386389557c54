// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/api"
)

func autoBlock(s *api.Settings) { s.AutoBlock = true }

// The manual method: an account is added on the phone, its verification fails, the administrator finds
// the attempt and allows it.
//
// X-04 X-05 X-06 X-07 X-08 F-02 F-03 F-06 A-11 A-14 A-15 A-17 C-06 C-07 R-7
func TestAnAttemptRefusedByAutoBlockIsFoundAndAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	stranger := w.phone(0, "carol", "PHONEONE")
	stranger.Password = "Sesame-guess"
	expect(t, "challenged", stranger)

	bob, alice := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONEONE")
	expect(t, "refused", bob)
	expect(t, "refused", alice)
	record := w.await("bob", "PHONEONE")
	w.await("alice", "PHONEONE")
	if record.Linked || record.SyncStatus != "blocked" || record.Why.Rule != "unregistered" || record.LastSync.IsZero() || !record.LastSuccess.IsZero() {
		t.Errorf("the record of the refused attempt: %+v", record)
	}
	if found := w.list("bob"); len(found) != 1 || found[0].ID != record.ID {
		t.Errorf("a search for the user finds %+v", found)
	}
	for show, want := range map[string]int{"all": 2, "unlinked": 2, "blocked": 2, "linked": 0, "allowed": 0} {
		var page struct{ Items []api.Association }
		if w.call("GET", "/associations?show="+show, nil, &page); len(page.Items) != want {
			t.Errorf("Show %s lists %d records, want %d", show, len(page.Items), want)
		}
	}
	if page := w.signIn().show("/activesync?q=bob"); !contains(page, "1 record") || !contains(page, "PHONEONE") || !contains(page, "Unregistered (Unlinked)") || !contains(page, "Blocked") {
		t.Errorf("the page: %.600s", page)
	}
	// What was sent with a wrong password left no record. The ones above came later and are there.
	if found := w.list("carol"); len(found) != 0 {
		t.Errorf("a wrong password left a record: %+v", found)
	}
	for _, r := range w.mail[0].Requests() {
		if r.Method == "POST" {
			t.Errorf("a refused pair reached the mail server: %s %s", r.Method, r.RawQuery)
		}
	}

	w.obeyed(w.say("allow", record.ID).Number)
	expect(t, "passed", bob)
	expect(t, "refused", alice)
	expect(t, "refused", w.phone(0, "bob", "PHONETWO"))
	if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "allowed" || a.Why.Rule != "manual-allow" {
		t.Errorf("after Allow the record shows %s because %+v", a.SyncStatus, a.Why)
	}
}

//
func TestWithoutAutoBlockAnAccountJustWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	if a := w.await("bob", "PHONEONE"); a.SyncStatus != "allowed" || a.Linked {
		t.Errorf("the record: %+v", a)
	}
	wrong := w.phone(0, "alice", "PHONETWO")
	wrong.Password = "Sesame-guess"
	expect(t, "challenged", wrong)
	expect(t, "passed", w.phone(0, "carol", "PHONETHREE"))
	w.await("carol", "PHONETHREE") // came later, so an earlier one would be there
	if found := w.list("alice"); len(found) != 0 {
		t.Errorf("a wrong password left a record: %+v", found)
	}
}

// A delegate's mailbox and a group's on one phone beside its owner's, and an account on a second mail
// server: each is a record of its own and is judged alone.
//
// M-02 M-03 M-05 A-04 A-05 A-17 R-13 Y-13
func TestSeveralMailboxesOnOnePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{servers: []mailPlan{
		{name: "head", domains: []string{"lab.example", "LAB"}, users: []string{"bob", "chief", "sales"}},
		{name: "branch", domains: []string{"branch.example"}, users: []string{"bob"}},
	}})
	own, chief, sales, branch := w.phone(0, "bob", "PHONEONE"), w.phone(0, "chief", "PHONEONE"), w.phone(0, "sales", "PHONEONE"), w.phone(0, "bob", "PHONEONE")
	branch.User = "bob@branch.example"
	for _, p := range []*easclient.Client{own, chief, sales, branch} {
		expect(t, "passed", p)
	}
	eventually(t, soon, "four records", func() bool { return len(w.list("PHONEONE")) == 4 })
	byAccount := map[string]api.Association{}
	for _, a := range w.list("PHONEONE") {
		byAccount[a.Realm+"/"+a.Account] = a
	}
	for key, backend := range map[string]string{"head/bob": "head", "head/chief": "head", "head/sales": "head", "branch/bob": "branch"} {
		if a, ok := byAccount[key]; !ok || a.Backend != backend || a.SyncStatus != "allowed" {
			t.Errorf("record %s: %+v", key, a)
		}
	}
	if n := len(w.mail[1].Requests()); n == 0 {
		t.Error("the second mail server saw nothing")
	}
	for _, r := range w.mail[1].Requests() {
		if r.User != "bob" && r.User != "" {
			t.Errorf("the second mail server was asked for %q", r.User)
		}
	}

	w.obeyed(w.say("block", byAccount["head/sales"].ID).Number)
	w.obeyed(w.say("block", byAccount["branch/bob"].ID).Number)
	expect(t, "passed", own)
	expect(t, "passed", chief)
	expect(t, "refused", sales)
	expect(t, "refused", branch)
}
