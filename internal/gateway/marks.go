// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import "sync/atomic"

// marks remembers when somebody was last let in, or from when on he may come: eight bytes for each, in
// a table that never grows. It is read without a lock. When a place is full the mark that is oldest
// gives way; who lost his is taken for one that comes back, which costs him a place in the line.
type marks struct {
	slots []atomic.Uint64
	mask  uint64
}

// mark is 31 bits of the name's hash, one that says that it is a promise, and the second.
type mark uint64

const (
	markWays = 8 // places for one name: a cache line
	markTag  = (1<<31 - 1) << 33
	promised = mark(1) << 32
)

// newMarks makes a table for about n names.
func newMarks(n int) *marks {
	buckets := 1
	for buckets*markWays < 2*n {
		buckets *= 2
	}
	return &marks{slots: make([]atomic.Uint64, buckets*markWays), mask: uint64(buckets - 1)}
}

func (m mark) second() uint32 { return uint32(m) }
func (m mark) promise() bool  { return m&promised != 0 }

// of gives the name's mark, 0 when there is none, and its places.
func (m *marks) of(name uint64) (found mark, at *atomic.Uint64) {
	places := m.places(name)
	for i := range places {
		if v := mark(places[i].Load()); v != 0 && v&markTag == mark(name)&markTag {
			return v, &places[i]
		}
	}
	return 0, nil
}

func (m *marks) places(name uint64) []atomic.Uint64 {
	i := (name & m.mask) * markWays
	return m.slots[i : i+markWays]
}

// put sets the name's mark. Two at once may cost one of them its mark.
func (m *marks) put(name uint64, second uint32, promise bool) {
	v := mark(name)&markTag | mark(second)
	if promise {
		v |= promised
	}
	_, at := m.of(name)
	if at == nil {
		places := m.places(name)
		at = &places[0]
		for i := range places {
			if mark(places[i].Load()).second() < mark(at.Load()).second() {
				at = &places[i]
			}
		}
	}
	at.Store(uint64(v))
}
