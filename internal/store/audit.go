// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
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
// whole; at most one of them can use an index, the others are looked at within Limit.
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
	where, a := "1 = 1", []any{}
	and := func(cond string, v any) {
		a = append(a, v)
		where += " AND " + cond + " $" + strconv.Itoa(len(a))
	}
	for _, c := range []struct{ cond, v string }{{"object =", f.Object}, {"actor =", f.Actor}, {"event =", f.Event}} {
		if c.v != "" {
			and(c.cond, c.v)
		}
	}
	if !f.Since.IsZero() {
		and("at >=", millis(f.Since))
	}
	if !f.Until.IsZero() {
		and("at <", millis(f.Until))
	}
	if f.Before > 0 {
		and("id <", f.Before)
	}
	a = append(a, int64(f.Limit+1))
	var e access.AuditEntry
	cols := auditColumns(&e)
	to := targets(cols)
	err = s.reader().each(ctx, func(r *sql.Rows) error {
		err := r.Scan(to...)
		list = append(list, e)
		return err
	}, `SELECT `+names(cols)+` FROM audit WHERE `+where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(a)), a...)
	if err != nil {
		return nil, 0, said("store: audit log", err)
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		older = list[f.Limit-1].ID
	}
	return list, older, nil
}
