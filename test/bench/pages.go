// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
)

// pageGoal is how much longer a page may take with ten times the records.
const pageGoal = 1.5

// pageRow is one query on one engine, at every number of records.
type pageRow struct {
	Engine  string          `json:"engine"`
	Query   string          `json:"query"`
	Micros  map[int]float64 `json:"us_by_records"` // median of the runs
	Lowest  map[int]float64 `json:"lowest_us_by_records"`
	Highest map[int]float64 `json:"highest_us_by_records"`
	Looked  map[int]float64 `json:"rows_looked_at_by_records"` // at most, for the first page, the next and back
	Found   map[int]float64 `json:"rows_by_records"`           // on the first page
	Ratio   float64         `json:"ratio"`                     // most records to fewest
	Quick   float64         `json:"ratio_of_quickest"`         // the same of the quickest runs, which a busy machine disturbs least
	Met     bool            `json:"met"`
	Fuller  bool            `json:"fuller"` // more records put more on the page
}

var (
	pageLine   = regexp.MustCompile(`^Benchmark(?:Page|Matcher)On(\w+)/(\S+?)(?:-\d+)?\s+\d+\s`)
	pageFigure = regexp.MustCompile(`([\d.e+]+) (us|lowest|highest|looked|found)@(\d+)`)
)

// pages reads what `go test -bench Page ./internal/store` printed and judges it by shape: how the time
// of each query grows with the number of records.
func pages(in io.Reader, out io.Writer, file string) error {
	var all []pageRow
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := pageLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		r := pageRow{Engine: m[1], Query: m[2], Micros: map[int]float64{}, Lowest: map[int]float64{}, Highest: map[int]float64{},
			Looked: map[int]float64{}, Found: map[int]float64{}}
		by := map[string]map[int]float64{"us": r.Micros, "lowest": r.Lowest, "highest": r.Highest, "looked": r.Looked, "found": r.Found}
		for _, f := range pageFigure.FindAllStringSubmatch(lines.Text(), -1) {
			records, _ := strconv.Atoi(f[3])
			us, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				return fmt.Errorf("%s: %w", f[0], err)
			}
			by[f[2]][records] = us
		}
		sizes := slices.Sorted(maps.Keys(r.Micros))
		if len(sizes) == 0 {
			return fmt.Errorf("no figures in %q", lines.Text())
		}
		few, many := sizes[0], sizes[len(sizes)-1]
		r.Ratio = r.Micros[many] / r.Micros[few]
		r.Quick = r.Lowest[many] / r.Lowest[few]
		r.Fuller = r.Found[many] > r.Found[few]
		r.Met = len(sizes) > 1 && r.Ratio <= pageGoal
		all = append(all, r)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("no page benchmark in the input")
	}
	slices.SortFunc(all, func(a, b pageRow) int {
		return cmp.Or(cmp.Compare(a.Engine, b.Engine), cmp.Compare(a.Query, b.Query))
	})
	missed, fuller := printPages(out, all)
	quick := 0
	for _, r := range all {
		if r.Quick > pageGoal {
			quick++
		}
	}
	fmt.Fprintf(out, "\n%d pages, %d above %.1f times; of those %d have more on them with more records; %d above it by the quickest runs\n",
		len(all), missed, pageGoal, fuller, quick)
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

func printPages(out io.Writer, all []pageRow) (missed, fuller int) {
	fmt.Fprint(out, "| engine | page | µs by number of records | rows on the page, looked at | ratio | of the quickest | |\n|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		word := "met"
		switch {
		case len(r.Micros) < 2:
			word = "not compared"
		case !r.Met:
			word = "MISSED"
			missed++
			if r.Fuller {
				word, fuller = "more on the page", fuller+1
			}
		}
		text, rows := "", ""
		for _, n := range slices.Sorted(maps.Keys(r.Micros)) {
			text += fmt.Sprintf("%d: %.0f (%.0f to %.0f)  ", n, r.Micros[n], r.Lowest[n], r.Highest[n])
			rows += fmt.Sprintf("%.0f, %.0f  ", r.Found[n], r.Looked[n])
		}
		fmt.Fprintf(out, "| %s | %s | %s| %s| %.2f | %.2f | %s |\n", r.Engine, r.Query, text, rows, r.Ratio, r.Quick, word)
	}
	return missed, fuller
}
