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

// Stretch is the same for who only reads.
func (s *Store) Stretch(ctx context.Context, after int64, limit int) (list []access.Association, next int64, err error) {
	err = s.reader().eachAssociation(ctx, func(r *associationRow) { list, next = append(list, r.Association), r.seq },
		`WHERE seq > $1 ORDER BY seq LIMIT $2`, after, int64(limit))
	if len(list) < limit {
		next = 0
	}
	return list, next, said("store: stretch", err)
}
