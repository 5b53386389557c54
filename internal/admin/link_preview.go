// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxLinkPreview is how many records a preview of links looks at.
const maxLinkPreview = 500

// PreviewLinks says which of the chosen records a bulk of access.VerbLink would link now, those with a
// suggestion that is clear, and which it would be refused for.
func (a *Admin) PreviewLinks(ctx context.Context, who access.Actor, b Bulk) (LinkPreview, error) {
	if err := who.May(access.VerbLink); err != nil {
		return LinkPreview{}, err
	}
	b.Verb, b.IDs = access.VerbLink, once(b.IDs)
	list, more, err := a.chosen(ctx, who, b, maxLinkPreview)
	if err != nil {
		return LinkPreview{}, err
	}
	b.IDs = b.IDs[:min(len(b.IDs), maxLinkPreview)]
	v, now := a.snapshot(), a.now().UTC()
	var out LinkPreview
	if err := a.rehearsed(ctx, func(tx *store.Tx) (err error) {
		out = LinkPreview{Truncated: more}
		if out.Refusing, err = a.tryRows(tx, who, b, Act{}, b.rowsOf(list)); err != nil {
			return err
		}
		err = out.linked(tx, who, v, list, now)
		out.Unclear = max(out.Rows-out.Clear-out.Refusals, 0) // what is refused may be linked by what follows from others
		return err
	}); err != nil {
		return LinkPreview{}, err
	}
	refusing, err := out.covered(ctx, a, who)
	if err != nil {
		return LinkPreview{}, err
	}
	out, err = veiled(ctx, a, who, out, nil)
	out.Refusing = refusing
	return out, err
}

// linked lists the records that were not linked and are in the rehearsal, and counts them.
func (p *LinkPreview) linked(tx *store.Tx, who access.Actor, v access.View, was []access.Association, now time.Time) error {
	is, err := present(tx, was)
	if err != nil {
		return err
	}
	after, err := sight(tx, v, is)
	if err != nil {
		return err
	}
	then := make(map[access.AssociationID]*access.Association, len(is))
	for i := range is {
		then[is[i].ID] = &is[i]
	}
	h := horizonIn(tx, who)
	for i := range was {
		as := then[was[i].ID]
		if was[i].Linked() || as == nil || !as.Linked() {
			continue
		}
		p.Clear++
		if len(p.Links) == previewLimit {
			p.Truncated = true
			continue
		}
		step := LinkStep{Record: row(v, &was[i], now), Score: as.Link.Score, Reason: as.Link.Reasons}
		d, err := tx.FindRegistered(as.Device)
		if err != nil {
			return err
		}
		if ok, err := h.covers(d.Owner); err != nil {
			return err
		} else if !ok {
			continue // what else follows from the links is counted, and not named
		}
		step.Device = deviceRow(d)
		said := judge(after, &as.Record, now)
		step.After = said.Why()
		if err := errors.Join(h.hide(v, &step.Record), h.hideWhy(&said, &step.After)); err != nil {
			return err
		}
		p.Links = append(p.Links, step)
	}
	return nil
}
