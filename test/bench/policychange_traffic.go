// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// traffic is phones that read mail all the time, half of which have a policy of their own, and phones that
// wait for it.
type traffic struct {
	begin   time.Time
	reading squad
	waiting squad
	ended   chan struct{} // closed when the last window is over

	readers, waiters sync.WaitGroup
	mu               sync.Mutex // guards the rest
	seen             []answer
	ends             []time.Time // of requests that waited
	err              error
}

// answer is what a phone that reads got.
type answer struct {
	phone int
	kept  bool // its policy is its own
	asked time.Time
	at    time.Time
	kind  answerKind
}

type answerKind uint8

const (
	answerMail answerKind = iota
	answerPolicy
	answerOther
)

func (t *traffic) connect(addr string, o options) (err error) {
	t.ended = make(chan struct{})
	if t.reading, err = settledSquad(addr, o.conns); err != nil {
		return err
	}
	t.waiting = make(squad, o.parked)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range t.waiting {
		wg.Go(func() {
			h, first := newHandheld(addr, (firstParked+2*i)%records) // whose policy is the default one
			if first == nil {
				t.waiting[i] = h
				first = h.settle()
			}
			if first != nil {
				mu.Lock()
				err = first
				mu.Unlock()
				return
			}
			t.waiters.Go(func() { t.wait(h) })
		})
	}
	wg.Wait()
	return err
}

// wait is a phone that waits for mail, does what it is told, and waits again.
func (t *traffic) wait(h *handheld) {
	for {
		if _, err := h.ask(keyedRequest("Ping", pingBody, h.i, h.key)); err != nil {
			return // its connection has been closed: it is over
		}
		at := time.Now()
		t.mu.Lock()
		t.ends = append(t.ends, at)
		t.mu.Unlock()
		if err := h.settle(); err != nil {
			t.fail(fmt.Errorf("a phone that waited: %w", err))
			return
		}
	}
}

func (t *traffic) fail(err error) {
	select {
	case <-t.ended: // connections are being closed
		return
	default:
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

// start lets the phones read, each at its pace.
func (t *traffic) start() {
	t.begin = time.Now()
	end := t.begin.Add(3 * changeWindow)
	step := time.Second * time.Duration(len(t.reading)) / changePace
	for n, h := range t.reading {
		t.readers.Go(func() {
			var mine []answer
			for at := t.begin.Add(step * time.Duration(n) / time.Duration(len(t.reading))); at.Before(end); at = at.Add(step) {
				time.Sleep(time.Until(at))
				a, err := h.read()
				if err != nil {
					t.fail(fmt.Errorf("a phone that reads: %w", err))
					break
				}
				a.phone = n
				mine = append(mine, a)
			}
			t.mu.Lock()
			defer t.mu.Unlock()
			t.seen = append(t.seen, mine...)
		})
	}
}

// read asks for mail once, and provisions when told to.
func (h *handheld) read() (a answer, err error) {
	a = answer{kept: h.i%2 == 1, asked: time.Now(), kind: answerOther}
	code, err := h.ask(h.sync)
	if err != nil {
		return a, err
	}
	a.at = time.Now()
	switch {
	case h.answered(code):
		a.kind = answerMail
	case h.told(code):
		a.kind = answerPolicy
		err = h.provision()
	case code != http.StatusServiceUnavailable:
		err = fmt.Errorf("a Sync is answered with %d", code)
	}
	return a, err
}

func (t *traffic) stop() {
	t.readers.Wait()
}

func (t *traffic) close() {
	if t.ended == nil {
		return
	}
	close(t.ended)
	for _, h := range slices.Concat(t.reading, t.waiting) {
		if h != nil {
			h.conn.Close()
		}
	}
	t.readers.Wait()
	t.waiters.Wait()
}

// sum fills in what the phones have seen.
func (t *traffic) sum(r *changeRow, commit time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return t.err
	}
	if len(t.seen) == 0 {
		return errors.New("no phone got an answer")
	}
	slices.SortFunc(t.seen, func(a, b answer) int { return a.at.Compare(b.at) })
	last := [3]time.Time{t.begin, t.begin.Add(changeWindow), t.begin.Add(2 * changeWindow)}
	told := make(map[int]time.Time)
	for _, a := range t.seen {
		w := min(int(a.at.Sub(t.begin)/changeWindow), 2)
		if a.kept {
			r.Kept[w] = max(r.Kept[w], a.at.Sub(a.asked))
		}
		if a.kind != answerMail {
			if a.kind == answerOther || a.kept {
				r.Failed++
			} else if told[a.phone].IsZero() {
				told[a.phone] = a.at
			}
			continue
		}
		if at := told[a.phone]; !at.IsZero() {
			r.Away = append(r.Away, a.at.Sub(at))
			delete(told, a.phone)
		}
		r.Answers[w]++
		r.Gap[w] = max(r.Gap[w], a.at.Sub(last[w]))
		last[w] = a.at
	}
	r.Failed += len(told) // never got mail again
	for w, at := range last {
		r.Gap[w] = max(r.Gap[w], t.begin.Add(time.Duration(w+1)*changeWindow).Sub(at))
	}
	slices.Sort(r.Away)
	for _, at := range t.ends {
		r.Ends = append(r.Ends, at.Sub(commit))
	}
	slices.Sort(r.Ends)
	r.Ended = len(r.Ends)
	if r.Ended > 0 {
		r.First, r.Last = r.Ends[0], r.Ends[r.Ended-1]
	}
	for i, from := 0, 0; i < r.Ended; i++ {
		for r.Ends[i]-r.Ends[from] >= time.Second {
			from++
		}
		r.Busiest = max(r.Busiest, i-from+1)
	}
	return nil
}
