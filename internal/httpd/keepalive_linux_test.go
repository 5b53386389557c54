// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/httpd"
)

// TestASilentPhoneIsAskedWhetherItLives: the kernel asks on every connection, whatever is spoken on it: after
// a minute of silence, then four times, every 15 seconds.
func TestASilentPhoneIsAskedWhetherItLives(t *testing.T) {
	dir := t.TempDir()
	cert, err := httpd.TrialCertificate(dir, "gw", []string{"127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	fronts, err := httpd.ParseFronts([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]httpd.ListenerConfig{
		"plain":          {},
		"tls":            {TLS: httpd.ServerTLS(cert, false)},
		"PROXY protocol": {TLS: httpd.ServerTLS(cert, false), ProxyProtocol: true, Fronts: fronts},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := httpd.Listen(t.Context(), "127.0.0.1:0", cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			l.Guard(open{})
			phone, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer phone.Close()
			io.WriteString(phone, "PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\n")
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			tcp := httpd.TCP(c)
			if tcp == nil {
				t.Fatalf("no socket below %T", c)
			}
			raw, err := tcp.SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			raw.Control(func(fd uintptr) {
				for option, want := range map[[2]int]int{
					{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE}:   1,
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE}:  60,
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL}: 15,
					{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT}:   4,
				} {
					if got, err := syscall.GetsockoptInt(int(fd), option[0], option[1]); err != nil || got != want {
						t.Errorf("option %v: %d, want %d (%v)", option, got, want, err)
					}
				}
			})
		})
	}
}

// open lets everybody in.
type open struct{}

func (open) Enter(net.Addr) func() { return func() {} }
func (open) Mute(net.Addr, error)  {}
