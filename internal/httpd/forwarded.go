// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Fronts are the networks of load balancers whose word about the client's address counts.
type Fronts []netip.Prefix

// ParseFronts reads networks ("10.0.0.0/8") and single addresses.
func ParseFronts(list []string) (Fronts, error) {
	var f Fronts
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, aerr := netip.ParseAddr(s)
			if aerr != nil {
				return nil, fmt.Errorf("%q is neither a network nor an address", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		f = append(f, p.Masked())
	}
	return f, nil
}

// Trust reports whether a belongs to a front.
func (f Fronts) Trust(a netip.Addr) bool {
	if len(f) == 0 {
		return false
	}
	a = a.Unmap()
	for _, p := range f {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Stands reports whether the other end of a connection, "host:port", is a front.
func (f Fronts) Stands(remote string) bool { return len(f) > 0 && f.Trust(parseAddr(remote)) }

// Client gives the address of the client: the other end of the connection, unless that is a front;
// then the last address in X-Forwarded-For that is not a front's own. What a client wrote to the left
// of it is never looked at, and an entry that is no address ends the walk.
func (f Fronts) Client(remote string, forwarded []string) netip.Addr {
	a := parseAddr(remote)
	for i := len(forwarded) - 1; i >= 0; i-- {
		rest := forwarded[i]
		for more := true; more; {
			if !f.Trust(a) {
				return a
			}
			var last string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, last = rest[:comma], rest[comma+1:]
			} else {
				last, more = rest, false
			}
			next := parseAddr(strings.TrimSpace(last))
			if !next.IsValid() {
				return a
			}
			a = next
		}
	}
	return a
}

// parseAddr reads an address with or without port.
func parseAddr(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("")
	}
	return parseAddr(a.String())
}
