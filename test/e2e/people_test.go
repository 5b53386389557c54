// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// Disabling a user reaches every account and phone of the user within a second, and nobody else.
//
//
func TestADisabledUserIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	r := w.engage("robert", nil, "bob", "alice")
	bob, alice, carol := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONETWO"), w.phone(0, "carol", "PHONEONE")
	expect(t, "passed", alice)
	waits, stays := w.ping(t.Context(), 0, 1, bob), w.ping(t.Context(), 0, 2, carol)
	w.call("POST", "/users/"+r.ID+"/disable", map[string]string{"reason": "has left"}, nil)
	endedInASecond(t, time.Now(), 7, waits)
	inASecond(t, "refused", bob, alice)
	newcomer := w.phone(0, "alice", "PHONETHREE")
	expect(t, "refused", newcomer)
	w.call("POST", "/users/"+r.ID+"/enable", map[string]string{"reason": "is back"}, nil)
	inASecond(t, "passed", bob, alice, newcomer)
	select {
	case got := <-stays:
		t.Errorf("somebody else on that phone was disturbed: status %d, %v", got.status, got.err)
	default:
	}
}

// Two names turn out to be one account, while phones wait for mail under the second one: they are sent to
// ask again within a second, are judged as the first from then on, and undo restores what was.
//
//
func TestTwoNamesAreMergedAndTakenApartWhilePhonesWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	bob, alice, dave := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONEONE"), w.phone(0, "dave", "PHONETWO")
	expect(t, "passed", bob)
	w.obeyed(w.say("block", w.await("bob", "PHONEONE").ID).Number)
	waits := w.ping(t.Context(), 0, 1, alice)
	daveWaits := w.ping(t.Context(), 0, 2, dave)
	before := [2]api.Association{w.await("bob", "PHONEONE"), w.await("alice", "PHONEONE")}
	daves := w.await("dave", "PHONETWO")

	merge := func(from, to string) (r api.Result) {
		t.Helper()
		w.call("POST", "/accounts/merge", map[string]string{"realm": "mail", "from": from, "to": to, "reason": "one person"}, &r)
		return r
	}
	r := merge("alice", "bob")
	endedInASecond(t, time.Now(), 1, waits)
	inASecond(t, "refused", alice, bob)
	if found := w.list("PHONEONE"); len(found) != 1 || found[0].Account != "bob" || found[0].ID != before[0].ID || found[0].Override == nil {
		t.Errorf("records of the phone: %+v", found)
	}
	w.call("POST", "/undo", map[string]string{"undo": r.Undo}, nil)
	inASecond(t, "passed", alice)
	inASecond(t, "refused", bob)
	for _, was := range before {
		is, _ := w.find(was.Account, was.DeviceID)
		if is.ID != was.ID || !is.FirstSync.Equal(was.FirstSync) || (is.Override == nil) != (was.Override == nil) {
			t.Errorf("after undo the record of %s is %s, first seen %v, override %v; it was %s, %v, %v",
				was.Account, is.ID, is.FirstSync, is.Override, was.ID, was.FirstSync, was.Override)
		}
	}

	merge("dave", "carol")
	endedInASecond(t, time.Now(), 1, daveWaits)
	again := w.ping(t.Context(), 0, 1, dave)
	if _, err := w.mail[0].Deliver("dave", eastest.Message{From: "bob@lab.example", Subject: "still there?"}); err != nil {
		t.Fatal(err)
	}
	if got := <-again; got.err != nil || got.status != 2 {
		t.Errorf("mail does not end the request that waits: status %d, %v", got.status, got.err)
	}
	if found := w.list("PHONETWO"); len(found) != 1 || found[0].Account != "carol" || found[0].ID != daves.ID {
		t.Errorf("records of the other phone: %+v", found)
	}
}

// A help desk for one group sees its people's records alone, by API and on the command line, and can
// do nothing about the others.
//
// M-07 Y-17
func TestAHelpDeskSeesItsGroupAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	w.engage("bob", []string{"sales"}, "bob")
	w.engage("alice", []string{"works"}, "alice")
	for user, device := range map[string]string{"bob": "PHONEONE", "alice": "PHONETWO", "carol": "PHONETHREE"} {
		expect(t, "passed", w.phone(0, user, device))
	}
	own, other, nobody := w.await("bob", "PHONEONE"), w.await("alice", "PHONETWO"), w.await("carol", "PHONETHREE")

	mustCommand(t, "admin", "create", "hilda", "--role", "helpdesk", "--group", "sales", "-c", w.file("console.toml"))
	token := mustCommand(t, "admin", "token", "hilda", "--role", "helpdesk", "--group", "sales", "-c", w.file("console.toml"))
	// The same by name: a limit may list users one by one.
	mustCommand(t, "admin", "create", "harry", "--role", "helpdesk", "--user", "Bob", "-c", w.file("console.toml"))
	w.token = mustCommand(t, "admin", "token", "harry", "--role", "helpdesk", "--user", "bob", "-c", w.file("console.toml"))
	if seen := w.list(""); len(seen) != 1 || seen[0].ID != own.ID {
		t.Errorf("who looks after one user is shown %+v", seen)
	}

	w.write("hilda.token", token)
	w.token = token
	if seen := w.list(""); len(seen) != 1 || seen[0].ID != own.ID {
		t.Errorf("the API lists %+v", seen)
	}
	var users struct{ Items []api.User }
	if w.call("GET", "/users", nil, &users); len(users.Items) != 1 || users.Items[0].Name != "bob" {
		t.Errorf("the API lists the users %+v", users.Items)
	}
	for _, id := range []access.AssociationID{other.ID, nobody.ID} {
		if code, body := w.try("GET", "/associations/"+string(id), nil); code != http.StatusNotFound {
			t.Errorf("a record of somebody else's: %d %s", code, body)
		}
		if code, body := w.try("POST", "/associations/"+string(id)+"/block", map[string]string{"reason": "a try"}); code != http.StatusNotFound {
			t.Errorf("blocking a record of somebody else's: %d %s", code, body)
		}
	}

	flags := []string{"--server", "https://" + w.pages, "--token-file", w.file("hilda.token"), "--ca", w.file("console/certificates/console.crt")}
	said := mustCommand(t, append([]string{"association", "list", "--json"}, flags...)...)
	var a api.Association
	if err := json.Unmarshal([]byte(said), &a); err != nil || strings.Contains(said, "\n") || a.ID != own.ID {
		t.Errorf("the command line lists %s (%v)", said, err)
	}
	if _, log, code := command(t, append([]string{"association", "block", string(other.ID), "--reason", "a try"}, flags...)...); code != 5 {
		t.Errorf("blocking somebody else's record on the command line ended with %d: %s", code, log)
	}
	mustCommand(t, append([]string{"association", "block", string(own.ID), "--reason", "asked for"}, flags...)...)
	inASecond(t, "refused", w.phone(0, "bob", "PHONEONE"))
	expect(t, "passed", w.phone(0, "alice", "PHONETWO"))
}
