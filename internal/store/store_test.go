// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
	"github.com/vedette-mail/vedette/test/parts"
)

func TestSQLite(t *testing.T)   { storetest.Run(t, sqlite()) }
func TestPostgres(t *testing.T) { storetest.Run(t, postgres()) }

// empty is what most tests on SQLite begin with.
var empty storetest.Template

func sqlite() storetest.Engine {
	return storetest.Engine{DSN: func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "vedette.db") },
		Made: empty.DSN, Migrations: os.DirFS("migrations/sqlite")}
}

func postgres() storetest.Engine {
	return storetest.Engine{DSN: parts.Postgres, Migrations: os.DirFS("migrations/postgres")}
}

func openSQLite(t testing.TB, now func() time.Time) *store.Store   { return sqlite().Open(t, now) }
func openPostgres(t testing.TB, now func() time.Time) *store.Store { return postgres().Open(t, now) }
