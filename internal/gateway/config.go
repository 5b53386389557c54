// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Sink takes what the gateway has seen. The link to the console implements it.
type Sink interface {
	// Keep returns once the sightings will survive a crash, or with an error when they cannot be kept
	// now (the spool is full).
	Keep(ctx context.Context, s []access.Sighting) error
	// Offer takes sightings that only move time, folded per pair; they may be lost in a crash.
	Offer(s []access.Sighting)
	// Tally takes counts of refusals.
	Tally(t []access.Tally)
}

// Backend is one mail server.
type Backend struct {
	Name string
	Type string // exchange, sogo, zpush, grommunio, horde, other
	URL  string // with the path of its ActiveSync service; without path the usual one
	// CAFile holds the certificates of a private authority; empty: those of the system.
	CAFile     string
	ServerName string // name in the certificate, when it is not the URL's host
	Host       string // Host header; empty: the name the phone asked for
	// Realm is the account realm: accounts of one realm with the same name are the same account. Empty:
	// the backend's name.
	Realm string
	// Domains are the mail domains and short directory names whose accounts this server has. They all
	// mean the same: bob@lab.example and LAB\bob are one bob.
	Domains []string
	Users   []string // accounts served here whatever their domain
	Default bool     // serves everybody else
	// Autodiscover is where autodiscover requests of other kinds than mobile mail go; empty: nowhere.
	Autodiscover string
}

// Config is everything a gateway needs. Zero values of times and limits mean the defaults.
type Config struct {
	Name     access.GatewayID
	Version  string // of the program, for the report
	Snapshot *snapshot.Holder
	Sink     Sink
	Backends []Backend
	Logger   *slog.Logger
	Registry prometheus.Registerer // nil: no metrics are registered
	Now      func() time.Time      // nil: time.Now

	// ExternalURL is what autodiscover tells phones: "https://mail.example/Microsoft-Server-ActiveSync".
	// Empty: made from the name the phone asked for.
	ExternalURL string
	Fronts      httpd.Fronts // whose X-Forwarded-For counts
	HTTP2       bool         // TLS offers it; the listener's TLS configuration must do so too
	TLS         bool         // phones speak TLS, to us or to a front
	Certificate *httpd.Certificate

	// Wiped are orders to wipe that phones have acknowledged here before the start: none is told again,
	// whatever an older snapshot says of it.
	Wiped []access.WipeID

	ParkAfter time.Duration // without an answer; default 2 s
	// NewDevices is how many devices nobody knows yet may come with one account within an hour; the next
	// ones are put off. Zero: as many as like.
	NewDevices int
	Storm      StormConfig
	// MaxConns is how many connections of phones may be open at a time, those with a waiting request and
	// those at rest among them; default 100000. MaxConnsPerAddress is how many of them one address (IPv6:
	// one /64) gets; default 16384, and negative: no limit.
	MaxConns, MaxConnsPerAddress int
	IdleTimeout                  time.Duration // of a phone's connection between requests; default 5 min
	Shield                       ShieldConfig
	// ProbeEvery is the interval of health probes of the backends; default 30 s, negative: none.
	ProbeEvery time.Duration

	uploadWindow time.Duration                               // uploadWindow, but for tests
	reach        func(ctx context.Context) (net.Conn, error) // in place of the network, for tests: nothing is parked then
	phonePause   time.Duration                               // phonePause, but for tests
	tallies      time.Duration                               // tallyEvery, but for tests
	garbage      int64                                       // bytes of garbage until it is collected; negative: the collector is left as it is
}

// ShieldConfig are the limits of Y-11.
type ShieldConfig struct {
	Keep             time.Duration  // how long an answer about a credential is believed; default 5 min
	Window           time.Duration  // of the counts below; default 10 min
	PerNetwork       int            // distinct wrong passwords for one account from one network; default 5
	PerAccount       int            // … from all networks that the account is not at home in; default 8
	Entries          int            // bound of what is remembered; default 131072
	DistinctAccounts int            // accounts one network may guess at; default 50
	Exempt           []netip.Prefix // networks that many people share: without limits
}

func (c *ShieldConfig) exempt(a netip.Addr) bool {
	for _, p := range c.Exempt {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Times of the gateway.
const (
	maxWait     = 3600 * time.Second // a request may wait 3540 s [MS-ASCMD] 2.2.3.84.2, and a margin
	maxUpload   = 6 * time.Hour
	answerPause = 5 * time.Minute // the mail server is silent in the middle of an answer
	phonePause  = 2 * time.Minute // the phone takes nothing in the middle of an answer
	retryAfter  = 30 * time.Second
	// uploadWindow is the time within which a body that streams has to bring leastPace, or is cut.
	uploadWindow = 10 * time.Minute
	// tallyEvery is how often counts are handed in.
	tallyEvery = 2 * time.Second
)

// garbage is how much garbage the process lets grow before it collects.
const garbage = 128 << 20

func (c *Config) defaults() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	set(&c.ParkAfter, 2*time.Second)
	set(&c.MaxConns, 100_000)
	set(&c.MaxConnsPerAddress, 1<<14)
	set(&c.uploadWindow, uploadWindow)
	set(&c.tallies, tallyEvery)
	set(&c.phonePause, phonePause)
	set(&c.IdleTimeout, 5*time.Minute)
	set(&c.ProbeEvery, 30*time.Second)
	set(&c.garbage, garbage)
	set(&c.Shield.Keep, 5*time.Minute)
	set(&c.Shield.Window, 10*time.Minute)
	set(&c.Shield.PerNetwork, 5)
	set(&c.Shield.PerAccount, 8)
	set(&c.Shield.Entries, 1<<17)
	set(&c.Shield.DistinctAccounts, 50)
}

func set[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func checkExternal(s string) (host string, err error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", access.Invalid("gateway", "The external URL must look like https://mail.example/Microsoft-Server-ActiveSync.")
	}
	return u.Host, nil
}
