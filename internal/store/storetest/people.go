// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func addUser(t *testing.T, s *store.Store, name string, groups []string, accounts ...string) *access.User {
	t.Helper()
	u := &access.User{Name: name, DisplayName: "The " + name, Groups: groups}
	for _, a := range accounts {
		u.Accounts = append(u.Accounts, access.Account{Realm: "lab", Account: a})
	}
	tx(t, s, func(tx *store.Tx) error {
		n := *u
		if err := tx.CreateUser(&n); err != nil {
			return err
		}
		*u = n
		return nil
	})
	return u
}

func saveUser(t *testing.T, s *store.Store, u *access.User) int64 {
	t.Helper()
	return tx(t, s, func(tx *store.Tx) error {
		n := *u
		if err := tx.SaveUser(&n); err != nil {
			return err
		}
		*u = n
		return nil
	})
}

func people(t *testing.T, e Engine) {
	t.Run("a user comes back as it was written, by id, by name in any case and by account", func(t *testing.T) {
		ctx, s := fresh(t, e)
		u := &access.User{Name: "Ana.Müller", DisplayName: "Ana Müller", Email: "ana@lab.example", Number: "+49 30 1", Source: "directory",
			Groups: []string{"sales", "board", "sales", " "}, Comment: "a comment",
			Accounts: []access.Account{{Realm: "lab", Account: "ana"}, {Realm: "a-realm", Account: "zoe"}}}
		tx(t, s, func(tx *store.Tx) error { return tx.CreateUser(u) })
		if !slices.Equal(u.Groups, []string{"board", "sales"}) || u.Accounts[0].Realm != "a-realm" {
			t.Errorf("lists are not in order: %+v", u)
		}
		for how, find := range map[string]func() (*access.User, error){
			"id":      func() (*access.User, error) { return s.FindUser(ctx, u.ID) },
			"name":    func() (*access.User, error) { return s.FindUserByName(ctx, " ana.MÜLLER") },
			"account": func() (*access.User, error) { return s.UserOf(ctx, "lab", "ana") },
		} {
			if got, err := find(); err != nil || !reflect.DeepEqual(got, u) {
				t.Errorf("by %s: %v\n%+v\n%+v", how, err, got, u)
			}
		}
		err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateUser(&access.User{Name: "ANA.müller"}) })
		wantKind(t, err, access.KindConflict)
		_, err = s.UserOf(ctx, "lab", "nobody")
		wantKind(t, err, access.KindNotFound)
		for _, bad := range []string{"", "  ", "a\x00b", strings.Repeat("x", 400)} {
			err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateUser(&access.User{Name: bad}) })
			wantKind(t, err, access.KindInvalid)
		}
	})
	t.Run("whom a name may mean is found by name, else by address, else by display name, in any case", func(t *testing.T) {
		ctx, s := fresh(t, e)
		var ids []access.UserID
		for _, u := range []access.User{{Name: "ana", DisplayName: "Ana Roth", Email: "ana@lab.example"}, {Name: "ana@lab.example"},
			{Name: "bob", DisplayName: "Ana Roth", Email: "Team@lab.example", Source: "directory", Disabled: true},
			{Name: "eve", DisplayName: strings.Repeat("long ", 60) + "one", Email: "team@lab.example"}, {Name: "eva", DisplayName: strings.Repeat("long ", 60) + "two"}} {
			tx(t, s, func(tx *store.Tx) error { return tx.CreateUser(&u) })
			ids = append(ids, u.ID)
		}
		for name, want := range map[string][]access.UserID{"ANA": ids[:1], "ana@lab.example": ids[1:2], "team@LAB.example": ids[2:4],
			" ana roth": {ids[0], ids[2]}, strings.Repeat("long ", 60) + "TWO": ids[4:], "an": nil, "nobody": nil, "": nil} {
			list, err := s.FindUsersNamed(ctx, name)
			var got []access.UserID
			for i := range list {
				got = append(got, list[i].ID)
			}
			slices.Sort(got)
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: %v, %v, want %v", name, got, err, want)
			}
		}
	})
	t.Run("an account has one owner, who is named to whoever claims it too", func(t *testing.T) {
		ctx, s := fresh(t, e)
		ana, bob := addUser(t, s, "ana", nil, "ana"), addUser(t, s, "bob", nil, "bob")
		bob.Accounts = append(bob.Accounts, access.Account{Realm: "lab", Account: "ana"})
		err := s.WithTx(ctx, func(tx *store.Tx) error { n := *bob; return tx.SaveUser(&n) })
		wantKind(t, err, access.KindConflict)
		if !strings.Contains(access.TextOf(err), "belongs to ana") {
			t.Errorf("it says %q", access.TextOf(err))
		}
		ana.Accounts = nil
		saveUser(t, s, ana)
		saveUser(t, s, bob)
		if got, err := s.UserOf(ctx, "lab", "ana"); err != nil || got.ID != bob.ID {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("two administrators cannot overwrite each other's words about a user", func(t *testing.T) {
		ctx, s := fresh(t, e)
		ana := addUser(t, s, "ana", nil)
		late := *ana
		ana.Comment = "first"
		saveUser(t, s, ana)
		late.Comment = "second"
		err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveUser(&late) })
		wantKind(t, err, access.KindConflict)
	})
	t.Run("a disabled user's accounts are refused, now and those added later, until enabled or deleted", func(t *testing.T) {
		ctx, s := fresh(t, e)
		a, b := create(t, s, seen("ana", "d1")), create(t, s, seen("second", "d2"))
		if a.Person != "" {
			t.Errorf("belongs to %q before anybody is known", a.Person)
		}
		ana := addUser(t, s, "ana", nil, "ana")
		if got := find(t, s, a.ID); got.Person != ana.ID {
			t.Errorf("the record belongs to %q", got.Person)
		}
		if n := saveUser(t, s, ana); n != 0 {
			t.Errorf("gateways were told of an owner, by change %d", n)
		}
		ana.Disabled = true
		if n := saveUser(t, s, ana); n == 0 {
			t.Error("gateways were not told")
		}
		ana.Accounts = append(ana.Accounts, access.Account{Realm: "lab", Account: "second"})
		saveUser(t, s, ana)
		status := func(step string, want access.SyncStatus) {
			t.Helper()
			for _, id := range []access.AssociationID{a.ID, b.ID} {
				if got := find(t, s, id); got.SyncStatus != want {
					t.Errorf("%s: %s is %s", step, got.Pair, got.SyncStatus)
				}
			}
		}
		status("disabled", access.Blocked)
		var m mirror
		m.catchUp(t, s, 100)
		if got := m.entries["account lab/second"].Account; got == nil || !got.Disabled {
			t.Errorf("gateways hold %+v", got)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteUser(ana.ID) })
		status("deleted", access.Allowed)
		if got := find(t, s, a.ID); got.Person != "" {
			t.Errorf("the record belongs to %q", got.Person)
		}
		m.catchUp(t, s, 100)
		if _, still := m.entries["account lab/second"]; still {
			t.Error("gateways keep an account that nothing is said about")
		}
		_, err := s.FindUser(ctx, ana.ID)
		wantKind(t, err, access.KindNotFound)
	})
	t.Run("groups are counted and scopes made of them", func(t *testing.T) {
		ctx, s := fresh(t, e)
		ana, bob := addUser(t, s, "ana", []string{"sales", "board"}), addUser(t, s, "bob", []string{"sales"})
		want := func(groups ...store.Group) {
			t.Helper()
			if got, err := s.ListGroups(ctx); err != nil || !slices.Equal(got, groups) {
				t.Errorf("groups %+v, %v", got, err)
			}
		}
		want(store.Group{Name: "board", Users: 1}, store.Group{Name: "sales", Users: 2})
		ana.Groups = []string{"board", "new"}
		saveUser(t, s, ana)
		want(store.Group{Name: "board", Users: 1}, store.Group{Name: "new", Users: 1}, store.Group{Name: "sales", Users: 1})
		for _, c := range []struct {
			user  access.UserID
			scope *access.Scope
			want  bool
		}{{ana.ID, nil, true}, {"", nil, true}, {ana.ID, &access.Scope{}, false}, {"", &access.Scope{Groups: []string{"sales"}}, false},
			{ana.ID, &access.Scope{Groups: []string{"sales", "new"}}, true}, {bob.ID, &access.Scope{Groups: []string{"new"}}, false},
			{bob.ID, &access.Scope{Groups: []string{"new"}, Users: []access.UserID{bob.ID}}, true}, {ana.ID, &access.Scope{Users: []access.UserID{bob.ID}}, false},
			{"", &access.Scope{Users: []access.UserID{bob.ID}}, false}} {
			if got, err := s.InScope(ctx, c.user, c.scope); err != nil || got != c.want {
				t.Errorf("%q in %+v: %v, %v", c.user, c.scope, got, err)
			}
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteUser(ana.ID) })
		want(store.Group{Name: "sales", Users: 1})
	})
	t.Run("an alias stands for its account, and never for another alias", aliases(e))
}

func aliases(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		alias := func(from, to string) error {
			return s.WithTx(ctx, func(tx *store.Tx) error {
				return tx.SaveAlias(access.Alias{Realm: "lab", From: from, To: to, By: "root"})
			})
		}
		resolve := func(name, want string) {
			t.Helper()
			tx(t, s, func(tx *store.Tx) error {
				got, err := tx.ResolveAccount("lab", name)
				if got != want {
					t.Errorf("%s stands for %s, want %s", name, got, want)
				}
				return err
			})
		}
		bob := addUser(t, s, "bob", nil, "bob")
		for _, a := range [][2]string{{"bobby", "robert"}, {"robert", "bob"}, {"rob", "bobby"}} {
			if err := alias(a[0], a[1]); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"bobby", "robert", "rob", "bob"} {
			resolve(name, "bob")
		}
		wantKind(t, alias("bob", "rob"), access.KindConflict)
		wantKind(t, alias("bob", "bob"), access.KindConflict)
		list, err := s.ListAliases(ctx, access.Account{}, 10)
		if err != nil || len(list) != 3 || list[0].From != "bobby" || list[0].To != "bob" || list[1].By != "root" || !list[1].At.Equal(Start()) {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := s.AliasesOf(ctx, "lab", "bob"); err != nil || len(list) != 3 {
			t.Errorf("%+v, %v", list, err)
		}
		if got, err := s.UserOf(ctx, "lab", "rob"); err != nil || got.ID != bob.ID {
			t.Errorf("%+v, %v", got, err)
		}
		var m mirror
		m.catchUp(t, s, 2)
		if got := m.entries["account lab/rob"].Account; got == nil || got.AliasOf != "bob" {
			t.Errorf("gateways hold %+v", got)
		}
		if _, told := m.entries["account lab/bob"]; told {
			t.Error("gateways are told of an account that nothing is said about")
		}
		foundByNames(t, s, alias)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAlias("lab", "rob") })
		err = s.WithTx(ctx, func(tx *store.Tx) error { return tx.DeleteAlias("lab", "rob") })
		wantKind(t, err, access.KindNotFound)
		resolve("rob", "rob")
		m.catchUp(t, s, 2)
		if _, told := m.entries["account lab/rob"]; told {
			t.Error("gateways keep an alias that is none")
		}
	}
}

// foundByNames: records are found by every name of their account (R-13, F-06), whichever came first, and no
// longer when it is a name of its own again.
func foundByNames(t *testing.T, s *store.Store, alias func(from, to string) error) {
	t.Helper()
	ctx := t.Context()
	found := func(want int, names ...string) {
		t.Helper()
		for _, name := range names {
			for who, cover := range map[string]func(any){"all": nil, "one who sees no ids": func(any) {}} {
				p, err := s.ListAssociations(ctx, store.Query{Search: strings.ToUpper(name), Limit: 50, Cover: cover})
				if err != nil || len(p.Rows) != want {
					t.Errorf("%s by %s: %d records, %v; want %d", name, who, len(p.Rows), err, want)
				}
			}
		}
	}
	if err := alias("robert.early", "carla"); err != nil {
		t.Fatal(err)
	}
	tx(t, s, func(tx *store.Tx) error {
		list := []*access.Association{{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "carla", Device: "CARLA2"}}}}
		one := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "carla", Device: "CARLA1"}}}
		return errors.Join(tx.CreateAssociation(one), tx.CreateAssociations(list))
	})
	if err := alias("karla.late", "carla"); err != nil {
		t.Fatal(err)
	}
	found(2, "robert.early", "karla.late", "rla.lat", "carla")
	p, err := s.ListAssociations(ctx, store.Query{Search: "carla1", Limit: 1})
	if err != nil || len(p.Rows) != 1 || !slices.Equal(p.Rows[0].OtherNames, []string{"karla.late", "robert.early"}) {
		t.Fatalf("%+v, %v", p.Rows, err)
	}
	tx(t, s, func(tx *store.Tx) error { // what a phone says leaves the names alone
		a, err := tx.FindAssociation(p.Rows[0].ID)
		if err != nil {
			return err
		}
		a.Model = "Fairphone 5"
		return errors.Join(tx.SaveFacts(a), tx.SaveAssociation(a))
	})
	found(2, "karla.late")
	tx(t, s, func(tx *store.Tx) error { return tx.MoveAssociation(p.Rows[0].ID, "dora") })
	found(1, "karla.late", "robert.early")
	tx(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteAlias("lab", "karla.late"), tx.SaveAlias(access.Alias{Realm: "lab", From: "robert.early", To: "dora"}))
	})
	found(0, "karla.late")
	found(1, "robert.early", "dora", "carla2")
}

func approvals(t *testing.T, e Engine) { // Y-08
	t.Run("those in a scope", func(t *testing.T) { scopedApprovals(t, e) })
	now := Start()
	s := e.Open(t, func() time.Time { return now })
	ctx := t.Context()
	p := &access.PreApproval{Pair: pair("ana", "d1"), Reason: "new phone", By: "root", Until: now.Add(time.Hour)}
	tx(t, s, func(tx *store.Tx) error { return tx.SavePreApproval(p) })
	for _, f := range []func() (*access.PreApproval, error){
		func() (*access.PreApproval, error) { return s.FindPreApproval(ctx, p.ID) },
		func() (*access.PreApproval, error) {
			list, err := s.ListPreApprovals(ctx, "", 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			return &list[0], nil
		},
		func() (*access.PreApproval, error) {
			var m mirror
			m.catchUp(t, s, 1)
			return m.entries["preapproval "+p.ID].PreApproval, nil
		},
	} {
		if got, err := f(); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%+v, %v, want %+v", got, err, p)
		}
	}
	again := &access.PreApproval{Pair: p.Pair, Reason: "other words", At: now}
	tx(t, s, func(tx *store.Tx) error { return tx.SavePreApproval(again) })
	if again.ID != p.ID {
		t.Errorf("the pair has two: %s and %s", p.ID, again.ID)
	}
	short := &access.PreApproval{Pair: pair("ana", "d2"), Until: now.Add(time.Minute)}
	tx(t, s, func(tx *store.Tx) error { return tx.SavePreApproval(short) })
	if at, err := s.NextApprovalEnd(ctx); err != nil || !at.Equal(short.Until) {
		t.Errorf("next end %v, %v", at, err)
	}
	now = now.Add(time.Minute)
	if list, err := s.ListPreApprovals(ctx, "", 10); err != nil || len(list) != 1 {
		t.Errorf("one that has ended is listed: %+v, %v", list, err)
	}
	if ended, err := s.SweepPreApprovals(ctx, 0); err != nil || len(ended) != 1 || ended[0].ID != short.ID {
		t.Errorf("swept %+v, %v", ended, err)
	}
	tx(t, s, func(tx *store.Tx) error { return tx.DeletePreApproval(p.ID) })
	var m mirror
	m.catchUp(t, s, 10)
	if len(m.entries) != 1 { // the preferences
		t.Errorf("gateways hold %v", m.entries)
	}
}

func scopedApprovals(t *testing.T, e Engine) { // Y-08
	ctx, s := fresh(t, e)
	addUser(t, s, "ana", []string{"help"}, "ana", "second")
	addUser(t, s, "bob", []string{"other"}, "bob")
	var want []string
	tx(t, s, func(tx *store.Tx) error {
		for i := range 300 {
			p := &access.PreApproval{Pair: pair([]string{"bob", "nobody", "bob", "bob"}[i%4], fmt.Sprint("d", i))}
			if i%30 == 7 || i > 290 {
				p.Pair.Account = []string{"ana", "second"}[i%2]
			}
			if err := tx.SavePreApproval(p); err != nil {
				return err
			}
			if p.Pair.Account == "ana" || p.Pair.Account == "second" {
				want = append([]string{p.ID}, want...)
			}
		}
		return nil
	})
	slices.Sort(want)
	slices.Reverse(want)
	for _, limit := range []int{5, 19, 200} {
		var got []string
		short := 0
		for after, more := "", true; more; more = after != "" {
			list, next, err := s.ListPreApprovalsOf(ctx, &access.Scope{Groups: []string{"help", "else"}}, after, limit)
			if err != nil || len(list) > limit {
				t.Fatalf("%d rows, %v", len(list), err)
			}
			for i := range list {
				got = append(got, list[i].ID)
			}
			if after = next; next != "" && len(list) < limit {
				short++
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %d of %d", limit, len(got), len(want))
		}
		if limit > 5 && short > 0 || short > 2 {
			t.Errorf("limit %d: %d pages came short", limit, short)
		}
	}
	for _, groups := range [][]string{nil, {"none"}} {
		if list, next, err := s.ListPreApprovalsOf(ctx, &access.Scope{Groups: groups}, "", 50); err != nil || len(list) > 0 || next != "" {
			t.Errorf("groups %v: %d rows, next %q, %v", groups, len(list), next, err)
		}
	}
}

func settings(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	type mail struct{ Host string }
	v := mail{Host: "default"}
	if st, err := s.Setting(ctx, "mail", &v); err != nil || st.Version != 0 || v.Host != "default" {
		t.Fatalf("%+v, %+v, %v", st, v, err)
	}
	save := func(host string, version int64) error {
		return s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveSetting("mail", mail{host}, "v1.sealed", version, "root") })
	}
	if err := save("one", 0); err != nil {
		t.Fatal(err)
	}
	wantKind(t, save("late", 0), access.KindConflict)
	wantKind(t, save("future", 7), access.KindConflict)
	if err := save("two", 1); err != nil {
		t.Fatal(err)
	}
	st, err := s.Setting(ctx, "mail", &v)
	if err != nil || v.Host != "two" || st.Version != 2 || st.Sealed != "v1.sealed" || st.By != "root" || !st.Changed.Equal(Start()) {
		t.Errorf("%+v, %+v, %v", st, v, err)
	}
	if list, err := s.ListSettings(ctx); err != nil || len(list) != 1 || list[0].Name != "mail" {
		t.Errorf("%+v, %v", list, err)
	}
	err = s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveSetting("upgrade.people", 1, "", 0, "root") })
	wantKind(t, err, access.KindInvalid)
}

func timelines(t *testing.T, e Engine) { // Y-19
	ctx, s := fresh(t, e)
	for i, o := range []string{"a", "b", "c", "a", "b", "a"} {
		tx(t, s, func(tx *store.Tx) error {
			tx.Audit(access.AuditEntry{Event: "e", Object: o, Detail: string(rune('0' + i))})
			return nil
		})
	}
	var got string
	for before := int64(0); ; {
		list, older, err := s.ListTimeline(ctx, []string{"b", "a", "a", ""}, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			got += l.Detail
		}
		if before = older; older == 0 {
			break
		}
	}
	if got != "54310" {
		t.Errorf("lines came as %s", got)
	}
}
