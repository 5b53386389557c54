// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/sim/mailhost"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// Config is a world before it begins.
type Config struct {
	Seed   uint64        // default 1
	Phones int           // default 200
	Every  time.Duration // pause between two mails from outside; default 4 s, negative none
}

// World is a company with its mail hosts and phones. Make one with New, and end it with Stop.
type World struct {
	Company *company.Company
	Hosts   []*mailhost.Host // after OpenHosts: the demanding one of the main site, then the subsidiary's
	Fleet   *phone.Fleet     // after RingPhones

	cfg Config
}

// New makes the company; nothing runs yet.
func New(cfg Config) *World {
	if cfg.Seed == 0 {
		cfg.Seed = 1
	}
	if cfg.Phones == 0 {
		cfg.Phones = 200
	}
	if cfg.Every == 0 {
		cfg.Every = 4 * time.Second
	}
	return &World{Company: company.New(cfg.Seed, cfg.Phones), cfg: cfg}
}

// OpenHosts starts a mail host on each listener: one for all sites, or one for each.
func (w *World) OpenHosts(listeners ...net.Listener) error {
	sites := company.Sites()
	if len(listeners) != 1 && len(listeners) != len(sites) {
		return fmt.Errorf("sim: a world has 1 or %d mail hosts, not %d", len(sites), len(listeners))
	}
	for i, l := range listeners {
		cfg := mailhost.Config{Company: w.Company, Every: w.cfg.Every, Demanding: i == 0}
		if len(listeners) > 1 {
			cfg.Sites = []string{sites[i].Name}
		}
		if i > 0 {
			cfg.Path = "/SOGo"
			cfg.Every = 5 * w.cfg.Every // it is small
		}
		h := mailhost.New(cfg)
		h.Start(l)
		w.Hosts = append(w.Hosts, h)
	}
	return nil
}

// RingPhones switches all phones on, until ctx ends or Stop is called.
func (w *World) RingPhones(ctx context.Context, n phone.Network) {
	if n.Seed == 0 {
		n.Seed = w.cfg.Seed
	}
	w.Fleet = w.Company.Fleet(n)
	w.Fleet.Start(ctx)
}

// StopPhones switches them off, so that what stands between can stop before the hosts.
func (w *World) StopPhones() {
	if w.Fleet != nil {
		w.Fleet.Stop()
	}
}

// Stop ends everything, and returns when nothing is left.
func (w *World) Stop() {
	w.StopPhones()
	for _, h := range w.Hosts {
		h.Stop()
	}
}
