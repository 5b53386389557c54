// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bytes"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestADefectEndsOneRequestOnly: outside net/http, which rescues its own.
func TestADefectEndsOneRequestOnly(t *testing.T) {
	for where, provoke := range map[string]func(w *world){
		"parked).answer":  func(*world) {},
		"Gateway).fly":    func(w *world) { answer(w.phone("bob"), w.t.(*testing.T)) },
		"parked).phoneGo": func(*world) {},
	} {
		t.Run(where, func(t *testing.T) {
			var armed atomic.Bool
			log := &syncBuffer{}
			w := newWorld(t, func(s *setting) {
				s.gateway.Logger = slog.New(slog.NewJSONHandler(log, nil))
				s.gateway.Now = func() time.Time {
					if armed.Load() && bytes.Contains(debug.Stack(), []byte(where)) && armed.CompareAndSwap(true, false) {
						panic("a clock that breaks")
					}
					return time.Now()
				}
			})
			w.apply(record("bob", "PHONEBOB", noOverride()), record("alice", "PHONEALICE", noOverride()))
			if where == "Gateway).fly" {
				w.apply(record("bob", "PHONEBOB", block("no")))
				armed.Store(true)
				provoke(w)
			} else {
				bob := w.dial()
				bob.Write([]byte(post("Ping", "", "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x31\x00\x01\x49\x4a\x4b\x03\x35\x00\x01\x4c\x03\x45\x6d\x61\x69\x6c\x00\x01\x01\x01\x01")))
				w.parked(1)
				armed.Store(true)
				if provoke(w); where == "parked).phoneGo" {
					bob.Close()
				} else {
					bob.SetDeadline(time.Now().Add(10 * time.Second))
					if n, err := bob.Read(make([]byte, 1)); n > 0 || err == nil {
						t.Error("the request was answered")
					}
				}
			}
			until(t, "the defect is logged", func() bool { return strings.Contains(log.String(), "ended by a defect") })
			if w.gw.Parked() != 0 {
				t.Errorf("%d requests are still parked", w.gw.Parked())
			}
			if _, err := w.phone("alice").FolderSync(timeout(t), "0"); err != nil {
				t.Errorf("another phone: %v", err)
			}
		})
	}
}
