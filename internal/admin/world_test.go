// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
	"github.com/vedette-mail/vedette/test/parts"
)

// world is a real store, the room on top of it, and a snapshot that follows the store.
type world struct {
	t     *testing.T
	store *store.Store
	admin *admin.Admin
	clock *clock
	view  *follower
	live  []access.Gateway
	dsn   string
}

// clock is a time that only moves when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// empty is what every world begins with.
var empty storetest.Template

func newWorld(t *testing.T) *world {
	t.Helper()
	if strings.HasPrefix(t.Name(), onPostgres+"/") {
		return newWorldOn(t, parts.PostgresFrom(t, "admin", func(dsn string) error {
			s, err := store.Open(t.Context(), store.Config{DSN: dsn})
			if err != nil {
				return err
			}
			return s.Close()
		}))
	}
	return newWorldOn(t, empty.DSN(t))
}

func newWorldOn(t *testing.T, dsn string) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, store: s, clock: c, view: &follower{t: t, store: s}, dsn: dsn}
	w.admin, err = admin.New(admin.Config{Store: s, Snapshot: w.view.load, Now: c.Now,
		Applied:  func(int64) (int, int) { return 2, 3 },
		Gateways: func() []access.Gateway { return w.live }})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func root() access.Actor {
	return access.Actor{Name: "alice", Role: access.RoleAdministrator, Addr: "192.0.2.1"}
}

func second() access.Actor {
	return access.Actor{Name: "bob", Role: access.RoleAdministrator, Addr: "192.0.2.2"}
}

func auditor() access.Actor { return access.Actor{Name: "carol", Role: access.RoleAuditor} }

func pairOf(account, device string) access.Pair {
	return access.Pair{Realm: "lab", Account: account, Device: device}
}

// record makes a record as intake would.
func (w *world) record(account, device string, change ...func(*access.Association)) access.AssociationID {
	w.t.Helper()
	as := &access.Association{Record: access.Record{Domain: access.Standalone, Pair: pairOf(account, device)},
		User: account, RawDevice: device, Model: "iPhone", OS: "iOS", OSVersion: "18.1", Mailbox: account, MailboxDerived: true}
	for _, f := range change {
		f(as)
	}
	if err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(as) }); err != nil {
		w.t.Fatal(err)
	}
	return as.ID
}

// records makes many, in one transaction.
func (w *world) records(n int, prefix string) []access.AssociationID {
	w.t.Helper()
	ids := make([]access.AssociationID, n)
	err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		for i := range ids {
			user := fmt.Sprintf("%s%04d", prefix, i)
			as := &access.Association{Record: access.Record{Pair: pairOf(user, "D"+user)}, User: user}
			if err := tx.CreateAssociation(as); err != nil {
				return err
			}
			ids[i] = as.ID
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func (w *world) find(id access.AssociationID) admin.Details {
	w.t.Helper()
	d, err := w.admin.FindAssociation(w.t.Context(), root(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) preferences(change func(*access.Preferences)) {
	w.t.Helper()
	p, err := w.admin.Preferences(w.t.Context(), root())
	if err != nil {
		w.t.Fatal(err)
	}
	change(&p.Preferences)
	if _, err := w.admin.ChangePreferences(w.t.Context(), root(), p.Preferences, admin.Act{Version: p.Version}); err != nil {
		w.t.Fatal(err)
	}
}

// run starts Run and ends it with the test.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.admin.Run(ctx) // always the context's own error
	}()
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); <-done }) }
	w.t.Cleanup(stop)
	return stop
}

// eventually polls until cond holds.
func (w *world) eventually(what string, cond func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); time.Now().Before(deadline); {
		if cond() {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.t.Context().Done():
			return
		}
	}
	w.t.Fatalf("not within four minutes: %s", what)
}

// carriedOut runs a job that has been started until it is over.
func (w *world) carriedOut(job admin.JobID, err error) error {
	w.t.Helper()
	if err != nil {
		return err
	}
	stop := w.run()
	defer stop()
	w.eventually("the job is over", func() bool {
		j, err := w.admin.FindJob(w.t.Context(), root(), job)
		return err != nil || j.Over()
	})
	return nil
}

func wantKind(t *testing.T, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Fatalf("error %v, want kind %d", err, want)
	}
}

// follower is the simplest snapshot that is right: it reads the store's changes whenever it is asked.
type follower struct {
	t     *testing.T
	store *store.Store
	mu    sync.Mutex
	now   *mapped
}

func (f *follower) load() admin.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	for more, fresh := true, false; more; {
		b, err := f.store.ChangesSince(context.Background(), f.position(), 500)
		if err != nil {
			f.t.Error(err)
			break
		}
		if more = b.More; f.now != nil && len(b.Entries) == 0 && !b.Full {
			break
		}
		if !fresh { // those who hold the last one must not see it change
			f.now, fresh = f.now.clone(), true
		}
		f.now.take(b)
	}
	return f.now
}

func (f *follower) position() access.Position {
	if f.now == nil {
		return access.Position{}
	}
	return f.now.position
}

type mapped struct {
	approvals   map[string]*access.PreApproval
	policies    map[string]*access.Policy
	blockings   map[string]*access.Blocking
	position    access.Position
	records     map[access.AssociationID]*access.Record
	pairs       map[access.Pair]*access.Record
	devices     map[access.DeviceID]*access.Device
	eas         map[string]*access.EASDevice
	accounts    map[string]*access.AccountState
	preferences *access.Preferences
}

func (m *mapped) clone() *mapped {
	if m == nil {
		return &mapped{records: map[access.AssociationID]*access.Record{}, devices: map[access.DeviceID]*access.Device{},
			eas: map[string]*access.EASDevice{}, accounts: map[string]*access.AccountState{}, pairs: map[access.Pair]*access.Record{},
			approvals: map[string]*access.PreApproval{}, policies: map[string]*access.Policy{},
			blockings: map[string]*access.Blocking{}}
	}
	return &mapped{position: m.position, preferences: m.preferences, records: maps.Clone(m.records), devices: maps.Clone(m.devices),
		eas: maps.Clone(m.eas), accounts: maps.Clone(m.accounts), pairs: maps.Clone(m.pairs),
		approvals: maps.Clone(m.approvals), policies: maps.Clone(m.policies), blockings: maps.Clone(m.blockings)}
}

func (m *mapped) take(b access.Batch) {
	if b.Full {
		*m = *(*mapped)(nil).clone()
	}
	for _, e := range b.Entries {
		m.apply(e)
	}
	m.position = b.Position
	clear(m.pairs)
	for _, r := range m.records {
		m.pairs[r.Pair] = r
	}
}

func (m *mapped) apply(e access.Entry) {
	switch e.Kind {
	case access.EntryRecord:
		set(m.records, access.AssociationID(e.Key), e.Record)
	case access.EntryDevice:
		set(m.devices, access.DeviceID(e.Key), e.Device)
	case access.EntryEASDevice:
		set(m.eas, e.Key, e.EASDevice)
	case access.EntryAccount:
		set(m.accounts, e.Key, e.Account)
	case access.EntryPreApproval:
		set(m.approvals, e.Key, e.PreApproval)
	case access.EntryPolicy:
		set(m.policies, e.Key, e.Policy)
	case access.EntryBlocking:
		set(m.blockings, e.Key, e.Blocking)
	case access.EntryPreferences:
		m.preferences = e.Preferences
	}
}

func set[K comparable, V any](m map[K]*V, k K, v *V) {
	if v == nil {
		delete(m, k)
		return
	}
	m[k] = v
}

func (m *mapped) Record(p access.Pair) *access.Record      { return m.pairs[p] }
func (m *mapped) EASDevice(id string) *access.EASDevice    { return m.eas[id] }
func (m *mapped) Device(id access.DeviceID) *access.Device { return m.devices[id] }
func (m *mapped) Account(r, a string) *access.AccountState { return m.accounts[r+"/"+a] }
func (m *mapped) Position() access.Position                { return m.position }
func (m *mapped) Policy(id access.PolicyID) *access.Policy { return m.policies[string(id)] }
func (m *mapped) Blockings() []*access.Blocking {
	list := slices.Collect(maps.Values(m.blockings))
	access.SortBlockings(list)
	return list
}
func (m *mapped) PreApproval(p access.Pair) *access.PreApproval {
	for _, a := range m.approvals {
		if a.Pair == p {
			return a
		}
	}
	return nil
}
func (m *mapped) EachRecord(f func(*access.Record) bool) {
	for _, r := range m.records {
		if !f(r) {
			return
		}
	}
}

func (m *mapped) Preferences() *access.Preferences {
	if m.preferences == nil {
		p := access.DefaultPreferences()
		return &p
	}
	return m.preferences
}
