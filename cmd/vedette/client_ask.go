// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

// asking is what commands take that say first what they would do.
type asking struct {
	DryRun bool `name:"dry-run" help:"Say what would happen, and do nothing."`
	Yes    bool `help:"Do not ask first."`
}

// goOn asks the person at the terminal, unless the answer was given with the command.
func (f *asking) goOn(s *session) (bool, error) {
	if f.DryRun || f.Yes {
		return f.Yes && !f.DryRun, nil
	}
	fmt.Fprint(s.stderr, "Go on? Type yes: ")
	line, err := bufio.NewReader(io.LimitReader(s.stdin, 100)).ReadString('\n')
	switch {
	case strings.EqualFold(strings.TrimSpace(line), "yes"):
		return true, nil
	case err != nil:
		return false, &clientError{exitUsage, "nobody is there to ask. Say --yes if you mean it, or --dry-run to look only."}
	}
	fmt.Fprintln(s.stderr, "Nothing is done.")
	return false, nil
}

// mostChanges is how many records of a preview are printed.
const mostChanges = 20

// printPreview says in words what a change would do.
func printPreview(w io.Writer, p *api.Preview) error {
	fmt.Fprintf(w, "%s: %d would be refused that pass now, %d would pass that are refused now, %d only for another reason.\n",
		counted(p.Records, "record"), p.ToBlocked, p.ToAllowed, p.Reworded)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range p.Changes[:min(len(p.Changes), mostChanges)] {
		fmt.Fprintf(table, "  %s\t%s\t%s → %s\n", oneLine(c.Account), oneLine(c.DeviceID), oneLine(c.Before.Text), oneLine(c.After.Text))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if p.Truncated || len(p.Changes) > mostChanges {
		fmt.Fprintln(w, "  …")
	}
	for _, n := range p.Notes {
		fmt.Fprintln(w, oneLine(n))
	}
	return printRefused(w, &p.Refusing)
}

// printRefused names what a job would be refused for, and why.
func printRefused(w io.Writer, r *api.Refusing) error {
	if r.Refusals == 0 {
		return nil
	}
	fmt.Fprintf(w, "%d of %d would be refused:\n", r.Refusals, r.Rows)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	listed := r.Refused[:min(len(r.Refused), mostChanges)]
	for _, f := range listed {
		name := f.Label
		if name == "" {
			name = f.ID
		}
		fmt.Fprintf(table, "  %s\t%s\n", oneLine(name), oneLine(f.Text))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(listed) < r.Refusals {
		fmt.Fprintln(w, "  …")
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// every calls until it is done, a second apart.
func every(s *session, done func() (bool, error)) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if over, err := done(); over || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}
