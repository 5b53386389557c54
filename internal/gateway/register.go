// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"sync"
	"sync/atomic"

	"github.com/vedette-mail/vedette/internal/access"
)

// waiter is one open request that waits for its answer: who it belongs to and how it is ended. It is in
// the register from before its last look at the verdict until it has ended, so that no change is missed
// in between.
type waiter struct {
	facts      access.Facts
	keyed      presented
	end        func(ending)
	next, prev *waiter
	turn       atomic.Bool // its turn to be ended gently is set
}

// ending is why a waiting request is ended by the gateway.
type ending struct {
	decision access.Decision // what speaks against it now, when drain is false
	key      access.KeyState // where that is a policy
	drain    bool            // the gateway shuts down
	late     bool            // it has waited for as long as any request may
}

// register holds the waiting requests by pair.
type register struct {
	mu   sync.Mutex
	all  map[access.Pair]*waiter
	size int
}

func (r *register) add(w *waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = make(map[access.Pair]*waiter)
	}
	first := r.all[w.facts.Pair]
	w.next = first
	if first != nil {
		first.prev = w
	}
	r.all[w.facts.Pair] = w
	r.size++
}

func (r *register) remove(w *waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case w.prev != nil:
		w.prev.next = w.next
	case r.all[w.facts.Pair] != w:
		return // removed already
	case w.next != nil:
		r.all[w.facts.Pair] = w.next
	default:
		delete(r.all, w.facts.Pair)
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
	r.size--
}

func (r *register) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size
}

// of lists the waiting requests of the pairs; all of them when pairs is nil.
func (r *register) of(pairs []access.Pair) []*waiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*waiter
	if pairs == nil {
		list = make([]*waiter, 0, r.size)
		for _, w := range r.all {
			for ; w != nil; w = w.next {
				list = append(list, w)
			}
		}
		return list
	}
	for _, p := range pairs {
		for w := r.all[p]; w != nil; w = w.next {
			list = append(list, w)
		}
	}
	return list
}
