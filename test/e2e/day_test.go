// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/api"
)

// A phone's day, with a mail server behind TLS of a private authority: it asks, is told of mail, reads it,
// fetches what hangs on it, answers.
//
// R-15 Y-03
func TestAPhonesDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{servers: []mailPlan{{name: "mail", domains: []string{"lab.example"}, users: []string{"bob", "alice"}, tls: true}}})
	p := w.phone(0, "bob@lab.example", "PHONEONE")
	p.Password = secret("bob")
	o, err := p.Options(timeout(t))
	if err != nil || len(o.Versions) == 0 {
		t.Fatalf("OPTIONS: %v, %v", o, err)
	}
	if _, err := p.Provision(timeout(t), easclient.Device{Model: "iPhone11,8", PhoneNumber: "+15550100", OS: "iOS 17.1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.UserInformation(timeout(t)); err != nil {
		t.Fatal(err)
	}
	f, err := p.FolderSync(timeout(t), "0")
	if err != nil {
		t.Fatal(err)
	}
	sync := func(key string) easclient.Changes {
		t.Helper()
		r, err := p.Sync(timeout(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: f.Inbox(), Key: key}}})
		if err != nil || len(r.Collections) != 1 {
			t.Fatalf("Sync: %+v, %v", r, err)
		}
		return r.Collections[0]
	}
	key := sync("0").Key
	ping := w.ping(t.Context(), 0, 1, p)
	file := bytes.Repeat([]byte("attached "), 200_000)
	if _, err := w.mail[0].Deliver("bob", eastest.Message{From: "alice@lab.example", Subject: "minutes", Text: "as promised",
		Files: []eastest.File{{Name: "minutes.txt", Type: "text/plain", Data: file}}}); err != nil {
		t.Fatal(err)
	}
	if got := <-ping; got.err != nil || got.status != 2 {
		t.Fatalf("Ping: status %d, %v", got.status, got.err)
	}
	got := sync(key)
	if len(got.Added) != 1 || got.Added[0].Subject != "minutes" || len(got.Added[0].Attachments) != 1 {
		t.Fatalf("Sync brings %+v", got.Added)
	}
	for _, multi := range []bool{false, true} {
		r, err := p.ItemOperations(timeout(t), multi, easclient.Fetch{Reference: got.Added[0].Attachments[0].Reference})
		if err != nil || len(r.Items) != 1 || !bytes.Equal(r.Items[0].Data, file) {
			t.Errorf("the attachment (in parts: %v): %v", multi, err)
		}
	}
	letter := "From: bob@lab.example\r\nTo: alice@lab.example\r\nSubject: thanks\r\n\r\n" + strings.Repeat("read and understood\r\n", 20_000)
	if _, err := p.SendMail(timeout(t), easclient.Mail{MIME: []byte(letter)}); err != nil {
		t.Fatal(err)
	}
	if in := w.mail[0].Messages("alice", eastest.Inbox); len(in) != 1 || !strings.Contains(string(in[0].MIME), "understood") {
		t.Errorf("alice has %d mails", len(in))
	}
	w.await("bob", "PHONEONE")
	var a api.Association
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the record: %+v", a)
		}
	})
	eventually(t, soon, "what the phone told is on the list", func() bool {
		a, _ = w.find("bob", "PHONEONE")
		return a.Model == "iPhone11,8" && a.Number == "+15550100" && a.Mailbox == "bob@lab.example" && !a.MailboxDerived && !a.LastSuccess.IsZero()
	})
}

// A mail server whose certificate nobody vouches for gets no password, and the page says why.
func TestAMailServerThatCannotBeTrustedGetsNoPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{servers: []mailPlan{{name: "mail", domains: []string{"lab.example"}, users: []string{"bob"}, tls: true, trust: authority(t)}}})
	expect(t, "later", w.phone(0, "bob", "PHONEONE"))
	eventually(t, soon, "the page names the trouble", func() bool {
		g := w.connected(0)
		return len(g.Status.Backends) == 1 && !g.Status.Backends[0].Up && strings.Contains(g.Status.Backends[0].Problem, "certificate")
	})
	if n := len(w.mail[0].Requests()); n != 0 {
		t.Errorf("the mail server saw %d requests", n)
	}
	if found := w.list(""); len(found) != 0 {
		t.Errorf("a record of credentials nobody has checked: %+v", found)
	}
}

// authority is the certificate of an authority that has signed nothing.
func authority(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
