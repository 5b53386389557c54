// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// Plans do not depend on the race detector, and large fills take minutes with it.

package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

func TestLookingSomethingUpReadsWhatItGivesOnSQLite(t *testing.T)   { lookupPlans(t, sqlite()) }
func TestLookingSomethingUpReadsWhatItGivesOnPostgres(t *testing.T) { lookupPlans(t, postgres()) }

// lookupPlans is about what is asked outside of the lists, often and among many.
func lookupPlans(t *testing.T, e storetest.Engine) {
	t.Helper()
	s := e.Open(t, storetest.Start)
	if err := storetest.FillWorld(t.Context(), s, storetest.WorldOf(2_000), 1); err != nil {
		t.Fatal(err)
	}
	analyze(t, s)
	ctx := t.Context()
	users, err := s.ListUsers(ctx, store.UserQuery{Limit: 1})
	if err != nil || len(users.Rows) != 1 || len(users.Rows[0].Groups) == 0 {
		t.Fatal(err)
	}
	records, err := s.ListAssociations(ctx, store.Query{Limit: 50})
	if err != nil || len(records.Rows) != 50 {
		t.Fatal(err)
	}
	ids := make([]access.AssociationID, len(records.Rows))
	for i := range ids {
		ids[i] = records.Rows[i].ID
	}
	w := newPlanWatch(t, s)
	w.indexes = true
	w.allow = func(complaint string) bool { return !scans(complaint) } // what is found is few, and may be sorted
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
	look("users of a name", perCandidate, func() error { _, err := s.FindUsersNamed(ctx, users.Rows[0].Name); return err })
	look("those that came after 50 records", 50*perCandidate, func() error {
		return s.WithTx(ctx, func(tx *store.Tx) error { _, err := tx.SuccessorsOf(ids); return err })
	})
	look("a setting", perCandidate, func() error { var v map[string]any; _, err := s.Setting(ctx, "mail", &v); return err })
	look("approvals", 50*examined, func() error { _, err := s.ListPreApprovals(ctx, "", 50); return err })
	look("approvals of a group", 50*examined, func() error {
		_, _, err := s.ListPreApprovalsOf(ctx, &access.Scope{Groups: users.Rows[0].Groups}, "", 50)
		return err
	})
	line := func(id int64) func() error {
		return func() error { _, err := s.AuditAfter(ctx, id, 50); return err }
	}
	newest, _, err := s.ListAudit(ctx, store.AuditFilter{Limit: 1})
	if err != nil || len(newest) != 1 || newest[0].ID < 500 {
		t.Fatalf("%d lines of the audit log, %v", len(newest), err)
	}
	last := newest[0].ID
	for what, after := range map[string]int64{"the first": 0, "others": last / 2, "the last": last - 1, "no": last} {
		look(what+" lines of the audit log that are handed on", 50+1, line(after))
	}
	w.allow = func(complaint string) bool { return !scans(complaint) || strings.HasPrefix(complaint, "SCAN gateway") } // there are few
	gatewayPlans(t, s, look)
}

// gatewayPlans is about what several gateways say of themselves: it is looked at whole when one of them has
// reported, and else is not read.
func gatewayPlans(t *testing.T, s *store.Store, look func(string, int, func() error)) {
	t.Helper()
	const gateways = 3
	if err := s.WithTx(t.Context(), func(tx *store.Tx) error {
		for i := range gateways {
			if err := tx.SaveGateway(access.Gateway{ID: access.GatewayID(fmt.Sprintf("gw%d", i)), LastReport: storetest.Start()}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var mark store.GatewayMark
	since := func(want int) func() error {
		return func() error {
			list, now, err := s.GatewaysSince(t.Context(), mark)
			if err == nil && len(list) != want {
				err = fmt.Errorf("%d gateways, want %d", len(list), want)
			}
			mark = now
			return err
		}
	}
	look("gateways nobody has seen", 2*gateways, since(gateways))
	look("gateways that have not reported since", gateways, since(0))
}
