// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/store"
)

// questions are what a help desk types: names, a part of one, a device id, a model many have, nonsense.
func questions() []string {
	return []string{"jorg4711", "ana10", "jorg4711@lab.example", "F0004711", "Rarephone", "iphone 15", "a", "zzzzzz"}
}

// openedConsole is what a console is on a database, without its pages.
type openedConsole struct {
	admin      *admin.Admin
	open, copy time.Duration
	megabytes  uint64
	end        func()
}

// console measures what a console costs on databases of several sizes: its start, up to where it can judge,
// and what the one search box takes, on all of them in turn.
func console(dsns string, out io.Writer) error {
	ctx := context.Background()
	var all []*openedConsole
	for _, dsn := range strings.Split(dsns, ",") {
		c, err := openConsole(ctx, dsn)
		if err != nil {
			return fmt.Errorf("%s: %w", dsn, err)
		}
		defer c.end()
		all = append(all, c)
		fmt.Fprintf(out, "%s: opened in %v, all read %v later, %d MB of memory\n", dsn, c.open.Round(time.Millisecond), c.copy.Round(time.Millisecond), c.megabytes)
	}
	who := access.Actor{Name: "bench", Role: access.RoleAdministrator}
	for _, q := range questions() {
		took := make([][]time.Duration, len(all))
		found := make([]int, len(all))
		for range 32 {
			for i, c := range all {
				began := time.Now()
				an, err := c.admin.Answer(ctx, who, q)
				if err != nil {
					return fmt.Errorf("search box, %q: %w", q, err)
				}
				took[i], found[i] = append(took[i], time.Since(began)), len(an.List)
			}
		}
		fmt.Fprintf(out, "search box, %q:", q)
		for i := range all {
			list := took[i][1:] // the first reads what is only read once
			slices.Sort(list)
			fmt.Fprintf(out, " %d answers in %v (%v to %v);", found[i], list[len(list)/2].Round(time.Microsecond), list[0].Round(time.Microsecond), list[len(list)-1].Round(time.Microsecond))
		}
		fmt.Fprintln(out)
	}
	return nil
}

func openConsole(ctx context.Context, dsn string) (*openedConsole, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	st, err := store.Open(ctx, store.Config{DSN: dsn})
	if err != nil {
		return nil, err
	}
	c := &openedConsole{open: time.Since(began)}
	run, cancel := context.WithCancel(ctx)
	hub := control.NewHub(control.HubConfig{Source: st})
	ended := make(chan error, 1)
	go func() { ended <- hub.Run(run) }()
	c.end = func() {
		cancel()
		<-ended
		st.Close()
	}
	began = time.Now()
	if err := hub.Ready(ctx); err != nil {
		c.end()
		return nil, err
	}
	c.copy = time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	c.megabytes = (after.HeapAlloc - before.HeapAlloc) >> 20
	c.admin, err = admin.New(admin.Config{Store: st, Snapshot: func() admin.Snapshot { return hub.Snapshot() }, Applied: hub.Applied, Gateways: hub.Gateways})
	if err != nil {
		c.end()
	}
	return c, err
}
