// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import "sync"

// crew is the goroutines that end waiting requests. Unlike a sync.WaitGroup it may take in new ones while
// somebody waits for the last: answers and phones come when they like.
type crew struct {
	mu   sync.Mutex
	n    int
	done chan struct{} // closed when the last ends; nil: nobody waits
}

// Go runs f.
func (c *crew) Go(f func()) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	go func() {
		defer c.leave()
		f()
	}()
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 && c.done != nil {
		close(c.done)
		c.done = nil
	}
}

// Wait waits until there is nobody.
func (c *crew) Wait() {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		return
	}
	if c.done == nil {
		c.done = make(chan struct{})
	}
	done := c.done
	c.mu.Unlock()
	<-done
}
