// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// AuditAfter gives the lines of the audit log after one, in their order, at most limit of them: what somebody
// who hands them on goes through. No line appears later with a number that has been passed: on PostgreSQL,
// where several transactions write at a time, those that have taken a number are waited for.
func (s *Store) AuditAfter(ctx context.Context, after int64, limit int) (list []access.AuditEntry, err error) {
	const op = "store: audit after"
	var any int64
	err = s.reader().row(ctx, `SELECT id FROM audit WHERE id > $1 ORDER BY id LIMIT 1`, after).Scan(&any)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, said(op, err)
	}
	if s.engine == engineSQLite { // one writer: numbers are given in the order of commits
		list, err = s.reader().auditAfter(ctx, after, limit)
		return list, said(op, err)
	}
	err = s.WithTx(ctx, func(t *Tx) error {
		// Whoever has taken a number holds the table's weakest lock for writing until it has committed.
		if _, err := t.q.exec(ctx, `LOCK TABLE audit IN SHARE MODE`); err != nil {
			return err
		}
		list, err = t.q.auditAfter(ctx, after, limit)
		return err
	})
	return list, said(op, err)
}

func (r runner) auditAfter(ctx context.Context, after int64, limit int) (list []access.AuditEntry, err error) {
	var e access.AuditEntry
	cols := auditColumns(&e)
	to := targets(cols)
	err = r.each(ctx, func(rows *sql.Rows) error {
		err := rows.Scan(to...)
		list = append(list, e)
		return err
	}, `SELECT `+names(cols)+` FROM audit WHERE id > $1 ORDER BY id LIMIT $2`, after, int64(limit))
	return list, err
}

// RewriteAudit lets fn change the words of every line about a thing: subject, detail and actor. It is for
// taking a person out of a log that has to stay, and for nothing else. It gives how many lines differ now.
func (t *Tx) RewriteAudit(object string, fn func(*access.AuditEntry)) (changed int, err error) {
	const op = "store: rewrite audit"
	if object == "" {
		return 0, nil
	}
	var list []access.AuditEntry
	var e access.AuditEntry
	cols := auditColumns(&e)
	to := targets(cols)
	if err := t.q.each(t.ctx, func(rows *sql.Rows) error {
		err := rows.Scan(to...)
		list = append(list, e)
		return err
	}, `SELECT `+names(cols)+` FROM audit WHERE object = $1 ORDER BY id`, object); err != nil {
		return 0, said(op, err)
	}
	for _, old := range list {
		now := old
		if fn(&now); now == old {
			continue
		}
		changed++
		if _, err := t.q.exec(t.ctx, `UPDATE audit SET subject = $2, detail = $3, object = $4 WHERE id = $1`, old.ID,
			clean(now.Subject, capText), clean(now.Detail, capReason), clean(now.Object, capKey)); err != nil {
			return 0, said(op, err)
		}
	}
	return changed, nil
}

// ForgetOutcomes drops what is kept of buttons pressed on a thing, or that made it or changed it among others:
// for repeating an answer, and for undo. It looks at every outcome, of which there are some days' worth.
func (t *Tx) ForgetOutcomes(object string) error {
	if object == "" {
		return nil
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM outcome WHERE object = $1 OR result LIKE '%"' || $1 || '"%'`, object)
	return said("store: forget outcomes", err)
}

// RelabelJobRows gives the rows of a thing in bulk actions another name.
func (t *Tx) RelabelJobRows(target, label string) error {
	_, err := t.q.exec(t.ctx, `UPDATE job_row SET label = $2, result = '' WHERE target = $1`, target, label)
	return said("store: relabel job rows", err)
}
