// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of guessing. Waits double from the first failure over the free ones up to the longest, and are
// forgotten after forget without a failure: nobody is locked out for ever.
const (
	freeFailures  = 5
	longestWait   = 15 * time.Minute
	forget        = time.Hour
	accountFree   = 30              // failures of one account over all networks before strangers wait
	accountWait   = 5 * time.Minute // longest wait of strangers then
	networkFree   = 60              // failures from one network over all names before it waits
	throttleLimit = 10_000          // keys kept; beyond it the oldest go
)

// throttle remembers failures by key, in memory. A key is an account on a network, an account as a
// whole, or an account on a browser that has signed in to it before.
type throttle struct {
	mu   sync.Mutex
	keys map[string]*failures
}

type failures struct {
	n    int
	last time.Time
}

func newThrottle() *throttle { return &throttle{keys: map[string]*failures{}} }

type throttleKey struct {
	name string
	free int
	wait time.Duration
}

// throttleKeys gives the keys an attempt counts under. device is the id of a browser that has signed in
// to the account before, or empty.
func throttleKeys(account, addr, device string) []throttleKey {
	if device != "" {
		return []throttleKey{{"device\x00" + account + "\x00" + device, freeFailures, longestWait}}
	}
	return []throttleKey{
		{"net\x00" + account + "\x00" + network(addr), freeFailures, longestWait},
		{"account\x00" + account, accountFree, accountWait},
		{"addr\x00" + network(addr), networkFree, longestWait},
	}
}

// network is the neighbourhood an address belongs to: one household or office.
func network(addr string) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap()
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

// wait says how long the attempt has to wait, 0 when it may go on. An attempt that may go on counts as
// a failure at once, so that many at the same time cannot slip through; succeeded takes it back.
func (t *throttle) wait(keys []throttleKey, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	longest := time.Duration(0)
	for _, k := range keys {
		f := t.keys[k.name]
		if f == nil || now.Sub(f.last) > forget {
			continue
		}
		longest = max(longest, f.last.Add(backoff(f.n, k.free, k.wait)).Sub(now))
	}
	if longest > 0 {
		return longest
	}
	for _, k := range keys {
		t.count(k.name, now)
	}
	return 0
}

func (t *throttle) count(name string, now time.Time) {
	f := t.keys[name]
	if f == nil {
		if len(t.keys) >= throttleLimit {
			t.evict(now)
		}
		f = &failures{}
		t.keys[name] = f
	}
	if now.Sub(f.last) > forget {
		f.n = 0
	}
	f.n++
	f.last = now
}

// evict makes room: everything forgotten, or else the oldest tenth or so.
func (t *throttle) evict(now time.Time) {
	horizon := forget
	for len(t.keys) >= throttleLimit {
		for name, f := range t.keys {
			if now.Sub(f.last) >= horizon {
				delete(t.keys, name)
			}
		}
		if horizon == 0 {
			return
		}
		horizon /= 2
		if horizon < time.Second {
			horizon = 0
		}
	}
}

// succeeded forgets the failures of this account on this network or browser. From the wider counts, which
// somebody else may have caused, only the attempt itself is taken back.
func (t *throttle) succeeded(keys []throttleKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		f := t.keys[k.name]
		if f == nil {
			continue
		}
		if f.n--; k.free == freeFailures || f.n <= 0 {
			delete(t.keys, k.name)
		}
	}
}

func backoff(n, free int, longest time.Duration) time.Duration {
	if n < free {
		return 0
	}
	return min(longest, time.Second<<min(n-free, 20))
}
