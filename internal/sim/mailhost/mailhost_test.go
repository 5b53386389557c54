// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package mailhost_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/sim/mailhost"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, cfg mailhost.Config) *mailhost.Host {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := mailhost.New(cfg)
	h.Start(l)
	t.Cleanup(h.Stop)
	return h
}

// client is a phone of a person, with connections of its own.
func client(t *testing.T, h *mailhost.Host, p company.Person) *easclient.Client {
	t.Helper()
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &easclient.Client{URL: h.URL(), User: p.Address(), Password: p.Password, DeviceID: "TEST1", DeviceType: "Test",
		UserAgent: "test", Version: eas.V14_1, HTTP: &http.Client{Transport: tr}}
}

func TestEverybodyHasMailAndTheSpareMailboxToo(t *testing.T) {
	c := company.New(1, 40)
	h := start(t, mailhost.Config{Company: c, Every: -1})
	files := 0
	for _, p := range h.People() {
		mails := h.Server().Messages(p.Login, eastest.Inbox)
		if len(mails) < 3 {
			t.Errorf("%s has %d mails", p.Login, len(mails))
		}
		for _, m := range mails {
			files += len(m.Files)
		}
	}
	if files == 0 {
		t.Error("no mail has an attachment")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	res, err := client(t, h, c.Spare).FolderSync(ctx, "0")
	if err != nil || res.Inbox() != eastest.Inbox {
		t.Errorf("the spare mailbox: %v", err)
	}
}

func TestMailTricklesIn(t *testing.T) {
	c := company.New(1, 1)
	h := start(t, mailhost.Config{Company: c, Every: time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := client(t, h, c.Spare)
	for range 3 {
		if res, err := p.Ping(ctx, 600, eastest.Inbox); err != nil || res.Status != 2 {
			t.Fatalf("Ping: %+v, %v", res, err)
		}
	}
}

func TestTwoHostsDifferAsTheirOriginalsDo(t *testing.T) {
	c := company.New(1, 60)
	sites := company.Sites()
	exchange := start(t, mailhost.Config{Company: c, Sites: []string{sites[0].Name}, Every: -1, Demanding: true})
	sogo := start(t, mailhost.Config{Company: c, Sites: []string{sites[1].Name}, Every: -1, Path: "/SOGo"})
	if want := []string{"company.example", "COMPANY"}; !slices.Equal(exchange.Domains(), want) {
		t.Errorf("domains %v", exchange.Domains())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := client(t, exchange, exchange.People()[0])
	_, err := p.FolderSync(ctx, "0")
	if e, ok := errors.AsType[*easclient.StatusError](err); !ok || e.Status != int(eas.StatusNotProvisioned) {
		t.Errorf("without policy: %v", err)
	}
	p = client(t, sogo, sogo.People()[0])
	if _, err := p.FolderSync(ctx, "0"); err != nil {
		t.Errorf("where nothing is demanded: %v", err)
	}
	o, err := p.Options(ctx)
	if err != nil || o.Best() != eas.V14_1 {
		t.Errorf("versions %v, %v", o.Versions, err)
	}
	if slices.Contains(o.Commands, "Provision") || !slices.Contains(o.Commands, "ItemOperations") {
		t.Errorf("commands %v", o.Commands)
	}
	p.Password = "wrong"
	_, err = p.FolderSync(ctx, "0")
	if e, ok := errors.AsType[*easclient.HTTPError](err); !ok || e.Status != http.StatusUnauthorized {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestCredentialsInLatin1AreRead(t *testing.T) {
	c := company.New(1, 3)
	h := start(t, mailhost.Config{Company: c, Every: -1})
	boss := c.People[0]
	latin := func(s string) string {
		var b []byte
		for _, r := range s {
			b = append(b, byte(r))
		}
		return string(b)
	}
	p := client(t, h, boss)
	p.User, p.Password = latin(boss.Address()), latin(boss.Password)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := p.FolderSync(ctx, "0"); err != nil {
		t.Errorf("%s in Latin-1: %v", boss.Display, err)
	}
}

func TestStopAnswersThoseWhoWait(t *testing.T) {
	c := company.New(1, 1)
	h := start(t, mailhost.Config{Company: c, Every: -1})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := client(t, h, c.Spare)
	got := make(chan error, 1)
	go func() {
		_, err := p.Ping(ctx, 3540, eastest.Inbox)
		got <- err
	}()
	if err := h.Server().Wait(ctx, func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
		t.Fatal(err)
	}
	h.Stop()
	if err := <-got; err != nil {
		t.Errorf("the Ping ended with %v", err)
	}
}
