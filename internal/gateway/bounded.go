// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import "sync"

// boundedMap is a map with a lock that forgets something rather than grow beyond its bound. What it
// forgets is arbitrary.
type boundedMap[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]V
}

func (b *boundedMap[K, V]) get(k K) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.m[k]
	return v, ok
}

// change lets f alter what is kept of k, which begins as the zero value.
func (b *boundedMap[K, V]) change(k K, bound int, f func(*V)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.m[k]
	f(&v)
	if !ok {
		b.room(bound)
	}
	b.m[k] = v
}

// room makes room for one more, under the lock.
func (b *boundedMap[K, V]) room(bound int) {
	if b.m == nil {
		b.m = make(map[K]V)
	}
	if len(b.m) >= bound {
		for old := range b.m {
			delete(b.m, old)
			break
		}
	}
}

func (b *boundedMap[K, V]) put(k K, v V, bound int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.m[k]; !ok {
		b.room(bound)
	}
	b.m[k] = v
}
