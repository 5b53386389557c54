// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

// row is what one peer did in one round.
type row struct {
	Peer      string        `json:"peer"`
	Round     int           `json:"round"`
	Requests  int           `json:"requests"`
	Failed    int           `json:"failed"`
	CPUMicros float64       `json:"cpu_us_per_request"`
	P50Micros float64       `json:"p50_us"`
	P99Micros float64       `json:"p99_us"`
	PingKB    float64       `json:"kb_per_parked_ping"`
	HalfGone  time.Duration `json:"half_gone_ns"`
}

// goal is a ratio the gateway must not exceed, as the median over rounds.
type goal struct {
	Name   string
	Peer   string
	Value  func(row) float64 `json:"-"`
	Most   float64
	Median float64
	Min    float64
	Max    float64
	Met    bool
}

func insecure() http.RoundTripper {
	return &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // loopback bench
}

func report(w io.Writer, rows []row, o options) error {
	fmt.Fprintf(w, "\nMedians over %d rounds (lowest to highest)\n\n", o.rounds)
	fmt.Fprintf(w, "| peer | CPU per request, µs | p50, µs | p99, µs | KB per parked Ping | half of them gone, ms | failed |\n|---|---|---|---|---|---|---|\n")
	for _, p := range peers() {
		var mine []row
		failed := 0
		for _, r := range rows {
			if r.Peer == p.name {
				mine = append(mine, r)
				failed += r.Failed
			}
		}
		if len(mine) == 0 {
			continue
		}
		cell := func(f func(row) float64, format string) string {
			v := spread(mine, f)
			if v[2] == 0 {
				return "not measured"
			}
			return fmt.Sprintf(format+" ("+format+" to "+format+")", v[1], v[0], v[2])
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %d |\n", p.name,
			cell(cpuOf, "%.1f"), cell(func(r row) float64 { return r.P50Micros }, "%.0f"),
			cell(func(r row) float64 { return r.P99Micros }, "%.0f"), cell(memoryOf, "%.1f"),
			cell(func(r row) float64 { return float64(r.HalfGone.Milliseconds()) }, "%.0f"), failed)
	}
	goals := judge(rows)
	fmt.Fprintln(w)
	for _, g := range goals {
		word := "met"
		if !g.Met {
			word = "MISSED"
		}
		fmt.Fprintf(w, "%-44s at most %.2f: %.2f (%.2f to %.2f) %s\n", g.Name, g.Most, g.Median, g.Min, g.Max, word)
	}
	if o.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(map[string]any{"rows": rows, "goals": goals}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, b, 0o644)
}

func cpuOf(r row) float64    { return r.CPUMicros }
func memoryOf(r row) float64 { return r.PingKB }

// spread gives lowest, median and highest.
func spread(rows []row, f func(row) float64) [3]float64 {
	v := make([]float64, len(rows))
	for i, r := range rows {
		v[i] = f(r)
	}
	slices.Sort(v)
	return [3]float64{v[0], v[len(v)/2], v[len(v)-1]}
}

// judge compares the gateway with the peers round by round.
func judge(rows []row) []goal {
	goals := []goal{
		{Name: "CPU per request / nginx+auth_request", Peer: "nginx+auth_request", Value: cpuOf, Most: 0.75},
		{Name: "memory per parked Ping / ReverseProxy", Peer: "ReverseProxy", Value: memoryOf, Most: 0.35},
		{Name: "memory per parked Ping / nginx", Peer: "nginx", Value: memoryOf, Most: 1},
	}
	at := map[string]row{}
	rounds := 0
	for _, r := range rows {
		at[fmt.Sprint(r.Peer, r.Round)] = r
		rounds = max(rounds, r.Round)
	}
	var out []goal
	for _, g := range goals {
		var ratios []float64
		for i := 1; i <= rounds; i++ {
			ours, theirs := g.Value(at[fmt.Sprint("vedette", i)]), g.Value(at[fmt.Sprint(g.Peer, i)])
			if ours > 0 && theirs > 0 {
				ratios = append(ratios, ours/theirs)
			}
		}
		if len(ratios) == 0 {
			continue
		}
		slices.Sort(ratios)
		g.Min, g.Median, g.Max = ratios[0], ratios[len(ratios)/2], ratios[len(ratios)-1]
		g.Met = g.Median <= g.Most
		out = append(out, g)
	}
	return append(out, gone(rows)...)
}

// gone judges how fast the mail server is told that phones have left: within a second.
func gone(rows []row) []goal {
	var mine []row
	for _, r := range rows {
		if r.Peer == "vedette" && r.HalfGone > 0 {
			mine = append(mine, r)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	v := spread(mine, func(r row) float64 { return r.HalfGone.Seconds() })
	return []goal{{Name: "half of the phones gone, seconds", Most: 1, Min: v[0], Median: v[1], Max: v[2], Met: v[1] <= 1}}
}
