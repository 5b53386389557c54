// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// MergeAccounts makes From another name of the account To: gateways judge who comes as From as To,
// and the records of both become those of To. Undo restores what was there, while nobody has changed the
// joined records; SplitAccounts does so later.
func (a *Admin) MergeAccounts(ctx context.Context, who access.Actor, m Merge, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbMergeAccounts, m.Realm+"/"+m.From, act, m, func(tx *store.Tx) (outcome, error) {
		p, err := a.planMerge(tx, who, m)
		if err != nil {
			return outcome{}, err
		}
		return a.merge(tx, who, &p, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) merge(tx *store.Tx, who access.Actor, p *mergePlan, reason string) (outcome, error) {
	done := merged{Merge: p.Merge, After: map[string]int64{}}
	if err := moveOwner(tx, p, &done); err != nil {
		return outcome{}, err
	}
	if err := tx.SaveAlias(access.Alias{Realm: p.Realm, From: p.From, To: p.To, By: who.Name}); err != nil {
		return outcome{}, err
	}
	for i := range p.steps {
		s := &p.steps[i]
		done.Before = append(done.Before, s.from)
		if s.to != nil {
			done.Before = append(done.Before, *s.to)
			lost := s.to.ID
			if s.result.ID == lost {
				lost = s.from.ID
			}
			if err := tx.DeleteAssociation(lost); err != nil {
				return outcome{}, err
			}
		}
		if err := tx.ReplaceAssociation(&s.result); err != nil {
			return outcome{}, err
		}
		if err := linking.Record(tx, &s.result); err != nil {
			return outcome{}, err
		}
		now, err := tx.FindAssociation(s.result.ID)
		if err != nil {
			return outcome{}, err
		}
		done.After[string(now.ID)] = now.Version
		what := "moved from " + p.From
		if s.to != nil {
			what = "joined with the record of " + p.From + "; " + overrideWords(s.from.Override) + " and " + overrideWords(s.to.Override) +
				" → " + overrideWords(now.Override)
		}
		tx.Audit(entry(who, string(access.VerbMergeAccounts), now.Pair.String(), string(now.ID), because(what, reason)))
	}
	for _, u := range p.people() {
		tx.Audit(entry(who, string(access.VerbMergeAccounts), u.Name, string(u.ID),
			because(p.From+" ("+p.Realm+") is another name of "+p.To+" now", reason)))
	}
	tx.Audit(entry(who, string(access.VerbMergeAccounts), p.From+" ("+p.Realm+")", p.Realm+"/"+p.From,
		beforeAfter("an account of its own", "another name of "+p.To, reason)))
	kept, err := tx.Setting(mergeName(p.Realm, p.From), nil)
	if err != nil {
		return outcome{}, err
	}
	if err := tx.SaveSetting(kept.Name, done, "", kept.Version, who.Name); err != nil {
		return outcome{}, err
	}
	return outcome{Merged: &done, Result: Result{Shadow: a.snapshot().Preferences().Shadow,
		Text: p.From + " is another name of " + p.To + " now. " + count(len(p.steps), "record has", "records have") + " become " + p.To + "'s."}}, nil
}

// people are the owners of both names, each once.
func (p *mergePlan) people() (list []*access.User) {
	for _, u := range p.owners {
		if u != nil && (len(list) == 0 || list[0].ID != u.ID) {
			list = append(list, u)
		}
	}
	return list
}

// moveOwner gives From to the owner of To, or both to the owner of From when To has none.
func moveOwner(tx *store.Tx, p *mergePlan, done *merged) error {
	from, to := p.owners[0], p.owners[1]
	if from == nil {
		return nil
	}
	done.Owners[0] = from.ID
	if to != nil {
		done.Owners[1] = to.ID
	}
	acc := access.Account{Realm: p.Realm, Account: p.From}
	at := slices.Index(from.Accounts, acc)
	if at < 0 {
		return nil
	}
	done.Taken = from.ID
	from.Accounts = slices.Delete(slices.Clone(from.Accounts), at, at+1)
	if to == nil {
		from.Accounts = append(from.Accounts, access.Account{Realm: p.Realm, Account: p.To})
	}
	return tx.SaveUser(from)
}

// mergeName is where a merge is kept; names are of any length, a setting's is not.
func mergeName(realm, from string) string { return settingMerge + sum(realm+"/"+from) }

// forgetMerge empties what is kept of a merge.
func forgetMerge(tx *store.Tx, who access.Actor, realm, from string) error {
	kept, err := tx.Setting(mergeName(realm, from), nil)
	if err != nil || kept.Version == 0 {
		return err
	}
	return tx.SaveSetting(kept.Name, merged{}, "", kept.Version, who.Name)
}

// SplitAccounts makes a name an account of its own again, as it was before the merge. Where a record that
// was joined has been changed since, it stays with To, and so does what phones have told since.
func (a *Admin) SplitAccounts(ctx context.Context, who access.Actor, realm, from string, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbSplitAccounts, realm+"/"+from, act, nil, func(tx *store.Tx) (outcome, error) {
		acc, err := a.spell(tx, realm, from)
		if err != nil {
			return outcome{}, err
		}
		realm, name := acc.Realm, acc.Account
		var done merged
		kept, err := tx.Setting(mergeName(realm, name), &done)
		if err != nil {
			return outcome{}, err
		}
		if kept.Version == 0 || done.Merge.From == "" {
			done = merged{Merge: Merge{Realm: realm, From: name}}
			if done.Merge.To, err = tx.ResolveAccount(realm, name); err != nil {
				return outcome{}, err
			}
		}
		return a.split(tx, who, &done, act.Reason, false)
	})
	return out.Result, err
}

func (a *Admin) undoMerge(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	return a.split(tx, who, done.Merged, "", true)
}

// split takes a merge back. strict refuses when a joined record has changed since.
func (a *Admin) split(tx *store.Tx, who access.Actor, done *merged, reason string, strict bool) (outcome, error) {
	m := done.Merge
	for _, name := range []string{m.From, m.To} {
		if err := ownerWithin(tx, who, access.Account{Realm: m.Realm, Account: name}); err != nil {
			return outcome{}, err
		}
	}
	if err := tx.DeleteAlias(m.Realm, m.From); err != nil {
		return outcome{}, err
	}
	event := string(access.VerbSplitAccounts)
	if strict {
		event = eventUndo
	}
	back := because("as it was before "+m.From+" became another name of "+m.To, reason)
	left, err := a.part(tx, done, strict, func(old *access.Association) {
		tx.Audit(entry(who, event, old.Pair.String(), string(old.ID), back))
	})
	if err != nil {
		return outcome{}, err
	}
	other, err := giveBack(tx, done, strict)
	if err != nil {
		return outcome{}, err
	}
	if err := linking.Accounts(tx, access.Account{Realm: m.Realm, Account: m.From}, access.Account{Realm: m.Realm, Account: m.To}); err != nil {
		return outcome{}, err
	}
	if err := forgetMerge(tx, who, m.Realm, m.From); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, event, m.From+" ("+m.Realm+")", m.Realm+"/"+m.From, beforeAfter("another name of "+m.To, "an account of its own", reason)))
	text := m.From + " is an account of its own again."
	if left > 0 {
		text += " " + count(left, "record has", "records have") + " changed since and stay" + plural(left, "s", "") + " with " + m.To + "."
	}
	if other != "" {
		text += " It belongs to " + other + " by now, and stays there."
	}
	return outcome{Result: Result{Text: text, Shadow: a.snapshot().Preferences().Shadow}}, nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// part brings the records back to what they were. What the phone has told of a joined record since belongs to
// the record of To, as which it was known; what it has told of one that only moved is its own. back is told
// each record that is.
func (a *Admin) part(tx *store.Tx, done *merged, strict bool, back func(*access.Association)) (left int, err error) {
	stays := map[access.AssociationID]bool{}
	done.now = map[access.AssociationID]*access.Association{}
	for id, version := range done.After {
		now, err := tx.FindAssociation(access.AssociationID(id))
		switch {
		case err == nil && now.Version == version:
			done.now[now.ID] = now
			continue
		case err != nil && access.KindOf(err) != access.KindNotFound:
			return 0, err
		case strict:
			return 0, access.Conflict("admin: undo", "Somebody has changed one of the joined records since. Split the accounts instead.")
		}
		stays[access.AssociationID(id)] = true
		left++
	}
	// Those of From first: they free the place that those of To come back to.
	slices.SortStableFunc(done.Before, func(x, y access.Association) int {
		return rankOf(x.Pair.Account == done.Merge.To) - rankOf(y.Pair.Account == done.Merge.To)
	})
	for _, old := range done.Before {
		if stays[old.ID] || stays[partner(done, &old)] {
			continue
		}
		keepNews(done, &old)
		if err := tx.ReplaceAssociation(&old); err != nil {
			var e *access.Error
			if !strict && errors.As(err, &e) && e.Kind == access.KindConflict {
				left++
				continue
			}
			return 0, err
		}
		back(&old)
	}
	return left, nil
}

// keepNews puts into a record as it was before a merge what has been heard of it since.
func keepNews(done *merged, old *access.Association) {
	was, other := *old, partner(done, old)
	now := done.now[old.ID]
	if other != "" {
		if old.Pair.Account != done.Merge.To {
			return
		}
		for i := range done.Before { // news is what both have not known
			if b := &done.Before[i]; b.ID == other {
				was.FactsAt, was.LastSync, was.LastSuccess = latest(was.FactsAt, b.FactsAt), latest(was.LastSync, b.LastSync), latest(was.LastSuccess, b.LastSuccess)
			}
		}
		if now == nil {
			now = done.now[other]
		}
	}
	if now == nil {
		return
	}
	if now.FactsAt.After(was.FactsAt) {
		fresh := *now
		fresh.Record, fresh.User, fresh.Link, fresh.Suggestion, fresh.Replaces, fresh.MergedFrom = old.Record, old.User, old.Link, old.Suggestion, old.Replaces, old.MergedFrom
		fresh.FirstSync, fresh.LastSync, fresh.LastSuccess, fresh.LastHTTP, fresh.LastEAS, fresh.Reported = old.FirstSync, old.LastSync, old.LastSuccess, old.LastHTTP, old.LastEAS, old.Reported
		fresh.Comment, fresh.Person, fresh.Version = old.Comment, old.Person, old.Version
		*old = fresh
	}
	if now.LastSync.After(was.LastSync) {
		old.LastSync, old.LastHTTP, old.LastEAS, old.Reported = now.LastSync, now.LastHTTP, now.LastEAS, now.Reported
	}
	if now.LastSuccess.After(was.LastSuccess) {
		old.LastSuccess = now.LastSuccess
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// partner is the record that an old one was joined with.
func partner(done *merged, old *access.Association) access.AssociationID {
	for i := range done.Before {
		b := &done.Before[i]
		if b.ID != old.ID && b.Pair.Device == old.Pair.Device && b.Domain == old.Domain {
			return b.ID
		}
	}
	return ""
}

func rankOf(later bool) int {
	if later {
		return 1
	}
	return 0
}

// giveBack gives From to whom it belonged. other is who has it by now, where that is somebody else; strict
// refuses then.
func giveBack(tx *store.Tx, done *merged, strict bool) (other string, err error) {
	if done.Taken == "" {
		return "", nil
	}
	u, err := tx.FindUser(done.Taken)
	if err != nil {
		return "", known(err)
	}
	m := done.Merge
	switch now, err := tx.UserOf(m.Realm, m.From); {
	case known(err) != nil:
		return "", err
	case err == nil && now.ID != u.ID && strict:
		return "", access.Conflict("admin: undo", m.From+" belongs to "+now.Name+" by now. Split the accounts instead.")
	case err == nil && now.ID != u.ID:
		return now.Name, nil
	}
	if done.Owners[1] == "" {
		u.Accounts = slices.DeleteFunc(u.Accounts, func(x access.Account) bool { return x.Realm == m.Realm && x.Account == m.To })
	}
	if from := (access.Account{Realm: m.Realm, Account: m.From}); !slices.Contains(u.Accounts, from) {
		u.Accounts = append(u.Accounts, from)
	}
	return "", tx.SaveUser(u)
}

// ListAliases gives the names that are other names of accounts, in the order of names: those after one.
func (a *Admin) ListAliases(ctx context.Context, who access.Actor, after access.Account, limit int) ([]access.Alias, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 100
	}
	list, err := a.store.ListAliases(ctx, after, limit)
	if err != nil || who.Scope == nil {
		return list, err
	}
	var out []access.Alias
	for _, l := range list {
		u, err := a.store.UserOf(ctx, l.Realm, l.To)
		if known(err) != nil {
			return nil, err
		}
		if err == nil && who.Scope.Covers(u.ID, u.Groups) {
			out = append(out, l)
		}
	}
	return out, nil
}
