// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/eastest"
)

// vanish makes a phone disappear as one does whose network is gone: it says nothing more, no farewell
// either, and answers nothing. The kernel gets the order to drop every segment that comes for the socket,
// and whoever runs the test may give it.
func vanish(t *testing.T, c *net.TCPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	cerr := raw.Control(func(fd uintptr) {
		//lint:ignore SA1019 there is no other way to it in the standard library
		err = syscall.AttachLsf(int(fd), []syscall.SockFilter{{Code: syscall.BPF_RET | syscall.BPF_K, K: 0}})
	})
	if cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
}

// impatient is a listener whose keep-alive probes find a silent phone within a few seconds instead of two
// minutes. The shipped times are httpd's test.
func impatient(t *testing.T) net.Listener {
	t.Helper()
	lc := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 2}}
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestAPhoneThatFallsSilentEndsItsRequestAtTheMailServer: nothing arrives from a phone in a tunnel. Only the
// kernel's probes tell it from one that waits.
func TestAPhoneThatFallsSilentEndsItsRequestAtTheMailServer(t *testing.T) {
	for name, c := range map[string]struct{ plain, held bool }{
		"parked, plain":       {true, false},
		"parked, tls":         {false, false},
		"held in the handler": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *setting) {
				s.plain, s.inner = c.plain, impatient(t)
				if c.held {
					s.gateway.ParkAfter = time.Hour
				}
			})
			phone, err := net.Dial("tcp", w.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer phone.Close()
			var speak io.Writer = phone
			if w.tls {
				speak = tls.Client(phone, &tls.Config{RootCAs: w.roots, ServerName: "127.0.0.1"})
			}
			if _, err := io.WriteString(speak, post("Ping", "", endlessPing)); err != nil {
				t.Fatal(err)
			}
			running := func(n int) func(eastest.Counters) bool {
				return func(c eastest.Counters) bool { return c.Running == n }
			}
			if err := w.mail.Wait(timeout(t), running(1)); err != nil {
				t.Fatal(err)
			}
			if !c.held {
				w.parked(1)
			}
			began := time.Now()
			vanish(t, phone.(*net.TCPConn))
			if err := w.mail.Wait(timeout(t), running(0)); err != nil {
				t.Fatalf("the mail server goes on waiting for nobody: %+v", w.mail.Counters())
			}
			if d := time.Since(began); d < time.Second {
				t.Errorf("ended after %v: not by the probes", d)
			}
			w.parked(0)
			until(t, "its connection does not count any more", func() bool { return w.gw.Connections() == 0 })
		})
	}
}

// TestAPhoneThatIsResetEndsItsRequestAtTheMailServer: what a NAT that has forgotten the connection sends.
func TestAPhoneThatIsResetEndsItsRequestAtTheMailServer(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	c := w.dial()
	io.WriteString(c, post("Ping", "", endlessPing))
	w.parked(1)
	began := time.Now()
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	if err := w.mail.Wait(timeout(t), func(c eastest.Counters) bool { return c.Running == 0 && c.Cancelled == 1 }); err != nil {
		t.Fatalf("%+v", w.mail.Counters())
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	w.parked(0)
}

// TestTheGatewayAsksSilentMailServersWhetherTheyLive: the same probes on the other leg.
func TestTheGatewayAsksSilentMailServersWhetherTheyLive(t *testing.T) {
	peer := make(chan net.Conn, 4)
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		if _, _, err := request(br); err == nil {
			peer <- c
			br.ReadByte() // until the end of the test
		}
	})
	w := m.behind()
	phone := w.dial()
	io.WriteString(phone, post("Ping", "", pingBody))
	w.parked(1)
	// The gateway's own socket, found by the address its other end sees.
	at := (<-peer).RemoteAddr().String()
	options, found := keepAliveOf(t, at)
	if want := (probes{1, 60, 15, 4}); !found || options != want {
		t.Errorf("found %v: %+v, want %+v", found, options, want)
	}
}

// probes are the keep-alive options of a socket: on, and in seconds.
type probes struct{ on, idle, interval, count int }

// keepAliveOf finds the socket of this process with the local address.
func keepAliveOf(t *testing.T, at string) (p probes, found bool) {
	t.Helper()
	want, err := net.ResolveTCPAddr("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for fd := range int(min(limit.Cur, 4096)) {
		local, err := syscall.Getsockname(fd)
		if a, ok := local.(*syscall.SockaddrInet4); err != nil || !ok || a.Port != want.Port {
			continue
		}
		if _, err := syscall.Getpeername(fd); err != nil {
			continue
		}
		get := func(level, option int) int {
			v, err := syscall.GetsockoptInt(fd, level, option)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		return probes{get(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE), get(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE),
			get(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), get(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT)}, true
	}
	return p, false
}
