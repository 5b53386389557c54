// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func addDevice(t *testing.T, s *store.Store, d access.RegisteredDevice) *access.RegisteredDevice {
	t.Helper()
	if d.State == "" {
		d.State = access.DeviceActive
	}
	out := &d
	tx(t, s, func(tx *store.Tx) error {
		n := d
		out = &n
		return tx.CreateDevice(out)
	})
	return out
}

func saveDevice(t *testing.T, s *store.Store, d *access.RegisteredDevice) int64 {
	t.Helper()
	return tx(t, s, func(tx *store.Tx) error {
		n := *d
		if err := tx.SaveRegistered(&n); err != nil {
			return err
		}
		*d = n
		return nil
	})
}

func linkTo(t *testing.T, s *store.Store, id access.AssociationID, device access.DeviceID) {
	t.Helper()
	tx(t, s, func(tx *store.Tx) error {
		a, err := tx.FindAssociation(id)
		if err != nil {
			return err
		}
		a.Device, a.Link = device, access.Link{By: access.LinkedByHand, Who: "root", At: Start()}
		return tx.SaveAssociation(a)
	})
}

// waitingOf gives the waiting device of an ActiveSync device id, nil when there is none.
func waitingOf(t *testing.T, s *store.Store, id string) (d *access.RegisteredDevice) {
	t.Helper()
	tx(t, s, func(tx *store.Tx) error {
		var err error
		if d, err = tx.WaitingDevice(id); access.KindOf(err) == access.KindNotFound {
			d, err = nil, nil
		}
		return err
	})
	return d
}

func devices(t *testing.T, e Engine) {
	t.Run("a device comes back as it was written, with its owner's name and the count of its records", func(t *testing.T) {
		ctx, s := fresh(t, e)
		ana := addUser(t, s, "ana", nil, "ana")
		at := Start().Add(-1e9)
		d := addDevice(t, s, access.RegisteredDevice{Device: access.Device{Owner: ana.ID, State: access.DeviceLost, Noncompliant: "passcode missing"},
			Name: "Ana's phone", OS: "iOS", OSVersion: "17.1", Model: "iPhone 15", Manufacturer: "Apple", Number: "+49 30 1234", IMEI: "356789012345678",
			Serial: "F2LX", UDID: "0000-1", EASID: "appl1", Ownership: access.OwnedByCompany, Source: "csv", Enrolled: at, LastCheckIn: at,
			Compliance: access.NotCompliant, ComplianceSince: at, ComplianceSource: "api", Comment: "a comment"})
		if d.OwnerName != "ana" || d.Version != 1 || !d.Created.Equal(Start()) {
			t.Errorf("%+v", d)
		}
		a := create(t, s, seen("ana", "appl1"))
		linkTo(t, s, a.ID, d.ID)
		d.Records = 1
		if got, err := s.FindRegistered(ctx, d.ID); err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("%v\n%+v\n%+v", err, got, d)
		}
		if got, err := s.FindUser(ctx, ana.ID); err != nil || got.Devices != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		ana.Name = "anna"
		ana.Devices = 0 // not for the caller to say
		saveUser(t, s, ana)
		if got, _ := s.FindRegistered(ctx, d.ID); got.OwnerName != "anna" {
			t.Errorf("the owner is called %q", got.OwnerName)
		}
		d.State = access.DeviceRetired
		saveDevice(t, s, d)
		if got, _ := s.FindUser(ctx, ana.ID); got.Devices != 0 {
			t.Errorf("a retired device counts: %+v", got)
		}
	})
	t.Run("what cannot be is refused", func(t *testing.T) {
		ctx, s := fresh(t, e)
		create(t, s, seen("ana", "d1"))
		w := waitingOf(t, s, "d1")
		for name, d := range map[string]access.RegisteredDevice{"no state": {}, "a waiting one by hand": {Device: access.Device{State: access.DeviceWaiting}},
			"an owner who is not": {Device: access.Device{State: access.DeviceActive, Owner: "nobody"}},
			"an odd id":           {Device: access.Device{State: access.DeviceActive}, EASID: "a\x00"}} {
			if err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.CreateDevice(&d) }); access.KindOf(err) != access.KindInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { return tx.DeleteDevice(w.ID) }), access.KindInvalid)
		d := addDevice(t, s, access.RegisteredDevice{})
		d.State = access.DeviceWaiting
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { n := *d; return tx.SaveRegistered(&n) }), access.KindInvalid)
		d.State, d.Version = access.DeviceActive, 7
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { n := *d; return tx.SaveRegistered(&n) }), access.KindConflict)
	})
	t.Run("gateways hear of state and compliance, and of nothing else", func(t *testing.T) {
		_, s := fresh(t, e)
		a, b := create(t, s, seen("ana", "d1")), create(t, s, seen("team", "d1"))
		d := addDevice(t, s, access.RegisteredDevice{})
		linkTo(t, s, a.ID, d.ID)
		d.Comment, d.LastCheckIn = "words", Start()
		if n := saveDevice(t, s, d); n != 0 {
			t.Errorf("told of words, by change %d", n)
		}
		d.Compliance, d.Noncompliant = access.NotCompliant, "passcode missing"
		if n := saveDevice(t, s, d); n == 0 || !d.ComplianceSince.Equal(Start()) {
			t.Errorf("not told: %d, %+v", n, d)
		}
		if find(t, s, a.ID).SyncStatus != access.Blocked || find(t, s, b.ID).SyncStatus != access.Blocked {
			t.Error("compliance does not reach every record of the phone")
		}
	})
	t.Run("a phone waits on the Devices page from its first record until it is linked", waiting(e))
	t.Run("whatever happens in whatever order, exactly the phones wait that are neither linked nor registered", anyOrder(e))
	t.Run("a deleted device leaves unlinked records that may be matched again", func(t *testing.T) {
		_, s := fresh(t, e)
		a, b := create(t, s, seen("ana", "d1")), create(t, s, seen("bob", "d2"))
		d := addDevice(t, s, access.RegisteredDevice{})
		linkTo(t, s, a.ID, d.ID)
		tx(t, s, func(tx *store.Tx) error {
			return tx.SaveLink(b.ID, "", access.Link{}, access.Suggestion{Device: d.ID, Score: 60}, "")
		})
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteDevice(d.ID) })
		if got := find(t, s, a.ID); got.Linked() || got.Link.By != access.LinkedByNobody {
			t.Errorf("%+v", got)
		}
		if got := find(t, s, b.ID); got.Suggestion.Device != "" {
			t.Errorf("still suggested: %+v", got.Suggestion)
		}
	})
	t.Run("an import finds a device by any of its names, however they are spelt", func(t *testing.T) {
		_, s := fresh(t, e)
		d := addDevice(t, s, access.RegisteredDevice{IMEI: "356789012345678", Serial: "F2L-X9Q", UDID: "00008110-000A", EASID: "appl1"})
		addDevice(t, s, access.RegisteredDevice{IMEI: "000000000000000"})
		for _, c := range []struct {
			key  store.DeviceKey
			want int
		}{{store.DeviceKey{IMEI: "35 678901 234567 01"}, 1}, {store.DeviceKey{Serial: "f2lx9q"}, 1}, {store.DeviceKey{UDID: "00008110000a"}, 1},
			{store.DeviceKey{EASID: "appl1", IMEI: "356789012345678"}, 1}, {store.DeviceKey{IMEI: "000000000000000"}, 0}, {store.DeviceKey{}, 0}} {
			tx(t, s, func(tx *store.Tx) error {
				got, err := tx.FindDevicesBy(c.key)
				if len(got) != c.want || len(got) == 1 && got[0].ID != d.ID {
					t.Errorf("%+v: %+v", c.key, got)
				}
				return err
			})
		}
	})
}

func waiting(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		a := seen("ana", "d1")
		a.Model, a.OS, a.Number, a.FriendlyName = "Pixel 8", "Android", "+49 30 1", "Ana's"
		create(t, s, a)
		b := create(t, s, seen("team", "d1"))
		w := waitingOf(t, s, "d1")
		if w == nil || w.Model != "Pixel 8" || w.OS != "Android" || w.Number != "+49 30 1" || w.Name != "Ana's" || w.Owner != "" {
			t.Fatalf("%+v", w)
		}
		if got, err := s.FindRegistered(ctx, w.ID); err != nil || got.Records != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		var m mirror
		m.catchUp(t, s, 2)
		if len(m.entries) != 3 { // preferences and two records
			t.Errorf("gateways hold %v", m.entries)
		}
		tx(t, s, func(tx *store.Tx) error {
			a, err := tx.FindAssociation(a.ID)
			if err != nil {
				return err
			}
			a.Model = "Pixel 9"
			return tx.SaveFacts(a)
		})
		ana := addUser(t, s, "ana", nil, "ana")
		if w := waitingOf(t, s, "d1"); w.Model != "Pixel 9" || w.Owner != ana.ID || w.OwnerName != "ana" {
			t.Errorf("%+v", w)
		}
		_, err := s.FindDevice(ctx, w.ID)
		wantKind(t, err, access.KindNotFound) // verdicts know nothing of it
		// Registering it: the same row, and its records linked by hand.
		w = waitingOf(t, s, "d1")
		w.State, w.EASID = access.DevicePending, "other"
		saveDevice(t, s, w)
		if w.EASID != "d1" {
			t.Errorf("it has become the phone %q", w.EASID)
		}
		linkTo(t, s, b.ID, w.ID)
		if again := waitingOf(t, s, "d1"); again != nil {
			t.Errorf("a linked phone waits: %+v", again)
		}
		m.catchUp(t, s, 2)
		if got := m.entries["device "+string(w.ID)].Device; got == nil || got.State != access.DevicePending {
			t.Errorf("gateways hold %+v", got)
		}
		// One phone is one row: it does not wait beside the device it is registered as, unlinked or not.
		linkTo(t, s, b.ID, "")
		if again := waitingOf(t, s, "d1"); again != nil {
			t.Errorf("a phone that is registered waits: %+v", again)
		}
		got, err := s.FindRegistered(ctx, w.ID)
		if err != nil || got.Records != 0 || got.Unlinked != 2 || got.UnlinkedByHand != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		got.State = access.DeviceRetired
		saveDevice(t, s, got)
		again := waitingOf(t, s, "d1")
		if again == nil || again.ID == w.ID {
			t.Fatalf("the phone of a retired device does not wait: %+v", again)
		}
		former := access.FormerDevice{ID: w.ID, State: access.DeviceRetired, Owner: ana.ID, OwnerName: "ana"}
		if again, err = s.FindRegistered(ctx, again.ID); err != nil || again.Before != former {
			t.Errorf("%+v, %v", again, err)
		}
		got.State = access.DeviceActive
		saveDevice(t, s, got)
		if again := waitingOf(t, s, "d1"); again != nil {
			t.Errorf("a phone that is in use again waits: %+v", again)
		}
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteDevice(w.ID) })
		if again := waitingOf(t, s, "d1"); again == nil || again.Before != (access.FormerDevice{}) {
			t.Errorf("the phone of a deleted device waits as %+v", again)
		}
	}
}

// anyOrder does many things in an order of chance and compares with what should be after each.
func anyOrder(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		r := rand.New(rand.NewPCG(11, 3))
		phones, names := []string{"d1", "d2", "d3"}, []string{"ana", "bob", "cy", "dora"}
		all := map[access.AssociationID]*access.Association{}
		var users []*access.User
		for _, n := range names[:3] {
			users = append(users, addUser(t, s, "user-"+n, nil))
		}
		var regs []access.DeviceID
		for range 2 {
			regs = append(regs, addDevice(t, s, access.RegisteredDevice{}).ID)
		}
		var plain []*access.RegisteredDevice // registered under an id, and linked to nothing
		pick := func() *access.Association {
			keys := make([]access.AssociationID, 0, len(all))
			for id := range all {
				keys = append(keys, id)
			}
			if len(keys) == 0 {
				return nil
			}
			slices.Sort(keys)
			return all[keys[r.IntN(len(keys))]]
		}
		for step := range 150 {
			what := "create"
			a := pick()
			switch n := r.IntN(12); {
			case n >= 10:
				what = "register"
				changePlain(t, s, r, &plain, phones)
			case n < 3 || a == nil:
				list := []*access.Association{}
				for _, p := range phones[:1+r.IntN(3)] {
					x := seen(names[r.IntN(len(names))], p)
					if slices.ContainsFunc(append(values(all), list...), func(y *access.Association) bool { return y.Pair == x.Pair }) {
						continue
					}
					if r.IntN(4) == 0 {
						x.Device = regs[r.IntN(2)]
					}
					list = append(list, x)
				}
				tx(t, s, func(tx *store.Tx) error {
					if len(list) == 1 {
						return tx.CreateAssociation(list[0])
					}
					return tx.CreateAssociations(list)
				})
				for _, x := range list {
					all[x.ID] = x
				}
			case n == 3:
				what = "delete"
				tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
				delete(all, a.ID)
			case n < 6:
				what = "link"
				linkTo(t, s, a.ID, append(regs, "")[r.IntN(3)])
			case n == 6:
				what = "matcher"
				err := s.WithTx(ctx, func(tx *store.Tx) error {
					return tx.SaveLink(a.ID, append(regs, "")[r.IntN(3)], access.Link{By: access.LinkedByMatcher, Score: 90}, access.Suggestion{}, "")
				})
				if err != nil && access.KindOf(err) != access.KindConflict {
					t.Fatal(err)
				}
			case n == 7:
				what = "move"
				err := s.WithTx(ctx, func(tx *store.Tx) error { return tx.MoveAssociation(a.ID, names[r.IntN(len(names))]) })
				if err != nil && access.KindOf(err) != access.KindConflict {
					t.Fatal(err)
				}
			default:
				what = "accounts"
				u := users[r.IntN(len(users))]
				u, err := s.FindUser(ctx, u.ID)
				if err != nil {
					t.Fatal(err)
				}
				u.Accounts = nil
				for _, n := range names {
					if r.IntN(2) == 0 {
						u.Accounts = append(u.Accounts, access.Account{Realm: "lab", Account: n})
					}
				}
				err = s.WithTx(ctx, func(tx *store.Tx) error { return tx.SaveUser(u) })
				if err != nil && access.KindOf(err) != access.KindConflict {
					t.Fatal(err)
				}
			}
			for id := range all {
				all[id] = find(t, s, id)
			}
			if !checkWaiting(t, s, values(all), plain, phones) {
				t.Fatalf("after step %d, %s", step, what)
			}
		}
	}
}

func values(m map[access.AssociationID]*access.Association) []*access.Association {
	out := make([]*access.Association, 0, len(m))
	for _, a := range m {
		out = append(out, a)
	}
	return out
}

// changePlain registers a device under an ActiveSync id, or changes or deletes one that was.
func changePlain(t *testing.T, s *store.Store, r *rand.Rand, list *[]*access.RegisteredDevice, phones []string) {
	t.Helper()
	states := []access.DeviceState{access.DevicePending, access.DeviceActive, access.DeviceLost, access.DeviceRetired, access.DeviceWiped}
	n := access.RegisteredDevice{Device: access.Device{State: states[r.IntN(len(states))]}, EASID: append(phones, "")[r.IntN(len(phones)+1)]}
	if len(*list) < 2 {
		if r.IntN(2) == 0 {
			*list = append(*list, addDevice(t, s, n))
			return
		}
		var made *access.RegisteredDevice
		tx(t, s, func(tx *store.Tx) error { c := n; made = &c; return tx.CreateDevices([]*access.RegisteredDevice{made}) })
		*list = append(*list, made)
		return
	}
	i := r.IntN(2)
	if r.IntN(3) == 0 {
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteDevice((*list)[i].ID) })
		*list = slices.Delete(*list, i, i+1)
		return
	}
	d := (*list)[i]
	d.State, d.EASID = n.State, n.EASID
	saveDevice(t, s, d)
}

func checkWaiting(t *testing.T, s *store.Store, all []*access.Association, plain []*access.RegisteredDevice, phones []string) bool {
	t.Helper()
	ok := true
	for _, p := range phones {
		records, linked := 0, false
		var owner access.UserID
		first := "~"
		for _, a := range all {
			if a.Pair.Device != p {
				continue
			}
			records++
			linked = linked || a.Linked()
			if u, err := s.UserOf(t.Context(), "lab", a.Pair.Account); err == nil && a.Person != u.ID || err != nil && a.Person != "" {
				t.Errorf("%s belongs to %q, its account to %+v", a.Pair, a.Person, u)
				ok = false
			}
			if a.Person != "" && a.Pair.Account < first {
				first, owner = a.Pair.Account, a.Person
			}
		}
		w := waitingOf(t, s, p)
		inUse := slices.ContainsFunc(plain, func(d *access.RegisteredDevice) bool {
			return d.EASID == p && d.State != access.DeviceRetired && d.State != access.DeviceWiped
		})
		if want := records > 0 && !linked && !inUse; want != (w != nil) {
			t.Errorf("%s has %d records, linked %v, registered %v, and waits as %+v", p, records, linked, inUse, w)
			ok = false
		}
		if w != nil && w.Owner != owner {
			t.Errorf("%s waits for %q, want %q", p, w.Owner, owner)
			ok = false
		}
	}
	return ok
}

func links(t *testing.T, e Engine) {
	t.Run("the matcher's word is kept, told to gateways, and no news when it says the same again", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		d := addDevice(t, s, access.RegisteredDevice{})
		link := access.Link{By: access.LinkedByMatcher, At: Start(), Score: 97, Reasons: []string{"same IMEI"}}
		say := func(l access.Link) int64 {
			return tx(t, s, func(tx *store.Tx) error { return tx.SaveLink(a.ID, d.ID, l, access.Suggestion{}, "older") })
		}
		if n := say(link); n == 0 {
			t.Error("gateways are not told")
		}
		got := find(t, s, a.ID)
		if got.Device != d.ID || !reflect.DeepEqual(got.Link, link) || got.Replaces != "older" || got.Version != a.Version+1 {
			t.Errorf("%+v", got)
		}
		link.At = Start().Add(1e9)
		if n := say(link); n != 0 || !reflect.DeepEqual(find(t, s, a.ID), got) {
			t.Errorf("change %d, %+v", n, find(t, s, a.ID))
		}
		if c, _ := s.CountAssociations(t.Context()); c.Linked != 1 {
			t.Errorf("%+v", c)
		}
		err := s.WithTx(t.Context(), func(tx *store.Tx) error { a.Comment = "from a stale page"; return tx.SaveAssociation(a) })
		wantKind(t, err, access.KindConflict)
	})
	t.Run("a suggestion makes the row one that Show Suggested finds, until it is linked", func(t *testing.T) {
		ctx, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		create(t, s, seen("bob", "d2"))
		d := addDevice(t, s, access.RegisteredDevice{})
		sug := access.Suggestion{Device: d.ID, Score: 70, Clear: true, Reasons: []string{"the owner's second account"}}
		if n := tx(t, s, func(tx *store.Tx) error { return tx.SaveLink(a.ID, "", access.Link{}, sug, "") }); n != 0 {
			t.Errorf("gateways are told of a suggestion, by change %d", n)
		}
		p, err := s.ListAssociations(ctx, store.Query{Show: store.ShowSuggested})
		if err != nil || len(p.Rows) != 1 || !reflect.DeepEqual(p.Rows[0].Suggestion, sug) || p.Total != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		for _, show := range []store.Show{store.ShowUnlinked, store.ShowAll, store.ShowAllowed} {
			if p, err := s.ListAssociations(ctx, store.Query{Show: show, Sort: store.SortStatus}); err != nil || len(p.Rows) != 2 || p.Total != 2 {
				t.Errorf("%s: %+v, %v", show, p, err)
			}
		}
		if c, _ := s.CountAssociations(ctx); c.Suggested != 1 || c.Unlinked != 2 || c.Linked != 0 || c.Total != 2 {
			t.Errorf("%+v", c)
		}
		linkTo(t, s, a.ID, d.ID)
		if got := find(t, s, a.ID); got.Suggestion.Device != "" {
			t.Errorf("%+v", got.Suggestion)
		}
		if c, _ := s.CountAssociations(ctx); c.Suggested != 0 || c.Linked != 1 {
			t.Errorf("%+v", c)
		}
	})
	t.Run("what a hand has linked or unlinked the matcher leaves alone", func(t *testing.T) {
		ctx, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		d, other := addDevice(t, s, access.RegisteredDevice{}), addDevice(t, s, access.RegisteredDevice{})
		for _, hand := range []access.DeviceID{d.ID, ""} {
			linkTo(t, s, a.ID, hand)
			err := s.WithTx(ctx, func(tx *store.Tx) error {
				return tx.SaveLink(a.ID, other.ID, access.Link{By: access.LinkedByMatcher}, access.Suggestion{}, "")
			})
			wantKind(t, err, access.KindConflict)
			tx(t, s, func(tx *store.Tx) error {
				return tx.SaveLink(a.ID, hand, access.Link{By: access.LinkedByMatcher}, access.Suggestion{}, "x")
			})
			if got := find(t, s, a.ID); got.Link.By != access.LinkedByHand || got.Link.Who != "root" || got.Device != hand {
				t.Errorf("%+v", got)
			}
		}
	})
	t.Run("candidates are who shares an id, a number, a phone or the owner", candidates(e))
	t.Run("whatever the matcher can make something of is among the candidates", foundByKey(e))
	t.Run("a record moves to another account and back as it was", moves(e))
}

func candidates(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		_, s := fresh(t, e)
		ana := addUser(t, s, "ana", nil, "ana")
		names := map[access.DeviceID]string{}
		add := func(name string, d access.RegisteredDevice) *access.RegisteredDevice {
			n := addDevice(t, s, d)
			names[n.ID] = name
			return n
		}
		add("eas", access.RegisteredDevice{EASID: "APPLF2LX9Q"})
		add("serial", access.RegisteredDevice{Serial: "F2LX9Q"})
		imei := add("imei", access.RegisteredDevice{IMEI: "356789012345678"})
		add("number", access.RegisteredDevice{Number: "030 1234567"})
		owned := add("owner", access.RegisteredDevice{Device: access.Device{Owner: ana.ID, State: access.DeviceRetired}})
		twin := add("twin", access.RegisteredDevice{})
		for i := range 30 {
			add(fmt.Sprint("stranger", i), access.RegisteredDevice{Serial: fmt.Sprintf("S%06d", i), Number: fmt.Sprintf("+49 40 99%05d", i), IMEI: fmt.Sprintf("11%013d", i)})
		}
		a := seen("ana", "APPLF2LX9Q")
		a.IMEI, a.Number = "35-678901-234567-8", "+49 30 1234567"
		create(t, s, a)
		b := create(t, s, seen("team", "APPLF2LX9Q"))
		linkTo(t, s, b.ID, twin.ID)
		create(t, s, seen("other", "d9"))
		tx(t, s, func(tx *store.Tx) error {
			a, err := tx.FindAssociation(a.ID)
			if err != nil {
				return err
			}
			list, err := tx.DeviceCandidates(a)
			if err != nil {
				return err
			}
			var got []string
			for _, d := range list {
				got = append(got, names[d.ID])
			}
			slices.Sort(got)
			if want := []string{"eas", "imei", "number", "owner", "serial", "twin"}; !slices.Equal(got, want) {
				t.Errorf("candidates %v, want %v", got, want)
			}
			for _, d := range list {
				back, err := tx.RecordCandidates(&d)
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(back, func(x access.Association) bool { return x.ID == a.ID }) {
					t.Errorf("%s does not find the record", names[d.ID])
				}
				if slices.ContainsFunc(back, func(x access.Association) bool { return x.Pair.Device == "d9" }) {
					t.Errorf("%s finds a stranger", names[d.ID])
				}
			}
			linked, err := tx.LinkedRecords(twin.ID, imei.ID, owned.ID)
			if len(linked) != 1 || linked[0].ID != b.ID {
				t.Errorf("linked %+v", linked)
			}
			sib, err2 := tx.Siblings(a, 10)
			if len(sib) != 1 || sib[0].ID != b.ID {
				t.Errorf("siblings %+v, %v", sib, err2)
			}
			phones, err3 := tx.Phones([]string{a.Pair.Device, "nobody's"}, 1) // shared by two, and so asked for by itself
			if len(phones[a.Pair.Device]) != 1 || len(phones) > 2 || err3 != nil {
				t.Errorf("phones %+v, %v", phones, err3)
			}
			phones, err3 = tx.Phones([]string{a.Pair.Device, "nobody's"}, 10)
			if len(phones) != 1 || len(phones[a.Pair.Device]) != 2 || err3 != nil {
				t.Errorf("phones %+v, %v", phones, err3)
			}
			some, err3 := tx.FindDevices([]access.DeviceID{twin.ID, owned.ID, "gone"})
			if len(some) != 2 || err3 != nil {
				t.Errorf("devices %+v, %v", some, err3)
			}
			return err
		})
	}
}

func moves(e Engine) func(*testing.T) {
	return func(t *testing.T) {
		ctx, s := fresh(t, e)
		bob := addUser(t, s, "bob", nil, "bob")
		d := addDevice(t, s, access.RegisteredDevice{})
		a, b := full("robert", "d1"), create(t, s, seen("bob", "d2"))
		a.Device = d.ID
		a.MergedFrom = []access.AssociationID{"x", "y"}
		a.Link = access.Link{By: access.LinkedByHand, Who: "root", At: Start(), Reasons: []string{"so said"}}
		create(t, s, a)
		create(t, s, seen("robert", "d2"))
		var m mirror
		m.catchUp(t, s, 50)
		before := find(t, s, a.ID)
		if n := tx(t, s, func(tx *store.Tx) error { return tx.MoveAssociation(a.ID, "bob") }); n == 0 {
			t.Error("gateways are not told")
		}
		m.catchUp(t, s, 50)
		if got := m.entries["record "+string(a.ID)].Record; got == nil || got.Pair != pair("bob", "d1") {
			t.Errorf("gateways hold %+v", got)
		}
		if got := find(t, s, a.ID); got.Person != bob.ID || got.Pair != pair("bob", "d1") || got.Device != d.ID || got.Override != before.Override {
			t.Errorf("%+v", got)
		}
		var other access.AssociationID
		tx(t, s, func(tx *store.Tx) error {
			x, err := tx.FindPair(access.Standalone, pair("robert", "d2"))
			if err == nil {
				other = x.ID
			}
			return err
		})
		wantKind(t, s.WithTx(ctx, func(tx *store.Tx) error { return tx.MoveAssociation(other, "bob") }), access.KindConflict)
		tx(t, s, func(tx *store.Tx) error { n := *before; return tx.ReplaceAssociation(&n) })
		after := find(t, s, a.ID)
		if after.Version <= before.Version {
			t.Errorf("version %d after %d", after.Version, before.Version)
		}
		after.Version, after.Change = before.Version, before.Change
		if !reflect.DeepEqual(after, before) {
			t.Errorf("it came back otherwise:\n%+v\n%+v", after, before)
		}
		// One that was removed comes back whole, too.
		gone := find(t, s, b.ID)
		tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(b.ID) })
		tx(t, s, func(tx *store.Tx) error { n := *gone; return tx.ReplaceAssociation(&n) })
		if got := find(t, s, b.ID); got.Person != bob.ID || got.Pair != gone.Pair {
			t.Errorf("%+v", got)
		}
		if list := recordsOf(t, s, "bob"); len(list) != 1 || list[0].ID != b.ID {
			t.Errorf("%+v", list)
		}
		if c, _ := s.CountAssociations(ctx); c.Total != 3 {
			t.Errorf("%+v", c)
		}
	}
}

func recordsOf(t *testing.T, s *store.Store, account string) (list []access.Association) {
	t.Helper()
	tx(t, s, func(tx *store.Tx) error {
		var err error
		list, err = tx.RecordsOfAccount("lab", account, 10)
		return err
	})
	return list
}
