// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import "testing"

func TestAQueryIsSpeltForItsEngine(t *testing.T) {
	for _, tt := range []struct{ name, query, sqlite string }{
		{"places that count up lose their numbers", `a = $1 AND b = $2`, `a = ? AND b = ?`},
		{"places that do not keep them", `a = $2 OR b = $1`, `a = ?2 OR b = ?1`},
		{"a limit is not looked at while the query is planned", `a = $1 LIMIT $2`, `a = ? LIMIT CAST(? AS INTEGER)`},
		{"nor is one of several, or with a number", `(a = $2 LIMIT $1) UNION (b = $2 LIMIT $12)`, `(a = ?2 LIMIT CAST(?1 AS INTEGER)) UNION (b = ?2 LIMIT CAST(?12 AS INTEGER))`},
		{"a limit that stands there stays", `a = $1 LIMIT 1`, `a = ? LIMIT 1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := engineSQLite.spell(tt.query); got != tt.sqlite {
				t.Errorf("%q", got)
			}
			if got := enginePostgres.spell(tt.query); got != tt.query {
				t.Errorf("for PostgreSQL %q", got)
			}
		})
	}
}
