// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

const (
	changeWindow = 10 * time.Second // before the change, from it on, and after that
	changePace   = 1000             // short requests a second, of all phones together
	firstParked  = 70_000           // those before are others
)

// changeRow is one peer in one round.
type changeRow struct {
	Peer  string `json:"peer"`
	Round int    `json:"round"`
	// Of the three windows: before the change, from it on, after.
	Gap     [3]time.Duration `json:"longest_gap_ns"`              // between two answers of the mail server, to anybody
	Kept    [3]time.Duration `json:"longest_request_kept_ns"`     // of a phone whose policy stays
	Answers [3]int           `json:"answers"`                     // of the mail server
	CPU     [3]time.Duration `json:"cpu_ns"`                      // of the peer
	Away    []time.Duration  `json:"away_ns,omitempty"`           // of each phone whose policy changes: from when it is told to its next answer
	Waited  [3]time.Duration `json:"waited_for_processor_ns"`     // of its threads together
	Failed  int              `json:"failed"`                      // answers that are neither mail nor about the policy, and those to phones whose policy stays
	Numbers int64            `json:"change_numbers,omitempty"`    // that the gateway got for it
	Entries map[string]int   `json:"entries,omitempty"`           // of the change itself, by kind
	Others  int              `json:"entries_of_others,omitempty"` // that came in the two windows from it on
	Quiet   int64            `json:"bytes_quiet,omitempty"`       // on the link toward the gateway, for such a change before any phone came
	Down    [3]int64         `json:"bytes_down"`                  // on the link, toward the gateway
	Copy    int64            `json:"bytes_full_copy,omitempty"`
	Applied time.Duration    `json:"applied_ns,omitempty"` // from the commit to the gateway's word
	Ends    []time.Duration  `json:"-"`                    // when parked requests ended, from the commit on
	Ended   int              `json:"ended"`
	First   time.Duration    `json:"first_ended_ns"`
	Last    time.Duration    `json:"last_ended_ns"`
	Busiest int              `json:"most_ended_in_a_second"`
	Back    int              `json:"parked_again"` // at the end
}

// policyChanges measures what a change of the default policy does to a gateway under traffic, beside peers
// under the same traffic to whom nothing happens.
func policyChanges(l *lab, o options) error {
	l.rate = defaultRate
	load := loadAverage()
	var rows []changeRow
	for round := 1; round <= o.rounds; round++ {
		for _, name := range []string{peerPolicies, "nginx", "ReverseProxy"} {
			if o.peers != "" && !slices.Contains(strings.Split(o.peers, ","), name) {
				continue
			}
			r, err := measureChange(l, o, name)
			if err != nil {
				return errors.Join(fmt.Errorf("%s, change of policy: %w", name, err), reportChanges(os.Stdout, rows, o, load))
			}
			r.Peer, r.Round = name, round
			rows = append(rows, r)
			fmt.Fprintf(os.Stderr, "round %d %-22s longest gap %v  longest request of others %v  answers %v  cpu %v, waited for one %v  entries %v +%d  bytes %d, %v  applied in %v  ended %d within %v, %d a second, parked again %d  failed %d\n",
				round, name, rounded(r.Gap), rounded(r.Kept), r.Answers, rounded(r.CPU), rounded(r.Waited), r.Entries, r.Others, r.Quiet, r.Down, r.Applied.Round(time.Millisecond),
				r.Ended, r.Last.Round(time.Millisecond), r.Busiest, r.Back, r.Failed)
		}
	}
	return reportChanges(os.Stdout, rows, o, load)
}

func rounded(d [3]time.Duration) (out [3]time.Duration) {
	for i := range d {
		out[i] = d[i].Round(100 * time.Microsecond)
	}
	return out
}

// changer changes the default policy in the database of a console, from beside it. The console sees that within
// a third of a second.
type changer struct{ store *store.Store }

func newChanger(dsn string) (c *changer, err error) {
	c = &changer{}
	for range 6 { // each waits for ten seconds
		if c.store, err = store.Open(context.Background(), store.Config{DSN: dsn}); access.KindOf(err) != access.KindUnavailable {
			break
		}
	}
	return c, err
}

// change makes the other one of the two policies that of everybody, and gives the number of the change.
func (c *changer) change(ctx context.Context) (number int64, err error) {
	list, err := c.store.ListPolicies(ctx)
	if err != nil {
		return 0, err
	}
	return c.store.Change(ctx, func(tx *store.Tx) error {
		prefs, err := tx.FindPreferences()
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.ID != prefs.DefaultPolicy && p.Name != policyAssigned {
				prefs.DefaultPolicy = p.ID
				return tx.SavePreferences(prefs.Preferences, prefs.Version, "bench")
			}
		}
		return errors.New("no other policy")
	})
}

// entries lists what the change feed holds after a position: that of one number by kind, how many there are of others.
func (c *changer) entries(ctx context.Context, pos access.Position, number int64) (its map[string]int, others int, err error) {
	its = make(map[string]int)
	for more := true; more; {
		b, err := c.store.ChangesSince(ctx, pos, 1) // one number at a time
		if err != nil {
			return nil, 0, err
		}
		if b.Full {
			return nil, 0, errors.New("the feed does not reach back to before the change")
		}
		for _, e := range b.Entries {
			if b.Position.Number == number {
				its[string(e.Kind)]++
			} else {
				others++
			}
		}
		pos, more = b.Position, b.More
	}
	return its, others, nil
}

// changed is a change that a gateway has taken.
type changed struct {
	number  int64
	numbers int64 // by how many the gateway moved on
	commit  time.Time
	took    time.Duration
}

// apply changes the default policy and waits for the gateway's word that it has it.
func (g running) apply(ctx context.Context, c *changer) (d changed, err error) {
	const metric = "vedette_gateway_snapshot_number"
	before, err := g.metric(metric)
	if err != nil {
		return d, err
	}
	if d.number, err = c.change(ctx); err != nil {
		return d, err
	}
	d.commit = time.Now()
	for deadline := d.commit.Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		n, err := g.metric(metric)
		if err != nil {
			return d, err
		}
		if n >= d.number {
			d.numbers, d.took = n-before, time.Since(d.commit)
			return d, nil
		}
	}
	return d, fmt.Errorf("the gateway never got change %d", d.number)
}

// site is a peer under measurement; of one that has no policies only its processes are known.
type site struct {
	g                running
	c                *changer
	link             *relay
	started, counted []*process
}

func (s *site) close() {
	if s.c != nil {
		s.c.store.Close()
	}
	stopAll(s.started)
	s.link.close()
}

// openSite starts a peer. Ours gets a first change while nothing else goes on.
func (l *lab) openSite(ctx context.Context, name, listen string, r *changeRow) (s *site, err error) {
	s = &site{link: &relay{}}
	if name != peerPolicies {
		s.started, s.counted, err = stationKinds()[name](l, listen)
		return s, err
	}
	s.g, err = l.startGateway(setup{name: "change", policies: true, relay: s.link}, listen)
	s.started, s.counted = s.g.started, []*process{s.g.gateway}
	if err == nil {
		err = l.holds(s.g)
	}
	if err != nil {
		return s, err
	}
	r.Copy = s.link.down.Load()
	quiet(s.started) // the console too: what it writes at its start keeps others from writing
	if s.c, err = newChanger(s.g.dsn); err != nil {
		return s, err
	}
	from := s.link.down.Load()
	_, err = s.g.apply(ctx, s.c)
	r.Quiet = s.link.down.Load() - from
	return s, err
}

// measureChange is one peer's three windows.
func measureChange(l *lab, o options, name string) (r changeRow, err error) {
	listen, err := freeAddr()
	if err != nil {
		return r, err
	}
	ctx := context.Background()
	s, err := l.openSite(ctx, name, listen, &r)
	defer s.close()
	if err != nil {
		return r, err
	}
	t := &traffic{}
	defer t.close()
	if err := t.connect(listen, o); err != nil {
		return r, err
	}
	if err := l.waitParked(o.parked, 20*time.Second); err != nil {
		return r, err
	}
	quiet(s.counted)
	t.start()
	cpu, waits, down := cost(s.counted), waited(s.counted), s.link.down.Load()
	window := func(i int) {
		time.Sleep(time.Until(t.begin.Add(time.Duration(i+1) * changeWindow)))
		c, w, d := cost(s.counted), waited(s.counted), s.link.down.Load()
		r.CPU[i], r.Waited[i], r.Down[i] = c-cpu, w-waits, d-down
		cpu, waits, down = c, w, d
	}
	window(0)
	var pos access.Position
	d := changed{commit: time.Now()}
	if s.c != nil {
		if pos, err = s.c.store.Position(ctx); err != nil {
			return r, err
		}
		if d, err = s.g.apply(ctx, s.c); err != nil {
			return r, err
		}
	}
	window(1)
	window(2)
	t.stop()
	if s.c != nil {
		r.Applied, r.Numbers = d.took, d.numbers
		if r.Entries, r.Others, err = s.c.entries(ctx, pos, d.number); err != nil {
			return r, err
		}
	}
	if r.Back, err = l.askParked(); err != nil {
		return r, err
	}
	return r, t.sum(&r, d.commit)
}

func waited(ps []*process) (sum time.Duration) {
	for _, p := range ps {
		_, w := p.scheduled()
		sum += w
	}
	return sum
}

func (l *lab) askParked() (int, error) {
	client := backendClient()
	defer client.CloseIdleConnections()
	return l.askBackend(client, "/parked")
}
