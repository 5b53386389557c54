// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"net"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// SetUploadWindow lets a test see a slow upload cut without waiting for minutes.
func (c *Config) SetUploadWindow(d time.Duration) { c.uploadWindow = d }

// SetTallies lets a test see counts soon.
func (c *Config) SetTallies(every time.Duration) { c.tallies = every }

// SetPhonePause lets a test see a phone given up that takes nothing.
func (c *Config) SetPhonePause(d time.Duration) { c.phonePause = d }

// LeaveCollector keeps the gateways of a test from steering the collector of the test's process.
func (c *Config) LeaveCollector() { c.garbage = -1 }

// Connections are those that count.
func (g *Gateway) Connections() int {
	open, _ := g.conns.counts()
	return open
}

// Reach puts a mail server in memory in place of the network, so that a test can let hours pass.
func (c *Config) Reach(f func(context.Context) (net.Conn, error)) { c.reach = f }

// Waits reports whether a request of the pair waits.
func (g *Gateway) Waits(p access.Pair) bool { return len(g.waiting.of([]access.Pair{p})) > 0 }
