// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/jobs"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/web"
)

type consoleCommand struct{ configFile }

func (c *consoleCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleConsole)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, s.stderr)
	g := newGroup(s.ctx)
	con, err := startConsole(g, cfg, log)
	if err == nil {
		err = con.greet(s)
	}
	return g.live(err)
}

// console is a running console.
type console struct {
	store    *store.Store
	login    *login.Login
	admin    *admin.Admin
	settings *admin.Settings
	hub      *control.Hub
	live     *web.Live
	url      string // of the administrators' pages
}

// startConsole joins the parts of a console and starts them in g.
func startConsole(g *group, cfg *config.Config, log *slog.Logger) (*console, error) {
	unlock, err := lockData(cfg, lockShared)
	if err != nil {
		return nil, err
	}
	g.onClose(func(context.Context) error { return unlock() })
	st, err := store.Open(g.ctx, store.Config{DSN: cfg.Console.Database, Logger: log})
	if err != nil {
		return nil, err
	}
	g.onClose(func(context.Context) error { return st.Close() })
	box, err := openBox(g.ctx, cfg, st, log)
	if err != nil {
		return nil, err
	}
	site, err := box.Derive("policy keys")
	if err != nil {
		return nil, err
	}
	if err := st.TellSite(g.ctx, site); err != nil {
		return nil, err
	}
	expected := make([]access.GatewayID, len(cfg.Console.Gateways))
	pins := make(map[string]access.GatewayID, len(expected))
	for i, p := range cfg.Console.Gateways {
		expected[i] = access.GatewayID(p.Name)
		pins[p.Pin] = expected[i]
	}
	var hub *control.Hub
	live := web.NewLive(web.LiveConfig{Feed: st, Snapshot: func() admin.Snapshot { return hub.Snapshot() }, Logger: log})
	hub = control.NewHub(control.HubConfig{Source: st, Intake: watchedIntake{intake.New(st, nil), live}, Gateways: expected, Logger: log})
	g.run(hub.Run)
	// A million records are read in some fifteen seconds, on a machine that has much else to do in minutes.
	ctx, cancel := context.WithTimeout(g.ctx, 10*time.Minute)
	defer cancel()
	if err := hub.Ready(ctx); err != nil {
		return nil, fmt.Errorf("the console cannot read its database: %w", err)
	}
	sign, err := login.New(login.Config{Store: st, Box: box, Logger: log,
		Idle: time.Duration(cfg.Console.SessionIdle), Absolute: time.Duration(cfg.Console.SessionMaximum)})
	if err != nil {
		return nil, err
	}
	adm, err := admin.New(admin.Config{Store: st, Snapshot: func() admin.Snapshot { return hub.Snapshot() },
		Applied: hub.Applied, Gateways: hub.Gateways, Logger: log, Servers: gateway.MailServers(backends(cfg.Backends)), Account: gateway.Spell, Device: spellDevice,
		Present: sign.Again})
	if err != nil {
		return nil, err
	}
	g.run(adm.Run)
	settings, err := admin.NewSettings(admin.SettingsConfig{Admin: adm, Box: box, Backups: filepath.Join(cfg.Data, "backups")})
	if err != nil {
		return nil, err
	}
	timetable, err := jobs.New(jobs.Config{Store: st, Settings: settings, Host: hostName(), Logger: log})
	if err != nil {
		return nil, err
	}
	g.run(timetable.Run)
	if err := sign.CheckKey(g.ctx); err != nil {
		return nil, err
	}
	g.run(sign.Run)
	g.run(live.Run)
	con := &console{store: st, login: sign, admin: adm, settings: settings, hub: hub, live: live}
	if err := con.servePages(g, cfg, log); err != nil {
		return nil, err
	}
	if cfg.Console.LinkListen == "" {
		return con, nil
	}
	return con, con.serveLink(g, cfg, pins, log)
}

// pages is the handler of the administrators' listener: the pages and the API, and nothing else.
func (c *console) pages(cfg *config.Config, log *slog.Logger) (http.Handler, error) {
	site, err := web.New(web.Config{Admin: c.admin, Settings: c.settings, Login: c.login, Live: c.live, Logger: log})
	if err != nil {
		return nil, err
	}
	mux := httpd.NewMux(c.login.Guard, site.Answer)
	site.Mount(mux)
	rest, err := api.New(api.Config{Admin: c.admin, Login: c.login, Feed: c.store, Settings: c.settings, Logger: log,
		Version: version()})
	if err != nil {
		return nil, err
	}
	both := http.NewServeMux()
	both.Handle("/", mux)
	both.Handle("/api/", rest)
	fronts, err := httpd.ParseFronts(cfg.Console.TrustedFronts)
	if err != nil {
		return nil, err
	}
	answer := func(w http.ResponseWriter, r *http.Request, err error) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			rest.Answer(w, r, err)
			return
		}
		site.Answer(w, r, err)
	}
	limit := func(r *http.Request) int64 {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			return rest.BodyLimit(r)
		}
		return site.BodyLimit(r)
	}
	inner := c.login.Middleware(httpd.Recover(answer, httpd.LimitBodyBy(limit, answer, both)))
	return httpd.ClientAddr(fronts, httpd.Events(log, httpd.SafeHeaders(inner))), nil
}

func (c *console) servePages(g *group, cfg *config.Config, log *slog.Logger) error {
	h, err := c.pages(cfg, log)
	if err != nil {
		return err
	}
	cert, err := certificate(cfg, cfg.Console.TLSCert, cfg.Console.TLSKey, "console", cfg.Console.Listen, log)
	if err != nil {
		return err
	}
	l, err := listen(g, cfg.Console.Listen, cert, httpd.ListenerConfig{TLS: httpd.ServerTLS(cert, false)}, log)
	if err != nil {
		return err
	}
	c.url = "https://" + l.Addr().String()
	srv := httpd.NewServer(h, log)
	// Live pages hold a stream open for as long as the window is: they end when the console does.
	srv.BaseContext = func(net.Listener) context.Context { return g.ctx }
	g.run(func(context.Context) error { return ignoreClosed(srv.Serve(l)) })
	g.onClose(func(ctx context.Context) error {
		if srv.Shutdown(ctx) != nil {
			return srv.Close()
		}
		return nil
	})
	return nil
}

func ignoreClosed(err error) error {
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

func (c *console) serveLink(g *group, cfg *config.Config, pins map[string]access.GatewayID, log *slog.Logger) error {
	certFile, keyFile := linkFiles(cfg, cfg.Console.LinkCert, cfg.Console.LinkKey, "console")
	cert, err := control.LoadCertificate(certFile, keyFile, "console", time.Now())
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(g.ctx, "tcp", cfg.Console.LinkListen)
	if err != nil {
		return fmt.Errorf("cannot listen for gateways on %s: %w", cfg.Console.LinkListen, err)
	}
	log.Info("listening for gateways", slog.String("addr", l.Addr().String()), slog.String("pin", control.Pin(cert.Leaf)))
	g.run(func(ctx context.Context) error { return c.hub.Serve(ctx, l, cert, pins) })
	return nil
}

// hostName is how this machine calls itself to log collectors.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "-"
	}
	return name
}

// linkFiles says where the link certificate of one end lies.
func linkFiles(cfg *config.Config, cert, key, name string) (certFile, keyFile string) {
	if cert != "" {
		return cert, key
	}
	dir := filepath.Join(cfg.Data, "link")
	return filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
}

// greet says where the pages are and, while there is no administrator, prints the link that makes one.
func (c *console) greet(s *session) error {
	fmt.Fprintf(s.stdout, "Console: %s\n", c.url)
	needs, err := c.login.NeedsSetup(s.ctx)
	if err != nil || !needs {
		return err
	}
	return printSetupLink(s, c.login, c.url)
}

func printSetupLink(s *session, l *login.Login, url string) error {
	token, expires, err := l.SetupLink(s.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "There is no administrator yet. Open this link once, before %s:\n  %s/setup?token=%s\n",
		expires.Local().Format("15:04 on 2 January"), url, token)
	return nil
}
