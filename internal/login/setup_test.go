// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
)

func TestTheSetUpLinkWorksOnce(t *testing.T) {
	w := newWorld(t)
	first, _, err := w.login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, expires, err := w.login.SetupLink(t.Context())
	if err != nil || !expires.Equal(w.clock.Now().Add(24*time.Hour)) {
		t.Fatalf("expires %v, %v", expires, err)
	}
	b := w.browser()
	b.must(404, "/set-up", "token", first, "name", "mallory", "password", password)
	b.must(404, "/set-up", "token", "", "name", "mallory", "password", password)
	b.must(422, "/set-up", "token", second, "name", "alice", "password", "short")
	b.must(422, "/set-up", "token", second, "name", "ali\u202ece", "password", password)
	b.must(200, "/set-up", "token", second, "name", "alice", "password", password)
	if status, me := b.get("/me"); status != 200 || me != "alice" {
		t.Errorf("after set-up: %d %s", status, me)
	}
	w.browser().must(404, "/set-up", "token", second, "name", "mallory", "password", password)
	if _, _, err := w.login.SetupLink(t.Context()); access.KindOf(err) != access.KindConflict {
		t.Errorf("another link: %v", err)
	}
}

func TestAnOldSetUpLinkIsWorthNothing(t *testing.T) {
	w := newWorld(t)
	token, _, err := w.login.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.clock.forward(24*time.Hour + time.Second)
	w.browser().must(404, "/set-up", "token", token, "name", "alice", "password", password)
}

func TestTheWayBackIn(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	seed := b.must(200, "/code/begin", "password", password)
	b.must(200, "/code/confirm", "code", codeAt(t, seed, w.clock.Now()))
	fresh, err := w.login.ResetPassword(t.Context(), login.House(), "ALICE")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := b.get("/me"); status != 401 {
		t.Errorf("the old session is still there: %d", status)
	}
	w.browser().must(200, "/sign-in", "name", "alice", "password", fresh)
	if _, err := w.login.ResetPassword(t.Context(), login.House(), "nobody"); access.KindOf(err) != access.KindNotFound {
		t.Errorf("for nobody: %v", err)
	}
}

func TestAForeignKeyIsNoticedAtTheStart(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	b.must(200, "/code/begin", "password", password)
	if err := w.login.CheckKey(t.Context()); err != nil {
		t.Fatalf("with its own key: %v", err)
	}
	other, err := seal.New([]byte("another key of thirty-two bytes!"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := login.New(login.Config{Store: w.store, Box: other})
	if err != nil {
		t.Fatal(err)
	}
	var wrong *seal.WrongKeyError
	if err := l.CheckKey(t.Context()); !errors.As(err, &wrong) || wrong.Loaded != other.ID() {
		t.Errorf("with another: %v", err)
	}
}
