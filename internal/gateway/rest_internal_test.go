// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package gateway

import (
	"net"
	"testing"
	"time"
)

// stubborn closes only when it is let: as TLS does, whose farewell waits for a phone that does not read.
type stubborn struct {
	net.Conn
	let chan struct{}
}

func (s stubborn) Close() error { <-s.let; return nil }

// TestRestingPhonesThatDoNotReadHoldNobodyUp when all connections are closed.
func TestRestingPhonesThatDoNotReadHoldNobodyUp(t *testing.T) { // S-12
	poll, err := newPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer poll.close()
	g := &Gateway{restingConns: make(map[*resting]struct{}), poll: poll}
	let := make(chan struct{})
	for range 3 {
		r := &resting{g: g, conn: stubborn{let: let}, timer: time.AfterFunc(time.Hour, func() {})}
		r.id = poll.add(r)
		g.rest(r)
	}
	done := make(chan struct{})
	go func() { defer close(done); g.closeResting() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("it waits for them")
	}
	close(let)
	<-done
	g.enders.Wait()
	if len(g.restingConns) != 0 {
		t.Error("some are still at rest")
	}
}
