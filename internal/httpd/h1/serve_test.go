// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/vedette-mail/vedette/internal/httpd/h1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hear reads one answer whole.
func hear(t *testing.T, br *bufio.Reader, method string) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(br, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// TestAClientOfNetHTTPGetsBackWhatItSends in every framing and size, over connections that stay.
func TestAClientOfNetHTTPGetsBackWhatItSends(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		how := r.Header.Get("X-How")
		if how == "length" {
			w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		} else if how == "chunked" {
			w.Header()["Transfer-Encoding"] = []string{"chunked"}
		}
		for len(b) > 0 {
			n := min(len(b), 10_000)
			if m, err := w.Write(b[:n]); m != n || err != nil {
				t.Error(m, err)
			}
			if b = b[n:]; how == "flush" {
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
			}
		}
	})))
	tr := &http.Transport{MaxIdleConnsPerHost: 8}
	defer tr.CloseIdleConnections()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i, size := range []int{0, 1, 100, 3000, 4090, 5000, 16_000, 16_383, 16_384, 16_385, 33_000, 300_000} {
				for _, how := range []string{"length", "chunked", "flush", "as it comes"} {
					for _, unknown := range []bool{false, true} {
						sent := strings.Repeat(string(rune('a'+i)), size)
						var body io.Reader = strings.NewReader(sent)
						if unknown {
							body = io.MultiReader(body)
						}
						r, _ := http.NewRequest(http.MethodPost, "http://"+addr+"/x", body)
						r.Header.Set("X-How", how)
						resp, err := tr.RoundTrip(r)
						if err != nil {
							t.Error(worker, size, how, unknown, err)
							return
						}
						got, err := io.ReadAll(resp.Body)
						if resp.Body.Close(); string(got) != sent || err != nil || resp.Header.Get("Date") == "" {
							t.Errorf("%d bytes, %s: %d came back, %v", size, how, len(got), err)
						}
					}
				}
			}
		})
	}
	group.Wait()
}

func TestTheWordToGoOnIsSentWhenTheBodyIsRead(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refuse" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		io.Copy(w, r.Body)
	})))
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for range 2 {
		io.WriteString(c, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
		if line, err := br.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" || err != nil {
			t.Fatal(line, err)
		}
		br.ReadString('\n')
		io.WriteString(c, "abc")
		if resp, b := hear(t, br, "POST"); b != "abc" || resp.Close {
			t.Error(resp, b)
		}
	}
	io.WriteString(c, "POST /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
	if resp, _ := hear(t, br, "POST"); resp.StatusCode != 401 || !resp.Close {
		t.Error(resp) // whether the body follows nobody knows
	}
}

func TestABodyNobodyReadsDoesNotSpoilTheNextRequest(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "no") })))
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for _, raw := range []string{"Content-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000), "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"} {
		io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\n"+raw)
		if resp, b := hear(t, br, "POST"); b != "no" || resp.Close {
			t.Error(resp, b)
		}
	}
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n"+strings.Repeat("x", 20000))
	if resp, b := hear(t, br, "POST"); b != "no" || !resp.Close {
		t.Error(resp, b)
	}
}

func TestTheEndOfAnAnswerIsToldInEveryVersion(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/length":
			w.Header().Set("Content-Length", "5")
			io.WriteString(w, "hello")
		case "/chunked":
			io.WriteString(w, "he")
			http.NewResponseController(w).Flush()
			io.WriteString(w, "llo")
		case "/hostile":
			w.Header()["X-A"] = []string{"b\r\nX-Evil: 1\x00"}
			w.Header()["X-\r\nB"] = []string{"c"}
		default:
			io.WriteString(w, "hello")
		}
	})))
	for _, c := range []struct {
		raw, body  string
		length     int64
		close      bool
		connection string
	}{
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "hello", 5, false, ""},
		{"GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n", "hello", -1, false, ""},
		{"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "", 0, false, ""},
		{"HEAD /length HTTP/1.1\r\nHost: x\r\n\r\n", "", 5, false, ""},
		{"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "", -1, false, ""},
		{"GET /hostile HTTP/1.1\r\nHost: x\r\n\r\n", "", 0, false, ""},
		{"GET / HTTP/1.0\r\n\r\n", "hello", 5, true, "close"},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "hello", 5, false, "keep-alive"},
		{"GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "hello", -1, true, "close"},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", "hello", 5, true, "close"},
	} {
		conn := dial(t, addr)
		br := bufio.NewReader(conn)
		method, _, _ := strings.Cut(c.raw, " ")
		io.WriteString(conn, c.raw)
		resp, b := hear(t, br, method)
		if b != c.body || resp.ContentLength != c.length || resp.Header.Get("X-Evil") != "" {
			t.Errorf("%q: %+v %q", c.raw, resp, b)
		}
		if closes := resp.Close && resp.Header.Get("Connection") != "keep-alive"; closes != c.close {
			t.Errorf("%q: closes %v", c.raw, resp.Close)
		}
		if !c.close {
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			if _, b := hear(t, br, "GET"); b != "hello" {
				t.Errorf("behind %q: %q", c.raw, b)
			}
		} else if _, err := br.ReadByte(); err != io.EOF {
			t.Errorf("%q: %v", c.raw, err)
		}
	}
}

func TestHalfAnAnswerIsNeverAWholeOne(t *testing.T) {
	log := &bytes.Buffer{}
	cfg := config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "hello")
		switch r.URL.Path {
		case "/abort":
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/defect":
			panic("a defect")
		}
	}))
	cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
	s, addr := start(t, cfg)
	for _, path := range []string{"/short", "/abort", "/defect"} {
		c := dial(t, addr)
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		if b, _ := io.ReadAll(c); bytes.HasSuffix(b, []byte("\r\n\r\nhellohello")) {
			t.Errorf("%s: %q", path, b)
		}
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "ended by a defect"); n != 1 {
		t.Errorf("%d defects are logged: %s", n, log)
	}
}

// TestAHandlerThatAsksLearnsThatThePhoneHasGone, and a request that came early is not lost by asking.
func TestAHandlerThatAsksLearnsThatThePhoneHasGone(t *testing.T) {
	gone := make(chan error, 1)
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/wait" {
			if r.Context().Err() != nil {
				t.Error("over before it began")
			}
			ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
			defer cancel()
			<-ctx.Done()
			gone <- r.Context().Err()
			return
		}
		r.Context().Done()
		io.WriteString(w, r.URL.Path)
	})))
	c := dial(t, addr)
	br := bufio.NewReader(c)
	io.WriteString(c, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	for _, want := range []string{"/a", "/b"} {
		if _, b := hear(t, br, "GET"); b != want {
			t.Error(b)
		}
	}
	for range 3 {
		io.WriteString(c, "GET /c HTTP/1.1\r\nHost: x\r\n\r\n")
		if _, b := hear(t, br, "GET"); b != "/c" {
			t.Error(b)
		}
	}
	io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
	c.Close()
	if err := <-gone; err != context.Canceled {
		t.Error(err)
	}
}

func TestAConnectionIsTakenAndHandedBack(t *testing.T) {
	type taken struct {
		c      net.Conn
		prefix []byte
	}
	out := make(chan taken, 1)
	cfg := config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp := w.(*h1.Response)
		if _, _, ok := resp.Take(); ok && r.ContentLength > 0 {
			t.Error("taken with a body unread")
		}
		r.Context().Done()
		if io.Copy(io.Discard, r.Body); r.URL.Path == "/take" {
			c, prefix, ok := resp.Take()
			if _, _, again := resp.Take(); !ok || again {
				t.Error("taken", ok, again)
			}
			if _, err := io.WriteString(w, "too late"); err != http.ErrHijacked {
				t.Error(err)
			}
			out <- taken{c, prefix}
			return
		}
		io.WriteString(w, "there")
		if _, _, ok := resp.Take(); ok {
			t.Error("taken behind an answer")
		}
	}))
	s, addr := start(t, cfg)
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for range 3 {
		io.WriteString(c, "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nxPOST /next HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
		x := <-out
		io.WriteString(x.c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		hear(t, br, "POST")
		if !s.Hand(x.c, x.prefix) {
			t.Fatal("not handed back")
		}
		io.WriteString(c, "cd")
		if _, b := hear(t, br, "POST"); b != "there" {
			t.Error(b)
		}
	}
	io.WriteString(c, "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
	x := <-out
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Hand(x.c, nil) {
		t.Error("handed to a server that has ended")
	}
	x.c.Close()
}

func TestShutdownAnswersWhatIsBeingAnsweredAndClosesTheRest(t *testing.T) { // S-12
	begun, goOn := make(chan bool), make(chan bool)
	s, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			begun <- true
			<-goOn
		}
		io.WriteString(w, "whole")
	})))
	fresh, used, slow := dial(t, addr), dial(t, addr), dial(t, addr)
	io.WriteString(used, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	hear(t, bufio.NewReader(used), "GET")
	io.WriteString(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-begun
	done := make(chan error)
	go func() { done <- s.Shutdown(context.Background()) }()
	for _, c := range []net.Conn{fresh, used} {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Error(n, err)
		}
	}
	select {
	case <-done:
		t.Error("did not wait")
	default:
	}
	goOn <- true
	if resp, b := hear(t, bufio.NewReader(slow), "GET"); b != "whole" || !resp.Close {
		t.Error(resp, b)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestASilentPhoneIsNotWaitedForForever: for its first request, between requests, in the middle of a head
// and of a body nobody reads.
func TestASilentPhoneIsNotWaitedForForever(t *testing.T) {
	for name, c := range map[string]struct {
		say         string
		least, most time.Duration
	}{
		"nothing":                {"", 5 * time.Second, 5 * time.Second},
		"half a head":            {"GET / HT", 5 * time.Second, 5 * time.Second},
		"between requests":       {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 9 * time.Second, 10 * time.Second},
		"half of a second head":  {"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", 5 * time.Second, 5 * time.Second},
		"a body that never ends": {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na", 10 * time.Second, 11 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })))
				phone, ours := net.Pipe()
				begin := time.Now()
				s.Hand(ours, nil)
				if c.say != "" { // a pipe hands on nothing as something
					go io.WriteString(phone, c.say)
				}
				io.Copy(io.Discard, phone)
				if d := time.Since(begin); d < c.least || d > c.most {
					t.Errorf("closed after %v", d)
				}
				phone.Close()
				if err := s.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
