// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// listed is one list under test, with everything in it in the order it was made.
type listed[T any] struct {
	page    func(store.Query) ([]T, store.PageMarks, error)
	id      func(*T) string
	shown   func(*T, store.Show) bool
	fields  func(*T) (inside, beginning []string)
	compare func(store.Column, *T, *T) int
	covered func(*T, *access.Scope) bool
	all     []T
	pos     map[string]int
}

// load reads everything.
func (l *listed[T]) load(t *testing.T) {
	t.Helper()
	l.pos = map[string]int{}
	l.all, _ = l.walk(t, store.Query{Sort: store.SortAdded, Limit: 500})
	for i := range l.all {
		l.pos[l.id(&l.all[i])] = i
	}
}

// walk reads all pages forward, then back to the first, and wants the same rows both ways. order is the
// fixed order that pages came in, if any did.
func (l *listed[T]) walk(t *testing.T, q store.Query) (there []T, order string) {
	t.Helper()
	var last store.PageMarks
	var rows []T
	for pages := 0; ; pages++ {
		var err error
		if rows, last, err = l.page(q); err != nil || len(rows) > q.Limit || pages > 3000 {
			t.Fatalf("%+v: page %d of %d rows: %v", q, pages, len(rows), err)
		}
		there = append(there, rows...)
		order = cmp.Or(order, last.SearchOrder)
		if last.Next == "" {
			break
		}
		q.Cursor = last.Next
	}
	back := slices.Clone(rows)
	for last.Prev != "" {
		q.Cursor = last.Prev
		var err error
		if rows, last, err = l.page(q); err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		back = append(slices.Clone(rows), back...)
	}
	if got, want := l.ids(back), l.ids(there); !slices.Equal(got, want) {
		t.Fatalf("%+v (%s): %d rows forward, %d back, or in another order\n%v\n%v", q, order, len(want), len(got), want, got)
	}
	return there, order
}

func (l *listed[T]) ids(list []T) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = l.id(&list[i])
	}
	return out
}

// check compares with what a look at everything gives.
func (l *listed[T]) check(t *testing.T, q store.Query) {
	t.Helper()
	var want []T
	for i := range l.all {
		x := &l.all[i]
		if l.shown(x, q.Show) && l.covered(x, q.Scope) && l.hit(x, strings.ToLower(q.Search)) {
			want = append(want, *x)
		}
	}
	slices.SortFunc(want, func(a, b T) int {
		c := cmp.Or(l.compare(q.Sort, &a, &b), cmp.Compare(l.pos[l.id(&a)], l.pos[l.id(&b)]))
		if q.Desc {
			return -c
		}
		return c
	})
	rows, order := l.walk(t, q)
	got, wanted := l.ids(rows), l.ids(want)
	if order != "" { // whatever that order is, every row comes once
		slices.Sort(got)
		slices.Sort(wanted)
	}
	if !slices.Equal(got, wanted) {
		t.Errorf("%+v: %d rows, want %d (order %q)\n%v\n%v", q, len(got), len(wanted), order, got[:min(5, len(got))], wanted[:min(5, len(wanted))])
	}
}

func (l *listed[T]) hit(x *T, term string) bool {
	inside, beginning := l.fields(x)
	if len([]rune(term)) >= 3 {
		return slices.ContainsFunc(inside, func(f string) bool { return strings.Contains(strings.ToLower(f), term) })
	}
	return term == "" || slices.ContainsFunc(beginning, func(f string) bool { return strings.HasPrefix(strings.ToLower(f), term) })
}

func lower(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

func deviceList(t *testing.T, s *store.Store) *listed[access.RegisteredDevice] {
	t.Helper()
	l := &listed[access.RegisteredDevice]{
		page: func(q store.Query) ([]access.RegisteredDevice, store.PageMarks, error) {
			p, err := s.ListDevices(t.Context(), store.DeviceQuery(q))
			return p.Rows, p.PageMarks, err
		},
		id: func(d *access.RegisteredDevice) string { return string(d.ID) },
		shown: func(d *access.RegisteredDevice, show store.Show) bool {
			inUse := d.State == access.DevicePending || d.State == access.DeviceActive || d.State == access.DeviceLost
			switch show {
			case store.ShowAll:
				return true
			case store.ShowRegistered:
				return d.State != access.DeviceWaiting
			case store.ShowNoncompliant:
				return inUse && d.Compliance == access.NotCompliant
			}
			return string(d.State) == string(show)
		},
		fields: func(d *access.RegisteredDevice) (inside, beginning []string) {
			return []string{d.OwnerName, d.Name, d.Model, d.Number, d.IMEI, d.Serial, d.UDID, d.EASID},
				[]string{d.OwnerName, cmp.Or(d.Name, d.Model, d.EASID), d.Model, strings.ReplaceAll(d.Number, " ", "")}
		},
		compare: func(c store.Column, a, b *access.RegisteredDevice) int {
			switch c {
			case store.SortName:
				return lower(cmp.Or(a.Name, a.Model, a.EASID), cmp.Or(b.Name, b.Model, b.EASID))
			case store.SortOwner:
				return lower(a.OwnerName, b.OwnerName)
			case store.SortModel:
				return lower(a.Model, b.Model)
			case store.SortOS:
				return lower(a.OS+" "+a.OSVersion, b.OS+" "+b.OSVersion)
			case store.SortNumber:
				return lower(strings.ReplaceAll(a.Number, " ", ""), strings.ReplaceAll(b.Number, " ", ""))
			case store.SortState:
				order := []access.DeviceState{access.DeviceWaiting, access.DevicePending, access.DeviceActive, access.DeviceLost, access.DeviceRetired, access.DeviceWiped}
				return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
			case store.SortCompliance:
				broken := func(d *access.RegisteredDevice) int {
					return flag(d.Compliance == access.NotCompliant && d.State != access.DeviceRetired && d.State != access.DeviceWiped)
				}
				return cmp.Compare(broken(a), broken(b))
			case store.SortEnrolled:
				return a.Enrolled.Compare(b.Enrolled)
			case store.SortCheckIn:
				return a.LastCheckIn.Compare(b.LastCheckIn)
			}
			return 0
		},
		covered: func(d *access.RegisteredDevice, scope *access.Scope) bool { return covered(t, s, d.Owner, scope) },
	}
	l.load(t)
	return l
}

func userList(t *testing.T, s *store.Store) *listed[access.User] {
	t.Helper()
	l := &listed[access.User]{
		page: func(q store.Query) ([]access.User, store.PageMarks, error) {
			p, err := s.ListUsers(t.Context(), store.UserQuery(q))
			return p.Rows, p.PageMarks, err
		},
		id: func(u *access.User) string { return string(u.ID) },
		shown: func(u *access.User, show store.Show) bool {
			switch show {
			case store.ShowActive:
				return !u.Disabled
			case store.ShowDisabled:
				return u.Disabled
			case store.ShowLocal:
				return u.Source == access.SourceLocal
			case store.ShowDirectory:
				return u.Source != access.SourceLocal
			case store.ShowWithoutDevice:
				return u.Devices == 0
			}
			return true
		},
		fields: func(u *access.User) (inside, beginning []string) {
			inside = []string{u.Name, u.DisplayName, u.Email, u.Number}
			for _, a := range u.Accounts {
				inside = append(inside, a.Account)
			}
			return inside, []string{u.Name, u.DisplayName, u.Email}
		},
		compare: func(c store.Column, a, b *access.User) int {
			switch c {
			case store.SortName:
				return lower(a.Name, b.Name)
			case store.SortDisplay:
				return lower(a.DisplayName, b.DisplayName)
			case store.SortEmail:
				return lower(a.Email, b.Email)
			case store.SortDisabled:
				return cmp.Compare(flag(a.Disabled), flag(b.Disabled))
			case store.SortSource:
				return cmp.Compare(flag(a.Source != access.SourceLocal), flag(b.Source != access.SourceLocal))
			}
			return 0
		},
		covered: func(u *access.User, scope *access.Scope) bool { return scope.Covers(u.ID, u.Groups) },
	}
	l.load(t)
	return l
}

func covered(t *testing.T, s *store.Store, id access.UserID, scope *access.Scope) bool {
	t.Helper()
	ok, err := s.InScope(t.Context(), id, scope)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func peopleLists(t *testing.T, e Engine) {
	ctx, s := fresh(t, e)
	if err := FillPeople(ctx, s, 800, 9); err != nil {
		t.Fatal(err)
	}
	if err := Fill(ctx, s, 300, 9); err != nil { // phones that wait, and some that are linked
		t.Fatal(err)
	}
	d, u := deviceList(t, s), userList(t, s)
	terms := []string{"", "Rarephone", "ana", "pix", "+49 30 1", "sn0", "appl", "b", "+4", "i", "zzzz", "%_", `"' OR 1=1 --`, "lab.example"}
	t.Run("every filter, order and search of devices holds the right rows", func(t *testing.T) { // A-06 A-24
		for i, show := range store.DeviceShows() {
			for j, sort := range store.DeviceColumns() {
				for k, term := range terms {
					if (i+j+k)%len(terms) > 1 && k != 0 {
						continue
					}
					d.check(t, store.Query{Show: show, Search: term, Sort: sort, Desc: (i+j)%2 == 0, Limit: 90})
				}
			}
		}
	})
	t.Run("every filter, order and search of users holds the right rows", func(t *testing.T) {
		for i, show := range store.UserShows() {
			for j, sort := range store.UserColumns() {
				for k, term := range terms {
					if (i+j+k)%5 > 1 && k != 0 {
						continue
					}
					u.check(t, store.Query{Show: show, Search: term, Sort: sort, Desc: (i+j)%2 == 0, Limit: 40})
				}
			}
		}
	})
	t.Run("counts are those of the rows", func(t *testing.T) {
		for _, show := range store.DeviceShows() {
			n := 0
			for i := range d.all {
				n += flag(d.shown(&d.all[i], show))
			}
			if p, err := s.ListDevices(ctx, store.DeviceQuery{Show: show}); err != nil || p.Total != int64(n) {
				t.Errorf("%s: %d, want %d, %v", show, p.Total, n, err)
			}
		}
		for _, show := range store.UserShows() {
			n := 0
			for i := range u.all {
				n += flag(u.shown(&u.all[i], show))
			}
			if p, err := s.ListUsers(ctx, store.UserQuery{Show: show}); err != nil || p.Total != int64(n) {
				t.Errorf("%s: %d, want %d, %v", show, p.Total, n, err)
			}
		}
		c, err := s.CountDevices(ctx)
		if p, _ := s.ListDevices(ctx, store.DeviceQuery{Show: store.ShowNoncompliant}); err != nil || p.Total != c.Noncompliant || c.States[access.DeviceWaiting] == 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
	t.Run("a scope leaves only what belongs to its users", scopedLists(s, d, u))
	t.Run("a scope leaves the records of its users' accounts", func(t *testing.T) {
		before := gatherAll(t, s)
		own := map[access.AssociationID]bool{}
		for i, a := range before.all {
			if i%3 > 0 || slices.ContainsFunc(before.all[:i], func(b access.Association) bool { return b.Pair.Account == a.Pair.Account }) {
				continue
			}
			addUser(t, s, fmt.Sprint("mine", i), []string{"mine"}, a.Pair.Account)
			for _, b := range before.all {
				own[b.ID] = own[b.ID] || b.Pair.Account == a.Pair.Account
			}
		}
		for _, sort := range []store.Column{store.SortUser, store.SortLastSync} {
			for _, show := range []store.Show{store.ShowAll, store.ShowBlocked, store.ShowUnlinked} {
				q := store.Query{Show: show, Sort: sort, Limit: 30}
				var want []access.AssociationID
				for _, a := range before.want(q) {
					if own[a.ID] {
						want = append(want, a.ID)
					}
				}
				q.Scope = &access.Scope{Groups: []string{"mine"}}
				if got := ids(before.walk(t, q, nil)); !slices.Equal(got, want) {
					t.Errorf("%+v: %d rows, want %d", q, len(got), len(want))
				}
			}
		}
	})
	t.Run("a cursor of another list, or of another scope, is refused", func(t *testing.T) {
		p, err := s.ListDevices(ctx, store.DeviceQuery{Sort: store.SortName, Limit: 10})
		if err != nil || p.Next == "" {
			t.Fatal(p, err)
		}
		_, err = s.ListUsers(ctx, store.UserQuery{Sort: store.SortName, Limit: 10, Cursor: p.Next})
		wantKind(t, err, access.KindInvalid)
		_, err = s.ListDevices(ctx, store.DeviceQuery{Sort: store.SortName, Limit: 10, Cursor: p.Next, Scope: &access.Scope{Groups: []string{"all"}}})
		wantKind(t, err, access.KindInvalid)
		_, err = s.ListDevices(ctx, store.DeviceQuery{Sort: store.SortMailbox})
		wantKind(t, err, access.KindInvalid)
		_, err = s.ListUsers(ctx, store.UserQuery{Show: store.ShowLinked})
		wantKind(t, err, access.KindInvalid)
	})
}

func scopedLists(s *store.Store, d *listed[access.RegisteredDevice], u *listed[access.User]) func(*testing.T) {
	return func(t *testing.T) {
		var few, many []access.UserID
		for i := range u.all {
			if many = append(many, u.all[i].ID); i%40 == 3 {
				few = append(few, u.all[i].ID)
			}
		}
		for name, scope := range map[string]*access.Scope{"small": {Groups: []string{"help"}}, "large": {Groups: []string{"all"}},
			"both": {Groups: []string{"help", "all", "help"}}, "none": {}, "unknown": {Groups: []string{"x"}}, "listed": {Users: append(few, "nobody")},
			"many listed": {Users: many[:200]}, "listed and a group": {Groups: []string{"help"}, Users: few}, "listed and a large group": {Groups: []string{"all"}, Users: few}} {
			t.Run(name, func(t *testing.T) {
				for i, term := range []string{"", "ana", "i", "zzzz", "rarephone"} {
					for j, show := range []store.Show{store.ShowAll, store.ShowActive} {
						q := store.Query{Show: show, Search: term, Desc: (i+j)%2 == 0, Limit: 40, Scope: scope}
						q.Sort = store.DeviceColumns()[(3*i+j)%len(store.DeviceColumns())]
						d.check(t, q)
						q.Sort = store.UserColumns()[(i+j)%len(store.UserColumns())]
						u.check(t, q)
					}
				}
			})
		}
	}
}

func overrides(t *testing.T, e Engine) { // Y-06
	now := Start()
	s := e.Open(t, func() time.Time { return now })
	addUser(t, s, "ana", []string{"sales"}, "user1")
	tx(t, s, func(tx *store.Tx) error {
		for i := range 40 {
			a := seen(fmt.Sprint("user", i), "d1")
			switch i % 4 {
			case 0:
				a.Override = access.Override{Kind: access.OverrideBlock, At: now.Add(time.Duration(i) * time.Second)}
			case 1:
				a.Override = access.Override{Kind: access.OverrideAllow, At: now, Until: now.Add(time.Duration(100-i) * time.Second)}
			}
			if err := tx.CreateAssociation(a); err != nil {
				return err
			}
		}
		return nil
	})
	walk := func(q store.OverrideQuery) (accounts []string) {
		t.Helper()
		for q.Limit = 3; ; {
			p, err := s.ListOverrides(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range p.Rows {
				accounts = append(accounts, strings.TrimPrefix(a.Pair.Account, "user"))
			}
			if q.Cursor = p.Next; q.Cursor == "" {
				return accounts
			}
		}
	}
	want := func(q store.OverrideQuery, accounts string) {
		t.Helper()
		if got := strings.Join(walk(q), " "); got != accounts {
			t.Errorf("%+v: %s, want %s", q, got, accounts)
		}
	}
	want(store.OverrideQuery{Kind: access.OverrideAllow}, "37 33 29 25 21 17 13 9 5 1") // soonest first
	want(store.OverrideQuery{Kind: access.OverrideBlock, Sort: store.SortAt, Desc: true}, "36 32 28 24 20 16 12 8 4 0")
	want(store.OverrideQuery{}, "37 33 29 25 21 17 13 9 5 1 0 4 8 12 16 20 24 28 32 36")
	want(store.OverrideQuery{Scope: &access.Scope{Groups: []string{"sales"}}}, "1")
	total := func(q store.OverrideQuery, n int64, more bool) {
		t.Helper()
		q.Limit = 3
		if p, err := s.ListOverrides(t.Context(), q); err != nil || p.Total != n || p.TotalIsMore != more {
			t.Errorf("%+v: total %d, more %t, %v; want %d, %t", q, p.Total, p.TotalIsMore, err, n, more)
		}
	}
	total(store.OverrideQuery{}, 20, false)
	total(store.OverrideQuery{Kind: access.OverrideAllow}, 10, false)
	total(store.OverrideQuery{Scope: &access.Scope{Groups: []string{"sales"}}}, 1, false)
	tx(t, s, func(tx *store.Tx) error {
		for i := range 620 {
			a := seen(fmt.Sprint("many", i), "d2")
			a.Override = access.Override{Kind: access.OverrideBlock, At: now}
			if err := tx.CreateAssociation(a); err != nil {
				return err
			}
		}
		return nil
	})
	total(store.OverrideQuery{}, 600, true)
	total(store.OverrideQuery{Kind: access.OverrideAllow}, 10, false)
	now = now.Add(75 * time.Second)
	if _, err := s.SweepExpired(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	want(store.OverrideQuery{Kind: access.OverrideAllow}, "21 17 13 9 5 1")
}
