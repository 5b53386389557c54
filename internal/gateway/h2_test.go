// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
)

// frame is one frame of HTTP/2. RFC 9113 4.1
func frame(kind, flags byte, stream uint32, payload string) string {
	b := append([]byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags}, binary.BigEndian.AppendUint32(nil, stream)...)
	return string(b) + payload
}

// literal is a header that is not to be remembered. RFC 7541 6.2.2
func literal(name, value string) string {
	return "\x00" + string(rune(len(name))) + name + string(rune(len(value))) + value
}

// TestAPhoneThatTakesNothingOverHTTP2IsNotWaitedForForever: it allows no byte of any answer to be sent.
func TestAPhoneThatTakesNothingOverHTTP2IsNotWaitedForForever(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.gateway.HTTP2 = true; s.gateway.SetPhonePause(300 * time.Millisecond) })
	c, err := tls.Dial("tcp", w.addr, &tls.Config{RootCAs: w.roots, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	head := literal(":method", "POST") + literal(":scheme", "https") + literal(":authority", "m") +
		literal(":path", eas.Path+"?Cmd=FolderSync&User=bob&DeviceId=PHONEBOB&DeviceType=iPhone") +
		literal("authorization", basic("bob")) + literal("ms-asprotocolversion", "14.1")
	io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+frame(4, 0, 0, "\x00\x04\x00\x00\x00\x00")+ // INITIAL_WINDOW_SIZE: 0
		frame(1, 4, 1, head)+frame(0, 1, 1, folderSync))
	for answered := false; ; {
		var h [9]byte
		if _, err := io.ReadFull(c, h[:]); err != nil {
			t.Fatalf("still waited for (answered: %v): %v", answered, err)
		}
		n, stream := int64(h[0])<<16|int64(h[1])<<8|int64(h[2]), binary.BigEndian.Uint32(h[5:])
		io.CopyN(io.Discard, c, n)
		switch {
		case stream == 1 && h[3] == 1:
			answered = true
		case stream == 1 && h[3] == 3: // RST_STREAM
			if !answered {
				t.Error("the request was not answered at all")
			}
			return
		}
	}
}
