// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/test/browser"
)

// ruleOffice is a small office without a rule. Its address, asked, lets a phone with an old system come by for the
// first time, as a gateway reports it.
func ruleOffice(t *testing.T) where {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	in := intake.New(c.Store, c.Now)
	seq := uint64(0)
	poke := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seq++
		s := access.Sighting{Seq: seq, Accepted: true, First: c.Now(), Last: c.Now(), Success: c.Now(), Protocol: "16.1", Command: "FolderSync", HTTP: 200, RemoteAddr: "192.0.2.44",
			Pair: access.Pair{Realm: "lab", Account: "dora", Device: "oldphone7"}, User: "dora@lab.example", Raw: "OLDPHONE7", UserAgent: "Apple-iPhone9C1/1702.90", DeviceType: "iPhone", Model: "iPhone 7", OS: "iOS", OSVersion: "15.8", Client: "Apple Mail"}
		if _, err := in.Take(r.Context(), access.Report{Gateway: "gw-berlin", Spool: "stories", Now: c.Now(), Sightings: []access.Sighting{s}}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	t.Cleanup(poke.Close)
	return where{URL: c.URL, ID: string(ids[0]), Poke: poke.URL}
}

// ruled is the demo with rules of most kinds: phones in quarantine, released, warned of, and one rule that waits.
func ruled(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	ids := c.Inhabit(t, company.New(1, 200))
	c.Refusals(t)
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator, Addr: "192.0.2.10"}
	rule := func(f admin.RuleForm) access.BlockingID {
		t.Helper()
		f.Enabled = true
		r, err := c.Admin.CreateRule(t.Context(), who, f, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		return access.BlockingID(r.ID)
	}
	old := rule(admin.RuleForm{Name: "Old iPhones", Note: "No security updates since last autumn.", Kind: access.BlockingOS, Action: access.ActionQuarantine, OS: "iOS", Version: "17", Most: 200})
	wait := rule(admin.RuleForm{Name: "Old Android", Note: "The insurance asks for it from March on.", Kind: access.BlockingOS, Action: access.ActionBlock, OS: "Android", Version: "14", Most: 5})
	rule(admin.RuleForm{Name: "Forgotten phones", Kind: access.BlockingUnseen, Action: access.ActionWarn, Days: 2, Most: 200})
	files := rule(admin.RuleForm{Name: "No file shares", Kind: access.BlockingCommand, Action: access.ActionBlock, Commands: []string{access.FeatureLibrary, "GetAttachment"}, Most: 50})
	away := rule(admin.RuleForm{Name: "Guests from outside", Kind: access.BlockingNetwork, Action: access.ActionBlock, Outside: true,
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}, Groups: []string{"Guests"}, Most: 50})
	if _, err := c.Admin.DisableRule(t.Context(), who, away, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	settled(t, c, who)
	held, err := c.Admin.ListRuled(t.Context(), who, admin.RuledQuery{Rule: old})
	if err != nil || len(held.Rows) < 4 {
		t.Fatalf("%d records in quarantine, %v", len(held.Rows), err)
	}
	for _, r := range held.Rows[:2] {
		if _, err := c.Admin.ReleaseRecord(t.Context(), who, r.ID, old, admin.Act{Reason: "Known to us, is replaced next week."}); err != nil {
			t.Fatal(err)
		}
	}
	c.Settle(t)
	return where{URL: c.URL, ID: string(held.Rows[2].ID), Also: string(ids[0]), Token: "", Rules: []string{string(old), string(wait), string(files)}, Out: string(held.Rows[0].ID)}
}

// settled waits until all records have been looked at.
func settled(t *testing.T, c *browser.Console, who access.Actor) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		list, err := c.Admin.ListRules(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(list, func(r admin.RuleRow) bool { return r.Walk.On }) {
			c.Settle(t)
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the records are looked at for ever")
		}
		time.Sleep(10 * time.Millisecond) // polling with a deadline: the walk has no hook to wait on
	}
}
