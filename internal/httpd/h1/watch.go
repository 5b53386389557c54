// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// life is the context of a request. It ends with the request, or when the phone hangs up; the latter
// is only watched for once somebody has asked for it, because most requests are over before anybody
// does.
type life struct {
	context.Context // what it holds
	c               *conn

	mu      sync.Mutex
	inner   context.Context // once somebody has asked
	cancel  context.CancelFunc
	over    bool // the body has been read: a read sees the phone's hanging up
	ended   bool
	reading chan struct{} // closed when the watch is over; nil: there is none
	gone    bool
}

// Done begins the watch.
func (l *life) Done() <-chan struct{} { return l.open().Done() }

// AfterFunc spares the context package a goroutine.
func (l *life) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(l.open(), f) }

func (l *life) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inner == nil {
		return nil
	}
	return l.inner.Err()
}

func (l *life) open() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inner == nil {
		l.inner, l.cancel = context.WithCancel(l.Context)
		if l.ended {
			l.cancel()
		}
		l.watch()
	}
	return l.inner
}

// bodyOver is called when the body has been read.
func (l *life) bodyOver() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.inner != nil {
		l.watch()
	}
}

// watch reads in a goroutine of its own: the end of the connection, or the phone's next request, which
// came early and ends the watch.
func (l *life) watch() {
	c := l.c
	if !l.over || l.ended || l.reading != nil || c.w == len(c.buf) {
		return
	}
	c.limit = time.Time{}
	c.rw.SetReadDeadline(time.Time{})
	l.reading = make(chan struct{})
	go func(done chan struct{}) {
		defer close(done)
		n, err := c.rw.Read(c.buf[c.w:])
		l.mu.Lock()
		defer l.mu.Unlock()
		c.w += n
		// A deadline is not the phone's; ETIMEDOUT is: the kernel's probes were not answered.
		if err != nil && !l.ended && !errors.Is(err, os.ErrDeadlineExceeded) {
			l.gone = true
			l.cancel()
		}
	}(l.reading)
}

// stopWatch ends the watch, and reports whether the phone has gone.
func (c *conn) stopWatch() (gone bool) {
	l := c.life
	l.mu.Lock()
	done := l.reading
	l.ended = true
	l.mu.Unlock()
	if done == nil {
		return false
	}
	select {
	case <-done:
	default:
		c.rw.SetReadDeadline(past())
		<-done
		c.rw.SetReadDeadline(time.Time{})
	}
	return l.gone
}

// begin readies the context for a request.
func (l *life) begin(over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over, l.ended = over, false
}

// end ends the context with its request.
func (l *life) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended = true; l.inner != nil {
		l.cancel()
	}
}

// used reports whether anybody has asked, so that the context must not serve another request.
func (l *life) used() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inner != nil
}
