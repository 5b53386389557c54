// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Config says how requests are read and who answers them.
type Config struct {
	Handler http.Handler
	// HeaderTimeout bounds the TLS handshake and, from its first byte on, the head of a request.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a connection may be silent between requests; it may be a tenth less.
	IdleTimeout time.Duration
	// WriteTimeout bounds each write of an answer for which the handler has set no deadline; it may be
	// twice as long. 60 s when zero.
	WriteTimeout time.Duration
	MaxHead      int // bytes of request line and headers
	Logger       *slog.Logger
	// Base, when set, gives what the contexts of a connection's requests hold.
	Base func(net.Conn) context.Context
	// Other, when set, is given TLS connections that have agreed on HTTP/2.
	Other func(net.Conn)
}

// Server serves HTTP/1.1 on connections. Make one with New.
type Server struct {
	cfg     Config
	closing atomic.Bool
	clock   atomic.Pointer[stamp]

	mu        sync.Mutex
	listeners []net.Listener
	conns     map[*conn]struct{}
	empty     chan struct{} // closed when the last connection has left, once closing
}

// New makes a server.
func New(cfg Config) *Server {
	if cfg.WriteTimeout == 0 {
		cfg.WriteTimeout = 60 * time.Second
	}
	return &Server{cfg: cfg, conns: make(map[*conn]struct{}), empty: make(chan struct{})}
}

// Serve serves the connections l accepts, until Shutdown; then it returns http.ErrServerClosed.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	for {
		if s.closing.Load() {
			l.Close()
			return http.ErrServerClosed
		}
		c, err := l.Accept()
		if err != nil {
			if s.closing.Load() {
				return http.ErrServerClosed
			}
			return err
		}
		if !s.Hand(c, nil) {
			c.Close()
		}
	}
}

// Hand gives the server a connection: a new one, or one that was taken and goes on. prefix is what has
// been read of the next request. It reports false, and the caller keeps the connection, after Shutdown.
func (s *Server) Hand(rw net.Conn, prefix []byte) bool {
	c := s.newConn(rw, prefix)
	s.mu.Lock()
	if s.closing.Load() {
		s.mu.Unlock()
		c.release()
		return false
	}
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	go c.serve()
	return true
}

// forget is called when a connection has been closed, or somebody else goes on with it. It reports false
// when Shutdown has ended it before.
func (s *Server) forget(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.conns[c]; ok {
		delete(s.conns, c)
		if len(s.conns) == 0 && s.closing.Load() {
			close(s.empty)
		}
	}
	return c.state.Load() != over
}

// Shutdown closes the listeners and the connections on which no request is being answered, and waits
// for the others until ctx ends. What was taken it does not know.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	first := !s.closing.Swap(true)
	if first && len(s.conns) == 0 {
		close(s.empty)
	}
	listeners := s.listeners
	for c := range s.conns {
		if c.state.CompareAndSwap(idle, over) {
			c.rw.SetDeadline(past()) // its own goroutine closes it: TLS's farewell may take a while
		}
	}
	s.mu.Unlock()
	var err error
	for _, l := range listeners {
		if e := l.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = e
		}
	}
	select {
	case <-s.empty:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// past is a deadline that ends what is under way.
func past() time.Time { return time.Unix(1, 0) }

// Close cuts every connection there is.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		abort(c.rw)
	}
}

// stamp is a Date header's value and the second it is for.
type stamp struct {
	second int64
	text   string
}

func (s *Server) date(now time.Time) string {
	if t := s.clock.Load(); t != nil && t.second == now.Unix() {
		return t.text
	}
	t := &stamp{now.Unix(), now.UTC().Format(http.TimeFormat)}
	s.clock.Store(t)
	return t.text
}
