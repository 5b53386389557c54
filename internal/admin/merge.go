// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxMerge is how many records of an account can be joined with another's.
const maxMerge = 500

// settingMerge keeps, under the name of an alias, what a merge has joined, so that it can part again after
// its outcome is forgotten.
const settingMerge = "merge."

// merged is what a merge has done: enough to take it back.
type merged struct {
	Merge   Merge                `json:"merge"`
	Aliases []string             `json:"aliases,omitempty"` // names that were names of From
	Before  []access.Association `json:"before,omitempty"`  // every record it changed or removed, as it was
	After   map[string]int64     `json:"after,omitempty"`   // versions of those that remain, by id
	Owners  [2]access.UserID     `json:"owners,omitempty"`  // of From and of To
	Taken   access.UserID        `json:"taken,omitempty"`   // who has lost From by it

	now map[access.AssociationID]*access.Association // while it is taken back: those that remain, as they are
}

// PreviewMerge says what merging two names would do now: which records join, which override wins, and
// whether a phone's verdict changes.
func (a *Admin) PreviewMerge(ctx context.Context, who access.Actor, m Merge) (MergePreview, error) {
	if err := who.May(access.VerbMergeAccounts); err != nil {
		return MergePreview{}, err
	}
	var out MergePreview
	v, now := a.snapshot(), a.now().UTC()
	err := a.rehearsed(ctx, func(tx *store.Tx) error {
		plan, err := a.planMerge(tx, who, m)
		if err != nil {
			return err
		}
		was := make([]access.Association, 0, 2*len(plan.steps))
		for i := range plan.steps {
			was = append(was, plan.steps[i].from)
			if to := plan.steps[i].to; to != nil {
				was = append(was, *to)
			}
		}
		before, err := sight(tx, v, was)
		if err != nil {
			return err
		}
		limited, err := overLimit(tx, plan.Realm, plan.From, plan.To)
		if err != nil {
			return err
		}
		if _, err := a.merge(tx, who, &plan, ""); err != nil {
			return err
		}
		if err := ruling.Settle(tx); err != nil {
			return err
		}
		if err := plan.noteLimit(tx, limited); err != nil {
			return err
		}
		out, err = a.mergePreview(tx, v, before, &plan, now)
		return err
	})
	return veiled(ctx, a, who, out, err)
}

// overLimit gives the records of some accounts that are beyond the number of phones of their mailbox; nil: there is no
// such number.
func overLimit(tx *store.Tx, realm string, accounts ...string) (map[access.AssociationID]bool, error) {
	if tx.DeviceLimit() == 0 {
		return nil, nil
	}
	over := map[access.AssociationID]bool{}
	for _, account := range accounts {
		list, err := tx.RecordsOfAccount(realm, account, maxReach)
		if err != nil {
			return nil, err
		}
		for i := range list {
			over[list[i].ID] = list[i].Ruling != nil && list[i].Ruling.OverLimit
		}
	}
	return over, nil
}

// noteLimit says what a merge that was rehearsed has done to phones of the mailbox that it does not move.
func (p *mergePlan) noteLimit(tx *store.Tx, before map[access.AssociationID]bool) error {
	after, err := overLimit(tx, p.Realm, p.To)
	if err != nil || before == nil {
		return err
	}
	for i := range p.steps {
		delete(after, p.steps[i].result.ID)
	}
	more := 0
	for id, over := range after {
		if over && !before[id] {
			more++
		}
	}
	if more > 0 {
		p.notes = append(p.notes, count(more, "other phone of the mailbox is", "other phones of the mailbox are")+" more than it may have then, and refused.")
	}
	return nil
}

// mergePreview puts what a merge has done, in this transaction, beside what was.
func (a *Admin) mergePreview(tx *store.Tx, v access.View, before *overlay, plan *mergePlan, now time.Time) (MergePreview, error) {
	out := MergePreview{Merge: plan.Merge, Notes: plan.notes}
	is := make([]access.Association, len(plan.steps))
	for i := range plan.steps {
		as, err := tx.FindAssociation(plan.steps[i].result.ID)
		if err != nil {
			return out, err
		}
		is[i] = *as
	}
	after, err := sight(tx, v, is)
	if err != nil {
		return out, err
	}
	if u, err := tx.UserOf(plan.Realm, plan.To); err == nil {
		after.accounts[access.Account{Realm: plan.Realm, Account: plan.To}] = &access.AccountState{Realm: plan.Realm, Account: plan.To, Disabled: u.Disabled}
	} else if known(err) != nil {
		return out, err
	}
	for i := range plan.steps {
		s := &plan.steps[i]
		d := judge(after, &is[i].Record, now)
		step := MergeStep{From: row(before, &s.from, now), After: d.Why(), Kept: is[i].ID, Word: is[i].Override}
		step.Change = step.From.Decision.Blocked() != d.Blocked()
		if s.to != nil {
			to := row(before, s.to, now)
			step.To = &to
			step.Change = step.Change || to.Decision.Blocked() != d.Blocked()
		}
		out.Steps = append(out.Steps, step)
	}
	return out, nil
}

// mergePlan is what a merge would do, worked out before anything is done.
type mergePlan struct {
	Merge
	steps  []mergeStep
	owners [2]*access.User
	notes  []string
}

type mergeStep struct {
	from   access.Association
	to     *access.Association
	result access.Association
}

func (a *Admin) planMerge(tx *store.Tx, who access.Actor, m Merge) (mergePlan, error) {
	const op = "admin: merge"
	p := mergePlan{Merge: m}
	to, err := a.canonical(tx, m.Realm, m.To)
	if err == nil {
		err = a.knownRealm(tx, to.Realm)
	}
	if err != nil {
		return p, err
	}
	source, err := a.spell(tx, to.Realm, m.From)
	if err != nil {
		return p, err
	}
	from := source.Account
	m.Realm = to.Realm
	p.Realm, p.From, p.To = to.Realm, from, to.Account
	if now, err := tx.ResolveAccount(m.Realm, from); err != nil {
		return p, err
	} else if now != from {
		return p, access.Conflict(op, from+" is another name of "+now+" already. Split them first.")
	}
	if p.From == p.To {
		return p, access.Invalid(op, "These are one name. Choose two.")
	}
	for i, name := range []string{p.From, p.To} {
		if err := ownerWithin(tx, who, access.Account{Realm: m.Realm, Account: name}); err != nil {
			return p, err
		}
		u, err := tx.UserOf(m.Realm, name)
		if known(err) != nil {
			return p, err
		}
		if err == nil {
			p.owners[i] = u
		}
	}
	fromList, err := tx.RecordsOfAccount(m.Realm, p.From, maxMerge+1)
	if err != nil {
		return p, err
	}
	toList, err := tx.RecordsOfAccount(m.Realm, p.To, maxMerge+1)
	if err != nil {
		return p, err
	}
	if len(fromList) > maxMerge || len(toList) > maxMerge {
		return p, access.Invalid(op, fmt.Sprintf("An account with more than %d phones is shared by many people and cannot be merged.", maxMerge))
	}
	for _, f := range fromList {
		s := mergeStep{from: f}
		for i := range toList {
			if toList[i].Pair.Device == f.Pair.Device && toList[i].Domain == f.Domain {
				s.to = &toList[i]
			}
		}
		s.result = joined(f, s.to, p.To, tx.Now())
		p.steps = append(p.steps, s)
	}
	p.note()
	return p, nil
}

func (p *mergePlan) note() {
	from, to := p.owners[0], p.owners[1]
	switch {
	case from != nil && to != nil && from.ID != to.ID:
		p.notes = append(p.notes, p.From+" belongs to "+from.Name+" and "+p.To+" to "+to.Name+": "+to.Name+" has both then.")
	case from != nil && to == nil:
		p.notes = append(p.notes, p.To+" belongs to nobody yet: "+from.Name+" has both then.")
	}
	if from != nil && from.Disabled && to == nil {
		p.notes = append(p.notes, from.Name+" is disabled: phones that come as "+p.To+" are refused for that too.")
	}
	if from != nil && from.Disabled && to != nil && !to.Disabled {
		p.notes = append(p.notes, from.Name+" is disabled, "+to.Name+" is not: phones that come as "+p.From+" are no longer refused for that.")
	}
	if len(p.steps) == 0 {
		p.notes = append(p.notes, "No phone has come as "+p.From+" yet. Those that will are taken for "+p.To+".")
	}
}

// joined is what becomes of a record of From: it moves to the account To or, where that has a record of
// the same device, both become the older one of them, with the strictest override, the earliest first
// contact, the latest last one, and both comments.
func joined(from access.Association, to *access.Association, account string, now time.Time) access.Association {
	if to == nil {
		from.Pair.Account = account
		return from
	}
	keep, lost := *to, from
	if from.FirstSync.Before(to.FirstSync) || from.FirstSync.Equal(to.FirstSync) && from.ID < to.ID {
		keep.ID, lost.ID = from.ID, to.ID
	}
	newer := to
	if from.FactsAt.After(to.FactsAt) {
		newer = &from
	}
	id, device, link, suggestion, replaces := keep.ID, to.Device, to.Link, to.Suggestion, to.Replaces
	mergedFrom := append(append([]access.AssociationID{}, to.MergedFrom...), from.MergedFrom...)
	clears := max(to.RedirectClears, from.RedirectClears)
	keep = *newer
	keep.ID, keep.Pair.Account = id, account
	keep.MergedFrom = append(mergedFrom, lost.ID)
	keep.RedirectClears = clears
	// A hand's word on the link stands before the matcher's, a link before none.
	keep.Device, keep.Link, keep.Suggestion, keep.Replaces = device, link, suggestion, replaces
	if rank(&from) > rank(to) {
		keep.Device, keep.Link, keep.Suggestion, keep.Replaces = from.Device, from.Link, from.Suggestion, from.Replaces
	}
	keep.Override = strictest(from.Override, to.Override, now)
	keep.FirstSync = earliest(from.FirstSync, to.FirstSync)
	if from.LastSync.After(to.LastSync) {
		keep.LastSync, keep.LastHTTP, keep.LastEAS, keep.Reported = from.LastSync, from.LastHTTP, from.LastEAS, from.Reported
	} else {
		keep.LastSync, keep.LastHTTP, keep.LastEAS, keep.Reported = to.LastSync, to.LastHTTP, to.LastEAS, to.Reported
	}
	if keep.LastSuccess = to.LastSuccess; from.LastSuccess.After(keep.LastSuccess) {
		keep.LastSuccess = from.LastSuccess
	}
	keep.Comment = comments(to.Comment, from.Comment)
	keep.Version = max(from.Version, to.Version)
	return keep
}

func rank(as *access.Association) int {
	switch {
	case as.Link.By == access.LinkedByHand && as.Linked():
		return 3
	case as.Link.By == access.LinkedByHand:
		return 2
	case as.Linked():
		return 1
	}
	return 0
}

// strictest is the override that remains of two: block before allow before none, and of two of a kind the
// one that speaks longer.
func strictest(a, b access.Override, now time.Time) access.Override {
	weight := func(o access.Override) int {
		switch {
		case !o.Speaks(now):
			return 0
		case o.Kind == access.OverrideBlock:
			return 2
		}
		return 1
	}
	x, y := weight(a), weight(b)
	switch {
	case x != y && x > y, x == y && x > 0 && longer(a, b):
		return a
	}
	return b
}

func longer(a, b access.Override) bool {
	return !b.Until.IsZero() && (a.Until.IsZero() || a.Until.After(b.Until))
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func comments(a, b string) string {
	switch {
	case a == b, b == "":
		return a
	case a == "":
		return b
	}
	return a + "\n" + b
}
