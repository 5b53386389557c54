// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

var (
	errSilent    = errors.New("the console has been silent for too long")
	errStartOver = errors.New("too much differs from the console; a full copy is needed")
)

// backoff is how long to wait after the nth failure in a row: a quarter of a second, doubling to ten,
// and somewhere in the upper half of that, so that gateways that lost a console together do not all
// come back in the same instant.
func backoff(n int) time.Duration {
	d := min(250*time.Millisecond<<min(n, 10), 10*time.Second)
	return d/2 + rand.N(d/2+1)
}

func (s *Spoke) followLoop(ctx context.Context) {
	failures := 0
	said := ""
	for ctx.Err() == nil {
		began := s.cfg.Now()
		up, err := s.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if up {
			said = ""
		}
		if s.cfg.Now().Sub(began) > 10*time.Second {
			failures = 0
		}
		s.startOver = errors.Is(err, errStartOver)
		// The same failure again is no news, and a console may be away for days.
		if err != nil && err.Error() != said {
			said = err.Error()
			s.cfg.Logger.Warn("no link to the console", logkeys.Gateway, string(s.cfg.Gateway), logkeys.Error, err)
		}
		pause(ctx, backoff(failures))
		failures++
	}
}

// follow holds one link for as long as it lasts. up tells whether the console said anything.
func (s *Spoke) follow(ctx context.Context) (up bool, err error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	silence := time.AfterFunc(3*s.cfg.Heartbeat, func() { end(errSilent) })
	defer silence.Stop()
	s.keeper.begin()
	hi := hello{protocol: Protocol, position: s.cfg.Holder.Load().Position(), version: s.cfg.Version}
	if s.startOver {
		hi.position = access.Position{}
	}
	said, taken := make(chan news, waiting), make(chan error, 1)
	go func() {
		err := s.listen(ctx, said)
		end(err)
		taken <- err
	}()
	err = s.console.follow(ctx, hi, func(n news) error {
		silence.Reset(3 * s.cfg.Heartbeat)
		if !up {
			up = true
			s.cfg.Logger.Info("link to the console is open", logkeys.Gateway, string(s.cfg.Gateway), logkeys.Number, hi.position.Number)
			signal(s.linked)
			signal(s.applied)
		}
		select {
		case said <- n:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(said)
	if terr := <-taken; terr != nil {
		err = terr
	}
	if cause := context.Cause(ctx); errors.Is(cause, errSilent) {
		err = cause
	}
	return up, err
}

// waiting is how many messages may wait to be written down and applied, most of them of one change when
// many are made one by one.
const waiting = 64

// listen takes what is said, as much as there is at a time, until nothing more comes. After the link has
// ended it still takes what has arrived.
func (s *Spoke) listen(ctx context.Context, said <-chan news) error {
	for n := range said {
		list := []news{n}
		for more := true; more && len(list) < waiting && list[len(list)-1].sums == nil; {
			select {
			case n, ok := <-said:
				if more = ok; ok {
					list = append(list, n)
				}
			default:
				more = false
			}
		}
		if err := s.hear(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

// hear takes messages, of which only the last may hold sums. The console counts as heard only once all it
// had to say up to now has been applied, so that old verdicts never pass for fresh ones.
func (s *Spoke) hear(ctx context.Context, list []news) error {
	var batches []access.Batch
	for _, n := range list {
		if n.batch != nil {
			batches = append(batches, *n.batch)
		}
	}
	if len(batches) > 0 {
		s.keeper.take(batches)
	}
	last := list[len(list)-1]
	current := last.batch == nil || !last.batch.More
	if current && !last.stale && s.cfg.Holder.Load().Position() != (access.Position{}) {
		s.cfg.Holder.Touch(s.cfg.Now())
	}
	if len(batches) > 0 {
		s.keeper.nudge()
		signal(s.applied)
	}
	if last.sums != nil {
		return s.reconcile(ctx, last.sums)
	}
	return nil
}

// reconcile compares what this gateway holds, counted anew, with the console's sums, and repairs what
// differs. While it waits for the repair no further change is read, so that none can be overtaken.
func (s *Spoke) reconcile(ctx context.Context, want *sums) error {
	v := s.cfg.Holder.Load()
	if v.Position() != want.position {
		return nil // not the same moment: there is nothing to learn from a difference
	}
	differ := v.Resum().Differ(&want.buckets)
	repaired := 0
	if len(differ) > 0 {
		items, ok := v.Items(differ, maxItems)
		if !ok {
			return s.giveUp()
		}
		rctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		fix, err := s.console.repair(rctx, comparison{differ, items})
		if err != nil {
			return err
		}
		// Only these buckets are as new as the console; the position stays where the stream is.
		repaired = len(fix.batch.Entries)
		s.keeper.take([]access.Batch{{Position: want.position, Entries: fix.batch.Entries}})
		if after := s.cfg.Holder.Load(); fix.sums.position == want.position && len(after.Resum().Differ(&fix.sums.buckets)) > 0 {
			return s.giveUp()
		}
		s.cfg.Logger.Warn("this gateway differed from its console and was repaired", logkeys.Gateway, string(s.cfg.Gateway),
			logkeys.Count, repaired, logkeys.Number, want.position.Number)
	}
	now := s.cfg.Now().UTC()
	s.repaired.Store(int64(repaired))
	s.reconciled.Store(&now)
	return nil
}

// giveUp asks for a full copy, unless this link began with one: then another would end the same way.
func (s *Spoke) giveUp() error {
	if !s.startOver {
		return errStartOver
	}
	s.cfg.Logger.Error("this gateway differs from its console even after a full copy", logkeys.Gateway, string(s.cfg.Gateway))
	return nil // not reconciled, which the console shows
}

// acknowledgeLoop tells the console at once how far changes have been applied here, and will be after a
// restart: "seen by 2 of 3 gateways" rests on it.
func (s *Spoke) acknowledgeLoop(ctx context.Context) {
	var told access.Position
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.applied:
		}
		p, ok := s.keeper.applied()
		if !ok || p == told {
			continue
		}
		actx, cancel := context.WithTimeout(ctx, 10*time.Second)
		// A failure needs no care: the next link begins with the position.
		if s.console.acknowledge(actx, p) == nil {
			told = p
		}
		cancel()
	}
}
