// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"context"
	"crypto/tls"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/internal/api"
)

// Shadow mode decides and shows, and lets everything pass; the moment it ends, what was decided counts.
//
// Y-01 Y-18
func TestShadowModeShowsWhatItWouldRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{settings: func(s *api.Settings) { s.AutoBlock, s.Shadow = true, true }})
	bob, alice := w.phone(0, "bob", "PHONEONE"), w.phone(0, "alice", "PHONETWO")
	expect(t, "passed", bob)
	expect(t, "passed", alice)
	record := w.await("bob", "PHONEONE")
	w.await("alice", "PHONETWO")
	if record.SyncStatus != "blocked" || record.Why.Rule != "unregistered" || record.Why.Enforced {
		t.Errorf("the record in shadow mode: %s because %+v", record.SyncStatus, record.Why)
	}
	if record.Reported == nil || record.Reported.Enforced || record.Reported.Rule != "unregistered" || record.LastSuccess.IsZero() {
		t.Errorf("the gateway reported %+v, last success %v", record.Reported, record.LastSuccess)
	}
	r := w.say("block", record.ID)
	if !r.Shadow {
		t.Errorf("the answer to Block does not say that it is not enforced: %+v", r)
	}
	w.obeyed(r.Number)
	expect(t, "passed", bob)
	boss := w.signIn()
	if page := boss.show("/activesync"); !strings.Contains(page, "Shadow mode") {
		t.Errorf("no banner on the page: %.300s", page)
	}
	ping := w.ping(t.Context(), 0, 1, bob)

	w.change(func(s *api.Settings) { s.Shadow = false })
	said := time.Now()
	if got := <-ping; got.at.Sub(said) > time.Second || got.status != 7 {
		t.Errorf("the waiting request ended %v after shadow mode with status %d, %v", got.at.Sub(said), got.status, got.err)
	}
	expect(t, "refused", bob)
	expect(t, "refused", alice)
	if a, _ := w.find("bob", "PHONEONE"); !a.Why.Enforced || a.Why.Rule != "manual-block" {
		t.Errorf("the record after shadow mode: %+v", a.Why)
	}
	if page := boss.show("/activesync"); strings.Contains(page, "Shadow mode is on") {
		t.Errorf("the banner is still there")
	}
}

// A client that knows a mail address and a password finds the gateway, never the server behind it.
func TestAClientFindsTheGatewayFromAMailAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "external_url = \"https://mail.lab.example\""})
	c := w.client("gw1", "gateway")
	tr := c.Transport.(*http.Transport)
	tr.TLSClientConfig = &tls.Config{RootCAs: tr.TLSClientConfig.RootCAs, ServerName: "localhost"} // the self-made certificate knows that name
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr != "autodiscover.lab.example:443" && addr != "mail.lab.example:443" {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}}
		}
		return (&net.Dialer{}).DialContext(ctx, network, w.fronts[0])
	}
	seeker := &autodiscover.Client{HTTP: c, User: "bob", Password: secret("bob"),
		LookupSRV: func(context.Context, string, string, string) (string, []*net.SRV, error) {
			return "", nil, &net.DNSError{IsNotFound: true}
		}}
	found, err := seeker.Discover(timeout(t), "bob@lab.example")
	if err != nil {
		t.Fatal(err)
	}
	if found.URL != "https://mail.lab.example"+eas.Path {
		t.Errorf("it found %s", found.URL)
	}
	p := w.phone(0, "bob", "PHONEONE")
	p.URL, p.HTTP = found.URL, c
	expect(t, "passed", p)
	w.await("bob", "PHONEONE")
}
