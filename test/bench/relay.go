// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// relay stands between a gateway and its console and counts the bytes that pass: those of TLS and of the framing too.
type relay struct {
	down, up atomic.Int64 // toward the gateway, toward the console
	l        net.Listener
	mu       sync.Mutex
	open     []net.Conn
}

// listen opens the relay before a console and gives its address.
func (r *relay) listen(console string) (addr string, err error) {
	if r.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return "", err
	}
	go func() {
		for {
			c, err := r.l.Accept()
			if err != nil {
				return
			}
			go r.join(c, console)
		}
	}()
	return r.l.Addr().String(), nil
}

func (r *relay) join(gateway net.Conn, console string) {
	defer gateway.Close()
	c, err := net.Dial("tcp", console)
	if err != nil {
		return
	}
	defer c.Close()
	r.mu.Lock()
	r.open = append(r.open, gateway, c)
	r.mu.Unlock()
	go func() {
		defer c.Close()
		_, _ = io.Copy(counted{c, &r.up}, gateway)
	}()
	_, _ = io.Copy(counted{gateway, &r.down}, c)
}

func (r *relay) close() {
	if r.l == nil {
		return
	}
	r.l.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.open {
		c.Close()
	}
}

// counted is a writer that counts.
type counted struct {
	w io.Writer
	n *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n.Add(int64(n))
	return n, err
}
