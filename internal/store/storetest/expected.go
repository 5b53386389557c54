// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// expected is about phones that lists from elsewhere name (Y-18).
func expected(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	name := func(account, device string) *access.Expected {
		return &access.Expected{Pair: access.Pair{Realm: "lab", Account: account, Device: device}, Who: "Who " + account, Model: "iPhone", By: "root"}
	}
	save := func(x *access.Expected) *access.Expected {
		t.Helper()
		tx(t, s, func(tx *store.Tx) error { return tx.SaveExpected(x) })
		return x
	}
	counted := func(missing, seen int64) {
		t.Helper()
		list, err := s.CountExpected(ctx)
		var m, n int64
		for _, d := range list {
			if d.Day.IsZero() {
				m += d.N
			} else {
				n += d.N
			}
		}
		if err != nil || m != missing || n != seen {
			t.Errorf("%d missing and %d seen, want %d and %d, %v", m, n, missing, seen, err)
		}
		for show, want := range map[store.Show]int64{store.ShowMissing: missing, store.ShowSeen: seen, store.ShowAll: missing + seen} {
			if p, err := s.ListExpected(ctx, store.ExpectedQuery{Show: show, Limit: 500}); err != nil || p.Total != want || int64(len(p.Rows)) != want {
				t.Errorf("%s: %d rows of %d, want %d, %v", show, len(p.Rows), p.Total, want, err)
			}
		}
	}
	before := create(t, s, seen("here", "d0")).FirstSync
	if x := save(name("here", "d0")); !x.Seen.Equal(before) {
		t.Errorf("a phone that has come already is seen at %v, want %v", x.Seen, before)
	}
	save(name("ana", "d1"))
	blocked := name("ben", "d2")
	blocked.Preset, blocked.Reason = access.OverrideBlock, "so it was before"
	save(blocked)
	save(name("", "d3")) // whose it is nobody knows
	counted(3, 1)
	if n := tx(t, s, func(tx *store.Tx) error { return tx.SaveExpected(name("zoe", "d9")) }); n != 0 {
		t.Errorf("gateways are told of an expected phone, with number %d", n)
	}
	create(t, s, seen("ana", "d8")) // another phone of hers
	counted(4, 1)
	if a := create(t, s, seen("ana", "d1")); a.Override.Kind != access.NoOverride {
		t.Errorf("override %+v", a.Override)
	}
	if a := create(t, s, seen("ben", "d2")); a.Override.Kind != access.OverrideBlock || a.Override.By != "root" || a.SyncStatus != access.Blocked {
		t.Errorf("what was decided before it came: %+v, %s", a.Override, a.SyncStatus)
	}
	create(t, s, seen("cleo", "d3"))
	counted(1, 4)
	// Another list says more of one: it stays seen, and is the same.
	again := save(name("ana", "d1"))
	if again.Seen.IsZero() || again.Version < 2 {
		t.Errorf("named again: %+v", again)
	}
	counted(1, 4)
	nameless := save(name("", "d9"))
	for devices, want := range map[string]int{"d8": 1, "d9": 2} {
		list, err := s.Personal(ctx).Expected("lab", "ana", []string{devices})
		if err != nil || len(list) != want || list[0].ID != again.ID {
			t.Errorf("with the phone %s: %+v, %v", devices, list, err)
		}
	}
	tx(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteExpected(again.ID), tx.DeleteExpected(nameless.ID))
	})
	counted(1, 3)
	for i := range 120 {
		save(name(fmt.Sprintf("u%03d", i), fmt.Sprintf("e%03d", i)))
	}
	for _, sort := range store.ExpectedColumns() {
		for _, desc := range []bool{false, true} {
			q, got := store.ExpectedQuery{Sort: sort, Desc: desc, Limit: 50}, map[string]bool{}
			for {
				p, err := s.ListExpected(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range p.Rows {
					got[x.ID] = true
				}
				if q.Cursor = p.Next; q.Cursor == "" {
					break
				}
			}
			if len(got) != 124 {
				t.Errorf("by %s, desc %v: %d of 124 phones", sort, desc, len(got))
			}
		}
	}
	searchExpected(t, s, save)
	tx(t, s, func(tx *store.Tx) error { _, err := tx.ForgetExpected(); return err })
	counted(0, 0)
	if p, err := s.ListExpected(ctx, store.ExpectedQuery{Search: "mobil"}); err != nil || len(p.Rows) != 0 {
		t.Errorf("after all are forgotten a search finds %d, %v", len(p.Rows), err)
	}
}

// searchExpected looks for phones among more than fit on a page, by each field and by what changes in them.
func searchExpected(t *testing.T, s *store.Store, save func(*access.Expected) *access.Expected) {
	t.Helper()
	found := func(term string, show store.Show) (list []string) {
		t.Helper()
		q := store.ExpectedQuery{Search: term, Show: show, Limit: 50}
		for {
			p, err := s.ListExpected(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range p.Rows {
				list = append(list, x.Pair.Device)
			}
			if q.Cursor = p.Next; q.Cursor == "" {
				slices.Sort(list)
				return list
			}
		}
	}
	one := &access.Expected{Pair: access.Pair{Realm: "lab", Account: "zita", Device: "f1"}, Who: "Żaneta Ødegård", Model: "Galaxy S24", DeviceType: "SAMSUNG",
		IMEI: "352099001761481", Number: "+351 21 000-0142", By: "root"}
	save(one)
	for i := range 150 { // more than are looked at one by one
		save(&access.Expected{Pair: access.Pair{Realm: "lab", Account: fmt.Sprintf("v%03d", i), Device: fmt.Sprintf("g%03d", i)}, Model: "Mobile"})
	}
	for term, want := range map[string][]string{"żaneta ø": {"f1"}, "ZITA": {"f1"}, "axy s2": {"f1"}, "9900176": {"f1"}, "+35121000": {"f1"}, "samsun": {"f1"},
		"f1": {"f1"}, "ża": {"f1"}, "xy": nil, "root": nil, "v149": {"g149"}, "g1": nil} {
		if term == "g1" {
			for i := 100; i < 150; i++ {
				want = append(want, fmt.Sprintf("g%03d", i))
			}
		}
		if got := found(term, store.ShowAll); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", term, got, want)
		}
		if got := found(term, store.ShowSeen); len(got) != 0 {
			t.Errorf("%q among those that have come finds %q", term, got)
		}
	}
	one.Who = "Somebody Else"
	save(one)
	if a, b := found("ødegård", store.ShowAll), found("body else", store.ShowMissing); len(a) != 0 || len(b) != 1 {
		t.Errorf("after another list has named another owner the old name finds %q and the new one %q", a, b)
	}
	create(t, s, seen("zita", "f1"))
	if a, b := found("body else", store.ShowSeen), found("body else", store.ShowMissing); len(a) != 1 || len(b) != 0 {
		t.Errorf("when it has come it is found among those that have, %q, and those that have not, %q", a, b)
	}
	if n := len(found("mobil", store.ShowMissing)); n != 150 {
		t.Errorf("a word that many hold finds %d of 150", n)
	}
}

// imports is about files that were brought in.
func imports(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	i := &store.Import{Kind: "users", File: "users.csv", Options: "{}", Actor: access.Actor{Name: "root"}, Lines: 250, State: "checking", Summary: "{}"}
	tx(t, s, func(tx *store.Tx) error {
		if err := tx.CreateImport(i); err != nil {
			return err
		}
		var lines []store.ImportLine
		for n := range int64(250) {
			lines = append(lines, store.ImportLine{N: n + 1, Line: n + 2, Label: fmt.Sprint("user ", n), Fields: `{"name":"x"}`, State: "waiting", Before: "{}"})
		}
		return tx.AddImportLines(i.ID, lines)
	})
	tx(t, s, func(tx *store.Tx) error {
		return tx.SaveImportLine(i.ID, &store.ImportLine{N: 7, State: "refused", Result: "no"})
	})
	if l, err := s.ListImportLines(ctx, i.ID, "refused", 0, 10); err != nil || len(l) != 1 || l[0].Line != 8 || l[0].Result != "no" || l[0].Label != "user 6" {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := s.ImportLines(ctx, i.ID, 201, 401); err != nil || len(l) != 50 || l[0].N != 201 {
		t.Errorf("%d lines, %v", len(l), err)
	}
	stale := *i
	i.State = "checked"
	tx(t, s, func(tx *store.Tx) error { return tx.SaveImport(i) })
	if err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveImport(&stale) }); access.KindOf(err) != access.KindConflict {
		t.Errorf("two who go on with one import: %v", err)
	}
	if got, err := s.FindImport(ctx, i.ID); err != nil || got.State != "checked" || got.Actor.Name != "root" {
		t.Errorf("%+v, %v", got, err)
	}
	tx(t, s, func(tx *store.Tx) error { return tx.DeleteImports(tx.Now().Add(time.Hour)) })
	if list, err := s.ListImports(ctx, 10); err != nil || len(list) != 0 {
		t.Errorf("%d imports are left, %v", len(list), err)
	}
	if l, err := s.ListImportLines(ctx, i.ID, "", 0, 10); err != nil || len(l) != 0 {
		t.Errorf("%d lines are left, %v", len(l), err)
	}
}
