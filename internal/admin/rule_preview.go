// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// A preview of a rule asks of every record, in the order of the walk, what the walk would ask, and goes by the same
// numbers: so what it says is what the walk then does (Y-07).

// refusalDays is how far back refusals are counted for a preview.
const refusalDays = 7

// ruled is one record that a rule speaks of before a change, or after it.
type ruled struct {
	record  access.Record
	was, is store.RuledState // empty: it does not speak of it
	from    netip.Addr       // where its last request came from
}

// replayed is what a change of a rule would come to.
type replayed struct {
	held, waiting, released int64
	list                    []ruled // those it speaks of before or after, in the order in which they were made
	records, known, hits    int     // of rules that look at addresses: records, those whose last address is known, and is meant
}

// replay works out what changing a rule from before to after would do to the records that there are. nil: there is
// no such rule.
func (a *Admin) replay(ctx context.Context, before, after *store.Blocking) (r replayed, err error) {
	states := map[access.AssociationID]store.RuledState{}
	if before != nil {
		if states, err = a.ruledBy(ctx, before.ID); err != nil {
			return r, err
		}
		for _, s := range states {
			switch s {
			case store.RuledHeld:
				r.held++
			case store.RuledReleased:
				r.released++
			}
		}
	}
	in := a.inScopeOnce(ctx)
	var waiting []int
	now := a.now().UTC()
	for at := int64(0); ; {
		list, next, err := a.store.Stretch(ctx, at, 1000)
		if err != nil {
			return r, err
		}
		for i := range list {
			as := &list[i]
			r.records++
			one := ruled{record: as.Record, was: states[as.ID], from: as.LastAddr()}
			speaks := false
			if after != nil {
				r.address(after, as)
				if speaks, err = ruling.Speaks(after, as, now, func(s *access.Scope) (bool, error) { return in(as.Person, s) }); err != nil {
					return r, err
				}
			}
			if one.is = r.next(after, one.was, speaks); one.is == store.RuledWaiting {
				waiting = append(waiting, len(r.list))
			}
			if one.was != "" || one.is != "" || looksAtAddress(before) || looksAtAddress(after) {
				r.list = append(r.list, one)
			}
		}
		if at = next; next == 0 {
			break
		}
	}
	for _, i := range waiting { // those that came before room was made
		if r.room(after) {
			r.list[i].is = store.RuledHeld
			r.held++
			r.waiting--
		}
	}
	return r, nil
}

// next is what becomes of one record, as store.SetRuling does it.
func (r *replayed) next(after *store.Blocking, was store.RuledState, speaks bool) store.RuledState {
	switch {
	case !speaks:
		switch was {
		case store.RuledHeld:
			r.held--
		case store.RuledReleased:
			r.released--
		}
		return ""
	case was == store.RuledHeld || was == store.RuledReleased:
		return was
	case r.room(after):
		r.held++
		return store.RuledHeld
	}
	r.waiting++
	return store.RuledWaiting
}

func (r *replayed) room(b *store.Blocking) bool {
	now := *b
	now.Records, now.Released = r.held, r.released
	return now.Room()
}

// address counts for rules about networks what last addresses say.
func (r *replayed) address(b *store.Blocking, as *access.Association) {
	addr := as.LastAddr()
	if !looksAtAddress(b) || !addr.IsValid() {
		return
	}
	r.known++
	if slices.ContainsFunc(b.Networks, func(p netip.Prefix) bool { return p.Contains(addr) }) != b.Outside {
		r.hits++
	}
}

func looksAtAddress(b *store.Blocking) bool { return b != nil && b.Kind == access.BlockingNetwork }

// number is how many records a person confirms: those that the rule would hold, or, where gateways ask each request
// of everybody themselves, those whose last request it would have met.
func (r *replayed) number(b *store.Blocking) int64 {
	if b != nil && looksAtAddress(b) && b.ForEverybody() {
		return int64(r.hits)
	}
	return r.held + r.waiting
}

// ruledBy gives how a rule stands to every record that it speaks of.
func (a *Admin) ruledBy(ctx context.Context, id access.BlockingID) (map[access.AssociationID]store.RuledState, error) {
	const page = 2000
	states := map[access.AssociationID]store.RuledState{}
	for at := access.AssociationID(""); ; {
		list, err := a.store.RuledBy(ctx, id, at, page)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			states[r.Association], at = r.State, r.Association
		}
		if len(list) < page {
			return states, nil
		}
	}
}

// inScopeOnce asks once of each person.
func (a *Admin) inScopeOnce(ctx context.Context) func(access.UserID, *access.Scope) (bool, error) {
	known := map[access.UserID]bool{}
	return func(id access.UserID, s *access.Scope) (bool, error) {
		if s == nil {
			return true, nil
		}
		in, asked := known[id]
		if asked {
			return in, nil
		}
		in, err := a.store.InScope(ctx, id, s)
		known[id] = in
		return in, err
	}
}

// withRules is a view with other blocking rules, and one record as it would be.
type withRules struct {
	access.View
	rules  []*access.Blocking
	record *access.Record
}

func (v *withRules) Blockings() []*access.Blocking { return v.rules }

func (v *withRules) Record(p access.Pair) *access.Record {
	if v.record != nil && p == v.record.Pair {
		return v.record
	}
	return v.View.Record(p)
}

// rulesWith gives the rules of a view but one, with what stands in its place; nil: nothing.
func rulesWith(v access.View, id access.BlockingID, instead *store.Blocking) []*access.Blocking {
	list := slices.DeleteFunc(slices.Clone(v.Blockings()), func(b *access.Blocking) bool { return b.ID == id })
	if instead != nil && instead.Enabled {
		b := instead.Blocking
		b.Scoped = !instead.ForEverybody()
		list = append(list, &b)
	}
	access.SortBlockings(list)
	return list
}

// underRule is a record's ruling with one rule in another state.
func underRule(g *access.Ruling, id access.BlockingID, state store.RuledState) *access.Ruling {
	out := access.Ruling{}
	if g != nil {
		out = access.Ruling{Rules: slices.Clone(g.Rules), Released: slices.Clone(g.Released), OverLimit: g.OverLimit}
	}
	other := func(x access.BlockingID) bool { return x == id }
	out.Rules, out.Released = slices.DeleteFunc(out.Rules, other), slices.DeleteFunc(out.Released, other)
	switch state {
	case store.RuledReleased:
		out.Released = append(out.Released, id)
		fallthrough
	case store.RuledHeld:
		out.Rules = append(out.Rules, id)
	}
	slices.Sort(out.Rules)
	slices.Sort(out.Released)
	return &out
}

// newRule stands for the id of a rule that is not there yet.
const newRule access.BlockingID = "~new"

// previewRule says what changing a rule from before to after would do; nil: there is no such rule.
func (a *Admin) previewRule(ctx context.Context, who access.Actor, before, after *store.Blocking) (RulePreview, error) {
	v, now := a.snapshot(), a.now().UTC()
	out := RulePreview{Preview: Preview{At: now, Position: v.Position()}}
	id := newRule
	if before != nil {
		id = before.ID
	}
	if after != nil {
		fresh := *after
		if fresh.ID = id; fresh.Order == 0 {
			fresh.Order = lastPlace(v) + 1
		}
		after = &fresh
		names, err := a.userNames(ctx, who, fresh.Users)
		if err != nil {
			return RulePreview{}, err
		}
		out.Sentence, out.ByRequest = sentenceOf(after, names), after.Kind.ByRequest() && after.ForEverybody()
	}
	r, err := a.replay(ctx, before, after)
	if err != nil {
		return RulePreview{}, err
	}
	out.Records = r.records
	out.WouldHold, out.WouldWait, out.Speaks, out.Number = r.held, r.waiting, r.held+r.waiting+r.released, r.number(after)
	if after == nil {
		out.WouldHold, out.Number, out.Speaks = 0, 0, 0
	}
	was, is := &withRules{View: v, rules: rulesWith(v, id, before)}, &withRules{View: v, rules: rulesWith(v, id, after)}
	var blocked, allowed, reworded []PreviewChange
	for i := range r.list {
		if i%4096 == 0 && ctx.Err() != nil {
			return RulePreview{}, ctx.Err()
		}
		one := &r.list[i]
		then := one.record
		then.Ruling = underRule(one.record.Ruling, id, one.is)
		was.record, is.record = &one.record, &then
		d0, d1 := judgeOn(was, &one.record, "", one.from, now), judgeOn(is, &then, "", one.from, now)
		if d0.Verdict == d1.Verdict && d0.Rule == d1.Rule && d0.Shadow == d1.Shadow && d0.Detail == d1.Detail {
			continue
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
			*to = append(*to, PreviewChange{ID: then.ID, Pair: then.Pair, Linked: then.Linked(), Before: d0.Why(), After: d1.Why()})
		}
	}
	out.Changes = slices.Concat(blocked, allowed, reworded)
	out.Truncated = len(out.Changes) < out.ToBlocked+out.ToAllowed+out.Reworded
	if out.Notes, err = a.ruleNotes(ctx, after, &r, now); err != nil {
		return RulePreview{}, err
	}
	return veiled(ctx, a, who, out, nil)
}

func lastPlace(v access.View) (n int) {
	for _, b := range v.Blockings() {
		n = max(n, b.Order)
	}
	return n
}

// ruleNotes says what records cannot tell.
func (a *Admin) ruleNotes(ctx context.Context, b *store.Blocking, r *replayed, now time.Time) (list []string, err error) {
	if b == nil || !b.Enabled {
		return nil, nil
	}
	if r.waiting > 0 {
		list = append(list, count(int(r.waiting), "more record waits", "more records wait")+" until somebody confirms: the rule may hold "+fmt.Sprint(max(b.Most, b.Confirmed))+".")
	}
	if b.Kind.ByRequest() && b.ForEverybody() {
		list = append(list, "It is for everybody and asked of each request: once it is in force no number of records limits it.")
	}
	switch b.Kind {
	case access.BlockingNetwork:
		list = append(list, fmt.Sprintf("Where phones come from is known of their last request alone: it would have met the rule with %d of %d records whose last address is known.", r.hits, r.known))
	case access.BlockingCommand:
		list = append(list, "Which commands phones use is not recorded: how many would meet it, nobody can say.")
	case access.BlockingUnseen:
	default:
		if b.ForEverybody() {
			list = append(list, "Phones that have never been seen before meet it with their first request, as far as they say what they are.")
		}
	}
	sums, err := a.store.SumTallies(ctx, now.AddDate(0, 0, -refusalDays), now)
	if err != nil {
		return nil, err
	}
	refused := int64(0)
	for _, s := range sums {
		if s.Verdict != access.VerdictPass.String() {
			refused += s.Count
		}
	}
	if refused > 0 {
		list = append(list, fmt.Sprintf("%d requests were refused within the last %d days. They are counted by reason alone, so that nobody can say which of them the rule would have spoken of.", refused, refusalDays))
	}
	return list, nil
}

// PreviewRule says what a new rule (id empty) or a change of one would do now, by the last facts of every record.
// RuleForm.Confirm is taken for granted.
func (a *Admin) PreviewRule(ctx context.Context, who access.Actor, id access.BlockingID, f RuleForm) (RulePreview, error) {
	if err := who.May(access.VerbChangeRule); err != nil {
		return RulePreview{}, err
	}
	b := f.rule(who)
	if err := f.valid(&b); err != nil {
		return RulePreview{}, err
	}
	b.Confirmed = int(f.Confirm)
	find := func(id access.UserID) (*access.User, error) { return a.store.FindUser(ctx, id) }
	if id == "" {
		if err := usersThere(find, b.Users, nil); err != nil {
			return RulePreview{}, err
		}
		return a.previewRule(ctx, who, nil, &b)
	}
	before, err := a.store.FindBlocking(ctx, id)
	if err != nil {
		return RulePreview{}, ruleGone(err)
	}
	if err := usersThere(find, b.Users, before.Users); err != nil {
		return RulePreview{}, err
	}
	if b.Order == 0 {
		b.Order = before.Order
	}
	if f.Confirm > 0 {
		b.Confirmed += int(before.Released)
	}
	if f.Confirm == 0 && !newMeaning(before, &b) {
		b.Confirmed = before.Confirmed
	}
	out, err := a.previewRule(ctx, who, before, &b)
	if err == nil && stricter(before.Action, b.Action) && b.Enabled && b.Most > 0 && before.Records > int64(b.Most) && f.Confirm == 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("It holds %d records, more than %d: to do more to them than before has to be confirmed.", before.Records, b.Most))
	}
	return out, err
}

// PreviewConfirmRule says what ConfirmRule would do now.
func (a *Admin) PreviewConfirmRule(ctx context.Context, who access.Actor, id access.BlockingID) (RulePreview, error) {
	if err := who.May(access.VerbConfirmRule); err != nil {
		return RulePreview{}, err
	}
	before, err := a.store.FindBlocking(ctx, id)
	if err != nil {
		return RulePreview{}, ruleGone(err)
	}
	after := *before
	after.Confirmed = int(before.Records + before.Waiting + before.Released)
	out, err := a.previewRule(ctx, who, before, &after)
	out.Number = before.Records + before.Waiting
	return out, err
}

// PreviewDeleteRule says what DeleteRule would do now.
func (a *Admin) PreviewDeleteRule(ctx context.Context, who access.Actor, id access.BlockingID) (RulePreview, error) {
	if err := who.May(access.VerbChangeRule); err != nil {
		return RulePreview{}, err
	}
	before, err := a.store.FindBlocking(ctx, id)
	if err != nil {
		return RulePreview{}, ruleGone(err)
	}
	return a.previewRule(ctx, who, before, nil)
}
