// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

func preApprovalColumns(p *access.PreApproval) []column {
	return []column{{"id", &p.ID}, {"realm", &p.Pair.Realm}, {"account", &p.Pair.Account}, {"eas_device", &p.Pair.Device},
		{"reason", &p.Reason}, {"by_whom", &p.By}, {"at", &p.At}, {"until", &p.Until}}
}

func (r runner) preApproval(ctx context.Context, where string, a ...any) (*access.PreApproval, error) {
	p := &access.PreApproval{}
	cols := preApprovalColumns(p)
	if err := r.row(ctx, `SELECT `+names(cols)+` FROM preapproval WHERE `+where, a...).Scan(targets(cols)...); err != nil {
		return nil, err
	}
	return p, nil
}

// FindPreApproval gives one pre-approval.
func (t *Tx) FindPreApproval(id string) (*access.PreApproval, error) {
	p, err := t.q.preApproval(t.ctx, `id = $1`+t.s.engine.locking(), id)
	return p, said("store: find pre-approval", err)
}

// FindPreApproval gives one pre-approval.
func (s *Store) FindPreApproval(ctx context.Context, id string) (*access.PreApproval, error) {
	p, err := s.reader().preApproval(ctx, `id = $1`, id)
	return p, said("store: find pre-approval", err)
}

// SavePreApproval lets a pair through before its first contact. It fills in ID and At. A pair has one at
// most: a new one takes the place, and the id, of the one before.
func (t *Tx) SavePreApproval(p *access.PreApproval) error {
	const op = "store: save pre-approval"
	if err := validPair(p.Pair); err != nil {
		return err
	}
	old, err := t.q.preApproval(t.ctx, `eas_device = $1 AND account = $2 AND realm = $3`+t.s.engine.locking(),
		p.Pair.Device, p.Pair.Account, p.Pair.Realm)
	switch {
	case err == nil:
		p.ID = old.ID
	case !errors.Is(err, sql.ErrNoRows):
		return said(op, err)
	case p.ID == "":
		p.ID = NewID(t.now)
	}
	if p.At.IsZero() {
		p.At = t.now
	}
	p.Reason, p.By = clean(p.Reason, capReason), clean(p.By, capKey)
	p.At, p.Until = moment(millis(p.At)), moment(millis(p.Until))
	cols := preApprovalColumns(p)
	if _, err := t.q.exec(t.ctx, `INSERT INTO preapproval (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (id) DO UPDATE SET `+sets(2, cols[1:]), args(cols)...); err != nil {
		return said(op, err)
	}
	return t.approvalMoved(p)
}

// DeletePreApproval takes it back.
func (t *Tx) DeletePreApproval(id string) error {
	p, err := t.FindPreApproval(id)
	if err != nil {
		return err
	}
	if _, err := t.q.exec(t.ctx, `DELETE FROM preapproval WHERE id = $1`, id); err != nil {
		return said("store: delete pre-approval", err)
	}
	return t.approvalMoved(p)
}

func (t *Tx) approvalMoved(p *access.PreApproval) error {
	t.touch(access.EntryPreApproval, p.ID)
	t.view.forget()
	return t.rejudge(`WHERE eas_device = $1 AND account = $2 AND realm = $3`, p.Pair.Device, p.Pair.Account, p.Pair.Realm)
}

// ListPreApprovals gives those that still speak, newest first: at most limit of them, beginning after
// the id of one.
func (s *Store) ListPreApprovals(ctx context.Context, after string, limit int) ([]access.PreApproval, error) {
	var list []access.PreApproval
	err := s.reader().eachPreApproval(ctx, func(p *access.PreApproval) { list = append(list, *p) },
		`WHERE id < $1 AND (until = 0 OR until > $2) ORDER BY id DESC LIMIT $3`, beforeID(after), millis(s.now()), approvalLimit(limit))
	return list, said("store: list pre-approvals", err)
}

// ListPreApprovalsOf is ListPreApprovals for the accounts of the users in a scope. next is the after of the
// next page, "" when there is none. Only where perRow pre-approvals were looked at for each row of the page
// is it short before the last one.
func (s *Store) ListPreApprovalsOf(ctx context.Context, scope *access.Scope, after string, limit int) (list []access.PreApproval, next string, err error) {
	most := approvalLimit(limit)
	if scope.IsEmpty() {
		return nil, "", nil
	}
	before, part := beforeID(after), 2*most
	err = s.reading(ctx, "store: list pre-approvals", func(r runner) error {
		list, next = nil, ""
		for looked := int64(0); looked < perRow*most; looked += part {
			rows, err := r.scopedApprovals(ctx, scope, before, millis(s.now()), part)
			if err != nil {
				return err
			}
			for i := range rows {
				if !rows[i].inside {
					continue
				}
				if int64(len(list)) == most {
					next = list[most-1].ID
					return nil
				}
				list = append(list, rows[i].PreApproval)
			}
			if int64(len(rows)) < part {
				return nil
			}
			before = rows[part-1].ID
		}
		next = before
		return nil
	})
	return list, next, err
}

// scopedApproval is a pre-approval that a scope may hold.
type scopedApproval struct {
	access.PreApproval
	inside bool
}

// scopedApprovals reads the next most pre-approvals and says of each whether its account is a user's in scope.
func (r runner) scopedApprovals(ctx context.Context, scope *access.Scope, before string, now, most int64) (list []scopedApproval, err error) {
	a := []any{before, now, most}
	inside := []string{}
	if len(scope.Groups) > 0 {
		inside = append(inside, `a.person IN (SELECT person FROM person_group WHERE person = a.person AND name IN (`+places(len(a)+1, len(scope.Groups))+`))`)
		for _, g := range scope.Groups {
			a = append(a, g)
		}
	}
	if len(scope.Users) > 0 {
		inside = append(inside, `a.person IN (`+places(len(a)+1, len(scope.Users))+`)`)
		for _, id := range scope.Users {
			a = append(a, string(id))
		}
	}
	err = r.each(ctx, func(rows *sql.Rows) error {
		var row scopedApproval
		err := rows.Scan(append(targets(preApprovalColumns(&row.PreApproval)), target(&row.inside))...)
		list = append(list, row)
		return err
	}, `SELECT `+names(preApprovalColumns(&access.PreApproval{}))+`, CASE WHEN EXISTS (SELECT 1 FROM account a
			WHERE a.realm = preapproval.realm AND a.account = preapproval.account AND a.person <> '' AND (`+strings.Join(inside, " OR ")+`))
			THEN 1 ELSE 0 END
		FROM preapproval WHERE id < $1 AND (until = 0 OR until > $2) ORDER BY id DESC LIMIT $3`, a...)
	return list, err
}

// beforeID is what ids in falling order begin before.
func beforeID(after string) string {
	if after == "" {
		return "~" // greater than every id
	}
	return after
}

func approvalLimit(limit int) int64 { return int64(min(max(limit, 1), 500)) }

func (r runner) eachPreApproval(ctx context.Context, fn func(*access.PreApproval), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		p := &access.PreApproval{}
		if err := rows.Scan(targets(preApprovalColumns(p))...); err != nil {
			return err
		}
		fn(p)
		return nil
	}, `SELECT `+names(preApprovalColumns(&access.PreApproval{}))+` FROM preapproval `+rest, a...)
}

// PreApproval is for Decide.
func (v *txView) PreApproval(p access.Pair) *access.PreApproval {
	if !v.any(&v.approved, `SELECT 1 FROM preapproval ORDER BY id LIMIT 1`) {
		return nil
	}
	return remember(v, &v.approvals, p, func() (*access.PreApproval, error) {
		return v.t.q.preApproval(v.t.ctx, `eas_device = $1 AND account = $2 AND realm = $3`, p.Device, p.Account, p.Realm)
	})
}

// SweepPreApprovals forgets those that have ended by now, at most limit of them, and brings the sync
// status of their records up to date. Gateways end them themselves.
func (s *Store) SweepPreApprovals(ctx context.Context, limit int) (ended []access.PreApproval, err error) {
	if limit <= 0 {
		limit = 500
	}
	err = s.WithTx(ctx, func(t *Tx) error {
		ended = nil
		if err := t.q.eachPreApproval(t.ctx, func(p *access.PreApproval) { ended = append(ended, *p) },
			`WHERE until > 0 AND until <= $1 ORDER BY until LIMIT $2`, millis(t.now), int64(limit)); err != nil {
			return said("store: sweep pre-approvals", err)
		}
		for _, p := range ended {
			if err := t.DeletePreApproval(p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

// NextApprovalEnd is when the next pre-approval ends by time; zero when none will.
func (s *Store) NextApprovalEnd(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := s.reader().row(ctx, `SELECT COALESCE(MIN(until), 0) FROM preapproval WHERE until > 0`).Scan(target(&at))
	return at, said("store: next approval's end", err)
}
