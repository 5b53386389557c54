// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// engage makes a user of the realm "mail" with some accounts.
func (w *world) engage(name string, groups []string, accounts ...string) api.Result {
	w.t.Helper()
	f := api.UserForm{Name: name, Groups: groups}
	for _, a := range accounts {
		f.Accounts = append(f.Accounts, access.Account{Realm: "mail", Account: a})
	}
	var r api.Result
	w.call("POST", "/users", f, &r)
	return r
}

// register enters a phone of the user whose registration names its ActiveSync id, where that is known.
func (w *world) register(owner, device string) access.DeviceID {
	w.t.Helper()
	var r api.Result
	w.call("POST", "/devices", api.NewDevice{DeviceForm: api.DeviceForm{Name: "phone of " + owner, Owner: access.UserID(owner), EASID: device,
		OS: "iOS", Model: "iPhone 11", Source: "the story"}}, &r)
	if r.ID == "" {
		w.t.Fatalf("a device without an id: %+v", r)
	}
	return access.DeviceID(r.ID)
}

// inASecond fails unless all the phones fare as wanted a second after the change was answered.
func inASecond(t *testing.T, want string, phones ...*easclient.Client) {
	t.Helper()
	deadline := time.Now().Add(time.Second)
	for _, p := range phones {
		for {
			asked := time.Now()
			got := contact(t, p)
			if got == want {
				break
			}
			if asked.After(deadline) {
				t.Fatalf("%s on %s: %s a second later, want %s", p.User, p.DeviceID, got, want)
			}
		}
	}
}

// endedInASecond fails unless a request that waited has ended with a status within a second: 7 when it is
// refused, 1 when it is to ask again.
func endedInASecond(t *testing.T, answered time.Time, status int, ping <-chan pinged) {
	t.Helper()
	select {
	case got := <-ping:
		if got.at.Sub(answered) > time.Second || got.status != status {
			t.Errorf("the waiting request ended %v after the change with status %d, %v", got.at.Sub(answered), got.status, got.err)
		}
	case <-time.After(soon):
		t.Error("the waiting request goes on")
	}
}

// A registered phone comes and is linked without anybody's doing; one that nothing tells the matcher about
// is refused by Auto Block until somebody links it.
//
// A-12 A-22 A-23 A-24
func TestARegisteredPhoneIsLetInByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: autoBlock})
	known := w.register(w.engage("bob", nil, "bob").ID, "PHONEONE")
	unclear := w.register(w.engage("alice", nil, "alice").ID, "")

	bob := w.phone(0, "bob", "PHONEONE")
	eventually(t, soon, "the registered phone is let in", func() bool { return contact(t, bob) == "passed" })
	a := w.await("bob", "PHONEONE")
	if a.Device != known || a.Link == nil || a.Link.By != access.LinkedByMatcher || len(a.Link.Reasons) == 0 {
		t.Errorf("the record of the registered phone: device %q, link %+v", a.Device, a.Link)
	}

	alice := w.phone(0, "alice", "PHONETWO")
	expect(t, "refused", alice)
	a = w.await("alice", "PHONETWO")
	if a.Linked || a.Why.Rule != "unregistered" {
		t.Fatalf("the record of a phone that could be any: device %q because %+v", a.Device, a.Why)
	}
	var waiting, after struct{ Items []api.Device }
	w.call("GET", "/devices?show=waiting", nil, &waiting)
	if len(waiting.Items) != 1 || waiting.Items[0].EASID != "PHONETWO" {
		t.Errorf("phones that wait to be registered: %+v", waiting.Items)
	}
	var r api.Result
	w.call("POST", "/associations/"+string(a.ID)+"/link", map[string]any{"device": unclear, "reason": "she has it in her hand"}, &r)
	inASecond(t, "passed", alice)
	if a, _ = w.find("alice", "PHONETWO"); a.Device != unclear || a.Link == nil || a.Link.By != access.LinkedByHand {
		t.Errorf("the record after Link To: device %q, link %+v", a.Device, a.Link)
	}
	if w.call("GET", "/devices?show=waiting", nil, &after); len(after.Items) != 0 {
		t.Errorf("a linked phone still waits to be registered: %+v", after.Items)
	}

	ping := w.ping(t.Context(), 0, 1, alice)
	w.call("POST", "/undo", map[string]string{"undo": r.Undo}, nil)
	endedInASecond(t, time.Now(), 7, ping)
	inASecond(t, "refused", alice)
	expect(t, "passed", bob)
}

// A management system says by API that a phone does not keep its policy: every account on it is refused
// within a second, linked or not, and is back when it does again.
//
// A-13 R-14
func TestAPhoneThatIsNotCompliantIsRefusedWithAllItsAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	device := w.register(w.engage("bob", nil, "bob").ID, "PHONEONE")
	w.engage("alice", nil, "alice")
	bob, alice, other := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONEONE"), w.phone(0, "alice", "PHONETWO")
	for _, p := range []*easclient.Client{bob, alice, other} {
		expect(t, "passed", p)
		w.await(p.User, p.DeviceID)
	}
	eventually(t, soon, "the phone is linked", func() bool { a, _ := w.find("bob", "PHONEONE"); return a.Device == device })
	say := func(compliance access.Compliance, reasons ...string) {
		t.Helper()
		w.call("POST", "/devices/"+string(device)+"/set-compliance",
			map[string]any{"compliance": compliance, "reasons": reasons, "source": "the story"}, nil)
	}
	waits, stays := w.ping(t.Context(), 0, 1, alice), w.ping(t.Context(), 0, 2, other)
	say(access.NotCompliant, "passcode missing")
	endedInASecond(t, time.Now(), 7, waits)
	say(access.Compliant)
	inASecond(t, "passed", bob, alice)

	say(access.NotCompliant, "passcode missing")
	inASecond(t, "refused", bob, alice)
	for _, user := range []string{"bob", "alice"} {
		if a, _ := w.find(user, "PHONEONE"); a.SyncStatus != "blocked" || a.Why.Rule != "device-noncompliant" || a.Why.Detail != "passcode missing" {
			t.Errorf("the record of %s shows %s because %+v", user, a.SyncStatus, a.Why)
		}
	}
	say(access.Compliant)
	inASecond(t, "passed", bob, alice)
	select {
	case got := <-stays:
		t.Errorf("the same user's other phone was disturbed: status %d, %v", got.status, got.err)
	default:
	}
}

// A pair that was approved beforehand passes with its first request; nothing else does by that. A console
// that is told of the mail servers' domains takes every spelling of the account.
//
// Y-08
func TestAPairApprovedBeforehandPassesAtFirstContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{early: true})
	w.edit("console.toml", "[[console.gateway]]", "[[backend]]\nname = \"mail\"\ndomains = [\"lab.example\", \"LAB\"]\n[[console.gateway]]")
	w.startConsole()
	w.hire()
	w.change(autoBlock)
	w.startGateway(0)
	w.connected(0)
	var r api.Result
	w.call("POST", "/approvals", map[string]string{"realm": "mail", "account": "LAB\\Bob", "device_id": "phoneone", "reason": "a new tablet"}, &r)
	w.obeyed(r.Number)
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	expect(t, "refused", w.phone(0, "bob", "PHONETWO"))
	expect(t, "refused", w.phone(0, "alice", "PHONEONE"))
	if a := w.await("bob", "PHONEONE"); a.Why.Rule != "pre-approved" || a.FirstSync.IsZero() {
		t.Errorf("the record shows %s because %+v", a.SyncStatus, a.Why)
	}
	w.call("DELETE", "/approvals/"+r.ID, nil, nil)
	inASecond(t, "refused", w.phone(0, "bob", "PHONEONE"))
}
