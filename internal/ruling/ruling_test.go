// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// desk is a store with a clock that can be moved.
type desk struct {
	*testing.T
	s   *store.Store
	now time.Time
}

func open(t *testing.T) *desk {
	t.Helper()
	var none storetest.Template
	d := &desk{T: t, now: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	var err error
	if d.s, err = store.Open(t.Context(), store.Config{DSN: none.DSN(t), Now: func() time.Time { return d.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.s.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) in(fn func(*store.Tx) error) {
	d.Helper()
	if err := d.s.WithTx(d.Context(), fn); err != nil {
		d.Fatal(err)
	}
}

// phone records one, an hour after the one before, and shows it to the rules.
func (d *desk) phone(account, device string, change ...func(*access.Association)) access.AssociationID {
	d.Helper()
	d.now = d.now.Add(time.Hour)
	as := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: account, Device: device}}, OS: "iOS", OSVersion: "15.7", Model: "iPhone 6s"}
	for _, fn := range change {
		fn(as)
	}
	d.in(func(tx *store.Tx) error {
		if err := tx.CreateAssociation(as); err != nil {
			return err
		}
		return ruling.Arrived(tx, as)
	})
	return as.ID
}

func (d *desk) rule(b store.Blocking) access.BlockingID {
	d.Helper()
	b.Enabled = true
	d.in(func(tx *store.Tx) error { return tx.CreateBlocking(&b) })
	return b.ID
}

// walk looks at all records, two at a time.
func (d *desk) walk() (changed int) {
	d.Helper()
	for after, steps := int64(0), 0; ; steps++ {
		p, err := ruling.Step(d.Context(), d.s, after, 2)
		if err != nil || p.Seen > 2 || steps > 100 {
			d.Fatalf("step %d: %+v, %v", steps, p, err)
		}
		if changed += p.Changed; p.Next == 0 {
			return changed
		}
		after = p.Next
	}
}

func (d *desk) find(id access.AssociationID) *access.Association {
	d.Helper()
	as, err := d.s.FindAssociation(d.Context(), id)
	if err != nil {
		d.Fatal(err)
	}
	return as
}

func (d *desk) want(id access.AssociationID, status access.SyncStatus, rules ...access.BlockingID) {
	d.Helper()
	as := d.find(id)
	var has []access.BlockingID
	if as.Ruling != nil {
		has = as.Ruling.Rules
	}
	slices.Sort(rules)
	if as.SyncStatus != status || !slices.Equal(has, rules) {
		d.Errorf("%s is %s, ruled by %v, want %s, %v", as.Pair, as.SyncStatus, has, status, rules)
	}
}

func (d *desk) limit(n int) {
	d.Helper()
	d.in(func(tx *store.Tx) error {
		p, err := tx.FindPreferences()
		if err != nil {
			return err
		}
		p.Preferences.DeviceLimit = n
		return tx.SavePreferences(p.Preferences, p.Version, "root")
	})
}

var oldIOS = store.Blocking{Blocking: access.Blocking{Name: "Old iOS", Kind: access.BlockingOS, Action: access.ActionBlock, OS: "iOS", Version: "17"}}

func TestARuleSpeaksOfNewRecordsAtOnceAndOfOthersAfterTheWalk(t *testing.T) { // Y-16
	d := open(t)
	before := d.phone("ana", "d1")
	good := d.phone("ana", "d2", func(a *access.Association) { a.OSVersion = "18.1" })
	old := d.rule(oldIOS)
	after := d.phone("ben", "d3")
	d.want(before, access.Allowed)
	d.want(after, access.Blocked, old)
	if n := d.walk(); n != 1 {
		t.Errorf("%d records changed", n)
	}
	d.want(before, access.Blocked, old)
	d.want(good, access.Allowed)
	if n := d.walk(); n != 0 {
		t.Errorf("%d records changed the second time", n)
	}
	d.in(func(tx *store.Tx) error {
		b, err := tx.FindBlocking(old)
		if err != nil {
			return err
		}
		b.Enabled = false
		return tx.SaveBlocking(b)
	})
	if n := d.walk(); n != 2 {
		t.Errorf("%d records changed when the rule went out of force", n)
	}
	d.want(before, access.Allowed)
}

func TestARuleForAGroupSpeaksOfItsUsersAlone(t *testing.T) { // Y-16
	d := open(t)
	d.in(func(tx *store.Tx) error {
		return tx.CreateUser(&access.User{Name: "ana", Groups: []string{"sales"}, Accounts: []access.Account{{Realm: "lab", Account: "ana"}}})
	})
	scoped := oldIOS
	scoped.Groups = []string{"sales"}
	rule := d.rule(scoped)
	files := d.rule(store.Blocking{Blocking: access.Blocking{Name: "No files", Kind: access.BlockingCommand, Action: access.ActionBlock,
		Commands: []string{"GetAttachment"}}, Groups: []string{"sales"}})
	everybody := d.rule(store.Blocking{Blocking: access.Blocking{Name: "No search", Kind: access.BlockingCommand, Action: access.ActionBlock, Commands: []string{"Search"}}})
	hers, his := d.phone("ana", "d1"), d.phone("ben", "d2")
	d.want(hers, access.Blocked, rule, files)
	d.want(his, access.Allowed)
	if d.find(hers).Ruling.Names(everybody) {
		t.Error("a rule about commands for everybody is written into every record")
	}
}

func TestTimeMakesAPhoneUnseenAndASyncDoesNot(t *testing.T) { // Y-16
	d := open(t)
	rule := d.rule(store.Blocking{Blocking: access.Blocking{Name: "Forgotten", Kind: access.BlockingUnseen, Action: access.ActionWarn, Days: 30}})
	id := d.phone("ana", "d1", func(a *access.Association) { a.LastSuccess = d.now })
	never := d.phone("ana", "d2")
	d.now = d.now.Add(31 * 24 * time.Hour)
	if n := d.walk(); n != 1 {
		t.Errorf("%d records changed", n)
	}
	d.want(id, access.Allowed, rule)
	d.want(never, access.Allowed)
	d.in(func(tx *store.Tx) error {
		as, err := tx.FindAssociation(id)
		if err != nil {
			return err
		}
		as.LastSuccess = d.now
		if err := tx.SaveTimes(as); err != nil {
			return err
		}
		_, err = ruling.Record(tx, as)
		return err
	})
	d.want(id, access.Allowed)
}

func TestAMailboxKeepsTheDevicesThatCameFirst(t *testing.T) {
	d := open(t)
	d.limit(2)
	var ids []access.AssociationID
	for i := range 4 {
		ids = append(ids, d.phone("ana", fmt.Sprint("d", i)))
	}
	other := d.phone("ben", "d9")
	for i, want := range []access.SyncStatus{access.Allowed, access.Allowed, access.Blocked, access.Blocked} {
		d.want(ids[i], want)
	}
	d.want(other, access.Allowed)
	d.in(func(tx *store.Tx) error {
		if err := tx.DeleteAssociation(ids[0]); err != nil {
			return err
		}
		n, err := ruling.Account(tx, "lab", "ana")
		if n != 1 {
			t.Errorf("%d records changed", n)
		}
		return err
	})
	d.want(ids[2], access.Allowed)
	d.want(ids[3], access.Blocked)
	d.limit(1)
	if n := d.walk(); n != 1 {
		t.Errorf("a smaller number changed %d records", n)
	}
	d.want(ids[2], access.Blocked)
	d.limit(0)
	if n := d.walk(); n != 2 {
		t.Errorf("no number changed %d records", n)
	}
	for _, id := range ids[1:] {
		if as := d.find(id); as.Ruling != nil {
			t.Errorf("%s keeps %+v", as.Pair, as.Ruling)
		}
	}
}

func TestAFullRuleIsNoOpenDoorForNewPhones(t *testing.T) { // Y-16
	d := open(t)
	var there []access.AssociationID
	for i := range 5 {
		there = append(there, d.phone("ana", fmt.Sprint("d", i)))
	}
	few := oldIOS
	few.Most = 3
	d.now = d.now.Add(time.Hour)
	rule := d.rule(few)
	counts := func(held, waiting int64) {
		t.Helper()
		if b, err := d.s.FindBlocking(t.Context(), rule); err != nil || b.Records != held || b.Waiting != waiting {
			t.Errorf("it holds %d and %d wait, want %d and %d; %v", b.Records, b.Waiting, held, waiting, err)
		}
	}
	d.walk()
	counts(3, 2)
	d.want(there[2], access.Blocked, rule)
	d.want(there[3], access.Allowed)
	for i := range 6 {
		d.want(d.phone("ben", fmt.Sprint("n", i)), access.Blocked, rule)
	}
	d.walk()
	counts(9, 2)
	// A new one tells what it is only after its first request.
	late := d.phone("carl", "late", func(a *access.Association) { a.OSVersion = "" })
	old := d.phone("carl", "old", func(a *access.Association) { a.OSVersion = "18" })
	tells := func(id access.AssociationID) {
		d.in(func(tx *store.Tx) error {
			as, err := tx.FindAssociation(id)
			if err != nil {
				return err
			}
			as.OSVersion = "15"
			if err := tx.SaveFacts(as); err != nil {
				return err
			}
			_, err = ruling.Record(tx, as)
			return err
		})
	}
	tells(late)
	d.want(late, access.Blocked, rule)
	tells(there[4]) // known before the rule was
	d.want(there[4], access.Allowed)
	d.now = d.now.Add(48 * time.Hour)
	tells(old) // known for days
	d.want(old, access.Allowed)
	counts(10, 3)
}
