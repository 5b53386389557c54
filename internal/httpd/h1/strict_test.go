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

// TestNobodySeesOtherRequestsThanNetHTTP in what phones and smugglers may say, however it is cut.
func TestNobodySeesOtherRequestsThanNetHTTP(t *testing.T) {
	for _, raw := range connections() {
		for _, step := range []int{1, 7, 1 << 20} {
			understood(t, []byte(raw), step)
		}
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
	for _, raw := range connections() {
		f.Add([]byte(raw), 1<<10)
	}
	for _, list := range []map[string]string{ambiguous(), brokenBodies()} {
		for _, raw := range list {
			f.Add([]byte(raw), 7)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, step int) { understood(t, in, step&1023) })
}
