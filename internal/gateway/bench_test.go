// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// BenchmarkShortRequest is one short request over TLS with keep-alive, through the whole gateway to a
// mail server that does nothing. Client and mail server run in the same process and are counted too.
func BenchmarkShortRequest(b *testing.B) { shortRequest(b) }

// BenchmarkShortRequestWithPolicy is the same from a phone that has accepted its policy.
func BenchmarkShortRequestWithPolicy(b *testing.B) {
	shortRequest(b, site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
}

func shortRequest(b *testing.B, more ...access.Entry) {
	addr := lazyServer(b)
	w := newWorldB(b, func(s *setting) {
		s.gateway.Backends = []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, URL: "http://" + addr + eas.Path}}
	})
	w.apply(append(more, record("bob", "PHONEBOB", access.Override{}))...)
	key := "1234567"
	if len(more) > 0 {
		p := w.phone("bob")
		if _, err := p.Provision(b.Context(), easclient.Device{Model: "iPhone 12"}); err != nil {
			b.Fatal(err)
		}
		key = fmt.Sprint(p.PolicyKey)
	}
	c := w.dial()
	br := bufio.NewReader(c)
	raw := post("FolderSync", "User-Agent: Apple-iPhone11C8/2007.75\r\nX-MS-PolicyKey: "+key+"\r\nAccept: */*\r\nAccept-Language: en-us\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n",
		"\x03\x01\x6a\x00\x00\x07\x56\x52\x03"+strings.Repeat("1", 86)+"\x00\x01\x01")
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu()
	for range b.N {
		if _, err := io.WriteString(c, raw); err != nil {
			b.Fatal(err)
		}
		resp, err := http.ReadResponse(br, nil)
		if err != nil || resp.StatusCode != 200 {
			b.Fatal(resp, err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != lazyAnswer {
			b.Fatal("the mail server did not answer this: ", n, err)
		}
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// lazyAnswer is how many bytes a lazyServer answers with.
const lazyAnswer = 2048

// lazyServer answers whatever it is sent in one write.
func lazyServer(b *testing.B) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ms-sync.wbxml\r\nContent-Length: %d\r\n\r\n", lazyAnswer) + strings.Repeat("x", lazyAnswer)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
					if _, err := io.WriteString(c, answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
