// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vedette-mail/vedette/internal/store"
)

// Template is a small database that is made once and then copied for every test: making all tables anew
// takes longer than most tests themselves. Its zero value is one without rows.
type Template struct {
	// Fill writes what every copy begins with; it must have closed the database when it returns.
	Fill func(t testing.TB, dsn string)

	once sync.Once
	file []byte
}

// DSN gives a copy of the test's own.
func (p *Template) DSN(t testing.TB) string {
	t.Helper()
	p.once.Do(func() { p.make(t) })
	if p.file == nil {
		t.Fatal("the template could not be made, see the first test that failed")
	}
	file := filepath.Join(t.TempDir(), "console.db")
	if err := os.WriteFile(file, p.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

func (p *Template) make(t testing.TB) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "template.db")
	s, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + file})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.Fill != nil {
		p.Fill(t, "sqlite:"+file)
	}
	if p.file, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
}
