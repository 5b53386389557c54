// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"cmp"
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// How far a search among overrides looks at once: what matches is a record, and few of those are decided by
// hand. Beyond that the page is partial and its Next goes on.
const (
	overrideSearchBatch = 200
	overrideSearchPages = 10
)

// overridePage reads one page of overrides, or of what a search finds among them.
func (a *Admin) overridePage(ctx context.Context, who access.Actor, q OverrideQuery) (store.Page, error) {
	if q.Search == "" {
		return a.store.ListOverrides(ctx, store.OverrideQuery{Kind: q.Kind, Sort: store.Column(q.Sort), Desc: q.Desc, Cursor: q.Cursor,
			Limit: q.Limit, Scope: who.Scope})
	}
	cover, err := a.coverFor(ctx, who)
	if err != nil {
		return store.Page{}, err
	}
	sq := store.Query{Show: store.ShowAll, Search: q.Search, Cursor: q.Cursor, Limit: overrideSearchBatch, Scope: who.Scope, Cover: cover}
	var out store.Page
	now, limit := a.now(), cmp.Or(q.Limit, 50)
	for range overrideSearchPages {
		p, err := a.store.ListAssociations(ctx, sq)
		if err != nil {
			return store.Page{}, err
		}
		for i := range p.Rows {
			if o := p.Rows[i].Override; o.Speaks(now) && (q.Kind == "" || q.Kind == o.Kind) {
				out.Rows = append(out.Rows, p.Rows[i])
			}
		}
		out.SearchOrder, out.Next = p.SearchOrder, p.Next
		if sq.Cursor = p.Next; p.Next == "" || len(out.Rows) >= limit {
			break
		}
	}
	out.Partial = out.Next != "" && len(out.Rows) < limit
	out.Total, out.TotalIsMore = int64(len(out.Rows)), out.Next != "" || q.Cursor != ""
	return out, nil
}
