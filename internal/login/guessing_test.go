// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestAKnownPasswordDoesNotAllowGuessingCodes(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	seed := b.must(200, "/code/begin", "password", password)
	b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now()))
	thief := w.browser()
	refused := 0
	for range 12 {
		if status, _ := thief.post("/sign-in", "name", "alice", "password", password); status == 503 {
			refused++
			continue
		}
		if status, _ := thief.post("/code", "code", "123456"); status == 503 {
			refused++
		}
	}
	if refused < 6 {
		t.Errorf("only %d of 12 rounds had to wait", refused)
	}
}

func TestGuessingIsSlowedDownAndTheAdministratorStillGetsIn(t *testing.T) {
	w := newWorld(t)
	known := w.setUp()
	known.must(200, "/sign-out")
	thief := w.browser()
	statuses := map[int]int{}
	for i := range 10 {
		status, _ := thief.post("/sign-in", "name", "alice", "password", fmt.Sprintf("guess number %d", i))
		statuses[status]++
	}
	if statuses[401] != 5 || statuses[503] != 5 {
		t.Errorf("answers %v, want five wrong and five put off", statuses)
	}
	// The same network, but a browser that has signed in before.
	known.must(200, "/sign-in", "name", "alice", "password", password)
	w.clock.forward(20 * time.Minute)
	w.signedIn()
}

func TestAFloodOfFailuresDoesNotFillTheAuditLog(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	b := w.browser()
	for i := range 60 {
		b.post("/sign-in", "name", fmt.Sprintf("name%d", i), "password", "x")
	}
	n := 0
	for _, e := range w.events() {
		if e == login.EventSignInFailed {
			n++
		}
	}
	if n < 20 || n > 40 {
		t.Errorf("%d lines for 60 failures", n)
	}
	w.clock.forward(time.Minute)
	b.post("/sign-in", "name", "alice", "password", "x")
	list, _, err := w.store.ListAudit(t.Context(), store.AuditFilter{Event: login.EventSignInFailed, Limit: 1})
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Detail, "more like this were not written down") {
		t.Errorf("last line %+v, %v", list, err)
	}
}
