// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/config"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/sim"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

type demoCommand struct {
	JSON        bool   `name:"json" help:"Print where everything is as one line of JSON, once everything answers."`
	Phones      int    `default:"200" help:"How many simulated phones."`
	Seed        uint64 `default:"1" help:"Which made-up company."`
	ConsolePort int    `default:"8443" help:"Port of the console; 0 for any free one."`
	GatewayPort int    `default:"8444" help:"Port for phones; 0 for any free one."`
	StatusPort  int    `default:"0" help:"Port of health and metrics; 0 for any free one."`
	Verbose     bool   `help:"Log what happens to standard error."`
}

// demoCard is what a visitor of the demo needs to know.
type demoCard struct {
	ConsoleURL    string `json:"console_url"`
	AdminUser     string `json:"admin_user"`
	AdminPassword string `json:"admin_password"`
	GatewayURL    string `json:"gateway_url"`
	StatusURL     string `json:"status_url"`
	MailUser      string `json:"mail_user"`
	MailPassword  string `json:"mail_password"`
	APIToken      string `json:"api_token"`
}

func (c *demoCommand) Run(s *session) error {
	if c.Phones < 0 || c.Phones > 5000 {
		return access.Invalid("demo", "Between 0 and 5000 phones can be simulated.")
	}
	dir, err := os.MkdirTemp("", "vedette-demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	g := newGroup(s.ctx)
	return g.live(c.start(g, s, dir))
}

func (c *demoCommand) start(g *group, s *session, dir string) error {
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = newLogger(config.Log{Level: "info"}, s.stderr)
	}
	world := sim.New(sim.Config{Seed: c.Seed, Phones: c.Phones})
	if err := openHosts(g, world); err != nil {
		return err
	}
	g.onClose(func(context.Context) error { world.Stop(); return nil })
	cfg := c.config(dir, world)
	con, err := startConsole(g, cfg, log)
	if err != nil {
		return explainPort(err, "--console-port")
	}
	gw, err := startGateway(g, cfg, log, func(sc control.SpokeConfig) (*control.Spoke, error) {
		return control.NewDirect(sc, con.hub)
	})
	if err != nil {
		return explainPort(err, "--gateway-port")
	}
	g.onClose(func(context.Context) error { world.StopPhones(); return nil })
	card := demoCard{ConsoleURL: con.url, GatewayURL: gw.url, StatusURL: gw.status, AdminUser: "admin",
		AdminPassword: strings.ToLower(rand.Text()[:16]),
		MailUser:      world.Company.Spare.Address(), MailPassword: world.Company.Spare.Password}
	if err := con.furnish(g.ctx, &card); err != nil {
		return err
	}
	if c.Phones > 0 {
		if err := con.enrol(g.ctx, world.Company); err != nil {
			return err
		}
		if err := con.remember(g.ctx, world.Company, access.GatewayID(cfg.Gateway.Name)); err != nil {
			return err
		}
		if err := con.rule(g.ctx); err != nil {
			return err
		}
		world.RingPhones(g.ctx, phone.Network{URL: gw.url + eas.Path, TLS: demoTLS(), Seed: c.Seed,
			Letter: world.Company.Letter, OwnAddresses: true})
		g.run(func(ctx context.Context) error { return con.inhabit(ctx, world.Company) })
	}
	return c.print(s, card)
}

// demoTLS takes the certificate that the demo has just made for itself.
func demoTLS() *tls.Config { return &tls.Config{InsecureSkipVerify: true} } //nolint:gosec // loopback, own listener

// explainPort says which flag helps when a port is taken.
func explainPort(err error, flag string) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "listen" {
		return fmt.Errorf("%w (choose another port with %s, 0 for any)", err, flag)
	}
	return err
}

// openHosts starts the mail servers of the company's sites.
func openHosts(g *group, world *sim.World) error {
	var listeners []net.Listener
	for range company.Sites() {
		l, err := (&net.ListenConfig{}).Listen(g.ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listeners = append(listeners, l)
	}
	return world.OpenHosts(listeners...)
}

func (c *demoCommand) config(dir string, world *sim.World) *config.Config {
	at := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	cfg := config.Default()
	cfg.Data = dir
	cfg.Console.Listen = at(c.ConsolePort)
	cfg.Console.Database = "sqlite:" + dir + "/console.db"
	cfg.Console.SealKey = dir + "/seal.key"
	cfg.Gateway.Name = "gateway-1"
	cfg.Gateway.Listen = at(c.GatewayPort)
	cfg.Gateway.StatusListen = at(c.StatusPort)
	for i, h := range world.Hosts {
		site := company.Sites()[i]
		cfg.Backends = append(cfg.Backends, config.Backend{Name: site.Name, Type: []string{"exchange", "sogo"}[i],
			URL: h.URL(), Realm: site.Name, Domains: h.Domains(), Default: i == 0})
	}
	return &cfg
}

// furnish makes the administrator and the token of the demo.
func (c *console) furnish(ctx context.Context, card *demoCard) error {
	err := c.login.CreateAdministrator(ctx, login.House(), card.AdminUser, card.AdminPassword, access.RoleAdministrator)
	if err != nil {
		return err
	}
	card.APIToken, err = c.login.CreateTokenFor(ctx, login.House(), card.AdminUser, login.NewToken{Name: "demo", Role: access.RoleAdministrator})
	return err
}

// inhabit lets an administrator do a few things as soon as there are records to do them to, so that a
// visitor finds more than a list of strangers.
func (c *console) inhabit(ctx context.Context, people *company.Company) error {
	who := access.Actor{Name: "admin", Role: access.RoleAdministrator}
	deeds := []struct {
		at int
		do func(access.AssociationID) error
	}{
		{7, func(id access.AssociationID) error {
			_, err := c.admin.BlockAssociation(ctx, who, id, admin.Act{Reason: "Phone left in a taxi, owner is asking for it back"})
			return err
		}},
		{19, func(id access.AssociationID) error {
			_, err := c.admin.AllowAssociation(ctx, who, id, admin.Act{Reason: "Board member, approved by IT security",
				Until: time.Now().Add(14 * 24 * time.Hour)})
			return err
		}},
		{33, func(id access.AssociationID) error {
			_, err := c.admin.CommentAssociation(ctx, who, id, "Shared tablet at reception. Ask for Monika before blocking.", admin.Act{})
			return err
		}},
		{58, func(id access.AssociationID) error {
			_, err := c.admin.BlockAssociation(ctx, who, id, admin.Act{Reason: "Left the company"})
			return err
		}},
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for len(deeds) > 0 {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		var ids []access.AssociationID
		c.hub.Snapshot().EachRecord(func(r *access.Record) bool { ids = append(ids, r.ID); return len(ids) <= deeds[0].at })
		if len(ids) <= deeds[0].at {
			if len(people.Phones) <= deeds[0].at { // a small company never gets there
				return nil
			}
			continue
		}
		if err := deeds[0].do(ids[deeds[0].at]); err != nil && access.KindOf(err) == access.KindInternal {
			return err
		}
		deeds = deeds[1:]
	}
	return nil
}

func (c *demoCommand) print(s *session, card demoCard) error {
	if c.JSON {
		return json.NewEncoder(s.stdout).Encode(card)
	}
	_, err := fmt.Fprintf(s.stdout, `
Vedette is running with a made-up company. Everything is on this machine, nothing is kept.

  Console    %s   (the certificate is self-made)
  Sign in    %s / %s

  A phone of your own: server %s, address %s, password %s
  (or: curl -k -u %s:%s -X OPTIONS %s%s -i)
  API        curl -k -H "Authorization: Bearer %s" %s/api/v1/associations
  Metrics    %s/metrics

Ctrl-C ends it and leaves nothing behind.
`, card.ConsoleURL, card.AdminUser, card.AdminPassword, strings.TrimPrefix(card.GatewayURL, "https://"), card.MailUser,
		card.MailPassword, card.MailUser, card.MailPassword, card.GatewayURL, eas.Path, card.APIToken, card.ConsoleURL, card.StatusURL)
	return err
}
