// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// FindOfAccount gives the records of an account, at most limit of them, in no order.
func (s *Store) FindOfAccount(ctx context.Context, realm, account string, limit int) ([]access.Association, error) {
	var list []access.Association
	err := s.reader().eachAssociation(ctx, func(r *associationRow) { list = append(list, r.Association) },
		`WHERE account = $1 AND realm = $2 LIMIT $3`, account, realm, int64(limit))
	return list, said("store: find records of an account", err)
}
