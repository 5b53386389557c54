// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// sink remembers what it was told.
type sink struct {
	mu      sync.Mutex
	kept    []access.Sighting
	offered []access.Sighting
	tallies []access.Tally
	fail    error
	changed chan struct{}
	heard   func([]access.Sighting) // a console that makes something of what it is told
}

func (s *sink) Keep(_ context.Context, list []access.Sighting) error {
	s.mu.Lock()
	heard := s.heard
	if s.fail != nil {
		defer s.mu.Unlock()
		return s.fail
	}
	s.kept = append(s.kept, list...)
	s.shout()
	s.mu.Unlock()
	if heard != nil {
		heard(list)
	}
	return nil
}

func (s *sink) Offer(list []access.Sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offered = append(s.offered, list...)
	s.shout()
}

func (s *sink) Tally(list []access.Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tallies = append(s.tallies, list...)
	s.shout()
}

func (s *sink) shout() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// wait blocks until want is true of what the sink was told.
func (s *sink) wait(t testing.TB, what string, want func(kept, offered []access.Sighting, tallies []access.Tally) bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		s.mu.Lock()
		if want(s.kept, s.offered, s.tallies) {
			s.mu.Unlock()
			return
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		ch := s.changed
		s.mu.Unlock()
		select {
		case <-ch:
		case <-deadline:
			s.mu.Lock()
			defer s.mu.Unlock()
			t.Fatalf("not reported: %s\nkept %+v\noffered %+v\ntallies %+v", what, s.kept, s.offered, s.tallies)
		}
	}
}

func (s *sink) setFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *sink) lists() (kept, offered []access.Sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]access.Sighting(nil), s.kept...), append([]access.Sighting(nil), s.offered...)
}

// world is a phone's world: a mail server, a gateway in front of it, and the truth the gateway knows.
type world struct {
	t       testing.TB
	mail    *eastest.Server
	backend *httptest.Server
	holder  *snapshot.Holder
	sink    *sink
	gw      *gateway.Gateway
	addr    string
	roots   *x509.CertPool
	tls     bool
	metrics *prometheus.Registry // unless the test has its own
	number  int64
	mu      sync.Mutex
	stopped bool
}

type option func(*setting)

type setting struct {
	gateway gateway.Config
	mail    eastest.Config
	backend http.Handler
	listen  httpd.ListenerConfig
	at      string       // where the gateway listens
	inner   net.Listener // or on what
	plain   bool
	prefs   access.Preferences
}

// newWorld starts everything on loopback. Requests are parked after 50 ms instead of 2 s.
func newWorld(t *testing.T, options ...option) *world { t.Helper(); return newWorldB(t, options...) }

func newWorldB(t testing.TB, options ...option) *world {
	t.Helper()
	s := &setting{prefs: access.DefaultPreferences()}
	s.at = "127.0.0.1:0"
	s.gateway.ParkAfter = 50 * time.Millisecond
	s.gateway.ProbeEvery = -1
	s.gateway.LeaveCollector()
	s.gateway.SetTallies(50 * time.Millisecond)
	s.mail.AnyVersion = true
	s.mail.LogBodies = true
	s.mail.MinHeartbeat = 1
	for _, o := range options {
		o(s)
	}
	w := &world{t: t, sink: &sink{}, tls: !s.plain}
	w.mail = eastest.New(s.mail)
	for _, name := range []string{"bob", "alice"} {
		w.mail.AddUser(eastest.User{Name: name, Password: name + "pw", Address: name + "@lab.example", Token: "h." + claims(name) + ".s"})
	}
	if s.backend == nil {
		s.backend = w.mail
	}
	w.backend = httptest.NewUnstartedServer(s.backend)
	w.backend.Config.ConnState = w.mail.ConnState
	w.backend.Start()
	if s.gateway.Backends == nil {
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Type: "other", Realm: "lab", Default: true,
			Domains: []string{"lab.example", "LAB"}, URL: w.backend.URL + eas.Path}}
	}
	w.holder = snapshot.NewHolder(nil, time.Now())
	w.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &s.prefs})
	if s.gateway.Registry == nil {
		w.metrics = prometheus.NewRegistry()
		s.gateway.Registry = w.metrics
	}
	s.gateway.Snapshot, s.gateway.Sink, s.gateway.Name = w.holder, w.sink, "gw1"
	gw, err := gateway.New(s.gateway)
	if err != nil {
		t.Fatal(err)
	}
	w.gw = gw
	if w.tls && s.listen.TLS == nil {
		dir := t.TempDir()
		cert, err := httpd.TrialCertificate(dir, "gw", []string{"127.0.0.1", "::1"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		pem, err := os.ReadFile(filepath.Join(dir, "gw.crt"))
		if err != nil {
			t.Fatal(err)
		}
		w.roots = x509.NewCertPool()
		w.roots.AppendCertsFromPEM(pem)
		s.listen.TLS = httpd.ServerTLS(cert, s.gateway.HTTP2)
	}
	var l *httpd.Listener
	if s.inner != nil {
		l = httpd.NewListener(s.inner, s.listen)
	} else if l, err = httpd.Listen(t.Context(), s.at, s.listen); err != nil {
		t.Fatal(err)
	}
	w.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- gw.Serve(l) }()
	t.Cleanup(func() {
		w.stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		w.mail.Close()
		w.backend.CloseClientConnections()
		w.backend.Close()
	})
	return w
}

func (w *world) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.gw.Shutdown(ctx); err != nil {
		w.t.Errorf("Shutdown: %v", err)
	}
}

// apply changes the truth the gateway knows.
func (w *world) apply(e ...access.Entry) {
	w.number++
	w.holder.Touch(time.Now())
	w.holder.Apply(access.Batch{Position: access.Position{History: "h", Number: w.number, Token: fmt.Sprint(w.number)}, Entries: e})
}

// record makes a record of the pair, with an override when kind is not empty.
func record(account, device string, o access.Override) access.Entry {
	id := account + "/" + device
	return access.Entry{Kind: access.EntryRecord, Key: id, Record: &access.Record{ID: access.AssociationID(id), Domain: access.Standalone,
		Pair: access.Pair{Realm: "lab", Account: account, Device: device}, Override: o}}
}

func block(reason string) access.Override {
	return access.Override{Kind: access.OverrideBlock, Reason: reason, By: "admin", At: time.Now()}
}

// client is a new HTTP client with a connection pool of its own.
func (w *world) client() *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: 10, DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: w.roots}}
	w.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (w *world) url() string {
	if w.tls {
		return "https://" + w.addr + eas.Path
	}
	return "http://" + w.addr + eas.Path
}

// phone is a phone of the user, with the device id "PHONE" and the user's name.
func (w *world) phone(user string) *easclient.Client {
	return &easclient.Client{URL: w.url(), User: user, Password: user + "pw", DeviceID: "PHONE" + user, DeviceType: "iPhone",
		UserAgent: "Apple-iPhone11C8/2007.75", Version: eas.V14_1, HTTP: w.client()}
}

// dial opens a raw connection to the gateway.
func (w *world) dial() net.Conn {
	w.t.Helper()
	var c net.Conn
	var err error
	if w.tls {
		c, err = tls.Dial("tcp", w.addr, &tls.Config{RootCAs: w.roots})
	} else {
		c, err = net.Dial("tcp", w.addr)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

// until polls a condition that nobody announces.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(2 * time.Millisecond) // polling, see the deadline
	}
}

func timeout(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// parked waits until the gateway has parked n requests.
func (w *world) parked(n int64) {
	w.t.Helper()
	until(w.t, fmt.Sprintf("%d requests parked", n), func() bool { return w.gw.Parked() == n })
}

// statusOf is the HTTP status in an answer or an error of the client.
func statusOf(err error) int {
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		return e.Status
	}
	return 0
}

// easStatus is the status in the body of an answer that the client took for an error.
func easStatus(err error) int {
	if e, ok := errors.AsType[*easclient.StatusError](err); ok {
		return int(e.Status)
	}
	return 0
}

func noOverride() access.Override { return access.Override{} }

func userNamed(name string) eastest.User {
	return eastest.User{Name: name, Password: name + "pw", Address: name + "@lab.example"}
}

func pool(pem []byte) *x509.CertPool {
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(pem)
	return p
}

func bufioReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }
