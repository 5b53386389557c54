// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"encoding/base64"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
)

// claims is the middle part of a token for the user.
func claims(user string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"upn":"` + user + `@lab.example"}`))
}

func TestARequestPassesAndItsAnswerComesBack(t *testing.T) {
	w := newWorld(t)
	p := w.phone("bob")
	o, err := p.Options(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	if o.Best() != eas.V16_1 {
		t.Errorf("best version %v", o.Best())
	}
	f, err := p.FolderSync(timeout(t), "0")
	if err != nil {
		t.Fatal(err)
	}
	if f.Inbox() == "" {
		t.Error("no inbox")
	}
	w.sink.wait(t, "the new pair", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Accepted && kept[0].Pair == access.Pair{Realm: "lab", Account: "bob", Device: "PHONEBOB"} &&
			kept[0].Model == "iPhone11,8" && kept[0].Reported.Verdict == "pass" && kept[0].HTTP == 200
	})
}

// A-17 A-18
func TestABlockReachesItsOwnPairOnly(t *testing.T) {
	w := newWorld(t)
	bob, alice := w.phone("bob"), w.phone("alice")
	alice.DeviceID = bob.DeviceID // a second account on the same device
	other := w.phone("bob")
	other.DeviceID = "SECOND"
	w.apply(record("bob", "PHONEBOB", block("lost")))
	if _, err := bob.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("blocked pair: %v", err)
	}
	for name, p := range map[string]*easclient.Client{"the other account on the device": alice, "the account on another device": other} {
		if _, err := p.FolderSync(timeout(t), "0"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bob.Version = eas.V12_1
	if _, err := bob.FolderSync(timeout(t), "0"); statusOf(err) != 403 {
		t.Errorf("blocked pair at 12.1: %v", err)
	}
	if _, err := bob.Options(timeout(t)); err != nil {
		t.Errorf("OPTIONS of a blocked pair is answered normally: %v", err)
	}
	for _, r := range w.mail.Requests() {
		if r.Method == "POST" && r.User == "bob" && r.Query.DeviceID == "PHONEbob" {
			t.Error("a request of the blocked pair reached the mail server")
		}
	}
}
