// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Record is one request as the server saw it. Fields below Done are set when it has ended.
type Record struct {
	Time          time.Time
	Method, Path  string
	RawQuery      string
	Query         httpq.Query // as far as it could be read
	User          string      // name of the account; "" when the credentials were refused
	Header        http.Header
	ContentLength int64 // -1 when sent in chunks
	BodySize      int
	Body          []byte    // with Config.LogBodies
	Root          wbxml.Tag // 0 when the body is no WBXML

	Done      bool
	Status    int  // HTTP status of the answer; 0 when there was none
	Waited    bool // held for changes
	Cancelled bool // the other side went away before the answer
}

// Counters are numbers for tests that wait for an effect.
type Counters struct {
	Running   int // requests being served
	Waiting   int // of those, held for changes
	Cancelled int // ended because the other side went away
	Served    int // ended in any way
	Outbound  int // mails to addresses of nobody here
}

// Counters returns the numbers as they are now.
func (s *Server) Counters() Counters {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Wait blocks until the numbers satisfy want, and returns the error of ctx if that comes first.
func (s *Server) Wait(ctx context.Context, want func(Counters) bool) error {
	for {
		s.mu.Lock()
		if want(s.count) {
			s.mu.Unlock()
			return nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tally changes the numbers.
func (s *Server) tally(f func(*Counters)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.count)
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// Requests returns copies of the last requests, oldest first, running ones included.
func (s *Server) Requests() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Record, len(s.log))
	for i, r := range s.log {
		out[i] = *r
	}
	return out
}

func (s *Server) record(r *Record) {
	if s.cfg.LogSize < 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= s.cfg.LogSize {
		s.log = append(s.log[:0], s.log[len(s.log)-s.cfg.LogSize+1:]...)
	}
	s.log = append(s.log, r)
}

// update changes a record that Requests may be reading.
func (s *Server) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Fault is a way to misbehave in one answer. Fields combine: wait first, then what is sent.
type Fault struct {
	Hold    bool          // never answer; ends when the other side goes away or on Close
	Delay   time.Duration // before anything is sent
	Drop    bool          // close the connection without an answer
	HTTP    int           // this status with an empty body, and Header
	Header  http.Header   // added to whatever is sent
	Status  int           // this status in the body, in the form of the command
	Body    []byte        // these bytes as body, declared as WBXML
	Cut     int           // close the connection after so many bytes of the body; 0 means do not
	Unsized bool          // send in chunks, without Content-Length
}

// Hook looks at a request before it is served. A nil result means serve it well. Hooks run side by side.
type Hook func(*Record) *Fault

// SetHook replaces the hook; nil takes it away.
func (s *Server) SetHook(h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
}

func (s *Server) fault(r *Record) Fault {
	s.mu.Lock()
	h := s.hook
	s.mu.Unlock()
	if h == nil {
		return Fault{}
	}
	if f := h(r); f != nil {
		return *f
	}
	return Fault{}
}

// ConnState is to be set as the hook of the same name in an http.Server, so that DropIdle can work.
func (s *Server) ConnState(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.conns, c)
		return
	}
	s.conns[c] = state
}

// DropIdle closes connections between two requests, as servers and firewalls do, and returns how many.
func (s *Server) DropIdle() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for c, state := range s.conns {
		if state == http.StateIdle {
			_ = c.Close()
			delete(s.conns, c)
			n++
		}
	}
	return n
}
