// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// SweepSyncStatus brings the stored sync status of the next records up to date, after a change that
// reaches many of them. Start with after 0 and hand next back until it is 0: each call is a short
// transaction of its own over about limit records, so that nobody waits for the whole.
func (s *Store) SweepSyncStatus(ctx context.Context, after int64, limit int) (next int64, changed int, err error) {
	if limit <= 0 {
		limit = 500
	}
	err = s.WithTx(ctx, func(t *Tx) error {
		next, changed = 0, 0
		var rows []*associationRow
		if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { rows = append(rows, r) },
			`WHERE seq > $1 ORDER BY seq LIMIT $2`+t.s.engine.locking(), after, int64(limit)); err != nil {
			return said("store: sweep", err)
		}
		for _, r := range rows {
			status := t.SyncStatus(&r.Association)
			if status == r.SyncStatus {
				continue
			}
			if err := t.resort(r, status); err != nil {
				return said("store: sweep", err)
			}
			changed++
		}
		if len(rows) == limit {
			next = rows[limit-1].seq
		}
		return nil
	})
	return next, changed, err
}

// SweepExpired brings the sync status of records up to date whose override has ended by now, at most
// limit of them, and gives their ids: pages show them anew. Gateways end an override themselves.
func (s *Store) SweepExpired(ctx context.Context, limit int) (ids []access.AssociationID, err error) {
	if limit <= 0 {
		limit = 500
	}
	err = s.WithTx(ctx, func(t *Tx) error {
		ids = nil
		var rows []*associationRow
		if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { rows = append(rows, r) },
			`WHERE sweep_at > 0 AND sweep_at <= $1 ORDER BY sweep_at LIMIT $2`+t.s.engine.locking(),
			millis(t.now), int64(limit)); err != nil {
			return said("store: sweep", err)
		}
		for _, r := range rows {
			if err := t.resort(r, t.SyncStatus(&r.Association)); err != nil {
				return said("store: sweep", err)
			}
			if _, err := t.q.exec(t.ctx, `UPDATE association SET sweep_at = 0, live = 0 WHERE id = $1`, string(r.ID)); err != nil {
				return said("store: sweep", err)
			}
			ids = append(ids, r.ID)
		}
		return nil
	})
	return ids, err
}

// NextExpiry is when the next override ends by time; zero when none will.
func (s *Store) NextExpiry(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := s.reader().row(ctx, `SELECT COALESCE(MIN(sweep_at), 0) FROM association WHERE sweep_at > 0`).Scan(target(&at))
	return at, said("store: next expiry", err)
}
