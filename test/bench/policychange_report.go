// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

func reportChanges(w io.Writer, rows []changeRow, o options, load string) error {
	fmt.Fprintf(w, "\n%d phones that read, %d requests a second together, half of them with a policy of their own; %d that wait. The default policy changes at the beginning of the second of three windows of %v. Load average %s before, %s after. Medians over %d rounds (lowest to highest)\n\n",
		o.conns, changePace, o.parked, changeWindow, load, loadAverage(), o.rounds)
	fmt.Fprintln(w, "| peer | longest gap between two answers, ms: before, from the change on, after | ratio of the second to the first | longest request of phones whose policy stays, ms | answers | CPU, ms a second | its threads waited for a processor, ms a second | failed |\n|---|---|---|---|---|---|---|---|")
	for _, name := range []string{peerPolicies, "nginx", "ReverseProxy"} {
		mine := slices.DeleteFunc(slices.Clone(rows), func(r changeRow) bool { return r.Peer != name })
		if len(mine) == 0 {
			continue
		}
		of := func(f func(changeRow) float64) string { return spreadOf(mine, f) }
		three := func(f func(changeRow) [3]time.Duration) string {
			text := ""
			for i := range 3 {
				if i > 0 {
					text += "; "
				}
				text += of(func(r changeRow) float64 { return millis(f(r)[i]) })
			}
			return text
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s; %s; %s | %s | %s | %s |\n", name,
			three(func(r changeRow) [3]time.Duration { return r.Gap }),
			of(func(r changeRow) float64 { return float64(r.Gap[1]) / float64(r.Gap[0]) }),
			three(func(r changeRow) [3]time.Duration { return r.Kept }),
			of(func(r changeRow) float64 { return float64(r.Answers[0]) }), of(func(r changeRow) float64 { return float64(r.Answers[1]) }),
			of(func(r changeRow) float64 { return float64(r.Answers[2]) }),
			three(func(r changeRow) [3]time.Duration { return bySecond(r.CPU) }),
			three(func(r changeRow) [3]time.Duration { return bySecond(r.Waited) }),
			of(func(r changeRow) float64 { return float64(r.Failed) }))
	}
	ours := slices.DeleteFunc(slices.Clone(rows), func(r changeRow) bool { return r.Peer != peerPolicies })
	if len(ours) > 0 {
		reportOurs(w, ours)
	}
	return writeJSON(o.json, map[string]any{"rows": rows})
}

// reportOurs says what the change was to the gateway and its phones.
func reportOurs(w io.Writer, ours []changeRow) {
	line := func(what string, f func(changeRow) float64) { fmt.Fprintf(w, "%s: %s\n", what, spreadOf(ours, f)) }
	fmt.Fprintln(w)
	most := slices.MaxFunc(ours, func(a, b changeRow) int { return int(a.Copy - b.Copy) })
	fmt.Fprintf(w, "full copy of %d records, bytes on the link: %d\n", records, most.Copy)
	line("the change, nothing else going on, bytes on the link", func(r changeRow) float64 { return float64(r.Quiet) })
	for i, when := range []string{"before", "from the change on", "after"} {
		line("bytes on the link toward the gateway in the window "+when, func(r changeRow) float64 { return float64(r.Down[i]) })
	}
	line("change numbers by which the gateway moved on", func(r changeRow) float64 { return float64(r.Numbers) })
	line("entries of the change", func(r changeRow) float64 {
		n := 0
		for _, k := range r.Entries {
			n += k
		}
		return float64(n)
	})
	line("entries of other changes in both windows from it on", func(r changeRow) float64 { return float64(r.Others) })
	line("from the commit until the gateway says it has it, ms", func(r changeRow) float64 { return millis(r.Applied) })
	line("phones that read and are told: until the next mail, median, ms", func(r changeRow) float64 {
		if len(r.Away) == 0 {
			return 0
		}
		return millis(r.Away[len(r.Away)/2])
	})
	line("the slowest of them, ms", func(r changeRow) float64 {
		if len(r.Away) == 0 {
			return 0
		}
		return millis(r.Away[len(r.Away)-1])
	})
	line("waiting requests that ended", func(r changeRow) float64 { return float64(r.Ended) })
	line("the first after, ms", func(r changeRow) float64 { return millis(r.First) })
	line("the last after, ms", func(r changeRow) float64 { return millis(r.Last) })
	line("most of them within a second", func(r changeRow) float64 { return float64(r.Busiest) })
	line("waiting again at the end", func(r changeRow) float64 { return float64(r.Back) })
}

func bySecond(d [3]time.Duration) [3]time.Duration {
	for i := range d {
		d[i] /= changeWindow / time.Second
	}
	return d
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// spreadOf gives the median, lowest and highest as text.
func spreadOf(rows []changeRow, f func(changeRow) float64) string {
	v := make([]float64, len(rows))
	whole := true
	for i, r := range rows {
		v[i] = f(r)
		whole = whole && v[i] == float64(int64(v[i]))
	}
	slices.Sort(v)
	format := "%.1f"
	if whole {
		format = "%.0f"
	}
	if v[0] == v[len(v)-1] {
		return fmt.Sprintf(format, v[0])
	}
	return fmt.Sprintf(format+" ("+format+" to "+format+")", v[len(v)/2], v[0], v[len(v)-1])
}
