// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vedette-mail/vedette/internal/sim"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTwoHundredPhonesComeAliveAndLeaveWithoutATrace(t *testing.T) {
	w := sim.New(sim.Config{Phones: 200, Every: -1})
	if err := w.OpenHosts(listen(t)); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	begin := time.Now()
	w.RingPhones(ctx, phone.Network{URL: w.Hosts[0].URL(), OwnAddresses: true, Pace: phone.Pace{Start: time.Second, Mail: -1}})
	if err := w.Fleet.Wait(ctx, phone.All(phone.State.AsDesigned)); err != nil {
		for _, s := range w.Fleet.States() {
			if !s.AsDesigned() {
				t.Errorf("%s %s (%s): %s, HTTP %d, EAS %d, %s", s.Kind, s.Device, s.User, s.Phase, s.HTTP, s.EAS, s.Problem)
			}
		}
		t.Fatal(err)
	}
	t.Logf("%d accounts on %d phones as designed after %v", len(w.Fleet.States()), len(w.Fleet.Phones()), time.Since(begin))
	for _, s := range w.Fleet.States() {
		if s.Phase == phone.Waiting && s.Mails == 0 {
			t.Errorf("%s of %s waits without having any mail", s.Kind, s.User)
		}
	}
	w.StopPhones()
	for _, s := range w.Fleet.States() {
		if s.Phase != phone.Off {
			t.Errorf("%s of %s is still %s", s.Kind, s.User, s.Phase)
		}
	}
}

// M-05
func TestAPhoneHasMailboxesOnTwoServers(t *testing.T) {
	w := sim.New(sim.Config{Phones: 120, Every: -1})
	if err := w.OpenHosts(listen(t), listen(t)); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if w.Hosts[0].URL() == w.Hosts[1].URL() {
		t.Fatal("both hosts have the same address")
	}
	found := false
	for _, p := range w.Company.Phones {
		found = found || p.Why == "has mailboxes on two servers" && len(p.Accounts) == 2
	}
	if !found {
		t.Error("nobody has mailboxes on two servers")
	}
	names := map[string]int{}
	for _, h := range w.Hosts {
		for _, p := range h.People() {
			names[p.Login]++
		}
	}
	if want := len(w.Company.People); len(names) != want+1 { // the spare one
		t.Errorf("hosts have %d mailboxes, want %d", len(names), want+1)
	}
	for login, n := range names {
		if n != 1 {
			t.Errorf("%s has %d mailboxes", login, n)
		}
	}
}

func TestAWorldHasOneOrTwoHosts(t *testing.T) {
	w := sim.New(sim.Config{Phones: 1})
	if err := w.OpenHosts(); err == nil {
		t.Error("a world without mail hosts is no error")
	}
	w.Stop()
}
