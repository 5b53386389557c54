// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Source is the store as the hub sees it: numbered changes.
type Source interface {
	// ChangesSince gives the changes after a position, at most limit, or begins a full copy when the
	// position means nothing. It is called again with the position of its answer while that has More.
	ChangesSince(ctx context.Context, p access.Position, limit int) (access.Batch, error)
	// Wait returns when there is a change after the number, or with ctx's error.
	Wait(ctx context.Context, number int64) error
	Position(ctx context.Context) (access.Position, error)
}

// Intake takes what gateways report.
type Intake interface {
	Take(ctx context.Context, r access.Report) (access.Receipt, error)
}

// HubConfig is what a Hub needs. Zero durations stand for the usual ones.
type HubConfig struct {
	Source Source
	Intake Intake
	// Gateways are those the console expects: they count in Applied even before they come.
	Gateways  []access.GatewayID
	Heartbeat time.Duration // 5 s
	Now       func() time.Time
	Logger    *slog.Logger
}

// Hub is the console's end of the link. It follows the store with a view of its own, from which it
// feeds every gateway, so that a hundred gateways that come back at once cost the database nothing.
type Hub struct {
	cfg    HubConfig
	holder *snapshot.Holder
	feed   *feed
	read   atomic.Int64  // when the store last answered, in nanoseconds
	ended  chan struct{} // closed when Run returns

	mu       sync.Mutex
	gateways map[access.GatewayID]*gateway
}

// NewHub makes a Hub. It does nothing before Run.
func NewHub(cfg HubConfig) *Hub {
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = 5 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Hub{cfg: cfg, feed: newFeed(), ended: make(chan struct{}), holder: snapshot.NewHolder(nil, time.Time{}),
		gateways: make(map[access.GatewayID]*gateway)}
	for _, id := range cfg.Gateways {
		h.gateways[id] = &gateway{id: id}
	}
	return h
}

// Snapshot is the console's own view: what its pages and dry runs decide with.
func (h *Hub) Snapshot() *snapshot.View { return h.holder.Load() }

// Ready waits until the store has been read for the first time.
func (h *Hub) Ready(ctx context.Context) error {
	for {
		o := h.feed.since(access.Position{}, false)
		if o.view != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.ended:
			return errStopping()
		case <-o.changed:
		}
	}
}

// Run follows the store until ctx ends, and may be called once; links end with it. It never gives up:
// while the store cannot be read, gateways are told that what they have may be old.
func (h *Hub) Run(ctx context.Context) error {
	defer close(h.ended)
	var pos access.Position
	check := h.cfg.Now()
	failures := 0
	for ctx.Err() == nil {
		more, err := h.step(ctx, &pos)
		if err == nil && !more && h.cfg.Now().Sub(check) >= h.holder.Load().Preferences().ReconcileEvery {
			check = h.cfg.Now()
			err = h.selfCheck(ctx, &pos)
		}
		if err != nil {
			if failures == 0 && ctx.Err() == nil {
				h.cfg.Logger.Error("cannot follow the store", logkeys.Error, err)
			}
			pause(ctx, again(failures))
			failures++
			continue
		}
		failures = 0
		if more {
			continue
		}
		// Waking now and then without a change tells whether the store still answers.
		wctx, cancel := context.WithTimeout(ctx, h.cfg.Heartbeat)
		if err := h.cfg.Source.Wait(wctx, pos.Number); err != nil && wctx.Err() == nil {
			pause(ctx, again(0))
		}
		cancel()
	}
	return nil
}

// step reads and applies one batch.
func (h *Hub) step(ctx context.Context, pos *access.Position) (more bool, err error) {
	b, err := h.cfg.Source.ChangesSince(ctx, *pos, MaxBatch)
	if err != nil {
		return false, err
	}
	h.read.Store(h.cfg.Now().UnixNano())
	if !b.More && b.Position == *pos {
		return false, nil // a store in which nothing was ever changed answers with a copy each time
	}
	before := h.holder.Load()
	h.holder.Apply(b)
	after := h.holder.Load()
	switch {
	case after == before: // a full copy still under way
	case before.Position() == *pos && !b.Full && *pos != (access.Position{}):
		h.feed.add(*pos, b, after)
	default:
		h.feed.reset(after)
	}
	*pos = b.Position
	return b.More, nil
}

// selfCheck reads the whole store anew beside the view that has followed its changes, and takes the
// store's word where they differ. A write that forgot to number itself is found here.
func (h *Hub) selfCheck(ctx context.Context, pos *access.Position) error {
	fresh := snapshot.NewHolder(nil, time.Time{})
	var at access.Position
	for more, tries := true, 0; more || at != *pos; tries++ {
		b, err := h.cfg.Source.ChangesSince(ctx, at, MaxBatch)
		if err != nil {
			return err
		}
		fresh.Apply(b)
		at, more = b.Position, b.More
		if more {
			continue
		}
		if _, err := h.step(ctx, pos); err != nil {
			return err
		}
		if tries > 10_000_000/MaxBatch {
			h.feed.check()
			return nil // changes come faster than they can be compared; next time
		}
	}
	truth, view := fresh.Load(), h.holder.Load()
	if differ := view.Resum().Differ(truth.Sums()); len(differ) > 0 {
		h.cfg.Logger.Error("the view differed from the store and was replaced", logkeys.Count, truth.Different(view),
			logkeys.Number, pos.Number)
		h.holder.Restore(truth, time.Time{})
		h.feed.reset(truth)
	}
	h.feed.check()
	return nil
}

// stale reports whether the store has not answered for as long as makes a console count as away.
func (h *Hub) stale(now time.Time) bool {
	return now.UnixNano()-h.read.Load() > int64(snapshot.AwayAfter)
}

// pause waits, or less when ctx ends.
// again is how long to wait after the store has failed n times in a row before it is asked anew. A
// database that only hung up answers at the next call, and a block given just then must not wait long.
func again(n int) time.Duration { return min(50*time.Millisecond<<min(n, 10), time.Second) }

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func errStopping() error { return access.Unavailable("follow", "The console is stopping.", nil) }

var errReplaced = errors.New("another link of the same gateway has taken over")

// follow serves one gateway's stream.
func (h *Hub) follow(ctx context.Context, id access.GatewayID, hi hello, send func(news) error) error {
	if hi.protocol < oldestProtocol || hi.protocol > Protocol {
		return access.Conflict("follow", fmt.Sprintf(
			"The console speaks protocol numbers %d to %d, the gateway %d. Update the older one.", oldestProtocol, Protocol, hi.protocol))
	}
	select {
	case <-h.ended:
		return errStopping()
	default:
	}
	ctx, leave := h.join(ctx, id, hi)
	defer leave()
	if err := h.Ready(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	s := stream{hub: h, send: send, pos: hi.position, compares: hi.protocol == Protocol, checks: -1}
	beat := time.NewTicker(h.cfg.Heartbeat)
	defer beat.Stop()
	for {
		o, err := s.catchUp(ctx)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-h.ended:
			return errStopping()
		case <-o.changed:
		case <-beat.C:
			if err := s.say(news{}); err != nil {
				return err
			}
		}
	}
}

// stream is one gateway's progress through the feed.
type stream struct {
	hub      *Hub
	send     func(news) error
	pos      access.Position
	trusted  bool // pos has been confirmed by the store or set by us
	compares bool // both ends sum up the same way
	checks   int  // comparisons asked for so far; negative: nothing has been said yet
}

func (s *stream) say(n news) error {
	n.now = s.hub.cfg.Now()
	n.stale = s.hub.stale(n.now)
	return s.send(n)
}

// catchUp sends all there is to send, and the sums when it is time to compare: on connecting, and
// whenever the hub has compared itself with the store.
func (s *stream) catchUp(ctx context.Context) (outlook, error) {
	for {
		o := s.hub.feed.since(s.pos, s.trusted)
		switch {
		case o.ahead:
			return o, nil
		case !o.known:
			moved, err := s.fromStore(ctx, o.view)
			if err != nil {
				return o, err
			}
			if !moved {
				return o, nil
			}
			continue
		}
		for i, st := range o.steps {
			b := access.Batch{Position: st.to, Entries: st.entries, More: i < len(o.steps)-1}
			if err := s.say(news{batch: &b}); err != nil {
				return o, err
			}
			s.pos, s.trusted = st.to, true
		}
		if s.checks == o.checks {
			return o, nil
		}
		s.checks = o.checks
		if !s.compares {
			return o, s.say(news{})
		}
		return o, s.say(news{sums: &sums{o.view.Position(), *o.view.Sums()}})
	}
}

// fromStore serves a position that the feed does not reach back to: a run of changes if the store
// still knows it, a full copy of the hub's own view if not.
func (s *stream) fromStore(ctx context.Context, view *snapshot.View) (moved bool, err error) {
	b, err := s.hub.cfg.Source.ChangesSince(ctx, s.pos, MaxBatch)
	if err != nil {
		return false, access.Unavailable("follow", "The console cannot read its store.", err)
	}
	if b.Full {
		return true, s.copy(ctx, view)
	}
	s.trusted = true
	if b.Position == s.pos && len(b.Entries) == 0 {
		return s.hub.feed.since(s.pos, true).known, nil
	}
	s.pos = b.Position
	return true, s.say(news{batch: &b})
}

func (s *stream) copy(ctx context.Context, view *snapshot.View) error {
	b := access.Batch{Position: view.Position(), Full: true, More: true}
	var err error
	view.EachEntry(func(e access.Entry) bool {
		if len(b.Entries) == MaxBatch {
			sent := b
			if err = s.say(news{batch: &sent}); err == nil {
				err = ctx.Err()
			}
			b.Full, b.Entries = false, nil
		}
		b.Entries = append(b.Entries, e)
		return err == nil
	})
	if err != nil {
		return err
	}
	b.More = false
	s.pos, s.trusted = b.Position, true
	return s.say(news{batch: &b})
}
