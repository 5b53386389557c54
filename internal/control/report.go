// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// reportLoop sends what was seen: the spool as soon as there is something in it, the rest and the
// status every few seconds.
func (s *Spoke) reportLoop(ctx context.Context) {
	r := reporter{spoke: s, limit: MaxBatch}
	due := time.NewTimer(0)
	defer due.Stop()
	failures := 0
	for ctx.Err() == nil {
		if err := r.round(ctx); err != nil {
			if ctx.Err() == nil && failures == 0 {
				s.cfg.Logger.Warn("reports wait for the console", logkeys.Gateway, string(s.cfg.Gateway), logkeys.Error, err)
			}
			wait := time.NewTimer(backoff(failures))
			select {
			case <-ctx.Done():
			case <-s.linked:
			case <-wait.C:
			}
			wait.Stop()
			failures++
			continue
		}
		failures = 0
		due.Reset(max(0, r.next.Sub(s.cfg.Now())))
		select {
		case <-ctx.Done():
		case <-s.spool.news:
		case <-due.C:
		}
	}
	// What is left goes now if it goes at once; what is on disk can wait for the next start.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	r.next = time.Time{}
	if err := r.round(last); err != nil {
		s.cfg.Logger.Warn("reports that were only in memory are lost", logkeys.Gateway, string(s.cfg.Gateway),
			logkeys.Count, s.memory.left()+s.memory.lost(), logkeys.Error, err)
	}
}

// reporter is the state of the report loop.
type reporter struct {
	spoke *Spoke
	limit int       // sightings per report; smaller while one of them is in doubt
	next  time.Time // when times and counts are due
}

// round sends all there is to send now.
func (r *reporter) round(ctx context.Context) error {
	s := r.spoke
	for ctx.Err() == nil {
		if now := s.cfg.Now(); !now.Before(r.next) {
			more, err := r.memory(ctx)
			if err != nil {
				return err
			}
			if !more {
				r.next = now.Add(s.cfg.ReportEvery)
			}
		}
		empty, err := r.spool(ctx)
		if err != nil {
			return err
		}
		if empty && s.cfg.Now().Before(r.next) {
			return nil
		}
	}
	return ctx.Err()
}

func (r *reporter) memory(ctx context.Context) (more bool, err error) {
	s := r.spoke
	_, err = s.send(ctx, s.memory.take(MaxBatch))
	if err != nil && access.KindOf(err) != access.KindInvalid {
		return false, err
	}
	if err != nil {
		s.cfg.Logger.Error("console refused a report of times and counts", logkeys.Gateway, string(s.cfg.Gateway), logkeys.Error, err)
	}
	if n := s.memory.lost(); n > 0 {
		s.cfg.Logger.Warn("reports were lost for want of memory", logkeys.Gateway, string(s.cfg.Gateway), logkeys.Count, n)
	}
	return s.memory.done(), nil
}

// spool sends the oldest sightings on disk. One that the console calls invalid would hold up all that
// come after it for ever: reports get smaller until it is alone, and then it is let go.
func (r *reporter) spool(ctx context.Context) (empty bool, err error) {
	s := r.spoke
	name, sightings, err := s.spool.head(r.limit)
	if err != nil || len(sightings) == 0 {
		return true, err
	}
	receipt, err := s.send(ctx, access.Report{Spool: name, Sightings: sightings})
	switch {
	case err == nil && receipt.Seq > s.spool.highest():
		// The console has taken these for others that it knows by the same numbers.
		s.cfg.Logger.Warn("console knows later numbers of this spool; sending under a new name", logkeys.Gateway, string(s.cfg.Gateway))
		s.spool.renew()
		if err := s.spool.keep(ctx, sightings); err != nil {
			return false, err
		}
		s.spool.taken(name, sightings[len(sightings)-1].Seq)
		return false, nil
	case err == nil:
		if last := sightings[len(sightings)-1].Seq; receipt.Seq < last {
			// Part of it was taken; the rest goes again.
			s.spool.taken(name, receipt.Seq)
			if receipt.Seq < sightings[0].Seq {
				return false, access.Unavailable("report", "The console took nothing of a report.", nil)
			}
			return false, nil
		}
		s.spool.taken(name, sightings[len(sightings)-1].Seq)
		r.limit = MaxBatch
		return false, nil
	case access.KindOf(err) != access.KindInvalid:
		return false, err
	case len(sightings) > 1:
		r.limit = len(sightings) / 2
		return false, nil
	}
	s.cfg.Logger.Error("console refused a sighting, which is dropped", logkeys.Gateway, string(s.cfg.Gateway),
		logkeys.Device, sightings[0].Pair.Device, logkeys.Error, err)
	s.spool.taken(name, sightings[0].Seq)
	r.limit = MaxBatch
	return false, nil
}

// send delivers one report and learns from the answer how far the clocks are apart: the console's
// time is compared with the middle of the exchange.
func (s *Spoke) send(ctx context.Context, r access.Report) (access.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r.Gateway, r.Status, r.Now = s.cfg.Gateway, s.Status(), s.cfg.Now()
	receipt, err := s.console.report(ctx, r)
	if err == nil && !receipt.Now.IsZero() {
		middle := r.Now.Add(s.cfg.Now().Sub(r.Now) / 2)
		s.skew.Store(int64(middle.Sub(receipt.Now)))
	}
	return receipt, err
}
