// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reference is how net/http reads the same bytes: the requests it reads whole.
func reference(in []byte) (list []seen) {
	br := bufio.NewReaderSize(bytes.NewReader(in), 64<<10)
	post := false
	for {
		if post { // as its server does
			b, _ := br.Peek(4)
			br.Discard(len(b) - len(bytes.TrimLeft(b, "\r\n")))
		}
		r, err := http.ReadRequest(br)
		if err != nil {
			return list
		}
		_, cached := r.Header["Cache-Control"]
		x, err := look(r)
		if err != nil {
			return list
		}
		if v := x.Header["Pragma"]; cached && len(v) > 0 && v[0] == "no-cache" {
			x.Header["Cache-Control"] = append([]string(nil), x.Header["Cache-Control"]...)
		}
		list = append(list, x)
		if post = r.Method == http.MethodPost; r.Close {
			return list
		}
	}
}

// understood compares what we made of the bytes with what net/http makes of them: it may be less, and
// never something else.
func understood(t *testing.T, in []byte, step int) {
	t.Helper()
	ours, _ := played(t, in, step)
	theirs := reference(in)
	if len(ours) > len(theirs) {
		t.Fatalf("%d requests where net/http sees %d\n%q\nours %+v", len(ours), len(theirs), in, ours)
	}
	for i, x := range ours {
		y := theirs[i]
		if v := y.Header["Pragma"]; len(v) > 0 && v[0] == "no-cache" && x.Header["Cache-Control"] == nil {
			delete(y.Header, "Cache-Control") // which net/http has added
		}
		if d := cmp.Diff(y, x); d != "" {
			t.Fatalf("request %d of %q (- net/http, + ours)\n%s", i, in, d)
		}
	}
}

const head = "POST /Microsoft-Server-ActiveSync?Cmd=Sync&User=bob HTTP/1.1\r\nHost: mail.lab.example\r\n"

func honest() []string {
	return []string{
		head + "Content-Length: 5\r\n\r\nab\r\n ",
		head + "MS-ASProtocolVersion: 16.1\r\nx-ms-policykey:\t12 \r\nuser-agent: Apple-iPhone14C5/2001.362\r\nAuthorization: Basic Ym9iOmJvYg==\r\n" +
			"Content-Length: 0\r\n\r\n",
		head + "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nwxyz\r\n0A\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n",
		head + "Transfer-Encoding: Chunked\r\n\r\n5  \r\nwxyza\r\n0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nX-Length: content-length: 4\r\nContent-Length-X: 3\r\n\r\n",
		"GET /autodiscover/%41?a=b?c HTTP/1.1\r\nHost: x\r\nPragma: no-cache\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS http://other.example/a?b HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /? HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
		head + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\nx\r\n\r\n",
		"HEAD //a//b HTTP/1.1\r\nHost:\r\nAccept: a\r\nAccept: b\r\n\r\n",
		head + "Content-Length: 3\r\nConnection: close\r\n\r\nend",
	}
}

func ambiguous() map[string]string {
	return map[string]string{
		"bare line feeds":             "POST / HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
		"a bare line feed":            head + "X: a\nContent-Length: 0\r\n\r\n",
		"a bare line feed at first":   strings.Replace(head, "\r\n", "\n", 1) + "\r\n",
		"a bare line feed ends it":    head + "Content-Length: 5\r\n\nabcde",
		"length and coding":           head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"coding and length":           head + "transfer-encoding: chunked\r\nCONTENT-LENGTH: 5\r\n\r\n0\r\n\r\n",
		"the same length twice":       head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
		"two lengths":                 head + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
		"two codings":                 head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"folded":                      head + "X: a\r\n b\r\nContent-Length: 5\r\n\r\nabcde",
		"folded with a tab":           head + "X: a\r\n\tb\r\nContent-Length: 5\r\n\r\nabcde",
		"folded at first":             "POST / HTTP/1.1\r\n Host: x\r\n\r\n",
		"a coding in HTTP/1.0":        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"a length with a list":        head + "Content-Length: 5, 5\r\n\r\nabcde",
		"an empty length":             head + "Content-Length:\r\n\r\nabcde",
		"a signed length":             head + "Content-Length: +5\r\n\r\nabcde",
		"a negative length":           head + "Content-Length: -5\r\n\r\nabcde",
		"a length in hex":             head + "Content-Length: 0x5\r\n\r\nabcde",
		"a length beyond all":         head + "Content-Length: 99999999999999999999\r\n\r\nabcde",
		"a length with a blank":       head + "Content-Length: 1 0\r\n\r\nabcde",
		"a carriage return alone":     head + "\rContent-Length: 5\r\n\r\nabcde",
		"a carriage return in value":  head + "X: a\rContent-Length: 5\r\n\r\nabcde",
		"two carriage returns":        head + "X: a\r\r\n\r\n",
		"a blank before the colon":    head + "Content-Length : 5\r\n\r\nabcde",
		"a header without a name":     head + ": 5\r\n\r\n",
		"a header without a colon":    head + "Content-Length\r\n\r\n",
		"a name with a line feed":     head + "X\x0bY: a\r\n\r\n",
		"nul in a value":              head + "X: a\x00b\r\n\r\n",
		"nul in the target":           strings.Replace(head, "Cmd", "\x00md", 1) + "\r\n",
		"no host":                     "POST / HTTP/1.1\r\n\r\n",
		"two hosts":                   head + "Host: y\r\n\r\n",
		"a host with a path":          "POST / HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"a blank in the target":       "POST /a b HTTP/1.1\r\nHost: x\r\n\r\n",
		"two blanks":                  "POST  / HTTP/1.1\r\nHost: x\r\n\r\n",
		"no version":                  "POST /\r\nHost: x\r\n\r\n",
		"a version in small letters":  "POST / http/1.1\r\nHost: x\r\n\r\n",
		"a version of three":          "POST / HTTP/1.1.1\r\nHost: x\r\n\r\n",
		"no method":                   " / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a method that is none":       "PO(ST / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a target that is none":       "POST x HTTP/1.1\r\nHost: x\r\n\r\n",
		"a target that breaks off":    "POST /%4 HTTP/1.1\r\nHost: x\r\n\r\n",
		"an empty line at first":      "\r\n" + head + "\r\n",
		"a trailer for the framing":   head + "Trailer: X, content-length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"another version":             "POST / HTTP/2.0\r\nHost: x\r\n\r\n",
		"the preface of HTTP/2":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"an unknown coding":           head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"a coding with a Kelvin sign": head + "Transfer-Encoding: chun\u212aed\r\n\r\n0\r\n\r\n",
		"a fragment in the target":    strings.Replace(head, "&User", "#&User", 1) + "\r\n",
		"a misspelled coding":         head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"an unknown expectation":      head + "Expect: 200-ok\r\n\r\n",
		"too many headers":            head + strings.Repeat("X: y\r\n", 300) + "\r\n",
		"a head that is too large":    head + "X: " + strings.Repeat("y", 9<<10) + "\r\n\r\n",
		"a head that never ends":      head + "X: " + strings.Repeat("y", 20<<10),
	}
}

// brokenBodies begin well: the handler is asked, and cannot read the body.
func brokenBodies() map[string]string {
	chunked := head + "Transfer-Encoding: chunked\r\n\r\n"
	return map[string]string{
		"a chunk without size":        chunked + ";x\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a negative chunk":            chunked + "-1\r\nx\r\n0\r\n\r\n",
		"a huge chunk":                chunked + "fffffffffffffffff\r\nx\r\n0\r\n\r\n",
		"a chunk in 0x":               chunked + "0x3\r\nabc\r\n0\r\n\r\n",
		"a bare line feed in a size":  chunked + "3\nabc\r\n0\r\n\r\n",
		"a return in a size":          chunked + "3\rx\r\nabc\r\n0\r\n\r\n",
		"a chunk longer than it says": chunked + "3\r\nabcd\r\n0\r\n\r\n",
		"a bare line feed behind":     chunked + "3\r\nabc\n0\r\n\r\n",
		"a trailer that is none":      chunked + "0\r\nGET / HTTP/1.1\r\n\r\n",
		"a folded trailer":            chunked + "0\r\nX: y\r\n z\r\n\r\n",
		"an endless trailer":          chunked + "0\r\n" + strings.Repeat("X: y\r\n", 2000) + "\r\n",
		"an endless extension":        chunked + "3;" + strings.Repeat("x", 3000) + "\r\nabc\r\n0\r\n\r\n",
		"extensions and nothing else": chunked + strings.Repeat("1;"+strings.Repeat("x", 200)+"\r\na\r\n", 200) + "0\r\n\r\n",
		"a body that breaks off":      head + "Content-Length: 9\r\n\r\nabc",
		"chunks that break off":       chunked + "3\r\nab",
	}
}

// TestHonestRequestsAreReadAsNetHTTPReadsThem: alone and one behind the other, however they are cut.
func TestHonestRequestsAreReadAsNetHTTPReadsThem(t *testing.T) {
	all := strings.Join(honest(), "")
	for _, step := range []int{1, 3, 7, 100, len(all)} {
		for _, raw := range append(honest(), all) {
			understood(t, []byte(raw), step)
		}
		if list, _ := played(t, []byte(all), step); len(list) != len(honest()) {
			t.Errorf("step %d: %d of %d requests were seen", step, len(list), len(honest()))
		}
	}
}

// TestWhatCanBeReadInTwoWaysIsRefused, as the first request and behind an honest one.
func TestWhatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	hidden := "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, raw := range ambiguous() {
		for _, before := range []string{"", honest()[4]} {
			for _, step := range []int{1, 5, 1 << 20} {
				list, out := played(t, []byte(before+raw+hidden), step)
				if n := strings.Count(before, "HTTP/1.1"); len(list) != n {
					t.Errorf("%s, step %d: %d requests were seen: %+v", name, step, len(list)-n, list)
				}
				br := bufio.NewReader(bytes.NewReader(out))
				if before != "" {
					resp, err := http.ReadResponse(br, nil)
					if err != nil || resp.StatusCode != 200 {
						t.Fatal(name, resp, err)
					}
					io.ReadAll(resp.Body)
				}
				resp, err := http.ReadResponse(br, nil)
				if err != nil || resp.StatusCode < 400 || !resp.Close || resp.ContentLength != 0 || br.Buffered() > 0 {
					t.Errorf("%s, step %d: %+v %v", name, step, resp, err)
				}
				understood(t, []byte(before+raw+hidden), step)
			}
		}
	}
}

func TestABodyThatIsMalformedEndsTheConnection(t *testing.T) {
	for name, raw := range brokenBodies() {
		for _, step := range []int{1, 5, 1 << 20} {
			list, out := played(t, []byte(raw), step)
			resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), nil)
			if len(list) != 0 || err != nil || resp.StatusCode != 400 || !resp.Close {
				t.Errorf("%s, step %d: %+v %+v %v", name, step, list, resp, err)
			}
			understood(t, []byte(raw), step)
		}
	}
}

// FuzzAgainstNetHTTP: what we take for a request net/http takes for the same one.
func FuzzAgainstNetHTTP(f *testing.F) {
	for _, raw := range honest() {
		f.Add([]byte(raw), 1000)
		f.Add([]byte(raw+raw), 3)
	}
	for _, list := range []map[string]string{ambiguous(), brokenBodies()} {
		for _, raw := range list {
			f.Add([]byte(raw), 7)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, step int) { understood(t, in, step&1023) })
}
