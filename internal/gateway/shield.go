// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// shield keeps wrong passwords away from the mail server (Y-11): a credential it has refused is
// answered here for a while, and guessing is limited per account and network. Nothing it knows leaves
// the memory, and no password is in it: only hashes keyed with a random value of this process.
//
// Three things keep a stranger from locking a user out. A credential that the server accepted is never
// limited. A network where the account has logged in is only limited by what came from there. And what
// the server has accepted lies in a table of its own, which no number of guesses can fill.
type shield struct {
	cfg     ShieldConfig
	key     [32]byte
	vouched [shieldShards]shieldShard // what the server has accepted
	guesses [shieldShards]shieldShard // what it has not
}

const shieldShards = 32

type shieldShard struct {
	mu      sync.Mutex
	max     int
	entries map[shieldKey]*list.Element
	order   *list.List // least recently used last
}

type hash [16]byte

// shieldKey names what an entry is about: a credential, an account, an account in a network, a network.
type shieldKey struct {
	kind byte
	hash hash
}

const (
	aboutAccepted  = iota // a credential the server accepted when it was last asked
	aboutHome             // an account in a network where it has logged in
	aboutRefused          // a credential the server refused when it was last asked
	aboutAccountAt        // what is tried for an account in a network
	aboutAccount          // … from wherever it is not at home
	aboutNetwork          // accounts that a network has been refused for
)

type shieldEntry struct {
	key      shieldKey
	answered time.Time // when the server said so
	since    time.Time // begin of the window that words belong to
	words    []hash    // distinct wrong passwords (or accounts) tried in the window
}

func newShield(cfg ShieldConfig) (*shield, error) {
	s := &shield{cfg: cfg}
	if _, err := rand.Read(s.key[:]); err != nil {
		return nil, err
	}
	for i := range shieldShards {
		for _, table := range []*[shieldShards]shieldShard{&s.vouched, &s.guesses} {
			table[i] = shieldShard{max: max(16, cfg.Entries/shieldShards), entries: make(map[shieldKey]*list.Element), order: list.New()}
		}
	}
	return s, nil
}

// digest is the keyed hash of the parts, each with its length, so that no two lists of parts meet.
func (s *shield) digest(parts ...[]byte) hash {
	var room [512]byte
	b := append(room[:0], s.key[:]...)
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return hash(sum[:16])
}

// name gives the credential its hashes.
func (s *shield) name(c *credential, at *server, account string, material []byte) {
	c.secret = s.digest([]byte(at.Name), []byte(at.Realm), []byte(account), material)
	c.holder = s.digest([]byte(at.Realm), []byte(account))
}

// network is the part of an address that limits count by: a home, an office, a provider's gateway.
func network(a netip.Addr) netip.Prefix {
	bits := 24
	if !a.Is4() {
		bits = 56
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

func (s *shield) at(c *credential, n netip.Prefix) hash {
	b, _ := n.MarshalBinary()
	return s.digest(c.holder[:], b)
}

// admit says what speaks against trying the credential at the mail server. A credential nobody has
// tried is counted against its account now, before the answer is known, so that many tried at once are
// counted too. Against its network it counts only once it was refused: behind one address may stand a
// thousand phones that all come back at once with a Ping, whose answer takes an hour.
func (s *shield) admit(c *credential, from netip.Addr, now time.Time) access.Shield {
	known, stale := false, false
	c.sure = false
	s.with(shieldKey{aboutAccepted, c.secret}, now, false, func(e *shieldEntry) {
		known, c.sure = true, now.Before(e.answered.Add(s.cfg.Keep))
	})
	if known {
		return access.ShieldSilent
	}
	s.with(shieldKey{aboutRefused, c.secret}, now, false, func(e *shieldEntry) { stale = now.Before(e.answered.Add(s.cfg.Keep)) })
	switch {
	case stale:
		return access.ShieldStale
	case s.cfg.exempt(from):
		return access.ShieldSilent
	}
	net := network(from)
	at := s.at(c, net)
	home, over := false, false
	s.with(shieldKey{aboutHome, at}, now, false, func(*shieldEntry) { home = true })
	if !home { // first, so that a network which is full leaves no trace of further accounts
		b, _ := net.MarshalBinary()
		s.with(shieldKey{aboutNetwork, s.digest(b)}, now, false, func(e *shieldEntry) {
			over = e.full(c.holder, s.cfg.DistinctAccounts, s.cfg.Window, now)
		})
	}
	if !over {
		s.with(shieldKey{aboutAccountAt, at}, now, true, func(e *shieldEntry) {
			over = !e.count(c.secret, s.cfg.PerNetwork, s.cfg.Window, now)
		})
	}
	if !over && !home {
		s.with(shieldKey{aboutAccount, c.holder}, now, true, func(e *shieldEntry) {
			over = !e.count(c.secret, s.cfg.PerAccount, s.cfg.Window, now)
		})
	}
	if over {
		return access.ShieldLimited
	}
	return access.ShieldSilent
}

// count notes a word in the window and reports whether it still fits.
func (e *shieldEntry) count(word hash, limit int, window time.Duration, now time.Time) bool {
	if now.Sub(e.since) >= window {
		e.since, e.words = now, e.words[:0]
	}
	for _, w := range e.words {
		if w == word {
			return true
		}
	}
	if len(e.words) >= limit {
		return false
	}
	e.words = append(e.words, word)
	return true
}

// full reports whether a word that is not among those of the window would be one too many.
func (e *shieldEntry) full(word hash, limit int, window time.Duration, now time.Time) bool {
	return now.Sub(e.since) < window && len(e.words) >= limit && !slices.Contains(e.words, word)
}

func (e *shieldEntry) forget(word hash) {
	for i, w := range e.words {
		if w == word {
			e.words = append(e.words[:i], e.words[i+1:]...)
			return
		}
	}
}

// learn takes what the mail server said. A server in trouble has said nothing, and the try does not
// count against the account.
func (s *shield) learn(c *credential, from netip.Addr, l login, now time.Time) {
	if l == loginAccepted && s.keep(c, now) {
		return // the counts below were cleared a moment ago
	}
	net := network(from)
	b, _ := net.MarshalBinary()
	at := s.at(c, net)
	switch l {
	case loginRefused:
		s.drop(shieldKey{aboutAccepted, c.secret})
		s.with(shieldKey{aboutRefused, c.secret}, now, true, func(e *shieldEntry) { e.answered = now })
		s.with(shieldKey{aboutNetwork, s.digest(b)}, now, true, func(e *shieldEntry) {
			e.count(c.holder, s.cfg.DistinctAccounts, s.cfg.Window, now)
		})
		return
	case loginAccepted:
		s.drop(shieldKey{aboutRefused, c.secret})
		s.with(shieldKey{aboutHome, at}, now, true, func(e *shieldEntry) { e.answered = now })
	}
	s.with(shieldKey{aboutAccountAt, at}, now, false, func(e *shieldEntry) { e.forget(c.secret) })
	s.with(shieldKey{aboutAccount, c.holder}, now, false, func(e *shieldEntry) { e.forget(c.secret) })
	s.with(shieldKey{aboutNetwork, s.digest(b)}, now, false, func(e *shieldEntry) { e.forget(c.holder) })
}

// keep remembers accepted credentials, and reports whether they were a short while ago too.
func (s *shield) keep(c *credential, now time.Time) (fresh bool) {
	s.with(shieldKey{aboutAccepted, c.secret}, now, true, func(e *shieldEntry) {
		if fresh = now.Sub(e.answered) < s.cfg.Keep/2; !fresh {
			e.answered = now
		}
	})
	return fresh
}

// accepted reports whether the server accepted the credential last time it was asked.
func (s *shield) accepted(c *credential) (ok bool) {
	s.with(shieldKey{aboutAccepted, c.secret}, time.Time{}, false, func(*shieldEntry) { ok = true })
	return ok
}

// fresh reports whether the server accepted the credential a short while ago.
func (s *shield) fresh(c *credential, now time.Time) (ok bool) {
	s.with(shieldKey{aboutAccepted, c.secret}, now, false, func(e *shieldEntry) { ok = now.Before(e.answered.Add(s.cfg.Keep)) })
	return ok
}

// wait is how long a limited caller should stay away.
func (s *shield) wait(c *credential, from netip.Addr, now time.Time) time.Duration {
	d := time.Second
	look := func(e *shieldEntry) {
		if left := e.since.Add(s.cfg.Window).Sub(now); left > d && len(e.words) > 0 {
			d = left
		}
	}
	s.with(shieldKey{aboutAccountAt, s.at(c, network(from))}, now, false, look)
	if d == time.Second {
		s.with(shieldKey{aboutAccount, c.holder}, now, false, look)
	}
	return d
}

// size counts what is remembered.
func (s *shield) size() (n int) {
	for i := range shieldShards {
		for _, sh := range []*shieldShard{&s.vouched[i], &s.guesses[i]} {
			sh.mu.Lock()
			n += len(sh.entries)
			sh.mu.Unlock()
		}
	}
	return n
}

// shard is where the entry of a key lies.
func (s *shield) shard(k shieldKey) *shieldShard {
	if k.kind <= aboutHome {
		return &s.vouched[k.hash[0]%shieldShards]
	}
	return &s.guesses[k.hash[0]%shieldShards]
}

// with runs f on an entry under its lock, making it when make is set. Making one may push out the one
// of its table that was used longest ago.
func (s *shield) with(k shieldKey, now time.Time, make bool, f func(*shieldEntry)) {
	sh := s.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	el := sh.entries[k]
	if el == nil {
		if !make {
			return
		}
		if len(sh.entries) >= sh.max {
			old := sh.order.Back()
			delete(sh.entries, old.Value.(*shieldEntry).key)
			sh.order.Remove(old)
		}
		el = sh.order.PushFront(&shieldEntry{key: k, since: now})
		sh.entries[k] = el
	} else {
		sh.order.MoveToFront(el)
	}
	f(el.Value.(*shieldEntry))
}

// drop forgets an entry.
func (s *shield) drop(k shieldKey) {
	sh := s.shard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if el := sh.entries[k]; el != nil {
		delete(sh.entries, k)
		sh.order.Remove(el)
	}
}
