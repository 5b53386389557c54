// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// step is the length of a one-time code's life [RFC 6238] 4.1.
const step = 30 * time.Second

// newSeed gives a secret of 160 bits in the form that authenticator apps take.
func newSeed() string {
	raw := make([]byte, 20)
	rand.Read(raw) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

// enrolURL is what the QR code of an enrolment says.
func enrolURL(issuer, name, seed string) string {
	v := url.Values{"secret": {seed}, "issuer": {issuer}, "period": {"30"}, "digits": {"6"}, "algorithm": {"SHA1"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + name, RawQuery: strings.ReplaceAll(v.Encode(), "+", "%20")}
	return u.String()
}

// matchStep finds the step a code belongs to: the present one or a neighbour, but none up to last, so
// that a code that was looked at over a shoulder is worth nothing once it has been used.
func matchStep(seed, code string, now time.Time, last int64) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		return 0, false
	}
	present := now.Unix() / int64(step/time.Second)
	found, ok := int64(0), false
	for s := present - 1; s <= present+1; s++ {
		want, err := hotp.GenerateCodeCustom(seed, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > last && !ok {
			found, ok = s, true
		}
	}
	return found, ok
}

// recoveryCodes is how many codes an enrolment gives for the day the phone is gone.
const recoveryCodes = 10

// newRecoveryCodes gives codes to show once, and their hashes to keep. A code has 80 bits, so a plain
// hash is enough.
func newRecoveryCodes() (codes, hashes []string) {
	for range recoveryCodes {
		t := strings.ToLower(rand.Text()[:16])
		codes = append(codes, t[:4]+"-"+t[4:8]+"-"+t[8:12]+"-"+t[12:])
		hashes = append(hashes, hashToken(t))
	}
	return codes, hashes
}

// useRecoveryCode takes a code out of the hashes, if it is there.
func useRecoveryCode(hashes []string, code string) (left []string, ok bool) {
	h := hashToken(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code)))
	for _, have := range hashes {
		if !ok && subtle.ConstantTimeCompare([]byte(have), []byte(h)) == 1 {
			ok = true
			continue
		}
		left = append(left, have)
	}
	return left, ok
}

// hashToken is what the store keeps of a secret that has enough randomness of its own.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
