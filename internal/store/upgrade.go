// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
)

// upgradedAtOnce is how many records one transaction of an upgrade goes through.
const upgradedAtOnce = 2000

// upgradePeople fills in, for records from before there were users and waiting devices, what SQL alone
// cannot work out: a stretch of records a transaction, and from where it stood when it was interrupted.
func (s *Store) upgradePeople(ctx context.Context) error {
	const name = ownSettings + "people"
	for done := false; !done; {
		err := s.WithTx(ctx, func(t *Tx) error {
			st, err := t.q.setting(ctx, true, name)
			if err != nil {
				return said("store: upgrade", err)
			}
			if st.Version == 0 {
				done = true
				return nil
			}
			after, err := strconv.ParseInt(st.Value, 10, 64)
			if err != nil {
				return err
			}
			var rows []*associationRow
			if err := t.q.eachAssociation(ctx, func(r *associationRow) { rows = append(rows, r) },
				`WHERE seq > $1 ORDER BY seq LIMIT $2`, after, int64(upgradedAtOnce)); err != nil {
				return said("store: upgrade", err)
			}
			part := make([]*access.Association, len(rows))
			for i, r := range rows {
				part[i], after = &r.Association, r.seq
				if r.derive(); r.keys.imei == "" && r.keys.tail == "" {
					continue
				}
				if _, err := t.q.exec(ctx, `UPDATE association SET imei_key = $2, number_tail = $3 WHERE id = $1`,
					string(r.ID), r.keys.imei, r.keys.tail); err != nil {
					return said("store: upgrade", err)
				}
			}
			if len(part) > 0 {
				for some := range slices.Chunk(part, bulkRows) {
					if err := t.awaitAll(some); err != nil {
						return err
					}
				}
				_, err = t.q.exec(ctx, `UPDATE setting SET value = $2 WHERE name = $1`, name, strconv.FormatInt(after, 10))
			} else {
				done = true
				_, err = t.q.exec(ctx, `DELETE FROM setting WHERE name = $1`, name)
			}
			return said("store: upgrade", err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// upgradeExpected fills in what the search looks into, for expected phones from before there was one.
func (s *Store) upgradeExpected(ctx context.Context) error {
	for more := true; more; {
		err := s.WithTx(ctx, func(t *Tx) error {
			var rows []*expectedRow
			if err := t.q.each(ctx, func(r *sql.Rows) error {
				row := &expectedRow{}
				rows = append(rows, row)
				return r.Scan(append([]any{&row.seq}, targets(expectedColumns(row))...)...)
			}, `SELECT seq, `+names(expectedColumns(&expectedRow{}))+` FROM expected WHERE search = '' ORDER BY seq LIMIT $1`, int64(upgradedAtOnce)); err != nil {
				return said("store: upgrade", err)
			}
			for _, r := range rows {
				r.derive()
				if _, err := t.q.exec(ctx, `UPDATE expected SET search = $2 WHERE id = $1`, r.ID, r.keys.search); err != nil {
					return said("store: upgrade", err)
				}
			}
			more = len(rows) == upgradedAtOnce
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
