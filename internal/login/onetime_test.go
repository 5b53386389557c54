// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestTheSecondFactor(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	b.must(422, "/code/begin", "password", "not it")
	seed := b.must(200, "/code/begin", "password", password)
	b.must(422, "/code/confirm", "code", "000000")
	recovery := strings.Fields(b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now())))
	if len(recovery) != 10 {
		t.Fatalf("recovery codes %v", recovery)
	}

	other := w.browser()
	if body := other.must(200, "/sign-in", "name", "alice", "password", password); body != "code?" {
		t.Fatalf("no code is asked for: %q", body)
	}
	if status, _ := other.get("/me"); status != 401 {
		t.Fatalf("the password alone opens: %d", status)
	}
	other.must(401, "/code", "code", codeAt(t, seed, w.clock.Now()))
	w.clock.forward(30 * time.Second)
	code := codeAt(t, seed, w.clock.Now())
	other.must(200, "/code", "code", code)
	if status, _ := other.get("/me"); status != 200 {
		t.Fatalf("with the code: %d", status)
	}

	third := w.browser()
	third.must(200, "/sign-in", "name", "alice", "password", password)
	third.must(401, "/code", "code", code)
	third.must(200, "/code", "code", recovery[0])
	fourth := w.browser()
	fourth.must(200, "/sign-in", "name", "alice", "password", password)
	fourth.must(401, "/code", "code", recovery[0])
	w.clock.forward(6 * time.Minute)
	fourth.must(401, "/code", "code", codeAt(t, seed, w.clock.Now()))

	a, err := w.store.FindAdministratorByName(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(a.TOTPSealed, seed) || a.TOTPSealed == "" || a.TOTPPending != "" {
		t.Errorf("the seed is kept as %q, pending %q", a.TOTPSealed, a.TOTPPending)
	}
	third.must(200, "/code/disable", "password", password)
	if body := w.browser().must(200, "/sign-in", "name", "alice", "password", password); body == "code?" {
		t.Error("a code is still asked for")
	}
}

func codeAt(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
