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

// filled is a store that several tests read, with what is in it in the order it was made.
type filled struct {
	s   *store.Store
	all []access.Association
	pos map[access.AssociationID]int
}

func fill(t *testing.T, e Engine, n int) *filled {
	t.Helper()
	ctx, s := fresh(t, e)
	if err := Fill(ctx, s, n, 7); err != nil {
		t.Fatal(err)
	}
	f := gatherAll(t, s)
	if len(f.all) != n {
		t.Fatalf("filled %d, found %d", n, len(f.all))
	}
	return f
}

func gatherAll(t *testing.T, s *store.Store) *filled {
	t.Helper()
	f := &filled{s: s, pos: map[access.AssociationID]int{}}
	f.all = f.walk(t, store.Query{Sort: store.SortAdded, Limit: 500}, nil)
	for i := range f.all {
		f.pos[f.all[i].ID] = i
	}
	return f
}

// walk reads all pages forward, then back to the first, and wants the same rows both ways.
func (f *filled) walk(t *testing.T, q store.Query, check func(store.Page)) []access.Association {
	t.Helper()
	var there []access.Association
	for pages := 0; ; pages++ {
		p := f.page(t, q)
		if check != nil {
			check(p)
		}
		if len(p.Rows) > q.Limit || pages > 2000 {
			t.Fatalf("%+v: page of %d, %d pages", q, len(p.Rows), pages)
		}
		there = append(there, p.Rows...)
		if p.Next == "" {
			if q.Cursor != "" && p.Prev == "" {
				t.Fatalf("%+v: no way back from the last page", q)
			}
			f.walkBack(t, q, p, there)
			return there
		}
		q.Cursor = p.Next
	}
}

func (f *filled) walkBack(t *testing.T, q store.Query, p store.Page, there []access.Association) {
	t.Helper()
	back := slices.Clone(p.Rows)
	for p.Prev != "" {
		q.Cursor = p.Prev
		p = f.page(t, q)
		if p.Next == "" {
			t.Fatalf("%+v: no way forward again", q)
		}
		back = append(slices.Clone(p.Rows), back...)
	}
	if got, want := ids(back), ids(there); !slices.Equal(got, want) {
		t.Fatalf("%+v: %d rows forward, %d back, or in another order", q, len(want), len(got))
	}
}

func (f *filled) page(t *testing.T, q store.Query) store.Page {
	t.Helper()
	p, err := f.s.ListAssociations(t.Context(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return p
}

func ids(list []access.Association) []access.AssociationID {
	out := make([]access.AssociationID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

// want is what a page must hold, worked out by looking at everything.
func (f *filled) want(q store.Query) []access.Association {
	var list []access.Association
	term := strings.ToLower(q.Search)
	for _, a := range f.all {
		blocked := a.SyncStatus == access.Blocked
		switch q.Show {
		case store.ShowLinked:
			if !a.Linked() {
				continue
			}
		case store.ShowUnlinked:
			if a.Linked() {
				continue
			}
		case store.ShowBlocked:
			if !blocked {
				continue
			}
		case store.ShowAllowed:
			if blocked {
				continue
			}
		}
		if term == "" || hit(&a, term) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b access.Association) int {
		c := cmp.Or(compare(q.Sort, &a, &b), cmp.Compare(f.pos[a.ID], f.pos[b.ID]))
		if q.Desc {
			return -c
		}
		return c
	})
	return list
}

func hit(a *access.Association, term string) bool {
	for _, field := range []string{a.User, a.RawDevice, a.Model, a.Number} {
		field = strings.ToLower(field)
		if len([]rune(term)) >= 3 && strings.Contains(field, term) || len([]rune(term)) < 3 && strings.HasPrefix(field, term) {
			return true
		}
	}
	return false
}

func compare(c store.Column, a, b *access.Association) int {
	lower := func(x, y string) int { return cmp.Compare(strings.ToLower(x), strings.ToLower(y)) }
	switch c {
	case store.SortDevice:
		return lower(a.Pair.Device, b.Pair.Device)
	case store.SortUser:
		return lower(a.User, b.User)
	case store.SortNumber:
		return lower(strings.ReplaceAll(a.Number, " ", ""), strings.ReplaceAll(b.Number, " ", ""))
	case store.SortPhone:
		return lower(a.Model, b.Model)
	case store.SortOS:
		return lower(a.OS+" "+a.OSVersion, b.OS+" "+b.OSVersion)
	case store.SortStatus:
		return cmp.Compare(flag(a.Linked()), flag(b.Linked()))
	case store.SortSyncStatus:
		return cmp.Compare(flag(a.SyncStatus == access.Blocked), flag(b.SyncStatus == access.Blocked))
	case store.SortFirstSync:
		return a.FirstSync.Compare(b.FirstSync)
	case store.SortLastSync:
		return a.LastSync.Compare(b.LastSync)
	case store.SortMailbox:
		return lower(a.Mailbox, b.Mailbox)
	case store.SortDomain:
		return cmp.Compare(a.Domain, b.Domain)
	}
	return 0
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func shows() []store.Show {
	return []store.Show{store.ShowAll, store.ShowLinked, store.ShowUnlinked, store.ShowAllowed, store.ShowBlocked}
}

func lists(t *testing.T, e Engine) {
	f := fill(t, e, 800)
	// F-01 F-02 F-03 F-06, C-01 to C-11
	terms := []string{"", "Rarephone", "team-an", "ana1", "@lab.example1", "+49 30 1", "b", "+4", "zzzz", "%_", `"' OR 1=1 --`, "jÖrg1"}
	for _, term := range terms {
		t.Run(fmt.Sprintf("every filter and order of the search %q holds the right rows", term), func(t *testing.T) {
			for i, show := range shows() {
				for j, sort := range store.Columns() {
					if term != "" && (i+j+len(term))%5 != 0 {
						continue // every pair comes up with some term
					}
					// One direction is enough: every walk also goes back.
					f.check(t, store.Query{Show: show, Search: term, Sort: sort, Desc: (i+j)%2 == 0, Limit: 150})
				}
			}
		})
	}
	t.Run("small pages hold the same rows", func(t *testing.T) {
		for _, sort := range store.Columns() {
			f.check(t, store.Query{Show: store.ShowBlocked, Sort: sort, Limit: 7})
			f.check(t, store.Query{Search: "ana1", Sort: sort, Desc: true, Limit: 7})
		}
	})
	t.Run("a common search says its order and still finds everything once", func(t *testing.T) {
		for _, show := range shows() {
			f.check(t, store.Query{Show: show, Search: "lab.example", Sort: store.SortUser, Limit: 40})
			f.check(t, store.Query{Show: show, Search: "a", Sort: store.SortUser, Limit: 40})
		}
	})
	t.Run("a search that is neither rare nor common says its order and finds everything once", func(t *testing.T) {
		ctx, s := fresh(t, e)
		if err := Fill(ctx, s, 600, 3); err != nil {
			t.Fatal(err)
		}
		tx(t, s, func(tx *store.Tx) error {
			var list []*access.Association
			for i := range 700 { // a clump in the past, behind newer records without it
				a := seen(fmt.Sprintf("clump%d", i), fmt.Sprintf("c%d", i))
				if i%9 == 0 {
					a.Override = access.Override{Kind: access.OverrideBlock, At: Start()}
				}
				list = append(list, a)
			}
			return tx.CreateAssociations(list)
		})
		if err := Fill(ctx, s, 300, 4); err != nil {
			t.Fatal(err)
		}
		f := gatherAll(t, s)
		for _, show := range shows() {
			f.check(t, store.Query{Show: show, Search: "clump", Sort: store.SortUser, Limit: 60})
		}
	})
	t.Run("a cursor of another query, or of no query, is refused", func(t *testing.T) {
		p := f.page(t, store.Query{Sort: store.SortUser, Limit: 10})
		for _, q := range []store.Query{
			{Sort: store.SortPhone, Limit: 10, Cursor: p.Next}, {Sort: store.SortUser, Desc: true, Cursor: p.Next},
			{Sort: store.SortUser, Cursor: "%%%"}, {Sort: store.SortUser, Cursor: "e30"}, {Sort: "model; DROP"}, {Show: "x"},
		} {
			_, err := f.s.ListAssociations(t.Context(), q)
			wantKind(t, err, access.KindInvalid)
		}
	})
	t.Run("a page stands still while rows come and go", func(t *testing.T) {
		q := store.Query{Sort: store.SortUser, Limit: 20}
		first := f.page(t, q)
		want := ids(f.page(t, store.Query{Sort: store.SortUser, Limit: 20, Cursor: first.Next}).Rows)
		early := create(t, f.s, seen("aaaa", "d-early"))
		tx(t, f.s, func(tx *store.Tx) error { return tx.DeleteAssociation(first.Rows[3].ID) })
		if got := ids(f.page(t, store.Query{Sort: store.SortUser, Limit: 20, Cursor: first.Next}).Rows); !slices.Equal(got, want) {
			t.Errorf("the second page moved: %v, want %v", got, want)
		}
		tx(t, f.s, func(tx *store.Tx) error { return tx.DeleteAssociation(early.ID) })
		tx(t, f.s, func(tx *store.Tx) error { return tx.RestoreAssociation(&first.Rows[3]) })
	})
	t.Run("an export gives every row once", func(t *testing.T) {
		got := map[access.AssociationID]bool{}
		err := f.s.EachAssociation(t.Context(), store.Query{Search: "lab.example"}, func(a *access.Association) error {
			if got[a.ID] {
				return fmt.Errorf("%s comes twice", a.ID)
			}
			got[a.ID] = true
			return nil
		})
		if err != nil || len(got) != len(f.all) {
			t.Fatalf("%d rows of %d, %v", len(got), len(f.all), err)
		}
	})
}

// check compares all pages of a query with what must be in them.
func (f *filled) check(t *testing.T, q store.Query) {
	t.Helper()
	want := f.want(q)
	order, more := "", false
	got := f.walk(t, q, func(p store.Page) {
		order, more = p.SearchOrder, p.TotalIsMore
		if !more && p.Total != int64(len(want)) || more && p.Total > int64(len(want)) {
			t.Errorf("%+v: total %d (more: %v), want %d", q, p.Total, more, len(want))
		}
	})
	a, b := ids(got), ids(want)
	switch order {
	case "":
	case store.OrderNewest:
		byPos := func(x, y access.AssociationID) int { return cmp.Compare(f.pos[y], f.pos[x]) }
		if !slices.IsSortedFunc(a, byPos) {
			t.Errorf("%+v: not newest first", q)
		}
		slices.SortFunc(b, byPos)
	default:
		slices.Sort(a)
		slices.Sort(b)
	}
	if !slices.Equal(a, b) {
		t.Errorf("%+v: %d rows, want %d (order %q); first %v, want %v", q, len(a), len(b), order, head(a), head(b))
	}
	if order == "" && len(want) > 500 && q.Search != "" && q.Show == store.ShowAll {
		t.Errorf("%+v: %d finds and no fixed order", q, len(want))
	}
}

func head(list []access.AssociationID) []access.AssociationID { return list[:min(len(list), 3)] }

func sweeps(t *testing.T, e Engine) {
	t.Run("a sweep brings every row up to date after a change of preferences", func(t *testing.T) {
		ctx, s := fresh(t, e)
		if err := Fill(ctx, s, 300, 3); err != nil {
			t.Fatal(err)
		}
		before, _ := s.CountAssociations(ctx)
		p := access.DefaultPreferences()
		p.AutoBlock = true
		tx(t, s, func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "root") })
		for next, first := int64(0), true; next > 0 || first; first = false {
			var err error
			if next, _, err = s.SweepSyncStatus(ctx, next, 70); err != nil {
				t.Fatal(err)
			}
		}
		after, _ := s.CountAssociations(ctx)
		page, err := s.ListAssociations(ctx, store.Query{Show: store.ShowBlocked, Limit: 500})
		if err != nil || int64(len(page.Rows)) != after.Blocked || after.Blocked <= before.Blocked || after.Total != 300 {
			t.Fatalf("before %+v, after %+v, page %d, %v", before, after, len(page.Rows), err)
		}
		for _, r := range page.Rows {
			if r.Linked() && r.Override.Kind != access.OverrideBlock {
				t.Errorf("%v is blocked and should not be", r.Pair)
			}
		}
	})
	t.Run("an override that ends by time is swept", func(t *testing.T) {
		now := Start()
		s := e.Open(t, func() time.Time { return now })
		a := create(t, s, seen("ana", "d1"))
		a.Override = access.Override{Kind: access.OverrideBlock, At: now, Until: now.Add(time.Hour)}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
		if at, err := s.NextExpiry(t.Context()); err != nil || !at.Equal(now.Add(time.Hour)) {
			t.Fatalf("next expiry %v, %v", at, err)
		}
		if got, err := s.SweepExpired(t.Context(), 0); err != nil || len(got) != 0 {
			t.Fatalf("too early: %v, %v", got, err)
		}
		now = now.Add(time.Hour)
		got, err := s.SweepExpired(t.Context(), 0)
		if err != nil || len(got) != 1 || find(t, s, a.ID).SyncStatus != access.Allowed {
			t.Fatalf("swept %v, %v", got, err)
		}
		if at, _ := s.NextExpiry(t.Context()); !at.IsZero() {
			t.Fatalf("still due at %v", at)
		}
	})
}
