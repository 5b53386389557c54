// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/test/browser"
	"golang.org/x/net/html"
)

// gatewayCells gives the words of one column of Services > Sentry by gateway.
func gatewayCells(a *answer, column string) map[string]string {
	a.t.Helper()
	names, cells := a.all(`table.gateways tbody th[scope="row"] > bdi`), a.all(`table.gateways td[data-c="`+column+`"]`)
	found := map[string]string{}
	for i, n := range cells {
		if i < len(names) {
			found[textOf(names[i])] = textOf(n)
		}
	}
	if len(found) == 0 || len(cells) != len(names) {
		a.t.Fatalf("%s: %d gateways, %d cells of column %s", a.path, len(names), len(cells), column)
	}
	return found
}

func textOf(n *html.Node) string {
	var b strings.Builder
	gather(n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

// S-01
func TestSentryShowsTheLastReconciliationAndTheNext(t *testing.T) {
	c := browser.Start(t, true)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	a := v.get("/sentry").wants(http.StatusOK)
	last, next := gatewayCells(a, "reconciled"), gatewayCells(a, "next")
	if last["gw-berlin"] != "3 h ago" || next["gw-berlin"] != "in 8 h" && next["gw-berlin"] != "in 9 h" {
		t.Errorf("gw-berlin: last %q, next %q; 12 h lie between them", last["gw-berlin"], next["gw-berlin"])
	}
	if next["gw-kyoto"] != "when it is back" {
		t.Errorf("gw-kyoto is away and is said to reconcile %q", next["gw-kyoto"])
	}
	a.says(".reconciling", "every 12 h")

	save := v.get("/sentry/preferences/preview?reconcile_every=" + url.QueryEscape("2 h"))
	save.submit(v, "/sentry/preferences", nil).wants(http.StatusOK)
	a = v.get("/sentry").says(".reconciling", "every 2 h")
	if got := gatewayCells(a, "next")["gw-berlin"]; got != "due now" {
		t.Errorf("every 2 h and last 3 h ago: the next is %q, want it due", got)
	}
}

// S-01
func TestTheReconciliationIntervalIsTwelveHoursUntilSomebodyChangesIt(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	field := func() string { return attr(v.get("/sentry/preferences").all("input#reconcile_every")[0], "value") }
	if got := field(); got != "12 h" {
		t.Errorf("a new console compares every %q", got)
	}
	v.get("/sentry/preferences/preview?reconcile_every=4h").says("tbody", "12 h").submit(v, "/sentry/preferences", nil).wants(http.StatusOK)
	if got := field(); got != "4 h" {
		t.Errorf("after a change it is %q", got)
	}
}

//
func TestSentryShowsHowEachGatewayAndEachMailServerIs(t *testing.T) {
	c := browser.Start(t, true)
	c.ThreeGateways(t)
	a := signedIn(t, c).get("/sentry").wants(http.StatusOK)
	const berlin, lisbon, kyoto = "gw-berlin", "gw-lisbon", "gw-kyoto"
	for column, want := range map[string]map[string]string{
		"state":       {berlin: "Connected", lisbon: "Connected", kyoto: "Away"},
		"reported":    {kyoto: "1 d ago"},
		"clock":       {berlin: "in step", lisbon: "7s ahead"},
		"parked":      {berlin: "4,812", lisbon: "377"},
		"spool":       {berlin: "none", kyoto: "9 MB"},
		"certificate": {lisbon: "ends in 9 d"},
	} {
		got := gatewayCells(a, column)
		for gateway, words := range want {
			if got[gateway] != words {
				t.Errorf("%s, %s: %q, want %q", gateway, column, got[gateway], words)
			}
		}
	}
	p, err := c.Store.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := gatewayCells(a, "snapshot")[berlin]; !strings.HasPrefix(got, strconv.FormatInt(p.Number, 10)) {
		t.Errorf("snapshot %q, the console is at %d", got, p.Number)
	}
	a.says("table.gateways", "Version 0.1.0").says("table.backends", "connection refused")
	a.says("table.backends", "Up since 2 d ago")
}

// Y-22 R-10
func TestSentryShowsWhatAGatewayPutsOffAndWhatItCannotKeep(t *testing.T) {
	c := browser.Start(t, true)
	v, now := signedIn(t, c), c.Now()
	gateway := func(id string, change func(*access.GatewayStatus)) access.Gateway {
		g := access.Gateway{ID: access.GatewayID(id), FirstSeen: now, LastReport: now, Connected: true,
			Status: access.GatewayStatus{Version: "0.1.0", Started: now, Reconciled: now.Add(-time.Minute), Parked: 300}}
		change(&g.Status)
		return g
	}
	c.Pretend(t, gateway("calm", func(*access.GatewayStatus) {}),
		gateway("storm", func(s *access.GatewayStatus) {
			s.StormSince, s.StormPutOff, s.PutOff = now.Add(-3*time.Minute), 1200, 1570
		}),
		gateway("after", func(s *access.GatewayStatus) { s.PutOff = 370 }),
		gateway("older", func(s *access.GatewayStatus) { s.StormSince, s.StormPutOff = now.Add(-3*time.Minute), 12 }), // does not tell its sum
		gateway("full", func(s *access.GatewayStatus) { s.Unkept = true }))
	a := v.get("/sentry?cols=name.snapshot.parked.put-off").wants(http.StatusOK)
	for column, want := range map[string]map[string]string{
		"parked":  {"calm": "300", "storm": "300 puts phones off, since 3 min ago", "after": "300"},
		"put-off": {"calm": "0", "storm": "1,570", "after": "370", "older": "12"},
	} {
		got := gatewayCells(a, column)
		for gateway, words := range want {
			if got[gateway] != words {
				t.Errorf("%s, %s: %q, want %q", gateway, column, got[gateway], words)
			}
		}
	}
	kept := gatewayCells(a, "snapshot")
	if !strings.Contains(kept["full"], "not on its disk") || strings.Contains(kept["calm"], "disk") {
		t.Errorf("snapshots: %q", kept)
	}
	v.get("/").says("main", "Gateway full cannot write down what it is told.")
}

//
func TestTheServerNameForPhonesIsShown(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/activesync").says(".empty", "type the name by which phones reach a gateway as the server name in the phone's mail app")
	now := c.Now()
	gateway := func(id, address string) access.Gateway {
		return access.Gateway{ID: access.GatewayID(id), FirstSeen: now, LastReport: now, Connected: true,
			Status: access.GatewayStatus{Version: "0.1.0", Started: now, Reconciled: now.Add(-time.Minute), ExternalURL: address}}
	}
	c.Pretend(t, gateway("gw1", "https://mail.lab.example/Microsoft-Server-ActiveSync"), gateway("gw2", "https://mail.lab.example"),
		gateway("gw3", ""), gateway("gw4", "no address"))
	names := gatewayCells(v.get("/sentry").says("table.gateways thead", "Server name for phones"), "server")
	for id, want := range map[string]string{"gw1": "mail.lab.example", "gw2": "mail.lab.example", "gw3": "the name the phone used", "gw4": "the name the phone used"} {
		if names[id] != want {
			t.Errorf("%s: server name %q, want %q", id, names[id], want)
		}
	}
	a := v.get("/activesync").says(".empty", "type this server name in the phone's mail app")
	if got := a.words(".empty .server-name"); got != "mail.lab.example" {
		t.Errorf("the empty page names %q, want each name once", got)
	}

	c.Pretend(t, gateway("gw1", "https://a.lab.example"), gateway("gw2", "https://b.lab.example:8443"))
	v.get("/activesync").says(".empty", "one of these server names").says(".empty", "a.lab.example").says(".empty", "b.lab.example:8443")
}
