// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func console(t *testing.T, e Engine) {
	t.Run("audit lines carry the number of their transaction and come newest first", func(t *testing.T) {
		ctx, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		hostile := "=HYPERLINK(\"x\")\x1b[2J\r\n<b>"
		n := tx(t, s, func(tx *store.Tx) error {
			a.Override = access.Override{Kind: access.OverrideBlock, At: tx.Now()}
			tx.Audit(access.AuditEntry{Actor: "root", Addr: "192.0.2.1", Event: "block", Subject: hostile, Object: string(a.ID), Detail: "lost"})
			return tx.SaveAssociation(a)
		})
		for i := range 5 {
			tx(t, s, func(tx *store.Tx) error {
				tx.Audit(access.AuditEntry{Actor: "eve", Event: "sign-in", Failed: true, Detail: fmt.Sprint(i)})
				return nil
			})
		}
		list, older, err := s.ListAudit(ctx, store.AuditFilter{Object: string(a.ID)})
		if err != nil || len(list) != 1 || older != 0 || list[0].Number != n || list[0].Subject != hostile || !list[0].At.Equal(Start()) {
			t.Fatalf("%+v, %d, %v", list, older, err)
		}
		list, older, err = s.ListAudit(ctx, store.AuditFilter{Event: "sign-in", Limit: 2})
		if err != nil || len(list) != 2 || list[0].Detail != "4" || older == 0 || !list[0].Failed || list[0].Number != 0 {
			t.Fatalf("%+v, %d, %v", list, older, err)
		}
		list, _, err = s.ListAudit(ctx, store.AuditFilter{Event: "sign-in", Before: older})
		if err != nil || len(list) != 3 || list[0].Detail != "2" {
			t.Fatalf("%+v, %v", list, err)
		}
	})
	t.Run("a refused action leaves no audit line behind", func(t *testing.T) {
		ctx, s := fresh(t, e)
		_ = s.WithTx(ctx, func(tx *store.Tx) error {
			tx.Audit(access.AuditEntry{Event: "block"})
			return access.Forbidden("test", "no")
		})
		if list, _, err := s.ListAudit(ctx, store.AuditFilter{}); err != nil || len(list) != 0 {
			t.Fatalf("%+v, %v", list, err)
		}
	})
	t.Run("a form's key does its work once", func(t *testing.T) {
		ctx, s := fresh(t, e)
		press := func() error {
			return s.WithTx(ctx, func(tx *store.Tx) error {
				if err := tx.CreateAssociation(seen(store.NewID(time.Now()), "d")); err != nil {
					return err
				}
				return tx.KeepOutcome(store.Outcome{Actor: "root", Key: "k1", Verb: access.VerbBlock, Result: `"done"`})
			})
		}
		if err := press(); err != nil {
			t.Fatal(err)
		}
		wantKind(t, press(), access.KindConflict)
		if c, _ := s.CountAssociations(ctx); c.Total != 1 {
			t.Fatalf("done %d times", c.Total)
		}
		tx(t, s, func(tx *store.Tx) error {
			o, err := tx.FindOutcome("root", "k1")
			if err != nil || o.Number == 0 || o.Result != `"done"` {
				t.Errorf("%+v, %v", o, err)
			}
			_, err = tx.FindOutcome("eve", "k1")
			wantKind(t, err, access.KindNotFound)
			return nil
		})
	})
	t.Run("administrators: one name in any case, one writer at a time", func(t *testing.T) {
		ctx, s := fresh(t, e)
		a := &store.Administrator{Name: "Root", Role: access.RoleAdministrator, PasswordHash: "argon", TOTPSealed: "v1.x"}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAdministrator(a) })
		err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveAdministrator(&store.Administrator{Name: "rOOT"}) })
		wantKind(t, err, access.KindConflict)
		got, err := s.FindAdministratorByName(ctx, "ROOT")
		if err != nil || !reflect.DeepEqual(got, a) {
			t.Fatalf("%+v, %v", got, err)
		}
		stale := *got
		got.Failures, got.LockedUntil = 3, Start().Add(time.Minute)
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAdministrator(got) })
		err = s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveAdministrator(&stale) })
		wantKind(t, err, access.KindConflict)
		if list, err := s.ListAdministrators(ctx); err != nil || len(list) != 1 || list[0].Failures != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
	})
	t.Run("sessions live under the hash of their token and end", func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		n := s.Sessions()
		data := []byte{0, 1, 2, 255}
		for range 2 {
			if err := n.Commit("secret-token", data, now.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		b, ok, err := n.Find("secret-token")
		if err != nil || !ok || !slices.Equal(b, data) {
			t.Fatalf("%v %v %v", b, ok, err)
		}
		all, err := n.All()
		if _, clear := all["secret-token"]; err != nil || clear || len(all) != 1 || all[store.SessionHash("secret-token")] == nil {
			t.Fatalf("%v, %v", all, err)
		}
		now = now.Add(time.Hour)
		if _, ok, err := n.Find("secret-token"); ok || err != nil {
			t.Fatalf("expired and found, %v", err)
		}
		if err := n.Delete("nobody"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a set-up link works once", func(t *testing.T) {
		ctx, s := fresh(t, e)
		tx(t, s, func(tx *store.Tx) error { return tx.CreateSetupLink("h0", Start().Add(time.Hour)) })
		tx(t, s, func(tx *store.Tx) error { return tx.CreateSetupLink("h1", Start().Add(time.Hour)) })
		wantKind(t, s.FindSetupLink(ctx, "h0"), access.KindNotFound)
		if err := s.FindSetupLink(ctx, "h1"); err != nil {
			t.Fatal(err)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.UseSetupLink("h1") })
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { return tx.UseSetupLink("h1") }), access.KindNotFound)
	})
	t.Run("tokens are found by hash until they expire", func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		k := &store.Token{Name: "ci", Hash: "abc", Role: access.RoleAuditor, Expires: now.Add(time.Hour)}
		tx(t, s, func(tx *store.Tx) error { return tx.CreateToken(k) })
		if got, err := s.FindToken(t.Context(), "abc"); err != nil || !reflect.DeepEqual(got, k) {
			t.Fatalf("%+v, %v", got, err)
		}
		if err := s.TokenUsed(t.Context(), k.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := s.ListTokens(t.Context()); err != nil || len(list) != 1 || !list[0].LastUsed.Equal(now) {
			t.Fatalf("%+v, %v", list, err)
		}
		now = now.Add(time.Hour)
		_, err := s.FindToken(t.Context(), "abc")
		wantKind(t, err, access.KindNotFound)
	})
	t.Run("a job goes on after whoever held it is gone", jobGoesOn(e))
	t.Run("tallies add up and old ones go", func(t *testing.T) {
		ctx, s := fresh(t, e)
		m := Start()
		add := func(list ...access.Tally) {
			tx(t, s, func(tx *store.Tx) error { return tx.AddTallies("gw1", list) })
		}
		add(access.Tally{Minute: m, Rule: "stale-password", Verdict: "challenge", Count: 3}, access.Tally{Minute: m, Rule: "stale-password", Verdict: "challenge", Count: 1},
			access.Tally{Minute: m.AddDate(0, -3, 0), Rule: "old", Verdict: "refuse", Count: 9}, access.Tally{Minute: m, Rule: "bad", Verdict: "refuse", Count: -5})
		add(access.Tally{Minute: m.Add(time.Minute), Rule: "stale-password", Verdict: "challenge", Count: 2})
		sum, err := s.SumTallies(ctx, m.Add(-time.Hour), m.Add(time.Hour))
		if err != nil || len(sum) != 1 || sum[0].Count != 6 {
			t.Fatalf("%+v, %v", sum, err)
		}
		list, err := s.ListTallies(ctx, m.Add(-time.Hour), m.Add(time.Hour), time.Minute)
		if err != nil || len(list) != 2 || list[0].Count != 4 || !list[0].Minute.Equal(m) {
			t.Fatalf("%+v, %v", list, err)
		}
	})
}

func jobGoesOn(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		j := &store.Job{Verb: access.VerbBlock, Actor: access.Actor{Name: "root", Role: access.RoleAdministrator}, Reason: "audit", Params: "{}"}
		tx(t, s, func(tx *store.Tx) error {
			if err := tx.CreateJob(j); err != nil {
				return err
			}
			return tx.AddJobRows(j.ID, []store.JobRow{{Target: "a"}, {Target: "b"}, {Target: "a"}, {Target: "c"}})
		})
		got, err := s.LeaseJob(t.Context(), "first", time.Minute)
		if err != nil || got.ID != j.ID || got.Total != 3 || !reflect.DeepEqual(got.Actor, j.Actor) || got.State != store.JobRunning {
			t.Fatalf("%+v, %v", got, err)
		}
		_, err = s.LeaseJob(t.Context(), "second", time.Minute)
		wantKind(t, err, access.KindNotFound)
		rows, err := s.NextJobRows(t.Context(), j.ID, 10)
		if err != nil || len(rows) != 3 {
			t.Fatalf("%+v, %v", rows, err)
		}
		finish := func(n int64, state store.JobState) error {
			return s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.FinishJobRow(j.ID, n, state, "told") })
		}
		if err := finish(rows[0].N, store.JobDone); err != nil {
			t.Fatal(err)
		}
		wantKind(t, finish(rows[0].N, store.JobDone), access.KindConflict)
		now = now.Add(2 * time.Minute)
		if got, err = s.LeaseJob(t.Context(), "second", time.Minute); err != nil || got.Attempts != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		err = s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.HoldJob(j.ID, "first", time.Minute) })
		wantKind(t, err, access.KindConflict)
		if rows, err = s.NextJobRows(t.Context(), j.ID, 10); err != nil || len(rows) != 2 || rows[0].Target != "b" {
			t.Fatalf("%+v, %v", rows, err)
		}
		if err := finish(rows[0].N, store.JobFailed); err != nil {
			t.Fatal(err)
		}
		failed, err := s.ListJobRows(t.Context(), j.ID, store.JobFailed, 0, 10)
		if err != nil || len(failed) != 1 || failed[0].Result != "told" {
			t.Fatalf("%+v, %v", failed, err)
		}
		tx(t, s, func(tx *store.Tx) error {
			j, err := tx.FindJob(j.ID)
			if err != nil {
				return err
			}
			j.State, j.Finished = store.JobCancelled, tx.Now()
			return tx.SaveJob(j)
		})
		_, err = s.LeaseJob(t.Context(), "third", time.Minute)
		wantKind(t, err, access.KindNotFound)
		if got, err = s.FindJob(t.Context(), j.ID); err != nil || got.Done != 1 || got.Failed != 1 || got.State != store.JobCancelled {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}
