// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
)

// mostObjects is how many things one timeline is about at most.
const mostObjects = 100

// ListTimeline gives what the audit log says about some things, newest first: a record with those that
// were joined into it, a device with its records. before is a line's id, 0 for the newest; older is the
// before of the next page, 0 when there is none.
func (s *Store) ListTimeline(ctx context.Context, objects []string, before int64, limit int) (list []access.AuditEntry, older int64, err error) {
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	if before <= 0 {
		before = 1 << 62
	}
	objects = slices.Clone(objects)
	slices.Sort(objects)
	objects = slices.Compact(objects)
	objects = objects[:min(len(objects), mostObjects)]
	err = s.reading(ctx, "store: timeline", func(q runner) error {
		list = nil
		if q.e == enginePostgres {
			if err := q.walkIndexes(ctx); err != nil {
				return err
			}
		}
		for _, o := range objects {
			if o == "" {
				continue
			}
			var e access.AuditEntry
			cols := auditColumns(&e)
			to := targets(cols)
			if err := q.each(ctx, func(r *sql.Rows) error {
				err := r.Scan(to...)
				list = append(list, e)
				return err
			}, `SELECT `+names(cols)+` FROM audit WHERE object = $1 AND id < $2 ORDER BY id DESC LIMIT `+strconv.Itoa(limit+1), o, before); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b access.AuditEntry) int { return cmp.Compare(b.ID, a.ID) })
	if len(list) > limit {
		list = list[:limit]
		older = list[limit-1].ID
	}
	return list, older, err
}

// AuditOf gives the newest lines about one thing, newest first: those that were written before this
// transaction.
func (t *Tx) AuditOf(object string, limit int) (list []access.AuditEntry, err error) {
	var e access.AuditEntry
	cols := auditColumns(&e)
	to := targets(cols)
	err = t.q.each(t.ctx, func(r *sql.Rows) error {
		err := r.Scan(to...)
		list = append(list, e)
		return err
	}, `SELECT `+names(cols)+` FROM audit WHERE object = $1 ORDER BY id DESC LIMIT `+strconv.Itoa(min(max(limit, 1), 500)), object)
	return list, said("store: lines about a thing", err)
}
