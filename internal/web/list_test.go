// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/test/browser"
)

func asAuditor(t *testing.T, c *browser.Console) *visitor {
	t.Helper()
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), "olga", browser.Password, access.RoleAuditor); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {"olga"}, "password": {browser.Password}}).wants(http.StatusOK)
	return v
}

//
func TestTheNavigationHasTheGroupsOfTheFieldAndSaysWhereOneIs(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	for path, entry := range map[string]string{"/": "Dashboard", "/activesync": "ActiveSync", "/sentry": "Sentry", "/sentry/preferences": "Preferences", "/audit": "Audit", "/jobs": "Bulk actions",
		"/settings": "General", "/policies": "ActiveSync Policies", "/wipes": "Wipes", "/settings/wipe-safety": "Wipe safety", "/settings/backup": "Backups", "/settings/personal-data": "Personal data"} {
		a := v.get(path).wants(http.StatusOK)
		if got := a.words("nav h2"); got != "Devices & Users Policies & Configs Services Logs Administration Settings" {
			t.Errorf("groups %q", got)
		}
		if got := a.words(`nav a[aria-current="page"]`); got != entry {
			t.Errorf("%s: the present entry is %q, want %q", path, got, entry)
		}
	}
}

func TestWhoLacksTheRoleIsToldSoAndKeepsTheNavigation(t *testing.T) {
	c := browser.Start(t, true)
	a := asAuditor(t, c).get("/sentry/preferences/preview?shadow=yes").wants(http.StatusForbidden)
	a.says("h1", "No permission").says("main", "Auditor").says("nav", "ActiveSync")
	manners(t, a)
}

func TestEveryListSortsChoosesColumnsAndExports(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	act(v, "block", ids[0], nil)
	path := "/activesync/selection/allow"
	v.get(path+"?all=1").submit(v, path, nil)
	tests := []struct{ name, page, table, choose, head, export, line string }{
		{"audit", "/audit", "table.records", "col=event&col=detail", "Event Detail", "/audit/export.csv", "block,no override"},
		{"jobs", "/jobs", "table.records", "col=title&col=by", "Action By", "/jobs/export.csv", " records," + browser.Administrator},
		{"gateways", "/sentry", "table.gateways", "col=name&col=parked", "Name Parked", "/sentry/gateways/export.csv", "gw-berlin,"},
		{"mail servers", "/sentry", "table.backends", "servers-col=name&servers-col=gateway", "Name As seen by", "/sentry/servers/export.csv", ",gw-berlin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := v.get(tt.page + "?" + tt.choose).wants(http.StatusOK)
			if got := a.words(tt.table + " thead th"); got != tt.head {
				t.Errorf("columns %q, want %q", got, tt.head)
			}
			if got := v.get(tt.page).words(tt.table + " thead th"); got != tt.head {
				t.Errorf("the next visit shows %q", got)
			}
			links := a.all(`a[href^="` + tt.export + `"]`)
			if len(links) != 1 {
				t.Fatalf("%d links to the export", len(links))
			}
			out := v.get(attr(links[0], "href")).wants(http.StatusOK)
			lines, err := csv.NewReader(strings.NewReader(out.body)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			found := strings.Join(strings.Fields(strings.Join(lines[0], " ")), " ") == tt.head
			if !found {
				t.Errorf("the export's heading is %q", lines[0])
			}
			if !strings.Contains(out.body, tt.line) {
				t.Errorf("the export lacks %q:\n%s", tt.line, out.body)
			}
		})
	}
}

func TestAListThatIsHeldAtOnceSortsByItsColumnsBothWays(t *testing.T) {
	c := browser.Start(t, true)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	names := func(query string) string {
		return v.get("/sentry" + query).words(`table.gateways tbody th[scope="row"] > bdi`)
	}
	up, down := strings.Fields(names("?sort=name")), strings.Fields(names("?sort=name&desc=1"))
	if len(up) != 3 || up[0] != down[2] || up[2] != down[0] || up[0] > up[1] || up[1] > up[2] {
		t.Errorf("by name %q, backwards %q", up, down)
	}
	v.get("/sentry?reset=1")
	a := v.get("/sentry?servers-sort=name")
	if len(a.all(`table.backends th[aria-sort="ascending"]`)) != 1 || len(a.all(`table.gateways th[aria-sort]`)) != 0 {
		t.Error("the order of one list of the page is taken for the other's")
	}
	v.get("/jobs?q=nothing-like-this").says(".empty", "No action matches")
}

func TestTheAuditLogIsReadPageByPage(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	for range 3 {
		act(v, "block", ids[0], nil)
		act(v, "allow", ids[0], nil)
	}
	seen, path, pages := map[string]bool{}, "/audit?limit=3&cols=at.event", 0
	for path != "" && pages < 20 {
		a := v.get(path).wants(http.StatusOK)
		for _, n := range a.all(".records tbody tr") {
			if id := attr(n, "data-id"); seen[id] {
				t.Errorf("%s shows %s again", path, id)
			} else {
				seen[id] = true
			}
		}
		if path = ""; len(a.all(`a[rel="next"]`)) > 0 {
			path = attr(a.all(`a[rel="next"]`)[0], "href")
		}
		pages++
	}
	if pages < 3 || len(seen) < 7 {
		t.Errorf("%d entries on %d pages", len(seen), pages)
	}
	a := v.get("/audit?event=block&actor=" + browser.Administrator)
	if n := len(a.all(".records tbody tr")); n != 3 {
		t.Errorf("%d blocks, want 3", n)
	}
	v.get("/audit?actor=nobody").says(".empty", "fits this filter")
	rows := v.get("/audit/rows?since=0&id=1&" + attr(v.get("/audit?reset=1").all(".records")[0], "data-live"))
	if len(rows.all(`tr[data-rev="0"]`)) != 1 {
		t.Error("an entry that cannot change is not given back as it was")
	}
}
