// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/eastest"
)

// syncBuffer is a log that several write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestTheLogNamesRefusalsAndNoSecrets(t *testing.T) {
	log := &syncBuffer{}
	w := newWorld(t, func(s *setting) {
		s.plain = true
		s.gateway.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	w.apply(record("bob", "PHONEBOB", block("no")))
	p := w.phone("bob")
	p.QueryUser = "ali\x1b[31mce"
	p.PolicyKey = 987654321
	if _, err := p.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Fatal(err)
	}
	for range 100 { // a stranger cannot fill the log
		q := w.phone("alice")
		q.Password = "s3cretguess"
		q.FolderSync(timeout(t), "0")
	}
	w.stop()
	text := log.String()
	for _, want := range []string{`"rule":"manual-block"`, "another user"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s:\n%.2000s", want, text)
		}
	}
	for _, never := range []string{"bobpw", "s3cretguess", "987654321", basic("bob"), "\x1b"} {
		if strings.Contains(text, never) {
			t.Errorf("the log holds %q", never)
		}
	}
	if n := strings.Count(text, "\n"); n > 60 {
		t.Errorf("%d lines", n)
	}
}

// TestNothingStaysBehind: after Shutdown no goroutine of the gateway runs, whatever was going on.
func TestNothingStaysBehind(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.gateway.ProbeEvery = 10 * time.Millisecond })
	w.ping(timeout(t), w.phone("bob"))
	ctx, cancel := context.WithCancel(t.Context())
	w.ping(ctx, w.phone("alice"))
	cancel()
	p := w.phone("bob")
	p.DeviceID = "IDLE"
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	w.stop()
	until(t, "every goroutine of the gateway has ended", func() bool {
		buf := make([]byte, 4<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		for _, g := range strings.Split(stacks, "\n\n") {
			if strings.Contains(g, "internal/gateway.(") && !strings.Contains(g, "gateway_test.") {
				return false
			}
		}
		return true
	})
}

// TestHalfOfManyPhonesGoneEndsTheirRequestsWithinASecond: a network that fails.
func TestHalfOfManyPhonesGoneEndsTheirRequestsWithinASecond(t *testing.T) {
	const phones = 200
	w := newWorld(t)
	var cancels []context.CancelFunc
	for i := range phones {
		p := w.phone("bob")
		p.DeviceID = "MANY" + string(rune('A'+i/26%26)) + string(rune('A'+i%26)) + "X"
		ctx, cancel := context.WithCancel(t.Context())
		cancels = append(cancels, cancel)
		go p.Ping(ctx, 3000, "5")
	}
	w.parked(phones)
	began := time.Now()
	for _, cancel := range cancels[:phones/2] {
		cancel()
	}
	if err := w.mail.Wait(timeout(t), func(c eastest.Counters) bool { return c.Running == phones/2 }); err != nil {
		t.Fatalf("%+v", w.mail.Counters())
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	w.parked(phones / 2)
	for _, cancel := range cancels {
		cancel()
	}
}

// TestAPipelinedRequestIsNotLost: a phone that sends its next request while one is parked.
func TestAPipelinedRequestIsNotLost(t *testing.T) {
	for _, plain := range []bool{true, false} {
		w := newWorld(t, func(s *setting) { s.plain = plain })
		c := w.dial()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(c, post("Ping", "", "\x03\x01\x6a\x00\x00\x0d\x45\x48\x03\x31\x00\x01\x49\x4a\x4b\x03\x35\x00\x01\x4c\x03\x45\x6d\x61\x69\x6c\x00\x01\x01\x01\x01"))
		w.parked(1)
		io.WriteString(c, post("FolderSync", "", folderSync))
		br := bufioReader(c)
		for i := range 2 {
			resp, body := w.hear(br)
			if resp.StatusCode != 200 || i == 1 && !bytes.Contains(body, []byte{0x00, 0x07, 0x56}) {
				t.Errorf("plain %v, answer %d: %d %x", plain, i, resp.StatusCode, body)
			}
		}
	}
}

// TestAnEmptyLineBehindAPingThatWaitsIsNoRequest: old phones end a body so.
func TestAnEmptyLineBehindAPingThatWaitsIsNoRequest(t *testing.T) {
	for _, plain := range []bool{true, false} {
		w := newWorld(t, func(s *setting) { s.plain = plain })
		c := w.dial()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(c, post("Ping", "", shortPing))
		w.parked(1)
		io.WriteString(c, "\r\n")
		br := bufioReader(c)
		if resp, _ := w.hear(br); resp.StatusCode != 200 {
			t.Fatal(resp.Status)
		}
		io.WriteString(c, post("FolderSync", "", folderSync))
		if resp, body := w.hear(br); resp.StatusCode != 200 || !bytes.Contains(body, []byte{0x00, 0x07, 0x56}) {
			t.Errorf("plain %v: %s %x", plain, resp.Status, body)
		}
	}
}
