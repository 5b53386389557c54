// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// StaleMark is how far a walk over records that nobody has seen for long has come. The zero value begins.
type StaleMark struct {
	class    int64
	lastSync int64
	seq      int64
}

// staleClasses are the classes of records; each is a stretch of one index, ordered by the last contact.
const staleClasses = 6

// StaleAssociations gives records whose last contact was before a moment, at most limit of them, the ones of
// one class after the other and the ones longest silent first. Go on with next until more is false. Records
// that never had a contact are not given: they wait for one.
func (s *Store) StaleAssociations(ctx context.Context, before time.Time, at StaleMark, limit int) (list []access.Association, next StaleMark, more bool, err error) {
	const op = "store: stale associations"
	if limit <= 0 {
		limit = 200
	}
	if at.lastSync == 0 {
		at.lastSync = 1
	}
	for ; at.class < staleClasses; at = (StaleMark{class: at.class + 1, lastSync: 1}) {
		room := limit - len(list)
		found, last := 0, at
		err := s.reader().eachAssociation(ctx, func(r *associationRow) {
			list = append(list, r.Association)
			found, last.lastSync, last.seq = found+1, millis(r.LastSync), r.seq
		}, `WHERE class = $1 AND last_sync < $2 AND (last_sync, seq) > ($3, $4) ORDER BY last_sync, seq LIMIT $5`,
			at.class, millis(before), at.lastSync, at.seq, int64(room))
		if err != nil {
			return nil, at, false, said(op, err)
		}
		if found == room {
			return list, last, true, nil
		}
	}
	return list, at, false, nil
}

// AuditBefore says where the lines of the audit log end that were written before a moment: every line up to
// id is older. Lines get their numbers in the order of time, so that a few looks are enough. n counts them,
// up to a hundred thousand.
func (s *Store) AuditBefore(ctx context.Context, before time.Time) (id, n int64, err error) {
	const op = "store: audit before"
	const most = 100_000
	err = s.reading(ctx, op, func(q runner) error {
		var low, high int64 // low is older or nothing; what lies above high is younger
		if err := q.row(ctx, `SELECT COALESCE(MIN(id), 1) - 1, COALESCE(MAX(id), 0) FROM audit`).Scan(&low, &high); err != nil {
			return err
		}
		for low < high {
			middle := low + (high-low+1)/2
			var at, found int64
			err := q.row(ctx, `SELECT id, at FROM audit WHERE id <= $1 AND id > $2 ORDER BY id DESC LIMIT 1`, middle, low).Scan(&found, &at)
			switch {
			case errors.Is(err, sql.ErrNoRows):
				low = middle
			case err != nil:
				return err
			case at < millis(before):
				low = middle
			default:
				high = found - 1
			}
		}
		id = low
		return q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit WHERE id <= $1 LIMIT $2) AS old`, id, int64(most)).Scan(&n)
	})
	return id, n, err
}

// DeleteAudit forgets the oldest lines of the audit log, none beyond id, at most limit of them. The newest
// line stays in any case: numbers go on from it.
func (t *Tx) DeleteAudit(id int64, limit int) (int64, error) {
	n, err := t.q.exec(t.ctx, `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id <= $1 AND id < (SELECT MAX(id) FROM audit) ORDER BY id LIMIT $2)`, id, int64(limit))
	return n, said("store: forget audit lines", err)
}

// CountTallies counts what is kept of refusals per minute from before a moment.
func (s *Store) CountTallies(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.reader().row(ctx, `SELECT COUNT(*) FROM tally WHERE minute < $1`, millis(before)).Scan(&n)
	return n, said("store: count tallies", err)
}

// DeleteTallies forgets counts per minute from before a moment.
func (t *Tx) DeleteTallies(before time.Time) (int64, error) {
	n, err := t.q.exec(t.ctx, `DELETE FROM tally WHERE minute < $1`, millis(before))
	return n, said("store: forget tallies", err)
}

// CountJobs counts the finished jobs from before a moment.
func (s *Store) CountJobs(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.reader().row(ctx, `SELECT COUNT(*) FROM job WHERE finished > 0 AND finished < $1`, millis(before)).Scan(&n)
	return n, said("store: count jobs", err)
}
