// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger is a store of numbered changes in memory: a control.Source.
type ledger struct {
	mu      sync.Mutex
	history string
	log     []access.Entry // number n is log[n-1]
	state   map[string]access.Entry
	news    chan struct{}
	err     error
	keys    []string // of the copy under way
}

// reconcileEvery is what the preferences in a ledger say.
const reconcileEvery = 20 * time.Minute

func newLedger() *ledger {
	l := &ledger{history: "first", state: map[string]access.Entry{}, news: make(chan struct{})}
	p := access.DefaultPreferences()
	p.ReconcileEvery = reconcileEvery
	l.write(access.Entry{Kind: access.EntryPreferences, Preferences: &p})
	return l
}

func (l *ledger) write(entries ...access.Entry) access.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		l.log = append(l.log, e)
		l.put(e)
	}
	close(l.news)
	l.news = make(chan struct{})
	return l.position()
}

// put changes the state without a number, as a faulty writer would.
func (l *ledger) put(e access.Entry) {
	if e.Deleted {
		delete(l.state, string(e.Kind)+" "+e.Key)
	} else {
		l.state[string(e.Kind)+" "+e.Key] = e
	}
}

func (l *ledger) position() access.Position {
	n := int64(len(l.log))
	return access.Position{History: l.history, Number: n, Token: l.token(n)}
}

func (l *ledger) token(n int64) string { return fmt.Sprintf("%s-%d", l.history, n) }

func (l *ledger) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *ledger) Position(context.Context) (access.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.position(), l.err
}

// ChangesSince pages a full copy as a store does: the token says how far it has come.
func (l *ledger) ChangesSince(_ context.Context, p access.Position, limit int) (access.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return access.Batch{}, l.err
	}
	if p.History == l.history && p.Number > 0 && p.Number <= int64(len(l.log)) && p.Token == l.token(p.Number) {
		end := min(p.Number+int64(limit), int64(len(l.log)))
		b := access.Batch{Position: access.Position{History: l.history, Number: end, Token: l.token(end)}, More: end < int64(len(l.log))}
		for _, e := range l.log[p.Number:end] {
			if now, ok := l.state[string(e.Kind)+" "+e.Key]; ok {
				e = now
			} else {
				e = access.Entry{Kind: e.Kind, Key: e.Key, Deleted: true}
			}
			b.Entries = append(b.Entries, e)
		}
		return b, nil
	}
	from, copying := 0, false
	if rest, ok := strings.CutPrefix(p.Token, "copy "); ok && p.History == l.history {
		from, _ = strconv.Atoi(rest)
		copying = true
	}
	if !copying || l.keys == nil {
		l.keys = slices.Sorted(maps.Keys(l.state))
	}
	keys := l.keys
	end := min(from+limit, len(keys))
	b := access.Batch{Full: !copying, More: end < len(keys), Position: l.position()}
	if b.More {
		b.Position = access.Position{History: l.history, Token: "copy " + strconv.Itoa(end)}
	}
	for _, k := range keys[from:end] {
		if e, ok := l.state[k]; ok {
			b.Entries = append(b.Entries, e)
		}
	}
	return b, nil
}

func (l *ledger) Wait(ctx context.Context, number int64) error {
	for {
		l.mu.Lock()
		news, now, err := l.news, int64(len(l.log)), l.err
		l.mu.Unlock()
		if err != nil || now != number {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		}
	}
}

// desk is an intake in memory that knows a replay by its number, as the real one does.
type desk struct {
	mu      sync.Mutex
	now     func() time.Time
	last    map[string]uint64
	seen    []access.Sighting
	tallies map[string]int64
	err     error
	picky   bool   // err is only for reports with sightings
	refuse  string // account whose sightings are invalid
	spools  map[string]bool
}

func newDesk(now func() time.Time) *desk {
	return &desk{now: now, last: map[string]uint64{}, tallies: map[string]int64{}, spools: map[string]bool{}}
}

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

func (d *desk) Take(_ context.Context, r access.Report) (access.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil && (!d.picky || len(r.Sightings) > 0) {
		return access.Receipt{}, d.err
	}
	for _, s := range r.Sightings {
		if d.refuse != "" && s.Pair.Account == d.refuse {
			return access.Receipt{}, access.Invalid("take", "No.")
		}
	}
	key := string(r.Gateway) + " " + r.Spool
	d.spools[r.Spool] = true
	for _, s := range r.Sightings {
		if s.Seq > d.last[key] {
			d.last[key] = s.Seq
			d.seen = append(d.seen, s)
		}
	}
	for _, t := range r.Tallies {
		d.tallies[t.Rule] += t.Count
	}
	return access.Receipt{Seq: d.last[key], Now: d.now()}, nil
}

// accounts counts the sightings taken per account.
func (d *desk) accounts() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := map[string]int{}
	for _, s := range d.seen {
		m[s.Pair.Account]++
	}
	return m
}

func record(id string, n int) access.Entry {
	return access.Entry{Kind: access.EntryRecord, Key: id, Record: &access.Record{
		ID: access.AssociationID(id), Domain: access.Standalone,
		Pair: access.Pair{Realm: "lab", Account: fmt.Sprintf("user%d", n), Device: fmt.Sprintf("APPL%08d", n)},
	}}
}

func blocked(id string, n int) access.Entry {
	e := record(id, n)
	e.Record.Override = access.Override{Kind: access.OverrideBlock, Reason: "lost", By: "root"}
	return e
}

func sighting(account string) access.Sighting {
	return access.Sighting{Pair: access.Pair{Realm: "lab", Account: account, Device: "APPL1"}, Attempts: 1, Accepted: true,
		First: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Last: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
}

// house is a hub with whatever gateways a test asks for, in one process.
type house struct {
	t      *testing.T
	ledger *ledger
	desk   *desk
	hub    *control.Hub
	stop   context.CancelFunc
	done   chan struct{}
}

func newHouse(t *testing.T, l *ledger, d *desk, expected ...access.GatewayID) *house {
	t.Helper()
	h := &house{t: t, ledger: l, desk: d, done: make(chan struct{})}
	h.hub = control.NewHub(control.HubConfig{Source: l, Intake: d, Gateways: expected, Logger: logger(t)})
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	go func() { defer close(h.done); h.hub.Run(ctx) }()
	return h
}

func (h *house) close() { h.stop(); <-h.done }

func logger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// post is one gateway: its holder, its spoke and a way to stop it.
type post struct {
	holder *snapshot.Holder
	spoke  *control.Spoke
	stop   context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	told   []snapshot.Touched
}

func config(t *testing.T, id access.GatewayID, dir string) control.SpokeConfig {
	return control.SpokeConfig{Gateway: id, Version: "test", Dir: dir, Holder: snapshot.NewHolder(nil, time.Time{}), Logger: logger(t)}
}

func (h *house) post(id access.GatewayID, dir string) *post {
	h.t.Helper()
	return h.postAfter(id, dir, func(*snapshot.View) {})
}

// postAfter lets a test look at what the gateway has loaded, before it meets its console.
func (h *house) postAfter(id access.GatewayID, dir string, look func(*snapshot.View)) *post {
	h.t.Helper()
	cfg := config(h.t, id, dir)
	s, err := control.NewDirect(cfg, h.hub)
	if err != nil {
		h.t.Fatal(err)
	}
	look(cfg.Holder.Load())
	return start(h.t, cfg, s)
}

func start(t *testing.T, cfg control.SpokeConfig, s *control.Spoke) *post {
	p := &post{holder: cfg.Holder, spoke: s, done: make(chan struct{})}
	p.holder.OnChange(func(touched snapshot.Touched) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told = append(p.told, touched)
	})
	ctx, stop := context.WithCancel(t.Context())
	p.stop = stop
	go func() { defer close(p.done); s.Run(ctx) }()
	return p
}

func (p *post) close() { p.stop(); <-p.done }

func (p *post) touched() []snapshot.Touched {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told
}

// eventually waits for what comes over a real network; everything else runs on made-up time.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(within)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

var errBroken = errors.New("the disk of the database is gone")
