// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Refusing is what the preview of a bulk says of the rows that its job will not do (Y-07).
type Refusing struct {
	Rows     int       // what it is for, as far as that was looked at: rows of the job, not records of phones
	Refusals int       // how many of them would be refused
	Refused  []Refusal // the first of these, in the order of the job
}

// Refusal is a row that would be refused, as the job would show it.
type Refusal struct {
	ID    access.AssociationID // of the record; of a bulk on devices or users the id of that
	Label string               // as JobRow.Label; empty when it is gone
	Text  string               // why, as JobRow.Result
}

// add takes up what came of a row: nil when it is done.
func (r *Refusing) add(id, name string, refused *access.Error) {
	r.Rows++
	if refused == nil {
		return
	}
	if r.Refusals++; len(r.Refused) < previewLimit {
		r.Refused = append(r.Refused, Refusal{ID: access.AssociationID(id), Label: name, Text: refused.Text})
	}
}

// covered is what may be shown of it, by the same rule as the rows of a job.
func (r Refusing) covered(ctx context.Context, a *Admin, who access.Actor) (Refusing, error) {
	objects := make([]string, len(r.Refused))
	for i := range r.Refused {
		objects[i] = string(r.Refused[i].ID)
	}
	list, err := veiledTexts(ctx, a, who, objects, r.Refused, nil)
	return Refusing{Rows: r.Rows, Refusals: r.Refusals, Refused: list}, err
}

// bulkRow is a row of the job that a bulk would become, and the record it is for; nil when that is gone.
type bulkRow struct {
	id   string
	name string
	as   *access.Association
}

// rowsOf gives the rows of a bulk's job among those that were looked at. Of records that are named there is one
// for each name, also where there is no record that whoever asks may touch.
func (b *Bulk) rowsOf(list []access.Association) (rows []bulkRow) {
	found := make(map[access.AssociationID]*access.Association, len(list))
	for i := range list {
		found[list[i].ID] = &list[i]
	}
	if b.Query != nil || b.Overrides != nil {
		for i := range list {
			rows = append(rows, bulkRow{string(list[i].ID), label(&list[i]), &list[i]})
		}
		return rows
	}
	for _, id := range b.IDs {
		r := bulkRow{id: string(id), as: found[id]}
		if r.as != nil {
			r.name = label(r.as)
		}
		rows = append(rows, r)
	}
	return rows
}

// once leaves the first of each, as a job does.
func once[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	out := make([]T, 0, len(list))
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// refusesWord says why a bulk that says something about records, or takes it back, would be refused for one of
// them: what its row would find out, which for these verbs needs no rehearsal.
func (b *Bulk) refusesWord(as *access.Association) *access.Error {
	switch {
	case as == nil:
		return refusal(recordGone())
	case b.End:
		return refusal(hasOverride(as))
	case b.Verb == access.VerbAllow || b.Verb == access.VerbBlock:
		return refusal(overridable(as))
	case b.Verb == access.VerbComment:
		_, err := unveiled(as, as.Comment, b.Comment)
		return refusal(err)
	}
	return nil
}

// tryRows does the rows of a bulk one after the other, each as a part that can fail alone, as its job would.
func (a *Admin) tryRows(tx *store.Tx, who access.Actor, b Bulk, act Act, rows []bulkRow) (r Refusing, err error) {
	j := &store.Job{Verb: b.Verb, Actor: who, Reason: act.Reason}
	for _, row := range rows {
		_, refused, err := a.tryRow(tx, j, jobParams{Until: act.Until, End: b.End, Rule: b.Rule}, row.id)
		if err != nil {
			return r, err
		}
		r.add(row.id, row.name, refused)
	}
	return r, nil
}
