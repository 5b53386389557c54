// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

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
// settings that nobody had changed yet. Gateways obey from their next request on.
func (a *Admin) ChangePreferences(ctx context.Context, who access.Actor, p access.Preferences, act Act) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbChangePreferences, objectPreferences, act, func(tx *store.Tx) (outcome, error) {
		before, err := tx.FindPreferences()
		if err != nil {
			return outcome{}, err
		}
		if before.Version != act.Version {
			return outcome{}, stale(objectPreferences, "The preferences")
		}
		words := preferenceWords(before.Preferences, p)
		if words == "" {
			return outcome{Result: Result{Version: before.Version, Text: "Nothing has changed.", Shadow: p.Shadow}}, nil
		}
		if err := tx.SavePreferences(p, before.Version, who.Name); err != nil {
			return outcome{}, err
		}
		detail := words
		if act.Reason != "" {
			detail += "; " + act.Reason
		}
		tx.Audit(entry(who, string(access.VerbChangePreferences), "Preferences", objectPreferences, detail))
		return outcome{Change: &p, Result: Result{Version: before.Version + 1, Text: "Saved. " + words + ".", Shadow: p.Shadow}}, nil
	})
	if err == nil && !out.Result.Replayed && out.Change != nil {
		a.wakeSweep()
	}
	return out.Result, err
}
