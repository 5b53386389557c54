// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"sync"
)

// group runs the long-lived parts of a process. The first that ends with an error ends them all; on
// the way down, what was added last is closed first.
type group struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
	closes []func(context.Context) error
}

func newGroup(ctx context.Context) *group {
	ctx, cancel := context.WithCancelCause(ctx)
	return &group{ctx: ctx, cancel: cancel}
}

// run starts a part that lives until the group's context ends.
func (g *group) run(part func(context.Context) error) {
	g.wg.Go(func() {
		if err := part(g.ctx); err != nil && !errors.Is(err, context.Canceled) {
			g.cancel(err)
		}
	})
}

// onClose has f called when the group ends: last in, first out.
func (g *group) onClose(f func(context.Context) error) { g.closes = append(g.closes, f) }

// wait waits for the end, closes everything within the time that ctx gives, and says why it ended.
func (g *group) wait(closing func() (context.Context, context.CancelFunc)) error {
	<-g.ctx.Done()
	cause := context.Cause(g.ctx)
	if errors.Is(cause, context.Canceled) {
		cause = nil
	}
	return errors.Join(cause, g.close(closing))
}

// live is the life of a process: what could not be started ends it at once, else it lasts until the
// group ends. A process that is told to stop while it starts has not failed.
func (g *group) live(startErr error) error {
	if startErr == nil || g.ctx.Err() != nil && errors.Is(context.Cause(g.ctx), context.Canceled) {
		return g.wait(closing)
	}
	g.cancel(startErr)
	return errors.Join(startErr, g.close(closing))
}

func (g *group) close(closing func() (context.Context, context.CancelFunc)) error {
	ctx, cancel := closing()
	defer cancel()
	var errs []error
	for i := len(g.closes) - 1; i >= 0; i-- {
		errs = append(errs, g.closes[i](ctx))
	}
	g.closes = nil
	g.cancel(context.Canceled)
	g.wg.Wait()
	return errors.Join(errs...)
}
