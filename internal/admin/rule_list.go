// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListRules gives all blocking rules, in the order in which they speak.
func (a *Admin) ListRules(ctx context.Context, who access.Actor) ([]RuleRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	walk, err := a.walkNow(ctx)
	if err != nil {
		return nil, err
	}
	list, err := a.store.ListBlockings(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]RuleRow, len(list))
	for i := range list {
		if rows[i], err = a.ruleRow(ctx, who, &list[i], walk); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (a *Admin) ruleRow(ctx context.Context, who access.Actor, b *store.Blocking, walk Walk) (r RuleRow, err error) {
	r = RuleRow{Blocking: *b, Held: b.Records, Walk: walk}
	if r.UserNames, err = a.userNames(ctx, who, b.Users); err != nil {
		return r, err
	}
	r.Sentence = sentenceOf(b, r.UserNames)
	if b.Action == access.ActionQuarantine {
		r.Released = b.Released
	}
	return r, nil
}

// userNames calls users by their names, as far as the actor may see them.
func (a *Admin) userNames(ctx context.Context, who access.Actor, ids []access.UserID) (map[access.UserID]string, error) {
	names := map[access.UserID]string{}
	for _, id := range ids {
		u, err := a.store.FindUser(ctx, id)
		if err == nil {
			err = a.mayTouch(ctx, who, id)
		}
		if known(err) != nil {
			return nil, err
		}
		if err == nil {
			names[id] = u.Name
		}
	}
	return names, nil
}

// RulesWaiting gives the rules that wait for a person, to whom may confirm them; to others none.
func (a *Admin) RulesWaiting(ctx context.Context, who access.Actor) ([]RuleRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if who.May(access.VerbConfirmRule) != nil {
		return nil, nil
	}
	list, err := a.store.ListBlockings(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(b store.Blocking) bool { return !b.Enabled || b.Waiting == 0 || b.Room() })
	var rows []RuleRow
	for i := range list {
		r, err := a.ruleRow(ctx, who, &list[i], Walk{})
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// FindRule gives one rule.
func (a *Admin) FindRule(ctx context.Context, who access.Actor, id access.BlockingID) (RuleDetails, error) {
	if err := who.May(access.VerbView); err != nil {
		return RuleDetails{}, err
	}
	walk, err := a.walkNow(ctx) // first: a walk that is over has counted what the rule says then
	if err != nil {
		return RuleDetails{}, err
	}
	b, err := a.store.FindBlocking(ctx, id)
	if err != nil {
		return RuleDetails{}, ruleGone(err)
	}
	var d RuleDetails
	if d.RuleRow, err = a.ruleRow(ctx, who, b, walk); err != nil {
		return RuleDetails{}, err
	}
	if who.May(access.VerbViewAudit) == nil {
		d.Timeline, err = a.timelineOf(ctx, who, []string{string(id)}, 0, maxTimeline)
	}
	return d, err
}

// ListRuled gives a page of the records that a rule, or the quarantine, speaks of, the latest first.
func (a *Admin) ListRuled(ctx context.Context, who access.Actor, q RuledQuery) (RuledPage, error) {
	if err := who.May(access.VerbView); err != nil {
		return RuledPage{}, err
	}
	if q.State != "" && q.State != store.RuledHeld && q.State != store.RuledWaiting && q.State != store.RuledReleased {
		return RuledPage{}, access.Invalid("admin: rules", "A rule holds records, lets them wait, or they are released from it.")
	}
	list, err := a.store.ListBlockings(ctx)
	if err != nil {
		return RuledPage{}, err
	}
	rules := map[access.BlockingID]*store.Blocking{}
	var ids []access.BlockingID
	for i := range list {
		b := &list[i]
		if b.ID == q.Rule || q.Rule == "" && b.Action == access.ActionQuarantine && b.Enabled {
			rules[b.ID] = b
			ids = append(ids, b.ID)
		}
	}
	if q.Rule != "" && len(ids) == 0 {
		return RuledPage{}, ruleGone(access.NotFound("admin: rule", ""))
	}
	p, err := a.store.Ruled(ctx, store.RuledQuery{Rules: ids, State: q.State, Cursor: q.Cursor, Limit: q.Limit, Scope: who.Scope})
	if err != nil {
		return RuledPage{}, err
	}
	records := make([]access.Association, len(p.Rows))
	for i := range p.Rows {
		records[i] = p.Rows[i].Record
	}
	rows, err := a.rowsFor(ctx, who, records)
	if err == nil {
		err = a.number(ctx, rows)
	}
	if err != nil {
		return RuledPage{}, err
	}
	out := RuledPage{Next: p.Next, Partial: p.Partial}
	for i := range rows {
		b := rules[p.Rows[i].Rule]
		rule, err := a.recordRule(ctx, who, b, &p.Rows[i].Ruled)
		if err != nil {
			return RuledPage{}, err
		}
		out.Rows = append(out.Rows, RuledRow{Row: rows[i], Rule: rule})
	}
	return veiled(ctx, a, who, out, nil)
}

// recordRule says how a rule stands to a record.
func (a *Admin) recordRule(ctx context.Context, who access.Actor, b *store.Blocking, r *store.Ruled) (RecordRule, error) {
	names, err := a.userNames(ctx, who, b.Users)
	out := RecordRule{ID: b.ID, Name: b.Name, Action: b.Action, Sentence: sentenceOf(b, names), State: r.State, Since: r.At,
		ReleasedBy: r.ReleasedBy, ReleasedAt: r.ReleasedAt}
	if verb := turnOf(b, r); verb != "" && who.May(verb) == nil {
		out.Can = []access.Verb{verb}
	}
	return out, err
}

// turnOf is what may be done with a record and the quarantine of a rule; empty: nothing.
func turnOf(b *store.Blocking, r *store.Ruled) access.Verb {
	switch {
	case b.Action != access.ActionQuarantine || !b.Enabled:
		return ""
	case r.State == store.RuledHeld:
		return access.VerbReleaseRecord
	case r.State == store.RuledReleased:
		return access.VerbHoldAgain
	}
	return ""
}

// ruledOf gives the rules in force that speak of a record, in the order in which they do.
func (a *Admin) ruledOf(ctx context.Context, who access.Actor, id access.AssociationID) (out []RecordRule, err error) {
	list, err := a.store.RulesOf(ctx, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rules, err := a.store.ListBlockings(ctx)
	if err != nil {
		return nil, err
	}
	for i := range rules {
		for j := range list {
			if list[j].Rule != rules[i].ID || !rules[i].Enabled {
				continue
			}
			r, err := a.recordRule(ctx, who, &rules[i], &list[j])
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// mostCounted is how far the quarantine is counted for who sees some users alone.
const mostCounted = 500

// CountQuarantine counts the records that quarantine holds; of who sees some users alone those of theirs, at most 500.
func (a *Admin) CountQuarantine(ctx context.Context, who access.Actor) (n int64, err error) {
	if err := who.May(access.VerbView); err != nil {
		return 0, err
	}
	list, err := a.store.ListBlockings(ctx)
	if err != nil {
		return 0, err
	}
	var ids []access.BlockingID
	for i := range list {
		if b := &list[i]; b.Enabled && b.Action == access.ActionQuarantine {
			n += b.Records
			ids = append(ids, b.ID)
		}
	}
	if who.Scope == nil || n == 0 {
		return n, nil
	}
	p, err := a.store.Ruled(ctx, store.RuledQuery{Rules: ids, Limit: mostCounted, Scope: who.Scope})
	return int64(len(p.Rows)), err
}
