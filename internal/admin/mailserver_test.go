// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// told keeps what a gateway says of its mail servers, as the intake does.
func (w *world) told(gateway string, ago time.Duration, servers ...access.BackendHealth) {
	w.t.Helper()
	g := access.Gateway{ID: access.GatewayID(gateway), LastReport: w.clock.Now().Add(-ago), FirstSeen: w.clock.Now(), Status: access.GatewayStatus{Backends: servers}}
	if err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error { return tx.SaveGateway(g) }); err != nil {
		w.t.Fatal(err)
	}
}

func lab(domains ...string) access.BackendHealth {
	return access.BackendHealth{Name: "mail", Type: "other", Realm: "lab", Domains: domains, Rest: true}
}

// spelling is a room over the same store that knows the configuration's servers and cuts domains off, as
// gateways do.
func (w *world) spelling(file ...access.MailServer) *admin.Admin {
	w.t.Helper()
	a, err := admin.New(admin.Config{Store: w.store, Snapshot: w.view.load, Now: w.clock.Now, Servers: file,
		Account: func(servers []access.MailServer, realm, text string) (string, bool) {
			domain, name, cut := strings.Cut(strings.ToLower(text), `\`)
			if !cut {
				return domain, domain != ""
			}
			for _, s := range servers {
				if s.Realm == realm && slices.Contains(s.Domains, domain) {
					return name, true
				}
			}
			return name + "@" + domain, true
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func approved(t *testing.T, w *world, a *admin.Admin, realm, account, device string) access.Pair {
	t.Helper()
	r, err := a.PreApprove(t.Context(), root(), admin.ApprovalForm{Realm: realm, Account: account, Device: device}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.ListPreApprovals(t.Context(), root(), "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range p.Rows {
		if row.ID == r.ID {
			return row.Pair
		}
	}
	t.Fatalf("the approval %s is not listed", r.ID)
	return access.Pair{}
}

// R-13 Y-08
func TestNamesAreSpeltByWhatGatewaysTell(t *testing.T) {
	w := newWorld(t)
	a := w.spelling()
	if p := approved(t, w, a, "lab", `DOM\ana`, "D1"); p.Account != "ana@dom" {
		t.Errorf("before any gateway has told: %+v", p)
	}
	w.told("gw1", 0, lab("dom"))
	if p := approved(t, w, a, "lab", `DOM\ana`, "D2"); p.Account != "ana" {
		t.Errorf("after a gateway has told: %+v", p)
	}
	if p := approved(t, w, a, "", `DOM\ana`, "D3"); p.Realm != "lab" || p.Account != "ana" {
		t.Errorf("the only realm is not taken for granted: %+v", p)
	}
	if p := approved(t, w, w.spelling(), "lab", `DOM\ana`, "D4"); p.Account != "ana" {
		t.Errorf("a console that starts anew has forgotten: %+v", p)
	}
	u, err := a.AddUser(t.Context(), root(), admin.UserForm{Name: "ana", Accounts: []access.Account{{Account: `DOM\ana`}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := a.FindUser(t.Context(), root(), access.UserID(u.ID)); err != nil || len(d.Accounts) != 1 || d.Accounts[0] != (access.Account{Realm: "lab", Account: "ana"}) {
		t.Errorf("the account of a user: %+v, %v", d.Accounts, err)
	}
	if m, err := a.PreviewMerge(t.Context(), root(), admin.Merge{From: `DOM\bob`, To: "ana"}); err != nil || m.Realm != "lab" || m.From != "bob" {
		t.Errorf("a merge: %+v, %v", m.Merge, err)
	}
	w.told("gw1", -time.Second, lab("dom"), access.BackendHealth{Name: "far", Type: "other", Realm: "far"})
	if _, err := a.PreApprove(t.Context(), root(), admin.ApprovalForm{Account: "ana", Device: "D5"}, admin.Act{}); access.KindOf(err) != access.KindInvalid {
		t.Errorf("of two realms one was guessed: %v", err)
	}
}

func TestRealmsAreThoseThatGatewaysAndTheConfigurationTellOf(t *testing.T) {
	w := newWorld(t)
	a := w.spelling(access.MailServer{Name: "mail", Realm: "lab", Domains: []string{"old"}}, access.MailServer{Name: "far", Realm: "abroad", Domains: []string{"far"}})
	w.told("gw1", time.Minute, lab("dom"))
	w.told("gw2", 0, lab("dom.example"), access.BackendHealth{Name: "ancient", Type: "sogo"}, access.BackendHealth{Name: "mail", Type: "other"})
	w.told("gone", 40*24*time.Hour, access.BackendHealth{Name: "shed", Type: "other", Realm: "shed"})
	got, err := a.ListRealms(t.Context(), root())
	if err != nil {
		t.Fatal(err)
	}
	want := []admin.Realm{
		{Name: "abroad", Domains: []string{"far"}, Servers: []string{"far"}, Told: true},
		{Name: "ancient", Domains: nil, Servers: []string{"ancient"}},
		{Name: "lab", Domains: []string{"dom", "dom.example"}, Servers: []string{"mail"}, Told: true},
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

//
func TestGatewaysThatDisagreeAboutMailServersAreNamed(t *testing.T) {
	w := newWorld(t)
	differences := func(a *admin.Admin) (texts []string) {
		t.Helper()
		list, err := a.ListGateways(t.Context(), root())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range list {
			for _, n := range g.Problems {
				if n.Kind == admin.NeedDiffering {
					texts = append(texts, n.Text)
				}
			}
		}
		return texts
	}
	a := w.spelling()
	w.told("gw1", 0, lab("dom", "dom.example"))
	w.told("gw2", 0, lab("dom", "dom.example"))
	if got := differences(a); len(got) != 0 {
		t.Errorf("two alike disagree: %q", got)
	}
	w.told("gw2", -time.Second, lab("dom.example"))
	if got := differences(a); len(got) != 1 || !strings.Contains(got[0], "gateway gw1 names dom, and gateway gw2 does not") {
		t.Errorf("domains: %q", got)
	}
	other := lab("dom", "dom.example")
	other.Realm = "elsewhere"
	w.told("gw2", -2*time.Second, other)
	if got := differences(a); len(got) != 1 || !strings.Contains(got[0], "realm lab for gateway gw1 and in realm elsewhere for gateway gw2") {
		t.Errorf("realms: %q", got)
	}
	w.told("gw2", -3*time.Second, lab("dom", "dom.example"))
	own := w.spelling(access.MailServer{Name: "mail", Type: "other", Realm: "lab", Domains: []string{"dom"}, Rest: true})
	if got := differences(own); len(got) != 2 || !strings.Contains(got[0], "The gateway's word counts.") {
		t.Errorf("the console's own configuration: %q", got)
	}
	if p := approved(t, w, own, "lab", `DOM.example\ana`, "D1"); p.Account != "ana" {
		t.Errorf("the configuration's word counts: %+v", p)
	}
}
