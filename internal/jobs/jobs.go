// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/store"
)

// Config is what the timetable needs.
type Config struct {
	Store    *store.Store
	Settings *admin.Settings
	Host     string // how this console calls itself to collectors
	Now      func() time.Time
	Logger   *slog.Logger
	// Look is how often the clock is looked at; 0: every ten seconds.
	Look time.Duration
}

// Jobs is the timetable.
type Jobs struct {
	store    *store.Store
	settings *admin.Settings
	host     string
	owner    string
	now      func() time.Time
	log      *slog.Logger
	look     time.Duration
	began    time.Time
}

// New checks the configuration. Nothing runs until Run is called.
func New(c Config) (*Jobs, error) {
	if c.Store == nil || c.Settings == nil {
		return nil, access.Invalid("jobs", "A store and settings are needed.")
	}
	j := &Jobs{store: c.Store, settings: c.Settings, host: c.Host, now: c.Now, log: c.Logger, look: c.Look}
	if j.now == nil {
		j.now = time.Now
	}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	if j.look <= 0 {
		j.look = 10 * time.Second
	}
	j.began = j.now()
	j.owner = store.NewID(j.began)
	return j, nil
}

// reader is who reads the settings here.
func reader() access.Actor { return access.Actor{Name: "vedette", Role: access.RoleAdministrator} }

// task is a line of the timetable.
type task struct {
	name admin.TaskName
	// due gives the last moment before now at which it should have begun by itself; zero: never.
	due func(ctx context.Context, seen admin.Task, now time.Time) (time.Time, error)
	run func(ctx context.Context) (text string, err error)
}

func (j *Jobs) tasks() []task {
	return []task{
		{admin.TaskBackup, j.backupDue, j.backup},
		{admin.TaskPurge, j.purgeDue, j.purge},
	}
}

// hold is how long a console that began a task is taken to be at it: the longest it may take.
const hold = 2 * time.Hour

// Run works the timetable off until ctx is over.
func (j *Jobs) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	var wakes []chan struct{}
	loop := func(what string, fn func(context.Context) error) {
		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)
		wg.Go(func() { j.loop(ctx, what, wake, fn) })
	}
	for _, t := range j.tasks() {
		loop(string(t.name), func(ctx context.Context) error { return j.try(ctx, t) })
	}
	for _, w := range admin.StreamWays() {
		loop("audit stream to "+string(w), func(ctx context.Context) error { return j.stream(ctx, w) })
	}
	loop("letters", j.settings.Tell)
	loop("letters about quarantine", j.settings.TellQuarantine)
	for {
		select {
		case <-ctx.Done():
			wg.Wait()
			return ctx.Err()
		case <-j.settings.Woken():
			for _, w := range wakes {
				select {
				case w <- struct{}{}:
				default: // it is awake already
				}
			}
		}
	}
}

func (j *Jobs) loop(ctx context.Context, what string, wake <-chan struct{}, fn func(context.Context) error) {
	tick := time.NewTicker(j.look)
	defer tick.Stop()
	for {
		if err := fn(ctx); err != nil && ctx.Err() == nil {
			j.log.LogAttrs(ctx, slog.LevelError, "background work failed", slog.String("work", what), slog.Any(logkeys.Error, err))
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

// try begins a task when somebody has asked for it or its hour has come, and nobody is at it.
func (j *Jobs) try(ctx context.Context, t task) error {
	now := j.now().UTC()
	seen, err := j.settings.Task(ctx, reader(), t.name)
	if err != nil || seen.Running(now) {
		return err
	}
	due, err := t.due(ctx, seen, now)
	if err != nil {
		return err
	}
	if seen.Asked.IsZero() && (due.IsZero() || !due.After(seen.Started)) {
		return nil
	}
	taken, err := j.settings.BeginTask(ctx, t.name, seen, hold)
	if err != nil || !taken {
		return err
	}
	inTime, cancel := context.WithTimeout(ctx, hold)
	text, failure := t.run(inTime)
	cancel()
	if failure != nil {
		text = inWords(failure)
		j.log.LogAttrs(ctx, slog.LevelError, "task failed", slog.String("work", string(t.name)), slog.Any(logkeys.Error, failure))
	}
	// What came of it is written down even when the console is about to end.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return j.settings.EndTask(last, t.name, text, failure)
}

func inWords(err error) string {
	if text := access.TextOf(err); text != "" {
		return text
	}
	if errors.Is(err, context.Canceled) {
		return "The console was stopped before it was done."
	}
	return err.Error()
}

// lastTime gives the last moment before now at which a clock in the zone showed hour and minute.
func lastTime(now time.Time, zone *time.Location, hour, minute int) time.Time {
	n := now.In(zone)
	at := time.Date(n.Year(), n.Month(), n.Day(), hour, minute, 0, 0, zone)
	if at.After(now) {
		at = time.Date(n.Year(), n.Month(), n.Day()-1, hour, minute, 0, 0, zone)
	}
	return at.UTC()
}

// zone is the time zone that is set.
func (j *Jobs) zone(ctx context.Context) (*time.Location, error) {
	z, err := j.settings.TimeZone(ctx, reader())
	return z.Location(), err
}

// purgeHour is when what is over its time goes, every day: an hour that no clock change skips.
const purgeHour = 4

// purgeDue gives the last hour of purges. The very first one waits for its hour, so that nobody who has just
// installed or upgraded loses anything before having seen the page.
func (j *Jobs) purgeDue(ctx context.Context, seen admin.Task, now time.Time) (time.Time, error) {
	zone, err := j.zone(ctx)
	at := lastTime(now, zone, purgeHour, 0)
	if seen.Started.IsZero() && at.Before(j.began) {
		return time.Time{}, err
	}
	return at, err
}

func (j *Jobs) purge(ctx context.Context) (string, error) {
	p, err := j.settings.Purge(ctx)
	if err != nil {
		return "", fmt.Errorf("%s Then it failed: %w", p.Words(), err)
	}
	return p.Words(), nil
}
