// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import "testing"

// Content gives a database as it lies there: table, column, and the values of all rows as text. What only
// serves to search, and what keeps the migrations apart, is left out.
func Content(t *testing.T, dsn string) map[string]map[string][]string {
	t.Helper()
	return read(t, dsn)
}

// Spoil makes a record unreadable, as a disk or a person with an editor might.
func Spoil(t *testing.T, dsn, record string) {
	t.Helper()
	db, _, err := raw(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE association SET ruling = '{broken' WHERE id = $1`, record); err != nil {
		t.Fatal(err)
	}
}
