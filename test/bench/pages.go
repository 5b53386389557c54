// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
)

// pageGoal is how much longer a page may take with ten times the records.
const pageGoal = 1.5

// pageRow is one query on one engine, at every number of records.
type pageRow struct {
	Engine string          `json:"engine"`
	Query  string          `json:"query"`
	Micros map[int]float64 `json:"us_by_records"` // median of the runs
	Ratio  float64         `json:"ratio"`         // most records to fewest
	Met    bool            `json:"met"`
}

var pageLine = regexp.MustCompile(`^BenchmarkPageOn(\w+)/rows=(\d+)/(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// pages reads what `go test -bench Page ./internal/store` printed and judges it by shape: how the time
// of each query grows with the number of records.
func pages(in io.Reader, out io.Writer, file string) error {
	samples := map[[2]string]map[int][]float64{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := pageLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		rows, _ := strconv.Atoi(m[2])
		ns, _ := strconv.ParseFloat(m[4], 64)
		key := [2]string{m[1], m[3]}
		if samples[key] == nil {
			samples[key] = map[int][]float64{}
		}
		samples[key][rows] = append(samples[key][rows], ns/1000)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if len(samples) == 0 {
		return fmt.Errorf("no page benchmark in the input")
	}
	var all []pageRow
	for key, by := range samples {
		r := pageRow{Engine: key[0], Query: key[1], Micros: map[int]float64{}}
		var sizes []int
		for n, v := range by {
			slices.Sort(v)
			r.Micros[n] = v[len(v)/2]
			sizes = append(sizes, n)
		}
		slices.Sort(sizes)
		r.Ratio = r.Micros[sizes[len(sizes)-1]] / r.Micros[sizes[0]]
		r.Met = len(sizes) > 1 && r.Ratio <= pageGoal
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b pageRow) int {
		return cmp.Or(cmp.Compare(a.Engine, b.Engine), cmp.Compare(a.Query, b.Query))
	})
	missed := printPages(out, all)
	fmt.Fprintf(out, "\n%d queries, %d above %.1f times\n", len(all), missed, pageGoal)
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

func printPages(out io.Writer, all []pageRow) (missed int) {
	fmt.Fprint(out, "| engine | query | µs by number of records | ratio | |\n|---|---|---|---|---|\n")
	for _, r := range all {
		word := "met"
		switch {
		case len(r.Micros) < 2:
			word = "not compared"
		case !r.Met:
			word = "MISSED"
			missed++
		}
		sizes := make([]int, 0, len(r.Micros))
		for n := range r.Micros {
			sizes = append(sizes, n)
		}
		slices.Sort(sizes)
		text := ""
		for _, n := range sizes {
			text += fmt.Sprintf("%d: %.0f  ", n, r.Micros[n])
		}
		fmt.Fprintf(out, "| %s | %s | %s| %.2f | %s |\n", r.Engine, r.Query, text, r.Ratio, word)
	}
	return missed
}
