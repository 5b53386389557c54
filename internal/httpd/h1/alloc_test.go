// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector makes pools forget.

package h1_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd/h1"
)

// TestARequestCostsFewAllocations: the copy of its head; the other is the test's own.
func TestARequestCostsFewAllocations(t *testing.T) {
	const n = 2000
	raw := []byte(head + "Content-Type: application/vnd.ms-sync.wbxml\r\nMS-ASProtocolVersion: 16.1\r\nX-MS-PolicyKey: 3942919513\r\n" +
		"Authorization: Basic Ym9iOmJvYnB3\r\nUser-Agent: Apple-iPhone14C5/2001.362\r\nAccept: */*\r\nAccept-Language: en-gb\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody")
	in := bytes.Repeat(raw, n)
	answer := bytes.Repeat([]byte("x"), 2048)
	length, kind := []string{"2048"}, []string{"application/vnd.ms-sync.wbxml"}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [16]byte
		if n, err := r.Body.Read(b[:]); n != 4 || err != io.EOF {
			t.Error(n, err)
		}
		w.Header()["Content-Length"], w.Header()["Content-Type"] = length, kind
		w.Write(answer)
	})
	each := testing.AllocsPerRun(3, func() {
		s := h1.New(config(h))
		c := newScript(in, len(raw))
		s.Hand(c, nil)
		<-c.closed
		s.Shutdown(context.Background())
		c.out.Reset()
	}) / n
	t.Logf("%.2f allocations a request", each)
	if each > 2.1 {
		t.Errorf("%.2f allocations a request", each)
	}
}
