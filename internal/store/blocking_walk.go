// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// Stretch gives the next records in the order in which they were made, locked until the end, for a walk over
// all of them in transactions of their own. Begin with 0 and go on with next until it is 0.
func (t *Tx) Stretch(after int64, limit int) (list []access.Association, next int64, err error) {
	err = t.q.eachAssociation(t.ctx, func(r *associationRow) { list, next = append(list, r.Association), r.seq },
		`WHERE seq > $1 ORDER BY seq LIMIT $2`+t.s.engine.locking(), after, int64(limit))
	if len(list) < limit {
		next = 0
	}
	return list, next, said("store: stretch", err)
}

// Rejudge writes the sync status of a record that was read in this transaction, if it is another one by now: what a
// rule does may have changed, and not of which records.
func (t *Tx) Rejudge(a *access.Association) error {
	if t.SyncStatus(a) == a.SyncStatus {
		return nil
	}
	err := t.rejudge(`WHERE id = $1`, string(a.ID))
	a.SyncStatus = t.SyncStatus(a)
	return err
}

// NextAfter gives where the record behind a place of the walk stands, without looking into it; 0: there is none.
func (t *Tx) NextAfter(after int64) (next int64, err error) {
	err = t.q.row(t.ctx, `SELECT COALESCE(MIN(seq), 0) FROM association WHERE seq > $1`, after).Scan(&next)
	return next, said("store: next record", err)
}

// Stretch is the same for who only reads.
func (s *Store) Stretch(ctx context.Context, after int64, limit int) (list []access.Association, next int64, err error) {
	err = s.reader().eachAssociation(ctx, func(r *associationRow) { list, next = append(list, r.Association), r.seq },
		`WHERE seq > $1 ORDER BY seq LIMIT $2`, after, int64(limit))
	if len(list) < limit {
		next = 0
	}
	return list, next, said("store: stretch", err)
}
