// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// health is what is known of a mail server from its answers and from probes.
type health struct {
	mu       sync.Mutex
	up       bool
	since    time.Time
	problem  string
	versions string
	product  string   // MS-Server-ActiveSync
	lines    []string // challenges it shows to callers without credentials
	open     bool     // it answers OPTIONS to anybody
}

// answered notes a sign of life, and what the answer says about the server.
func (h *health) answered(header http.Header, now time.Time) {
	product, versions := header.Get(eas.HeaderServer), header.Get(eas.HeaderProtocolVersions)
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.up || h.problem != "" {
		h.up, h.since, h.problem = true, now, ""
	}
	if product != "" && len(product) < 64 {
		h.product = display(product, 64)
	}
	if versions != "" && len(versions) < 256 {
		h.versions = display(versions, 256)
	}
}

func (h *health) failed(problem string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problem = problem
}

func (h *health) down(problem string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.up || h.since.IsZero() {
		h.since = now
	}
	h.up, h.problem = false, problem
}

func (h *health) software() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.product
}

func (h *health) challenges() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines
}

func (h *health) openOptions() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open
}

// watchHealth asks the server from time to time whether it is there: an OPTIONS without credentials,
// which costs it nothing. Once at the start a wrong password is tried, to find servers that answer
// OPTIONS to anybody.
func (g *Gateway) watchHealth(ctx context.Context, s *server) {
	tried := false
	for {
		up := g.look(ctx, s)
		if up && !tried {
			tried = g.tryStranger(ctx, s)
		}
		if !pause(ctx, g.cfg.ProbeEvery) {
			return
		}
	}
}

func (g *Gateway) look(ctx context.Context, s *server) bool {
	resp, err := g.probe(ctx, s, probe{method: http.MethodOptions})
	if ctx.Err() != nil {
		return false
	}
	now := g.now().UTC()
	switch {
	case err != nil:
		s.health.down(explain(err), now)
	case resp.status >= 500:
		s.health.down("it answers with status "+http.StatusText(resp.status), now)
	case resp.status == http.StatusNotFound:
		s.health.down("it has no ActiveSync service at this address", now)
	default:
		s.health.answered(resp.header, now)
		s.health.mu.Lock()
		s.health.lines = plainChallenges(resp.header["Www-Authenticate"])
		if resp.status == http.StatusUnauthorized && len(s.health.lines) == 0 {
			s.health.lines = []string{basicChallenge(s)}
		}
		s.health.mu.Unlock()
		return true
	}
	return false
}

// tryStranger tries a user nobody has and a password nobody knows.
func (g *Gateway) tryStranger(ctx context.Context, s *server) bool {
	resp, err := g.probe(ctx, s, probe{method: http.MethodOptions, header: http.Header{"Authorization": {strangerCredentials()}}})
	if err != nil || resp.status >= 500 {
		return false
	}
	open := resp.status >= 200 && resp.status < 300
	s.health.mu.Lock()
	s.health.open = open
	s.health.mu.Unlock()
	if open {
		g.log.Warn("mail server answers options without checking credentials, folder sync is used to check them", logkeys.Backend, s.Name)
	}
	return true
}

func strangerCredentials() string {
	var b [12]byte
	rand.Read(b[:])
	word := hex.EncodeToString(b[:])
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("vedette-probe-"+word[:8]+":"+word))
}

// healthReport gives the mail servers as the console shows them.
func (g *Gateway) healthReport() []access.BackendHealth {
	list := make([]access.BackendHealth, 0, len(g.routes.servers))
	for _, s := range g.routes.servers {
		s.health.mu.Lock()
		list = append(list, access.BackendHealth{
			Name: s.Name, Type: s.Type, URL: s.URL, Up: s.health.up, Since: s.health.since,
			Problem: s.health.problem, Versions: s.health.versions, Accounts: s.accounts(),
			Realm: s.Realm, Domains: s.foldedDomains(), Rest: s == g.routes.rest,
		})
		s.health.mu.Unlock()
	}
	return list
}

// accounts says in words whom the server serves.
func (s *server) accounts() string {
	var parts []string
	if len(s.Users) > 0 {
		parts = append(parts, strings.Join(s.Users[:min(3, len(s.Users))], ", "))
		if len(s.Users) > 3 {
			parts[0] += " and more"
		}
	}
	if len(s.Domains) > 0 {
		d := slices.Clone(s.Domains)
		slices.Sort(d)
		parts = append(parts, "accounts of "+strings.Join(d, ", "))
	}
	if s.Default || len(parts) == 0 {
		parts = append(parts, "everybody else")
	}
	return strings.Join(parts, "; ")
}
