// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

func auditColumns(e *access.AuditEntry) []column {
	return []column{{"id", &e.ID}, {"at", &e.At}, {"actor", &e.Actor}, {"addr", &e.Addr}, {"event", &e.Event},
		{"subject", &e.Subject}, {"object", &e.Object}, {"detail", &e.Detail}, {"number", &e.Number},
		{"failed", &e.Failed}}
}

// Audit adds a line to the audit log, in this transaction. At is filled in when it is zero, and Number
// when the transaction takes a change number and the entry has none.
func (t *Tx) Audit(e access.AuditEntry) {
	if e.At.IsZero() {
		e.At = t.now
	}
	t.audits = append(t.audits, e)
}

func (t *Tx) insertAudit(e access.AuditEntry) error {
	e.Actor, e.Addr, e.Event = clean(e.Actor, capKey), clean(e.Addr, capShort), clean(e.Event, capShort)
	e.Subject, e.Object, e.Detail = clean(e.Subject, capText), clean(e.Object, capKey), clean(e.Detail, capReason)
	cols := auditColumns(&e)[1:]
	_, err := t.q.exec(t.ctx, `INSERT INTO audit (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return err
}

// AuditFilter chooses lines of the audit log. Zero fields do not filter. Actor, Event and Object match
// whole. Every two of Actor, Event and the times are found by an index; an Object has few lines.
type AuditFilter struct {
	Actor  string
	Event  string
	Object string
	Since  time.Time
	Until  time.Time
	Before int64 // lines older than this id; 0: from the newest
	Limit  int   // at most 500; 0: 50
}

// ListAudit gives lines newest first. older is the Before of the next page, 0 when there is none.
func (s *Store) ListAudit(ctx context.Context, f AuditFilter) (list []access.AuditEntry, older int64, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	err = s.reading(ctx, "store: audit log", func(q runner) error {
		list = nil
		if q.e == enginePostgres {
			if err := q.walkIndexes(ctx); err != nil {
				return err
			}
		}
		where, order, a, err := q.auditWhere(ctx, f)
		if err != nil {
			return err
		}
		a = append(a, int64(f.Limit+1))
		var e access.AuditEntry
		cols := auditColumns(&e)
		to := targets(cols)
		return q.each(ctx, func(r *sql.Rows) error {
			err := r.Scan(to...)
			list = append(list, e)
			return err
		}, `SELECT `+names(cols)+` FROM audit WHERE `+where+` ORDER BY `+order+` LIMIT $`+strconv.Itoa(len(a)), a...)
	})
	if err != nil {
		return nil, 0, err
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		older = list[f.Limit-1].ID
	}
	return list, older, nil
}

// auditWhere spells a filter. Times are also told as numbers of lines, which are given in the order of time:
// looking for a day a year ago must not read the year.
func (r runner) auditWhere(ctx context.Context, f AuditFilter) (where, order string, a []any, err error) {
	where = "1 = 1"
	and := func(cond string, v any) {
		a = append(a, v)
		where += " AND " + cond + " $" + strconv.Itoa(len(a))
	}
	both := f.Object == "" && f.Actor != "" && f.Event != ""
	switch {
	case both: // below, with the numbers: so spelt that only the index of both fits
	case f.Object != "": // few lines, whoever did what: no other index must look better
		and("object =", f.Object)
		for _, c := range []struct{ cond, v string }{{"actor || '' =", f.Actor}, {"event || '' =", f.Event}} {
			if c.v != "" {
				and(c.cond, c.v)
			}
		}
	case f.Actor != "":
		and("actor =", f.Actor)
	case f.Event != "":
		and("event =", f.Event)
	}
	after := int64(0)
	if !f.Since.IsZero() {
		edge, err := r.auditEdge(ctx, f.Since.Add(-auditSlack))
		if err != nil {
			return "", "", nil, err
		}
		after = edge
		and("at >=", millis(f.Since))
	}
	before := f.Before
	if !f.Until.IsZero() {
		edge, err := r.auditEdge(ctx, f.Until.Add(auditSlack))
		if err != nil {
			return "", "", nil, err
		}
		if before <= 0 || edge < before {
			before = edge + 1
		}
		and("at <", millis(f.Until))
	}
	if both {
		if before <= 0 {
			before = 1 << 62
		}
		n := len(a)
		where += " AND (actor, event, id) > (" + places(n+1, 3) + ") AND (actor, event, id) < (" + places(n+4, 3) + ")"
		return where, "actor DESC, event DESC, id DESC", append(a, f.Actor, f.Event, after, f.Actor, f.Event, before), nil
	}
	if after > 0 {
		and("id >", after)
	}
	if before > 0 {
		and("id <", before)
	}
	return where, "id DESC", a, nil
}

// auditSlack is how far a line may stand from where its time belongs: lines have the time at which their
// transaction began, and the number of its end.
const auditSlack = 10 * time.Minute

// auditEdge gives the newest line of the audit log that was written before a moment: every line up to it is
// older. A few looks are enough. It is the line before the first where none is.
func (r runner) auditEdge(ctx context.Context, before time.Time) (id int64, err error) {
	var low, high int64 // low is older or nothing; what lies above high is younger
	if err := r.row(ctx, `SELECT id FROM audit ORDER BY id LIMIT 1`).Scan(&low); err != nil {
		return 0, none(err)
	}
	low--
	if err := r.row(ctx, `SELECT id FROM audit ORDER BY id DESC LIMIT 1`).Scan(&high); err != nil {
		return 0, none(err)
	}
	for low < high {
		middle := low + (high-low+1)/2
		var at, found int64
		err := r.row(ctx, `SELECT id, at FROM audit WHERE id <= $1 AND id > $2 ORDER BY id DESC LIMIT 1`, middle, low).Scan(&found, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			low = middle
		case err != nil:
			return 0, err
		case at < millis(before):
			low = middle
		default:
			high = found - 1
		}
	}
	return low, nil
}

// none takes it that nothing was found.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
