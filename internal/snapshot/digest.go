// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"

	"github.com/vedette-mail/vedette/internal/access"
)

// Buckets is into how many parts the entries are divided when two ends compare what they hold.
const Buckets = 256

// Sums holds one sum per bucket: what the entries in it hash to, added up, so that order does not
// matter. Equal entries give equal sums in every process and version. It finds damage and mistakes,
// not forgery: both ends of the link trust each other.
type Sums [Buckets]uint64

// Differ lists the buckets whose sums are not equal.
func (s *Sums) Differ(other *Sums) []int {
	var differ []int
	for i := range s {
		if s[i] != other[i] {
			differ = append(differ, i)
		}
	}
	return differ
}

// Sums gives the sums of the View. They must not be changed.
func (v *View) Sums() *Sums { return v.sums }

// BucketOf is the bucket of an entry.
func BucketOf(kind access.EntryKind, key string) int {
	h := fnv.New64a()
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(key))
	s := h.Sum64()
	return int((s ^ s>>32) % Buckets)
}

// sumOf is what one entry adds to its bucket; scratch is used for its encoding.
func sumOf(e *access.Entry, scratch *[]byte) uint64 {
	*scratch = appendEntry((*scratch)[:0], e)
	h := sha256.Sum256(*scratch)
	return binary.BigEndian.Uint64(h[:])
}

func (s *Sums) add(e *access.Entry, scratch *[]byte) { s[BucketOf(e.Kind, e.Key)] += sumOf(e, scratch) }
func (s *Sums) take(e *access.Entry, scratch *[]byte) {
	s[BucketOf(e.Kind, e.Key)] -= sumOf(e, scratch)
}

// Resum reckons the sums anew from the entries, which finds a View whose running sums no longer say
// what it holds.
func (v *View) Resum() *Sums {
	var s Sums
	var scratch []byte
	v.EachEntry(func(e access.Entry) bool {
		s.add(&e, &scratch)
		return true
	})
	return &s
}

// An Item names one entry of a bucket and what it adds to the bucket's sum.
type Item struct {
	Kind access.EntryKind
	Key  string
	Sum  uint64
}

// Items lists what lies in the given buckets, but no more than limit: ok is false when there is more.
func (v *View) Items(buckets []int, limit int) (items []Item, ok bool) {
	var wanted [Buckets]bool
	for _, b := range buckets {
		if b >= 0 && b < Buckets {
			wanted[b] = true
		}
	}
	ok = true
	var scratch []byte
	v.EachEntry(func(e access.Entry) bool {
		if !wanted[BucketOf(e.Kind, e.Key)] {
			return true
		}
		if len(items) == limit {
			ok = false
			return false
		}
		items = append(items, Item{e.Kind, e.Key, sumOf(&e, &scratch)})
		return true
	})
	return items, ok
}

// Repair gives the entries that turn what the items stand for into what this View holds in the same
// buckets: what is missing or different as it is here, what is not here as deleted.
func (v *View) Repair(buckets []int, items []Item) []access.Entry {
	theirs := make(map[[2]string]uint64, len(items))
	for _, it := range items {
		theirs[[2]string{string(it.Kind), it.Key}] = it.Sum
	}
	var wanted [Buckets]bool
	for _, b := range buckets {
		if b >= 0 && b < Buckets {
			wanted[b] = true
		}
	}
	var repair []access.Entry
	var scratch []byte
	v.EachEntry(func(e access.Entry) bool {
		if !wanted[BucketOf(e.Kind, e.Key)] {
			return true
		}
		id := [2]string{string(e.Kind), e.Key}
		sum, has := theirs[id]
		delete(theirs, id)
		if !has || sum != sumOf(&e, &scratch) {
			repair = append(repair, e)
		}
		return true
	})
	for id := range theirs {
		repair = append(repair, access.Entry{Kind: access.EntryKind(id[0]), Key: id[1], Deleted: true})
	}
	return repair
}

// Different counts the entries that two Views do not share.
func (v *View) Different(other *View) int {
	n, same := 0, 0
	var a, b []byte
	v.EachEntry(func(e access.Entry) bool {
		if o, ok := other.Entry(e.Kind, e.Key); !ok {
			n++
		} else if same++; sumOf(&e, &a) != sumOf(&o, &b) {
			n++
		}
		return true
	})
	return n + other.Len() - same
}
