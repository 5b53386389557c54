// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control"
)

// notes keeps what was logged.
type notes struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (n *notes) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.Write(b)
}

func (n *notes) has(s string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(n.buf.String(), s)
}

// identity is a key with its pin.
type identity struct {
	cert tls.Certificate
	pin  string
}

func newIdentity(t *testing.T, name string, from, until time.Duration) identity {
	t.Helper()
	c, pin, err := control.CertificateBetween(name, time.Now().Add(from), time.Now().Add(until))
	if err != nil {
		t.Fatal(err)
	}
	return identity{c, pin}
}

func good(t *testing.T, name string) identity { return newIdentity(t, name, -time.Hour, time.Hour) }

// desktop is a console on a loopback port.
type desktop struct {
	addr string
	hub  *control.Hub
	log  *notes
	stop func()
}

func serve(t *testing.T, addr string, l *ledger, d *desk, me identity, pins map[string]access.GatewayID) *desktop {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	log := &notes{}
	lg := slog.New(slog.NewTextHandler(io.MultiWriter(log, t.Output()), nil))
	hub := control.NewHub(control.HubConfig{Source: l, Intake: d, Logger: lg, Gateways: []access.GatewayID{"gw1", "gw2"}})
	ctx, cancel := context.WithCancel(context.Background())
	var both sync.WaitGroup
	both.Go(func() { hub.Run(ctx) })
	both.Go(func() {
		if err := hub.Serve(ctx, ln, me.cert, pins); err != nil {
			t.Error(err)
		}
	})
	return &desktop{addr: ln.Addr().String(), hub: hub, log: log, stop: sync.OnceFunc(func() { cancel(); both.Wait() })}
}

func (d *desktop) gateway(t *testing.T, id access.GatewayID, me identity, pin, dir string) (*post, *notes) {
	t.Helper()
	log := &notes{}
	cfg := config(t, id, dir)
	cfg.Logger = slog.New(slog.NewTextHandler(io.MultiWriter(log, t.Output()), nil))
	s, err := control.NewSpoke(cfg, control.Remote{URL: "https://" + d.addr, Pin: pin, Certificate: me.cert})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, cfg, s), log
}

func TestTwoGatewaysFollowOneConsoleOverTLS(t *testing.T) {
	l, d := newLedger(), newDesk(time.Now)
	console, one, two := good(t, "console"), good(t, "gw1"), good(t, "gw2")
	c := serve(t, "127.0.0.1:0", l, d, console, map[string]access.GatewayID{one.pin: "gw1", strings.ToUpper(two.pin): "gw2"})
	defer c.stop()
	a, _ := c.gateway(t, "gw1", one, console.pin, t.TempDir())
	defer a.close()
	// It calls itself gw1 too; the certificate says otherwise.
	b, _ := c.gateway(t, "gw1", two, console.pin, t.TempDir())
	defer b.close()
	first := l.write(record("r1", 1)).Number
	eventually(t, 10*time.Second, "both have the first record", func() bool { n, _ := c.hub.Applied(first); return n == 2 })

	began := time.Now()
	number := l.write(blocked("r1", 1)).Number
	eventually(t, time.Second, "both have applied the block and said so", func() bool { n, total := c.hub.Applied(number); return n == 2 && total == 2 })
	t.Logf("a change was applied by both gateways and acknowledged within %v", time.Since(began))
	for _, p := range []*post{a, b} {
		if r := p.holder.Load().RecordByID("r1"); r.Override.Kind != access.OverrideBlock {
			t.Error("acknowledged and not applied")
		}
	}
	if err := b.spoke.Keep(t.Context(), []access.Sighting{sighting("ana")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 2*time.Second, "a new pair reaches the console", func() bool { return d.accounts()["ana"] == 1 })
	eventually(t, 2*time.Second, "the second gateway goes by the name of its certificate", func() bool {
		g := c.hub.Gateways()
		return len(g) == 2 && g[1].ID == "gw2" && g[1].Connected && !g[1].LastReport.IsZero()
	})
	if s := a.spoke.Status(); s.Reconciled.IsZero() || !s.LinkExpires.Equal(one.cert.Leaf.NotAfter) {
		t.Errorf("status: %+v", s)
	}
}

func TestAConsoleThatIsKilledAndComesBackIsFollowedAgain(t *testing.T) {
	l, d := newLedger(), newDesk(time.Now)
	console, one := good(t, "console"), good(t, "gw1")
	pins := map[string]access.GatewayID{one.pin: "gw1"}
	c := serve(t, "127.0.0.1:0", l, d, console, pins)
	p, log := c.gateway(t, "gw1", one, console.pin, t.TempDir())
	defer p.close()
	number := l.write(record("r1", 1)).Number
	eventually(t, 10*time.Second, "the first record", func() bool { n, _ := c.hub.Applied(number); return n == 1 })
	c.stop()
	if err := p.spoke.Keep(t.Context(), []access.Sighting{sighting("meanwhile")}); err != nil {
		t.Fatal(err)
	}
	number = l.write(record("r2", 2)).Number
	eventually(t, 5*time.Second, "the gateway notices", func() bool { return log.has("no link to the console") })
	all := len(p.touched())
	c = serve(t, c.addr, l, d, console, pins)
	defer c.stop()
	eventually(t, 15*time.Second, "the second record", func() bool { n, _ := c.hub.Applied(number); return n == 1 })
	eventually(t, 15*time.Second, "what was seen meanwhile", func() bool { return d.accounts()["meanwhile"] == 1 })
	for _, touched := range p.touched()[all:] {
		if touched.All {
			t.Error("coming back took a full copy")
		}
	}
}

func TestCertificatesThatAreNotWantedAreRefusedInClearWordsOnBothSides(t *testing.T) {
	tests := []struct {
		name        string
		console, gw func(t *testing.T) identity
		listed      bool // the console's configuration lists the gateway's pin
		expected    bool // the gateway expects the console's pin
		gatewaySays []string
		consoleSays string
	}{
		{"a gateway nobody listed", func(t *testing.T) identity { return good(t, "c") }, func(t *testing.T) identity { return good(t, "stranger") },
			false, true, []string{"does not accept this gateway's certificate", "must list the pin sha256:"}, "no gateway has the pin sha256:"},
		{"a console that is another one", func(t *testing.T) identity { return good(t, "c") }, func(t *testing.T) identity { return good(t, "g") },
			true, false, []string{"the console shows the pin sha256:", "was told to expect"}, "gateway link refused or broken"},
		{"a gateway whose certificate has expired", func(t *testing.T) identity { return good(t, "c") },
			func(t *testing.T) identity { return newIdentity(t, "g", -2*time.Hour, -time.Hour) },
			true, true, []string{"the gateway's link certificate", "expired at"}, "the gateway's link certificate"},
		{"a gateway whose certificate is not valid yet", func(t *testing.T) identity { return good(t, "c") },
			func(t *testing.T) identity { return newIdentity(t, "g", time.Hour, 2*time.Hour) },
			true, true, []string{"is not valid before", "check both clocks"}, "is not valid before"},
		{"a console whose certificate has expired", func(t *testing.T) identity { return newIdentity(t, "c", -2*time.Hour, -time.Hour) },
			func(t *testing.T) identity { return good(t, "g") },
			true, true, []string{"the console's link certificate", "expired at"}, "gateway link refused or broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			console, gw := tt.console(t), tt.gw(t)
			pins := map[string]access.GatewayID{good(t, "other").pin: "gw9"}
			if tt.listed {
				pins[gw.pin] = "gw1"
			}
			l := newLedger()
			c := serve(t, "127.0.0.1:0", l, newDesk(time.Now), console, pins)
			defer c.stop()
			pin := console.pin
			if !tt.expected {
				pin = good(t, "impostor").pin
			}
			p, log := c.gateway(t, "gw1", gw, pin, t.TempDir())
			defer p.close()
			for _, words := range tt.gatewaySays {
				eventually(t, 5*time.Second, "the gateway says: "+words, func() bool { return log.has(words) })
			}
			eventually(t, 5*time.Second, "the console says: "+tt.consoleSays, func() bool { return c.log.has(tt.consoleSays) })
			if p.holder.Load().Len() != 0 || !p.holder.Heard().IsZero() {
				t.Error("something came through")
			}
		})
	}
}

func TestWhoShowsNoCertificateGetsNoAnswerAtAll(t *testing.T) {
	console, one := good(t, "console"), good(t, "gw1")
	c := serve(t, "127.0.0.1:0", newLedger(), newDesk(time.Now), console, map[string]access.GatewayID{one.pin: "gw1"})
	defer c.stop()
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer tr.CloseIdleConnections()
	for _, ask := range []string{"https://" + c.addr + "/", "http://" + c.addr + "/vedette.link.v1.Link/Report"} {
		resp, err := (&http.Client{Transport: tr}).Post(ask, "application/json", strings.NewReader("{}"))
		if err == nil {
			resp.Body.Close()
			if strings.HasPrefix(ask, "https") || resp.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %s", ask, resp.Status)
			}
		}
	}
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{one.cert}}
	if conn, err := tls.Dial("tcp", c.addr, old); err == nil {
		conn.Close()
		t.Error("TLS 1.2 is spoken")
	}
}

func TestAConsoleAddressOrPinThatCannotBeUsedIsNamed(t *testing.T) {
	me := good(t, "gw1")
	for name, r := range map[string]control.Remote{
		"plain HTTP":     {URL: "http://127.0.0.1:1", Pin: me.pin, Certificate: me.cert},
		"no host":        {URL: "https://", Pin: me.pin, Certificate: me.cert},
		"with a path":    {URL: "https://c:1/x", Pin: me.pin, Certificate: me.cert},
		"no pin":         {URL: "https://127.0.0.1:1", Certificate: me.cert},
		"no certificate": {URL: "https://127.0.0.1:1", Pin: me.pin},
	} {
		if _, err := control.NewSpoke(config(t, "gw1", t.TempDir()), r); access.TextOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
