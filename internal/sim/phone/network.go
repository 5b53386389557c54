// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Network is how phones reach the server, and how lively they are there.
type Network struct {
	URL  string      // of the endpoint, with its path
	TLS  *tls.Config // for https; nil means the system's authorities
	Pace Pace
	Seed uint64

	// Dial replaces the way to the server, for tests in memory. Addresses below do not apply then.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Forwarded sends the address of each phone as X-Forwarded-For. A gateway believes it if it trusts
	// the loopback as a front.
	Forwarded bool
	// OwnAddresses lets each phone connect from its own loopback address, 127.x.y.z, so that limits by
	// network see many networks. The server must listen on an IPv4 loopback address, on a system that has
	// all of 127.0.0.0/8 (Linux).
	OwnAddresses bool

	// Letter gives a mail to write, from the account of this SMTP address. Nil: nobody writes.
	Letter func(rng *rand.Rand, from string) Letter
}

// Letter is a mail a phone writes.
type Letter struct{ To, Subject, Text string }

// client is a phone's own connections: phones share nothing.
func (n Network) client(h Handset, m manners) *http.Client {
	dialer := &net.Dialer{Timeout: 20 * time.Second, KeepAlive: time.Minute}
	if n.OwnAddresses {
		dialer.LocalAddr = &net.TCPAddr{IP: loopback(h.Address).AsSlice()}
	}
	t := &http.Transport{
		DialContext: dialer.DialContext, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 20 * time.Second, ExpectContinueTimeout: time.Second, TLSClientConfig: n.TLS.Clone(),
		ReadBufferSize: 2 << 10, WriteBufferSize: 2 << 10,
	}
	if n.Dial != nil {
		t.DialContext = n.Dial
	}
	c := &http.Client{Transport: t}
	if m.chunked {
		c.Transport = chunked{t}
	}
	return c
}

// loopback makes an address of this machine out of one of the world.
func loopback(a netip.Addr) netip.Addr {
	b := a.AsSlice()
	if len(b) == 16 {
		b = []byte{b[4], b[5], b[6], b[15]}
	}
	if len(b) != 4 {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrFrom4([4]byte{127, 16 + b[1]&0x7F, b[2], min(max(1, b[3]), 254)})
}

// chunked sends bodies without a length, and only once the server has agreed to read them.
type chunked struct{ next *http.Transport }

func (c chunked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return c.next.RoundTrip(r)
	}
	out := r.Clone(r.Context())
	out.ContentLength = -1
	out.Header.Set("Expect", "100-continue")
	return c.next.RoundTrip(out)
}

func (c chunked) CloseIdleConnections() { c.next.CloseIdleConnections() }

// latin1 is an Authorization header in ISO-8859-1, "" where that alphabet does not reach.
func latin1(user, password string) string {
	var b []byte
	for _, r := range user + ":" + password {
		if r > 0xFF {
			return ""
		}
		b = append(b, byte(r))
	}
	return "Basic " + base64.StdEncoding.EncodeToString(b)
}
