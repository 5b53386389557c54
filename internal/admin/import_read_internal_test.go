// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// Whoever has read an import just before its last lines were done, and its job just after, is told how it
// ended; one whose job was over before it was through is cancelled.
func TestAnImportThatEndsWhileItIsReadIsNotCalledCancelled(t *testing.T) {
	var none storetest.Template
	s, err := store.Open(t.Context(), store.Config{DSN: none.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	a := &Admin{store: s}
	file := &store.Import{Kind: string(ImportDevices), File: "list.csv", Options: "{}", State: string(ImportRunning), Summary: "{}", Lines: 2}
	job := &store.Job{Verb: "import", Selected: true}
	in := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := s.WithTx(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	in(func(tx *store.Tx) error {
		if err := tx.CreateJob(job); err != nil {
			return err
		}
		file.Job = job.ID
		return tx.CreateImport(file)
	})
	before, err := s.FindImport(t.Context(), file.ID)
	if err != nil {
		t.Fatal(err)
	}
	in(func(tx *store.Tx) error {
		j, err := tx.FindJob(job.ID)
		if err != nil {
			return err
		}
		j.Finished = tx.Now()
		return tx.SaveJob(j)
	})
	if i, err := a.importOf(t.Context(), before); err != nil || i.State != ImportCancelled {
		t.Errorf("the job was ended early: %+v, %v", i, err)
	}
	in(func(tx *store.Tx) error {
		f, err := tx.FindImport(file.ID)
		if err != nil {
			return err
		}
		f.State, f.Summary = string(ImportDone), `{"counts":{"created":2}}`
		return tx.SaveImport(f)
	})
	if i, err := a.importOf(t.Context(), before); err != nil || i.State != ImportDone || i.Counts[LineCreated] != 2 {
		t.Errorf("the job was through: %+v, %v", i, err)
	}
}
