// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package store_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

func TestRulesReadWhatTheyShowOnSQLite(t *testing.T)   { blockingPlans(t, sqlite()) }
func TestRulesReadWhatTheyShowOnPostgres(t *testing.T) { blockingPlans(t, postgres()) }

// blockingPlans asks what rules hold, where one holds many records.
func blockingPlans(t *testing.T, e storetest.Engine) { // Y-16 A-18
	t.Helper()
	s, ctx := e.Open(t, storetest.Start), t.Context()
	if err := storetest.FillWorld(ctx, s, storetest.WorldOf(1_000), 1); err != nil {
		t.Fatal(err)
	}
	b := &store.Blocking{Blocking: access.Blocking{Name: "All", Kind: access.BlockingModel, Action: access.ActionQuarantine, Names: []string{"a*"}}, Enabled: true}
	var some []access.Association
	if err := s.WithTx(ctx, func(tx *store.Tx) error {
		if err := tx.CreateBlocking(b); err != nil {
			return err
		}
		var err error
		if some, _, err = tx.Stretch(0, 1_000); err != nil {
			return err
		}
		for i := range some {
			if _, err := tx.SetRuling(&some[i], []access.BlockingID{b.ID}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	analyze(t, s)
	w := newPlanWatch(t, s)
	w.indexes = true
	w.allow = func(complaint string) bool {
		return !scans(complaint) || strings.Contains(complaint, "SCAN blocking") && !strings.Contains(complaint, "blocking_record")
	} // there are few rules
	look := func(what string, most int, fn func() error) {
		t.Helper()
		w.what, w.rows = what, 0
		if err := fn(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if w.rows > most {
			t.Errorf("%s: looked at %d rows, at most %d wanted", what, w.rows, most)
		}
	}
	var next string
	page := func() error {
		p, err := s.Ruled(ctx, store.RuledQuery{Rules: []access.BlockingID{b.ID}, Limit: 50, Cursor: next})
		if err == nil && len(p.Rows) != 50 {
			t.Errorf("%d rows", len(p.Rows))
		}
		next = p.Next
		return err
	}
	look("the first page of what a rule holds", 50*examined, page)
	look("the next one", 50*examined, page)
	look("those nobody was told of", 50*examined, func() error { _, err := s.RuledUntold(ctx, b.ID, 50); return err })
	look("the rules of a record", perCandidate, func() error { _, err := s.RulesOf(ctx, some[500].ID); return err })
	look("a stretch of the walk", 50*examined, func() error {
		return s.WithTx(ctx, func(tx *store.Tx) error { _, _, err := tx.Stretch(500, 50); return err })
	})
}
