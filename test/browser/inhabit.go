// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/sim/company"
)

// Inhabit records what gateways have told of a company by now, and what its administrators have done
// about it: the records of vedette demo, the same ones each time. It gives them oldest first, and registers people
// and devices unless Enrol has.
func (c *Console) Inhabit(t testing.TB, people *company.Company) []access.AssociationID {
	t.Helper()
	// single is how many of the newest come one by one: what comes together is sorted by chance.
	const single, most = 300, 2000
	if len(people.Phones) <= most && !c.enrolled { // for more it would take too long
		c.Enrol(t, people)
	}
	moment := c.Now()
	gateway := access.GatewayID("gateway-1")
	if list := c.live(); len(list) > 0 {
		gateway = list[0].ID
	}
	in := intake.New(c.Store, func() time.Time { return moment })
	take := func(at time.Time, list []access.Sighting) {
		t.Helper()
		moment = at
		if _, err := in.Take(t.Context(), access.Report{Gateway: gateway, Spool: "pictures", Now: at, Sightings: list}); err != nil {
			t.Fatal(err)
		}
	}
	visits := people.Visits(c.Now())
	var part []access.Sighting
	for i, v := range visits {
		s := v.Sighting
		s.Last, s.Success = v.First, v.First
		part = append(part, s)
		if len(visits)-i <= single || len(part) == most || len(visits)-i == single+1 {
			take(v.First, part)
			part = nil
		}
	}
	for i, v := range visits {
		part = append(part, v.Sighting)
		if len(part) == most || i == len(visits)-1 {
			take(c.Now(), part)
			part = nil
		}
	}
	c.Settle(t)
	ids := make([]access.AssociationID, len(visits))
	for i, v := range visits {
		r := c.holder.Load().Record(v.Sighting.Pair)
		if r == nil {
			t.Fatalf("%s on %s has no record", v.Sighting.User, v.Sighting.Raw)
		}
		ids[i] = r.ID
	}
	c.deeds(t, ids)
	return ids
}

// deeds are what the administrator of the demo does, as far as there are records to do it to.
func (c *Console) deeds(t testing.TB, ids []access.AssociationID) {
	t.Helper()
	who := access.Actor{Name: Administrator, Role: access.RoleAdministrator, Addr: "192.0.2.10"}
	at := func(back int) (access.AssociationID, bool) {
		if back > len(ids) {
			return "", false
		}
		return ids[len(ids)-back], true
	}
	block := func(back int, reason string) {
		if id, ok := at(back); ok {
			if _, err := c.Admin.BlockAssociation(t.Context(), who, id, admin.Act{Reason: reason}); err != nil {
				t.Fatal(err)
			}
		}
	}
	block(58, "Left the company")
	block(3, "Phone left in a taxi, owner is asking for it back")
	if id, ok := at(6); ok {
		if _, err := c.Admin.AllowAssociation(t.Context(), who, id, admin.Act{Reason: "Board member, approved by IT security", Until: c.Now().Add(14 * 24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if id, ok := at(9); ok {
		if _, err := c.Admin.CommentAssociation(t.Context(), who, id, "Shared tablet at reception. Ask for Monika before blocking.", admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	c.Settle(t)
}

// DemoGateway is the gateway of the demo with the mail servers of the company's sites; bad says what is
// wrong with the last of them, if anything.
func (c *Console) DemoGateway(t testing.TB, bad string) {
	t.Helper()
	now := c.Now().UTC()
	g := access.Gateway{ID: "gateway-1", FirstSeen: now.AddDate(0, -10, 0), LastReport: now.Add(-2 * time.Second), Connected: true, Skew: 40 * time.Millisecond,
		Status: access.GatewayStatus{Version: "0.1.0", Started: now.Add(-50 * time.Hour), Reconciled: now.Add(-3 * time.Hour), ExternalURL: "https://mail.company.example",
			Parked: 178, Requests: 1_204_889, CertExpires: now.AddDate(0, 2, 0), LinkExpires: now.AddDate(1, 0, 0)}}
	for i, site := range company.Sites() {
		b := access.BackendHealth{Name: site.Name, Type: []string{"exchange", "sogo"}[i], URL: fmt.Sprintf("https://mail.%s/Microsoft-Server-ActiveSync", site.Domain),
			Up: true, Since: now.Add(-50 * time.Hour), Versions: "2.5 to 16.1", Accounts: site.Domain + ", " + site.Short,
			Realm: site.Name, Domains: []string{site.Domain, strings.ToLower(site.Short)}}
		if bad != "" && i == len(company.Sites())-1 {
			b.Up, b.Problem, b.Since = false, bad, now.Add(-11*time.Minute)
		}
		g.Status.Backends = append(g.Status.Backends, b)
	}
	c.Pretend(t, g)
}
