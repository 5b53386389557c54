// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/netip"
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
	then, err := a.limitsUnder(ctx, *v.Preferences(), p)
	if err != nil {
		return Preview{}, err
	}
	out, err := preview(ctx, v, *v.Preferences(), p, then, a.now().UTC())
	return veiled(ctx, a, who, out, err)
}

func preview(ctx context.Context, v Snapshot, before, after access.Preferences, then limits, now time.Time) (Preview, error) {
	out := Preview{At: now, Position: v.Position(), Notes: notes(before, after)}
	views := [2]access.View{&withPreferences{v, &before}, &withServers{&withRules{View: &withPreferences{v, &after}, rules: v.Blockings()}, then.first}}
	is := views[1].(*withServers).View.(*withRules)
	var blocked, allowed, reworded []PreviewChange
	v.EachRecord(func(r *access.Record) bool {
		if out.Records++; out.Records%4096 == 0 && ctx.Err() != nil {
			return false
		}
		server := then.server[r.ID]
		is.record = then.record(r)
		d0, d1 := judgeOn(views[0], r, server, netip.Addr{}, now), judgeOn(views[1], is.record, server, netip.Addr{}, now)
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

// limits is what limits of devices would come to under other preferences.
type limits struct {
	over   map[access.AssociationID]bool   // beyond the number of devices; nil: as it is
	server map[access.AssociationID]string // the kind of mail server that a record is on
	first  map[string]string               // of a phone: that of its earliest record
}

// record is a record as it would be.
func (l *limits) record(r *access.Record) *access.Record {
	if l.over == nil || l.over[r.ID] == (r.Ruling != nil && r.Ruling.OverLimit) {
		return r
	}
	then := *r
	g := access.Ruling{}
	if r.Ruling != nil {
		g = *r.Ruling
	}
	g.OverLimit = l.over[r.ID]
	then.Ruling = &g
	return &then
}

// withServers is a view in which it is known on which kind of mail server phones began.
type withServers struct {
	access.View
	first map[string]string
}

func (v *withServers) EASDevice(id string) *access.EASDevice {
	e := v.View.EASDevice(id)
	kind := v.first[id]
	if kind == "" || e != nil && e.ServerType == kind {
		return e
	}
	then := access.EASDevice{ID: id}
	if e != nil {
		then = *e
	}
	then.ServerType = kind
	return &then
}

// limitsUnder works out from all records which of them would be beyond the limits of devices, where these change.
func (a *Admin) limitsUnder(ctx context.Context, before, after access.Preferences) (l limits, err error) {
	number, servers := before.DeviceLimit != after.DeviceLimit, before.OneServerType || after.OneServerType
	if !number && !servers {
		return l, nil
	}
	gateways, err := a.store.ListGateways(ctx)
	if err != nil {
		return l, err
	}
	types := access.NewServerTypes(gateways)
	accounts, phones := map[access.Account][]access.Association{}, map[string][]access.Association{}
	l.server, l.first = map[access.AssociationID]string{}, map[string]string{}
	for at := int64(0); ; {
		list, next, err := a.store.Stretch(ctx, at, 1000)
		if err != nil {
			return l, err
		}
		for i := range list {
			as := &list[i]
			small := access.Association{Record: as.Record, FirstSync: as.FirstSync, Backend: as.Backend}
			if number {
				acc := access.Account{Realm: as.Pair.Realm, Account: as.Pair.Account}
				accounts[acc] = append(accounts[acc], small)
			}
			if servers {
				l.server[as.ID] = types.Of(as)
				phones[as.Pair.Device] = append(phones[as.Pair.Device], small)
			}
		}
		if at = next; next == 0 {
			break
		}
	}
	if number {
		l.over = map[access.AssociationID]bool{}
		now := a.now().UTC()
		for _, list := range accounts {
			for i, over := range access.OverLimit(list, after.DeviceLimit, now) {
				if over {
					l.over[list[i].ID] = true
				}
			}
		}
	}
	for id, list := range phones {
		l.first[id] = types.First(list)
	}
	return l, nil
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
	say(before.DeviceLimit != after.DeviceLimit && after.DeviceLimit > 0,
		"Each mailbox keeps the "+count(after.DeviceLimit, "phone", "phones")+" that came first. A further one is refused from its second contact on, until one of the others is removed or blocked.")
	say(!before.OneServerType && after.OneServerType, "An account of a phone that began on another type of mail server is refused. Of servers whose type no gateway has told, nothing is known.")
	users := before.UnknownUsersUnregistered != after.UnknownUsersUnregistered && after.UnknownUsersUnregistered
	say(users && !after.AutoBlock, "As long as Auto Block is off, accounts of unknown users are let through like everything that is not registered.")
	say(users && after.AutoBlock, "An account of an unknown user is let through as soon as it belongs to a user.")
	return out
}
