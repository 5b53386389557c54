// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/control"
)

// A phone that signs in with a certificate and nothing else is told clearly that this does not work, never
// asked for a password again and again, and an administrator sees it. With a password it is welcome.
func TestAPhoneThatSignsInWithACertificateIsRefusedClearly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "ask_certificate = true"})
	cert, key, err := control.MakeCertificate("bob", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	phone := func(device, user string) *easclient.Client {
		p := w.phone(0, user, device)
		p.HTTP.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{pair}
		return p
	}
	bare := phone("PHONEONE", "bob")
	bare.Password, bare.QueryUser, bare.User = "", "bob", ""
	_, err = bare.FolderSync(timeout(t), "0")
	e, ok := errors.AsType[*easclient.HTTPError](err)
	if !ok || e.Status != http.StatusForbidden {
		t.Fatalf("a certificate alone: %v", err)
	}
	reply, err := bare.Do(timeout(t), easclient.Request{CommandText: "FolderSync"})
	if reply == nil || reply.Header.Get(eas.HeaderThrottle) == "" || reply.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("the answer gives no reason or asks for a password: %+v, %v", reply, err)
	}
	w.gateways[0].logs(soon, "request not passed", "client-certificate", "127.0.0.1")
	eventually(t, soon, "the dashboard counts it", func() bool {
		var d api.Dashboard
		w.call("GET", "/dashboard", nil, &d)
		for _, r := range d.Refusals {
			if r.Rule == "client-certificate" && r.Total >= 2 && contains(r.Text, "certificate") {
				return true
			}
		}
		return false
	})
	for _, r := range w.mail[0].Requests() {
		if r.Query.DeviceID != "" {
			t.Errorf("the mail server saw %s %s", r.Method, r.RawQuery)
		}
	}
	if found := w.list(""); len(found) != 0 {
		t.Errorf("a record of nobody: %+v", found)
	}

	expect(t, "passed", phone("PHONEONE", "bob"))
	expect(t, "passed", w.phone(0, "alice", "PHONETWO")) // asked for one, it has none
	w.await("bob", "PHONEONE")
	w.await("alice", "PHONETWO")
}

// Nobody is asked for a certificate unless an administrator wants it: some phones show people a chooser.
func TestNoPhoneIsAskedForACertificateByDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	p := w.phone(0, "bob", "PHONEONE")
	asked := false
	p.HTTP.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return &tls.Certificate{}, nil
	}
	expect(t, "passed", p)
	if asked {
		t.Error("it is asked for one")
	}
}
