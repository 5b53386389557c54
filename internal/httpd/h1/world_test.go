// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/httpd/h1"
)

// script is a phone that says what it says in pieces and hangs up.
type script struct {
	mu     sync.Mutex
	in     []byte
	step   int
	out    bytes.Buffer
	closed chan struct{}
	once   sync.Once
}

func newScript(in []byte, step int) *script {
	return &script{in: slices.Clone(in), step: max(1, step), closed: make(chan struct{})}
}

func (s *script) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.in[:min(s.step, len(s.in))])
	s.in = s.in[n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func (s *script) Close() error                     { s.once.Do(func() { close(s.closed) }); return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// seen is what a handler saw of a request.
type seen struct {
	Method, Target, Proto, Host, Path, Query string
	Header                                   http.Header
	Length                                   int64
	Close                                    bool
	Body                                     string
}

func look(r *http.Request) (seen, error) {
	b, err := io.ReadAll(r.Body)
	h := r.Header.Clone()
	delete(h, "Trailer") // net/http leaves it where it means nothing
	return seen{r.Method, r.RequestURI, r.Proto, r.Host, r.URL.Path, r.URL.RawQuery, h, r.ContentLength, r.Close, string(b)}, err
}

// played gives the bytes to a server, and what its handler saw and it answered.
func played(t testing.TB, in []byte, step int) (list []seen, answers []byte) {
	t.Helper()
	s := h1.New(config(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x, err := look(r)
		if err != nil {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		list = append(list, x)
		io.WriteString(w, "ok")
	})))
	c := newScript(in, step)
	if !s.Hand(c, nil) {
		t.Fatal("not taken")
	}
	select {
	case <-c.closed:
	case <-time.After(10 * time.Second):
		t.Fatalf("the connection goes on: %q", in)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	return list, c.out.Bytes()
}

func config(h http.Handler) h1.Config {
	return h1.Config{Handler: h, HeaderTimeout: 5 * time.Second, IdleTimeout: 10 * time.Second, MaxHead: 8 << 10, Logger: slog.New(slog.DiscardHandler)}
}

// start serves h on loopback until the test ends.
func start(t *testing.T, cfg h1.Config) (s *h1.Server, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = h1.New(cfg)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
			s.Close()
		}
		if err := <-done; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, l.Addr().String()
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}
