// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// The names of the settings of wipes.
const (
	settingWipes  = "wipe-safety"
	settingFreeze = "freeze"
)

// Bounds of the safety of wipes.
const (
	maxPerHour   = 10000
	maxWipeDelay = 7 * 24 * time.Hour
)

func defaultWipeSafety() WipeSafety { return WipeSafety{PerHour: 10} }

// WipeSafety gives what limits orders to wipe.
func (s *Settings) WipeSafety(ctx context.Context, who access.Actor) (WipeSafety, error) {
	w := defaultWipeSafety()
	if err := mayRead(who); err != nil {
		return w, err
	}
	var err error
	w.Kept, _, err = s.read(ctx, settingWipes, &w)
	return w, err
}

// ChangeWipeSafety replaces what limits orders to wipe. Orders that have been given already stay as they are.
func (s *Settings) ChangeWipeSafety(ctx context.Context, who access.Actor, w WipeSafety, act Act) (Result, error) {
	const op = "admin: wipe safety"
	switch {
	case w.PerHour < 0 || w.PerHour > maxPerHour:
		return Result{}, access.Invalid(op, fmt.Sprintf("Between 0 and %d wipes an hour can be allowed.", maxPerHour))
	case w.Delay < 0 || w.Delay > maxWipeDelay:
		return Result{}, access.Invalid(op, "The delay lies between nothing and 7 days.")
	case len(w.ExemptGroups) > 100:
		return Result{}, access.Invalid(op, "There are too many groups.")
	}
	groups := []string{}
	for _, g := range w.ExemptGroups {
		if g = strings.TrimSpace(g); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	w.ExemptGroups = groups
	old := defaultWipeSafety()
	return s.change(ctx, who, settingWipes, "Wipe safety", w, &old, nil, act, func() []string {
		var d diffs
		d.add("Wipes within an hour", old.PerHour, w.PerHour)
		d.add("Delay", inWords(old.Delay), inWords(w.Delay))
		d.add("Second approver", old.SecondApprover, w.SecondApprover)
		d.add("Groups that always need one", strings.Join(old.ExemptGroups, ", "), strings.Join(w.ExemptGroups, ", "))
		return d
	})
}

// Freeze says whether destructive orders are held: everybody who sees records sees that.
func (s *Settings) Freeze(ctx context.Context, who access.Actor) (Freeze, error) {
	var f Freeze
	if err := who.May(access.VerbView); err != nil {
		return f, err
	}
	var err error
	f.Kept, _, err = s.read(ctx, settingFreeze, &f)
	return f, err
}

// SetFreeze holds all destructive orders, or lets them go again: no wipe is ordered or approved and no device
// retired meanwhile, and phones are not told of wipes that wait for them. One that has been told already
// cannot be called back. Act.Reason is shown to everybody.
func (s *Settings) SetFreeze(ctx context.Context, who access.Actor, frozen bool, act Act) (Result, error) {
	verb := access.VerbUnfreeze
	if frozen {
		verb = access.VerbFreeze
	}
	out, err := s.admin.act(ctx, who, verb, objectOf(settingFreeze), act, frozen, func(tx *store.Tx) (outcome, error) {
		if _, err := tx.WipesSince(tx.Now()); err != nil { // nobody gives an order meanwhile
			return outcome{}, err
		}
		var f Freeze
		before, err := tx.Setting(settingFreeze, &f)
		switch {
		case err != nil:
			return outcome{}, err
		case act.Version != 0 && before.Version != act.Version:
			return outcome{}, stale(objectOf(settingFreeze), "This setting")
		case f.Frozen == frozen:
			return outcome{Result: Result{Version: before.Version, Text: "Nothing has changed."}}, nil
		}
		f = Freeze{Frozen: frozen, Reason: act.Reason, By: who.Name, At: tx.Now()}
		if err := tx.SaveSetting(settingFreeze, f, "", before.Version, who.Name); err != nil {
			return outcome{}, err
		}
		n, err := s.admin.holdWipes(tx, frozen)
		if err != nil {
			return outcome{}, err
		}
		what, text := "orders go", "Destructive orders go again."
		if frozen {
			what, text = "orders are held", "All destructive orders are held."
		}
		tx.Audit(entry(who, string(verb), "Destructive orders", objectOf(settingFreeze), because(what+", "+count(n, "wipe", "wipes")+" among them", act.Reason)))
		return outcome{Result: Result{Version: before.Version + 1, Text: text}}, nil
	})
	return out.Result, err
}

// holdForever is the moment before which a frozen order is not told: none that anybody lives to see.
func holdForever() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }

// holdWipes puts orders that no phone has been told of off for good, or back to when they were due.
func (a *Admin) holdWipes(tx *store.Tx, frozen bool) (int, error) {
	safety := defaultWipeSafety()
	if _, err := tx.Setting(settingWipes, &safety); err != nil {
		return 0, err
	}
	list, err := tx.PendingWipes()
	if err != nil {
		return 0, err
	}
	for i := range list {
		w := &list[i]
		if w.NotBefore = holdForever(); !frozen {
			w.NotBefore = latest(w.At, w.ApprovedAt).Add(safety.Delay)
		}
		if err := tx.SaveWipe(w); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// frozen refuses what must not be done while destructive orders are held.
func frozen(tx *store.Tx) error {
	var f Freeze
	if _, err := tx.Setting(settingFreeze, &f); err != nil {
		return err
	}
	if !f.Frozen {
		return nil
	}
	return access.Conflict("admin: freeze", frozenText(&f))
}

func frozenText(f *Freeze) string {
	return "All destructive orders are held since " + atTime(f.At) + " by " + f.By + detail(f.Reason) + " Nothing can be wiped or retired until an administrator lets them go again."
}
