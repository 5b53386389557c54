// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// stormRow is how one peer took in phones that all come at once.
type stormRow struct {
	CPUMicros float64       `json:"cpu_us_per_phone"`
	P50       time.Duration `json:"p50_ns"`  // until a phone's first command was answered by the mail server
	Last      time.Duration `json:"last_ns"` // until the last one's was
	Peak      int           `json:"peak"`    // most commands that the mail server got within a second
	PutOff    int           `json:"put_off"` // answers that told a phone to come later
	Failed    int           `json:"failed"`  // phones that never got through
}

// stormPeers are those of the storm. Only the first has a door; behind the others the mail server gets all
// phones as they come.
func stormPeers() []peer {
	open := func(l *lab, listen string) (started, counted []*process, err error) {
		l.rate = 0
		return l.startVedette(listen)
	}
	door := func(l *lab, listen string) (started, counted []*process, err error) {
		l.rate = defaultRate
		return l.startVedette(listen)
	}
	list := []peer{{"vedette", door}, {"vedette without door", open}}
	for _, p := range peers() {
		if p.name == "nginx" || p.name == "ReverseProxy" {
			list = append(list, p)
		}
	}
	return list
}

// storms measures every peer once a round.
func storms(l *lab, o options) error {
	rows := map[string][]stormRow{}
	for round := 1; round <= o.rounds; round++ {
		for _, p := range stormPeers() {
			if o.peers != "" && !slices.Contains(strings.Split(o.peers, ","), p.name) {
				continue
			}
			r, err := measureStorm(l, p, o.phones)
			if err != nil {
				return fmt.Errorf("%s, storm: %w", p.name, err)
			}
			rows[p.name] = append(rows[p.name], r)
			fmt.Fprintf(os.Stderr, "round %d %-20s cpu %6.0f µs/phone  p50 %s  last %s  peak %d a second  put off %d  failed %d\n", round, p.name,
				r.CPUMicros, r.P50.Round(time.Millisecond), r.Last.Round(time.Millisecond), r.Peak, r.PutOff, r.Failed)
		}
	}
	return reportStorms(os.Stdout, rows, o)
}

func measureStorm(l *lab, p peer, phones int) (r stormRow, err error) {
	listen, err := freeAddr()
	if err != nil {
		return r, err
	}
	started, counted, err := p.run(l, listen)
	defer stopAll(started)
	if err != nil {
		return r, err
	}
	client := backendClient()
	defer client.CloseIdleConnections()
	if _, err := l.askBackend(client, "/busiest"); err != nil { // begins anew
		return r, err
	}
	before := cost(counted)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var in []time.Duration
	begin := time.Now()
	for i := range phones {
		wg.Go(func() {
			at, putOff, err := reconnect(listen, i, begin)
			mu.Lock()
			defer mu.Unlock()
			r.PutOff += putOff
			if err != nil {
				r.Failed++
				return
			}
			in = append(in, at)
		})
	}
	wg.Wait()
	r.CPUMicros = float64((cost(counted) - before).Microseconds()) / float64(phones)
	slices.Sort(in)
	if len(in) > 0 {
		r.P50, r.Last = in[len(in)/2], in[len(in)-1]
	}
	r.Peak, err = l.askBackend(client, "/busiest")
	return r, err
}

// stormPatience is how long a phone tries.
const stormPatience = 5 * time.Minute

// reconnect is one phone: a new connection with a full handshake, a command, and again when it was told to.
func reconnect(addr string, i int, begin time.Time) (in time.Duration, putOff int, err error) {
	for time.Since(begin) < stormPatience {
		var later time.Duration
		in, later, err = command(addr, i, begin, &putOff)
		if err == nil {
			return in, putOff, nil
		}
		time.Sleep(later)
	}
	return 0, putOff, err
}

func command(addr string, i int, begin time.Time, putOff *int) (in, later time.Duration, err error) {
	conn, err := dialWithin(addr, time.Minute) // phones are patient
	if err != nil {
		return 0, time.Second, err
	}
	defer conn.Close()
	br := bufio.NewReaderSize(conn, 4096)
	for {
		if _, err := conn.Write(request("Sync", syncBody, i)); err != nil {
			return 0, time.Second, err
		}
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return 0, time.Second, err
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil {
			return 0, time.Second, err
		}
		switch {
		case resp.StatusCode == http.StatusOK && n >= answerSize:
			return time.Since(begin), 0, nil
		case resp.StatusCode == http.StatusServiceUnavailable:
		default:
			return 0, time.Second, fmt.Errorf("status %d with %d bytes", resp.StatusCode, n)
		}
		*putOff++
		sec, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			return 0, time.Second, err
		}
		time.Sleep(time.Duration(sec) * time.Second)
	}
}

func reportStorms(w io.Writer, rows map[string][]stormRow, o options) error {
	fmt.Fprintf(w, "\n%d phones at once, each with a new TLS connection. Medians over %d rounds (lowest to highest)\n\n", o.phones, o.rounds)
	fmt.Fprintln(w, "| peer | CPU per phone, µs | half are in after, s | all are in after, s | most at the mail server within a second | put off | never in |\n|---|---|---|---|---|---|---|")
	median := func(list []stormRow, f func(stormRow) float64) [3]float64 {
		v := make([]float64, len(list))
		for i, r := range list {
			v[i] = f(r)
		}
		slices.Sort(v)
		return [3]float64{v[0], v[len(v)/2], v[len(v)-1]}
	}
	cpu := func(r stormRow) float64 { return r.CPUMicros }
	for _, p := range stormPeers() {
		list := rows[p.name]
		if len(list) == 0 {
			continue
		}
		fmt.Fprintf(w, "| %s |", p.name)
		for _, c := range []struct {
			format string
			f      func(stormRow) float64
		}{
			{"%.0f", cpu}, {"%.1f", func(r stormRow) float64 { return r.P50.Seconds() }}, {"%.1f", func(r stormRow) float64 { return r.Last.Seconds() }},
			{"%.0f", func(r stormRow) float64 { return float64(r.Peak) }}, {"%.0f", func(r stormRow) float64 { return float64(r.PutOff) }},
			{"%.0f", func(r stormRow) float64 { return float64(r.Failed) }},
		} {
			v := median(list, c.f)
			fmt.Fprintf(w, " "+c.format+" ("+c.format+" to "+c.format+") |", v[1], v[0], v[2])
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	for _, other := range []string{"nginx", "ReverseProxy"} {
		for _, ours := range []string{"vedette", "vedette without door"} {
			var ratios []float64
			for i := range min(len(rows[ours]), len(rows[other])) {
				if theirs := rows[other][i].CPUMicros; theirs > 0 {
					ratios = append(ratios, rows[ours][i].CPUMicros/theirs)
				}
			}
			if len(ratios) > 0 {
				slices.Sort(ratios)
				fmt.Fprintf(w, "CPU per phone, %s / %s: %.2f (%.2f to %.2f)\n", ours, other, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1])
			}
		}
	}
	return nil
}
