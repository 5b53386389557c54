// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// Run does what goes on behind the pages until ctx is over: bulk jobs, stored statuses that a change of
// preferences or the passing of time has overtaken, forgetting of old outcomes. Everything it does can be
// cut off at any point and is taken up again by the next Run, here or in another console.
func (a *Admin) Run(ctx context.Context) error {
	switch n, err := a.store.ReleaseJobs(ctx, a.owner); { // on SQLite this console is alone: who held them has died
	case err != nil:
		a.log.LogAttrs(ctx, slog.LevelError, "jobs of an earlier process are not released", slog.Any(logkeys.Error, err))
	case n > 0:
		a.log.LogAttrs(ctx, slog.LevelInfo, "jobs of an earlier process are gone on with", slog.Int64("jobs", n))
	}
	var wg sync.WaitGroup
	wg.Go(func() { a.loop(ctx, "bulk jobs", a.jobs, jobPoll, a.runJobs) })
	wg.Go(func() { a.loop(ctx, "sweep", a.sweeps, sweepEvery, a.sweepAll) })
	wg.Go(func() { a.loop(ctx, "rules", a.walks, walkPoll, a.walk) })
	wg.Go(func() { a.loop(ctx, "expiry", nil, expiryPoll, a.sweepExpired) })
	wg.Go(func() { a.loop(ctx, "tidy", nil, time.Hour, a.tidy) })
	wg.Wait()
	return ctx.Err()
}

const (
	jobPoll      = 5 * time.Second // a job of a console that died is found by then, once its lease is over
	sweepEvery   = time.Hour
	expiryPoll   = 5 * time.Second
	outcomesKept = 7 * 24 * time.Hour
	jobsKept     = 30 * 24 * time.Hour
	expectedKept = 400 * 24 * time.Hour // a list of phones from elsewhere helps while these move here
	sweepBatch   = 500
)

// loop runs fn at once, whenever wake has something, and every now and then.
func (a *Admin) loop(ctx context.Context, what string, wake <-chan struct{}, every time.Duration, fn func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.log.LogAttrs(ctx, slog.LevelError, "background work failed", slog.String("work", what), slog.Any(logkeys.Error, err))
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

// wakeSweep asks for the stored statuses to be brought up to date.
func (a *Admin) wakeSweep() { wake(a.sweeps) }

func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake already
	}
}

func (a *Admin) sweepAll(ctx context.Context) error {
	for after := int64(0); ; {
		next, _, err := a.store.SweepSyncStatus(ctx, after, sweepBatch)
		if err != nil || next == 0 {
			return err
		}
		after = next
	}
}

func (a *Admin) sweepExpired(ctx context.Context) error {
	for {
		ids, err := a.store.SweepExpired(ctx, sweepBatch)
		if err != nil {
			return err
		}
		ended, err := a.store.SweepPreApprovals(ctx, sweepBatch)
		if err == nil {
			err = a.roomAgain(ctx, ids)
		}
		if err != nil || len(ids) < sweepBatch && len(ended) < sweepBatch {
			return err
		}
	}
}

// roomAgain counts the phones of mailboxes anew where overrides have ended by time: a blocked one does not count.
func (a *Admin) roomAgain(ctx context.Context, ids []access.AssociationID) error {
	if len(ids) == 0 || a.snapshot().Preferences().DeviceLimit == 0 {
		return nil // the walk finds it where the snapshot is behind
	}
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		list, err := tx.FindAssociations(ids)
		if err != nil {
			return err
		}
		for i := range list {
			if _, err := ruling.Account(tx, list[i].Pair.Realm, list[i].Pair.Account); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *Admin) tidy(ctx context.Context) error {
	for n := sweepBatch; n == sweepBatch; {
		if err := a.store.WithTx(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.DeleteExpectedBefore(tx.Now().Add(-expectedKept), sweepBatch)
			return err
		}); err != nil {
			return err
		}
	}
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteJobs(tx.Now().Add(-jobsKept)); err != nil {
			return err
		}
		if err := forgetImports(tx); err != nil {
			return err
		}
		return tx.DeleteOutcomes(tx.Now().Add(-outcomesKept))
	})
}
