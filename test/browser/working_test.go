// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package browser_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/test/browser"
)

// working is the demo in which much has been done at once: jobs, files that were brought in, and a list of the phones
// that the mail server knows.
func working(t *testing.T) where {
	c := browser.StartAt(t, moment())
	c.DemoGateway(t, "")
	ids := c.Inhabit(t, company.New(1, 200))
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	job := func(ago time.Duration, b admin.Bulk, reason string) (id admin.JobID) {
		t.Helper()
		c.Ago(ago)
		defer c.Ago(0)
		id, err := c.Admin.StartBulk(t.Context(), who, b, admin.Act{Reason: reason})
		if err != nil {
			t.Fatal(err)
		}
		over(t, func() bool {
			j, err := c.Admin.FindJob(t.Context(), who, id)
			return err == nil && j.State == admin.JobDone
		})
		return id
	}
	job(50*time.Hour, admin.Bulk{Verb: access.VerbComment, IDs: ids[20:60], Comment: "Counted in the inventory of February."}, "")
	job(27*time.Hour, admin.Bulk{Verb: access.VerbAllow, IDs: ids[60:64]}, "Guests of the conference")
	if _, err := c.Admin.RemoveAssociation(t.Context(), who, ids[7], admin.Act{Reason: "Sold"}); err != nil {
		t.Fatal(err)
	}
	blocked := job(95*time.Minute, admin.Bulk{Verb: access.VerbBlock, IDs: ids[4:13]}, "Old telephones that were sold to a dealer")
	imported := func(ago time.Duration, f admin.ImportForm, text string) string {
		t.Helper()
		c.Ago(ago)
		defer c.Ago(0)
		r, err := c.Admin.StartImport(t.Context(), who, f, []byte(text), admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		is := func(state admin.ImportState) func() bool {
			return func() bool {
				i, err := c.Admin.FindImport(t.Context(), who, admin.ImportID(r.ID))
				return err == nil && i.State == state
			}
		}
		over(t, is(admin.ImportChecked))
		if _, err := c.Admin.RunImport(t.Context(), who, admin.ImportID(r.ID), admin.Act{}); err != nil {
			t.Fatal(err)
		}
		over(t, is(admin.ImportDone))
		return r.ID
	}
	users := imported(3*time.Hour, admin.ImportForm{Kind: admin.ImportUsers, File: "new-people.csv"}, strings.Join([]string{
		"Name,Display name,Email address,Groups,Shoe size",
		"nina.novak,Nina Novak,nina.novak@company.example,Sales,38",
		",Nobody,,,",
		"otto.orth,Otto Orth,otto.orth@company.example,Sales; Board,44",
		"otto.orth,Otto Orth again,otto.orth@company.example,,44",
		"pia.prado,Pia Prado,pia.prado@company.example,,40"}, "\n"))
	lines := [][]string{{"DeviceID", "UserPrincipalName", "UserDisplayName", "DeviceModel", "DeviceOS", "LastSuccessSync"}}
	list, err := c.Store.FindAssociations(t.Context(), ids[:140])
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if a.Pair.Realm == "company" {
			lines = append(lines, []string{a.Pair.Device, a.Pair.Account, "", a.Model, a.OS, "2026-02-09 08:00:00"})
		}
	}
	for i := range 9 {
		lines = append(lines, []string{fmt.Sprintf("ANDROIDC%09d", 700_000_001+i), fmt.Sprintf("field.worker%d", i+1), fmt.Sprintf("Field Worker %d", i+1),
			"SM-G525F", "Android", fmt.Sprintf("2026-01-%02d 16:20:00", 12+i)})
	}
	var file strings.Builder
	if err := csv.NewWriter(&file).WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	imported(26*time.Hour, admin.ImportForm{Kind: admin.ImportExpected, File: "Get-MobileDevice.csv", Realm: "company"}, file.String())
	c.Settle(t)
	return where{URL: c.URL, ID: string(ids[len(ids)-3]), Job: string(blocked), Import: users}
}

// over waits until what goes on behind the pages is over.
func over(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) { // polling with a deadline: a job has no hook
		if time.Now().After(end) {
			t.Fatal("it is not over after half a minute")
		}
	}
}
