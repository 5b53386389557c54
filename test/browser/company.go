// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/store"
)

// Hostile is text that tries to be more than text, in the ways a phone can send it.
func Hostile() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`=HYPERLINK("http://example.invalid","click")`,
		`'; DROP TABLE association; --`,
		"\x1b[31mred\x1b[0m\r\nSet-Cookie: a=b",
		"\u202Egnp.exe\u202C مرحبا",
		"{{.Secret}} ${7*7} %0d%0a",
		"🦊🏳️‍🌈 e\u0301\u0301\u0301\u0301",
		strings.Repeat("long ", 200),
	}
}

// Person is one made-up record.
type Person struct {
	User, Device, Model, OS, Version, Number, Client, Comment string
	Device2                                                   access.DeviceID // registered device, empty: unlinked
	Override                                                  access.OverrideKind
	First, Last                                               time.Duration // before now
}

// Three are the first three records a small office would see.
func Three() []Person {
	return []Person{
		{User: "ana.silva@lab.example", Device: "APPLC39XK2QPN72J", Model: "iPhone 15 Pro", OS: "iOS", Version: "18.1", Number: "+351 21 000 0142", Client: "Apple Mail", Device2: "d-ana", First: 40 * 24 * time.Hour, Last: 90 * time.Second},
		{User: "bob@lab.example", Device: "SEC1A2B3C4D5E6F7", Model: "SM-S921B", OS: "Android", Version: "14", Number: "+49 30 0000 117", Client: "Samsung Email", First: 3 * 24 * time.Hour, Last: 12 * time.Minute, Override: access.OverrideBlock, Comment: "Phone left in a taxi on Friday."},
		{User: "sales@lab.example", Device: "APPLC39XK2QPN72J", Model: "iPhone 15 Pro", OS: "iOS", Version: "18.1", Client: "Apple Mail", First: 2 * time.Hour, Last: 4 * time.Minute},
	}
}

// Odd are records whose texts are as long, as foreign and as hostile as they come.
func Odd() []Person {
	list := []Person{
		{User: "maximiliane.von-und-zu-hohenlohe-waldenburg-schillingsfuerst@beteiligungsgesellschaft.lab.example", Device: strings.Repeat("F", 64), Model: "Samsung Galaxy Z Fold6 Olympic Edition Dual SIM 1 TB", OS: "Android", Version: "14.0.1.2.3 (security patch 2026-11)", Number: "+999 000 000 000 000 000", Client: "Outlook", First: 400 * 24 * time.Hour, Last: 61 * 24 * time.Hour, Device2: "d-max"},
		{User: "ليلى@lab.example", Device: "ANDROIDC1590153021", Model: "هاتف ليلى", OS: "Android", Version: "15", Number: "+966 11 000 0000", Client: "Gmail", First: 9 * time.Hour, Last: 8 * time.Second},
		{User: "נועה@lab.example", Device: "APPLF4GXQ0ABCD", Model: "האייפון של נועה", OS: "iOS", Version: "18.0", First: 30 * time.Hour, Last: 3 * time.Minute},
		{User: "王小明@lab.example", Device: "HUAWEI0123456789", Model: "华为 Mate 70", OS: "Android", Version: "12", First: 80 * time.Hour, Last: 25 * time.Minute, Override: access.OverrideAllow},
	}
	for i, h := range Hostile() {
		list = append(list, Person{User: "u" + string(rune('a'+i)) + "@lab.example", Device: "HOSTILE" + string(rune('A'+i)), Model: h, OS: h, Number: h, Client: h, Comment: h,
			First: time.Duration(i+1) * time.Hour, Last: time.Duration(i+1) * time.Minute})
	}
	return list
}

// Add records people as if gateways had reported them.
func (c *Console) Add(t testing.TB, people ...Person) []access.AssociationID {
	t.Helper()
	var ids []access.AssociationID
	var list []*access.Association
	now := c.Now()
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		ids, list = ids[:0], list[:0]
		for _, p := range people {
			account, _, _ := strings.Cut(strings.ToLower(p.User), "@")
			a := &access.Association{User: p.User, RawDevice: p.Device, DeviceType: p.OS, UserAgent: p.Model + "/" + p.Version, Protocol: "16.1",
				Client: p.Client, Model: p.Model, OS: p.OS, OSVersion: p.Version, Number: p.Number, Mailbox: p.User, MailboxDerived: p.Number == "",
				Backend: "sogo", Gateway: "gw-berlin", RemoteAddr: "192.0.2.17", FactsAt: now.Add(-p.Last), FirstSync: now.Add(-p.First), LastSync: now.Add(-p.Last),
				LastSuccess: now.Add(-p.Last - time.Minute), LastHTTP: 200, Comment: p.Comment}
			a.Domain, a.Pair = access.Standalone, access.Pair{Realm: "lab", Account: account, Device: strings.ToLower(p.Device)}
			a.Device = p.Device2
			if p.Override != "" {
				a.Override = access.Override{Kind: p.Override, Reason: p.Comment, By: Administrator, At: now.Add(-time.Hour)}
				a.Reported = access.Reported{Verdict: "refuse", Rule: "manual-block", Enforced: true, Gateway: "gw-berlin", Snapshot: 7, At: now.Add(-p.Last)}
			}
			if p.Device2 != "" {
				if err := tx.SaveDevice(&access.Device{ID: p.Device2, Owner: access.UserID(p.User), State: access.DeviceActive}); err != nil {
					return err
				}
			}
			list = append(list, a)
		}
		if err := tx.CreateAssociations(list); err != nil {
			return err
		}
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return ids
}

// Answer says how the last request of a record was answered, as if a gateway had reported it.
func (c *Console) Answer(t testing.TB, id access.AssociationID, http, eas int) {
	t.Helper()
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		a, err := tx.FindAssociation(id)
		if err != nil {
			return err
		}
		a.LastHTTP, a.LastEAS = http, eas
		return tx.SaveFacts(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
}

// ThreeGateways are two that are well and one that needs somebody.
func (c *Console) ThreeGateways(t testing.TB) {
	t.Helper()
	now := c.Now().UTC()
	up := func(name, kind, url, accounts string) access.BackendHealth {
		return access.BackendHealth{Name: name, Type: kind, URL: url, Up: true, Since: now.Add(-50 * time.Hour), Versions: "2.5 to 16.1", Accounts: accounts,
			Realm: "lab", Domains: []string{"lab.example", "lab"}}
	}
	gateway := func(id string, parked int64) access.Gateway {
		return access.Gateway{ID: access.GatewayID(id), FirstSeen: now.AddDate(0, -3, 0), LastReport: now.Add(-2 * time.Second), Connected: true, Skew: 40 * time.Millisecond,
			Status: access.GatewayStatus{Version: "0.1.0", Started: now.Add(-50 * time.Hour), Reconciled: now.Add(-3 * time.Hour), ExternalURL: "https://mail.lab.example", Parked: parked, Requests: 1_204_889,
				CertExpires: now.AddDate(0, 2, 0), LinkExpires: now.AddDate(1, 0, 0), Backends: []access.BackendHealth{up("sogo", "sogo", "https://mail.lab.example/SOGo/Microsoft-Server-ActiveSync", "lab.example, LAB")}}}
	}
	berlin, lisbon, kyoto := gateway("gw-berlin", 4812), gateway("gw-lisbon", 377), gateway("gw-kyoto", 0)
	lisbon.Skew, lisbon.Status.CertExpires = 7*time.Second, now.AddDate(0, 0, 9).Add(12*time.Hour)
	kyoto.Connected, kyoto.LastReport, kyoto.Status.SpoolBytes = false, now.Add(-26*time.Hour), 9<<20
	kyoto.Status.Position = c.holder.Load().Position()
	kyoto.Status.Reconciled, kyoto.Status.ExternalURL = now.Add(-31*time.Hour), ""
	b := &lisbon.Status.Backends[0]
	b.Up, b.Problem, b.Since = false, "connection refused", now.Add(-11*time.Minute)
	c.Pretend(t, berlin, lisbon, kyoto)
}

// Refusals tells of requests that a gateway refused during the last day.
func (c *Console) Refusals(t testing.TB) {
	t.Helper()
	now := c.Now().UTC().Truncate(time.Hour)
	var list []access.Tally
	for h := range 24 {
		at := now.Add(-time.Duration(h) * time.Hour)
		for i, rule := range []access.Rule{access.RuleManualBlock, access.RuleStalePassword, access.RuleUnregistered} {
			list = append(list, access.Tally{Minute: at, Rule: rule.String(), Verdict: "refuse", Count: int64((h*7+i*13)%23 + i*4)})
		}
	}
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.AddTallies("gateway-1", list) }); err != nil {
		t.Fatal(err)
	}
	c.parked(t)
}

// parked tells how many phones waited at each gateway during the last day.
func (c *Console) parked(t testing.TB) {
	t.Helper()
	people := company.New(1, 200)
	var list []store.TrendPoint
	for at := c.Now().UTC().Truncate(store.TrendFine).Add(-24 * time.Hour); at.Before(c.Now()); at = at.Add(store.TrendFine) {
		for _, g := range c.live() {
			list = append(list, store.TrendPoint{At: at, Name: string(g.ID), N: people.Waiting(int(g.Status.Parked), at), M: 1})
		}
	}
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.AddTrend(store.TrendParked, store.TrendFine, list) }); err != nil {
		t.Fatal(err)
	}
}
