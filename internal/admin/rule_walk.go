// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"log/slog"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// A walk looks at all records in the order in which they were made, a few hundred in each transaction. How far it is
// stands in the store, in the same transactions: a console that is killed goes on with it when it is back, and of
// several whichever comes next does the next step.

const (
	walkPoll  = 5 * time.Second // a walk of a console that died is gone on with by then
	walkEvery = time.Hour       // for what only time brings: phones that are not seen any more
	walkBatch = 250
	walkTries = 3 // looks for records that wait though their rule has room

	settingWalk = "task.rules"
)

// walkMark is how far the walk is.
type walkMark struct {
	On    bool      `json:"on,omitempty"`
	Asked bool      `json:"asked,omitempty"` // by a change, and not by the hour: pages show it
	After int64     `json:"after,omitempty"`
	Seen  int64     `json:"seen,omitempty"`
	Again int       `json:"again,omitempty"` // how many times it began anew, for records that wait though there is room
	Done  time.Time `json:"done,omitzero"`   // when one was last over
}

// askWalk asks for a look at all records. One that is on its way begins anew.
func askWalk(tx *store.Tx) error {
	var m walkMark
	s, err := tx.Setting(settingWalk, &m)
	if err != nil {
		return err
	}
	return saveWalk(tx, walkMark{On: true, Asked: true, Done: m.Done}, s.Version)
}

func saveWalk(tx *store.Tx, m walkMark, version int64) error {
	return tx.SaveSetting(settingWalk, m, "", version, house().Name)
}

// walk goes on with the walk, if one is asked for, until it is over.
func (a *Admin) walk(ctx context.Context) error {
	due, err := a.walkDue(ctx)
	if err != nil || !due {
		return err
	}
	total, err := a.store.CountAssociations(ctx)
	if err != nil {
		return err
	}
	for steps := int64(0); ctx.Err() == nil; steps++ {
		more, err := a.walkStep(ctx, walkBatch)
		if err != nil && ctx.Err() == nil && access.KindOf(err) == access.KindInternal {
			more, err = a.walkAround(ctx)
		}
		if err != nil || !more {
			return err
		}
		if steps > 2*walkTries*(total.Total/walkBatch+100) {
			a.log.LogAttrs(ctx, slog.LevelWarn, "the look at all records does not end; it goes on later")
			return nil
		}
	}
	return ctx.Err()
}

// walkDue looks at the mark without keeping anybody waiting.
func (a *Admin) walkDue(ctx context.Context) (bool, error) {
	var m walkMark
	_, err := a.store.Setting(ctx, settingWalk, &m)
	return m.On || a.now().Sub(m.Done) >= walkEvery, err
}

// walkStep does the next records in one transaction; more is false when nothing is left to do.
func (a *Admin) walkStep(ctx context.Context, n int) (more bool, err error) {
	err = a.store.WithTx(ctx, func(tx *store.Tx) error {
		more = false
		var m walkMark
		s, err := tx.Setting(settingWalk, &m)
		if err != nil {
			return err
		}
		if !m.On {
			if tx.Now().Sub(m.Done) < walkEvery {
				return nil // another console has done it
			}
			m = walkMark{On: true, Done: m.Done}
		}
		p, err := ruling.StepIn(tx, m.After, n)
		if err != nil {
			return err
		}
		m.After, m.Seen = p.Next, m.Seen+int64(p.Seen)
		if p.Next == 0 {
			again, err := roomForWaiting(tx)
			if err != nil {
				return err
			}
			if again && m.Again < walkTries {
				m.Seen, m.Again = 0, m.Again+1
			} else {
				m = walkMark{Done: tx.Now()}
			}
		}
		more = m.On
		return saveWalk(tx, m, s.Version)
	})
	if access.KindOf(err) == access.KindConflict { // somebody asks for another in this moment
		return true, nil
	}
	return more, err
}

// roomForWaiting reports whether a rule lets records wait though it may hold more by now.
func roomForWaiting(tx *store.Tx) (bool, error) {
	list, err := tx.ListBlockings()
	for i := range list {
		if b := &list[i]; b.Enabled && b.Waiting > 0 && b.Room() {
			return true, err
		}
	}
	return false, err
}

// walkAround goes past a record that cannot be looked at, so that one does not keep the others from it: those of
// the step are done one by one.
func (a *Admin) walkAround(ctx context.Context) (more bool, err error) {
	for range walkBatch {
		if more, err = a.walkStep(ctx, 1); err == nil && more {
			continue
		}
		if err == nil || ctx.Err() != nil || access.KindOf(err) != access.KindInternal {
			return more, err
		}
		a.log.LogAttrs(ctx, slog.LevelError, "rules cannot be asked of a record", slog.Any(logkeys.Error, err))
		if more, err = a.walkPast(ctx); err != nil || !more {
			return more, err
		}
	}
	return more, err
}

func (a *Admin) walkPast(ctx context.Context) (more bool, err error) {
	err = a.store.WithTx(ctx, func(tx *store.Tx) error {
		var m walkMark
		s, err := tx.Setting(settingWalk, &m)
		if err != nil || !m.On {
			return err
		}
		next, err := tx.NextAfter(m.After)
		if err != nil {
			return err
		}
		if m.After, m.Seen = next, m.Seen+1; next == 0 {
			m = walkMark{Done: tx.Now()}
		}
		more = m.On
		return saveWalk(tx, m, s.Version)
	})
	return more, err
}

// walkNow says how far the walk is.
func (a *Admin) walkNow(ctx context.Context) (w Walk, err error) {
	var m walkMark
	if _, err := a.store.Setting(ctx, settingWalk, &m); err != nil || !m.On || !m.Asked {
		return w, err
	}
	total, err := a.store.CountAssociations(ctx)
	if w.On = true; total.Total > 0 {
		w.Percent = int(min(99, m.Seen*100/total.Total))
	}
	return w, err
}
