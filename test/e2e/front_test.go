// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/vedette-mail/vedette/eas/easclient"
)

// The load balancer that gateways are told to trust, and a machine they know nothing of. All of 127.0.0.0/8
// is this machine.
const (
	front    = "127.0.0.9"
	stranger = "127.0.0.66"
)

// textHeader is a PROXY protocol header, version 1.
func textHeader(from string) []byte {
	return []byte("PROXY TCP4 " + from + " 192.0.2.1 40000 443\r\n")
}

// binaryHeader is one of version 2, with an extension that nobody knows behind the addresses.
func binaryHeader(from string) []byte {
	b := []byte("\r\n\r\n\x00\r\nQUIT\n\x21")
	a := netip.MustParseAddr(from)
	body := append(a.AsSlice(), netip.MustParseAddr("192.0.2.1").AsSlice()...)
	family := byte(0x11)
	if a.Is6() {
		body = append(a.AsSlice(), netip.MustParseAddr("2001:db8::1").AsSlice()...)
		family = 0x21
	}
	body = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(body, 40000), 443)
	body = append(body, 0xEE, 0, 3, 'a', 'b', 'c')
	return append(binary.BigEndian.AppendUint16(append(b, family), uint16(len(body))), body...)
}

// from has a phone's connections come from one of this machine's addresses, and begin with something.
func from(p *easclient.Client, addr string, first []byte) *easclient.Client {
	tr := p.HTTP.Transport.(*http.Transport)
	tr.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}).DialContext(ctx, network, to)
		if err == nil && len(first) > 0 {
			_, err = c.Write(first)
		}
		return c, err
	}
	return p
}

// told is the client address that the mail server was told in the last request of a device.
func (w *world) told(device string) string {
	w.t.Helper()
	said := ""
	for _, r := range w.mail[0].Requests() {
		if r.Query.DeviceID == device {
			said = r.Header.Get("X-Forwarded-For")
		}
	}
	return said
}

// A load balancer says with every connection whom it speaks for; the address counts in the record, towards
// the mail server and for the limits against guessing. Nobody else may say so.
func TestThePROXYHeaderOfATrustedFrontIsBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "trusted_fronts = [\"" + front + "\"]\nproxy_protocol = true"})
	for _, tt := range []struct {
		name, device, addr string
		header             []byte
		client             string // "": there is no talking
	}{
		{"version 1", "PHONEONE", front, textHeader("203.0.113.7"), "203.0.113.7"},
		{"version 2", "PHONETWO", front, binaryHeader("203.0.113.8"), "203.0.113.8"},
		{"version 2, IPv6", "PHONETHREE", front, binaryHeader("2001:db8::7"), "2001:db8::7"},
		{"the front's own connection", "PHONEFOUR", front, []byte("PROXY UNKNOWN\r\n"), front},
		{"a front without a header", "PHONEFIVE", front, nil, ""},
		{"a front that talks nonsense", "PHONESIX", front, []byte("PROXY TCP4 here there 1 2\r\n"), ""},
		{"a stranger without a header", "PHONESEVEN", stranger, nil, stranger},
		{"a stranger with a header of version 1", "PHONEEIGHT", stranger, textHeader("203.0.113.7"), ""},
		{"a stranger with a header of version 2", "PHONENINE", stranger, binaryHeader("203.0.113.7"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := from(w.phone(0, "bob", tt.device), tt.addr, tt.header)
			_, err := p.FolderSync(timeout(t), "0")
			if tt.client == "" {
				if err == nil || outcome(err) == "refused" {
					t.Errorf("the request ended with %v", err)
				}
				if said := w.told(tt.device); said != "" {
					t.Errorf("it reached the mail server, from %s", said)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if said := w.told(tt.device); said != tt.client {
				t.Errorf("the mail server was told %q, want %q", said, tt.client)
			}
			if a := w.await("bob", tt.device); a.RemoteAddr != tt.client {
				t.Errorf("the record shows %q, want %q", a.RemoteAddr, tt.client)
			}
		})
	}
	if n := len(w.list("")); n != 5 {
		t.Errorf("%d records, want 5", n)
	}
	// Somebody who guesses behind the front is stopped, and others behind it are not.
	guess := func(client string) string {
		last := ""
		for _, word := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			p := from(w.phone(0, "carol", "PHONETEN"), front, textHeader(client))
			p.Password = "Sesame-guess-" + word
			last = contact(t, p)
		}
		return last
	}
	if got := guess("203.0.113.99"); got == "passed" {
		t.Errorf("guesses end with %s", got)
	}
	expectFrom := func(client, want string) {
		t.Helper()
		p := from(w.phone(0, "carol", "PHONETEN"), front, textHeader(client))
		expect(t, want, p)
	}
	expectFrom("198.51.100.7", "passed")
}

// A load balancer that ends TLS names the client in X-Forwarded-For. What others write there counts nothing,
// and what a client has written to the left of the front's word counts nothing either.
func TestXForwardedForOfATrustedFrontIsBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateway: "trusted_fronts = [\"" + front + "\", \"10.9.0.0/16\"]"})
	for _, tt := range []struct {
		name, device, addr string
		forwarded          []string
		client             string
	}{
		{"one address", "PHONEONE", front, []string{"203.0.113.7"}, "203.0.113.7"},
		{"what the client wrote, and the front after it", "PHONETWO", front, []string{"192.0.2.55, 203.0.113.8"}, "203.0.113.8"},
		{"two headers", "PHONETHREE", front, []string{"192.0.2.55", "203.0.113.9"}, "203.0.113.9"},
		{"a chain of fronts", "PHONEFOUR", front, []string{"192.0.2.55, 203.0.113.10, 10.9.1.2"}, "203.0.113.10"},
		{"IPv6", "PHONEFIVE", front, []string{"2001:db8::9"}, "2001:db8::9"},
		{"no address at all", "PHONESIX", front, []string{"unknown"}, front},
		{"no header", "PHONESEVEN", front, nil, front},
		{"a stranger", "PHONEEIGHT", stranger, []string{"203.0.113.7"}, stranger},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := from(w.phone(0, "bob", tt.device), tt.addr, nil)
			p.Header = http.Header{"X-Forwarded-For": tt.forwarded, "X-Real-Ip": {"192.0.2.77"}, "Forwarded": {"for=192.0.2.78"}}
			expect(t, "passed", p)
			if said := w.told(tt.device); said != tt.client {
				t.Errorf("the mail server was told %q, want %q", said, tt.client)
			}
			if a := w.await("bob", tt.device); a.RemoteAddr != tt.client {
				t.Errorf("the record shows %q, want %q", a.RemoteAddr, tt.client)
			}
		})
	}
	for _, r := range w.mail[0].Requests() {
		for _, name := range []string{"X-Real-Ip", "Forwarded"} {
			if r.Header.Get(name) != "" {
				t.Errorf("the mail server was told %s: %s", name, r.Header.Get(name))
			}
		}
	}
	// A front that is not told to speak the PROXY protocol is not understood when it does.
	p := from(w.phone(0, "bob", "PHONENINE"), front, textHeader("203.0.113.7"))
	if _, err := p.FolderSync(timeout(t), "0"); err == nil {
		t.Error("a header nobody has asked for is read")
	}
	if n := bytes.Count([]byte(w.gateways[0].log.String()), []byte("panic")); n != 0 {
		t.Errorf("%d panics", n)
	}
}
