// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

func seeded(i int) *rand.Rand { return rand.New(rand.NewPCG(4711, uint64(i))) }

// orderWipe orders a record wiped, and waits until every gateway knows.
func (w *world) orderWipe(id access.AssociationID, kind access.WipeKind) access.WipeID {
	w.t.Helper()
	return access.WipeID(w.ask("POST", "/associations/"+string(id)+"/wipe", map[string]any{"kind": kind, "reason": "left in a train"}).ID)
}

func (w *world) wipe(id access.WipeID) (o api.WipeOrder) {
	w.t.Helper()
	w.call("GET", "/wipes/"+string(id), nil, &o)
	return o
}

// wipeIs waits until the console shows an order in a state, and every gateway has heard of it.
func (w *world) wipeIs(id access.WipeID, state access.WipeState) api.WipeOrder {
	w.t.Helper()
	var o api.WipeOrder
	eventually(w.t, soon, "the order is "+string(state), func() bool { o = w.wipe(id); return o.State == state })
	for _, a := range w.list(o.DeviceID) {
		if a.ID == o.Record {
			w.obeyed(a.Change)
		}
	}
	return o
}

func (w *world) wipeVerb(id access.WipeID, verb string) api.Result {
	w.t.Helper()
	return w.ask("POST", "/wipes/"+string(id)+"/"+verb, map[string]any{"reason": "the story says so"})
}

// refuses fails unless the console does not do something, with the given status.
func (w *world) refuses(code int, method, path string, in any) string {
	w.t.Helper()
	got, body := w.try(method, path, in)
	if got != code {
		w.t.Errorf("%s %s: %d %s, want %d", method, path, got, body, code)
	}
	return string(body)
}

// isOrdered asks as a phone does, and reports whether it is told to wipe the whole phone or its account.
func (r *roamer) isOrdered() (full, account bool) {
	r.w.t.Helper()
	c := r.next()
	c.PolicyKey = 0
	res, err := c.ProvisionAsk(timeout(r.w.t), easclient.Device{})
	return err == nil && res.Wipe, err == nil && res.AccountWipe
}

// says answers an order.
func (r *roamer) says(account bool, status int) {
	r.w.t.Helper()
	if _, err := r.next().AcknowledgeWipe(timeout(r.w.t), account, status); err != nil && status == 1 {
		r.w.t.Fatalf("%s on %s says that it has received the order: %v", r.user, r.device, err)
	}
}

// deviceIs fails unless the console shows a registered device in a state.
func (w *world) deviceIs(id access.DeviceID, state access.DeviceState) {
	w.t.Helper()
	var d api.Device
	if w.call("GET", "/devices/"+string(id), nil, &d); d.State != state {
		w.t.Errorf("the device is %s, want %s", d.State, state)
	}
}

// A lost phone: ordered and found again, ordered once more, told, acknowledged, wiped and blocked at every
// gateway, and released. The other account of the phone, which is linked to the same registered device, and
// everybody else go on, while the device is shown as wiped. Every request goes to another gateway than the one
// before.
//
// A-15 A-17 A-19 A-20 W-01 R-2 R-19
func TestALostPhoneIsWipedOnceAndReleased(t *testing.T) {
	t.Parallel()
	for _, v := range []eas.Version{eas.V12_1, eas.V14_1, eas.V16_1} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{gateways: 2})
			device := w.register(w.engage("bob", nil, "bob").ID, "PHONEONE")
			bob, alice, carol := w.roam("bob", "PHONEONE", v), w.roam("alice", "PHONEONE", v), w.roam("carol", "PHONETWO", v)
			bob.key = 5 // a phone that had a policy once
			for _, r := range []*roamer{bob, alice, carol} {
				r.fares("passed")
				w.await(r.user, r.device)
			}
			record := w.await("bob", "PHONEONE")
			w.ask("POST", "/associations/"+string(w.await("alice", "PHONEONE").ID)+"/link", map[string]any{"device": device, "reason": "they share it"})
			for _, user := range []string{"bob", "alice"} {
				eventually(t, soon, user+" is linked", func() bool { a, _ := w.find(user, "PHONEONE"); return a.Device == device })
			}

			waits, stays := w.ping(t.Context(), 0, 1, bob.to(0)), w.ping(t.Context(), 0, 2, alice.to(0))
			order := w.orderWipe(record.ID, access.WipeFull)
			endedInASecond(t, time.Now(), 7, waits)
			select {
			case got := <-stays:
				t.Errorf("the other account's waiting request ended: %+v", got)
			default:
			}
			if o := w.wipe(order); o.State != access.WipePending || o.By == "" || o.Reason != "left in a train" {
				t.Errorf("ordered: %+v", o)
			}
			w.refuses(http.StatusConflict, "POST", "/associations/"+string(record.ID)+"/wipe", map[string]any{"kind": "full"})
			w.wipeVerb(order, "cancel")
			bob.fares("passed")

			order = w.orderWipe(record.ID, access.WipeFull)
			bob.fares(bob.demand(140))
			if o := w.wipe(order); o.State != access.WipePending {
				t.Errorf("told to ask, which is not told yet: %+v", o)
			}
			if full, _ := bob.isOrdered(); !full {
				t.Fatal("asks, and is not told")
			}
			if o := w.wipeIs(order, access.WipeDelivered); o.DeliveredAt.IsZero() || !o.AnsweredAt.IsZero() {
				t.Errorf("delivered: %+v", o)
			}
			w.refuses(http.StatusConflict, "POST", "/wipes/"+string(order)+"/cancel", map[string]any{})
			w.refuses(http.StatusConflict, "DELETE", "/associations/"+string(record.ID), nil)
			if full, _ := bob.isOrdered(); !full {
				t.Error("a phone that has not answered is not told again")
			}
			bob.says(false, 1)
			if o := w.wipeIs(order, access.WipeAcknowledged); o.AnsweredAt.IsZero() || o.Protocol != v.String() || o.Addr == "" {
				t.Errorf("acknowledged: %+v", o)
			}
			for range 2 {
				bob.fares("refused")
				if full, account := bob.isOrdered(); full || account {
					t.Error("told again after its acknowledgement")
				}
			}
			if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "wiped" || a.Why.Rule != "wiped" {
				t.Errorf("the record: %s, %+v", a.SyncStatus, a.Why)
			}
			w.deviceIs(device, access.DeviceWiped)
			for range 2 { // at either gateway
				alice.fares("passed")
			}
			carol.fares("passed")
			var d api.AssociationDetails
			w.call("GET", "/associations/"+string(w.await("alice", "PHONEONE").ID), nil, &d)
			if len(d.Timeline) == 0 || !strings.Contains(d.Timeline[0].Detail, "phone reset by the wipe of") {
				t.Errorf("the other account's timeline: %+v", d.Timeline)
			}
			w.refuses(http.StatusConflict, "POST", "/wipes/"+string(order)+"/cancel", map[string]any{})
			w.refuses(http.StatusConflict, "POST", "/wipes/"+string(order)+"/close", map[string]any{})

			w.wipeVerb(order, "release")
			for range 2 {
				bob.fares("passed")
				alice.fares("passed")
			}
			if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "allowed" || a.Device != device {
				t.Errorf("released: %s, linked to %q", a.SyncStatus, a.Device)
			}
			w.deviceIs(device, access.DeviceWiped)
		})
	}
}

// An order for the account alone is told to 16.1 and to nothing older, which is refused meanwhile; the console
// does not take one for a phone that speaks an older version.
//
// A-15 A-19 W-01
func TestAnAccountAloneIsWipedBy161(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	bob, old := w.roam("bob", "PHONEONE", eas.V16_1), w.roam("carol", "PHONETWO", eas.V16_0)
	for _, r := range []*roamer{bob, old} {
		r.fares("passed")
		w.await(r.user, r.device)
	}
	body := w.refuses(http.StatusConflict, "POST", "/associations/"+string(w.await("carol", "PHONETWO").ID)+"/wipe", map[string]any{"kind": "account"})
	if !strings.Contains(body, "16.1") {
		t.Errorf("the refusal does not say why: %s", body)
	}
	order := w.orderWipe(w.await("bob", "PHONEONE").ID, access.WipeAccount)
	before := *bob
	before.version = eas.V14_1
	before.fares("refused")
	if full, account := before.isOrdered(); full || account {
		t.Error("an older version is told what it cannot understand")
	}
	if o := w.wipe(order); o.State != access.WipePending {
		t.Errorf("nobody has been told: %+v", o)
	}
	bob.fares("status 140")
	if full, account := bob.isOrdered(); full || !account {
		t.Fatalf("told to wipe the phone %v, the account %v", full, account)
	}
	w.wipeIs(order, access.WipeDelivered)
	bob.says(true, 1)
	w.wipeIs(order, access.WipeAcknowledged)
	bob.fares("refused")
}

// A phone whose password was changed is wiped all the same; what it says is shown as unverified until
// somebody looks. One that says it cannot is told again until the order is closed.
//
// A-20 R-18 R-19
func TestAPhoneWithAnOldPasswordIsWipedAndNobodyBelievesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	bob, dave := w.roam("bob", "PHONEONE", eas.V14_1), w.roam("dave", "PHONEFOUR", eas.V14_1)
	for _, r := range []*roamer{bob, dave} {
		r.fares("passed")
		w.await(r.user, r.device)
	}
	order := w.orderWipe(w.await("bob", "PHONEONE").ID, access.WipeFull)
	for _, c := range bob.at {
		c.Password = "of last week"
	}
	bob.fares("status 140")
	if full, _ := bob.isOrdered(); !full {
		t.Fatal("a stolen phone is not told because its password was changed")
	}
	bob.says(false, 1)
	w.wipeIs(order, access.WipeUnverified)
	for _, c := range bob.at {
		c.Password = secret("bob")
	}
	bob.fares("refused") // who can log in is not the phone that was wiped
	w.wipeVerb(order, "close")
	bob.fares("refused")
	w.wipeVerb(order, "release")
	bob.fares("passed")

	blocked := w.await("dave", "PHONEFOUR").ID
	w.obeyed(w.say("block", blocked).Number)
	dave.fares("refused")
	order = w.orderWipe(blocked, access.WipeFull) // a phone that was blocked first hears of it too
	dave.fares("status 140")
	dave.isOrdered()
	dave.says(false, 2)
	w.wipeIs(order, access.WipeFailed)
	dave.fares("status 140")
	if full, _ := dave.isOrdered(); !full {
		t.Error("a phone that has failed is not told again")
	}
	w.wipeVerb(order, "close")
	dave.fares("refused")
}

// safety sets what limits orders; what is not named is as at first.
func (w *world) safety(change map[string]any) {
	w.t.Helper()
	s := map[string]any{"per_hour": 10, "delay_seconds": 0, "second_approver": false, "exempt_groups": []string{}}
	maps.Copy(s, change)
	w.call("PUT", "/settings/wipe-safety", map[string]any{"setting": s, "reason": "the story wants it"}, nil, "If-Match", "*")
}

// What limits orders: a cap over everybody, a delay in which the phone is refused and the order can be
// cancelled, a second administrator, and a switch that holds all.
//
// Y-10
func TestOrdersAreCappedDelayedApprovedAndFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	bob, carol := w.roam("bob", "PHONEONE", eas.V14_1), w.roam("carol", "PHONETWO", eas.V14_1)
	for _, r := range []*roamer{bob, carol} {
		r.fares("passed")
		w.await(r.user, r.device)
	}
	one, two := w.await("bob", "PHONEONE").ID, w.await("carol", "PHONETWO").ID
	path := "/associations/" + string(two) + "/wipe"

	w.safety(map[string]any{"per_hour": 1})
	order := w.orderWipe(one, access.WipeFull)
	w.refuses(http.StatusConflict, "POST", path, map[string]any{"kind": "full"})
	w.wipeVerb(order, "cancel") // which does not count
	carol.fares("passed")

	w.safety(map[string]any{"second_approver": true})
	order = w.orderWipe(one, access.WipeFull)
	bob.fares("passed") // one person's word does nothing
	w.refuses(http.StatusForbidden, "POST", "/wipes/"+string(order)+"/approve", map[string]any{})
	mustCommand(t, "admin", "create", "second", "-c", w.file("console.toml"))
	boss := w.token
	w.token = mustCommand(t, "admin", "token", "second", "--role", "administrator", "-c", w.file("console.toml"))
	w.wipeVerb(order, "approve")
	w.token = boss
	bob.fares("status 140")

	w.ask("POST", "/settings/freeze", map[string]any{"reason": "an account was stolen"})
	bob.fares("refused")
	if full, _ := bob.isOrdered(); full {
		t.Error("a frozen order is told")
	}
	if o := w.wipe(order); o.Held != "frozen" || o.State != access.WipePending {
		t.Errorf("frozen: %+v", o)
	}
	w.refuses(http.StatusConflict, "POST", path, map[string]any{"kind": "full"})
	w.ask("POST", "/settings/unfreeze", nil)
	bob.fares("status 140")
	w.wipeVerb(order, "cancel")
	bob.fares("passed")

	w.safety(map[string]any{"delay_seconds": 3600})
	order = w.orderWipe(one, access.WipeFull)
	bob.fares("refused")
	if full, _ := bob.isOrdered(); full {
		t.Error("told before its time")
	}
	w.wipeVerb(order, "cancel")
	bob.fares("passed")
	w.safety(map[string]any{"delay_seconds": 2})
	order = w.orderWipe(one, access.WipeFull)
	from := w.wipe(order).NotBefore
	eventually(t, soon, "the phone is told after the delay", func() bool { return bob.contact() == "status 140" })
	if time.Now().Before(from) {
		t.Errorf("told before %v", from)
	}
	if full, _ := bob.isOrdered(); !full {
		t.Error("not told after the delay")
	}
	w.wipeIs(order, access.WipeDelivered)
}
