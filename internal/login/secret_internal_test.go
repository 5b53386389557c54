// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestAPasswordIsOnlyRightAsItWas(t *testing.T) {
	h := newHasher()
	hash, err := h.hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash begins %.40s", hash)
	}
	tests := []struct {
		name, hash, password string
		want                 bool
	}{
		{"the right one", hash, "correct horse battery", true},
		{"another one", hash, "correct horse batterY", false},
		{"an empty one", hash, "", false},
		{"one too long to compute", hash, strings.Repeat("x", 5000), false},
		{"no such account", "", "correct horse battery", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := h.verify(t.Context(), tt.hash, tt.password)
			if err != nil || got != tt.want {
				t.Errorf("verify = %v, %v", got, err)
			}
		})
	}
	for _, bad := range []string{"plain", "$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA", "$argon2id$v=18$m=1,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA"} {
		if ok, err := verifyPassword(bad, "x"); ok || err == nil {
			t.Errorf("a hash of %q: %v, %v", bad, ok, err)
		}
	}
}

func TestWeakPasswordsAreRefusedWithAReason(t *testing.T) {
	for _, weak := range []string{"short", strings.Repeat("ab", 10), "my-name-is-Alice-2026", strings.Repeat("long", 100)} {
		if checkNewPassword("alice", weak) == nil {
			t.Errorf("%.20q was taken", weak)
		}
	}
	if err := checkNewPassword("alice", "dwarf planet kettle"); err != nil {
		t.Error(err)
	}
}

func TestACodeWorksOnceAndOnlyAroundItsTime(t *testing.T) {
	seed, now := newSeed(), time.Unix(1_800_000_015, 0)
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(seed, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	s, ok := matchStep(seed, code(now), now, 0)
	if !ok {
		t.Fatal("the present code is not taken")
	}
	if _, ok := matchStep(seed, code(now), now, s); ok {
		t.Error("a code was taken twice")
	}
	if _, ok := matchStep(seed, code(now.Add(-step)), now, s); ok {
		t.Error("an older code was taken after a newer one")
	}
	if _, ok := matchStep(seed, code(now.Add(-step)), now, 0); !ok {
		t.Error("a phone that is half a minute late is refused")
	}
	if _, ok := matchStep(seed, code(now.Add(-3*step)), now, 0); ok {
		t.Error("a code of a minute and a half ago was taken")
	}
	if _, ok := matchStep(seed, code(now)[:3]+" "+code(now)[3:], now, 0); !ok {
		t.Error("a code with a space, as apps show it, is refused")
	}
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	codes, hashes := newRecoveryCodes()
	if len(codes) != recoveryCodes || len(hashes) != recoveryCodes {
		t.Fatalf("%d codes, %d hashes", len(codes), len(hashes))
	}
	left, ok := useRecoveryCode(hashes, strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
	if !ok || len(left) != recoveryCodes-1 {
		t.Fatalf("taken %v, %d left", ok, len(left))
	}
	if _, ok := useRecoveryCode(left, codes[3]); ok {
		t.Error("taken twice")
	}
	if strings.Contains(strings.Join(hashes, " "), strings.ReplaceAll(codes[0], "-", "")) {
		t.Error("a code is kept in the clear")
	}
}

func TestTheQRCodeHasItsThreeFinders(t *testing.T) {
	qr, err := drawQR(enrolURL("Vedette", "alice", newSeed()))
	if err != nil {
		t.Fatal(err)
	}
	n := qr.Size - 8
	if (n-17)%4 != 0 || n < 21 || n > 177 {
		t.Fatalf("%d modules are no QR code", n)
	}
	black := map[string]bool{}
	for m := range strings.SplitSeq(qr.Path, "M") {
		if m != "" {
			black[strings.TrimSuffix(m, "h1v1h-1z")] = true
		}
	}
	for _, at := range [][2]int{{4, 4}, {4 + n - 7, 4}, {4, 4 + n - 7}} {
		for dy := range 7 {
			for dx := range 7 {
				ring := dx == 0 || dx == 6 || dy == 0 || dy == 6
				core := dx >= 2 && dx <= 4 && dy >= 2 && dy <= 4
				if black[strconv.Itoa(at[0]+dx)+" "+strconv.Itoa(at[1]+dy)] != (ring || core) {
					t.Fatalf("finder at %v is wrong at %d,%d", at, dx, dy)
				}
			}
		}
	}
}
