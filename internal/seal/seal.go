// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// version begins every sealed value, so that another cipher can be brought in beside this one.
const version = "v1"

// WrongKeyError says that a value was sealed with another key than the one that is loaded. The two
// names are fingerprints and give nothing of the keys away.
type WrongKeyError struct {
	Purpose string
	Sealed  string // fingerprint of the key the value was sealed with
	Loaded  string // fingerprint of the key at hand
}

func (e *WrongKeyError) Error() string {
	return fmt.Sprintf("seal: the %s was sealed with key %s, but key %s is loaded: bring back the key file that belongs to this database",
		e.Purpose, e.Sealed, e.Loaded)
}

// DamagedError says that a value is not what was once sealed for this purpose.
type DamagedError struct{ Purpose string }

func (e *DamagedError) Error() string {
	return "seal: the sealed " + e.Purpose + " is damaged, or was sealed for something else"
}

// Box seals and opens with one key. It is safe for use by several goroutines.
type Box struct {
	aead cipher.AEAD
	id   string
	key  []byte
}

// New makes a box from a key of KeySize bytes.
func New(key []byte) (*Box, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("seal: a key has %d bytes, not %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	sum := sha256.Sum256(append([]byte("vedette seal key\x00"), key...))
	return &Box{aead: aead, id: hex.EncodeToString(sum[:4]), key: bytes.Clone(key)}, nil
}

// ID is the fingerprint of the key: enough to tell two keys apart, useless for anything else.
func (b *Box) ID() string { return b.id }

// Derive gives KeySize bytes for another purpose, always the same ones for the same key, from which the key
// cannot be found.
func (b *Box) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, b.key, nil, "vedette "+purpose, KeySize)
}

// Seal gives plaintext as one line of printable text that only Open with the same key and the same
// purpose turns back.
func (b *Box) Seal(purpose string, plaintext []byte) string {
	sealed := b.aead.Seal(nil, nil, plaintext, []byte(purpose))
	return version + "." + b.id + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open is the reverse of Seal. Its errors are *WrongKeyError and *DamagedError.
func (b *Box) Open(purpose, sealed string) ([]byte, error) {
	v, rest, _ := strings.Cut(sealed, ".")
	id, text, found := strings.Cut(rest, ".")
	if v != version || !found {
		return nil, &DamagedError{Purpose: purpose}
	}
	if id != b.id {
		return nil, &WrongKeyError{Purpose: purpose, Sealed: printable(id), Loaded: b.id}
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, &DamagedError{Purpose: purpose}
	}
	plain, err := b.aead.Open(nil, nil, raw, []byte(purpose))
	if err != nil {
		return nil, &DamagedError{Purpose: purpose}
	}
	return plain, nil
}

// printable keeps a damaged fingerprint from carrying anything into a log line.
func printable(id string) string {
	if len(id) > 16 {
		id = id[:16]
	}
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '?'
	}, id)
}
