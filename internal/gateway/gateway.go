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
	"github.com/vedette-mail/vedette/internal/httpd/h1"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// Gateway serves phones. Make one with New, give it listeners with Serve, end it with Shutdown.
type Gateway struct {
	cfg        Config
	log        *slog.Logger
	parkAfter  time.Duration
	started    time.Time
	external   string // host of ExternalURL
	routes     routes
	shield     *shield
	flights    flights
	conns      conns
	newcomers  newcomers
	storm      *storm // nil: there is no door
	moved      moved
	policies   policies
	wipes      wipes
	serverKeys serverKeys
	told       boundedMap[access.Pair, toldInfo] // what mail servers are told of phones
	reports    *reports
	metrics    *metrics
	poll       *poller
	waiting    register
	enders     crew
	phones     *h1.Server   // HTTP/1.1
	http       *http.Server // HTTP/2, where it is offered
	http2      *handovers

	parkedCount  atomic.Int64 // waiting now
	parkedTotal  atomic.Int64 // ever
	draining     atomic.Bool
	restMu       sync.Mutex
	restingConns map[*resting]struct{}
	background   sync.WaitGroup
	life         context.Context // ends with the gateway
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
		restingConns: make(map[*resting]struct{}), http2: newHandovers(),
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
	for _, id := range cfg.Wiped {
		g.wipes.answered.put(id, true, maxOrders)
	}
	g.storm = newStorm(cfg.Storm, g.cfg.MaxConns, g.started)
	g.reports = newReports(g)
	g.metrics = newMetrics(g)
	if cfg.Registry != nil {
		if err := cfg.Registry.Register(g.metrics); err != nil {
			return nil, err
		}
	}
	g.phones, g.http = g.engine(), g.engine2()
	cfg.Snapshot.OnChange(g.changed)
	ctx, cancel := context.WithCancel(context.Background())
	g.life, g.stop = ctx, cancel
	g.background.Go(func() { g.reports.run(ctx) })
	g.background.Go(func() { g.tick(ctx) })
	if cfg.HTTP2 {
		g.background.Go(func() { _ = g.http.Serve(g.http2) })
	}
	if cfg.ProbeEvery > 0 {
		for _, s := range g.routes.servers {
			g.background.Go(func() { g.watchHealth(ctx, s) })
		}
	}
	return g, nil
}

// engine is the narrow seam to the HTTP engine: everything that depends on it is here and in the few
// lines of park that take a connection out of it.
func (g *Gateway) engine() *h1.Server {
	cfg := h1.Config{
		Handler: http.HandlerFunc(g.serve), HeaderTimeout: headerTimeout, IdleTimeout: g.cfg.IdleTimeout, MaxHead: maxHead,
		Logger: g.log, Base: withPhone,
	}
	if g.cfg.HTTP2 {
		cfg.Other = g.http2.give
	}
	return h1.New(cfg)
}

// Limits of a request's head.
const (
	headerTimeout = 20 * time.Second
	maxHead       = 64 << 10
)

// engine2 is net/http, for phones that have agreed on HTTP/2.
func (g *Gateway) engine2() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	return &http.Server{
		Handler:           http.HandlerFunc(g.serve),
		Protocols:         &protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       g.cfg.IdleTimeout,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(g.log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, phoneKey{}, c)
		},
		DisableGeneralOptionsHandler: true,
	}
}

type phoneKey struct{}

func withPhone(c net.Conn) context.Context {
	return context.WithValue(context.Background(), phoneKey{}, c)
}

func phoneConn(ctx context.Context) net.Conn {
	c, _ := ctx.Value(phoneKey{}).(net.Conn)
	return c
}

// handovers is the listener from which net/http gets the connections that speak HTTP/2.
type handovers struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newHandovers() *handovers {
	return &handovers{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (h *handovers) give(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.done:
		c.Close()
	}
}

func (h *handovers) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handovers) Close() error   { h.once.Do(func() { close(h.done) }); return nil }
func (h *handovers) Addr() net.Addr { return &net.TCPAddr{} }

// Serve serves phones on l until Shutdown, and then returns nil.
func (g *Gateway) Serve(l *httpd.Listener) error {
	l.Guard(&g.conns)
	err := g.phones.Serve(l)
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
	done := make(chan error, 2)
	go func() { done <- g.phones.Shutdown(ctx) }()
	go func() { done <- g.http.Shutdown(ctx) }()
	g.drain(ctx)
	err := errors.Join(<-done, <-done)
	if err != nil {
		g.phones.Close()
		g.http.Close()
	}
	g.enders.Wait()
	g.closeResting()
	g.enders.Wait()
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
		g.enders.Go(r.close) // TLS's farewell may wait for a phone that does not read
	}
}

// tick does what time alone asks for: requests that wait are judged again, because the console may have
// gone away meanwhile, and idle connections to mail servers are closed.
func (g *Gateway) tick(ctx context.Context) {
	t := time.NewTicker(5 * time.Second)
	defer t.Stop()
	var told stormState
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
		told = g.storm.tick(g.log, told, g.now())
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
