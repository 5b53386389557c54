// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
)

// Counts is how many records there are, kept up to date with every change, so that nobody has to count.
type Counts struct {
	Total, Linked, Unlinked, Allowed, Blocked int64
	Suggested                                 int64 // unlinked, with a device that comes into question
	classes                                   [6]int64
}

// CountAssociations gives the counts.
func (s *Store) CountAssociations(ctx context.Context) (Counts, error) {
	c, err := s.reader().counts(ctx)
	return c, said("store: count", err)
}

func (r runner) counts(ctx context.Context) (c Counts, err error) {
	err = r.each(ctx, func(rows *sql.Rows) error {
		var class, n int64
		if err := rows.Scan(&class, &n); err != nil {
			return err
		}
		if class >= 0 && class < int64(len(c.classes)) {
			c.classes[class] = n
		}
		return nil
	}, `SELECT class, n FROM class_count`)
	for class, n := range c.classes {
		c.Total += n
		if class&2 != 0 {
			c.Linked += n
		} else {
			c.Unlinked += n
		}
		if class >= 4 {
			c.Suggested += n
		}
		if class&1 == 1 {
			c.Blocked += n
		} else {
			c.Allowed += n
		}
	}
	return c, err
}
