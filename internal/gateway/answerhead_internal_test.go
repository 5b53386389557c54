// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answerSeen is what matters of an answer.
type answerSeen struct {
	Status int
	Header http.Header
	Length int64
	Close  bool
	Body   string
	Rest   string // behind it
}

func seenOf(resp *http.Response, br *bufio.Reader) answerSeen {
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		b = append(b, " and "+err.Error()...)
	}
	rest, _ := io.ReadAll(br)
	return answerSeen{resp.StatusCode, resp.Header, resp.ContentLength, resp.Close, string(b), string(rest)}
}

// asNetHTTP compares a head that is taken for a usual one with what net/http makes of it. It reports
// whether it was taken for one.
func asNetHTTP(t *testing.T, in []byte) bool {
	t.Helper()
	c := &serverConn{br: bufio.NewReaderSize(bytes.NewReader(in), 64<<10), left: math.MaxInt64}
	c.br.Peek(1)
	before := c.br.Buffered()
	resp := c.usual()
	if resp == nil {
		if c.br.Buffered() != before {
			t.Fatalf("something was taken of %q", in)
		}
		return false
	}
	br := bufio.NewReader(bytes.NewReader(in))
	want, err := http.ReadResponse(br, postRequest)
	if err != nil {
		t.Fatalf("net/http does not read %q: %v", in, err)
	}
	if d := cmp.Diff(seenOf(want, br), seenOf(resp, c.br)); d != "" {
		t.Fatalf("%q (- net/http, + ours)\n%s", in, d)
	}
	return true
}

const usualAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ms-sync.wbxml\r\nMS-Server-ActiveSync: 15.2\r\nDate: Sat, 21 Nov 2026 20:00:00 GMT\r\n"

func answers() map[string]bool {
	return map[string]bool{
		usualAnswer + "Content-Length: 5\r\n\r\nhellorest":                                               true,
		usualAnswer + "content-length:\t5 \r\nset-cookie: a\r\nSet-Cookie: b\r\nrequest-id:\r\n\r\nhel":  true,
		"HTTP/1.1 401 \r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n":              true,
		"HTTP/1.1 451 Redirect\r\nX-MS-Location: https://x/\r\nContent-Length: 0\r\n\r\n":                true,
		usualAnswer + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n":                        false,
		usualAnswer + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n":   false,
		usualAnswer + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello":                              false,
		usualAnswer + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello":                              false,
		usualAnswer + "Content-Length: +5\r\n\r\nhello":                                                  false,
		usualAnswer + "Content-Length: \r\n\r\nhello":                                                    false,
		usualAnswer + "Content-Length : 5\r\n\r\nhello":                                                  false,
		usualAnswer + "Content-Length: 5\n\r\nhello\r\n\r\n":                                             false,
		usualAnswer + "Content-Length: 5\r\n more\r\n\r\nhello":                                          false,
		usualAnswer + "X: a\rContent-Length: 9\r\nContent-Length: 5\r\n\r\nhello":                        false,
		usualAnswer + "X: a\x00b\r\nContent-Length: 5\r\n\r\nhello":                                      false,
		usualAnswer + "\r\nuntil it closes":                                                              false,
		usualAnswer + "Connection: close\r\nContent-Length: 5\r\n\r\nhello":                              false,
		usualAnswer + strings.Repeat("X: y\r\n", 20) + "Content-Length: 5\r\n\r\nhello":                  false,
		usualAnswer + "Content-Length: 5\r\n":                                                            false,
		"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + usualAnswer + "Content-Length: 0\r\n\r\n": false,
		"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello":                                      false,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n":                                         false,
		"HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello":                                             false,
		"HTTP/1.1 20x OK\r\nContent-Length: 5\r\n\r\nhello":                                              false,
		"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello":                                              false,
		"HTTP/1.1  200 OK\r\nContent-Length: 5\r\n\r\nhello":                                             false,
		"garbage\r\n\r\n": false,
	}
}

func TestAUsualAnswerIsReadAsNetHTTPReadsIt(t *testing.T) {
	for in, usual := range answers() {
		if got := asNetHTTP(t, []byte(in)); got != usual {
			t.Errorf("%q: usual %v", in, got)
		}
	}
}

// FuzzUsualAnswer: what we read ourselves net/http reads the same way.
func FuzzUsualAnswer(f *testing.F) {
	for in := range answers() {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) { asNetHTTP(t, in[:min(len(in), 32<<10)]) })
}
