// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// objectPreferences is the object of audit lines about the preferences.
const objectPreferences = "preferences"

// Preferences gives the settings of Services > Sentry > Preferences.
func (a *Admin) Preferences(ctx context.Context, who access.Actor) (Preferences, error) {
	if err := who.May(access.VerbView); err != nil {
		return Preferences{}, err
	}
	p, err := a.store.FindPreferences(ctx)
	return Preferences{Preferences: p.Preferences, Version: p.Version, Changed: p.Changed, By: p.By}, err
}

// ChangePreferences replaces all settings. act.Version is that of the settings the person saw, 0 for
// settings that nobody had changed yet. The default policy stays as it is. Gateways obey from their next request on.
func (a *Admin) ChangePreferences(ctx context.Context, who access.Actor, p access.Preferences, act Act) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbChangePreferences, objectPreferences, act, p, func(tx *store.Tx) (outcome, error) {
		before, err := tx.FindPreferences()
		if err != nil {
			return outcome{}, err
		}
		if before.Version != act.Version {
			return outcome{}, stale(objectPreferences, "The preferences")
		}
		p.DefaultPolicy = before.DefaultPolicy // MakeDefaultPolicy alone changes it
		words := preferenceWords(before.Preferences, p)
		if words == "" {
			return outcome{Result: Result{Version: before.Version, Text: "Nothing has changed.", Shadow: p.Shadow}}, nil
		}
		if err := tx.SavePreferences(p, before.Version, who.Name); err != nil {
			return outcome{}, err
		}
		walk := p.DeviceLimit != before.DeviceLimit || p.OneServerType != before.OneServerType
		if walk {
			if err := askWalk(tx); err != nil {
				return outcome{}, err
			}
		}
		detail := words
		if act.Reason != "" {
			detail += "; " + act.Reason
		}
		tx.Audit(entry(who, string(access.VerbChangePreferences), "Preferences", objectPreferences, detail))
		return outcome{Change: &p, Walk: walk, Result: Result{Version: before.Version + 1, Text: "Saved. " + words + ".", Shadow: p.Shadow}}, nil
	})
	if err == nil && !out.Result.Replayed && out.Change != nil {
		a.wakeSweep()
		a.settle(ctx, out.Result.Number)
	}
	return out.Result, err
}

// settleFor is how long a change waits for the console's own snapshot.
const settleFor = 500 * time.Millisecond

// settle gives the console's own snapshot a moment to apply a change, so that the next page a person sees
// is judged by it. It is only for show: gateways do not wait for it.
func (a *Admin) settle(ctx context.Context, number int64) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(settleFor); a.snapshot().Position().Number < number && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
