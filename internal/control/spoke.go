// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// SpokeConfig is what a Spoke needs. Zero sizes and durations stand for the usual ones.
type SpokeConfig struct {
	Gateway access.GatewayID
	Version string // of the program
	// Dir keeps the snapshot and the spool between runs. It belongs to this gateway alone.
	Dir string
	// Holder is what the gateway decides from; the Spoke fills it.
	Holder *snapshot.Holder
	// Status gives the gateway's own part of its status; what the link knows is filled in. It may be
	// nil.
	Status      func() access.GatewayStatus
	SpoolCap    int64         // bytes on disk, 64 MiB
	ReportEvery time.Duration // 10 s: how long times and counts wait
	Heartbeat   time.Duration // 5 s: how often the console says something; three missing end a link
	Now         func() time.Time
	Logger      *slog.Logger
}

// Spoke is the gateway's end of the link. Keep, Offer and Tally take what the gateway saw and may be
// called from anywhere as soon as NewSpoke has returned.
type Spoke struct {
	cfg     SpokeConfig
	console console
	closing func() // of the transport; nil in one process
	expires time.Time
	keeper  *keeper
	spool   *spool
	memory  *memory

	applied chan struct{} // there is something to acknowledge
	linked  chan struct{} // the console is there (again): send what waits

	reconciled atomic.Pointer[time.Time]
	repaired   atomic.Int64
	skew       atomic.Int64
	startOver  bool // ask for a full copy next time; belongs to followLoop
}

// NewSpoke makes a Spoke for a console at the other end of a network. It loads what the last run has
// left in Dir, so that the gateway can decide before the console is reached.
func NewSpoke(cfg SpokeConfig, r Remote) (*Spoke, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c, err := r.dial(cfg.Now)
	if err != nil {
		return nil, err
	}
	s, err := newSpoke(cfg, c)
	if err != nil {
		return nil, err
	}
	s.closing = c.close
	if leaf, err := leafOf(r.Certificate); err == nil {
		s.expires = leaf.NotAfter
	}
	return s, nil
}

// NewDirect makes a Spoke for a Hub in the same process. All is as over a network but for the network:
// snapshot and spool are on disk here too, so that the gateway part survives the console part.
func NewDirect(cfg SpokeConfig, h *Hub) (*Spoke, error) {
	return newSpoke(cfg, direct{h, cfg.Gateway})
}

func newSpoke(cfg SpokeConfig, c console) (*Spoke, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.ReportEvery == 0 {
		cfg.ReportEvery = 10 * time.Second
	}
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = 5 * time.Second
	}
	if cfg.Status == nil {
		started := cfg.Now()
		cfg.Status = func() access.GatewayStatus { return access.GatewayStatus{Started: started} }
	}
	s := &Spoke{cfg: cfg, console: c, memory: newMemory(), applied: make(chan struct{}, 1), linked: make(chan struct{}, 1)}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if s.keeper, err = openKeeper(cfg.Dir, cfg.Holder, cfg.Logger, cfg.Now); err != nil {
		return nil, err
	}
	s.spool, err = openSpool(filepath.Join(cfg.Dir, "spool"), cfg.SpoolCap, cfg.Logger)
	return s, err
}

// Wiped gives the orders to wipe that were acknowledged here before this start and may not be known to the
// snapshot of then: those in reports that are still on disk, whether the console has taken them or not.
func (s *Spoke) Wiped() []access.WipeID { return s.spool.wiped }

// Keep writes sightings down and returns when they will survive a crash. ErrFull: none of them was
// kept, because the console has not taken what is there or the disk is full. With ctx's error they may
// or may not have been.
func (s *Spoke) Keep(ctx context.Context, sightings []access.Sighting) error {
	if len(sightings) == 0 {
		return nil
	}
	return s.spool.keep(ctx, sightings)
}

// Offer takes sightings that only move times. They reach the console within seconds, and are lost if
// the process dies before.
func (s *Spoke) Offer(sightings []access.Sighting) { s.memory.offer(sightings) }

// Tally adds counts of refusals. They travel with the offers.
func (s *Spoke) Tally(tallies []access.Tally) { s.memory.tally(tallies) }

// Skew is how far this clock was ahead of the console's at the last report.
func (s *Spoke) Skew() time.Duration { return time.Duration(s.skew.Load()) }

// Status is what the console is told: the gateway's part and the link's.
func (s *Spoke) Status() access.GatewayStatus {
	st := s.cfg.Status()
	st.Version = s.cfg.Version
	st.Position = s.cfg.Holder.Load().Position()
	if r := s.reconciled.Load(); r != nil {
		st.Reconciled = *r
	}
	st.Repaired = s.repaired.Load()
	st.SpoolBytes, st.SpoolFull = s.spool.state()
	st.Unkept = s.keeper.unkept()
	st.LinkExpires = s.expires
	return st
}

// Run keeps the link up until ctx ends; then it reports what is left, saves the snapshot and closes
// the spool. It never gives up on a console.
func (s *Spoke) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { s.followLoop(ctx) })
	loops.Go(func() { s.acknowledgeLoop(ctx) })
	loops.Go(func() { s.reportLoop(ctx) })
	loops.Go(func() { s.saveLoop(ctx) })
	loops.Wait()
	s.keeper.save()
	s.saveHeard(s.cfg.Holder.Heard())
	s.spool.close()
	if s.closing != nil {
		s.closing()
	}
	return nil
}

// The files of a gateway's directory beside the spool and the journal.
const (
	snapshotFile = "snapshot"
	heardFile    = "heard"
)

// saveLoop writes the snapshot when that is due, but spends no more than a twentieth of its time on it,
// and notes now and then when the console was last heard.
func (s *Spoke) saveLoop(ctx context.Context) {
	heard := s.cfg.Holder.Heard()
	rest := 2 * time.Second
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.keeper.urgent:
		case <-s.keeper.due:
			wait := time.NewTimer(rest)
			select {
			case <-ctx.Done():
			case <-s.keeper.urgent:
			case <-wait.C:
			}
			wait.Stop()
		case <-tick.C:
			if h := s.cfg.Holder.Heard(); h.After(heard) {
				heard = h
				s.saveHeard(h)
			}
			if !s.keeper.behind() {
				continue
			}
		}
		if ctx.Err() != nil {
			return // Run saves once more
		}
		began := time.Now()
		s.keeper.save()
		rest = max(2*time.Second, 20*time.Since(began))
		signal(s.applied)
	}
}

func (s *Spoke) saveHeard(t time.Time) {
	if t.IsZero() {
		return
	}
	path := filepath.Join(s.cfg.Dir, heardFile)
	if err := replaceFile(path, []byte(t.UTC().Format(time.RFC3339Nano))); err != nil {
		s.cfg.Logger.Warn("time the console was heard cannot be saved", logkeys.File, path, logkeys.Error, err)
	}
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
