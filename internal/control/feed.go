// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"slices"
	"sync"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// feed is what the hub has to tell: its current view, and the steps that led there, as far back as a
// gateway that was gone for a moment will want them.
type feed struct {
	mu      sync.Mutex
	view    *snapshot.View // nil until the store has been read
	steps   []step
	entries int
	changed chan struct{}
	checks  int // grows when every gateway should compare
}

// step is one batch of changes between two positions.
type step struct {
	from, to access.Position
	entries  []access.Entry
}

const (
	feedSteps   = 4096
	feedEntries = 20_000
)

func newFeed() *feed { return &feed{changed: make(chan struct{})} }

// reset starts over from a view that does not continue the last one.
func (f *feed) reset(v *snapshot.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.view, f.steps, f.entries = v, nil, 0
	f.wake()
}

// add appends a batch that led to v.
func (f *feed) add(from access.Position, b access.Batch, v *snapshot.View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.view = v
	f.steps = append(f.steps, step{from, b.Position, b.Entries})
	f.entries += len(b.Entries)
	drop := 0
	for len(f.steps)-drop > feedSteps || f.entries > feedEntries && len(f.steps)-drop > 1 {
		f.entries -= len(f.steps[drop].entries)
		drop++
	}
	if drop > 0 {
		f.steps = slices.Clone(f.steps[drop:])
	}
	f.wake()
}

// check has every gateway compare now.
func (f *feed) check() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.checks++
	f.wake()
}

func (f *feed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// outlook is what lies ahead of a position.
type outlook struct {
	view    *snapshot.View
	steps   []step
	known   bool // the steps lead from the position to the view
	ahead   bool // the position lies beyond the view: the hub has yet to get there
	checks  int
	changed <-chan struct{}
}

// since looks from a position. Trusted means that the position came from the store just now, so that
// its number alone says where it lies.
func (f *feed) since(p access.Position, trusted bool) outlook {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := outlook{view: f.view, checks: f.checks, changed: f.changed}
	if f.view == nil {
		o.ahead = true
		return o
	}
	here := f.view.Position()
	if p == here {
		o.known = true
		return o
	}
	if p.History != here.History {
		return o
	}
	if trusted && p.Number > here.Number {
		o.ahead = true
		return o
	}
	for i := len(f.steps) - 1; i >= 0; i-- {
		s := &f.steps[i]
		if s.from == p || trusted && s.from.Number <= p.Number && p.Number < s.to.Number {
			o.known, o.steps = true, f.steps[i:len(f.steps):len(f.steps)]
			return o
		}
	}
	return o
}
