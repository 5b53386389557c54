// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/snapshot"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
	"github.com/vedette-mail/vedette/internal/web"
	"github.com/vedette-mail/vedette/internal/web/words"
)

// Administrator and Password sign in to a console made by Start.
const (
	Administrator = "ada"
	Password      = "correct horse battery staple"
)

// Console is a console on loopback without a gateway. What gateways would say is said by the test.
type Console struct {
	URL   string
	Store *store.Store
	Login *login.Login
	Admin *admin.Admin
	// Settings are those of its pages. What they ask for is done by nobody: a test does it.
	Settings *admin.Settings
	Live     *web.Live
	Mux      *httpd.Mux
	Handler  http.Handler
	Now      func() time.Time

	gateways atomic.Pointer[[]access.Gateway]
	enrolled bool // a company's people and devices are registered
	holder   *snapshot.Holder
	late     atomic.Int64 // a change newer than this is not applied by the last gateway
	lag      atomic.Int64 // how long the snapshot takes to apply a change
	stop     func()       // ends what goes on behind the pages, and waits for its end
}

// Start makes a console over an empty store. With an administrator there is Administrator; without, the
// set-up link has not been used yet. Tune changes how people sign in.
func Start(t testing.TB, administrator bool, tune ...func(*login.Config)) *Console {
	t.Helper()
	return start(t, administrator, time.Now, nil, tune...)
}

// StartSpeaking is Start for a console that has languages beside English.
func StartSpeaking(t testing.TB, languages ...*words.Book) *Console {
	t.Helper()
	return start(t, true, time.Now, languages)
}

// StartAt makes a console with an administrator for which it is always the same moment, so that its pages
// look the same whenever they are looked at. The moment must have passed: sessions are of the real time.
func StartAt(t testing.TB, moment time.Time) *Console {
	t.Helper()
	return start(t, true, func() time.Time { return moment }, nil)
}

// empty is what every console begins with.
var empty storetest.Template

func start(t testing.TB, administrator bool, now func() time.Time, languages []*words.Book, tune ...func(*login.Config)) *Console {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &Console{Now: now, holder: snapshot.NewHolder(nil, time.Time{})}
	c.late.Store(1 << 60)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	c.Store, err = store.Open(ctx, store.Config{DSN: empty.DSN(t), Now: c.Now, Logger: log})
	must(err)
	box, err := seal.New(make([]byte, 32))
	must(err)
	sign := login.Config{Store: c.Store, Box: box, Now: c.Now, Logger: log, PlainHTTP: true}
	for _, change := range tune {
		change(&sign)
	}
	c.Login, err = login.New(sign)
	must(err)
	c.Admin, err = admin.New(admin.Config{Store: c.Store, Now: c.Now, Logger: log,
		Snapshot: func() admin.Snapshot { return c.holder.Load() }, Applied: c.applied, Gateways: c.live})
	must(err)
	c.Settings, err = admin.NewSettings(admin.SettingsConfig{Admin: c.Admin, Box: box, Backups: filepath.Join(t.TempDir(), "backups")})
	must(err)
	c.Live = web.NewLive(web.LiveConfig{Feed: c.Store, Snapshot: func() admin.Snapshot { return c.holder.Load() }, Beat: 300 * time.Millisecond, Logger: log})
	pages, err := web.New(web.Config{Admin: c.Admin, Settings: c.Settings, Login: c.Login, Live: c.Live, Languages: languages, Now: c.Now, Logger: log})
	must(err)
	c.Mux = httpd.NewMux(c.Login.Guard, pages.Answer)
	pages.Mount(c.Mux)
	c.Handler = httpd.Events(slog.New(slog.NewTextHandler(io.Discard, nil)),
		httpd.SafeHeaders(c.Login.Middleware(httpd.Recover(pages.Answer, httpd.LimitBodyBy(pages.BodyLimit, pages.Answer, c.Mux)))))
	if administrator {
		must(c.Login.CreateAdministrator(ctx, login.House(), Administrator, Password, access.RoleAdministrator))
	}
	server := httptest.NewUnstartedServer(c.Handler)
	// As the console's own server: what goes on for long has to lift these limits for itself, and ends
	// with the console.
	server.Config.ReadTimeout, server.Config.WriteTimeout = 20*time.Second, 20*time.Second
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	c.URL = server.URL
	behind, rest := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { c.follow(behind) })
	work.Go(func() { c.Admin.Run(behind) })
	work.Go(func() { c.Live.Run(behind) })
	c.stop = func() { rest(); work.Wait() }
	t.Cleanup(func() {
		cancel()
		server.Close()
		c.stop()
		must(c.Store.Close())
	})
	c.Settle(t)
	return c
}

// follow keeps the snapshot up to date, as the console's own follower does.
func (c *Console) follow(ctx context.Context) {
	for ctx.Err() == nil {
		b, err := c.Store.ChangesSince(ctx, c.holder.Load().Position(), 500)
		for err == nil {
			c.dawdle(ctx)
			c.holder.Apply(b)
			if !b.More {
				break
			}
			b, err = c.Store.ChangesSince(ctx, b.Position, 500)
		}
		if err == nil {
			err = c.Store.Wait(ctx, c.holder.Load().Position().Number)
		}
		if err != nil && ctx.Err() == nil {
			panic(err)
		}
	}
}

// Lag makes the console's own copy of what gateways decide from follow its changes that much later, as on a
// machine that has much else to do.
func (c *Console) Lag(d time.Duration) { c.lag.Store(int64(d)) }

func (c *Console) dawdle(ctx context.Context) {
	d := time.Duration(c.lag.Load())
	if d == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Break takes the store away, as a disk does that fails. What goes on behind the pages ends first: of what it
// would complain, again and again, no test needs to hear.
func (c *Console) Break(t testing.TB) {
	t.Helper()
	c.stop()
	if err := c.Store.Close(); err != nil {
		t.Error(err)
	}
}

// Settle waits until the snapshot has everything the store has.
func (c *Console) Settle(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		p, err := c.Store.Position(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.holder.Load().Position().Number >= p.Number && c.holder.Load().Position().History == p.History {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the snapshot stays at %+v while the store is at %+v", c.holder.Load().Position(), p)
		}
		time.Sleep(5 * time.Millisecond) // polling with a deadline: the follower has no hook to wait on
	}
}

// Pretend says which gateways there are, live.
func (c *Console) Pretend(t testing.TB, list ...access.Gateway) {
	t.Helper()
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		for _, g := range list {
			if err := tx.SaveGateway(g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.gateways.Store(&list)
}

// Hold keeps the last gateway that is connected from applying anything newer than what there is now;
// Release ends that.
func (c *Console) Hold()    { c.late.Store(c.holder.Load().Position().Number) }
func (c *Console) Release() { c.late.Store(1 << 60) }

// Reconnect lets every gateway that is away come back.
func (c *Console) Reconnect() {
	p := c.gateways.Load()
	list := append([]access.Gateway(nil), *p...)
	for i := range list {
		list[i].Connected = true
	}
	c.gateways.Store(&list)
}

func (c *Console) live() []access.Gateway {
	p := c.gateways.Load()
	if p == nil {
		return nil
	}
	list := append([]access.Gateway(nil), *p...)
	for i := range list {
		if !list[i].Connected {
			continue
		}
		list[i].LastReport = c.Now().Add(-2 * time.Second)
		list[i].Status.Position = c.holder.Load().Position()
	}
	return list
}

// applied counts as the hub does: a gateway that is away is expected too, and has not applied anything.
func (c *Console) applied(number int64) (applied, total int) {
	list := c.live()
	for _, g := range list {
		if g.Connected {
			applied++
		}
	}
	if number > c.late.Load() {
		applied = max(applied-1, 0)
	}
	return applied, len(list)
}
