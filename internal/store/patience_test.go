// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
)

// `vedette admin` and its like open the database of a console that is at work, however much that writes.
func TestWhoOpensADatabaseIsNotKeptOutByOneThatWritesWithoutAPause(t *testing.T) {
	dsn := empty.DSN(t)
	busy, err := store.Open(t.Context(), store.Config{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	stop, began := make(chan struct{}), make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; ; i++ {
			err := links(t, busy, fmt.Sprint("busy", i), 200)
			if i == 0 {
				close(began)
			}
			if err != nil {
				t.Errorf("the one that writes: %v", err)
				return
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	defer writing.Wait()
	defer close(stop)
	<-began
	for i := range 3 {
		other, err := store.Open(t.Context(), store.Config{DSN: dsn})
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		err = links(t, other, fmt.Sprint("other", i), 1)
		if err := errors.Join(err, other.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// links writes set-up links in one transaction.
func links(t *testing.T, s *store.Store, name string, n int) error {
	return s.WithTx(t.Context(), func(tx *store.Tx) error {
		for i := range n {
			who := fmt.Sprint(name, "-", i)
			if err := tx.CreateSetupLink(who, who, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Several that start on a new file at the same moment make its tables once, and all of them start.
func TestSeveralMayStartOnANewFileAtOnce(t *testing.T) {
	for round := range 4 {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), fmt.Sprint(round, ".db"))
		var starting sync.WaitGroup
		for range 3 {
			starting.Go(func() {
				s, err := store.Open(t.Context(), store.Config{DSN: dsn})
				if err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		starting.Wait()
	}
}
