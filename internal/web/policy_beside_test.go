// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// M-09 M-10 M-11
func TestBothPoliciesOfADeviceAreShownAndTwoOfAKindAreWarnedOf(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, append(browser.Three(), browser.Person{User: "bob@lab.example", Device: "NINE00C0FFEE0001", Model: "SM-S921B", OS: "Android"})...)
	bob, nine := ids[1], ids[3]
	device := registers(t, c, "bob", "bob", bobs())
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		for _, id := range []access.AssociationID{bob, nine} {
			if err := tx.SaveLink(id, device, access.Link{By: access.LinkedByHand, Who: "ada"}, access.Suggestion{}, ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Admin.SetCompliance(t.Context(), boss, device, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"no passcode"}}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := signedIn(t, c)
	mailbox := func(id access.AssociationID) string {
		return category(v.get("/activesync/"+string(id)), "Mailbox Details")
	}
	if said := mailbox(bob); !strings.Contains(said, "Security policy Not compliant") || strings.Contains(said, "where they differ") || strings.Contains(said, "Other mail apps") {
		t.Errorf("without a policy of ours: %q", said)
	}
	path := policyMade(t, v, "Staff", nil)
	assign(t, v, string(bob), strings.TrimPrefix(path, "/policies/"))
	c.Settle(t)
	if said := mailbox(bob); !strings.Contains(said, "ActiveSync policy Staff") || !strings.Contains(said, "Security policy Not compliant") ||
		!strings.Contains(said, "Which of the two the phone keeps, where they differ, depends on the phone.") ||
		!strings.Contains(said, "Other mail apps Mail server's own policy") || !strings.Contains(said, "hard to determine") {
		t.Errorf("the one app says %q", said)
	}
	if said := mailbox(nine); !strings.Contains(said, "Other mail apps Staff") || !strings.Contains(said, "not asked yet") {
		t.Errorf("the other says %q", said)
	}
	v.get("/activesync/selection/assign-policy?id="+string(bob)).wants(http.StatusOK).says(".note.warn", "Another mail app of the same device")
	pane := v.get("/devices/"+string(device)).wants(http.StatusOK).says(".why .note.warn", "The mail apps of this device have different ActiveSync policies.")
	for _, want := range []string{"Staff", "Mail server's own policy", "not asked yet"} {
		if said := category(pane, "ActiveSync policy"); !strings.Contains(said, want) {
			t.Errorf("the device says %q of its policies, not %q", said, want)
		}
	}
	assign(t, v, string(nine), strings.TrimPrefix(path, "/policies/"))
	c.Settle(t)
	if said := mailbox(bob); strings.Contains(said, "Other mail apps") {
		t.Errorf("with the same policy: %q", said)
	}
	if n := len(v.get("/devices/" + string(device)).all(".why .note.warn")); n != 0 {
		t.Errorf("with the same policy there are %d warnings", n)
	}
}

// M-13
func TestEachRecordSaysWhetherItsMailAppHoldsSeveralMailboxesAndWhoSaysSo(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	for i, agent := range []string{"Apple-iPhone16C1/2207.77", "Nine-SM-S921B/4.9"} {
		err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
			a, err := tx.FindAssociation(ids[i])
			if err != nil {
				return err
			}
			a.UserAgent = agent
			return tx.SaveFacts(a)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	v := signedIn(t, c)
	for i, want := range []string{"Several mailboxes Supported. Several Exchange accounts on one phone, all under one device id. Ivanti, Sentry guide, multiple email accounts, as of 2026-11", "Several mailboxes unknown"} {
		if said := category(v.get("/activesync/"+string(ids[i])), "Device Details"); !strings.Contains(said, want) {
			t.Errorf("%q instead of %q", said, want)
		}
	}
	file := v.get("/activesync/export.csv?cols=user.several").wants(http.StatusOK).body
	if !strings.Contains(file, "User,Several mailboxes") || !strings.Contains(file, ",Supported") || !strings.Contains(file, ",unknown") {
		t.Errorf("the export says\n%s", file)
	}
}
