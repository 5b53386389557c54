// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"fmt"
	"testing"
	"time"
)

func TestWaitsDoubleAndEnd(t *testing.T) {
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	keys := throttleKeys("a1", "192.0.2.1", "")
	for i := range freeFailures {
		if d := th.wait(keys, now); d != 0 {
			t.Fatalf("attempt %d waits %s", i+1, d)
		}
	}
	var waits []time.Duration
	for range 12 {
		d := th.wait(keys, now)
		waits = append(waits, d)
		now = now.Add(d)
		if d := th.wait(keys, now); d != 0 {
			t.Fatalf("after the wait: %s more", d)
		}
	}
	if waits[0] != time.Second || waits[1] != 2*time.Second || waits[11] != longestWait {
		t.Errorf("waits %v", waits)
	}
	if d := th.wait(keys, now.Add(forget+longestWait)); d != 0 {
		t.Errorf("an hour later it still waits %s", d)
	}
}

func TestAStrangerCannotLockAnAdministratorOut(t *testing.T) {
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	for i := range 500 {
		th.wait(throttleKeys("a1", fmt.Sprintf("198.51.%d.%d", i/200, i%200), ""), now)
	}
	if d := th.wait(throttleKeys("a1", "203.0.113.7", ""), now); d == 0 || d > accountWait {
		t.Errorf("a stranger waits %s", d)
	}
	if d := th.wait(throttleKeys("a1", "203.0.113.7", "browser-1"), now); d != 0 {
		t.Errorf("a browser that has signed in before waits %s", d)
	}
	if d := th.wait(throttleKeys("a2", "203.0.113.8", ""), now); d != 0 {
		t.Errorf("another account waits %s", d)
	}
	if d := th.wait(throttleKeys("a1", "203.0.113.7", ""), now.Add(accountWait)); d != 0 {
		t.Errorf("after the longest wait: %s", d)
	}
}

func TestOneNetworkCannotTryManyNames(t *testing.T) {
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	waited := 0
	for i := range 2 * networkFree {
		if th.wait(throttleKeys(fmt.Sprintf("?name%d", i), "198.51.100.1", ""), now) > 0 {
			waited++
		}
	}
	if waited != networkFree {
		t.Errorf("%d of %d had to wait", waited, 2*networkFree)
	}
}

func TestSuccessForgetsOwnFailuresOnly(t *testing.T) {
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	keys := throttleKeys("a1", "192.0.2.1", "")
	for range freeFailures - 1 {
		th.wait(keys, now)
	}
	th.succeeded(keys)
	for range freeFailures {
		if d := th.wait(keys, now); d != 0 {
			t.Fatalf("waits %s after a success", d)
		}
	}
	if n := th.keys["account\x00a1"].n; n != 2*freeFailures-2 {
		t.Errorf("the account as a whole counts %d", n)
	}
}

func TestTheThrottleStaysSmall(t *testing.T) {
	th, now := newThrottle(), time.Unix(1_800_000_000, 0)
	for i := range 3 * throttleLimit {
		th.wait(throttleKeys(fmt.Sprintf("?%d", i), fmt.Sprintf("2001:db8:%x::1", i%65536), ""), now.Add(time.Duration(i)*time.Millisecond))
	}
	if n := len(th.keys); n > throttleLimit+3 {
		t.Errorf("%d keys", n)
	}
}

func TestNeighboursShareANetwork(t *testing.T) {
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"one IPv6 household", "2001:db8::1", "2001:db8::ffff", true},
		{"two IPv6 households", "2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"two IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
		{"IPv4 in IPv6 clothes", "192.0.2.1", "::ffff:192.0.2.1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := network(tt.a) == network(tt.b); got != tt.same {
				t.Errorf("%s and %s: same %v", network(tt.a), network(tt.b), got)
			}
		})
	}
}
