// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// Position is where the history stands now.
func (s *Store) Position(ctx context.Context) (access.Position, error) {
	p, err := s.reader().position(ctx)
	return p, said("store: position", err)
}

func (r runner) position(ctx context.Context) (p access.Position, err error) {
	err = r.row(ctx, `SELECT history, number, token FROM change_counter WHERE id = 1`).Scan(&p.History, &p.Number, &p.Token)
	return p, err
}
