// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

func TestUsersMadeAtOnceAreLikeUsersMadeOneByOne(t *testing.T) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.Store{"sqlite": openSQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			s := open(t, storetest.Start)
			users := func(from, to int) (list []*access.User) {
				for i := from; i < to; i++ {
					n := fmt.Sprintf("user%03d", i)
					list = append(list, &access.User{Name: n, Groups: []string{"all", fmt.Sprint("g", i%4)}, Disabled: i%5 == 0,
						Accounts: []access.Account{{Realm: "lab", Account: n}, {Realm: "lab", Account: n + "-2"}}})
				}
				return list
			}
			in := func(fn func(*store.Tx) error) {
				t.Helper()
				if err := s.WithTx(t.Context(), fn); err != nil {
					t.Fatal(err)
				}
			}
			in(func(tx *store.Tx) error { // records that are there before their users
				for _, account := range []string{"user000", "user001", "user100", "user101"} {
					if err := tx.CreateAssociation(&access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: account, Device: "of" + account}}}); err != nil {
						return err
					}
				}
				return nil
			})
			in(func(tx *store.Tx) error {
				for _, u := range users(0, 100) {
					if err := tx.CreateUser(u); err != nil {
						return err
					}
				}
				return nil
			})
			one := tellPeople(t, s, "user0")
			in(func(tx *store.Tx) error { return tx.CreateUsers(users(100, 200)) })
			many := tellPeople(t, s, "user1")
			if diff := cmp.Diff(one, many); diff != "" {
				t.Errorf("one by one (-) and at once (+):\n%s", diff)
			}
			if all, disabled, err := s.CountUsers(t.Context()); err != nil || all != 200 || disabled != 40 {
				t.Errorf("%d users, %d disabled, %v", all, disabled, err)
			}
			for what, list := range map[string][]*access.User{
				"a name that is taken":            {{Name: "new"}, {Name: "USER100"}},
				"an account that is somebody's":   {{Name: "new", Accounts: []access.Account{{Realm: "lab", Account: "user007"}}}},
				"the same account for two people": {{Name: "new", Accounts: []access.Account{{Realm: "lab", Account: "new"}}}, {Name: "new2", Accounts: []access.Account{{Realm: "lab", Account: "new"}}}},
			} {
				err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateUsers(list) })
				if access.KindOf(err) != access.KindConflict {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

// tellPeople says in words that are the same for "user0…" and "user1…" what there is of them.
func tellPeople(t *testing.T, s *store.Store, prefix string) (lines []string) {
	t.Helper()
	if err := s.EachUser(t.Context(), store.UserQuery{Sort: store.SortName}, func(u *access.User) error {
		if len(u.Name) < len(prefix) || u.Name[:len(prefix)] != prefix {
			return nil
		}
		line := fmt.Sprint(u.Name[len(prefix):], u.Groups, u.Disabled, u.Version, u.Created, len(u.Accounts))
		for _, a := range u.Accounts {
			owner, err := s.UserOf(t.Context(), a.Realm, a.Account)
			if err != nil {
				return err
			}
			list, err := s.FindOfAccount(t.Context(), a.Realm, a.Account, 10)
			if err != nil {
				return err
			}
			line += fmt.Sprint(" ", a.Account[len(prefix):], owner.ID == u.ID)
			for _, r := range list {
				line += fmt.Sprint(" record ", r.Person == u.ID, r.SyncStatus)
			}
		}
		lines = append(lines, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 100 {
		t.Fatalf("%d users %s", len(lines), prefix)
	}
	return lines
}

// What a world is made of stands in the counts that pages show, and hangs together.
func TestAWorldHangsTogether(t *testing.T) {
	s := openSQLite(t, storetest.Start)
	w := storetest.WorldOf(2_000)
	if err := storetest.FillWorld(t.Context(), s, w, 1); err != nil {
		t.Fatal(err)
	}
	counts, err := s.CountAssociations(t.Context())
	if err != nil || counts.Total != int64(w.Records) {
		t.Errorf("%+v, %v", counts, err)
	}
	var records, linked, suggested, own int
	phones := map[string]bool{}
	if err := s.EachAssociation(t.Context(), store.Query{Sort: store.SortAdded}, func(a *access.Association) error {
		records++
		if a.Linked() {
			linked++
			phones[a.Pair.Device] = true
		}
		if a.Suggestion.Device != "" {
			suggested++
		}
		if a.Person != "" {
			own++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	devices, err := s.CountDevices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	registered := 0
	for state, n := range devices.States {
		if state != access.DeviceWaiting {
			registered += int(n)
		}
	}
	if registered != w.Devices || records != w.Records || linked < w.Records/3 || suggested < w.Records/20 || own < w.Records/2 ||
		devices.States[access.DeviceWaiting] < int64(w.Records/3) {
		t.Errorf("%d records, %d linked, %d suggested, %d of somebody, %d registered, %+v", records, linked, suggested, own, registered, devices)
	}
}
