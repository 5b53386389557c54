// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

var errProxyHeader = errors.New("no valid PROXY protocol header")

// proxySignature begins a binary header.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// Longest headers: the text form by its specification, the binary form by what an address with a few
// extensions needs.
const (
	maxProxyText   = 107
	maxProxyBinary = 2048
)

// readProxyHeader reads one PROXY protocol header, text or binary, and not a byte more. It returns the
// client's address, or nil when the front speaks for itself (LOCAL, UNKNOWN).
func readProxyHeader(r io.Reader) (net.Addr, error) {
	head := make([]byte, len(proxySignature), maxProxyText)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if string(head) == proxySignature {
		return readProxyBinary(r)
	}
	if !bytes.HasPrefix(head, []byte("PROXY ")) {
		return nil, errProxyHeader
	}
	var one [1]byte
	for !bytes.HasSuffix(head, []byte("\r\n")) {
		if len(head) == maxProxyText {
			return nil, errProxyHeader
		}
		if _, err := io.ReadFull(r, one[:]); err != nil {
			return nil, err
		}
		head = append(head, one[0])
	}
	return parseProxyText(string(head[:len(head)-2]))
}

func parseProxyText(line string) (net.Addr, error) {
	f := strings.Split(line, " ")
	if len(f) >= 2 && f[1] == "UNKNOWN" {
		return nil, nil
	}
	if len(f) != 6 || f[1] != "TCP4" && f[1] != "TCP6" {
		return nil, errProxyHeader
	}
	addr, err := netip.ParseAddr(f[2])
	if err != nil || addr.Is4() != (f[1] == "TCP4") || addr.Zone() != "" {
		return nil, errProxyHeader
	}
	port, err := strconv.ParseUint(f[4], 10, 16)
	if err != nil {
		return nil, errProxyHeader
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, uint16(port))), nil
}

func readProxyBinary(r io.Reader) (net.Addr, error) {
	var fixed [4]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(fixed[2:]))
	if fixed[0]>>4 != 2 || n > maxProxyBinary {
		return nil, errProxyHeader
	}
	rest := make([]byte, n)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, err
	}
	switch fixed[0] & 0xF {
	case 0: // LOCAL: a health check of the front itself
		return nil, nil
	case 1:
	default:
		return nil, errProxyHeader
	}
	switch {
	case fixed[1] == 0x11 && n >= 12:
		a := netip.AddrFrom4([4]byte(rest[:4]))
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, binary.BigEndian.Uint16(rest[8:]))), nil
	case fixed[1] == 0x21 && n >= 36:
		a := netip.AddrFrom16([16]byte(rest[:16])).Unmap()
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, binary.BigEndian.Uint16(rest[32:]))), nil
	case fixed[1] == 0:
		return nil, nil
	}
	return nil, errProxyHeader
}
