// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
)

type pinged struct {
	result *easclient.PingResult
	err    error
}

// ping starts a Ping and waits until it is parked.
func (w *world) ping(ctx context.Context, p *easclient.Client) <-chan pinged {
	w.t.Helper()
	before := w.gw.Parked()
	ch := make(chan pinged, 1)
	go func() {
		r, err := p.Ping(ctx, 3000, "5", "2", "1", "3", "4")
		if easStatus(err) != 0 {
			err = nil // the client takes some statuses for errors; the tests look at them
		}
		ch <- pinged{r, err}
	}()
	until(w.t, "the Ping is parked", func() bool { return w.gw.Parked() == before+1 })
	return ch
}

// inbox makes the first FolderSync and gives the inbox.
func inbox(t *testing.T, p *easclient.Client) string {
	t.Helper()
	f, err := p.FolderSync(timeout(t), "0")
	if err != nil {
		t.Fatal(err)
	}
	return f.Inbox()
}

func TestAParkedPingIsWokenByMailAndItsConnectionGoesOn(t *testing.T) {
	for name, plain := range map[string]bool{"tls": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) { s.plain = plain })
			p := w.phone("bob")
			p.HTTP.Transport = counting(p.HTTP.Transport)
			in := inbox(t, p)
			for round := range 3 {
				ch := make(chan pinged, 1)
				go func() {
					r, err := p.Ping(timeout(t), 3000, in)
					ch <- pinged{r, err}
				}()
				w.parked(1)
				if _, err := w.mail.Deliver("bob", eastest.Message{Subject: "wake up"}); err != nil {
					t.Fatal(err)
				}
				got := <-ch
				if got.err != nil {
					t.Fatalf("round %d: %v", round, got.err)
				}
				if got.result.Status != 2 {
					t.Errorf("round %d: Ping status %d", round, got.result.Status)
				}
				w.parked(0)
				if _, err := p.FolderSync(timeout(t), "0"); err != nil {
					t.Fatalf("the connection after a parked Ping: %v", err)
				}
			}
			if n := p.HTTP.Transport.(*countingTransport).fresh.Load(); n != 1 {
				t.Errorf("the phone needed %d connections, keep-alive is broken", n)
			}
		})
	}
}

func TestAPhoneThatGoesAwayEndsItsRequestAtTheMailServer(t *testing.T) {
	for name, plain := range map[string]bool{"tls": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) { s.plain = plain })
			p := w.phone("bob")
			ctx, cancel := context.WithCancel(t.Context())
			ch := w.ping(ctx, p)
			cancel()
			if got := <-ch; !errors.Is(got.err, context.Canceled) {
				t.Fatalf("ping: %v", got.err)
			}
			began := time.Now()
			if err := w.mail.Wait(timeout(t), func(c eastest.Counters) bool { return c.Cancelled == 1 && c.Running == 0 }); err != nil {
				t.Fatalf("the mail server's request goes on: %+v", w.mail.Counters())
			}
			if d := time.Since(began); d > time.Second {
				t.Errorf("it took %v", d)
			}
			w.parked(0)
		})
	}
}

// Y-02 A-17
func TestABlockEndsTheParkedRequestOfItsPairOnly(t *testing.T) {
	w := newWorld(t)
	bob, alice := w.phone("bob"), w.phone("alice")
	one := w.ping(timeout(t), bob)
	actx, cancel := context.WithCancel(t.Context())
	defer cancel()
	two := w.ping(actx, alice)
	began := time.Now()
	w.apply(record("bob", "PHONEBOB", block("lost")))
	got := <-one
	if d := time.Since(began); d > time.Second {
		t.Errorf("the block took %v", d)
	}
	if got.err != nil || got.result.Status != 7 {
		t.Fatalf("the blocked Ping: %+v, %v", got.result, got.err)
	}
	if _, err := bob.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("the next request: %v", err)
	}
	select {
	case got := <-two:
		t.Errorf("the other pair's Ping ended: %+v %v", got.result, got.err)
	default:
	}
	w.parked(1)
	if err := w.mail.Wait(timeout(t), func(c eastest.Counters) bool { return c.Running == 1 }); err != nil {
		t.Error("the blocked Ping still runs at the mail server")
	}
}

//
func TestEverySpellingOfABlockedPairIsRefusedAndEnded(t *testing.T) {
	spell := func(name string, f func(*easclient.Client)) struct {
		name string
		f    func(*easclient.Client)
	} {
		return struct {
			name string
			f    func(*easclient.Client)
		}{name, f}
	}
	for _, s := range []struct {
		name string
		f    func(*easclient.Client)
	}{
		spell("other case of the name", func(c *easclient.Client) { c.User = "BOB" }),
		spell("mail address", func(c *easclient.Client) { c.User = "Bob@Lab.Example" }),
		spell("short domain", func(c *easclient.Client) { c.User = `LAB\bob` }),
		spell("domain and address", func(c *easclient.Client) { c.User = `LAB\bob@lab.example` }),
		spell("other case of the device", func(c *easclient.Client) { c.DeviceID = "pHoNeBoB" }),
		spell("hex of the device", func(c *easclient.Client) { c.DeviceID = "50484F4E45424F42" }),
		spell("base64 query", func(c *easclient.Client) { c.Base64 = true }),
		spell("another User parameter", func(c *easclient.Client) { c.QueryUser = "alice" }),
		spell("token", func(c *easclient.Client) { c.Bearer = "h." + claims("BOB") + ".s" }),
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.phone("bob")
			s.f(p)
			if p.Bearer != "" {
				w.mail.AddUser(eastest.User{Name: "bob", Password: "bobpw", Address: "bob@lab.example", Token: p.Bearer})
			}
			ch := w.ping(timeout(t), p)
			w.apply(record("bob", "PHONEBOB", block("lost")))
			if got := <-ch; got.err != nil || got.result.Status != 7 {
				t.Fatalf("parked: %+v, %v", got.result, got.err)
			}
			if _, err := p.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
				t.Errorf("next: %v", err)
			}
		})
	}
}

func TestAVerdictThatEndsByTimeEndsTheParkedRequest(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.prefs.AutoBlock = true })
	until := time.Now().Add(700 * time.Millisecond)
	w.apply(record("bob", "PHONEBOB", access.Override{Kind: access.OverrideAllow, At: time.Now(), Until: until}))
	got := <-w.ping(timeout(t), w.phone("bob"))
	if now := time.Now(); now.Before(until) || now.After(until.Add(time.Second)) {
		t.Errorf("ended %v after the verdict", now.Sub(until))
	}
	if got.err != nil || got.result.Status != 7 {
		t.Errorf("%+v, %v", got.result, got.err)
	}
}

func TestShutdownAnswersEveryParkedRequest(t *testing.T) {
	w := newWorld(t)
	ping := w.ping(timeout(t), w.phone("bob"))
	p := w.phone("alice")
	in := inbox(t, p)
	first, err := p.Sync(timeout(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: in, Key: "0"}}})
	if err != nil {
		t.Fatal(err)
	}
	type synced struct {
		r   *easclient.SyncResult
		err error
	}
	sync := make(chan synced, 1)
	go func() {
		r, err := p.Sync(timeout(t), easclient.SyncRequest{Heartbeat: 3000,
			Collections: []easclient.SyncCollection{{ID: in, Key: first.Collections[0].Key}}})
		sync <- synced{r, err}
	}()
	w.parked(2)
	w.stop()
	if got := <-ping; got.err != nil || got.result.Status != 1 {
		t.Errorf("Ping: %+v, %v", got.result, got.err)
	}
	if got := <-sync; got.err != nil || len(got.r.Collections) != 0 {
		t.Errorf("Sync: %+v, %v", got.r, got.err)
	}
}

func TestAMailServerThatHangsUpOnAParkedRequestIsAnsweredForAtOnce(t *testing.T) {
	w := newWorld(t)
	ch := w.ping(timeout(t), w.phone("bob"))
	w.backend.CloseClientConnections()
	got := <-ch
	if statusOf(got.err) != 503 {
		t.Errorf("%+v, %v", got.result, got.err)
	}
}
