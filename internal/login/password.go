// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id: 19 MiB, two passes, one lane. They are written into each hash, so they can be
// raised without touching the hashes that are there.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// Lengths of a password, in characters. The upper one keeps a form from being used to burn time.
const (
	MinPassword = 12
	MaxPassword = 256
)

// hasher computes argon2id hashes, few at a time: each takes 19 MiB and a core, and a flood of sign-ins
// must not take the machine.
type hasher struct {
	slots chan struct{}
	queue chan struct{} // who may wait for a slot
	dummy string        // hash of a password nobody has, for accounts that are not there
}

func newHasher() *hasher {
	n := max(1, runtime.GOMAXPROCS(0)/2)
	h := &hasher{slots: make(chan struct{}, n), queue: make(chan struct{}, 16*n)}
	h.dummy = hashPassword(rand.Text())
	return h
}

// enter waits for a slot. leave has to be called when it gave no error.
func (h *hasher) enter(ctx context.Context) error {
	busy := access.Unavailable("sign-in", "Too many people are signing in at once. Try again in a moment.", nil)
	select {
	case h.queue <- struct{}{}:
	default:
		return busy
	}
	defer func() { <-h.queue }()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return busy
	}
}

func (h *hasher) leave() { <-h.slots }

// hash gives the hash of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return hashPassword(password), nil
}

// verify compares a password with a hash, and takes as long when there is no hash.
func (h *hasher) verify(ctx context.Context, hash, password string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	ok, err := verifyPassword(hash, password)
	return ok && known, err
}

func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(key))
}

func verifyPassword(hash, password string) (bool, error) {
	if utf8.RuneCountInString(password) > MaxPassword {
		password = "" // as slow as any other, and never right
	}
	parts := strings.Split(hash, "$")
	var version int
	var memory, passes uint32
	var lanes uint8
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("login: a stored password hash is not one of ours")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, fmt.Errorf("login: a stored password hash has version %q", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || memory > 1<<20 || passes > 64 || passes == 0 || lanes == 0 {
		return false, fmt.Errorf("login: a stored password hash has parameters %q", parts[3])
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < 16 {
		return false, fmt.Errorf("login: a stored password hash is damaged")
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && password != "", nil
}

// checkNewPassword says what is wrong with a password somebody wants to have.
func checkNewPassword(name, password string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case n < MinPassword:
		return access.Invalid("password", fmt.Sprintf("Choose a password of at least %d characters. A sentence is easy to remember.", MinPassword))
	case n > MaxPassword:
		return access.Invalid("password", fmt.Sprintf("The password must not be longer than %d characters.", MaxPassword))
	case name != "" && strings.Contains(lower, strings.ToLower(name)):
		return access.Invalid("password", "The password must not contain the user name.")
	case fewLetters(lower):
		return access.Invalid("password", "The password repeats too few characters.")
	}
	return nil
}

// fewLetters finds passwords such as aaaaaaaaaaaa and 121212121212.
func fewLetters(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) < 5
}
