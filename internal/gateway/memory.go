// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"runtime"
	"runtime/debug"
	gometrics "runtime/metrics"
	"time"
)

// memory steers the collector of the process. A gateway holds a large heap that hardly changes (records,
// parked requests) and makes a little garbage with every request; with Go's usual setting each
// collection goes through all of the former to find some of the latter.
type memory struct {
	headroom int64 // bytes of garbage to let grow; negative: leave the collector alone
	percent  int

	done, seen int64 // requests parked until memory was last given back, until the last look
	last       time.Time
}

// steer sets the collector so that the heap may grow by the headroom, whatever its size, but never by
// less than Go's usual doubling of a large one would allow.
func (m *memory) steer() {
	if m.headroom < 0 {
		return
	}
	live := []gometrics.Sample{{Name: "/gc/heap/live:bytes"}}
	gometrics.Read(live)
	if live[0].Value.Kind() != gometrics.KindUint64 {
		return
	}
	want := int(100 * m.headroom / max(int64(live[0].Value.Uint64()), 4<<20))
	want = min(max(want, 100), 1000)
	if d := want - m.percent; d > m.percent/5 || -d > m.percent/5 {
		m.percent = want
		debug.SetGCPercent(want)
	}
}

// giveBack returns memory after many requests were parked in a short time, as when a network comes
// back: what they needed before they were parked is several times what they need now, and nothing else
// would make the collector run while they wait.
func (m *memory) giveBack(total, parked int64, now time.Time) {
	calm := total-m.seen < max(64, parked/32)
	m.seen = total
	if !calm || total-m.done < max(256, parked/8) || now.Sub(m.last) < 20*time.Second {
		return
	}
	m.done, m.last = total, now
	runtime.GC() // pools let go of what they keep only at the second collection
	debug.FreeOSMemory()
}
