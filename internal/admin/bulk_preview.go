// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"maps"
	"slices"

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
	limit := maxBulkPreview
	switch b.Verb {
	case access.VerbLink, access.VerbUnlink, access.VerbMatchAgain, access.VerbRemove, access.VerbAssignPolicy, access.VerbRevertPolicy, access.VerbWipe:
		limit = maxLinkPreview
	}
	list, more, err := a.chosen(ctx, who, b, limit)
	if err != nil {
		return Preview{}, err
	}
	var out Preview
	switch {
	case b.Verb == access.VerbRemove:
		out, err = a.previewRemoval(ctx, who, list)
	case b.Verb == access.VerbAssignPolicy, b.Verb == access.VerbRevertPolicy:
		out, err = a.previewAssigns(ctx, who, b, list)
	case b.Verb == access.VerbWipe:
		out, err = a.previewWipes(ctx, who, b.Wipe, list)
	case limit == maxLinkPreview:
		out, err = a.previewLinks(ctx, who, b.Verb, list)
	default:
		out, err = a.previewWords(ctx, who, b, act, list)
	}
	out.Truncated = out.Truncated || more
	return veiled(ctx, a, who, out, err)
}

// previewWords says what it comes to when an administrator says something about records, or takes it back:
// nothing else hangs on that, so that it need not be rehearsed.
func (a *Admin) previewWords(ctx context.Context, who access.Actor, b Bulk, act Act, list []access.Association) (Preview, error) {
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
	return out, a.horizonOf(ctx, who).limit(&out, before, after, list, is)
}

// previewRemoval rehearses the removal of records. Their phones are strangers then, and are judged so.
func (a *Admin) previewRemoval(ctx context.Context, who access.Actor, chosen []access.Association) (Preview, error) {
	stay := map[string]int{}
	out, err := a.rehearse(ctx, who, rehearsal{
		gone:    true,
		touched: func(tx *store.Tx) ([]access.Association, error) { return wholePhones(tx, chosen) },
		do: func(tx *store.Tx) error {
			clear(stay)
			for i := range chosen {
				as, err := a.find(tx, who, chosen[i].ID, 0)
				if err == nil {
					_, err = a.remove(tx, who, as, "")
				}
				switch k := access.KindOf(err); {
				case err == nil, k == access.KindNotFound:
				case k == access.KindConflict:
					stay[access.TextOf(err)]++
				default:
					return err
				}
			}
			return nil
		},
	})
	out.Notes = append(out.Notes, refusedNotes(stay)...)
	if err == nil && len(chosen) > 0 {
		out.Notes = append(out.Notes, "The next contact of each phone is judged anew; blocks and comments go with the records.")
	}
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
	refused := map[string]int{}
	var states []access.AccountState
	out, err := a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) ([]access.Association, error) { return touchedByAll(tx, b.Verb, ids) },
		do: func(tx *store.Tx) error {
			clear(refused)
			states = nil
			for _, id := range ids {
				accounts, err := accountsOf(tx, b.Verb, id)
				if err == nil {
					_, err = a.personRow(tx, who, b.Verb, id, b.Compliance, "")
				}
				switch k := access.KindOf(err); {
				case err == nil:
					states = append(states, accounts...)
				case k == access.KindConflict, k == access.KindNotFound:
					refused[access.TextOf(err)]++
				default:
					return err
				}
			}
			return nil
		},
		accounts: func() []access.AccountState { return states },
	})
	out.Notes = append(out.Notes, refusedNotes(refused)...)
	out.Truncated = out.Truncated || more
	return out, err
}

// chosenPeople gives the first devices or users that a bulk is for; more says that there are others.
func (a *Admin) chosenPeople(ctx context.Context, who access.Actor, b PeopleBulk) (ids []string, more bool, err error) {
	if b.Query == nil {
		return b.IDs[:min(len(b.IDs), maxPeoplePreview)], len(b.IDs) > maxPeoplePreview, nil
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
// gone touches nothing.
func touchedByAll(tx *store.Tx, verb access.Verb, ids []string) (list []access.Association, err error) {
	seen := map[access.AssociationID]bool{}
	for _, id := range ids {
		var part []access.Association
		if onUsers(verb) {
			part, err = touchedByUser(tx, access.UserID(id))
		} else {
			var d *access.RegisteredDevice
			if d, err = tx.FindRegistered(access.DeviceID(id)); err == nil {
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

// previewLinks rehearses what a bulk does to links.
func (a *Admin) previewLinks(ctx context.Context, who access.Actor, verb access.Verb, chosen []access.Association) (Preview, error) {
	return a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) ([]access.Association, error) { return wholePhones(tx, chosen) },
		do: func(tx *store.Tx) error {
			for i := range chosen {
				as, err := a.find(tx, who, chosen[i].ID, 0)
				if err == nil {
					switch verb {
					case access.VerbLink:
						_, err = a.linkClear(tx, who, as, "")
					case access.VerbUnlink:
						_, err = a.unlink(tx, who, as, "")
					case access.VerbMatchAgain:
						_, err = a.matchAgain(tx, who, as, "")
					}
				}
				if err != nil && access.KindOf(err) != access.KindConflict && access.KindOf(err) != access.KindNotFound {
					return err
				}
			}
			return nil
		},
	})
}

// chosenOverrides gives the first records with an override in force that a bulk is for.
func (a *Admin) chosenOverrides(ctx context.Context, who access.Actor, q OverrideQuery, limit int) (list []access.Association, more bool, err error) {
	sq := OverrideQuery{Kind: q.Kind, Search: q.Search, Sort: Sort(store.SortAt), Limit: jobSelectBatch}
	for len(list) < limit {
		p, err := a.overridePage(ctx, who, sq)
		if err != nil {
			return nil, false, err
		}
		for i := range p.Rows {
			if p.Rows[i].Override.Speaks(a.now()) {
				list = append(list, p.Rows[i])
			}
		}
		if sq.Cursor = p.Next; sq.Cursor == "" {
			return list, false, nil
		}
	}
	return list, true, nil
}

// refusedNotes says of how many things a verb is refused, and why.
func refusedNotes(refused map[string]int) (notes []string) {
	for _, text := range slices.Sorted(maps.Keys(refused)) {
		notes = append(notes, count(refused[text], "stays as it is", "stay as they are")+": "+text)
	}
	return notes
}
