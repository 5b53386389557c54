// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListAssociations gives one page of records, each with what a gateway would say to it now.
func (a *Admin) ListAssociations(ctx context.Context, who access.Actor, q Query) (Page, error) {
	if err := who.May(access.VerbView); err != nil {
		return Page{}, err
	}
	sq, err := a.query(ctx, who, q)
	if err != nil {
		return Page{}, err
	}
	p, err := a.store.ListAssociations(ctx, sq)
	if err != nil {
		return Page{}, err
	}
	rows, err := a.rowsFor(ctx, who, p.Rows)
	if err != nil {
		return Page{}, err
	}
	if err := a.number(ctx, rows); err != nil {
		return Page{}, err
	}
	return veiled(ctx, a, who, Page{
		Rows: rows, Next: p.Next, Prev: p.Prev, Total: int(p.Total), TotalIsMore: p.TotalIsMore,
		SearchOrder: p.SearchOrder, Partial: p.Partial,
	}, nil)
}

// query is a query as the store takes it: within what an actor may see, and as far as it is not covered.
func (a *Admin) query(ctx context.Context, who access.Actor, q Query) (store.Query, error) {
	cover, err := a.coverFor(ctx, who)
	out := store.Query{Show: store.Show(q.Show), Search: q.Search, Sort: store.Column(q.Sort), Desc: q.Desc,
		Cursor: q.Cursor, Limit: q.Limit, Scope: who.Scope, Cover: cover}
	if err == nil && q.Show == ShowActed {
		out.From, out.To, err = a.yearOf(ctx, q.Year)
	}
	return out, err
}

// AssociationShows lists the choices of Show of records, for page, API and command alike.
func AssociationShows() []Show {
	return []Show{ShowAll, ShowLinked, ShowUnlinked, ShowSuggested, ShowUnknownUser, ShowAllowed, ShowBlocked, ShowPolicyAssigned, ShowActed}
}

// rows judges every association from one and the same snapshot.
func (a *Admin) rows(ctx context.Context, list []access.Association) ([]Row, error) {
	v, now := a.snapshot(), a.now().UTC()
	server, err := a.serverOf(ctx, v)
	out := make([]Row, len(list))
	for i := range list {
		out[i] = rowOn(v, &list[i], server(&list[i]), now)
	}
	return out, err
}

// serverOf says on which kind of mail server records are, while anybody wants to know it.
func (a *Admin) serverOf(ctx context.Context, v access.View) (func(*access.Association) string, error) {
	if !v.Preferences().OneServerType {
		return func(*access.Association) string { return "" }, nil
	}
	b, err := a.bookNow(ctx)
	if err != nil {
		return func(*access.Association) string { return "" }, err
	}
	return b.types.Of, nil
}

// number gives records that have no number the one of their device.
func (a *Admin) number(ctx context.Context, rows []Row) error {
	known := map[access.DeviceID]string{}
	for i := range rows {
		r := &rows[i]
		if r.Number != "" || !r.Linked() {
			continue
		}
		n, asked := known[r.Device]
		if !asked {
			d, err := a.store.FindRegistered(ctx, r.Device)
			if err != nil && access.KindOf(err) != access.KindNotFound {
				return err
			}
			if err == nil {
				n = d.Number
			}
			known[r.Device] = n
		}
		r.DeviceNumber = n
	}
	return nil
}

// RowsByID gives the present state of rows that a page shows, in the order asked for. Those that are
// gone are left out.
func (a *Admin) RowsByID(ctx context.Context, who access.Actor, ids []access.AssociationID) ([]Row, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if len(ids) > 500 {
		return nil, access.Invalid("admin: rows", "Ask for at most 500 records at once.")
	}
	list, err := a.store.FindAssociations(ctx, ids)
	if err == nil {
		list, err = a.visible(ctx, who, list)
	}
	if err != nil {
		return nil, err
	}
	rows, err := a.rowsFor(ctx, who, list)
	if err != nil {
		return nil, err
	}
	if err := a.number(ctx, rows); err != nil {
		return nil, err
	}
	byID := make(map[access.AssociationID]Row, len(list))
	for _, r := range rows {
		byID[r.ID] = r
	}
	out := make([]Row, 0, len(list))
	for _, id := range ids {
		if r, found := byID[id]; found {
			out = append(out, r)
			delete(byID, id)
		}
	}
	if len(ids) == 1 && len(out) == 1 { // whoever is asked about one has to know what more it is about
		if out[0].Twins, err = a.twinsOf(ctx, who, &out[0].Association); err != nil {
			return nil, err
		}
	}
	return veiled(ctx, a, who, out, nil)
}

// twinsOf names the records of the same pair at the other kind of Sentry.
func (a *Admin) twinsOf(ctx context.Context, who access.Actor, as *access.Association) (list []Twin, err error) {
	others, err := a.store.FindTwins(ctx, as, maxNeighbours)
	if err == nil {
		others, err = a.visible(ctx, who, others)
	}
	for _, o := range others {
		if o.Pair == as.Pair {
			list = append(list, Twin{ID: o.ID, Domain: o.Domain})
		}
	}
	return list, err
}

// ExportAssociations hands every record that q chooses to fn, in the order of the list, whatever its
// limit and cursor. That somebody exports is audited.
func (a *Admin) ExportAssociations(ctx context.Context, who access.Actor, q Query, fn func(Row) error) error {
	if err := who.May(access.VerbExport); err != nil {
		a.refused(ctx, who, string(access.VerbExport), "", err)
		return err
	}
	err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		tx.Audit(entry(who, string(access.VerbExport), "Records", "", q.words()))
		return nil
	})
	if err != nil {
		return err
	}
	fn, err = veiledEach(ctx, a, who, fn)
	if err != nil {
		return err
	}
	h := a.horizonOf(ctx, who)
	sq, err := a.query(ctx, who, q)
	if err != nil {
		return err
	}
	rows := make([]Row, 0, exportBatch)
	hand := func() error {
		err := a.number(ctx, rows)
		if err == nil {
			err = a.acknowledge(ctx, rows)
		}
		for i := 0; i < len(rows) && err == nil; i++ {
			err = fn(rows[i])
		}
		rows = rows[:0]
		return err
	}
	server, err := a.serverOf(ctx, a.snapshot())
	if err != nil {
		return err
	}
	err = a.store.EachAssociation(ctx, sq, func(as *access.Association) error {
		v := a.snapshot()
		r := rowOn(v, as, server(as), a.now().UTC())
		if err := h.hide(v, &r); err != nil {
			return err
		}
		if rows = append(rows, r); len(rows) < exportBatch {
			return nil
		}
		return hand()
	})
	if err != nil {
		return err
	}
	return hand()
}

// exportBatch is of how many records of an export is asked at once what their phones have said of policies.
const exportBatch = 200

// words says what a query chooses.
func (q Query) words() string {
	show := q.Show
	if show == "" {
		show = ShowAll
	}
	s := "show " + string(show)
	if show == ShowActed && q.Year != 0 {
		s += " " + strconv.Itoa(q.Year)
	}
	if q.Search != "" {
		s += ", search " + quoted(q.Search)
	}
	return s
}

// limits of what the details name beside the record.
const (
	maxNeighbours = 50
	maxTimeline   = 100
)

// FindAssociation gives a record with everything that is known about it and around it.
func (a *Admin) FindAssociation(ctx context.Context, who access.Actor, id access.AssociationID) (Details, error) {
	if err := who.May(access.VerbView); err != nil {
		return Details{}, err
	}
	as, err := a.store.FindAssociation(ctx, id)
	if err == nil {
		err = a.mayTouch(ctx, who, as.Person)
	}
	if access.KindOf(err) == access.KindNotFound {
		return Details{}, access.NotFound("admin: record", "This record is gone. Somebody has removed it, or it was never there.")
	}
	if err != nil {
		return Details{}, err
	}
	own, err := a.rowsFor(ctx, who, []access.Association{*as})
	if err != nil {
		return Details{}, err
	}
	d := Details{Row: own[0]}
	others, err := a.store.FindTwins(ctx, as, maxNeighbours)
	if err == nil {
		others, err = a.visible(ctx, who, others)
	}
	if err != nil {
		return Details{}, err
	}
	rows, err := a.rowsFor(ctx, who, others)
	if err != nil {
		return Details{}, err
	}
	for _, r := range rows {
		if r.Pair == as.Pair {
			d.Twins = append(d.Twins, Twin{ID: r.ID, Domain: r.Domain})
			continue
		}
		d.SameDevice = append(d.SameDevice, r)
	}
	if d.SameAccount, err = a.sameAccount(ctx, who, as); err != nil {
		return Details{}, err
	}
	if d.OtherPolicy, err = a.otherPolicy(ctx, who, as.Device, &d.Row); err != nil {
		return Details{}, err
	}
	if d.Wipes, err = a.wipesOf(ctx, who, id); err != nil {
		return Details{}, err
	}
	if d.Ruled, err = a.ruledOf(ctx, who, id); err != nil {
		return Details{}, err
	}
	a.outlived(&d)
	d.Timeline, err = a.timelineOf(ctx, who, objectsOf(string(id), []Row{d.Row}), 0, maxTimeline)
	return veiled(ctx, a, who, d, err)
}

// outlived takes back that one record has replaced another where that has been heard of since: the matcher says
// so too when it looks at them again (Y-05).
func (a *Admin) outlived(d *Details) {
	for i := range d.SameAccount {
		o := &d.SameAccount[i]
		if o.ID == d.Replaces && access.Outlives(&o.Association, &d.Association) {
			d.Replaces = ""
		}
		if o.Replaces == d.ID && access.Outlives(&d.Association, &o.Association) {
			o.Replaces = ""
		}
	}
}

// sameAccount finds the account's records on other devices.
func (a *Admin) sameAccount(ctx context.Context, who access.Actor, as *access.Association) ([]Row, error) {
	list, err := a.store.FindOfAccount(ctx, as.Pair.Realm, as.Pair.Account, 4*maxNeighbours)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(o access.Association) bool { return o.Pair.Device == as.Pair.Device })
	slices.SortStableFunc(list, func(x, y access.Association) int { return y.LastSync.Compare(x.LastSync) })
	return a.rowsFor(ctx, who, list[:min(len(list), maxNeighbours)])
}
