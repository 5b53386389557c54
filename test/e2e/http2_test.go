// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// ear hears which version of HTTP a phone is answered in.
type ear struct {
	http.RoundTripper
	mu    sync.Mutex
	heard map[string]int
}

func (e *ear) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.RoundTripper.RoundTrip(r)
	if err == nil {
		e.mu.Lock()
		e.heard[resp.Proto]++
		e.mu.Unlock()
	}
	return resp, err
}

func (e *ear) only(t *testing.T, want string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.heard) != 1 || e.heard[want] == 0 {
		t.Errorf("it was answered in %v, want %s", e.heard, want)
	}
}

// newPhone is a phone that speaks HTTP/2 where it is offered.
func (w *world) newPhone(i int, user, device string) (*easclient.Client, *ear) {
	w.t.Helper()
	p := w.phone(i, user, device)
	tr := p.HTTP.Transport.(*http.Transport)
	tr.ForceAttemptHTTP2 = true
	e := &ear{RoundTripper: tr, heard: map[string]int{}}
	p.HTTP.Transport = e
	return p, e
}

// waiting waits until gateway i holds n requests, parked or not.
func (w *world) waiting(i int, n string) {
	w.t.Helper()
	eventually(w.t, soon, gatewayName(i)+" holds "+n+" requests", func() bool {
		return w.metric(i, "vedette_gateway_waiting_requests") == n
	})
}

// Phones may speak HTTP/2, with several requests on one connection: they sync, wait for mail, and a block
// ends what waits and refuses what comes, while their other account on the same connection goes on.
//
// A-15 A-17 Y-02
func TestAPhoneThatSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "http2 = true"})
	bob, e := w.newPhone(0, "bob", "PHONEONE")
	alice := *bob
	alice.User, alice.Password = "alice", secret("alice")
	f, err := bob.FolderSync(timeout(t), "0")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "passed", &alice)
	record := w.await("bob", "PHONEONE")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ping := func(p *easclient.Client) <-chan pinged {
		ch := make(chan pinged, 1)
		go func() { ch <- pingOnce(ctx, p, f.Inbox()) }()
		return ch
	}
	mine, others := ping(bob), ping(&alice)
	w.waiting(0, "2")

	// Meanwhile the connection carries mail, in both directions.
	file := bytes.Repeat([]byte("attached "), 200_000)
	if _, err := w.mail[0].Deliver("carol", eastest.Message{From: "bob@lab.example", Subject: "minutes", Text: "as promised",
		Files: []eastest.File{{Name: "minutes.txt", Type: "text/plain", Data: file}}}); err != nil {
		t.Fatal(err)
	}
	carol := *bob
	carol.User, carol.Password = "carol", secret("carol")
	first, err := carol.Sync(timeout(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: f.Inbox(), Key: "0"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := carol.Sync(timeout(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: f.Inbox(), Key: first.Collections[0].Key}}})
	if err != nil || len(got.Collections) != 1 || len(got.Collections[0].Added) != 1 || len(got.Collections[0].Added[0].Attachments) != 1 {
		t.Fatalf("Sync: %+v, %v", got, err)
	}
	read, err := carol.ItemOperations(timeout(t), true, easclient.Fetch{Reference: got.Collections[0].Added[0].Attachments[0].Reference})
	if err != nil || len(read.Items) != 1 || !bytes.Equal(read.Items[0].Data, file) {
		t.Errorf("the attachment: %v", err)
	}
	letter := "From: carol@lab.example\r\nTo: dave@lab.example\r\nSubject: thanks\r\n\r\n" + strings.Repeat("read and understood\r\n", 20_000)
	if _, err := carol.SendMail(timeout(t), easclient.Mail{MIME: []byte(letter)}); err != nil {
		t.Error(err)
	}
	if in := w.mail[0].Messages("dave", eastest.Inbox); len(in) != 1 || strings.Count(string(in[0].MIME), "understood") != 20_000 {
		t.Errorf("dave has %d mails", len(in))
	}

	r := w.say("block", record.ID)
	said := time.Now()
	if got := <-mine; got.at.Sub(said) > time.Second || got.err != nil || got.status != 7 {
		t.Errorf("the Ping ended %v after the block with status %d, %v", got.at.Sub(said), got.status, got.err)
	}
	w.obeyed(r.Number)
	expect(t, "refused", bob)
	expect(t, "passed", &alice)
	w.waiting(0, "1")
	w.obeyed(w.say("allow", record.ID).Number)
	expect(t, "passed", bob)

	if _, err := w.mail[0].Deliver("alice", eastest.Message{From: "bob@lab.example", Subject: "news", Text: "news"}); err != nil {
		t.Fatal(err)
	}
	if got := <-others; got.err != nil || got.status != 2 {
		t.Errorf("the other account's Ping: status %d, %v", got.status, got.err)
	}

	// A phone that gives up takes its request at the mail server with it.
	again := ping(bob)
	w.waiting(0, "1")
	gone := w.mail[0].Counters().Cancelled
	cancel()
	<-again
	if err := w.mail[0].Wait(timeout(t), func(c eastest.Counters) bool { return c.Cancelled > gone && c.Running == 0 }); err != nil {
		t.Errorf("%v, %+v", err, w.mail[0].Counters())
	}
	e.only(t, "HTTP/2.0")
}

// What is not offered is not spoken: HTTP/2 is a setting that is off.
func TestHTTP2IsOffUnlessItIsTurnedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	p, e := w.newPhone(0, "bob", "PHONEONE")
	expect(t, "passed", p)
	e.only(t, "HTTP/1.1")
}
