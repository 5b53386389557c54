// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
)

func site() access.Entry {
	return access.Entry{Kind: access.EntrySite, Site: &access.Site{Secret: []byte("a secret of thirty-two bytes, yes")}}
}

func policy(id string, revision int64, lenient bool, settings ...string) access.Entry {
	p := &access.Policy{ID: access.PolicyID(id), Name: id, Revision: revision, AllowNonProvisionable: lenient}
	for i := 0; i < len(settings); i += 2 {
		p.Settings = append(p.Settings, access.PolicySetting{Element: settings[i], Value: settings[i+1]})
	}
	return access.Entry{Kind: access.EntryPolicy, Key: id, Policy: p}
}

// everybody makes a policy the default one.
func everybody(id string) access.Entry {
	p := access.DefaultPreferences()
	p.DefaultPolicy = access.PolicyID(id)
	return access.Entry{Kind: access.EntryPreferences, Preferences: &p}
}

// told gives the acknowledgements that the console has got.
func (s *sink) acks() (list []access.PolicyAck) {
	kept, _ := s.lists()
	for _, k := range kept {
		if k.Policy != nil {
			list = append(list, *k.Policy)
		}
	}
	return list
}

func (s *sink) wipes() (list []access.WipeReport) {
	kept, _ := s.lists()
	for _, k := range kept {
		if k.Wipe != nil {
			list = append(list, *k.Wipe)
		}
	}
	return list
}

// The table of eas.md 3.4, first three rows: which signal a version gets. C-07
func TestAPhoneWithoutKeyIsToldToProvisionInItsOwnWay(t *testing.T) {
	tests := []struct {
		version     eas.Version
		key         uint32
		http, inBod int
	}{
		{eas.V12_0, 0, 449, 0},
		{eas.V12_1, 0, 449, 0},
		{eas.V12_1, 77, 449, 0},
		{eas.V14_0, 0, 0, 142},
		{eas.V14_1, 0, 0, 142},
		{eas.V16_0, 0, 0, 142},
		{eas.V16_1, 0, 0, 142},
		{eas.V14_1, 77, 0, 144},
		{eas.V16_1, 77, 0, 144},
	}
	w := newWorld(t)
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	for i, tt := range tests {
		c := w.phone("bob")
		c.DeviceID, c.Version, c.PolicyKey = fmt.Sprintf("TELL%d", i), tt.version, tt.key
		_, err := c.FolderSync(timeout(t), "0")
		if statusOf(err) != tt.http || easStatus(err) != tt.inBod {
			t.Errorf("%v with key %d: %v", tt.version, tt.key, err)
		}
	}
	if n := len(w.mail.Requests()); n > len(tests) { // each may ask once whether the password is right
		t.Errorf("the mail server saw %d requests", n)
	}
}

// A-15, D-06: assigned, asked for, acknowledged, and from then on mail.
func TestAPhoneAcceptsItsPolicyAndGoesOn(t *testing.T) {
	for _, v := range []eas.Version{eas.V12_0, eas.V12_1, eas.V14_0, eas.V14_1, eas.V16_0, eas.V16_1} {
		t.Run(v.String(), func(t *testing.T) {
			w := newWorld(t)
			w.apply(site(), policy("p", 3, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6", "AllowCamera", "0"), everybody("p"))
			c := w.phone("bob")
			c.Version = v
			res, err := c.Provision(timeout(t), easclient.Device{Model: "iPhone 12"})
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Policy.Child(wbxml.ProvisionMinDevicePasswordLength).Value(); got != "6" {
				t.Errorf("length %q", got)
			}
			if has := res.Policy.Child(wbxml.ProvisionAllowCamera) != nil; has != (v >= eas.V12_1) {
				t.Errorf("camera in the document: %v", has)
			}
			if _, err := c.FolderSync(timeout(t), "0"); err != nil {
				t.Fatal(err)
			}
			acks := w.sink.acks()
			if len(acks) != 1 || acks[0].Policy != "p" || acks[0].Revision != 3 || acks[0].Answer != access.PolicyApplied || acks[0].Protocol != v.String() {
				t.Errorf("told: %+v", acks)
			}
			for _, r := range w.mail.Requests() {
				if r.Header.Get("X-Ms-Policykey") != "" {
					t.Error("the mail server was shown a key that it cannot know")
				}
			}
			// The next revision: the key is of the one before.
			w.apply(policy("p", 4, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "8"))
		})
	}
}

// A story that alternates two gateways request by request: keys need no memory.
func TestAnyGatewayOfTheSiteTakesTheKeyOfAnother(t *testing.T) {
	one, two := newWorld(t), newWorld(t)
	for _, w := range []*world{one, two} {
		w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	}
	c := one.phone("bob")
	at := func(w *world) *easclient.Client { c.URL, c.HTTP = w.url(), w.client(); return c }
	res, err := at(one).ProvisionAsk(timeout(t), easclient.Device{})
	if err != nil {
		t.Fatal(err)
	}
	c.PolicyKey = res.Key
	if res, err = at(two).ProvisionAcknowledge(timeout(t), res.Key, 1); err != nil {
		t.Fatal(err)
	}
	c.PolicyKey = res.Key
	for range 3 {
		for _, w := range []*world{one, two} {
			if _, err := at(w).FolderSync(timeout(t), "0"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAChangedPolicyIsAskedForAnew(t *testing.T) {
	clock := time.Now()
	w := newWorld(t, func(s *setting) { s.gateway.Now = func() time.Time { return clock } })
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	w.apply(record("bob", "PHONEBOB", access.Override{}), record("alice", "PHONEALICE", access.Override{}))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute) // past the grace for what is still under way
	w.apply(policy("p", 2, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "8"))
	if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 144 {
		t.Fatalf("with an outdated key: %v", err)
	}
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	// What the phone's version does not know does not count: 12.0 is not asked again for a camera.
	old := w.phone("alice")
	old.Version = eas.V12_0
	if _, err := old.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	w.apply(policy("p", 3, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "8", "AllowCamera", "0"))
	if _, err := old.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("12.0: %v", err)
	}
	if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 144 {
		t.Errorf("14.1: %v", err)
	}
}

// Refusals follow the policy: strict ones refuse, others let pass, and both are told.
func TestAPhoneThatDoesNotDoAsItIsTold(t *testing.T) {
	tests := []struct {
		ack     int
		answer  access.PolicyAnswer
		refusal int
	}{
		{2, access.PolicyPartial, 139},
		{3, access.PolicyRefused, 130},
		{4, access.PolicyExternal, 145},
	}
	for _, lenient := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s lenient=%v", tt.answer, lenient), func(t *testing.T) {
				w := newWorld(t)
				w.apply(site(), policy("p", 1, lenient, "DevicePasswordEnabled", "1"), everybody("p"))
				c := w.phone("bob")
				res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
				if err != nil {
					t.Fatal(err)
				}
				c.PolicyKey = res.Key
				res, err = c.ProvisionAcknowledge(timeout(t), res.Key, tt.ack)
				acks := w.sink.acks()
				if len(acks) != 1 || acks[0].Answer != tt.answer {
					t.Errorf("told: %+v", acks)
				}
				if lenient {
					if err != nil {
						t.Fatal(err)
					}
					c.PolicyKey = res.Key
					if _, err := c.FolderSync(timeout(t), "0"); err != nil {
						t.Error(err)
					}
					return
				}
				if easStatus(err) != tt.refusal {
					t.Errorf("answered %v, want status %d", err, tt.refusal)
				}
				if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 144 {
					t.Errorf("with the temporary key: %v", err)
				}
			})
		}
	}
}

func TestAnAcknowledgementIsKeptBeforeThePhoneIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
	if err != nil {
		t.Fatal(err)
	}
	w.sink.setFail(errors.New("the disk is full"))
	c.PolicyKey = res.Key
	if _, err := c.ProvisionAcknowledge(timeout(t), res.Key, 1); statusOf(err) != 503 {
		t.Fatalf("nothing can be kept: %v", err)
	}
	w.sink.setFail(nil)
	if _, err := c.ProvisionAcknowledge(timeout(t), res.Key, 1); err != nil {
		t.Fatal(err)
	}
}

func TestAWrongTemporaryKeyBeginsAnew(t *testing.T) {
	w := newWorld(t)
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	res, err := c.ProvisionAcknowledge(timeout(t), 4711, 1)
	if err == nil || res == nil || res.PolicyStatus != 5 {
		t.Fatalf("%+v, %v", res, err)
	}
	if acks := w.sink.acks(); len(acks) > 0 {
		t.Errorf("told: %+v", acks)
	}
}

func TestAStrangerLearnsNothingOfPolicies(t *testing.T) {
	w := newWorld(t)
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	c.Password = "wrong"
	if _, err := c.ProvisionAsk(timeout(t), easclient.Device{}); statusOf(err) != 401 {
		t.Errorf("Provision: %v", err)
	}
	c.Password = "wrong2"
	if _, err := c.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
		t.Errorf("FolderSync: %v", err)
	}
}

// A phone that never asks is told louder, and then counts as one that cannot.
func TestAPhoneThatNeverAsksForItsPolicy(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		w := newWorld(t)
		w.apply(site(), policy("p", 1, lenient, "DevicePasswordEnabled", "1"), everybody("p"))
		c := w.phone("bob")
		var got []int
		for range 8 {
			_, err := c.FolderSync(timeout(t), "0")
			got = append(got, max(easStatus(err), statusOf(err)))
		}
		want := []int{142, 142, 142, 449, 449, 449, 449, 449}
		if lenient {
			want = []int{142, 142, 142, 449, 449, 449, 0, 0}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("lenient=%v: %v, want %v", lenient, got, want)
		}
	}
}

func TestAPhoneThatLoopsIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.apply(site(), policy("p", 1, true, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	for range 13 {
		if _, err := c.ProvisionAsk(timeout(t), easclient.Device{}); err != nil {
			t.Fatal(err)
		}
		c.PolicyKey = 0
	}
	if _, err := c.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("a lenient policy lets a phone pass that asks for ever: %v", err)
	}
}

// A phone of 2.5 is told once that there is no policy for it. Under a strict one it is refused, whatever key it
// sends, and never told to get one: it would ask for ever. Strangers are not told even that. C-07
func TestTheRelicOfTwoFive(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		w := newWorld(t)
		w.apply(site(), policy("p", 1, lenient, "DevicePasswordEnabled", "1"), everybody("p"))
		c := w.phone("bob")
		c.Version = eas.V2_5
		res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
		if err != nil || res.PolicyStatus != 2 || res.Key != 0 {
			t.Errorf("%+v, %v", res, err)
		}
		for i := range 2 * 6 {
			c.PolicyKey = uint32(i % 2 * 4711)
			_, err = c.FolderSync(timeout(t), "0")
			if lenient && err != nil || !lenient && statusOf(err) != 403 {
				t.Fatalf("lenient=%v, request %d: %v", lenient, i, err)
			}
		}
		if acks := w.sink.acks(); len(acks) != 0 {
			t.Errorf("it has answered nothing: %+v", acks)
		}
		if lenient {
			continue
		}
		c.Password = "a guess"
		if _, err = c.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
			t.Errorf("a stranger was told %v", err)
		}
	}
}

// A parked Ping carries no key: when its phone's policy changes, it is ended, and the next command is told.
func TestAChangedPolicyReachesAWaitingPhone(t *testing.T) {
	w := newWorld(t)
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	go func() {
		res, err := c.Ping(ctx, 600, "1")
		if err == nil && res.Status != 7 {
			err = fmt.Errorf("Ping status %d", res.Status)
		}
		done <- err
	}()
	w.parked(1)
	w.apply(policy("p", 2, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "8"))
	if err := <-done; err != nil && easStatus(err) != 7 {
		t.Fatal(err)
	}
}

// A gateway that has begun anew with a snapshot from before an acknowledgement knows of it from its reports on
// disk. W-01
func TestAnOrderIsNotToldAgainByAGatewayThatBeginsAnew(t *testing.T) {
	for _, acknowledged := range []bool{false, true} {
		w := newWorld(t, func(s *setting) {
			if acknowledged {
				s.gateway.Wiped = []access.WipeID{"w1"}
			}
		})
		e := record("bob", "PHONEBOB", access.Override{})
		e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipeDelivered, By: "admin", At: time.Now()}
		w.apply(e)
		c := w.phone("bob")
		c.DeviceID = "PHONEBOB"
		_, err := c.FolderSync(timeout(t), "0")
		want := 140
		if acknowledged {
			want = 129
		}
		if easStatus(err) != want {
			t.Errorf("acknowledged=%v: FolderSync %v", acknowledged, err)
		}
		res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
		if acknowledged && statusOf(err) != 403 || !acknowledged && (err != nil || !res.Wipe) {
			t.Errorf("acknowledged=%v: Provision %+v, %v", acknowledged, res, err)
		}
	}
}

// W-01 to W-04 on the wire: one record is told, its neighbours are not.
func TestAWipeGoesToOneRecordAndIsToldOnce(t *testing.T) {
	for _, v := range []eas.Version{eas.V2_5, eas.V12_1, eas.V14_1, eas.V16_1} {
		t.Run(v.String(), func(t *testing.T) {
			w := newWorld(t)
			e := record("bob", "PHONEBOB", access.Override{})
			e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipePending, By: "admin", At: time.Now()}
			w.apply(e, record("alice", "PHONEBOB", access.Override{}))
			c := w.phone("bob")
			c.DeviceID, c.Version, c.PolicyKey = "PHONEBOB", v, 5
			_, err := c.FolderSync(timeout(t), "0")
			if v.InBand() && easStatus(err) != 140 || !v.InBand() && statusOf(err) != 449 {
				t.Fatalf("the phone is not told: %v", err)
			}
			other := w.phone("alice")
			other.DeviceID, other.Version = "PHONEBOB", v
			if _, err := other.FolderSync(timeout(t), "0"); err != nil {
				t.Errorf("the other account of the phone: %v", err)
			}
			res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
			if err != nil || !res.Wipe {
				t.Fatalf("no order: %+v, %v", res, err)
			}
			if _, err := c.AcknowledgeWipe(timeout(t), false, 1); err != nil {
				t.Fatal(err)
			}
			list := w.sink.wipes()
			if len(list) != 2 || list[0].State != access.WipeDelivered || list[1].State != access.WipeAcknowledged || list[1].ID != "w1" {
				t.Errorf("told: %+v", list)
			}
			// The order is not told again, although the snapshot does not say so yet.
			if res, err := c.ProvisionAsk(timeout(t), easclient.Device{}); err == nil && res.Wipe {
				t.Error("told again after it was acknowledged")
			}
			if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 129 && statusOf(err) != 403 {
				t.Errorf("a wiped phone: %v", err)
			}
		})
	}
}

func TestAWaitingPhoneHearsOfItsWipeAtOnce(t *testing.T) {
	w := newWorld(t)
	w.apply(record("bob", "PHONEBOB", access.Override{}))
	c := w.phone("bob")
	c.DeviceID = "PHONEBOB"
	done := make(chan int, 1)
	go func() {
		res, err := c.Ping(context.Background(), 600, "1")
		if err != nil {
			done <- easStatus(err)
			return
		}
		done <- res.Status
	}()
	w.parked(1)
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipePending}
	w.apply(e)
	if status := <-done; status != 7 {
		t.Errorf("Ping status %d", status)
	}
}

func TestAnAccountIsWipedOnlyWhereTheVersionKnowsHow(t *testing.T) {
	w := newWorld(t)
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeAccount, State: access.WipePending}
	w.apply(e)
	c := w.phone("bob")
	c.DeviceID, c.Version = "PHONEBOB", eas.V16_0
	if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("16.0: %v", err)
	}
	c.Version = eas.V16_1
	if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 140 {
		t.Errorf("16.1: %v", err)
	}
	res, err := c.ProvisionAsk(timeout(t), easclient.Device{})
	if err != nil || !res.AccountWipe || res.Wipe {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := c.AcknowledgeWipe(timeout(t), true, 1); err != nil {
		t.Fatal(err)
	}
	if list := w.sink.wipes(); len(list) != 2 || list[1].State != access.WipeAcknowledged {
		t.Errorf("told: %+v", list)
	}
}

// a stolen phone's password has been changed. It hears of its order all the same; who says then to
// have been wiped may be anybody, so the order stays.
func TestAWipeReachesAPhoneThatCannotLogIn(t *testing.T) {
	w := newWorld(t)
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipePending}
	w.apply(e)
	c := w.phone("bob")
	c.DeviceID, c.Password = "PHONEBOB", "of last week"
	for range 3 { // also after the mail server has refused the password
		if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) != 140 {
			t.Fatalf("the phone is not told: %v", err)
		}
	}
	if res, err := c.ProvisionAsk(timeout(t), easclient.Device{}); err != nil || !res.Wipe {
		t.Fatalf("no order: %+v, %v", res, err)
	}
	if _, err := c.AcknowledgeWipe(timeout(t), false, 1); err != nil {
		t.Fatal(err)
	}
	list := w.sink.wipes()
	if len(list) != 2 || list[1].State != access.WipeUnverified {
		t.Fatalf("told: %+v", list)
	}
	e.Record.Wipe.State = access.WipeUnverified
	w.apply(e)
	if _, err := c.FolderSync(timeout(t), "0"); statusOf(err) != 449 { // louder, by now
		t.Errorf("the order is on offer no more: %v", err)
	}
	good := w.phone("bob")
	good.DeviceID = "PHONEBOB"
	if _, err := good.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("who can log in: %v", err)
	}
	// A pair without an order is answered as ever.
	none := w.phone("bob")
	none.DeviceID, none.Password = "ANOTHER", "of last week"
	if _, err := none.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
		t.Errorf("another pair: %v", err)
	}
}

func TestGuessingForOrdersIsLimited(t *testing.T) {
	w := newWorld(t)
	for i := range 14 {
		e := record("bob", fmt.Sprintf("LOST%02d", i), access.Override{})
		e.Record.Wipe = access.Wipe{ID: access.WipeID(fmt.Sprint(i)), Kind: access.WipeFull, State: access.WipePending}
		w.apply(e)
	}
	heard := 0
	for i := range 14 {
		c := w.phone("bob")
		c.DeviceID, c.Password = fmt.Sprintf("LOST%02d", i), "guess"
		if _, err := c.FolderSync(timeout(t), "0"); easStatus(err) == 140 {
			heard++
		}
	}
	if heard != 10 {
		t.Errorf("%d orders heard of", heard)
	}
}

func TestAPhoneThatCannotWipeIsToldAgain(t *testing.T) {
	w := newWorld(t)
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipeDelivered}
	w.apply(e)
	c := w.phone("bob")
	c.DeviceID = "PHONEBOB"
	res, _ := c.AcknowledgeWipe(timeout(t), false, 2)
	if res == nil || !res.Wipe || res.Status != 2 {
		t.Fatalf("%+v", res)
	}
	if list := w.sink.wipes(); len(list) != 1 || list[0].State != access.WipeFailed {
		t.Errorf("told: %+v", list)
	}
}
