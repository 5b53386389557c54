// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// How many things a preview of a bulk looks at: those that are rehearsed hold the database's writer
// meanwhile, so that they are fewer.
const (
	maxBulkPreview   = 5000
	maxPeoplePreview = 200
)

// PreviewBulk says what a bulk would do now to the records it is for, the first few thousand of them. Of
// records that would be removed it says how the next contact of their phones would be judged.
func (a *Admin) PreviewBulk(ctx context.Context, who access.Actor, b Bulk, act Act) (Preview, error) {
	if err := who.May(b.Verb); err != nil {
		return Preview{}, err
	}
	if err := b.validate(act, a.now()); err != nil {
		return Preview{}, err
	}
	b.IDs = once(b.IDs)
	limit, preview := maxBulkPreview, a.previewWords
	switch b.Verb {
	case access.VerbAllow, access.VerbBlock:
		if a.snapshot().Preferences().DeviceLimit > 0 { // one that is blocked makes room for another of its mailbox
			limit, preview = maxLinkPreview, a.previewRows
		}
	case access.VerbLink, access.VerbUnlink, access.VerbMatchAgain, access.VerbRemove, access.VerbReleaseRecord, access.VerbHoldAgain:
		limit, preview = maxLinkPreview, a.previewRows
	case access.VerbAssignPolicy, access.VerbRevertPolicy:
		limit, preview = maxLinkPreview, a.previewAssigns
	case access.VerbWipe:
		limit, preview = maxLinkPreview, a.previewWipes
	}
	list, more, err := a.chosen(ctx, who, b, limit)
	if err != nil {
		return Preview{}, err
	}
	out, err := preview(ctx, who, b, act, list, b.rowsOf(list))
	if err != nil {
		return Preview{}, err
	}
	out.Truncated = out.Truncated || more
	refusing, err := out.covered(ctx, a, who)
	if err != nil {
		return Preview{}, err
	}
	out, err = veiled(ctx, a, who, out, nil)
	out.Refusing = refusing
	return out, err
}

// previewWords says what it comes to when an administrator says something about records, or takes it back:
// nothing else hangs on that, so that it need not be rehearsed.
func (a *Admin) previewWords(ctx context.Context, who access.Actor, b Bulk, act Act, list []access.Association, rows []bulkRow) (Preview, error) {
	v, now := a.snapshot(), a.now().UTC()
	out := Preview{At: now, Position: v.Position()}
	before, after := &overlay{View: v, records: map[access.Pair]*access.Record{}}, &overlay{View: v, records: map[access.Pair]*access.Record{}}
	is := make([]access.Association, len(list))
	for i := range list {
		is[i] = list[i]
		switch {
		case b.End:
			is[i].Override = access.Override{}
		case b.Verb == access.VerbAllow:
			is[i].Override = access.Override{Kind: access.OverrideAllow, Reason: act.Reason, By: who.Name, At: now, Until: act.Until}
		case b.Verb == access.VerbBlock:
			is[i].Override = access.Override{Kind: access.OverrideBlock, Reason: act.Reason, By: who.Name, At: now, Until: act.Until}
		}
		before.records[list[i].Pair], after.records[is[i].Pair] = &list[i].Record, &is[i].Record
	}
	out.compare(before, after, list, is, now)
	for _, r := range rows {
		out.add(r.id, r.name, b.refusesWord(r.as))
	}
	return out, a.horizonOf(ctx, who).limit(&out, before, after, list, is)
}

// previewRows rehearses what hangs on more than the record itself: links, and removal. Phones of records that are
// gone are strangers then, and are judged so.
func (a *Admin) previewRows(ctx context.Context, who access.Actor, b Bulk, act Act, list []access.Association, rows []bulkRow) (Preview, error) {
	var refusing Refusing
	out, err := a.rehearse(ctx, who, rehearsal{
		gone:    b.Verb == access.VerbRemove,
		touched: func(tx *store.Tx) ([]access.Association, error) { return wholePhones(tx, list) },
		do: func(tx *store.Tx) (err error) {
			refusing, err = a.tryRows(tx, who, b, act, rows)
			return err
		},
	})
	if err == nil && b.Verb == access.VerbRemove && refusing.Refusals < refusing.Rows {
		out.Notes = append(out.Notes, "The next contact of each phone is judged anew; blocks and comments go with the records.")
	}
	out.Refusing = refusing
	return out, err
}

// PreviewPeopleBulk says what a bulk on devices or users would do now to the records of their phones and
// accounts. It looks at the first few hundred of those it is for.
func (a *Admin) PreviewPeopleBulk(ctx context.Context, who access.Actor, b PeopleBulk) (Preview, error) {
	if err := who.May(b.Verb); err != nil {
		return Preview{}, err
	}
	if err := b.validate(a.now()); err != nil {
		return Preview{}, err
	}
	ids, more, err := a.chosenPeople(ctx, who, b)
	if err != nil {
		return Preview{}, err
	}
	var refusing Refusing
	var states []access.AccountState
	j, p := &store.Job{Verb: b.Verb, Actor: who}, jobParams{Compliance: b.Compliance}
	out, err := a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) ([]access.Association, error) { return touchedByAll(tx, who, b.Verb, ids) },
		do: func(tx *store.Tx) error {
			refusing, states = Refusing{}, nil
			for _, id := range ids {
				accounts, err := accountsOf(tx, b.Verb, id)
				if known(err) != nil {
					return err
				}
				_, refused, err := a.tryRow(tx, j, p, id)
				if err != nil {
					return err
				}
				if refused == nil {
					states = append(states, accounts...)
				}
				refusing.add(id, "", refused)
			}
			return nil
		},
		accounts: func() []access.AccountState { return states },
	})
	if err != nil {
		return Preview{}, err
	}
	for i := range refusing.Refused {
		r := &refusing.Refused[i]
		if r.Label, err = a.labelFor(ctx, who, b.Verb, string(r.ID)); err != nil {
			return Preview{}, err
		}
	}
	out.Truncated = out.Truncated || more
	out.Refusing, err = refusing.covered(ctx, a, who)
	return out, err
}

// chosenPeople gives the first devices or users that a bulk is for; more says that there are others.
func (a *Admin) chosenPeople(ctx context.Context, who access.Actor, b PeopleBulk) (ids []string, more bool, err error) {
	if b.Query == nil {
		ids = once(b.IDs)
		return ids[:min(len(ids), maxPeoplePreview)], len(ids) > maxPeoplePreview, nil
	}
	q, err := a.query(ctx, who, *b.Query)
	if err != nil {
		return nil, false, err
	}
	q.Sort, q.Desc, q.Cursor, q.Limit = store.SortAdded, false, "", maxPeoplePreview
	for len(ids) < maxPeoplePreview {
		var next string
		if onUsers(b.Verb) {
			p, err := a.store.ListUsers(ctx, store.UserQuery(q))
			if err != nil {
				return nil, false, err
			}
			for i := range p.Rows {
				ids = append(ids, string(p.Rows[i].ID))
			}
			next = p.Next
		} else {
			p, err := a.store.ListDevices(ctx, store.DeviceQuery(q))
			if err != nil {
				return nil, false, err
			}
			for i := range p.Rows {
				ids = append(ids, string(p.Rows[i].ID))
			}
			next = p.Next
		}
		if q.Cursor = next; next == "" {
			return ids, false, nil
		}
	}
	return ids[:maxPeoplePreview], true, nil
}

// touchedByAll gives every record whose verdict may change with one of these devices or users. One that is
// gone, or beyond the actor's scope, touches nothing: how many records it has is not told either.
func touchedByAll(tx *store.Tx, who access.Actor, verb access.Verb, ids []string) (list []access.Association, err error) {
	seen := map[access.AssociationID]bool{}
	for _, id := range ids {
		var part []access.Association
		if onUsers(verb) {
			if err = within(tx, who, access.UserID(id)); err == nil {
				part, err = touchedByUser(tx, access.UserID(id))
			}
		} else {
			var d *access.RegisteredDevice
			if d, err = tx.FindRegistered(access.DeviceID(id)); err == nil {
				err = within(tx, who, d.Owner)
			}
			if err == nil {
				part, err = touchedBy(tx, d)
			}
		}
		if err != nil && access.KindOf(err) != access.KindNotFound {
			return nil, err
		}
		for i := range part {
			if !seen[part[i].ID] {
				seen[part[i].ID] = true
				list = append(list, part[i])
			}
		}
	}
	return list, nil
}

func touchedByUser(tx *store.Tx, id access.UserID) (list []access.Association, err error) {
	u, err := tx.FindUser(id)
	if err != nil {
		return nil, err
	}
	for _, acc := range u.Accounts {
		part, err := tx.RecordsOfAccount(acc.Realm, acc.Account, maxReach)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

// accountsOf gives the accounts of a user as they are once a verb is done.
func accountsOf(tx *store.Tx, verb access.Verb, id string) ([]access.AccountState, error) {
	if !onUsers(verb) {
		return nil, nil
	}
	u, err := tx.FindUser(access.UserID(id))
	if err != nil {
		return nil, err
	}
	list := make([]access.AccountState, len(u.Accounts))
	for i, acc := range u.Accounts {
		list[i] = access.AccountState{Realm: acc.Realm, Account: acc.Account, Disabled: verb == access.VerbDisableUser}
	}
	return list, nil
}

// chosenOverrides gives the first records with an override in force that a bulk is for.
func (a *Admin) chosenOverrides(ctx context.Context, who access.Actor, q OverrideQuery, limit int) (list []access.Association, more bool, err error) {
	sq := OverrideQuery{Kind: q.Kind, Search: q.Search, Sort: Sort(store.SortAt), Limit: jobSelectBatch}
	for len(list) < limit {
		p, err := a.overridePage(ctx, who, sq)
		if err != nil {
			return nil, false, err
		}
		list = append(list, p.Rows...)
		if sq.Cursor = p.Next; sq.Cursor == "" {
			return list, false, nil
		}
	}
	return list, true, nil
}
