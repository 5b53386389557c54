// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Bounds of the handshake.
const (
	refreshGrace = 10 * time.Minute // how long the key of the last epoch is good in the next one
	ackGrace     = 30 * time.Second // how long requests may still come with the key before the acknowledged one
	loudAfter    = 3                // demands in vain until the phone is told by HTTP code
	giveUpAfter  = 6                // … until it counts as one that never asks
	giveUpFor    = 24 * time.Hour
	loopWindow   = 10 * time.Minute
	loopRounds   = 12 // conversations in it are a loop
	loopRest     = 30 * time.Minute
	maxHandshake = 100_000 // phones that are remembered in the middle of one
)

// policies is what a gateway needs to hold phones to their ActiveSync policies.
type policies struct {
	ring   atomic.Pointer[keyring]
	sheets atomic.Pointer[map[sheetKey]*sheet]
	mu     sync.Mutex // of those who make a sheet or a ring
	asked  boundedMap[access.Pair, asked]
}

// sheet is a policy as phones get it: from 12.1 on, and the few elements of 12.0.
type sheet struct {
	doc  provision.Document
	sums [2][sha256.Size]byte
}

// sheetKey names a policy, and the fingerprint of what a mail server asks for beside it.
type sheetKey struct {
	policy *access.Policy
	server [sha256.Size]byte
}

// asked is how the handshake with a phone stands. It is forgotten with the process, and no verdict of
// another gateway needs it.
type asked struct {
	demands int       // since the phone last asked for its policy
	at      time.Time // of the last one
	rounds  int       // conversations since
	since   time.Time
	resting time.Time          // in a loop: not asked until then
	acked   time.Time          // when it last acknowledged
	what    *[sha256.Size]byte // and what
}

// presented is the policy key of a request, and what it depends on which one is right.
type presented struct {
	key     uint32 // 0: none
	version eas.Version
	command eas.Command
}

func (q *ask) presented() presented {
	return presented{q.query.PolicyKey, q.query.Version, q.command}
}

func (k presented) relic() bool { return k.version != eas.VersionUnknown && k.version < eas.V12_0 }

func (ps *policies) keys(site *access.Site) *keyring {
	if r := ps.ring.Load(); r != nil && string(r.secret) == string(site.Secret) {
		return r
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	r := newKeyring(site.Secret)
	ps.ring.Store(r)
	return r
}

// sheet gives a policy's sheet. Policies are few and change seldom, so the ready ones lie in a map that is
// copied when one is added.
func (ps *policies) sheet(p *access.Policy, server serverKey) *sheet {
	key := sheetKey{p, server.sum}
	if m := ps.sheets.Load(); m != nil {
		if s := (*m)[key]; s != nil {
			return s
		}
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	next := make(map[sheetKey]*sheet)
	if m := ps.sheets.Load(); m != nil && len(*m) < 1000 {
		for k, v := range *m {
			next[k] = v
		}
	}
	s := &sheet{doc: make(provision.Document, len(p.Settings))}
	for _, v := range p.Settings {
		s.doc[v.Element] = v.Value
	}
	if len(server.Document) > 0 {
		s.doc = provision.Strictest(s.doc, server.Document)
	}
	s.sums = [2][sha256.Size]byte{s.doc.Fingerprint(eas.V12_0), s.doc.Fingerprint(eas.V12_1)}
	next[key] = s
	ps.sheets.Store(&next)
	return s
}

// sum is the fingerprint of what a phone of version v is sent.
func (s *sheet) sum(v eas.Version) *[sha256.Size]byte {
	if v != eas.VersionUnknown && v < eas.V12_1 {
		return &s.sums[0]
	}
	return &s.sums[1]
}

// keyless reports whether a command comes without policy key, and is never told to get one.
func keyless(c eas.Command) bool {
	switch c {
	case eas.Options, eas.Autodiscover, eas.Ping, eas.Provision:
		return true
	}
	return false
}

// weigh finds the policy of a request's phone, and what its policy key is worth. On the way it comes by the key
// of the phone's mail server, 0 for none; it does not look for that where no key of the phone is asked for.
func (g *Gateway) weigh(f *access.Facts, v *snapshot.View, k presented, now time.Time) (server uint32) {
	f.Policy, f.Key = nil, access.KeyUnneeded
	if f.Pair.IsZero() {
		return 0
	}
	device := v.EASDevice(f.Pair.Device) // once, for the policy and its turns
	p, site := access.PolicyOf(v, device), v.Site()
	if p == nil || site == nil || len(site.Secret) == 0 {
		return 0
	}
	f.Policy = p
	if keyless(k.command) {
		return 0
	}
	if k.relic() {
		f.Key = access.KeyNever // 2.5 has no policy of ours to acknowledge
		if p.AllowNonProvisionable {
			f.Key = access.KeyExcused
		}
		return 0
	}
	held, _ := g.serverKeyOf(v, f.Pair)
	sum := g.policies.sheet(p, held).sum(k.version)
	if f.Key = g.policies.weigh(f.Pair, p, sum, turnsOf(device), site, k, now); !f.Key.Passes() {
		f.Key = g.policies.patience(f.Pair, p, sum, f.Key, now)
	}
	return held.Key
}

// turnsOf is how often a phone was told to ask anew; e is nil where nothing is known of it.
func turnsOf(e *access.EASDevice) int64 {
	if e == nil {
		return 0
	}
	return e.PolicyTurns
}

func (ps *policies) weigh(pair access.Pair, p *access.Policy, sum *[sha256.Size]byte, turns int64, site *access.Site, k presented, now time.Time) access.KeyState {
	if k.key == 0 {
		return access.KeyMissing
	}
	ring := ps.keys(site)
	n, began := epoch(p.RefreshEvery, pair, now)
	switch {
	case k.key == ring.key(keyFinal, pair, sum, turns, n):
		return access.KeyCurrent
	case p.RefreshEvery > 0 && k.key == ring.key(keyFinal, pair, sum, turns, n-1):
		if now.Sub(began) < refreshGrace {
			return access.KeyCurrent
		}
		return access.KeyRefresh
	}
	return access.KeyWrong
}

// patience softens what a key is worth by what is known of the phone: one that has just acknowledged what it
// has to may have requests under way with its key before, and one that never asks, or asks for ever, is not told for
// ever.
func (ps *policies) patience(pair access.Pair, p *access.Policy, sum *[sha256.Size]byte, k access.KeyState, now time.Time) access.KeyState {
	a, ok := ps.asked.get(pair)
	switch {
	case !ok:
		return k
	case k != access.KeyMissing && now.Sub(a.acked) < ackGrace && *a.what == *sum:
		return access.KeyCurrent
	case now.Before(a.resting), a.demands >= giveUpAfter && now.Sub(a.at) < giveUpFor:
		if p.AllowNonProvisionable {
			return access.KeyExcused
		}
		return access.KeyNever
	}
	return k
}

// demanded notes that the phone is told to provision, and says whether it has to be told louder, and
// whether it counts from now on as one that never asks.
func (ps *policies) demanded(pair access.Pair, now time.Time) (loud, givenUp bool) {
	ps.asked.change(pair, maxHandshake, func(a *asked) {
		if now.Sub(a.at) > giveUpFor {
			a.demands = 0
		}
		a.demands++
		a.at = now
		loud, givenUp = a.demands > loudAfter, a.demands == giveUpAfter
	})
	return loud, givenUp
}

// resting is how long a phone in a loop is left alone yet.
func (ps *policies) resting(pair access.Pair, now time.Time) time.Duration {
	a, _ := ps.asked.get(pair)
	return a.resting.Sub(now)
}

// asks notes that the phone asks for its policy, and says whether it asks for ever.
func (ps *policies) asks(pair access.Pair, now time.Time) (loops bool) {
	ps.asked.change(pair, maxHandshake, func(a *asked) {
		if now.Sub(a.since) > loopWindow {
			a.since, a.rounds = now, 0
		}
		a.demands = 0
		if a.rounds++; a.rounds > loopRounds && !now.Before(a.resting) {
			a.resting, a.since, a.rounds = now.Add(loopRest), now, 0
			loops = true
		}
	})
	return loops
}

func (ps *policies) acknowledged(pair access.Pair, sum *[sha256.Size]byte, now time.Time) {
	ps.asked.change(pair, maxHandshake, func(a *asked) { a.acked, a.what, a.demands = now, sum, 0 })
}

// demandFor is the status that tells a phone why it has to provision. [MS-ASPROV] 3.1.5.1
func demandFor(d *access.Decision, k access.KeyState) eas.Status {
	if d.Rule == access.RuleWipe {
		return eas.StatusRemoteWipeRequested
	}
	switch k {
	case access.KeyRefresh:
		return eas.StatusPolicyRefresh
	case access.KeyWrong, access.KeyOutdated:
		return eas.StatusInvalidPolicyKey
	case access.KeyNever:
		return eas.StatusLegacyDevice
	}
	return eas.StatusNotProvisioned
}
