// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Gateway serves phones. Make one with New, give it listeners with Serve, end it with Shutdown.
type Gateway struct {
	cfg       Config
	log       *slog.Logger
	parkAfter time.Duration
	started   time.Time
	external  string // host of ExternalURL
	routes    routes
	shield    *shield
	flights   flights
	conns     conns
	newcomers newcomers
	moved     moved
	reports   *reports
	metrics   *metrics
	poll      *poller
	waiting   register
	enders    sync.WaitGroup
	http      *http.Server
	back      *returns

	parkedCount  atomic.Int64 // waiting now
	parkedTotal  atomic.Int64 // ever
	draining     atomic.Bool
	restMu       sync.Mutex
	restingConns map[*resting]struct{}
	background   sync.WaitGroup
	stop         context.CancelFunc
}

// New checks the configuration and starts what runs in the background. Errors are for the operator.
func New(cfg Config) (*Gateway, error) {
	cfg.defaults()
	if cfg.Snapshot == nil || cfg.Sink == nil {
		return nil, errors.New("gateway: no snapshot or no sink")
	}
	g := &Gateway{
		cfg: cfg, log: cfg.Logger, parkAfter: cfg.ParkAfter, started: cfg.Now().UTC(),
		restingConns: make(map[*resting]struct{}), back: newReturns(),
	}
	var err error
	if g.external, err = checkExternal(cfg.ExternalURL); err != nil {
		return nil, err
	}
	if g.routes, err = newRoutes(cfg.Backends); err != nil {
		return nil, err
	}
	if g.shield, err = newShield(cfg.Shield); err != nil {
		return nil, err
	}
	if cfg.reach != nil {
		for _, s := range g.routes.servers {
			s.reach = cfg.reach
		}
	} else if canPark {
		if g.poll, err = newPoller(); err != nil {
			return nil, err
		}
	}
	g.conns.cfg = &g.cfg
	if n := afford(cfg.MaxConns, descriptors()); n != cfg.MaxConns {
		g.cfg.MaxConns = n
		g.log.Warn("fewer connections than configured, for want of file descriptors", logkeys.Count, n)
	}
	g.reports = newReports(g)
	g.metrics = newMetrics(g)
	if cfg.Registry != nil {
		if err := cfg.Registry.Register(g.metrics); err != nil {
			return nil, err
		}
	}
	g.http = g.engine()
	cfg.Snapshot.OnChange(g.changed)
	ctx, cancel := context.WithCancel(context.Background())
	g.stop = cancel
	g.background.Go(func() { g.reports.run(ctx) })
	g.background.Go(func() { g.tick(ctx) })
	if cfg.ProbeEvery > 0 {
		for _, s := range g.routes.servers {
			g.background.Go(func() { g.watchHealth(ctx, s) })
		}
	}
	return g, nil
}

// engine is the narrow seam to the HTTP engine: everything that depends on net/http's server is here
// and in the few lines of park that hijack.
func (g *Gateway) engine() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(g.cfg.HTTP2)
	return &http.Server{
		Handler:           http.HandlerFunc(g.serve),
		Protocols:         &protocols,
		ReadHeaderTimeout: 20 * time.Second,
		IdleTimeout:       g.cfg.IdleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(g.log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, phoneKey{}, c)
		},
		DisableGeneralOptionsHandler: true,
	}
}

type phoneKey struct{}

func phoneConn(ctx context.Context) net.Conn {
	c, _ := ctx.Value(phoneKey{}).(net.Conn)
	return c
}

// returns finds the listener that takes parked connections back. Any will do: net/http does not ask
// where a connection came from.
type returns struct {
	mu   sync.Mutex
	open []*httpd.Listener
}

func newReturns() *returns { return &returns{} }

// Return gives the connection back to net/http; false: nobody takes it any more.
func (r *returns) Return(c net.Conn, prefix []byte) bool {
	r.mu.Lock()
	var l *httpd.Listener
	if len(r.open) > 0 {
		l = r.open[0]
	}
	r.mu.Unlock()
	return l != nil && l.Return(c, prefix)
}

// Serve serves phones on l until Shutdown, and then returns nil.
func (g *Gateway) Serve(l *httpd.Listener) error {
	l.Strict()
	l.Guard(&g.conns)
	g.back.mu.Lock()
	g.back.open = append(g.back.open, l)
	g.back.mu.Unlock()
	err := g.http.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Handler is the gateway as a plain handler, for servers of others. Requests wait in it unparked when
// the server's connections are not known to the gateway.
func (g *Gateway) Handler() http.Handler { return g.http.Handler }

func (g *Gateway) now() time.Time { return g.cfg.Now() }

// Shutdown stops taking requests, ends waiting ones with an answer that makes the phone come back
// (never by cutting), spread over a little time, waits for the others until ctx ends, and hands in
// what is left to report.
func (g *Gateway) Shutdown(ctx context.Context) error {
	g.draining.Store(true)
	done := make(chan error, 1)
	go func() { done <- g.http.Shutdown(ctx) }()
	g.drain(ctx)
	err := <-done
	if err != nil {
		g.http.Close()
	}
	g.enders.Wait()
	g.closeResting()
	g.stop()
	g.background.Wait()
	g.reports.flush(context.WithoutCancel(ctx))
	for _, s := range g.routes.servers {
		s.close()
	}
	if g.poll != nil {
		g.poll.close()
	}
	if g.cfg.Registry != nil {
		g.cfg.Registry.Unregister(g.metrics)
	}
	return err
}

// drain answers what waits: some hundred a tick, so that the phones do not all come back at once, and
// whatever else begins to wait meanwhile.
func (g *Gateway) drain(ctx context.Context) {
	const step, ticks = 50 * time.Millisecond, 40
	list := g.waiting.of(nil)
	each := max(100, len(list)/ticks+1)
	for len(list) > 0 {
		n := min(each, len(list))
		for _, w := range list[:n] {
			w.end(ending{drain: true})
		}
		if list = list[n:]; len(list) > 0 && !pause(ctx, step) {
			each = len(list)
		}
	}
	// What was on its way into the register when draining began ends itself (judgeAgain).
	g.closeResting()
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (g *Gateway) closeResting() {
	g.restMu.Lock()
	list := make([]*resting, 0, len(g.restingConns))
	for r := range g.restingConns {
		list = append(list, r)
	}
	g.restMu.Unlock()
	for _, r := range list {
		r.close()
	}
}

// changed is called after every change of the snapshot: waiting requests whose verdict turned are
// ended at once.
func (g *Gateway) changed(t snapshot.Touched) {
	pairs := t.Pairs
	if t.All {
		pairs = nil
	} else if len(pairs) == 0 {
		return
	}
	g.judgeWaiting(pairs)
}

func (g *Gateway) judgeWaiting(pairs []access.Pair) {
	for _, w := range g.waiting.of(pairs) {
		// Each gets a copy of the facts: the waiter's own may be looked at by its timer.
		if e, over := g.judgeAgain(w); over {
			w.end(e)
		}
	}
}

// tick does what time alone asks for: requests that wait are judged again, because the console may have
// gone away meanwhile, and idle connections to mail servers are closed.
func (g *Gateway) tick(ctx context.Context) {
	t := time.NewTicker(5 * time.Second)
	defer t.Stop()
	mem := memory{headroom: g.cfg.garbage}
	mem.steer()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		mem.giveBack(g.parkedTotal.Load(), g.parkedCount.Load(), time.Now())
		mem.steer()
		g.judgeWaiting(nil)
		for _, s := range g.routes.servers {
			s.sweep(g.now())
		}
	}
}

// consoleFacts fills in the age of what the gateway knows.
func (g *Gateway) consoleFacts(f *access.Facts, now time.Time) {
	f.ConsoleHeard, f.ConsoleAway = g.cfg.Snapshot.Heard(), g.cfg.Snapshot.Away(now)
}
