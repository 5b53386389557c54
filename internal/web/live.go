// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// Feed gives the numbered changes, as the store keeps them.
type Feed interface {
	Position(ctx context.Context) (access.Position, error)
	// Wait returns when there is a change after the number, or with ctx's error.
	Wait(ctx context.Context, number int64) error
	// ChangesSince gives the changes after a position, at most limit, or the beginning of a full copy
	// (Full) when the position means nothing.
	ChangesSince(ctx context.Context, p access.Position, limit int) (access.Batch, error)
}

// LiveConfig is what Live needs. Zero values stand for the usual ones.
type LiveConfig struct {
	Feed Feed
	// Snapshot is what rows are judged by: a page is told of a change once it has got that far.
	Snapshot   func() admin.Snapshot
	PerSession int           // streams that one session may have, 4: browsers open six connections to a host
	Most       int           // streams in all, 1000
	Gather     time.Duration // what happens within it is told together, 80 ms
	Beat       time.Duration // how often an idle stream says something and its session is looked at, 10 s
	Logger     *slog.Logger
}

// Live tells open pages what has changed, so that they need not ask all the time. It follows the
// numbered changes while anybody watches, and is told by Seen about what has no number: that a phone
// came by. A page that has a stream is told which of its records to ask for again, never their content.
//
// Of what another console on the same database takes from its gateways, only what has a number is
// noticed; the pages' own slow asking covers the rest.
type Live struct {
	cfg  LiveConfig
	came chan struct{} // somebody watches and nobody follows

	mu        sync.Mutex
	watches   map[*watch]struct{}
	sessions  map[string]int
	following bool
}

// NewLive makes a Live. It tells nothing before Run.
func NewLive(c LiveConfig) *Live {
	if c.PerSession == 0 {
		c.PerSession = 4
	}
	if c.Most == 0 {
		c.Most = 1000
	}
	if c.Gather == 0 {
		c.Gather = 80 * time.Millisecond
	}
	if c.Beat == 0 {
		c.Beat = 10 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Live{cfg: c, came: make(chan struct{}, 1), watches: map[*watch]struct{}{}, sessions: map[string]int{}}
}

// Run follows the changes until ctx ends, whenever there is somebody to tell.
func (l *Live) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.came:
			l.follow(ctx)
		}
	}
}

// follow reads changes and hands them out until nobody watches.
func (l *Live) follow(ctx context.Context) {
	// most is how many changes are told one by one. A page has at most 200 records.
	const most, patience = 500, 5 * time.Second
	var at access.Position
	known, failing := false, false
	for ctx.Err() == nil && !l.idle() {
		var err error
		switch {
		case !known:
			if at, err = l.cfg.Feed.Position(ctx); err == nil {
				known = true
				l.everything(at.Number)
			}
		default:
			var b access.Batch
			if b, err = l.next(ctx, at, most, patience); err == nil && b.Position.Number != 0 {
				if known = !b.Full && !b.More; known {
					at = b.Position
					l.changed(b)
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			if !failing {
				l.cfg.Logger.Warn("pages are not told of changes: the store cannot be read", logkeys.Error, err)
			}
			known = false
			rest(ctx, time.Second)
		}
		failing = err != nil
	}
}

// next waits for changes, for a while. No position means that there were none.
func (l *Live) next(ctx context.Context, at access.Position, limit int, patience time.Duration) (access.Batch, error) {
	wctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := l.cfg.Feed.Wait(wctx, at.Number); err != nil {
		if wctx.Err() != nil {
			err = nil
		}
		return access.Batch{}, err
	}
	return l.cfg.Feed.ChangesSince(ctx, at, limit)
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// idle reports that nobody watches, and then notes that nobody follows.
func (l *Live) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.following = len(l.watches) > 0
	return !l.following
}

// everything tells every page to ask for all it shows: how it stands to what came before is not known.
func (l *Live) everything(number int64) {
	l.each(func(w *watch) { w.all(number) })
}

// changed hands out numbered changes.
func (l *Live) changed(b access.Batch) {
	var view access.View
	if l.cfg.Snapshot != nil {
		view = l.cfg.Snapshot()
	}
	l.each(func(w *watch) {
		for i := range b.Entries {
			w.entry(&b.Entries[i], b.Position.Number, view)
		}
	})
}

// Seen tells of sightings that have been taken: times and facts of these pairs may have moved.
func (l *Live) Seen(list []access.Sighting) {
	l.each(func(w *watch) { w.sighted(list) })
}

// recheck has every stream look whether its session still stands. It may be called on nil.
func (l *Live) recheck() {
	if l == nil {
		return
	}
	l.each(func(w *watch) { w.doubt = true; w.poke() })
}

func (l *Live) each(fn func(*watch)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.watches {
		fn(w)
	}
}

// join begins a watch, or says that there are enough.
func (l *Live) join(w *watch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sessions[w.session] >= l.cfg.PerSession || len(l.watches) >= l.cfg.Most {
		return &httpd.StatusError{Status: http.StatusTooManyRequests, Text: "Too many live pages are open. This one asks by itself now and then."}
	}
	l.sessions[w.session]++
	l.watches[w] = struct{}{}
	if l.following {
		w.all(0)
		return nil
	}
	select {
	case l.came <- struct{}{}:
	default:
	}
	return nil
}

func (l *Live) leave(w *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.watches, w)
	if l.sessions[w.session]--; l.sessions[w.session] == 0 {
		delete(l.sessions, w.session)
	}
}

// take gives what w has to tell at now, and when to look again; zero: when it is poked.
func (l *Live) take(w *watch, now time.Time) (told, time.Time) {
	reached := func(int64) bool { return true }
	if l.cfg.Snapshot != nil {
		reached = func(number int64) bool { return l.cfg.Snapshot().Position().Number >= number }
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return w.take(now, l.cfg.Gather, reached)
}
