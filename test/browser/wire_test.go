// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// wireOffice is a small office whose phones answer when they are asked to: its address, with say=applied,
// delivered, acknowledged and so on, has the first phone answer the policy that is in force for it, or the
// order it has, as a gateway reports it.
func wireOffice(t *testing.T) where {
	c := browser.Start(t, true)
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), "olga", browser.Password, access.RoleAdministrator); err != nil {
		t.Fatal(err)
	}
	list := browser.Three()
	for i := range list {
		list[i].Device2 = "" // no owner is known
	}
	ids := c.Add(t, list...)
	c.ThreeGateways(t)
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		a, err := tx.FindAssociation(ids[0])
		if err != nil {
			return err
		}
		a.UserAgent = "Apple-iPhone16C1/2207.77"
		return tx.SaveFacts(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	in := intake.New(c.Store, c.Now)
	seq := uint64(0)
	poke := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seq++
		s := access.Sighting{Seq: seq, Accepted: true, First: c.Now(), Last: c.Now(), Success: c.Now(), Protocol: "16.1", HTTP: 200, RemoteAddr: "192.0.2.17"}
		if err := answer(c, r, ids[0], &s); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if _, err := in.Take(r.Context(), access.Report{Gateway: "gw-berlin", Spool: "stories", Now: c.Now(), Sightings: []access.Sighting{s}}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, ID: string(ids[0]), Poke: poke.URL}
}

// answer fills in what the phone of a record says.
func answer(c *browser.Console, r *http.Request, id access.AssociationID, s *access.Sighting) error {
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	found, err := c.Admin.FindAssociation(r.Context(), who, id)
	if err != nil {
		return err
	}
	s.Pair, s.User, s.Raw = found.Pair, found.User, found.RawDevice
	switch say := r.URL.Query().Get("say"); say {
	case "applied", "partial", "refused", "ignored":
		s.Command = "Provision"
		s.Policy = &access.PolicyAck{Policy: found.Policy.ID, Revision: found.Policy.Revision, Answer: access.PolicyAnswer(say), Protocol: "16.1", At: c.Now()}
	case "delivered", "acknowledged", "unverified", "failed":
		s.Command = "Provision"
		s.Wipe = &access.WipeReport{ID: found.Wipe.ID, State: access.WipeState(say), At: c.Now(), Protocol: "16.1", Addr: "192.0.2.17"}
	default:
		return fmt.Errorf("a phone does not say %q", say)
	}
	return nil
}

// wired is the demo with policies that phones have answered in every way, and orders in every state.
func wired(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	ids := c.Inhabit(t, company.New(1, 200))
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	must := func(r admin.Result, err error) admin.Result {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	c.Ago(40 * 24 * time.Hour)
	staff := must(c.Admin.CreatePolicy(t.Context(), who, admin.PolicyForm{Name: "Everybody", Description: "What the insurance asks for.",
		Settings: map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "4"}, AllowNonProvisionable: true}, admin.Act{}))
	c.Ago(9 * 24 * time.Hour)
	must(c.Admin.ChangePolicy(t.Context(), who, access.PolicyID(staff.ID), admin.PolicyForm{Name: "Everybody", Description: "What the insurance asks for.",
		Settings:              map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "6", "MaxInactivityTimeDeviceLock": "300", "MaxDevicePasswordFailedAttempts": "10", "RequireDeviceEncryption": "1"},
		AllowNonProvisionable: true, Note: "Six digits, as the auditors want it."}, admin.Act{}))
	must(c.Admin.MakeDefaultPolicy(t.Context(), who, access.PolicyID(staff.ID), admin.Act{}))
	board := must(c.Admin.CreatePolicy(t.Context(), who, admin.PolicyForm{Name: "Board", Description: "No cameras in the board room.",
		Settings:     map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "8", "AllowSimpleDevicePassword": "0", "AllowCamera": "0", "AllowBluetooth": "1", "MaxEmailAgeFilter": "3"},
		RefreshEvery: 7 * 24 * time.Hour}, admin.Act{}))
	c.Ago(26 * time.Hour)
	must(c.Admin.CreatePolicy(t.Context(), who, admin.PolicyForm{Name: "Guests"}, admin.Act{}))
	c.Ago(0)
	c.Settle(t)
	must(c.Admin.AssignPolicy(t.Context(), who, ids[len(ids)-4:len(ids)-1], access.PolicyID(board.ID), admin.Act{}))
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		for i, id := range ids {
			ack := access.PolicyAck{Policy: access.PolicyID(staff.ID), Revision: 2, Answer: access.PolicyApplied, Protocol: "16.1", At: c.Now().Add(-time.Duration(i) * time.Minute)}
			switch {
			case i == len(ids)-3:
				ack.Policy, ack.Revision = access.PolicyID(board.ID), 1
			case i%13 == 0:
				ack.Revision = 1
			case i%17 == 0:
				ack.Answer = access.PolicyPartial
			case i%29 == 0:
				ack.Answer = access.PolicyRefused
			case i%3 == 0:
				continue
			}
			if _, err := tx.SaveAck(id, ack); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	states := []access.WipeState{access.WipeAcknowledged, access.WipeFailed, access.WipeUnverified, access.WipeDelivered, access.WipePending}
	for i, state := range states {
		id := ids[len(ids)-12-i]
		c.Ago(time.Duration(len(states)-i) * 47 * time.Minute)
		must(c.Admin.OrderWipe(t.Context(), who, id, access.WipeFull, admin.Act{Reason: "Left in a taxi on the way from the airport."}))
		order(t, c, id, state)
	}
	c.Ago(0)
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[len(ids)-3]), Also: string(ids[len(ids)-12]), Policy: staff.ID}
}

// order writes how far the order of a record has come.
func order(t *testing.T, c *browser.Console, id access.AssociationID, state access.WipeState) {
	t.Helper()
	list, err := c.Store.WipesOf(t.Context(), id)
	if err != nil || len(list) == 0 {
		t.Fatalf("%v, %d orders", err, len(list))
	}
	if state == access.WipePending {
		return
	}
	err = c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		w, err := tx.FindWipe(list[0].ID)
		if err != nil {
			return err
		}
		w.State, w.DeliveredAt, w.Protocol, w.Addr = state, c.Now().Add(4*time.Minute), "16.1", "192.0.2.17"
		if state != access.WipeDelivered {
			w.AnsweredAt = c.Now().Add(5 * time.Minute)
		}
		return tx.SaveWipe(w)
	})
	if err != nil {
		t.Fatal(err)
	}
}
