// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

const (
	levelBits = 5
	levelMask = 1<<levelBits - 1
	hashBits  = 64
)

// seed makes the place of a key different in every process: device ids are chosen by strangers, who
// must not be able to choose a slow shape for the trie.
var seed = maphash.MakeSeed()

// trie is a persistent hash trie of values that know their own key. Its zero value, with key set, is
// empty. Methods that change it return the changed trie and leave the old one as it was, but for
// nodes that belong to the edit in hand, which nobody else has seen yet.
type trie[K comparable, V any] struct {
	root  *node[V]
	count int
	key   func(*V) K
}

// node is one level: up to 32 slots, each empty, a value or a further node. Slices are exactly as
// long as needed, because there are many of them. Below the last bit of the hash a node is a plain
// list of values whose hashes are equal.
type node[V any] struct {
	owner  *edit
	leaves uint32
	kids   uint32
	vals   []*V
	nodes  []*node[V]
}

// edit marks the nodes made by one run of changes: they may be changed in place until it ends.
type edit struct{ _ byte }

func (t *trie[K, V]) get(k K) *V {
	n := t.root
	h := maphash.Comparable(seed, k)
	for shift := 0; n != nil; shift += levelBits {
		if shift >= hashBits {
			for _, v := range n.vals {
				if t.key(v) == k {
					return v
				}
			}
			return nil
		}
		bit := uint32(1) << (h >> shift & levelMask)
		switch {
		case n.leaves&bit != 0:
			if v := n.vals[rank(n.leaves, bit)]; t.key(v) == k {
				return v
			}
			return nil
		case n.kids&bit != 0:
			n = n.nodes[rank(n.kids, bit)]
		default:
			return nil
		}
	}
	return nil
}

// each calls f for every value until f returns false, in no order that means anything.
func (t *trie[K, V]) each(f func(*V) bool) bool { return t.root.each(f) }

func (n *node[V]) each(f func(*V) bool) bool {
	if n == nil {
		return true
	}
	for _, v := range n.vals {
		if !f(v) {
			return false
		}
	}
	for _, kid := range n.nodes {
		if !kid.each(f) {
			return false
		}
	}
	return true
}

// put adds v, or replaces the value of the same key, which it returns.
func (t *trie[K, V]) put(e *edit, v *V) (next trie[K, V], old *V) {
	next = *t
	k := t.key(v)
	next.root, old = t.set(e, t.root, 0, maphash.Comparable(seed, k), k, v)
	if old == nil {
		next.count++
	}
	return next, old
}

func (t *trie[K, V]) set(e *edit, n *node[V], shift int, h uint64, k K, v *V) (*node[V], *V) {
	if n == nil {
		n = &node[V]{owner: e}
	}
	n = n.ours(e)
	if shift >= hashBits {
		for i, other := range n.vals {
			if t.key(other) == k {
				n.vals = replaced(n.vals, i, v)
				return n, other
			}
		}
		n.vals = inserted(n.vals, len(n.vals), v)
		return n, nil
	}
	bit := uint32(1) << (h >> shift & levelMask)
	switch {
	case n.kids&bit != 0:
		i := rank(n.kids, bit)
		kid, old := t.set(e, n.nodes[i], shift+levelBits, h, k, v)
		if kid != n.nodes[i] {
			n.nodes = replaced(n.nodes, i, kid)
		}
		return n, old
	case n.leaves&bit == 0:
		n.leaves |= bit
		n.vals = inserted(n.vals, rank(n.leaves, bit), v)
		return n, nil
	}
	i := rank(n.leaves, bit)
	other := n.vals[i]
	ok := t.key(other)
	if ok == k {
		n.vals = replaced(n.vals, i, v)
		return n, other
	}
	// Two keys want this slot: both move one level down.
	kid, _ := t.set(e, nil, shift+levelBits, maphash.Comparable(seed, ok), ok, other)
	kid, _ = t.set(e, kid, shift+levelBits, h, k, v)
	n.leaves &^= bit
	n.vals = removed(n.vals, i)
	n.kids |= bit
	n.nodes = inserted(n.nodes, rank(n.kids, bit), kid)
	return n, nil
}

// del takes the value of a key away and returns it, or nil when there was none.
func (t *trie[K, V]) del(e *edit, k K) (next trie[K, V], old *V) {
	if t.get(k) == nil {
		return *t, nil
	}
	next = *t
	next.root, old = t.cut(e, t.root, 0, maphash.Comparable(seed, k), k)
	next.count--
	return next, old
}

// cut removes a key that is there. A node left empty disappears, and one left with a single value
// and nothing else gives that value up to its parent, so that the shape depends only on the content.
func (t *trie[K, V]) cut(e *edit, n *node[V], shift int, h uint64, k K) (*node[V], *V) {
	n = n.ours(e)
	if shift >= hashBits {
		i := slices.IndexFunc(n.vals, func(v *V) bool { return t.key(v) == k })
		old := n.vals[i]
		n.vals = removed(n.vals, i)
		return n.orNil(), old
	}
	bit := uint32(1) << (h >> shift & levelMask)
	if n.leaves&bit != 0 {
		i := rank(n.leaves, bit)
		old := n.vals[i]
		n.leaves &^= bit
		n.vals = removed(n.vals, i)
		return n.orNil(), old
	}
	i := rank(n.kids, bit)
	kid, old := t.cut(e, n.nodes[i], shift+levelBits, h, k)
	switch {
	case kid == nil:
		n.kids &^= bit
		n.nodes = removed(n.nodes, i)
	case len(kid.nodes) == 0 && len(kid.vals) == 1:
		n.kids &^= bit
		n.nodes = removed(n.nodes, i)
		n.leaves |= bit
		n.vals = inserted(n.vals, rank(n.leaves, bit), kid.vals[0])
	case kid != n.nodes[i]:
		n.nodes = replaced(n.nodes, i, kid)
	}
	return n.orNil(), old
}

func (n *node[V]) ours(e *edit) *node[V] {
	if n.owner == e {
		return n
	}
	c := *n
	c.owner = e
	return &c
}

func (n *node[V]) orNil() *node[V] {
	if len(n.vals) == 0 && len(n.nodes) == 0 {
		return nil
	}
	return n
}

// rank is the index of a slot among the occupied ones.
func rank(occupied, bit uint32) int { return bits.OnesCount32(occupied & (bit - 1)) }

func inserted[T any](s []T, i int, v T) []T {
	n := make([]T, len(s)+1)
	copy(n, s[:i])
	n[i] = v
	copy(n[i+1:], s[i:])
	return n
}

func replaced[T any](s []T, i int, v T) []T {
	n := make([]T, len(s))
	copy(n, s)
	n[i] = v
	return n
}

func removed[T any](s []T, i int) []T {
	if len(s) == 1 {
		return nil
	}
	n := make([]T, 0, len(s)-1)
	n = append(n, s[:i]...)
	return append(n, s[i+1:]...)
}
