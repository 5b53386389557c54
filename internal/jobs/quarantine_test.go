// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// comes lets a phone come that every rule of these tests speaks of.
func (h *house) comes(account, device string) (id access.AssociationID) {
	h.t.Helper()
	h.must(h.store.WithTx(h.t.Context(), func(tx *store.Tx) error {
		as := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: account, Device: device}}, Model: "Relic\r\nBcc: x"}
		if err := tx.CreateAssociation(as); err != nil {
			return err
		}
		id = as.ID
		return ruling.Arrived(tx, as)
	}))
	return id
}

// quarantine makes a rule that holds relics, and anna, who has a mail address, and ben, who has none.
func (h *house) quarantine(most int) {
	h.t.Helper()
	h.must(h.store.WithTx(h.t.Context(), func(tx *store.Tx) error {
		if err := tx.CreateUser(&access.User{Name: "anna", Email: "anna@example.com", Accounts: []access.Account{{Realm: "lab", Account: "anna"}}}); err != nil {
			return err
		}
		if err := tx.CreateUser(&access.User{Name: "ben", Accounts: []access.Account{{Realm: "lab", Account: "ben"}}}); err != nil {
			return err
		}
		for _, name := range []string{"New phones", "All phones"} {
			b := &store.Blocking{Blocking: access.Blocking{Name: name, Kind: access.BlockingModel, Action: access.ActionQuarantine, Names: []string{"Relic*"}},
				Enabled: true, Most: most}
			if err := tx.CreateBlocking(b); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (h *house) tell() {
	h.t.Helper()
	h.must(h.settings.TellQuarantine(h.t.Context()))
}

// wantLetters counts letters to administrators and to anna.
func wantLetters(t *testing.T, o *office, what string, admins, users int) {
	t.Helper()
	if n, m := o.saying("Quarantine holds"), o.saying("RCPT TO:<anna@example.com>"); n != admins || m != users {
		t.Errorf("%s: %d letters to administrators, %d to the user, want %d and %d:\n%s", what, n, m, admins, users, o.letters)
	}
}

func TestQuarantineIsToldToAdministratorsOnceAnHourAndToEachUserOnce(t *testing.T) { // Y-16
	h, o := newHouse(t), newOffice(t)
	h.quarantine(0)
	h.comes("anna", "OLD")
	h.set(h.now().Add(25 * time.Hour))
	h.mailTo(o, "ops@example.com")
	h.tell()
	wantLetters(t, o, "what was held long before mail was set", 0, 0)
	h.comes("anna", "D1")
	h.comes("ben", "D2")
	h.tell()
	wantLetters(t, o, "two phones", 1, 1)
	if o.saying("anna, Relic Bcc: x (All phones, New phones)") != 1 || o.saying("ben, Relic") != 1 || o.saying("2 phones that have") != 1 {
		t.Errorf("the letter says %s", o.letters)
	}
	h.tell()
	h.comes("anna", "D3")
	h.set(h.now().Add(10 * time.Minute))
	h.tell()
	wantLetters(t, o, "another within the hour", 1, 2)
	h.set(h.now().Add(time.Hour))
	h.tell()
	h.tell()
	wantLetters(t, o, "an hour later", 2, 2)
	h.set(h.now().Add(time.Minute))
	allowed := h.comes("anna", "D5")
	h.must(h.store.WithTx(t.Context(), func(tx *store.Tx) error {
		as, err := tx.FindAssociation(allowed)
		if err != nil {
			return err
		}
		as.Override = access.Override{Kind: access.OverrideAllow, At: tx.Now()}
		return tx.SaveAssociation(as)
	}))
	h.set(h.now().Add(time.Hour))
	h.tell()
	wantLetters(t, o, "one that somebody has allowed", 2, 2)
	m, err := h.settings.Mail(t.Context(), root())
	h.must(err)
	m.UsersUntold = true
	_, err = h.settings.ChangeMail(t.Context(), root(), m, nil, admin.Act{Version: m.Version})
	h.must(err)
	h.set(h.now().Add(time.Minute))
	h.comes("anna", "D4")
	h.set(h.now().Add(time.Hour))
	h.tell()
	wantLetters(t, o, "users are not to be told", 3, 2)
}

func TestALetterAboutQuarantineThatIsNotTakenIsTriedAgain(t *testing.T) {
	h, o := newHouse(t), newOffice(t)
	h.quarantine(0)
	h.mailTo(o, "ops@example.com")
	o.shut(true)
	h.comes("anna", "D1")
	h.tell()
	o.shut(false)
	h.tell() // not at once
	wantLetters(t, o, "a mail server that is closed", 0, 0)
	h.set(h.now().Add(16 * time.Minute))
	h.tell()
	wantLetters(t, o, "it is open again", 1, 1)
}

func TestARuleThatWaitsForAPersonIsToldOnce(t *testing.T) { // Y-16
	h, o := newHouse(t), newOffice(t)
	h.mailTo(o, "ops@example.com")
	for i := range 3 {
		h.comes("anna", fmt.Sprint("D", i))
	}
	h.quarantine(1)
	_, err := ruling.Step(t.Context(), h.store, 0, 100)
	h.must(err)
	h.must(h.settings.Tell(t.Context()))
	h.comes("anna", "D9")
	h.set(h.now().Add(time.Hour))
	h.must(h.settings.Tell(t.Context()))
	if n := o.saying("“New phones” waits for you: 2 more records match than the 1"); n != 1 || o.all() != 1 {
		t.Errorf("%d letters say it:\n%s", n, o.letters)
	}
}
