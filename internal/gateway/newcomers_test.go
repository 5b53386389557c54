// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// TestOneAccountCannotFillTheListWithInventedPhones: whether its phones pass or are refused unlinked.
func TestOneAccountCannotFillTheListWithInventedPhones(t *testing.T) {
	for _, auto := range []bool{false, true} {
		t.Run(fmt.Sprint("auto-block ", auto), func(t *testing.T) {
			now := &clock{at: time.Now()}
			w := newWorld(t, func(s *setting) {
				s.gateway.Now = now.now
				s.gateway.NewDevices = 5
				s.prefs.AutoBlock = auto
			})
			came := 1000
			if auto {
				came = 1129
			}
			w.apply(record("bob", "RECORDED", access.Override{Kind: access.OverrideAllow, At: now.now()}))
			try := func(user, device string) int {
				p := w.phone(user)
				p.DeviceID = device
				return answer(p, t)
			}
			stranger := w.phone("bob")
			for i := range 5 {
				stranger.DeviceID, stranger.Password = fmt.Sprint("STRANGE", i), "wrong"
				answer(stranger, t)
			}
			for i := range 5 {
				for range 2 { // each counts once
					if s := try("bob", fmt.Sprint("NEW", i)); s != came {
						t.Fatalf("new device %d: %d", i, s)
					}
				}
			}
			before := w.posts()
			for i := range 10 {
				if s := try("bob", fmt.Sprint("MORE", i)); s != 503 {
					t.Errorf("one more: %d", s)
				}
			}
			if n := w.posts() - before; n != 0 {
				t.Errorf("%d of them reached the mail server", n)
			}
			if s := try("bob", "NEW3"); s != came {
				t.Errorf("one of those that came: %d", s)
			}
			if s := try("bob", "RECORDED"); s != 1000 {
				t.Errorf("one that is on the list: %d", s)
			}
			if s := try("alice", "NEW"); s != came {
				t.Errorf("another account: %d", s)
			}
			w.sink.wait(t, "the put off ones in the counts", func(_, _ []access.Sighting, tallies []access.Tally) bool {
				n := int64(0)
				for _, c := range tallies {
					if c.Rule == "storm" && c.Verdict == "later" {
						n += c.Count
					}
				}
				return n == 10
			})
			now.add(time.Hour)
			w.holder.Touch(now.now())
			if s := try("bob", "MORE1"); s != came {
				t.Errorf("an hour later: %d", s)
			}
			w.stop()
			kept, offered := w.sink.lists()
			devices := map[string]bool{}
			for _, s := range append(kept, offered...) {
				devices[s.Pair.Device] = true
			}
			if len(devices) != 8 { // five, RECORDED, alice's, and the late one
				t.Errorf("recorded %v", devices)
			}
		})
	}
}
