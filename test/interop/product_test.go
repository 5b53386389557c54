// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/test/parts"
)

// A product is the program as it is shipped, running as a child process: console
// and gateway in one, with certificates it has made or was given.
type product struct {
	binary, config string

	gateway string // https://127.0.0.1:port
	console string
	status  string
	token   string // of an administrator
	phones  *http.Client
	people  *http.Client
	log     string // file with what it said on standard error
}

// settings are what differs between the installations of this package's stories.
type settings struct {
	backend  string // URL
	ca       string // of the backend
	external string // what phones call the gateway; a certificate for these names is made
	names    []string
	kind     string // of the backend; default sogo
	lines    string // further ones of the gateway's table
}

// install writes a configuration, starts the program and makes an administrator's token with its own
// commands. The program is told to stop when the test ends, and has to end well.
func install(t *testing.T, binary string, s settings) *product {
	t.Helper()
	dir := t.TempDir()
	p := &product{binary: binary, config: filepath.Join(dir, "vedette.toml"), log: filepath.Join(dir, "stderr")}
	status := freeAddr(t)
	p.status = "http://" + status
	extra, kind := "", cmp.Or(s.kind, "sogo")
	if s.external != "" {
		cert, key := serverCertificate(t, dir, s.names)
		extra = fmt.Sprintf("external_url = %q\ntls_cert = %q\ntls_key = %q\n", s.external, cert, key)
	}
	text := fmt.Sprintf(`data = %q
[console]
listen = "127.0.0.1:0"
[gateway]
name = "interop"
listen = "127.0.0.1:0"
status_listen = %q
%s%s[[backend]]
name = %q
type = %q
url = %q
ca = %q
realm = "lab"
domains = [%q, "LAB"]
default = true
`, filepath.Join(dir, "data"), status, extra, s.lines, kind, kind, s.backend, s.ca, parts.MailDomain)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start(t)
	p.phones = trusting(t, dir, s.names, "gateway")
	p.people = trusting(t, dir, nil, "console")
	p.admin(t, "create", "interop")
	p.token = strings.TrimSpace(p.admin(t, "token", "interop", "--role", "administrator"))
	return p
}

func (p *product) start(t *testing.T) {
	t.Helper()
	said, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(p.binary, "serve", "-c", p.config)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	cmd.Stderr = said
	// It does not outlive a test binary that is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		said.Close()
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may be gone: Wait says so
		if err := cmd.Wait(); err != nil {
			t.Errorf("vedette serve ended: %v", err)
		}
		if t.Failed() {
			t.Logf("vedette said:\n%s", p.said(t))
		}
	})
	lines := bufio.NewScanner(stdout)
	for p.gateway == "" || p.console == "" {
		if !lines.Scan() {
			t.Fatalf("vedette serve said nothing of its addresses:\n%s", p.said(t))
		}
		if at, ok := strings.CutPrefix(lines.Text(), "Gateway: "); ok {
			p.gateway = at
		}
		if at, ok := strings.CutPrefix(lines.Text(), "Console: "); ok {
			p.console = at
		}
	}
	go io.Copy(io.Discard, stdout) //nolint:errcheck // ends with the process
}

func (p *product) said(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (p *product) admin(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(p.binary, append(append([]string{"admin"}, args...), "-c", p.config)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("vedette admin %v: %v\n%s", args[0], err, &stderr)
	}
	return string(out)
}

// trusting is a client that trusts what the program shows: the certificate of the installation, or
// the one the program made for itself.
func trusting(t *testing.T, dir string, names []string, listener string) *http.Client {
	t.Helper()
	file := filepath.Join(dir, "data", "certificates", listener+".crt")
	if names != nil {
		file = filepath.Join(dir, "cert.pem")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(b) {
		t.Fatalf("%s holds no certificate", file)
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func serverCertificate(t *testing.T, dir string, names []string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// site is the gateway as a place for stories.
func (p *product) site(s *parts.SOGoServer) site {
	return site{url: p.gateway + eas.Path, client: p.phones, sogo: s, judgesRoot: true, chunked: true}
}

// A record is what these stories look at of an association, as the API gives it.
type record struct {
	ID, Account, Realm, User, Model, OS, Mailbox string
	DeviceID                                     string `json:"device_id"`
	SyncStatus                                   string `json:"sync_status"`
	OSVersion                                    string `json:"os_version"`
	MailboxDerived                               bool   `json:"mailbox_derived"`
	LastHTTP                                     int    `json:"last_http"`
}

// records finds what the console knows of a device.
func (p *product) records(t testing.TB, device string) []record {
	t.Helper()
	var page struct{ Items []record }
	p.ask(t, http.MethodGet, "/associations?search="+url.QueryEscape(device), nil, &page)
	return page.Items
}

// record waits until the console has exactly one record of the device that suits, and gives it.
func (p *product) record(t *testing.T, what, device string, suits func(record) bool) (r record) {
	t.Helper()
	until(t, what, func() bool {
		list := p.records(t, device)
		if len(list) != 1 {
			return false
		}
		r = list[0]
		return suits(r)
	})
	return r
}

func (p *product) ask(t testing.TB, method, path string, in, out any) {
	t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, p.console+"/api/v1"+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := p.people.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d, %v\n%s", method, path, res.StatusCode, err, b)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, b)
	}
}

func (p *product) block(t testing.TB, r record) {
	t.Helper()
	p.ask(t, http.MethodPost, "/associations/"+r.ID+"/block", map[string]string{"reason": "interop"}, nil)
}

func (p *product) allow(t testing.TB, r record) {
	t.Helper()
	p.ask(t, http.MethodPost, "/associations/"+r.ID+"/allow", map[string]string{"reason": "interop"}, nil)
}

// gauge reads one number from the metrics; -1 when it is not there.
func (p *product) gauge(t testing.TB, name string) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, p.status+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	return -1
}

// keepsSecrets looks for passwords in everything the program has said. Y-11 asks for it, and common sense.
func (p *product) keepsSecrets(t *testing.T) {
	said := p.said(t)
	for _, u := range parts.Users() {
		basic := base64.StdEncoding.EncodeToString([]byte(u.Name + ":" + u.Password))
		for _, secret := range []string{u.Password, basic, p.token} {
			if strings.Contains(said, secret) {
				t.Errorf("the log holds a secret of %s", u.Name)
			}
		}
	}
}
