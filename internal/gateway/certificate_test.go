// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// ownCertificate is a certificate that a phone shows: from nobody, for whoever it says.
func ownCertificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// certified is a world that asks phones for a certificate, or not, and logs.
func certified(t *testing.T, asked bool) (*world, *syncBuffer) {
	t.Helper()
	dir := t.TempDir()
	cert, err := httpd.TrialCertificate(dir, "gw", []string{"127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cfg, log := httpd.ServerTLS(cert, false), &syncBuffer{}
	if asked {
		httpd.AskCertificate(cfg)
	}
	w := newWorld(t, func(s *setting) {
		s.listen.TLS = cfg
		s.gateway.Logger = slog.New(slog.NewJSONHandler(log, nil))
	})
	pem, err := os.ReadFile(filepath.Join(dir, "gw.crt"))
	if err != nil {
		t.Fatal(err)
	}
	w.roots = pool(pem)
	return w, log
}

// whole is all of an answer that a phone sees.
type whole struct {
	Status int
	Header map[string]string
	Body   string
}

// show sends a request with the certificate, when there is one.
func (w *world) show(version uint16, own *tls.Certificate, method, target, auth, eas string) whole {
	w.t.Helper()
	cfg := &tls.Config{RootCAs: w.roots, MinVersion: version, MaxVersion: version}
	if own != nil {
		cfg.Certificates = []tls.Certificate{*own}
	}
	tr := &http.Transport{TLSClientConfig: cfg, DisableCompression: true}
	defer tr.CloseIdleConnections()
	body := io.Reader(http.NoBody)
	if method == http.MethodPost {
		body = strings.NewReader(folderSync)
	}
	req, err := http.NewRequest(method, "https://"+w.addr+target, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("MS-ASProtocolVersion", eas)
	req.Header.Set("User-Agent", "Phone/1")
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	got := whole{resp.StatusCode, map[string]string{}, string(b)}
	for k, v := range resp.Header {
		if k != "Date" {
			got.Header[k] = strings.Join(v, " | ")
		}
	}
	return got
}

const bobsSync = eas.Path + "?Cmd=FolderSync&User=bob&DeviceId=PHONEBOB&DeviceType=iPhone"

// TestAPhoneThatSignsInWithACertificateIsToldWhyNot: the same under every version, command and TLS: a 403,
// which no phone takes for a question.
func TestAPhoneThatSignsInWithACertificateIsToldWhyNot(t *testing.T) {
	w, log := certified(t, true)
	own := ownCertificate(t, "bob\x1b[31m of the lab")
	want := whole{403, map[string]string{"Cache-Control": "private", "Content-Length": "0", "X-Ms-Asthrottle": "ClientCertificateNotSupported"}, ""}
	asked := 0
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, c := range []struct{ method, target, eas string }{
			{"POST", bobsSync, "2.5"}, {"POST", bobsSync, "12.1"}, {"POST", bobsSync, "14.1"}, {"POST", bobsSync, "16.1"},
			{"POST", strings.Replace(bobsSync, "FolderSync", "Provision", 1), "14.1"},
			{"OPTIONS", eas.Path, ""},
			{"OPTIONS", strings.Replace(bobsSync, "FolderSync", "Options", 1), "16.1"},
			{"POST", "/autodiscover/autodiscover.xml", ""},
		} {
			if d := cmp.Diff(want, w.show(version, &own, c.method, c.target, "", c.eas)); d != "" {
				t.Errorf("%s %s %s over %s:\n%s", c.method, c.target, c.eas, tls.VersionName(version), d)
			}
			asked++
		}
	}
	if reached := w.mail.Requests(); len(reached) != 0 {
		t.Errorf("%d requests reached the mail server", len(reached))
	}
	counted := int64(0)
	w.sink.wait(t, "each refusal", func(_, _ []access.Sighting, tallies []access.Tally) bool {
		counted = 0
		for _, c := range tallies {
			if c.Rule == "client-certificate" && c.Verdict == "refuse" {
				counted += c.Count
			}
		}
		return counted == int64(asked)
	})
	if kept, offered := w.sink.lists(); len(kept)+len(offered) != 0 {
		t.Errorf("whoever shows a certificate that nobody has checked got a record: %+v %+v", kept, offered)
	}
	w.stop()
	text := log.String()
	for _, want := range []string{`"msg":"phone signs in with a client certificate, which no mail server can be told","subject":"CN=bob[31m of the lab","user_agent":"Phone/1","addr":"127.0.0.1"`,
		`"rule":"client-certificate"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s:\n%.1500s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") || strings.Contains(text, `\u001b`) {
		t.Error("the log holds what the certificate says as it is")
	}
}

func TestACertificateBesideAPasswordChangesNothing(t *testing.T) {
	w, _ := certified(t, true)
	own := ownCertificate(t, "bob")
	for name, own := range map[string]*tls.Certificate{"with": &own, "without": nil} {
		if got := w.show(tls.VersionTLS13, own, "POST", bobsSync, basic("bob"), "14.1"); got.Status != 200 || got.Body == "" {
			t.Errorf("%s a certificate: %d", name, got.Status)
		}
	}
	if got := w.show(tls.VersionTLS13, &own, "POST", bobsSync, "Basic Ym9iOndyb25n", "14.1"); got.Status != 401 || got.Header["Www-Authenticate"] == "" {
		t.Errorf("with a wrong password: %+v", got)
	}
	if got := w.show(tls.VersionTLS13, nil, "POST", bobsSync, "", "14.1"); got.Status != 401 || got.Header["Www-Authenticate"] == "" {
		t.Errorf("with neither: %+v", got)
	}
}

// TestNobodyIsAskedForACertificateUnlessItIsSet: some phones show their user a chooser when they are.
func TestNobodyIsAskedForACertificateUnlessItIsSet(t *testing.T) {
	for _, asked := range []bool{false, true} {
		w, _ := certified(t, asked)
		chooser := 0
		c, err := tls.Dial("tcp", w.addr, &tls.Config{RootCAs: w.roots, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			chooser++
			return &tls.Certificate{}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if (chooser == 1) != asked {
			t.Errorf("set %v: the phone was asked %d times", asked, chooser)
		}
	}
	w, _ := certified(t, false)
	own := ownCertificate(t, "bob")
	got := w.show(tls.VersionTLS13, &own, "POST", bobsSync, "", "14.1")
	if got.Status != 401 || got.Header["Www-Authenticate"] != `Basic realm="lab"` {
		t.Errorf("a phone that has only a certificate: %+v", got)
	}
}
