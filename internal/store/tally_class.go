// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
)

// countRow is a row of one of the tables that say how many there are of a kind.
type countRow struct {
	table string // device_count, person_count, expected_count, expected_day or group_count
	class int64
	name  string
}

// tally notes that there are n more, or fewer, of a kind; finish writes it.
func (t *Tx) tally(row countRow, n int64) {
	if t.tallies == nil {
		t.tallies = map[countRow]int64{}
	}
	t.tallies[row] += n
}

func (t *Tx) writeTallies() error {
	rows := make([]countRow, 0, len(t.tallies))
	for row, n := range t.tallies {
		if n != 0 {
			rows = append(rows, row)
		}
	}
	// Everybody takes these rows in the same order, so that nobody waits in a circle.
	slices.SortFunc(rows, func(a, b countRow) int {
		return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.class, b.class), cmp.Compare(a.name, b.name))
	})
	for _, row := range rows {
		n := t.tallies[row]
		var err error
		if row.table == expectedDays {
			_, err = t.q.exec(t.ctx, `INSERT INTO expected_day (name, class, n) VALUES ($1, $2, $3)
				ON CONFLICT (name, class) DO UPDATE SET n = expected_day.n + $3`, row.name, row.class, n)
		} else if row.table != "group_count" {
			_, err = t.q.exec(t.ctx, `UPDATE `+row.table+` SET n = n + $1 WHERE class = $2`, n, row.class)
		} else if _, err = t.q.exec(t.ctx, `INSERT INTO group_count (name, n) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET n = group_count.n + $2`, row.name, n); err == nil {
			_, err = t.q.exec(t.ctx, `DELETE FROM group_count WHERE name = $1 AND n <= 0`, row.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// classCounts reads how many there are of each class.
func (r runner) classCounts(ctx context.Context, table string) (map[int64]int64, error) {
	out := map[int64]int64{}
	err := r.each(ctx, func(rows *sql.Rows) error {
		var class, n int64
		err := rows.Scan(&class, &n)
		out[class] = n
		return err
	}, `SELECT class, n FROM `+table)
	return out, err
}
