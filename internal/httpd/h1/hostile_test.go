// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vedette-mail/vedette/internal/httpd/h1"
)

// TestADefectWhileReadingEndsOneConnection and not the process.
func TestADefectWhileReadingEndsOneConnection(t *testing.T) {
	s := h1.New(config(http.NotFoundHandler()))
	c := &brokenConn{script: newScript(nil, 1)}
	s.Hand(c, nil)
	select {
	case <-c.closed:
	case <-time.After(10 * time.Second):
		t.Fatal("not closed")
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

type brokenConn struct{ *script }

func (*brokenConn) Read([]byte) (int, error) { panic("a defect") }

// TestAPhoneThatDoesNotReadIsNotWaitedForForever: every answer, however short, is bounded.
func TestAPhoneThatDoesNotReadIsNotWaitedForForever(t *testing.T) {
	for name, own := range map[string]time.Duration{"no word of the handler": 0, "the handler's own deadline": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if own > 0 {
						http.NewResponseController(w).SetWriteDeadline(time.Now().Add(own))
					}
					io.WriteString(w, "short")
				}))
				cfg.WriteTimeout = 30 * time.Second
				s := h1.New(cfg)
				phone, ours := net.Pipe()
				begin := time.Now()
				s.Hand(ours, nil)
				io.WriteString(phone, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				synctest.Wait()
				if err := s.Shutdown(t.Context()); err != nil { // returns when the connection has been given up
					t.Error(err)
				}
				least, most := 30*time.Second, 61*time.Second
				if own > 0 {
					least, most = own, own
				}
				if d := time.Since(begin); d < least || d > most {
					t.Errorf("given up after %v", d)
				}
				phone.Close()
			})
		})
	}
}

// TestADeadlineForOneAnswerIsNotThatOfTheNext.
func TestADeadlineForOneAnswerIsNotThatOfTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/short" {
				http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Second))
			}
			io.WriteString(w, "ok")
		})))
		phone, ours := net.Pipe()
		s.Hand(ours, nil)
		br := bufio.NewReader(phone)
		for _, path := range []string{"/short", "/late"} {
			fmt.Fprintf(phone, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
			if _, b := hear(t, br, "GET"); b != "ok" {
				t.Error(b)
			}
			time.Sleep(5 * time.Second)
		}
		phone.Close()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// stubborn closes only when it is let: as TLS does, whose farewell waits for a phone that does not read.
type stubborn struct {
	net.Conn
	let chan struct{}
}

func (s *stubborn) Close() error { <-s.let; return s.Conn.Close() }

func TestShutdownWaitsForNoFarewell(t *testing.T) { // S-12
	synctest.Test(t, func(t *testing.T) {
		s := h1.New(config(http.NotFoundHandler()))
		let := make(chan struct{})
		for range 3 {
			phone, ours := net.Pipe()
			defer phone.Close()
			s.Hand(&stubborn{ours, let}, nil)
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begin := time.Now()
		err := s.Shutdown(ctx)
		if d := time.Since(begin); err != context.DeadlineExceeded || d > 2*time.Second {
			t.Errorf("%v after %v", err, d)
		}
		close(let)
	})
}

// TestAnEmptyLineBehindABodyIsNoRequest: the connection is as idle with it as without, and one that has been
// taken and comes back with it goes on.
func TestAnEmptyLineBehindABodyIsNoRequest(t *testing.T) {
	for name, line := range map[string]string{"whole": "\r\n", "half of one": "\r"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })))
				phone, ours := net.Pipe()
				s.Hand(ours, nil)
				br := bufio.NewReader(phone)
				for range 2 {
					io.WriteString(phone, honest()[1])
					hear(t, br, "POST")
					io.WriteString(phone, line)
					time.Sleep(8 * time.Second) // longer than a head may take, shorter than idle
					io.WriteString(phone, ("\r\n" + honest()[1])[len(line):])
					hear(t, br, "POST")
				}
				io.WriteString(phone, line)
				synctest.Wait()
				begin := time.Now()
				if err := s.Shutdown(t.Context()); err != nil || time.Since(begin) > 0 {
					t.Errorf("Shutdown waited %v for it: %v", time.Since(begin), err)
				}
				if _, err := br.ReadByte(); err != io.EOF {
					t.Error(err)
				}
			})
			s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })))
			c := newScript([]byte(("\r\n" + honest()[4])[len(line):]), 1000)
			s.Hand(c, []byte(line))
			<-c.closed
			if !strings.HasPrefix(c.out.String(), "HTTP/1.1 200 OK") {
				t.Errorf("%q", c.out.String())
			}
		})
	}
}

func TestAnOldClientIsNotToldToGoOn(t *testing.T) { // RFC 9110 10.1.1
	list, out := played(t, []byte("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"), 1000)
	if len(list) != 1 || list[0].Body != "hi" || strings.Contains(string(out), " 100 ") {
		t.Errorf("%+v %q", list, out)
	}
}

func TestFlushBeforeTheEndOfAnAnswerToHead(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		io.WriteString(w, "more")
	})))
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for range 2 {
		io.WriteString(c, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
		if resp, b := hear(t, br, "HEAD"); resp.StatusCode != 200 || b != "" || resp.Close {
			t.Error(resp, b)
		}
	}
}

// TestWhatHasComeOfAChunkIsGiven before the rest of it comes.
func TestWhatHasComeOfAChunkIsGiven(t *testing.T) {
	got := make(chan string)
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [64]byte
		for {
			n, err := r.Body.Read(b[:])
			if got <- string(b[:n]); err != nil {
				return
			}
		}
	})))
	c := dial(t, addr)
	for _, say := range [][2]string{{head + "Transfer-Encoding: chunked\r\n\r\n6\r\nab", "ab"}, {"cd", "cd"}, {"ef\r\n2\r\ngh\r\n0\r\n\r\n", "ef"}, {"", "gh"}} {
		io.WriteString(c, say[0])
		select {
		case b := <-got:
			if b != say[1] {
				t.Errorf("%q", b)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%q is held back", say[1])
		}
	}
}

// TestARequestKnowsNothingOfTheOneBefore it on its connection, which behind a front is another phone's.
func TestARequestKnowsNothingOfTheOneBefore(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Form, r.PathValue("who"), r.Pattern, r.Header["X-Secret"])
		r.ParseForm()
		r.SetPathValue("who", "bob")
		r.Pattern = "p"
		w.Header().Set("X-Secret", "answer")
	})))
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for _, extra := range []string{"X-Secret: 1\r\n", ""} {
		io.WriteString(c, "GET /?a=b HTTP/1.1\r\nHost: x\r\n"+extra+"\r\n")
		if _, b := hear(t, br, "GET"); strings.Contains(b, "a:") || strings.Contains(b, "bob") || extra == "" && strings.Contains(b, "1") {
			t.Errorf("%q", b)
		}
	}
}

// TestAnIdleConnectionHoldsNothingOfItsLastRequest: a large head must not stay as long as its connection.
func TestAnIdleConnectionHoldsNothingOfItsLastRequest(t *testing.T) {
	cfg := config(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	cfg.MaxHead = 64 << 10
	_, addr := start(t, cfg)
	const n = 64
	var many strings.Builder
	for i := range 200 {
		fmt.Fprintf(&many, "X-%d: %s\r\n", i, strings.Repeat("y", 290))
	}
	before := heap()
	for range n {
		c := dial(t, addr)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n"+many.String()+"\r\n")
		hear(t, bufio.NewReader(c), "GET")
	}
	var each int64
	for range 50 { // the answer is there a moment before its connection is idle
		if each = (heap() - before) / n; each < 24<<10 {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d bytes for an idle connection", each)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestATakenConnectionIsNoLongerTheHandlers.
func TestATakenConnectionIsNoLongerTheHandlers(t *testing.T) {
	out := make(chan net.Conn, 1)
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp := w.(*h1.Response)
		c, _, ok := resp.Take()
		if !ok {
			t.Error("not taken")
		}
		if resp.SetReadDeadline(time.Unix(1, 0)) != http.ErrHijacked || resp.SetWriteDeadline(time.Unix(1, 0)) != http.ErrHijacked {
			t.Error("its deadlines can be moved")
		}
		out <- c
	})))
	c := dial(t, addr)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	ours := <-out
	defer ours.Close()
	io.WriteString(c, "!")
	if n, err := ours.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// TestAHeadThatBeginsLateMayStillBeFinished: it has the time of a head, not what is left of the silence.
func TestAHeadThatBeginsLateMayStillBeFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })))
		phone, ours := net.Pipe()
		s.Hand(ours, nil)
		br := bufio.NewReader(phone)
		io.WriteString(phone, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		hear(t, br, "GET")
		time.Sleep(8900 * time.Millisecond)
		for _, part := range []string{"GET / HT", "TP/1.1\r\nHo", "st: x\r\n\r\n"} {
			if _, err := io.WriteString(phone, part); err != nil {
				t.Fatal(err)
			}
			if part != "st: x\r\n\r\n" {
				time.Sleep(2 * time.Second)
			}
		}
		hear(t, br, "GET")
		phone.Close()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestHalfAnAnswerThatEndsByClosingIsReset, because an end is all that tells it is whole.
func TestHalfAnAnswerThatEndsByClosingIsReset(t *testing.T) {
	_, addr := start(t, config(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "half")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})))
	c := dial(t, addr)
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	if b, err := io.ReadAll(c); err == nil {
		t.Errorf("%q looks whole", b)
	}
}

// TestAHandshakeIsNotWaitedForForever, and Shutdown does not wait for one at all.
func TestAHandshakeIsNotWaitedForForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := h1.New(config(http.NotFoundHandler()))
		slow, fresh := net.Conn(nil), net.Conn(nil)
		for _, c := range []*net.Conn{&slow, &fresh} {
			phone, ours := net.Pipe()
			*c = phone
			begin := time.Now()
			s.Hand(tls.Server(ours, &tls.Config{}), nil)
			io.WriteString(phone, "\x16\x03\x01") // and no more
			if c == &fresh {
				break
			}
			if _, err := phone.Read(make([]byte, 1)); err != io.EOF || time.Since(begin) != 5*time.Second {
				t.Errorf("%v after %v", err, time.Since(begin))
			}
		}
		begin := time.Now()
		if err := s.Shutdown(t.Context()); err != nil || time.Since(begin) > 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		slow.Close()
		fresh.Close()
	})
}
