// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// limited is a world whose test says, as a front, where its connections come from.
func limited(s *setting) {
	s.plain = true
	fronts, _ := httpd.ParseFronts([]string{"127.0.0.1"})
	s.gateway.Fronts = fronts
	s.listen.ProxyProtocol, s.listen.Fronts = true, fronts
}

// knock opens a connection from the address, or from the front itself when it is empty.
func (w *world) knock(from string) net.Conn {
	w.t.Helper()
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	if from == "" {
		io.WriteString(c, "PROXY UNKNOWN\r\n")
	} else if !strings.Contains(from, ":") {
		fmt.Fprintf(c, "PROXY TCP4 %s 192.0.2.1 1234 443\r\n", from)
	} else {
		fmt.Fprintf(c, "PROXY TCP6 %s 2001:db8::1 1234 443\r\n", from)
	}
	if w.tls {
		return tls.Client(c, &tls.Config{RootCAs: w.roots, ServerName: "127.0.0.1"})
	}
	return c
}

// A Ping that waits for 50 minutes, and one that waits for a second.
const endlessPing = "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x33\x30\x30\x30\x00\x01\x49\x4a\x4b\x03\x35\x00\x01\x4c\x03\x45\x6d\x61\x69\x6c\x00\x01\x01\x01\x01"
const shortPing = "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x31\x00\x01\x49\x4a\x4b\x03\x35\x00\x01\x4c\x03\x45\x6d\x61\x69\x6c\x00\x01\x01\x01\x01"

// metric is one number of the gateway's, of those with a label the one that has it.
func (w *world) metric(name string, label ...string) float64 {
	w.t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "vedette_gateway_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			if len(label) == 0 || len(m.GetLabel()) == 1 && m.GetLabel()[0].GetValue() == label[0] {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	w.t.Fatalf("no metric %s %v", name, label)
	return 0
}

// served reports whether a request on the connection is answered.
func served(c net.Conn) bool {
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "GET /nothing HTTP/1.1\r\nHost: mail.lab.example\r\n\r\n")
	n, _ := c.Read(make([]byte, 512))
	return n > 0
}

func TestOneAddressGetsOnlySoManyConnections(t *testing.T) {
	w := newWorld(t, limited, func(s *setting) { s.gateway.MaxConnsPerAddress = 3 })
	var open []net.Conn
	for i := range 3 {
		c := w.knock("198.51.100.7")
		if open = append(open, c); !served(c) {
			t.Fatalf("connection %d", i)
		}
	}
	for range 3 {
		if served(w.knock("198.51.100.7")) {
			t.Error("one too many")
		}
	}
	if !served(w.knock("198.51.100.8")) {
		t.Error("another address")
	}
	for i := range 3 {
		served(w.knock(fmt.Sprintf("2001:db8:1:2::%x", i)))
	}
	if served(w.knock("2001:db8:1:2:ffff::1")) {
		t.Error("another address of the same IPv6 network")
	}
	for i := range 6 {
		if !served(w.knock("")) {
			t.Errorf("the front itself, %d", i)
		}
	}
	open[0].Close()
	until(t, "there is room again", func() bool { return served(w.knock("198.51.100.7")) })
}

// Y-11: who opens connections is counted as long as they are open. A waiting request costs two sockets: it
// must not be a way past the limit.
func TestWaitingAndRestingConnectionsCount(t *testing.T) {
	for name, plain := range map[string]bool{"tls": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, limited, func(s *setting) { s.plain = plain; s.gateway.MaxConnsPerAddress = 3 })
			waiting, resting := w.knock("198.51.100.7"), w.knock("198.51.100.7")
			io.WriteString(waiting, post("Ping", "", endlessPing))
			w.parked(1)
			io.WriteString(resting, strings.Replace(post("Ping", "", shortPing), "PHONEBOB", "OTHER", 1))
			w.parked(2)
			w.parked(1) // answered: the connection rests
			if !served(w.knock("198.51.100.7")) {
				t.Error("the third")
			}
			if served(w.knock("198.51.100.7")) {
				t.Error("the fourth beside a waiting, a resting and an idle one")
			}
			if !served(resting) {
				t.Error("the resting one is not served any more")
			}
			if served(w.knock("198.51.100.7")) {
				t.Error("one that was at rest and came back is not counted")
			}
			waiting.Close()
			until(t, "the waiting one has left", func() bool { return served(w.knock("198.51.100.7")) })
		})
	}
}

// TestConnectionsThatEndAreNotCounted: whatever ends them. A count that only grows would close the door for
// good.
func TestConnectionsThatEndAreNotCounted(t *testing.T) {
	w := newWorld(t, limited, func(s *setting) {
		s.plain = false
		s.gateway.MaxConns = 100
		s.gateway.IdleTimeout = 100 * time.Millisecond
	})
	open := func() float64 { return w.metric("connections") }
	raw := func() net.Conn {
		c, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "PROXY TCP4 198.51.100.7 192.0.2.1 1234 443\r\n")
		return c
	}
	c := raw() // says nothing more
	until(t, "it is counted", func() bool { return open() == 1 })
	c.Close()
	until(t, "it has left", func() bool { return open() == 0 })
	c = raw()
	io.WriteString(c, "GET / HTTP/1.1\r\n\r\n") // not TLS
	until(t, "what speaks no TLS has left", func() bool { return open() == 0 })
	c.Close()
	idle := w.knock("198.51.100.7")
	served(idle)
	until(t, "an idle one has been closed", func() bool { return open() == 0 })
	for name, over := range map[string]func(net.Conn){
		"the phone of a waiting request hangs up": func(c net.Conn) { c.Close() },
		"its record is blocked":                   func(net.Conn) { w.apply(record("bob", "PHONEBOB", block("no"))) },
	} {
		w.apply(access.Entry{Kind: access.EntryRecord, Key: "bob/PHONEBOB", Deleted: true})
		c := w.knock("198.51.100.7")
		io.WriteString(c, post("Ping", "", endlessPing))
		w.parked(1)
		over(c)
		until(t, name, func() bool { return open() == 0 })
	}
	w.apply(access.Entry{Kind: access.EntryRecord, Key: "bob/PHONEBOB", Deleted: true})
	io.WriteString(w.knock("198.51.100.7"), post("Ping", "", endlessPing))
	w.parked(1)
	w.stop()
	if n := w.gw.Connections(); n != 0 {
		t.Errorf("%d connections after the end", n)
	}
}

// TestWhoIsTurnedAwayIsCountedAndLoggedOnceAMinute: for each reason.
func TestWhoIsTurnedAwayIsCountedAndLoggedOnceAMinute(t *testing.T) {
	log := &syncBuffer{}
	now := &clock{at: time.Now()}
	w := newWorld(t, limited, func(s *setting) {
		s.gateway.MaxConnsPerAddress, s.gateway.MaxConns = 1, 3
		s.gateway.Now = now.now
		s.gateway.Logger = slog.New(slog.NewJSONHandler(log, nil))
	})
	for _, from := range []string{"198.51.100.1", "198.51.100.2"} {
		if !served(w.knock(from)) {
			t.Fatal(from)
		}
	}
	for range 5 {
		served(w.knock("198.51.100.1"))
	}
	mute := func() {
		c := w.dial()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: mail.lab.example\r\n\r\n")
		c.Read(make([]byte, 1))
	}
	mute()
	mute()
	looked := w.dial() // a health check of the front: connects and hangs up
	looked.Close()
	if !served(w.knock("198.51.100.3")) {
		t.Fatal("the last one")
	}
	for range 7 {
		served(w.knock("203.0.113.9"))
	}
	for reason, want := range map[string]float64{"too-many-of-one-address": 5, "no-proxy-header": 2, "too-many": 7} {
		if got := w.metric("connections_turned_away_total", reason); got != want {
			t.Errorf("%s: counted %v, want %v", reason, got, want)
		}
		if n := strings.Count(log.String(), `"reason":"`+reason+`"`); n != 1 {
			t.Errorf("%s: %d lines in the log", reason, n)
		}
	}
	now.add(time.Minute)
	served(w.knock("203.0.113.9"))
	if !strings.Contains(log.String(), `"reason":"too-many","count":7,"addr":"203.0.113.9:1234"`) {
		t.Errorf("the line of the next minute says nothing of the six that were not logged:\n%s", log)
	}
	if t.Failed() {
		t.Log(log)
	}
}

// Many people share the network of a mobile carrier or of a mail app's provider.
func TestAnExemptNetworkHasNoLimitPerAddress(t *testing.T) {
	w := newWorld(t, limited, func(s *setting) {
		s.gateway.MaxConnsPerAddress = 1
		s.gateway.Shield.Exempt = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	})
	for i := range 3 {
		if !served(w.knock("198.51.100.7")) {
			t.Errorf("connection %d", i)
		}
	}
}

func TestTheGatewayTakesOnlySoManyConnections(t *testing.T) {
	w := newWorld(t, limited, func(s *setting) { s.gateway.MaxConns = 3 })
	for i := range 3 {
		if !served(w.knock(fmt.Sprintf("198.51.100.%d", i))) {
			t.Fatalf("connection %d", i)
		}
	}
	if served(w.knock("203.0.113.1")) || served(w.knock("")) {
		t.Error("one too many")
	}
}
