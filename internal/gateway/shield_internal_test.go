// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Y-11: whoever floods the gateway with made-up accounts and then guesses at a real one must not make
// it forget that the real one is at home where it is, and with which password.
func TestAFloodOfGuessesPushesNobodyOut(t *testing.T) {
	cfg := Config{Shield: ShieldConfig{Entries: 4096}}
	cfg.defaults()
	s, err := newShield(cfg.Shield)
	if err != nil {
		t.Fatal(err)
	}
	mail := &server{Backend: Backend{Name: "mail", Realm: "lab"}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	home, evil := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("203.0.113.9")
	try := func(account, password string, from netip.Addr, answer login) access.Shield {
		var c credential
		s.name(&c, mail, account, []byte(password))
		v := s.admit(&c, from, now)
		if v == access.ShieldSilent {
			s.learn(&c, from, answer, now)
		}
		return v
	}
	if v := try("bob", "right", home, loginAccepted); v != access.ShieldSilent {
		t.Fatalf("the first log-in is met with %v", v)
	}
	reached := 0
	for i := range 20_000 {
		if try(fmt.Sprint("made-up-", i), "x", evil, loginRefused) == access.ShieldSilent {
			reached++
		}
	}
	if reached > 50 {
		t.Errorf("%d made-up accounts of one network reached the mail server", reached)
	}
	for i := range 500 { // from many networks: each may try a few
		from := netip.AddrFrom4([4]byte{100, byte(i / 250), byte(i % 250), 1})
		try("bob", fmt.Sprint("guess-", i), from, loginRefused)
		for j := range 20 {
			try(fmt.Sprint("made-up-", i, "-", j), "x", from, loginRefused)
		}
	}
	if v := try("bob", "right", home, loginAccepted); v != access.ShieldSilent {
		t.Errorf("bob at home with his password is met with %v", v)
	}
	if v := try("bob", "right", evil, loginAccepted); v != access.ShieldSilent {
		t.Errorf("bob's password elsewhere is met with %v", v)
	}
	if v := try("bob", "new password", home, loginAccepted); v != access.ShieldSilent {
		t.Errorf("bob at home with a new password is met with %v", v)
	}
}
