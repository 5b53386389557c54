// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	stdhash "hash"
	"hash/fnv"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// keyring makes policy keys from the site's secret. A key is a keyed hash of everything it stands for, so
// any gateway of the site can tell whether one is right, and none has to be remembered. [MS-ASPROV] 2.2.2.42
type keyring struct {
	secret []byte
	macs   sync.Pool
}

// keyPhase is which of the two keys of a conversation a key is.
type keyPhase byte

const (
	keyTemporary keyPhase = 't' // good for acknowledging the policy it came with
	keyFinal     keyPhase = 'f' // good for everything else
)

type macState struct {
	h   stdhash.Hash
	msg []byte
	sum []byte
}

func newKeyring(secret []byte) *keyring {
	k := &keyring{secret: bytes.Clone(secret)}
	k.macs.New = func() any { return &macState{h: hmac.New(sha256.New, k.secret)} }
	return k
}

// key gives the key of a phase for a pair under what it has been sent, at a turn and an epoch. It is never
// zero, which phones take for none.
func (k *keyring) key(phase keyPhase, p access.Pair, sent *[sha256.Size]byte, turns, epoch int64) uint32 {
	m := k.macs.Get().(*macState)
	defer k.macs.Put(m)
	b := append(m.msg[:0], byte(phase))
	for _, s := range [...]string{p.Realm, p.Account, p.Device} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = append(b, sent[:]...)
	b = binary.AppendVarint(b, turns)
	b = binary.AppendVarint(b, epoch)
	m.msg = b
	m.h.Reset()
	m.h.Write(b)
	m.sum = m.h.Sum(m.sum[:0])
	for i := 0; i+4 <= len(m.sum); i += 4 {
		if n := binary.BigEndian.Uint32(m.sum[i:]); n != 0 {
			return n
		}
	}
	return 1
}

// epoch counts the intervals after which phones ask for their policy anew, and says when the present one
// began. Phones change over at different moments, each at its own.
func epoch(every time.Duration, p access.Pair, now time.Time) (n int64, began time.Time) {
	step := int64(every / time.Second)
	if step <= 0 {
		return 0, time.Time{}
	}
	h := fnv.New64a()
	h.Write([]byte(p.Device))
	shift := int64(h.Sum64() % uint64(step))
	at := now.Unix() + shift
	return at / step, time.Unix(at-at%step-shift, 0)
}
