// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Config is what the room needs to do its work.
type Config struct {
	Store *store.Store
	// Snapshot gives the console's present copy of what gateways decide from.
	Snapshot func() Snapshot
	// Applied says how many of how many gateways have applied a change number.
	Applied func(number int64) (applied, total int)
	// Gateways gives live news of the gateways that are connected: Connected, LastReport, Skew and
	// Status. What is not there comes from the store.
	Gateways func() []access.Gateway
	Now      func() time.Time
	Logger   *slog.Logger
	// Servers are the mail servers of the console's own configuration. They count for realms that no
	// gateway tells of.
	Servers []access.MailServer
	// Account and Device bring what people type to the canonical names of a realm's accounts and of
	// ActiveSync devices, as gateways with these mail servers do; ok is false for what can be no
	// such name. Without them case and accents are folded, and ids are upper case.
	Account func(servers []access.MailServer, realm, text string) (name string, ok bool)
	Device  func(text string) (id string, ok bool)
	// Present gives an actor as he is now, with the role, groups and token of this moment: Forbidden or
	// NotFound when he is gone, disabled, or his token has ended. Work that goes on behind the pages asks
	// before each step. Without it everybody stays what he was.
	Present func(ctx context.Context, then access.Actor) (now access.Actor, err error)
}

// Admin carries out what people ask for. It is safe for use by several goroutines.
type Admin struct {
	store    *store.Store
	snapshot func() Snapshot
	applied  func(int64) (int, int)
	live     func() []access.Gateway
	now      func() time.Time
	log      *slog.Logger
	servers  []access.MailServer
	account  func(servers []access.MailServer, realm, text string) (string, bool)
	device   func(text string) (string, bool)
	present  func(context.Context, access.Actor) (access.Actor, error)
	owner    string        // names this process as the holder of job leases
	jobs     chan struct{} // there is a job to carry out
	sweeps   chan struct{} // stored statuses are out of date
	walks    chan struct{} // rules have to look at all records
	stage    chan struct{} // full while a preview rehearses something

	mu     sync.Mutex
	counts countsCache
	book   *book // the last one made
}

// New checks the configuration and makes the room. Nothing runs until Run is called.
func New(c Config) (*Admin, error) {
	if c.Store == nil || c.Snapshot == nil {
		return nil, access.Invalid("admin", "A store and a snapshot are needed.")
	}
	a := &Admin{store: c.Store, snapshot: c.Snapshot, applied: c.Applied, live: c.Gateways, now: c.Now, log: c.Logger,
		jobs: make(chan struct{}, 1), sweeps: make(chan struct{}, 1), walks: make(chan struct{}, 1), stage: make(chan struct{}, 1)}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.account, a.device = c.Account, c.Device; a.account == nil {
		a.account = func(_ []access.MailServer, _, text string) (string, bool) { return access.FoldAccount(text) }
	}
	if a.device == nil {
		a.device = func(text string) (string, bool) { return strings.ToUpper(text), text != "" }
	}
	if a.applied == nil {
		a.applied = func(int64) (int, int) { return 0, 0 }
	}
	if a.live == nil {
		a.live = func() []access.Gateway { return nil }
	}
	if a.present = c.Present; a.present == nil {
		a.present = func(_ context.Context, who access.Actor) (access.Actor, error) { return who, nil }
	}
	a.servers = c.Servers
	a.owner = store.NewID(a.now())
	return a, nil
}

// Applied says how many of how many gateways obey a change number.
func (a *Admin) Applied(number int64) (applied, total int) { return a.applied(number) }
