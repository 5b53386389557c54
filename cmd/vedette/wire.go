// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/web"
)

// drainTime is how long a process that is told to stop may take to end its requests politely.
const drainTime = 20 * time.Second

func closing() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), drainTime)
}

func roleOf(word string) (config.Role, error) {
	switch word {
	case "gateway":
		return config.RoleGateway, nil
	case "console":
		return config.RoleConsole, nil
	}
	return config.RoleServe, nil
}

// load reads the configuration of a role.
func load(path string, role config.Role) (*config.Config, error) {
	env := os.Environ()
	kept := env[:0]
	for _, e := range env { // the path itself is no setting, nor is what commands that ask a console read
		name, _, _ := strings.Cut(e, "=")
		if name != "VEDETTE_CONFIG" && !slices.Contains(clientVariables(), name) {
			kept = append(kept, e)
		}
	}
	return config.Load(path, kept, role)
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "development"
	}
	return info.Main.Version
}

func newLogger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(c.Level)) != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// dataDir makes a directory of ours inside the data directory, closed to others.
func dataDir(cfg *config.Config, name string) (string, error) {
	dir := filepath.Join(cfg.Data, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("cannot make the data directory (setting data): %w", err)
	}
	return dir, nil
}

// certificate gives the certificate of a listener: the configured one, or one made for trials.
func certificate(cfg *config.Config, cert, key, name, listen string, log *slog.Logger) (*httpd.Certificate, error) {
	if cert != "" {
		return httpd.LoadCertificate(cert, key)
	}
	dir, err := dataDir(cfg, "certificates")
	if err != nil {
		return nil, err
	}
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" && host != "0.0.0.0" && host != "::" {
		hosts = append(hosts, host)
	}
	if h, err := os.Hostname(); err == nil {
		hosts = append(hosts, h)
	}
	log.Warn("no certificate is set; one was made for trials", slog.String("for", name))
	return httpd.TrialCertificate(dir, name, hosts, time.Now())
}

// listen opens a TLS listener that takes its certificate up again when the files change.
func listen(g *group, addr string, cert *httpd.Certificate, lc httpd.ListenerConfig, log *slog.Logger) (*httpd.Listener, error) {
	l, err := httpd.Listen(g.ctx, addr, lc)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	g.run(func(ctx context.Context) error { cert.Watch(ctx, time.Minute, log); return nil })
	return l, nil
}

// makeData makes the data directory, closed to others.
func makeData(cfg *config.Config) error {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("cannot make the data directory (setting data): %w", err)
	}
	return nil
}

// watchedIntake has open pages told which phones came by, once their report has been taken.
type watchedIntake struct {
	*intake.Intake
	live *web.Live
}

// Take is called by the hub.
func (in watchedIntake) Take(ctx context.Context, r access.Report) (access.Receipt, error) {
	receipt, err := in.Intake.Take(ctx, r)
	if err == nil {
		in.live.Seen(r.Sightings)
	}
	return receipt, err
}

func backends(list []config.Backend) []gateway.Backend {
	out := make([]gateway.Backend, len(list))
	for i, b := range list {
		out[i] = gateway.Backend{
			Name: b.Name, Type: b.Type, URL: b.URL, CAFile: b.CA, ServerName: b.ServerName, Host: b.Host,
			Realm: b.Realm, Domains: b.Domains, Users: b.Users, Default: b.Default, Autodiscover: b.Autodiscover,
		}
	}
	return out
}
