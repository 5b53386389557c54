// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// addPasskey adds a key to whoever is signed in with the browser.
func (b *browser) addPasskey(k *authenticator, name string) (recovery string) {
	b.w.t.Helper()
	options := b.must(200, "/passkey/begin", "password", password, "name", name)
	return b.must(200, "/passkey/finish", "response", k.create(options))
}

func TestAPasskeySignsInAlone(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	k := newAuthenticator(t, w.url)
	if codes := strings.Fields(b.addPasskey(k, "laptop")); len(codes) != 10 {
		t.Errorf("recovery codes %v", codes)
	}
	c := w.browser()
	_, options := c.get("/passkey/options")
	answer := k.get(options)
	c.must(200, "/passkey/sign-in", "response", answer)
	if status, who := c.get("/me"); status != 200 || who != "alice" {
		t.Errorf("%d %s", status, who)
	}
	t.Run("an answer counts once", func(t *testing.T) {
		stolen := w.browser()
		_, options := stolen.get("/passkey/options")
		answer := k.get(options)
		jar := stolen.Jar
		stolen.must(200, "/passkey/sign-in", "response", answer)
		again := w.browser()
		again.Jar = jar
		again.must(401, "/passkey/sign-in", "response", answer)
	})
	t.Run("nobody else's question is answered with it", func(t *testing.T) {
		x, y := w.browser(), w.browser()
		_, options := x.get("/passkey/options")
		y.get("/passkey/options")
		y.must(401, "/passkey/sign-in", "response", k.get(options))
	})
	t.Run("not without making sure of the person", func(t *testing.T) {
		k.seen = false
		defer func() { k.seen = true }()
		x := w.browser()
		_, options := x.get("/passkey/options")
		x.must(401, "/passkey/sign-in", "response", k.get(options))
	})
	t.Run("not on another site", func(t *testing.T) {
		origin := k.origin
		k.origin = "http://evil.example"
		defer func() { k.origin = origin }()
		x := w.browser()
		_, options := x.get("/passkey/options")
		x.must(401, "/passkey/sign-in", "response", k.get(options))
	})
	t.Run("not with a key that claims to be it", func(t *testing.T) {
		fake := newAuthenticator(t, w.url)
		fake.id, fake.user, fake.count = k.id, k.user, k.count
		x := w.browser()
		_, options := x.get("/passkey/options")
		x.must(401, "/passkey/sign-in", "response", fake.get(options))
	})
	t.Run("not with a copy that lags behind", func(t *testing.T) {
		now := k.count
		k.count = 1
		defer func() { k.count = now + 1 }()
		x := w.browser()
		_, options := x.get("/passkey/options")
		x.must(401, "/passkey/sign-in", "response", k.get(options))
	})
	t.Run("not later than five minutes", func(t *testing.T) {
		x := w.browser()
		_, options := x.get("/passkey/options")
		answer := k.get(options)
		w.clock.forward(6 * time.Minute)
		x.must(401, "/passkey/sign-in", "response", answer)
	})
	t.Run("not for somebody who is disabled", func(t *testing.T) {
		if err := w.login.CreateAdministrator(t.Context(), login.House(), "bob", "fine phrase to know", access.RoleAdministrator); err != nil {
			t.Fatal(err)
		}
		if err := w.login.DisableAdministrator(t.Context(), login.House(), "alice"); err != nil {
			t.Fatal(err)
		}
		x := w.browser()
		_, options := x.get("/passkey/options")
		x.must(401, "/passkey/sign-in", "response", k.get(options))
	})
	if !slices.Contains(w.events(), "add-passkey") || !slices.Contains(w.events(), "sign-in-failed") {
		t.Errorf("audit %v", w.events())
	}
}

func TestAPasskeyIsASecondFactor(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	k := newAuthenticator(t, w.url)
	codes := strings.Fields(b.addPasskey(k, "key ring"))
	c := w.browser()
	if said := c.must(200, "/sign-in", "name", "alice", "password", password); said != "code?" {
		t.Fatalf("the password alone let in: %q", said)
	}
	if status, _ := c.get("/me"); status != 401 {
		t.Errorf("in without the key: %d", status)
	}
	_, options := c.get("/second")
	if o := k.read(options); len(o.Allow) != 1 {
		t.Errorf("options %s", options)
	}
	k.seen = false // beside a password possession is enough
	c.must(200, "/second/passkey", "response", k.get(options))
	if status, _ := c.get("/me"); status != 200 {
		t.Errorf("after the key: %d", status)
	}
	t.Run("a recovery code stands in for it, once", func(t *testing.T) {
		x := w.browser()
		x.must(200, "/sign-in", "name", "alice", "password", password)
		x.must(200, "/code", "code", codes[0])
		x = w.browser()
		x.must(200, "/sign-in", "name", "alice", "password", password)
		x.must(401, "/code", "code", codes[0])
	})
	t.Run("without it the password is enough again", func(t *testing.T) {
		x := w.signedInWith(k)
		x.must(422, "/passkey/remove", "password", "wrong one here", "id", b64.EncodeToString(k.id))
		x.must(200, "/passkey/remove", "password", password, "id", b64.EncodeToString(k.id))
		y := w.browser()
		if said := y.must(200, "/sign-in", "name", "alice", "password", password); said == "code?" {
			t.Error("still asked for")
		}
	})
}

// signedInWith signs in with password and key.
func (w *world) signedInWith(k *authenticator) *browser {
	w.t.Helper()
	b := w.browser()
	b.must(200, "/sign-in", "name", "alice", "password", password)
	_, options := b.get("/second")
	b.must(200, "/second/passkey", "response", k.get(options))
	return b
}

func TestAPasskeyIsNotAddedWithAStolenSession(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	b.must(422, "/passkey/begin", "password", "guess of a thief", "name", "mine")
	b.must(422, "/passkey/finish", "response", "{}")
	options := b.must(200, "/passkey/begin", "password", password, "name", "laptop")
	k := newAuthenticator(t, w.url)
	answer := k.create(options)
	b.must(200, "/passkey/finish", "response", answer)
	b.must(422, "/passkey/finish", "response", answer)
	other := w.signedInWith(k)
	if err := w.login.ResetSecondFactor(t.Context(), login.House(), "alice"); err != nil {
		t.Fatal(err)
	}
	if status, _ := other.get("/me"); status != 401 {
		t.Errorf("a session outlives the reset: %d", status)
	}
	if keys, err := w.store.ListPasskeys(t.Context(), string(k.user)); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
}

func TestARoleThatAsksForASecondFactorSeesOnlyTheAccountUntilThereIsOne(t *testing.T) {
	w := newWorld(t)
	b := w.setUp()
	if err := w.login.ChangePolicy(t.Context(), login.House(), login.Policy{SecondFactor: []access.Role{"administrator"}}, 0); err != nil {
		t.Fatal(err)
	}
	if status, _ := b.get("/records"); status != 403 {
		t.Errorf("records: %d", status)
	}
	if status, _ := b.get("/me"); status != 200 {
		t.Errorf("account: %d", status)
	}
	b.must(422, "/own-tokens", "name", "way around", "role", "auditor")
	k := newAuthenticator(t, w.url)
	b.addPasskey(k, "laptop")
	if status, _ := b.get("/records"); status != 200 {
		t.Errorf("records with the key: %d", status)
	}
	b.must(422, "/passkey/remove", "password", password, "id", b64.EncodeToString(k.id))
	c := w.signedInWith(k)
	if status, _ := c.get("/records"); status != 200 {
		t.Errorf("records: %d", status)
	}
	if err := w.login.ChangePolicy(t.Context(), login.House(), login.Policy{}, 0); access.KindOf(err) != access.KindConflict {
		t.Errorf("an old version was taken: %v", err)
	}
}
