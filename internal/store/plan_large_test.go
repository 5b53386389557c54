// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// So many records that reading them all, or all that match, cannot pass for reading a page; too many for
// the race detector.

package store_test

import "testing"

const manyRecords = 30_000

func TestPagesAreCheapAmongManyRecordsOnSQLite(t *testing.T) {
	noPageScansOrSorts(t, sqlite(), manyRecords)
}

func TestPagesAreCheapAmongManyRecordsOnPostgres(t *testing.T) {
	noPageScansOrSorts(t, postgres(), manyRecords)
}
