// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/vedette-mail/vedette/internal/access"
)

// Status is what the gateway knows of itself for the report to the console. The link adds what it
// knows: position, reconciliation, spool.
func (g *Gateway) Status() access.GatewayStatus {
	s := access.GatewayStatus{
		Version: g.cfg.Version, Started: g.started, Position: g.cfg.Snapshot.Load().Position(),
		Parked: int64(g.waiting.len()), Requests: g.metrics.requests.Load(), SpoolFull: g.reports.full.Load(),
		Backends: g.healthReport(), ExternalURL: g.cfg.ExternalURL, PutOff: g.storm.total(),
	}
	if storm := g.storm.state(); !storm.since.IsZero() {
		s.StormSince, s.StormPutOff = storm.since.UTC(), storm.putOffs
	}
	if g.cfg.Certificate != nil {
		s.CertExpires = g.cfg.Certificate.Expires()
	}
	return s
}

// Ready says in words why the gateway should get no phones now; empty: it should.
func (g *Gateway) Ready() string {
	switch {
	case g.draining.Load():
		return "shutting down"
	case g.cfg.Snapshot.Load().Position().Number == 0 && g.cfg.Snapshot.Heard().IsZero():
		return "nothing heard from the console yet"
	}
	for _, b := range g.healthReport() {
		if b.Up || b.Since.IsZero() {
			return ""
		}
	}
	return "no mail server answers"
}

// StatusHandler serves /healthz (the process lives), /readyz (send phones here) and /metrics, for a
// listener that phones cannot reach.
func (g *Gateway) StatusHandler(from prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if why := g.Ready(); why != "" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, strings.TrimSpace(why))
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(from, promhttp.HandlerOpts{}))
	return mux
}

// Parked counts the requests that wait without a goroutine.
func (g *Gateway) Parked() int64 { return g.parkedCount.Load() }
