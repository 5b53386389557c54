// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// pinged is how a Ping ended, and when.
type pinged struct {
	status int
	err    error
	at     time.Time
}

// ping has the phone wait for mail, until the gateway has parked it as its n-th.
func (w *world) ping(ctx context.Context, i, n int, p *easclient.Client) <-chan pinged {
	w.t.Helper()
	f, err := p.FolderSync(timeout(w.t), "0")
	if err != nil {
		w.t.Fatal(err)
	}
	ch := make(chan pinged, 1)
	go func() { ch <- pingOnce(ctx, p, f.Inbox()) }()
	w.parked(i, n)
	return ch
}

// pingOnce waits for mail and says how that ended.
func pingOnce(ctx context.Context, p *easclient.Client, folder string) pinged {
	r, err := p.Ping(ctx, 3000, folder)
	e := pinged{err: err, at: time.Now()}
	if se, ok := errors.AsType[*easclient.StatusError](err); ok {
		e.status, e.err = se.Status, nil
	} else if r != nil {
		e.status = r.Status
	}
	return e
}

// Phones come through two gateways to one console, over pinned TLS.
//
// A-02 A-04 A-05 C-01 C-02 C-04 C-05 C-06 C-07 C-10 C-11 S-09 S-12
func TestEveryAccountOnEveryDeviceIsListedWithItsTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	began := time.Now()
	bob := w.phone(0, "bob", "PHONEONE")
	for _, p := range []*easclient.Client{bob, w.phone(0, "alice", "PHONEONE"), w.phone(1, "bob", "PHONETWO"), w.phone(1, "carol", "PHONETHREE")} {
		expect(t, "passed", p)
	}
	one, other := w.await("bob", "PHONEONE"), w.await("carol", "PHONETHREE")
	w.await("alice", "PHONEONE")
	w.await("bob", "PHONETWO")
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("the list took %v, which is not seconds", d)
	}
	if n := len(w.list("")); n != 4 {
		t.Errorf("%d records, want one for each of four pairs", n)
	}
	if one.Linked || one.Domain != "standalone" || one.SyncStatus != "allowed" || one.OS != "iOS" || one.Model == "" ||
		one.User != "bob" || one.Mailbox == "" || one.Gateway != "gw1" || one.Why.Rule != "pass" {
		t.Errorf("the record: %+v", one)
	}
	if one.FirstSync.Before(began.Add(-2*time.Second)) || one.FirstSync.After(time.Now()) || one.LastSync.Before(one.FirstSync) ||
		one.LastSuccess.IsZero() || one.LastHTTP != 200 {
		t.Errorf("its times: first %v, last %v, success %v, HTTP %d", one.FirstSync, one.LastSync, one.LastSuccess, one.LastHTTP)
	}

	page := w.signIn().show("/activesync")
	for _, word := range []string{"PHONEONE", "PHONETWO", "bob", "alice", "carol", one.Model, "iOS", "Unregistered (Unlinked)", "Allowed", "Standalone", one.Mailbox} {
		if !contains(page, word) {
			t.Errorf("the page does not show %q: %.1000s", word, page)
		}
	}

	// A second contact moves the last time only, and only of its own pair. A gateway that ends hands in
	// what it has not reported yet.
	later := time.Now()
	expect(t, "passed", bob)
	w.gateways[0].stop()
	w.gateways[1].stop()
	var again = one
	eventually(t, 20*time.Second, "the last contact is shown", func() bool {
		again, _ = w.find("bob", "PHONEONE")
		return again.LastSync.After(later.Add(-time.Second)) && again.LastSync.After(one.LastSync)
	})
	if !again.FirstSync.Equal(one.FirstSync) {
		t.Errorf("first sync moved from %v to %v", one.FirstSync, again.FirstSync)
	}
	if quiet, _ := w.find("carol", "PHONETHREE"); !quiet.LastSync.Equal(other.LastSync) {
		t.Errorf("a report without traffic moved the last sync from %v to %v", other.LastSync, quiet.LastSync)
	}
}

// Services > Sentry knows of each gateway what an administrator would ask.
//
//
func TestTheConsoleKnowsItsGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	for i := range w.gateways {
		eventually(t, 2*soon, "the gateway has compared itself with the console", func() bool { return !w.connected(i).Status.Reconciled.IsZero() })
		g := w.connected(i)
		if g.LastReport.IsZero() || g.Status.Position.Number == 0 && len(w.list("")) > 0 || g.Skew > 5 || g.Skew < -5 ||
			g.Status.Version == "" || g.Status.CertExpires.Before(time.Now()) || g.Status.LinkExpires.Before(time.Now()) ||
			len(g.Status.Backends) != 1 || !g.Status.Backends[0].Up || len(g.Problems) != 0 {
			t.Errorf("%+v", g)
		}
	}
	if page := w.signIn().show("/sentry"); !contains(page, "gw1") || !contains(page, "gw2") || !contains(page, "mail") {
		t.Errorf("the page: %.500s", page)
	}
}

// spellings are other ways to write bob on PHONEONE.
func spellings() map[string]func(*easclient.Client) {
	return map[string]func(*easclient.Client){
		"as it is":                 func(*easclient.Client) {},
		"other case of the name":   func(c *easclient.Client) { c.User = "BOB" },
		"mail address":             func(c *easclient.Client) { c.User = "Bob@Lab.Example" },
		"short domain":             func(c *easclient.Client) { c.User = `LAB\bob` },
		"other case of the device": func(c *easclient.Client) { c.DeviceID = "pHoNeOnE" },
		"hex of the device":        func(c *easclient.Client) { c.DeviceID = "50484F4E454F4E45" },
		"base64 query":             func(c *easclient.Client) { c.Base64 = true },
		"another User parameter":   func(c *easclient.Client) { c.QueryUser = "alice" },
		"an old version":           func(c *easclient.Client) { c.Version = eas.V2_5 },
	}
}

// A Block at the console ends the parked request of its pair wherever it waits, and refuses the next one.
//
// A-15 A-17 A-18 R-13 Y-01 Y-02 S-15
func TestABlockActsOnBothGatewaysWithinASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mine, others []<-chan pinged
	mine = append(mine, w.ping(ctx, 0, 1, w.phone(0, "bob", "PHONEONE")))
	at2 := w.phone(1, "LAB\\bob", "phoneone") // the same pair at the other gateway, spelt otherwise
	at2.Password = secret("bob")
	mine = append(mine, w.ping(ctx, 1, 1, at2))
	others = append(others, w.ping(ctx, 0, 2, w.phone(0, "alice", "PHONEONE")), w.ping(ctx, 1, 2, w.phone(1, "bob", "PHONETWO")))
	record := w.await("bob", "PHONEONE")
	w.await("alice", "PHONEONE")

	r := w.say("block", record.ID)
	said := time.Now()
	for i, ch := range mine {
		got := <-ch
		if d := got.at.Sub(said); d > time.Second {
			t.Errorf("the Ping at %s ended %v after the block", gatewayName(i), d)
		}
		if got.err != nil || got.status != 7 {
			t.Errorf("the Ping at %s ended with status %d, %v", gatewayName(i), got.status, got.err)
		}
	}
	for name, spell := range spellings() {
		for i := range w.gateways {
			p := w.phone(i, "bob", "PHONEONE")
			spell(p)
			if got := contact(t, p); got != "refused" {
				t.Errorf("%s at %s: %s", name, gatewayName(i), got)
			}
		}
	}
	for _, ch := range others {
		select {
		case got := <-ch:
			t.Errorf("somebody else's Ping ended: %+v", got)
		default:
		}
	}
	w.parked(0, 1)
	w.parked(1, 1)
	w.obeyed(r.Number)
	if n := len(w.list("PHONEONE")); n != 2 {
		t.Errorf("%d records of the device, want the two accounts", n)
	}
	if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "blocked" || a.Why.Rule != "manual-block" || !contains(a.Why.By, "boss") || a.Why.Detail != "the story says so" {
		t.Errorf("the record shows %s because %+v", a.SyncStatus, a.Why)
	}

	r = w.say("allow", record.ID)
	w.obeyed(r.Number)
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	expect(t, "passed", w.phone(1, "bob", "PHONEONE"))
	if said := w.signIn().show("/changes/" + decimal(r.Number) + "/applied"); !contains(said, "Applied by all 2 gateways.") {
		t.Errorf("the page says %q", said)
	}
}
