// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// previewLimit is how many changes of each direction a preview lists.
const previewLimit = 200

// PreviewPreferences says what changing the preferences to p would do now. It asks the same Decide as
// the gateways about every record, and changes nothing.
func (a *Admin) PreviewPreferences(ctx context.Context, who access.Actor, p access.Preferences) (Preview, error) {
	if err := who.May(access.VerbChangePreferences); err != nil {
		return Preview{}, err
	}
	if err := p.Validate(); err != nil {
		return Preview{}, err
	}
	v := a.snapshot()
	p.DefaultPolicy = v.Preferences().DefaultPolicy
	out, err := preview(ctx, v, *v.Preferences(), p, a.now().UTC())
	return veiled(ctx, a, who, out, err)
}

func preview(ctx context.Context, v Snapshot, before, after access.Preferences, now time.Time) (Preview, error) {
	out := Preview{At: now, Position: v.Position(), Notes: notes(before, after)}
	views := [2]access.View{&withPreferences{v, &before}, &withPreferences{v, &after}}
	var blocked, allowed, reworded []PreviewChange
	v.EachRecord(func(r *access.Record) bool {
		if out.Records++; out.Records%4096 == 0 && ctx.Err() != nil {
			return false
		}
		d0, d1 := judge(views[0], r, now), judge(views[1], r, now)
		if d0.Verdict == d1.Verdict && d0.Rule == d1.Rule && d0.Shadow == d1.Shadow {
			return true
		}
		to := &reworded
		switch {
		case d0.Enforced() == d1.Enforced():
			out.Reworded++
		case d1.Enforced() != access.VerdictPass:
			out.ToBlocked++
			to = &blocked
		default:
			out.ToAllowed++
			to = &allowed
		}
		if len(*to) < previewLimit {
			*to = append(*to, PreviewChange{ID: r.ID, Pair: r.Pair, Linked: r.Linked(), Before: d0.Why(), After: d1.Why()})
		}
		return true
	})
	if err := ctx.Err(); err != nil {
		return Preview{}, err
	}
	out.Changes = append(append(blocked, allowed...), reworded...)
	out.Truncated = len(out.Changes) < out.ToBlocked+out.ToAllowed+out.Reworded
	return out, nil
}

// notes says in words what a change does that no record shows.
func notes(before, after access.Preferences) []string {
	var out []string
	say := func(changed bool, text string) {
		if changed {
			out = append(out, text)
		}
	}
	say(!before.AutoBlock && after.AutoBlock, "Phones that have never been seen before are refused until somebody allows them. They appear in the list, blocked.")
	say(before.AutoBlock && !after.AutoBlock, "Phones that have never been seen before are let through.")
	say(before.UnknownWhenAway != after.UnknownWhenAway && after.UnknownWhenAway == access.AnswerPass,
		"While a gateway cannot reach the console it lets phones through that it has never seen before.")
	say(before.UnknownWhenAway != after.UnknownWhenAway && after.UnknownWhenAway == access.AnswerRefuse,
		"While a gateway cannot reach the console it refuses phones that it has never seen before.")
	say(before.MaxVerdictAge != after.MaxVerdictAge && after.MaxVerdictAge > 0,
		"Known phones are treated as unknown once the console has been away for "+inWords(after.MaxVerdictAge)+".")
	say(before.MaxVerdictAge != after.MaxVerdictAge && after.MaxVerdictAge == 0,
		"Known phones keep their last verdict however long the console is away.")
	say(before.ReconcileEvery != after.ReconcileEvery, "Gateways and console compare everything every "+inWords(after.ReconcileEvery)+".")
	say(!before.Shadow && after.Shadow, "From now on nobody is refused: verdicts are only shown.")
	say(before.Shadow && !after.Shadow, "From now on verdicts are enforced.")
	say(!before.RefuseOtherUser && after.RefuseOtherUser, "Requests that name another user than their password belongs to are refused. No record shows which these are.")
	say(before.RefuseOtherUser && !after.RefuseOtherUser, "Requests that name another user than their password belongs to are let through again. No record shows which these are.")
	users := before.UnknownUsersUnregistered != after.UnknownUsersUnregistered && after.UnknownUsersUnregistered
	say(users && !after.AutoBlock, "As long as Auto Block is off, accounts of unknown users are let through like everything that is not registered.")
	say(users && after.AutoBlock, "An account of an unknown user is let through as soon as it belongs to a user.")
	return out
}
