// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// memoryListener accepts what is dialed in memory.
type memoryListener struct{ conns chan net.Conn }

func (l *memoryListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l *memoryListener) Close() error   { close(l.conns); return nil }
func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// placed is a connection in memory whose other end has an address.
type placed struct{ net.Conn }

func (placed) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 50000}
}

// longWorld is a gateway without network, in the time of a synctest bubble. Requests wait in their handler:
// what wakes parked ones is the kernel, which knows no other time than its own.
type longWorld struct {
	*memoryListener
	gw    *gateway.Gateway
	sink  *sink
	roots *tls.Config // nil: no TLS
}

// newLongWorld has a mail server that answers each request after wait, or never when it is 0.
func newLongWorld(t *testing.T, secure bool, wait time.Duration) (w *longWorld, end func()) {
	t.Helper()
	w = &longWorld{memoryListener: &memoryListener{make(chan net.Conn)}, sink: &sink{}}
	holder := snapshot.NewHolder(nil, time.Now())
	prefs := access.DefaultPreferences()
	holder.Apply(access.Batch{Position: access.Position{History: "h", Number: 1, Token: "t"},
		Entries: []access.Entry{{Kind: access.EntryPreferences, Preferences: &prefs}}})
	cfg := gateway.Config{Name: "gw1", Snapshot: holder, Sink: w.sink, ProbeEvery: -1,
		Backends: []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, URL: "http://mail.lab.example"}}}
	cfg.LeaveCollector()
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Reach(func(context.Context) (net.Conn, error) {
		a, b := net.Pipe()
		go func() {
			defer b.Close()
			br := bufio.NewReader(b)
			if _, _, err := request(br); err != nil {
				return
			}
			gone := make(chan struct{})
			go func() { br.Peek(1); close(gone) }()
			var answer <-chan time.Time
			if wait > 0 {
				answer = time.After(wait)
			}
			select {
			case <-answer:
				fmt.Fprintf(b, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(pingChanged), pingChanged)
			case <-gone:
			}
		}()
		return a, nil
	})
	gw, err := gateway.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.gw = gw
	var listen httpd.ListenerConfig
	if secure {
		dir := t.TempDir()
		cert, err := httpd.TrialCertificate(dir, "gw", []string{"gw"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		pem, err := os.ReadFile(filepath.Join(dir, "gw.crt"))
		if err != nil {
			t.Fatal(err)
		}
		listen.TLS = httpd.ServerTLS(cert, false)
		w.roots = &tls.Config{RootCAs: pool(pem), ServerName: "gw"}
	}
	go func() { // the console is there all the time
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				holder.Touch(time.Now())
			}
		}
	}()
	served := make(chan error, 1)
	go func() { served <- gw.Serve(httpd.NewListener(w.memoryListener, listen)) }()
	return w, func() {
		cancel()
		stop, over := context.WithTimeout(context.Background(), time.Minute)
		defer over()
		if err := gw.Shutdown(stop); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

func (w *longWorld) phone() net.Conn {
	a, b := net.Pipe()
	w.conns <- placed{b}
	if w.roots != nil {
		return tls.Client(a, w.roots)
	}
	return a
}

// pingChanged is the answer to a Ping: Status 2, something has changed.
const pingChanged = "\x03\x01\x6a\x00\x00\x0d\x45\x47\x032\x00\x01\x01"

// TestARequestMayWaitForAnHour: 3540 seconds without a byte in either direction, the longest heartbeat there
// is; no timer on either side may end it, and the connection goes on. [MS-ASCMD] 2.2.3.84.2
func TestARequestMayWaitForAnHour(t *testing.T) {
	for name, secure := range map[string]bool{"plain": false, "tls": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const heartbeat = 3540 * time.Second
				w, end := newLongWorld(t, secure, heartbeat)
				defer end()
				c := w.phone()
				defer c.Close()
				br := bufio.NewReader(c)
				for round := range 3 {
					began := time.Now()
					if _, err := io.WriteString(c, post("Ping", "", strings.Replace(pingBody, "3000", "3540", 1))); err != nil {
						t.Fatal(err)
					}
					resp, err := http.ReadResponse(br, nil)
					if err != nil {
						t.Fatalf("round %d, after %v: %v", round, time.Since(began), err)
					}
					body, err := io.ReadAll(resp.Body)
					if err != nil || resp.StatusCode != 200 || string(body) != pingChanged {
						t.Fatalf("round %d: %v %q %v", round, resp.Status, body, err)
					}
					if d := time.Since(began); d != heartbeat {
						t.Errorf("round %d: answered after %v", round, d)
					}
					time.Sleep(4 * time.Minute) // less than a connection may rest
				}
			})
		})
	}
}

// TestAParkedRequestIsStillThereAfterAnHour: the same for a parked one, on real sockets, by the gateway's
// own clock. Its sockets have no deadline while it is parked.
func TestAParkedRequestIsStillThereAfterAnHour(t *testing.T) {
	now := &clock{at: time.Now()}
	w := newWorld(t, func(s *setting) { s.gateway.Now = now.now })
	p := w.phone("bob")
	in := inbox(t, p)
	woken := make(chan pinged, 1)
	go func() {
		r, err := p.Ping(timeout(t), 3540, in)
		woken <- pinged{r, err}
	}()
	w.parked(1)
	for range 59 {
		now.add(time.Minute)
		w.holder.Touch(now.now())
		w.apply(record("bob", "PHONEBOB", noOverride())) // judged again
		w.holder.Touch(now.now())
	}
	w.parked(1)
	if _, err := w.mail.Deliver("bob", eastest.Message{Subject: "at last"}); err != nil {
		t.Fatal(err)
	}
	if got := <-woken; got.err != nil || got.result.Status != 2 {
		t.Errorf("%+v", got)
	}
}

// TestNoRequestWaitsForEver: a mail server that has forgotten a Ping. The phone hears that the time is up,
// and not that something is broken.
func TestNoRequestWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, end := newLongWorld(t, false, 0)
		defer end()
		c := w.phone()
		defer c.Close()
		began := time.Now()
		if _, err := io.WriteString(c, post("Ping", "", pingBody)); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if d := time.Since(began); resp.StatusCode != 200 || !strings.Contains(string(body), "\x031\x00") || d < time.Hour || d > time.Hour+time.Minute {
			t.Errorf("after %v: %v %q", d, resp.Status, body)
		}
	})
}
