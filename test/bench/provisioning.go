// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// provisioningGoal is how much more a request may cost with policies than without.
const provisioningGoal = 1.1

// slicesOfRound is how often all peers take turns in one round, so that whatever else the machine does meets all alike.
const slicesOfRound = 32

// Peers of the measurement of policies.
const (
	peerPlain     = "vedette"
	peerPolicies  = "vedette with policies"
	peerTranslate = "vedette with policies, before a server with its own"
)

// station is a peer that runs for the whole round with its phones connected.
type station struct {
	name    string
	started []*process
	counted []*process
	phones  squad
	cpu     []float64 // per request, in µs, of each slice
	took    []time.Duration
	sent    int
	failed  int
}

func (s *station) close() {
	s.phones.close()
	stopAll(s.started)
}

// stationKinds are all peers: ours without policies, with them, with a mail server that wants a key of its own, and two that
// know nothing of policies.
func stationKinds() map[string]func(l *lab, listen string) (started, counted []*process, err error) {
	ours := func(s setup) func(l *lab, listen string) (started, counted []*process, err error) {
		return func(l *lab, listen string) (started, counted []*process, err error) {
			g, err := l.startGateway(s, listen)
			if err == nil {
				err = l.holds(g)
			}
			return g.started, []*process{g.gateway}, err
		}
	}
	kinds := map[string]func(l *lab, listen string) (started, counted []*process, err error){
		peerPlain:     ours(setup{name: "plain"}),
		peerPolicies:  ours(setup{name: "policies", policies: true}),
		peerTranslate: ours(setup{name: "translate", policies: true, backend: strictPath}),
	}
	for _, p := range peers() {
		if p.name == "nginx" || p.name == "ReverseProxy" {
			kinds[p.name] = p.run
		}
	}
	return kinds
}

func stationNames() []string {
	return []string{peerPlain, peerPolicies, peerTranslate, "nginx", "ReverseProxy"}
}

// provisioningRow is one peer in one round.
type provisioningRow struct {
	Peer      string  `json:"peer"`
	Round     int     `json:"round"`
	Requests  int     `json:"requests"`
	Failed    int     `json:"failed"`
	CPUMicros float64 `json:"cpu_us_per_request"`
	P50Micros float64 `json:"p50_us"`

	Slices []float64 `json:"cpu_us_by_slice"`
}

// provisionings measures what a request costs with policies and without.
func provisionings(l *lab, o options) error {
	l.rate = defaultRate
	load := loadAverage()
	var rows []provisioningRow
	for round := 1; round <= o.rounds; round++ {
		more, err := provisioningRound(l, o, round)
		if err != nil {
			return err
		}
		for _, r := range more {
			fmt.Fprintf(os.Stderr, "round %d %-52s cpu %6.2f µs/request  p50 %5.0f µs  failed %d\n", round, r.Peer, r.CPUMicros, r.P50Micros, r.Failed)
		}
		rows = append(rows, more...)
	}
	return reportProvisionings(os.Stdout, rows, o, load)
}

func provisioningRound(l *lab, o options, round int) (rows []provisioningRow, err error) {
	var all []*station
	defer func() {
		for _, s := range all {
			s.close()
		}
	}()
	kinds := stationKinds()
	for _, name := range stationNames() {
		if o.peers != "" && !slices.Contains(strings.Split(o.peers, ","), name) {
			continue
		}
		listen, err := freeAddr()
		if err != nil {
			return nil, err
		}
		s := &station{name: name}
		all = append(all, s)
		if s.started, s.counted, err = kinds[name](l, listen); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if s.phones, err = settledSquad(listen, o.conns); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, err := s.phones.short(o.requests / slicesOfRound); err != nil { // warm-up
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, s := range all {
		quiet(s.counted)
	}
	for i := range slicesOfRound {
		for j := range all { // nobody is always the first, and nobody always behind the same one
			s := all[(i+j)%len(all)]
			if i%2 == 1 {
				s = all[(i+len(all)-j)%len(all)]
			}
			if err := s.slice(o.requests / slicesOfRound); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	for _, s := range all {
		slices.Sort(s.took)
		sum := 0.0
		for _, c := range s.cpu {
			sum += c / float64(len(s.cpu))
		}
		rows = append(rows, provisioningRow{Peer: s.name, Round: round, Requests: s.sent, Failed: s.failed, Slices: s.cpu,
			CPUMicros: sum, P50Micros: float64(s.took[len(s.took)/2].Microseconds())})
	}
	return rows, nil
}

func (s *station) slice(n int) error {
	before := cost(s.counted)
	res, err := s.phones.short(n)
	if res.requests > 0 {
		s.cpu = append(s.cpu, float64((cost(s.counted)-before).Nanoseconds())/1000/float64(res.requests))
	}
	s.took = append(s.took, res.p50)
	s.sent += res.requests
	s.failed += res.failed
	return err
}

// quiet waits until processes do nothing by themselves any more: a gateway writes its first copy to disk.
func quiet(ps []*process) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		before := cost(ps)
		time.Sleep(500 * time.Millisecond)
		if cost(ps)-before <= clockTick {
			return
		}
	}
}

// loadAverage is what else the machine did, in its own words.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	f := strings.Fields(string(b))
	return strings.Join(f[:min(3, len(f))], " ")
}

// ratio compares two peers: the median over all slices that followed each other, which a burst of other work does not
// move, and the lowest and highest of the rounds.
type ratio struct {
	Name              string
	Median, Low, High float64
}

func ratioOf(rows []provisioningRow, ours, theirs string) (r ratio, ok bool) {
	r.Name = ours + " / " + theirs
	var bySlice, byRound []float64
	for _, a := range rows {
		for _, b := range rows {
			if a.Peer != ours || b.Peer != theirs || a.Round != b.Round {
				continue
			}
			byRound = append(byRound, a.CPUMicros/b.CPUMicros)
			for i := range min(len(a.Slices), len(b.Slices)) {
				bySlice = append(bySlice, a.Slices[i]/b.Slices[i])
			}
		}
	}
	if len(bySlice) == 0 {
		return r, false
	}
	slices.Sort(bySlice)
	r.Median, r.Low, r.High = bySlice[len(bySlice)/2], slices.Min(byRound), slices.Max(byRound)
	return r, true
}

func reportProvisionings(w io.Writer, rows []provisioningRow, o options, load string) error {
	fmt.Fprintf(w, "\n%d short requests a round over %d connections that stay, in %d slices in turn. Load average %s before, %s after. Medians over %d rounds (lowest to highest)\n\n",
		o.requests, o.conns, slicesOfRound, load, loadAverage(), o.rounds)
	fmt.Fprintln(w, "| peer | CPU per request, µs | p50, µs | failed |\n|---|---|---|---|")
	for _, name := range stationNames() {
		var cpu, p50 []float64
		failed := 0
		for _, r := range rows {
			if r.Peer == name {
				cpu, p50 = append(cpu, r.CPUMicros), append(p50, r.P50Micros)
				failed += r.Failed
			}
		}
		if len(cpu) == 0 {
			continue
		}
		slices.Sort(cpu)
		slices.Sort(p50)
		last := len(cpu) - 1
		fmt.Fprintf(w, "| %s | %.1f (%.1f to %.1f) | %.0f (%.0f to %.0f) | %d |\n", name, cpu[len(cpu)/2], cpu[0], cpu[last],
			p50[len(p50)/2], p50[0], p50[last], failed)
	}
	fmt.Fprintln(w)
	var out []ratio
	for _, pair := range [][2]string{{peerPolicies, peerPlain}, {peerTranslate, peerPlain}, {peerPolicies, "nginx"}, {peerPolicies, "ReverseProxy"},
		{peerPlain, "nginx"}, {peerPlain, "ReverseProxy"}} {
		r, ok := ratioOf(rows, pair[0], pair[1])
		if !ok {
			continue
		}
		word := ""
		switch {
		case pair[1] != peerPlain:
		case r.Median <= provisioningGoal:
			word = fmt.Sprintf(", at most %.1f: met", provisioningGoal)
		default:
			word = fmt.Sprintf(", at most %.1f: MISSED", provisioningGoal)
		}
		fmt.Fprintf(w, "CPU per request, %s: %.3f (rounds %.3f to %.3f)%s\n", r.Name, r.Median, r.Low, r.High, word)
		out = append(out, r)
	}
	return writeJSON(o.json, map[string]any{"rows": rows, "ratios": out})
}

func writeJSON(file string, v any) error {
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}
