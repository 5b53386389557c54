// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

type gatewayCommand struct{ configFile }

func (c *gatewayCommand) Run(s *session) error {
	cfg, err := load(c.Config, config.RoleGateway)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, s.stderr)
	g := newGroup(s.ctx)
	remote, err := remoteConsole(cfg)
	if err == nil {
		var gw *runningGateway
		gw, err = startGateway(g, cfg, log, func(sc control.SpokeConfig) (*control.Spoke, error) {
			return control.NewSpoke(sc, remote)
		})
		if err == nil {
			fmt.Fprintf(s.stdout, "Gateway: %s\n", gw.url)
		}
	}
	return g.live(err)
}

// remoteConsole says where the console is and who we are to it.
func remoteConsole(cfg *config.Config) (control.Remote, error) {
	certFile, keyFile := linkFiles(cfg, cfg.Gateway.LinkCert, cfg.Gateway.LinkKey, "gateway")
	cert, err := control.LoadCertificate(certFile, keyFile, cfg.Gateway.Name, time.Now())
	return control.Remote{URL: cfg.Gateway.Console, Pin: cfg.Gateway.ConsolePin, Certificate: cert}, err
}

// runningGateway is a gateway that serves phones.
type runningGateway struct {
	gateway *gateway.Gateway
	url     string // for phones
	status  string // address of health and metrics, empty when there is none
}

// startGateway joins the parts of a gateway and starts them in g; newSpoke makes its end of the link.
func startGateway(g *group, cfg *config.Config, log *slog.Logger, newSpoke func(control.SpokeConfig) (*control.Spoke, error)) (*runningGateway, error) {
	dir, err := dataDir(cfg, "gateway")
	if err != nil {
		return nil, err
	}
	var gw atomic.Pointer[gateway.Gateway] // the link is there before the gateway that it reports about
	started := time.Now()
	holder := snapshot.NewHolder(nil, time.Time{})
	spoke, err := newSpoke(control.SpokeConfig{
		Gateway: access.GatewayID(cfg.Gateway.Name), Version: version(), Dir: dir, Holder: holder,
		SpoolCap: int64(cfg.Gateway.SpoolMax), Logger: log,
		Status: func() access.GatewayStatus {
			if p := gw.Load(); p != nil {
				return p.Status()
			}
			return access.GatewayStatus{Started: started}
		},
	})
	if err != nil {
		return nil, err
	}
	runLast(g, spoke.Run)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	run := &runningGateway{}
	l, err := run.open(g, cfg, log, holder, spoke, registry)
	if err != nil {
		return nil, err
	}
	gw.Store(run.gateway)
	g.onClose(run.gateway.Shutdown)
	g.run(func(context.Context) error { return run.gateway.Serve(l) })
	if cfg.Gateway.StatusListen == "" {
		return run, nil
	}
	return run, run.serveStatus(g, cfg.Gateway.StatusListen, registry, log)
}

// open makes the gateway and its listener.
func (r *runningGateway) open(g *group, cfg *config.Config, log *slog.Logger, holder *snapshot.Holder, spoke *control.Spoke, registry prometheus.Registerer) (*httpd.Listener, error) {
	c := cfg.Gateway
	for _, w := range cfg.Warnings() {
		log.Warn("the configuration may not say what is meant", slog.String("warning", w))
	}
	fronts, err := httpd.ParseFronts(c.TrustedFronts)
	if err != nil {
		return nil, err
	}
	exempt, err := httpd.ParseFronts(c.Shield.Exempt)
	if err != nil {
		return nil, err
	}
	cert, err := certificate(cfg, c.TLSCert, c.TLSKey, "gateway", c.Listen, log)
	if err != nil {
		return nil, err
	}
	r.gateway, err = gateway.New(gateway.Config{
		Name: access.GatewayID(c.Name), Version: version(), Snapshot: holder, Sink: spoke, Wiped: spoke.Wiped(),
		Backends: backends(cfg.Backends), Logger: log, Registry: registry,
		Storm:      gateway.StormConfig{Rate: c.Storm.Rate, Burst: c.Storm.Burst},
		NewDevices: c.Shield.NewDevices, MaxConns: c.MaxConns, MaxConnsPerAddress: orNone(c.MaxConnsEach), ExternalURL: externalURL(c.ExternalURL), Fronts: fronts, HTTP2: c.HTTP2, TLS: true, Certificate: cert,
		Shield: gateway.ShieldConfig{
			Keep: time.Duration(c.Shield.Remember), Window: time.Duration(c.Shield.Window),
			PerNetwork: c.Shield.WrongPasswords, PerAccount: c.Shield.WrongElsewhere, DistinctAccounts: c.Shield.WrongAccounts, Exempt: exempt,
		},
	})
	if err != nil {
		return nil, err
	}
	speak := httpd.ServerTLS(cert, c.HTTP2)
	if c.AskCertificate {
		httpd.AskCertificate(speak)
	}
	l, err := listen(g, c.Listen, cert, httpd.ListenerConfig{TLS: speak, ProxyProtocol: c.ProxyProtocol, Fronts: fronts}, log)
	if err != nil {
		return nil, err
	}
	r.url = "https://" + l.Addr().String()
	return l, nil
}

// orNone gives the gateway's word for no limit, which the file writes as 0.
func orNone(limit int) int {
	if limit == 0 {
		return -1
	}
	return limit
}

// externalURL is what autodiscover answers: the setting names the host only, because the path is always
// the same.
func externalURL(host string) string {
	if host == "" {
		return ""
	}
	return strings.TrimSuffix(host, "/") + eas.Path
}

// serveStatus opens the listener of health, readiness and metrics: plain HTTP, not for phones.
func (r *runningGateway) serveStatus(g *group, addr string, from prometheus.Gatherer, log *slog.Logger) error {
	l, err := (&net.ListenConfig{}).Listen(g.ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s for health and metrics: %w", addr, err)
	}
	r.status = "http://" + l.Addr().String()
	srv := httpd.NewServer(r.gateway.StatusHandler(from), log)
	g.run(func(context.Context) error { return ignoreClosed(srv.Serve(l)) })
	g.onClose(func(context.Context) error { return srv.Close() })
	return nil
}

// runLast runs a part that others need until they have closed: it ends in its turn, not with the group.
func runLast(g *group, part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.ctx))
	done := make(chan error, 1)
	go func() { done <- part(ctx) }()
	g.onClose(func(closing context.Context) error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-closing.Done():
			return closing.Err()
		}
	})
}
