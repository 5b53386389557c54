// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

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
	c := w.dial()
	if from == "" {
		io.WriteString(c, "PROXY UNKNOWN\r\n")
	} else if net.ParseIP(from).To4() != nil {
		fmt.Fprintf(c, "PROXY TCP4 %s 192.0.2.1 1234 443\r\n", from)
	} else {
		fmt.Fprintf(c, "PROXY TCP6 %s 2001:db8::1 1234 443\r\n", from)
	}
	return c
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

func TestAParkedRequestLeavesItsPlaceToOthers(t *testing.T) {
	w := newWorld(t, limited, func(s *setting) { s.gateway.MaxConnsPerAddress = 1 })
	for i := range 3 {
		c := w.knock("198.51.100.7")
		io.WriteString(c, post("Ping", "", "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x33\x30\x30\x30\x00\x01\x49\x4a\x4b\x03\x35\x00\x01\x4c\x03\x45\x6d\x61\x69\x6c\x00\x01\x01\x01\x01"))
		w.parked(int64(i + 1))
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
