// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// AwayAfter is how long a console may be silent before it counts as away. It says something every
// five seconds.
const AwayAfter = 15 * time.Second

// Holder keeps the current View of one process. Reading is one atomic load; one writer at a time
// swaps. The zero value is not ready: use NewHolder.
type Holder struct {
	view  atomic.Pointer[View]
	heard atomic.Pointer[time.Time]

	mu       sync.Mutex
	building *View // a full copy on its way in, not to be acted on yet
	watchers []func(Touched)
}

// NewHolder starts with a View and the time its console was last heard; nil and zero for nothing.
func NewHolder(v *View, heard time.Time) *Holder {
	h := &Holder{}
	if v == nil {
		v = Empty()
	}
	h.view.Store(v)
	h.heard.Store(&heard)
	return h
}

// Load gives the current View.
func (h *Holder) Load() *View { return h.view.Load() }

// OnChange has f called after every swap, one call at a time and in order. It is called by whoever
// applies the change and must be quick; it may read the Holder and must not apply to it.
func (h *Holder) OnChange(f func(Touched)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = append(h.watchers, f)
}

// Apply takes the next batch. Batches of a full copy are put together aside, and only the last one
// swaps; all others act at once.
func (h *Holder) Apply(b access.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from := h.building
	copying := b.Full || from != nil
	if from == nil {
		from = h.view.Load()
	}
	next, touched := from.apply(b)
	if copying && b.More {
		h.building = next
		return
	}
	h.building = nil
	touched.All = touched.All || copying
	h.swap(next, touched)
}

// Drop forgets a full copy that is not complete: the other end is gone, and what comes next does not
// continue it.
func (h *Holder) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.building = nil
}

// Restore puts a View in place of the current one, as read from disk, with the time its console was
// last heard. A heard time older than the present one changes nothing.
func (h *Holder) Restore(v *View, heard time.Time) {
	h.Touch(heard)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.building = nil
	h.swap(v, Touched{All: true, Position: v.position})
}

func (h *Holder) swap(next *View, touched Touched) {
	h.view.Store(next)
	if touched.All {
		touched.Pairs = nil
	}
	for _, f := range h.watchers {
		f(touched)
	}
}

// Touch says that the console was heard at now. Time never runs backwards here.
func (h *Holder) Touch(now time.Time) {
	for {
		old := h.heard.Load()
		if !now.After(*old) || h.heard.CompareAndSwap(old, &now) {
			return
		}
	}
}

// Heard is when the console was last heard; zero: never.
func (h *Holder) Heard() time.Time { return *h.heard.Load() }

// Away reports whether the console has been silent for too long.
func (h *Holder) Away(now time.Time) bool {
	heard := h.Heard()
	return heard.IsZero() || now.Sub(heard) > AwayAfter
}
